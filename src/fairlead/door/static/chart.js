// The map of the picture: contacts at the time the bar shows, cards as rings, cells for a coarse picture.
//
// 1. It draws the answer that stands in the page and nothing else; replay runs over the points already here.
// 2. When the page's answer changes or is emptied, the map follows in the same frame.
// 3. Without WebGL the node's own drawing stays. A vessel is called by kind and short id, never by a name or number.
// 4. What is shown, where and when stands in the address, so a screen can be handed over.

import { openMap, PALETTES } from "./map_core.js";

const MINUTE = 60_000;
const HELD_MS = { ais: 60 * MINUTE, radar: 40 * MINUTE, sighting: 180 * MINUTE };
const BRIDGED_MS = 20 * MINUTE;
const TRAIL_MS = 40 * MINUTE;
const REPLAY_S = 24; // the whole window, from end to end
const CELL_M = 10_000;
const NEAR_DEG = 1.2;
const E7 = 1e-7;

const palette = document.documentElement.dataset.palette;
const colours = colourSet();
const slider = document.getElementById("time");
const shown = document.getElementById("shown");
const play = document.getElementById("play");
const latest = document.getElementById("latest");
const asked = new URLSearchParams(location.search);

let answer = null;
let tracks = [];
let chosen = asked.get("contact") ?? "";
let pinnedAt = Number(asked.get("at")) || null;
let map = null;

function colourSet() {
  const of = getComputedStyle(document.documentElement);
  const get = (name) => of.getPropertyValue(`--${name}`).trim();
  return { contact: get("contact"), alone: get("alone"), seen: get("seen"), ring: get("ring"), quiet: get("quiet"), ink: get("ink"), sea: get("sea"), panel: get("panel") };
}

// --- the answer in the page ------------------------------------------------------------------------------------------

function read() {
  const text = document.getElementById("answer").textContent;
  answer = text ? JSON.parse(text).picture : null;
  tracks = (answer?.tracks ?? []).filter((track) => track.points.length);
}

function called(track) {
  const kind = { ais: "AIS contact", radar: "radar contact", sighting: "sighting" }[track.kind];
  return `${kind} ${track.id.slice(0, 4)}`;
}

// The place of a contact at an instant: between two fixes when they are near in time, else where it was last heard.
function placeAt(track, at) {
  const points = track.points;
  let low = 0;
  let high = points.length - 1;
  if (at < points[0][0]) return null;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (points[middle][0] <= at) low = middle;
    else high = middle - 1;
  }
  const [before, after] = [points[low], points[low + 1]];
  const age = at - before[0];
  if (after && after[0] - before[0] <= BRIDGED_MS) {
    const share = age / (after[0] - before[0]);
    const between = (index) => (before[index] + (after[index] - before[index]) * share) * E7;
    return { lon: between(2), lat: between(1), course: before[4] / 10, speed: before[3], index: low, age: 0 };
  }
  if (age > HELD_MS[track.kind]) return null;
  return { lon: before[2] * E7, lat: before[1] * E7, course: before[4] / 10, speed: before[3], index: low, age };
}

function iconOf(track, place) {
  if (track.kind === "radar") return track.match ? "radar-matched" : "radar";
  if (track.kind === "sighting") return "sighting";
  return track.moving && place.speed !== 0 && place.course >= 0 ? "ais" : "ais-still";
}

function contactsAt(at) {
  const contacts = [];
  const trails = [];
  for (const track of tracks) {
    const place = placeAt(track, at);
    const picked = track.id === chosen;
    if (picked) trails.push(line(track.points.map((point) => [point[2] * E7, point[1] * E7]), track, 2));
    if (!place) continue;
    const icon = iconOf(track, place);
    contacts.push({
      type: "Feature",
      geometry: { type: "Point", coordinates: [place.lon, place.lat] },
      properties: {
        icon,
        id: track.id,
        turn: icon === "ais" ? place.course : 0,
        dim: 1 - 0.65 * (place.age / HELD_MS[track.kind]),
        label: picked || icon === "radar" || icon === "sighting" ? called(track) : "",
        order: icon === "radar" ? 3 : icon === "sighting" ? 2 : 1,
      },
    });
    if (!picked && place.index > 0) {
      const recent = track.points.slice(0, place.index + 1).filter((point) => point[0] >= at - TRAIL_MS);
      trails.push(line([...recent.map((point) => [point[2] * E7, point[1] * E7]), [place.lon, place.lat]], track, 1));
    }
  }
  return { contacts, trails };
}

