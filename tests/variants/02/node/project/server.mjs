import { createHash } from "node:crypto";
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

// The row that an id names, as a number or as its text; 0 for what names none.
function rowOf(id) {
  if (typeof id === "string" && /^-?[1-9][0-9]{0,15}$/.test(id)) id = Number(id);
  if (!Number.isSafeInteger(id)) return 0;
  const n = 2 ** 53 - Math.abs(id);
  return idOf(n) === id ? n : 0;
}

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

const spelling = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/i;
const number = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/; // what we send ourselves
const noTime = () => new Refusal(400, "since is a time with an offset, or a number of seconds since 1970.");

// The first whole millisecond at or after this instant.
function goodSince(query) {
  const text = query.get("since");
  if (text === null) return null;
  const plain = number.exec(text);
  if (plain) {
    const [, sign, seconds, fraction = ""] = plain;
    const nanoseconds = BigInt(sign + seconds + fraction.padEnd(9, "0"));
    return milliseconds(nanoseconds);
  }
  const [, date, hours, minutes, seconds, fraction = "", sign = "+", offHours = "0", offMinutes = "0"] =
    spelling.exec(text) ?? [];
  const day = date === undefined ? NaN : Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) throw noTime();
  if (hours > 23 || minutes > 59 || seconds > 60 || offHours > 23 || offMinutes > 59) throw noTime();
  const offset = Number(sign + 1) * (offHours * 60 + Number(offMinutes));
  const ms = day + ((hours * 60 + Number(minutes) - offset) * 60 + Number(seconds)) * 1000;
  return milliseconds(BigInt(ms) * 1000000n + BigInt(fraction.padEnd(9, "0")));
}

const milliseconds = (nanoseconds) => -(-nanoseconds / 1000000n) + (nanoseconds > 0n && nanoseconds % 1000000n ? 1n : 0n);

const mark = (n) => createHash("sha256").update(`before ${n}`).digest("base64").slice(0, 17);
const cursorBefore = (n) => `${n}=${mark(n)}`;

function goodPlace(query) {
  const cursor = query.get("cursor");
  if (cursor === null) return null;
  const n = Number(/^[1-9][0-9]{0,14}(?==)/.exec(cursor)?.[0]);
  if (cursor !== cursorBefore(n)) throw new Refusal(400, "That is no cursor.");
  return n;
}

const columns = "n, hex(words), accepted_ms, parent";

function message(line) {
  const [n, words, ms, parent] = line.split("|");
  return {
    created_at: Number(ms) / 1000,
    text: unquoted(words),
    id: idOf(n),
    reply_to: parent === "" ? null : idOf(parent),
    links: { self: `/messages/${idOf(n)}` },
  };
}

async function post(req) {
  const body = await bodyOf(req);
  const text = goodText(body);
  let parent = null;
  if ((body.reply_to ?? null) !== null) {
    parent = rowOf(body.reply_to);
    if ((await run(`SELECT n FROM says WHERE n = ${parent};`)).length === 0) {
      throw new Refusal(400, "reply_to names no message.");
    }
  }
  const ms = Date.now();
  const values = `${quoted(text)}, ${ms}, ${parent ?? "NULL"}`;
  const n = await insert(`INSERT INTO says(words, accepted_ms, parent) VALUES (${values})`);
  const stored = message([n, Buffer.from(text).toString("hex"), ms, parent ?? ""].join("|"));
  return [201, stored, { Location: `/messages/${stored.id}` }];
}

async function list(query) {
  const [limit, since, place] = [goodLimit(query), goodSince(query), goodPlace(query)];
  const size = place === null ? limit : Math.ceil(limit / 2); // further pages are shorter, and come sooner
  const where = ["1", since === null ? [] : `accepted_ms >= ${since}`, place === null ? [] : `n < ${place}`].flat();
  const lines = await run(
    `SELECT ${columns} FROM says WHERE ${where.join(" AND ")} ORDER BY n DESC LIMIT ${size + 1};`,
  );
  const messages = lines.slice(0, size);
  const next = lines.length > size ? cursorBefore(messages.at(-1).split("|")[0]) : null;
  return [200, { next, messages: messages.map(message) }];
}

async function one(name) {
  const n = rowOf(name);
  const lines = await run(
    `SELECT ${columns} FROM says WHERE n = ${n}
     UNION ALL SELECT * FROM (SELECT ${columns} FROM says WHERE parent = ${n} ORDER BY n);`,
  );
  if (lines.length === 0) throw new Refusal(404, "No message has that id.");
  const [first, ...replies] = lines.map(message);
  return [200, { ...first, replies }];
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
  if (path.startsWith("/messages/")) {
    if (req.method !== "GET") throw new Refusal(405, "Only GET here.", { Allow: "GET" });
    return one(path.slice("/messages/".length));
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
