import http from "node:http";
import { insert, quoted, run, unquoted, version } from "./sqlite.mjs";
import { versions } from "./versions.mjs";

const port = Number(process.env.PORT);
if (!Number.isInteger(port) || port < 1) {
  console.error("PORT must be set");
  process.exit(2);
}

class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

// Row 1 is 9007199254740991, row 2 is -9007199254740990: whoever takes an id for something else, finds out soon.
const idOf = (n) => (n % 2 ? 1 : -1) * (2 ** 53 - n);

const blank = /^[ \t\r\n]*$/;

function goodText(body) {
  const text = body.text;
  if (typeof text !== "string") throw new Refusal(400, "A message needs a text, and that is a string.");
  if (blank.test(text) || text.trim() === "") throw new Refusal(400, "Blanks alone are no text.");
  if (text.length > 2000) throw new Refusal(400, "At most 2000 characters.");
  if (!text.isWellFormed()) throw new Refusal(400, "Half a surrogate pair is no character.");
  return text;
}

function goodLimit(query) {
  const digits = query.get("limit") ?? "20";
  if (!/^([1-9][0-9]?|100)$/.test(digits)) throw new Refusal(400, "limit is a number from 1 to 100.");
  return Number(digits);
}

async function post(req) {
  const text = goodText(await bodyOf(req));
  const id = idOf(await insert(`INSERT INTO says(words) VALUES (${quoted(text)})`));
  return [201, { text, id }, { Location: `/messages/${id}` }];
}

async function list(query) {
  const lines = await run(`SELECT n, hex(words) FROM says ORDER BY n DESC LIMIT ${goodLimit(query)};`);
  const messages = lines.map((line) => line.split("|")).map(([n, words]) => ({ id: idOf(n), text: unquoted(words) }));
  return [200, { messages }];
}

const largest = 64 * 1024;

async function bodyOf(req) {
  const type = (req.headers["content-type"] ?? "application/json").split(";")[0].trim().toLowerCase();
  if (type !== "application/json") throw new Refusal(415, "Only application/json is understood.");
  const parts = [];
  let size = 0;
  for await (const part of req.iterator({ destroyOnReturn: false })) {
    size += part.length;
    if (size > largest) throw new Refusal(413, "A body has at most 64 KiB.", { Connection: "close" });
    parts.push(part);
  }
  let body;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw new Refusal(400, "The body is no JSON.");
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new Refusal(400, "The body is no JSON object.");
  }
  return body;
}

async function route(req) {
  const [path, search = ""] = req.url.replace(/^https?:\/\/[^/?]*/i, "").split(/\?(.*)/s);
  if (path === "/" || path === "") {
    if (req.method !== "GET") throw new Refusal(405, "Only GET here.", { Allow: "GET" });
    await insert(`INSERT INTO calls VALUES (${Date.now()})`);
    return [200, { service: "chat", status: "ready" }];
  }
  if (path === "/messages" || path === "/messages/") {
    if (!["GET", "POST"].includes(req.method)) throw new Refusal(405, "Only GET and POST here.", { Allow: "GET, POST" });
    if (path === "/messages") {
      return [308, { see: "/messages/" }, { Location: "/messages/" + (search && `?${search}`) }];
    }
    return req.method === "POST" ? post(req) : list(new URLSearchParams(search));
  }
  throw new Refusal(404, "There is nothing here.");
}

const server = http.createServer(async (req, res) => {
  let answer;
  try {
    answer = await route(req);
  } catch (error) {
    if (error instanceof Refusal) {
      answer = [error.status, { error: error.message }, error.headers];
    } else {
      if (req.destroyed && !req.complete) return; // it broke off half-way
      console.error(String(error));
      answer = [503, { error: "The database is not available." }];
    }
  }
  const [status, value, headers = {}] = answer;
  const body = JSON.stringify(value);
  const length = Buffer.byteLength(body);
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": length, ...headers });
  res.end(body);
  req.resume(); // whatever of its body nobody wanted
});

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 8000).unref();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 3000).unref();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);

if ((await version()) !== versions.length) {
  console.error("The database is not of today's version: run node migrate.mjs first.");
  process.exit(3);
}
server.listen(port, "127.0.0.1");