function line(coordinates, track, weight) {
  const alone = track.kind === "radar" && !track.match;
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties: { weight, alone } };
}

function ringsAt(at) {
  return (answer?.cards ?? []).map((card) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [card.lon_e7 * E7, card.lat_e7 * E7] },
    properties: { id: card.id, icon: card.status === "open" ? "card" : "card-explained", label: card.status === "open" ? card.title : "", dim: at >= card.from_ms ? 1 : 0.35 },
  }));
}

function cells() {
  return (answer?.cells ?? []).map((cell) => {
    const [lon, lat] = [cell.lon_e7 * E7, cell.lat_e7 * E7];
    const high = CELL_M / 111_195 / 2;
    const wide = high / Math.cos((lat * Math.PI) / 180);
    const corners = [[lon - wide, lat - high], [lon + wide, lat - high], [lon + wide, lat + high], [lon - wide, lat + high], [lon - wide, lat - high]];
    return { type: "Feature", geometry: { type: "Polygon", coordinates: [corners] }, properties: { count: String(cell.contacts) } };
  });
}

// --- drawing ---------------------------------------------------------------------------------------------------------

function symbol(size, paint) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 2;
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.translate(size / 2, size / 2);
  pen.lineJoin = "round";
  paint(pen);
  return pen.getImageData(0, 0, size * 2, size * 2);
}

function stroked(colour, width, path, under = true) {
  return (pen) => {
    pen.beginPath();
    path(pen);
    if (under) {
      pen.strokeStyle = colours.sea;
      pen.lineWidth = width + 2;
      pen.stroke();
    }
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  };
}

const SYMBOLS = {
  ais: [20, (pen) => {
    pen.beginPath();
    pen.moveTo(0, -8);
    pen.lineTo(4.6, 6);
    pen.lineTo(0, 3.4);
    pen.lineTo(-4.6, 6);
    pen.closePath();
    pen.fillStyle = colours.contact;
    pen.strokeStyle = colours.sea;
    pen.lineWidth = 1.2;
    pen.stroke();
    pen.fill();
  }],
  "ais-still": [12, (pen) => {
    pen.beginPath();
    pen.arc(0, 0, 3, 0, 7);
    pen.fillStyle = colours.contact;
    pen.fill();
  }],
  radar: [20, stroked(colours.alone, 2, (pen) => { pen.moveTo(0, -7); pen.lineTo(7, 0); pen.lineTo(0, 7); pen.lineTo(-7, 0); pen.closePath(); })],
  "radar-matched": [20, stroked(colours.contact, 0.8, (pen) => { pen.moveTo(0, -8); pen.lineTo(8, 0); pen.lineTo(0, 8); pen.lineTo(-8, 0); pen.closePath(); }, false)],
  sighting: [20, stroked(colours.seen, 1.8, (pen) => { pen.rect(-6, -6, 12, 12); pen.moveTo(-6, 0); pen.lineTo(6, 0); pen.moveTo(0, -6); pen.lineTo(0, 6); })],
  card: [44, stroked(colours.ring, 2.4, (pen) => pen.arc(0, 0, 18, 0, 7))],
  "card-explained": [44, (pen) => { pen.setLineDash([4, 3]); stroked(colours.quiet, 1.4, (p) => p.arc(0, 0, 16, 0, 7), false)(pen); }],
};

const EMPTY = { type: "FeatureCollection", features: [] };
const TEXT = { "text-font": ["sans-serif"], "text-size": 12, "text-offset": [0.9, -0.9], "text-anchor": "bottom-left", "text-optional": true };

