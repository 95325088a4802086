// All that knows the sqlite3 program.
import { spawn } from "node:child_process";

const prefix = "sqlite:///";
const url = process.env.DATABASE_URL ?? "";
if (!url.startsWith(prefix)) {
  console.error("DATABASE_URL=sqlite:///PATH must be set");
  process.exit(2);
}
const file = url.slice(prefix.length);

// Not more than a few processes at a time; the others queue.
let free = 6;
const queue = [];
const enter = () => (free > 0 ? Promise.resolve(void free--) : new Promise((resolve) => queue.push(resolve)));
const leave = () => (queue.length > 0 ? queue.shift()() : void free++);

function once(sql) {
  return new Promise((resolve, reject) => {
    const child = spawn("sqlite3", ["-init", "/dev/null", "-batch", "-bail", "-noheader", "-list", file]);
    const out = [];
    let complaint = "";
    child.stdout.on("data", (part) => out.push(part));
    child.stderr.on("data", (part) => (complaint += part));
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0
        ? resolve(Buffer.concat(out).toString().split("\n").slice(0, -1))
        : reject(new Error(complaint.trim() || `sqlite3: ${status}`)),
    );
    child.stdin.on("error", () => {}); // its status tells the rest
    child.stdin.end(`.timeout 15000\n${sql}\n`);
  });
}

// The lines that these statements print. They stop at the first error, so an open transaction is undone.
export async function run(sql) {
  await enter();
  try {
    return await once(sql);
  } finally {
    leave();
  }
}

// Inserts that arrive while a transaction is under way share the next one. Resolves to the number of the new row.
let waiting = [];
let writer = null;

export function insert(statement) {
  return new Promise((resolve, reject) => {
    waiting.push({ statement, resolve, reject });
    writer ??= drain().finally(() => (writer = null));
  });
}

async function drain() {
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    const statements = batch.map(({ statement }) => `${statement};\nSELECT last_insert_rowid();`);
    try {
      const numbers = await run(`BEGIN IMMEDIATE;\n${statements.join("\n")}\nCOMMIT;`);
      batch.forEach(({ resolve }, i) => resolve(Number(numbers[i])));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }
}

// Texts go in and out as hexadecimal digits: nothing to quote, nothing to misread.
export const quoted = (text) => `CAST(X'${Buffer.from(text).toString("hex")}' AS TEXT)`;
export const unquoted = (digits) => Buffer.from(digits, "hex").toString();

export const version = async () => Number((await run("PRAGMA user_version;"))[0]);
