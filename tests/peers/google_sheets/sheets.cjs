// Google's own client asks the stand-in: JSON lines {"call", "parameters"} in, one line out for each:
// {"data"} or {"error": {"status", "message", "body"}}. Retries are off, so that one call is one request.
//   node sheets.cjs BASE_URL CREDENTIALS_FILE|metadata
const readline = require("node:readline");
const { Gaxios } = require("gaxios");
const { sheets, auth } = require("@googleapis/sheets");

const [baseUrl, credentials] = process.argv.slice(2);

// The client knows only one token endpoint, whatever the file says: its requests are led to the stand-in.
const transporter = new Gaxios();
transporter.interceptors.request.add({
  resolved: async (options) => {
    const url = new URL(options.url);
    if (url.hostname === "oauth2.googleapis.com") options.url = new URL(url.pathname, baseUrl);
    return options;
  },
});

const client = sheets({
  version: "v4",
  rootUrl: baseUrl + "/",
  retryConfig: { retry: 0, noResponseRetries: 0 },
  auth: new auth.GoogleAuth({
    scopes: ["https://www.googleapis.com/auth/spreadsheets"],
    clientOptions: { transporter, forceRefreshOnFailure: true },
    ...(credentials === "metadata" ? {} : { keyFile: credentials }),
  }),
});

async function answer({ call, parameters }) {
  const path = call.split(".");
  const method = path.pop();
  const resource = path.reduce((place, name) => place[name], client);
  try {
    return { data: (await resource[method](parameters)).data };
  } catch (error) {
    const { status, data } = error.response ?? {};
    return { error: { status, message: error.message, body: data, code: error.code } };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
  }
}
main();