function addLayers() {
  for (const [name, [size, paint]] of Object.entries(SYMBOLS)) map.addImage(name, symbol(size, paint), { pixelRatio: 2 });
  map.addImage("cell", symbol(22, (pen) => {
    pen.globalAlpha = 0.35;
    pen.fillStyle = colours.alone;
    pen.fillRect(-9, -9, 18, 18);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.alone;
    pen.strokeRect(-9, -9, 18, 18);
  }), { pixelRatio: 2 });
  for (const name of ["cells", "trails", "rings", "marks"]) map.addSource(name, { type: "geojson", data: EMPTY });
  map.removeLayer("contacts");
  map.addLayer({ id: "cells-far", type: "symbol", source: "cells", maxzoom: 7.5, layout: { "icon-image": "cell", "icon-allow-overlap": true } });
  map.addLayer({ id: "cells", type: "fill", minzoom: 7.5, source: "cells", paint: { "fill-color": colours.alone, "fill-opacity": 0.28, "fill-outline-color": colours.alone } });
  map.addLayer({
    id: "counts", type: "symbol", source: "cells",
    layout: { "text-field": ["get", "count"], "text-font": ["sans-serif"], "text-size": 12, "text-allow-overlap": true },
    paint: { "text-color": colours.ink },
  });
  map.addLayer({
    id: "trails", type: "line", source: "trails",
    paint: { "line-color": ["case", ["get", "alone"], colours.alone, colours.contact], "line-width": ["get", "weight"], "line-opacity": ["case", ["==", ["get", "weight"], 2], 0.9, 0.45] },
  });
  map.addLayer({
    id: "rings", type: "symbol", source: "rings",
    layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true, ...TEXT, "text-field": ["get", "label"], "text-anchor": "top", "text-offset": [0, 1.7], "text-allow-overlap": true },
    paint: { "icon-opacity": ["get", "dim"], "text-color": colours.ring, "text-halo-color": colours.sea, "text-halo-width": 1.6 },
  });
  map.addLayer({
    id: "marks", type: "symbol", source: "marks",
    layout: {
      "icon-image": ["get", "icon"], "icon-rotate": ["get", "turn"], "icon-rotation-alignment": "map", "icon-allow-overlap": true,
      "icon-ignore-placement": true, "symbol-sort-key": ["get", "order"], ...TEXT, "text-field": ["get", "label"],
    },
    paint: { "icon-opacity": ["get", "dim"], "text-color": colours.ink, "text-halo-color": colours.sea, "text-halo-width": 1.6 },
  });
  map.on("click", "marks", (event) => choose(event.features[0].properties.id, true));
  map.on("click", "rings", (event) => chooseCard(event.features[0].properties.id));
}

function fill(name, features) {
  map.getSource(name).setData({ type: "FeatureCollection", features });
}

function timeShown() {
  return answer ? Math.min(Math.max(pinnedAt ?? answer.window.to_ms, answer.window.from_ms), answer.window.to_ms) : 0;
}

