// Google's own client for Node.js, over REST: JSON lines {"method", "request", "all"} in, one line out for each:
// {"answer"} or {"error": {"kind", "code", "reason", "message"}}. Requests and answers are proto3 JSON, but an update
// mask is a list of paths, which the client sends as they are spelled. A list is one page, unless "all" is asked for.
//   POSTRIDER_KEY=… node tasks.cjs PORT        (no key: no credentials)
const readline = require("node:readline");
const { CloudTasksClient } = require("@google-cloud/tasks").v2;
const { GoogleAuth, OAuth2Client, PassThroughClient } = require("google-auth-library");
const { fromProto3JSON, toProto3JSON } = require("proto3-json-serializer");

function credentials() {
  if (!process.env.POSTRIDER_KEY) return new PassThroughClient();
  const client = new OAuth2Client();
  client.setCredentials({ access_token: process.env.POSTRIDER_KEY });
  return client;
}

const client = new CloudTasksClient({
  apiEndpoint: "127.0.0.1",
  port: Number(process.argv[2]),
  protocol: "http",
  fallback: "rest",
  auth: new GoogleAuth({ authClient: credentials() }),
  projectId: "nobody",
});

const services = [
  client._protos.lookupService("google.cloud.tasks.v2.CloudTasks"),
  client.locationsClient._protos.lookupService("google.cloud.location.Locations"),
];

function described(method) {
  const name = method[0].toUpperCase() + method.slice(1);
  const found = services.map((service) => service.methods[name]).find(Boolean);
  if (!found) throw new Error(`the client has no ${method}`);
  return found.resolve();
}

// What a user of the client would write: plain objects, in which times are {seconds, nanos} and bytes are buffers.
function native(type, { updateMask, ...request }) {
  const made = type.toObject(fromProto3JSON(type, request));
  return updateMask ? { ...made, updateMask: { paths: updateMask } } : made;
}

function json(type, value) {
  return toProto3JSON(type.fromObject(value));
}

async function page(type, method, request, all) {
  const items = type.fieldsArray.find((field) => field.repeated);
  const ofItem = (item) => json(items.resolve().resolvedType, item);
  if (method === "listLocations") {
    const found = [];
    for await (const item of client.listLocationsAsync(request)) found.push(ofItem(item));
    return { [items.name]: found };
  }
  const [found, , raw] = await client[method](request, { autoPaginate: Boolean(all) });
  return { [items.name]: found.map(ofItem), ...(raw?.nextPageToken ? { nextPageToken: raw.nextPageToken } : {}) };
}

async function answer({ method, request, all }) {
  try {
    const rpc = described(method);
    const asked = native(rpc.resolvedRequestType, request);
    const type = rpc.resolvedResponseType;
    if (method.startsWith("list")) return { answer: await page(type, method, asked, all) };
    const [told] = await client[method](asked);
    return { answer: json(type, told) };
  } catch (error) {
    const { code, reason, message } = error;
    return { error: { kind: error.constructor.name, code, reason, message } };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
  }
}
main();
