// Who calls our webhooks, and how they write. A secret that is missing or empty lets nobody in.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

// Node reads header fields as Latin-1.
function same(ours, theirs) {
  const [a, b] = [Buffer.from(ours), Buffer.from(theirs, "latin1")];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const formOf = (bytes) => new URLSearchParams(bytes.toString());

export function isFromTwilio({ PUBLIC_URL: url, TWILIO_AUTH_TOKEN: token }, target, bytes, headers) {
  if (!url || !token) return false;
  const pairs = [...formOf(bytes)].map((pair) => pair.map((part) => Buffer.from(part)));
  pairs.sort(([a], [b]) => Buffer.compare(a, b));
  const hmac = createHmac("sha1", token).update(url + target, "latin1");
  pairs.flat().forEach((part) => hmac.update(part));
  return same(hmac.digest("base64"), headers["x-twilio-signature"] ?? "");
}

export function isFromSlack({ SLACK_SIGNING_SECRET: secret }, bytes, headers) {
  const stamp = headers["x-slack-request-timestamp"] ?? "";
  if (!secret || !/^[0-9]+$/.test(stamp) || !(Math.abs(Date.now() / 1000 - Number(stamp)) <= 300)) return false;
  const digest = createHmac("sha256", secret).update(`v0:${stamp}:`).update(bytes).digest("hex");
  return same(`v0=${digest}`, headers["x-slack-signature"] ?? "");
}

// The last two characters, for those who know the number, and a digest, for the others to differ.
export function masked(who) {
  if (!who) return null;
  return `•••${who.slice(-2).toWellFormed()} ${createHash("sha256").update(`chat ${who}`).digest("hex").slice(0, 10)}`;
}

export const unescaped = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
export const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