function draw() {
  const at = timeShown();
  if (answer) {
    slider.min = answer.window.from_ms;
    slider.max = answer.window.to_ms;
    slider.value = at;
    shown.textContent = `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  }
  const { contacts, trails } = contactsAt(at);
  fill("cells", cells());
  fill("trails", trails);
  fill("rings", ringsAt(at));
  fill("marks", contacts);
  document.body.dataset.drawn = String(contacts.length + (answer?.cells?.length ?? 0));
}

// --- choosing, and the address ---------------------------------------------------------------------------------------

function keepAddress() {
  const now = new URLSearchParams(location.search);
  const set = (name, value) => (value ? now.set(name, value) : now.delete(name));
  set("at", pinnedAt);
  set("contact", chosen);
  const centre = map.getCenter();
  set("view", `${map.getZoom().toFixed(2)},${centre.lat.toFixed(4)},${centre.lng.toFixed(4)}`);
  history.replaceState(null, "", `${location.pathname}?${now}`);
}

function mark() {
  for (const row of document.querySelectorAll("tr[data-track]")) row.classList.toggle("chosen", row.dataset.track === chosen);
}

function choose(id, fromMap) {
  chosen = chosen === id && fromMap ? "" : id;
  const track = tracks.find((one) => one.id === chosen);
  if (track && !fromMap) {
    const place = placeAt(track, timeShown()) ?? { lon: track.points.at(-1)[2] * E7, lat: track.points.at(-1)[1] * E7 };
    map.easeTo({ center: [place.lon, place.lat], zoom: Math.max(map.getZoom(), 9), duration: 300 });
  }
  mark();
  if (track && fromMap) document.querySelector(`tr[data-track="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  draw();
  keepAddress();
}

function chooseCard(id) {
  const card = answer?.cards?.find((one) => one.id === id);
  for (const one of document.querySelectorAll("[data-card]")) one.classList.toggle("chosen", one.dataset.card === id);
  if (!card) return;
  document.querySelector(`[data-card="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  pinnedAt = Math.min(card.to_ms, answer.window.to_ms);
  map.easeTo({ center: [card.lon_e7 * E7, card.lat_e7 * E7], zoom: Math.max(map.getZoom(), 10.5), duration: 300 });
  draw();
  keepAddress();
}

function startView() {
  const view = (asked.get("view") ?? "").split(",").map(Number);
  if (view.length === 3 && view.every(Number.isFinite)) return { zoom: view[0], lat: view[1], lon: view[2] };
  const points = focus();
  if (!points.length) return { zoom: 5, lat: 21, lon: -78 };
  const [lons, lats] = [points.map((one) => one[0]), points.map((one) => one[1])];
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const span = Math.max((east - west) / 1.7, north - south, 0.45);
  return { zoom: Math.min(11, Math.log2(360 / span) - 0.55), lat: (south + north) / 2, lon: (west + east) / 2 };
}

function focus() {
  if (answer?.cells) return densest();
  const cards = (answer?.cards?.filter((card) => card.status === "open") ?? []).map((one) => [one.lon_e7 * E7, one.lat_e7 * E7]);
  const radar = tracks.filter((track) => track.kind === "radar").map((track) => [track.points.at(-1)[2] * E7, track.points.at(-1)[1] * E7]);
  const near = [...cards, ...radar];
  return near.length ? near : tracks.map((track) => [track.points.at(-1)[2] * E7, track.points.at(-1)[1] * E7]);
}

// The cells around the spot that holds most contacts.
function densest() {
  const at = answer.cells.map((cell) => [cell.lon_e7 * E7, cell.lat_e7 * E7, cell.contacts]);
  const near = (spot) => at.filter((one) => Math.abs(one[0] - spot[0]) < NEAR_DEG && Math.abs(one[1] - spot[1]) < NEAR_DEG);
  const weight = (spot) => near(spot).reduce((sum, one) => sum + one[2], 0);
  const best = at.reduce((most, spot) => (!most || weight(spot) > weight(most) ? spot : most), null);
  return best ? near(best) : [];
}

// --- the time bar ----------------------------------------------------------------------------------------------------

let playing = null;

function stopPlaying() {
  cancelAnimationFrame(playing);
  playing = null;
  play.textContent = "▶";
  keepAddress();
}

function step(from, started) {
  playing = requestAnimationFrame((now) => {
    const span = answer ? answer.window.to_ms - answer.window.from_ms : 0;
    pinnedAt = from + ((now - started) / (REPLAY_S * 1000)) * span;
    if (!answer || pinnedAt >= answer.window.to_ms) {
      pinnedAt = null;
      draw();
      stopPlaying();
      return;
    }
    draw();
    step(from, started);
  });
}

function enableBar() {
  for (const one of [slider, play, latest]) one.disabled = false;
  slider.addEventListener("input", () => {
    if (playing) stopPlaying();
    pinnedAt = Number(slider.value) >= answer.window.to_ms ? null : Number(slider.value);
    draw();
  });
  slider.addEventListener("change", keepAddress);
  latest.addEventListener("click", () => {
    if (playing) stopPlaying();
    pinnedAt = null;
    draw();
    keepAddress();
  });
  play.addEventListener("click", () => {
    if (playing) {
      stopPlaying();
      return;
    }
    play.textContent = "❚❚";
    const at = timeShown();
    step(at >= answer.window.to_ms ? answer.window.from_ms : at, performance.now());
  });
}

// --- start -----------------------------------------------------------------------------------------------------------

function hasWebGl() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

read();
if (hasWebGl()) {
  const container = document.getElementById("map");
  container.hidden = false;
  document.body.classList.add("has-map");
  try {
    map = await openMap(container, { ...startView(), palette: palette in PALETTES ? palette : "day" });
    addLayers();
    enableBar();
    draw();
    mark();
    map.on("moveend", keepAddress);
    document.addEventListener("fairlead:changed", () => {
      read();
      draw();
      mark();
    });
    document.addEventListener("click", (event) => {
      const track = event.target.closest("[data-show-track]");
      const card = event.target.closest("[data-show-card]");
      if (track) choose(track.dataset.showTrack, false);
      if (card) chooseCard(card.dataset.showCard);
    });
    document.body.dataset.map = "ready";
  } catch (error) {
    container.hidden = true;
    document.body.classList.remove("has-map");
    document.body.dataset.map = "failed";
    console.warn("the map could not be drawn; the node's drawing stays", error);
  }
} else {
  document.body.dataset.map = "none";
}
