// The smallest map that works under the console's content security policy: land, coast, moving contacts, three palettes.
//
// 1. Everything comes from this host: the module, its worker, the coast line. No glyphs, sprites or tiles are fetched.
// 2. The worker's address is set by hand, so that `worker-src 'self'` is enough and no blob worker is ever tried.
// 3. Colours come from the palette the server chose; changing palette never passes through a light frame.

import { Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl } from "./vendor/maplibre-gl.mjs";

setWorkerUrl(new URL("./vendor/maplibre-gl-worker.mjs", import.meta.url).href);

export const PALETTES = {
  day: { sea: "#d7e5ee", land: "#f3efe2", coast: "#7d8a8f", contact: "#1c3d5a", halo: "#ffffff" },
  dusk: { sea: "#24323d", land: "#3a3f3c", coast: "#6d7a7d", contact: "#cfe3f1", halo: "#101820" },
  night: { sea: "#05080a", land: "#120a08", coast: "#3a1c16", contact: "#b5533c", halo: "#000000" },
};

const EMPTY = { type: "FeatureCollection", features: [] };

function style(palette) {
  const colours = PALETTES[palette] ?? PALETTES.day;
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: new URL("./vendor/land.geojson", import.meta.url).href, tolerance: 0.2, maxzoom: 10 },
      contacts: { type: "geojson", data: EMPTY },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colours.sea } },
      { id: "land", type: "fill", source: "land", filter: ["==", "kind", "land"], paint: { "fill-color": colours.land } },
      { id: "coast", type: "line", source: "land", filter: ["==", "kind", "coast"], paint: { "line-color": colours.coast, "line-width": 0.8 } },
      {
        id: "contacts",
        type: "circle",
        source: "contacts",
        paint: {
          "circle-radius": 4,
          "circle-color": colours.contact,
          "circle-stroke-color": colours.halo,
          "circle-stroke-width": 1,
        },
      },
    ],
  };
}

// A map inside `container`; resolves once land and coast are drawn. Rejects when the browser has no WebGL 2.
export function openMap(container, { lon, lat, zoom, palette }) {
  return new Promise((resolve, reject) => {
    try {
      const map = new GlMap({
        container,
        style: style(palette),
        center: [lon, lat],
        zoom,
        maxZoom: 14,
        attributionControl: false,
        fadeDuration: 0,
        dragRotate: false,
        pitchWithRotate: false,
        canvasContextAttributes: { preserveDrawingBuffer: false },
      });
      map.touchZoomRotate.disableRotation();
      map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
      map.addControl(new ScaleControl({ unit: "nautical", maxWidth: 120 }), "bottom-right");
      map.once("idle", () => resolve(map));
      map.once("error", (event) => reject(event.error));
    } catch (error) {
      reject(error);
    }
  });
}

// Replace every contact at once. An empty list empties the map in the same frame.
export function showContacts(map, features) {
  map.getSource("contacts").setData({ type: "FeatureCollection", features });
}
