import http from "node:http";
import https from "node:https";

function fail(message, status = 1) {
  process.stderr.write(`chat: ${message}\n`);
  process.exitCode = status;
}

function ping() {
  let target;
  try {
    target = new URL((process.env.SERVER_URL ?? "").replace(/\/+$/, "") + "/");
  } catch {
    return fail(`SERVER_URL is not a usable address: ${process.env.SERVER_URL ?? "(not set)"}`);
  }
  const by = { "http:": http, "https:": https }[target.protocol];
  if (!by) return fail(`SERVER_URL must begin with http:// or https://, not ${target.protocol}//`);

  let done = false;
  const end = (action) => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    action?.();
    request.destroy();
  };
  const request = by.get(target, { agent: false }, (response) => {
    const parts = [];
    response.on("data", (part) => parts.push(part));
    response.on("error", (error) => end(() => fail(`the answer broke off: ${error.message}`)));
    response.on("end", () =>
      end(() => {
        if (response.statusCode >= 400) fail(`the server answered ${response.statusCode}`);
        else process.stdout.write(Buffer.concat(parts));
      }),
    );
  });
  const timer = setTimeout(() => end(() => fail("no answer within 10 seconds")), 10000);
  request.on("error", (error) => end(() => fail(`cannot reach ${target.origin}: ${error.code ?? error.message}`)));
}

if (process.argv.length === 3 && process.argv[2] === "ping") ping();
else fail("usage: client.mjs ping", 2);
