// Copies the browser files the console needs out of node_modules, and makes the coast line from Natural Earth.
//
// 1. Only files named here are copied, unaltered; nothing is bundled, minified or patched.
// 2. Natural Earth land (1:10 million, npm world-atlas) is clipped to BOX and rounded to 4 decimals (about 11 m).
// 3. Each copied file's licence text goes into LICENSES.txt beside it, so it travels inside the wheel.
// 4. The folder is replaced only when everything worked: a failed build leaves the last good one.

import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { feature } from "topojson-client";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const vendor = join(here, "..", "src", "fairlead", "door", "static", "vendor");
const fresh = `${vendor}.new`;

const BOX = { west: -126, south: -2, east: -52, north: 42 }; // Eastern Pacific, Gulf of Mexico, Caribbean, California
const DECIMALS = 4;

const FILES = [
  ["maplibre-gl", "dist/maplibre-gl.mjs", "maplibre-gl.mjs"],
  ["maplibre-gl", "dist/maplibre-gl-worker.mjs", "maplibre-gl-worker.mjs"],
  ["maplibre-gl", "dist/maplibre-gl.css", "maplibre-gl.css"],
  ["htmx.org", "dist/htmx.min.js", "htmx.min.js"],
];

function manifest(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
}

function licenceText(name) {
  const files = readdirSync(join(modules, name)).sort();
  const read = (file) => readFileSync(join(modules, name, file), "utf8");
  const own = files.find((file) => /^licen[cs]e/i.test(file));
  if (own) return read(own).trim();
  const readme = files.find((file) => /^readme/i.test(file));
  const section = readme && read(readme).match(/^#+ *licen[cs]e.*$([\s\S]*)/im);
  if (!section) throw new Error(`${name}: no licence text; do not ship it`);
  return section[0].trim();
}

function chapter(name, use) {
  const { version, license } = manifest(name);
  return `${name} ${version} (${license})\n${use}\n\n${licenceText(name)}\n`;
}

// --- coast line ------------------------------------------------------------------------------------------------------

const SIDES = [
  { inside: (p) => p[0] >= BOX.west, cut: (a, b) => atLongitude(a, b, BOX.west) },
  { inside: (p) => p[0] <= BOX.east, cut: (a, b) => atLongitude(a, b, BOX.east) },
  { inside: (p) => p[1] >= BOX.south, cut: (a, b) => atLatitude(a, b, BOX.south) },
  { inside: (p) => p[1] <= BOX.north, cut: (a, b) => atLatitude(a, b, BOX.north) },
];

function atLongitude(a, b, lon) {
  return [lon, a[1] + ((b[1] - a[1]) * (lon - a[0])) / (b[0] - a[0])];
}

function atLatitude(a, b, lat) {
  return [a[0] + ((b[0] - a[0]) * (lat - a[1])) / (b[1] - a[1]), lat];
}

// Sutherland-Hodgman: the box is convex, so one pass a side; edges along the box are left in (land goes on beyond it).
function clipRing(ring) {
  let points = ring.slice(0, -1);
  for (const { inside, cut } of SIDES) {
    const kept = [];
    points.forEach((point, i) => {
      const before = points[(i + points.length - 1) % points.length];
      if (inside(point)) {
        if (!inside(before)) kept.push(cut(before, point));
        kept.push(point);
      } else if (inside(before)) kept.push(cut(before, point));
    });
    points = kept;
    if (points.length === 0) return [];
  }
  return points;
}

function compactRing(ring) {
  const round = (value) => Number(value.toFixed(DECIMALS));
  const points = [];
  for (const [lon, lat] of clipRing(ring)) {
    const point = [round(lon), round(lat)];
    const last = points[points.length - 1];
    if (!last || last[0] !== point[0] || last[1] !== point[1]) points.push(point);
  }
  const [first] = points;
  const last = points[points.length - 1];
  if (points.length > 1 && first[0] === last[0] && first[1] === last[1]) points.pop();
  return points.length < 3 ? [] : [...points, first];
}

// The parts of a ring that are coast and not an edge of the box.
function coastOf(ring) {
  const onBox = (a, b) =>
    (a[0] === b[0] && (a[0] === BOX.west || a[0] === BOX.east)) || (a[1] === b[1] && (a[1] === BOX.south || a[1] === BOX.north));
  const lines = [];
  let line = [];
  for (let i = 1; i < ring.length; i += 1) {
    if (onBox(ring[i - 1], ring[i])) {
      if (line.length > 1) lines.push(line);
      line = [];
    } else line = line.length ? [...line, ring[i]] : [ring[i - 1], ring[i]];
  }
  if (line.length > 1) lines.push(line);
  return lines;
}

function landAndCoast() {
  const topology = JSON.parse(readFileSync(join(modules, "world-atlas", "land-10m.json"), "utf8"));
  const found = feature(topology, topology.objects.land);
  const shapes = found.type === "FeatureCollection" ? found.features.map((one) => one.geometry) : [found.geometry];
  const polygons = shapes
    .flatMap((shape) => (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates))
    .map((rings) => rings.map(compactRing))
    .filter((rings) => rings[0].length > 0)
    .map((rings) => rings.filter((ring) => ring.length > 0));
  if (polygons.length === 0) throw new Error("no land inside the box: is land-10m.json what it should be?");
  return {
    type: "FeatureCollection",
    features: [
      { type: "Feature", properties: { kind: "land" }, geometry: { type: "MultiPolygon", coordinates: polygons } },
      { type: "Feature", properties: { kind: "coast" }, geometry: { type: "MultiLineString", coordinates: polygons.flat().flatMap(coastOf) } },
    ],
  };
}

// --- build -----------------------------------------------------------------------------------------------------------

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
for (const [name, from, to] of FILES) cpSync(join(modules, name, from), join(fresh, to));
writeFileSync(join(fresh, "land.geojson"), JSON.stringify(landAndCoast()));

const inside = Object.keys(manifest("maplibre-gl").dependencies).filter((name) => !name.startsWith("@types/"));
const chapters = [
  chapter("maplibre-gl", "files: maplibre-gl.mjs, maplibre-gl-worker.mjs, maplibre-gl.css (unaltered)"),
  chapter("htmx.org", "files: htmx.min.js (unaltered)"),
  chapter("world-atlas", "files: land.geojson (converted, clipped, rounded)"),
  ...inside.map((name) => chapter(name, "built into maplibre-gl.mjs and its worker by their authors")),
];
chapters.push("Natural Earth (public domain)\nThe shapes in land.geojson come from Natural Earth 1:10m land, by way of world-atlas. Not for navigation.\n");
writeFileSync(join(fresh, "LICENSES.txt"), chapters.join(`\n${"=".repeat(100)}\n\n`));

rmSync(vendor, { recursive: true, force: true });
renameSync(fresh, vendor);
for (const file of readdirSync(vendor).sort()) console.log(`${String(statSync(join(vendor, file)).size).padStart(9)}  ${file}`);
