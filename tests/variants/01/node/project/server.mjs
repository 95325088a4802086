import http from "node:http";
import { spawn } from "node:child_process";

const prefix = "sqlite:///";
const url = process.env.DATABASE_URL ?? "";
const port = Number(process.env.PORT);
if (!url.startsWith(prefix) || !Number.isInteger(port)) {
  console.error("PORT and DATABASE_URL=sqlite:///PATH must be set");
  process.exit(2);
}
const file = url.slice(prefix.length);

// One sqlite3 process per transaction. It reads its statements from stdin and
// stops with a status other than 0 at the first error, so nothing is half done.
function run(sql) {
  return new Promise((resolve, reject) => {
    const child = spawn("sqlite3", ["-init", "/dev/null", "-batch", "-bail", file], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (part) => (complaint += part));
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0 ? resolve() : reject(new Error(complaint.trim() || `sqlite3: ${status}`)),
    );
    child.stdin.on("error", () => {}); // its status tells the rest
    child.stdin.end(`.timeout 15000\n${sql}\n`);
  });
}

// Requests that arrive while a transaction is under way share the next one.
let waiting = [];
let writer = null;

function record() {
  return new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    writer ??= drain().finally(() => (writer = null));
  });
}

async function drain() {
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    const inserts = batch.map(() => "INSERT INTO visit(at) VALUES (strftime('%Y-%m-%dT%H:%M:%fZ'));");
    try {
      await run(`BEGIN IMMEDIATE;\n${inserts.join("\n")}\nCOMMIT;`);
      batch.forEach((one) => one.resolve());
    } catch (error) {
      batch.forEach((one) => one.reject(error));
    }
  }
}

function answer(res, status, value, headers = {}) {
  const body = JSON.stringify(value) + "\n";
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
}

const server = http.createServer(async (req, res) => {
  req.resume();
  const path = req.url.split("?", 1)[0];
  if (path !== "/") return answer(res, 404, { error: "no such page" });
  if (req.method !== "GET") return answer(res, 405, { error: "only GET here" }, { Allow: "GET" });
  try {
    await record();
  } catch (error) {
    console.error(String(error));
    return answer(res, 503, { error: "the database is not available" });
  }
  answer(res, 200, { service: "chat", status: "ready" });
});

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 8000).unref();
  // close() ends the idle kept sockets (Node 19 and later); busy ones end after their answer.
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 3000).unref();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);

await run("CREATE TABLE IF NOT EXISTS visit(id INTEGER PRIMARY KEY, at TEXT NOT NULL);");
server.listen(port, "127.0.0.1");
