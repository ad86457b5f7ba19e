// Renders templates with liquidjs: JSON lines {"template", "values"} in, {"text"} or {"error"} out.
// Values that are empty or false count as false in a condition, as empty cells do with us.
const readline = require("node:readline");
const { Liquid } = require("liquidjs");

const engine = new Liquid({ jsTruthy: true, timezoneOffset: 0, strictFilters: true, cache: false });

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { template, values } = JSON.parse(line);
  let answer;
  try {
    answer = { text: engine.parseAndRenderSync(template, values) };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
