// The same as bench/render.cc with liquidjs: node bench.cjs KIND TEMPLATE ROWS SECONDS OUTPUT
const fs = require("node:fs");
const { Liquid } = require("liquidjs");

const [kind, template, file, seconds, output] = process.argv.slice(2);
const [header, ...lines] = fs.readFileSync(file, "utf8").trim().split("\n");
const names = header.split("\t");
const rows = lines.map((line) => Object.fromEntries(line.split("\t").map((cell, i) => [names[i], cell])));

const engine = new Liquid({ jsTruthy: true, outputEscape: kind === "html" ? "escape" : undefined });
const parsed = engine.parse(fs.readFileSync(template, "utf8"));
fs.writeFileSync(output, engine.renderSync(parsed, rows[0]));

// Its compiler gets to know the code before the clock runs.
for (let i = 0; i < 20; ++i) for (const row of rows) engine.renderSync(parsed, row);

const begin = process.hrtime.bigint();
let took = 0;
let renderings = 0;
let characters = 0;
while (took < Number(seconds)) {
  for (const row of rows) characters += engine.renderSync(parsed, row).length;
  renderings += rows.length;
  took = Number(process.hrtime.bigint() - begin) / 1e9;
}
console.log(Math.round(renderings / took), Math.round(characters / renderings));
