// The same as bench/mime.cc with nodemailer: node bench.cjs TEXT HTML ROWS SECONDS OUTPUT
const fs = require("node:fs");
const MailComposer = require("nodemailer/lib/mail-composer");

const [textFile, htmlFile, rowsFile, seconds, output] = process.argv.slice(2);
const text = fs.readFileSync(textFile, "utf8");
const html = fs.readFileSync(htmlFile, "utf8");
const rows = fs.readFileSync(rowsFile, "utf8").trim().split("\n").map((line) => line.split("\t"));

const build = ([name, address, subject, id]) =>
  new MailComposer({
    from: { name: "Zoë Müller", address: "zoe@example.com" },
    to: { name, address },
    subject,
    text,
    html,
    messageId: `<${id}@example.com>`,
    date: new Date(),
    newline: "windows",
  }).compile().build();

(async () => {
  fs.writeFileSync(output, await build(rows[0]));
  const begin = process.hrtime.bigint();
  let took = 0;
  let messages = 0;
  let octets = 0;
  while (took < Number(seconds)) {
    for (const message of await Promise.all(rows.map(build))) octets += message.length;
    messages += rows.length;
    took = Number(process.hrtime.bigint() - begin) / 1e9;
  }
  console.log(Math.round(messages / took), Math.round(octets / messages));
})();
