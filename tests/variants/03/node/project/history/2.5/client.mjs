import http from "node:http";
import https from "node:https";

const patience = 10000;
const usage = "usage: client.mjs ping | send TEXT | list [--limit N]";

class Trouble extends Error {}

function target(path) {
  let url;
  try {
    url = new URL(process.env.SERVER_URL ?? "");
  } catch {
    throw new Trouble(`SERVER_URL is not a usable address: ${process.env.SERVER_URL ?? "(not set)"}`);
  }
  const by = { "http:": http, "https:": https }[url.protocol];
  if (!by) throw new Trouble(`SERVER_URL must begin with http:// or https://, not ${url.protocol}//`);
  // The path goes out as it is: URL would take an id of two dots for a way upwards.
  return { by, url, path: url.pathname.replace(/\/+$/, "") + path };
}

// What was answered, as bytes. A redirection within the server is followed, as ours redirects /messages.
function fetchBytes(path, body, hops = 3) {
  const { by, url, path: whole } = target(path);
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": body.length };
    const options = { hostname: url.hostname.replace(/^\[|\]$/g, ""), port: url.port, path: whole, headers: { ...headers, Connection: "close" } };
    let request;
    const timer = setTimeout(() => end(() => reject(new Trouble("no answer within 10 seconds"))), patience);
    function end(action) {
      clearTimeout(timer);
      action();
      request?.destroy();
    }
    try {
      request = by.request({ ...options, method: body === undefined ? "GET" : "POST" });
    } catch (error) {
      return end(() => reject(new Trouble(error.message)));
    }
    request.on("error", (error) =>
      end(() => reject(new Trouble(`cannot reach ${url.origin}: ${error.code ?? error.message}`))),
    );
    request.on("response", (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", (error) => end(() => reject(new Trouble(`the answer broke off: ${error.message}`))));
      response.on("end", () => {
        const { statusCode: status, headers } = response;
        const bytes = Buffer.concat(parts);
        if (status >= 400) return end(() => reject(new Trouble(`the server answered ${status}${reason(bytes)}`)));
        if ([307, 308].includes(status) && headers.location?.startsWith("/") && hops > 0) {
          const prefix = whole.slice(0, whole.length - path.length);
          const next = headers.location;
          return end(() => resolve(fetchBytes(next.startsWith(prefix) ? next.slice(prefix.length) : next, body, hops - 1)));
        }
        end(() => resolve(bytes));
      });
    });
    request.end(body);
  });
}

function reason(bytes) {
  try {
    const { error, detail, title } = JSON.parse(bytes);
    const words = error ?? detail ?? title;
    return words === undefined ? "" : `: ${typeof words === "string" ? words : JSON.stringify(words)}`;
  } catch {
    return "";
  }
}

async function fetchObject(path, value) {
  const bytes = await fetchBytes(path, value && Buffer.from(JSON.stringify(value)));
  let object;
  try {
    object = JSON.parse(bytes);
  } catch {
    throw new Trouble("the answer is no JSON");
  }
  if (object === null || typeof object !== "object") throw new Trouble("the answer is no JSON object");
  return object;
}

const oneLine = (value) => String(value).replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]/g, " ");

function lineOf(message) {
  if (!["string", "number"].includes(typeof message?.id)) throw new Trouble("the answer holds something that is no message");
  return `${oneLine(message.id)}\t${oneLine(message.text)}`;
}

function linesOf(messages) {
  if (!Array.isArray(messages)) throw new Trouble("the answer holds no messages");
  return messages.map((message) => lineOf(message) + "\n").join("");
}

async function send(text) {
  process.stdout.write(lineOf(await fetchObject("/messages", { text })).split("\t")[0] + "\n");
}

async function list(...options) {
  const query = new URLSearchParams();
  if (options.length > 0) {
    if (options.length !== 2 || options[0] !== "--limit") throw new Trouble(usage);
    query.set("limit", options[1]);
  }
  const page = await fetchObject("/messages" + (query.size > 0 ? `?${query}` : ""));
  process.stdout.write(linesOf(page.messages));
}

const ping = async () => process.stdout.write(await fetchBytes("/"));
const [name, ...rest] = process.argv.slice(2);
try {
  if (name === "ping" && rest.length === 0) await ping();
  else if (name === "send" && rest.length === 1) await send(...rest);
  else if (name === "list") await list(...rest);
  else throw new Trouble(usage);
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  process.stderr.write(`chat: ${error.message}\n`);
  process.exitCode = 1;
}
