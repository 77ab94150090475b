// A receiver in Node (18 and later): verifies a Standard Webhooks signature with the standard library alone.
//
//   WEBHOOK_SECRET='whsec_…' node receiver.mjs
//
// Settings, from the environment: WEBHOOK_SECRET (several separated by blanks while they rotate),
// HOST (127.0.0.1), PORT (8080), SEEN (./seen, the folder that remembers ids).

import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 64_000;

const KEYS = (process.env.WEBHOOK_SECRET ?? "")
  .split(/\s+/)
  .filter(Boolean)
  .map((secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64"));
const SEEN = process.env.SEEN ?? "seen";
if (KEYS.length === 0) {
  console.error("set WEBHOOK_SECRET");
  process.exit(1);
}
mkdirSync(SEEN, { recursive: true });

/** Tell whether a request was signed with one of the keys, within five minutes of now. */
function isGenuine(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(id) || !/^[0-9]{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  let genuine = false;
  for (const key of KEYS) {
    const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
    const wanted = Buffer.from(`v1,${digest}`);
    for (const signature of (headers["webhook-signature"] ?? "").split(" ")) {
      const given = Buffer.from(signature);
      // Of equal length only, as timingSafeEqual wants it; the length of a signature is no secret.
      if (given.length === wanted.length && timingSafeEqual(given, wanted)) genuine = true;
    }
  }
  return genuine;
}

/** Do what an event is worth; here it is printed. */
function actOn(event, id) {
  console.log(`${event.type} ${id}`);
}

/** Return the bytes of a body as they came, or null where there are too many. */
async function bytesOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function statusFor(request) {
  if (request.method !== "POST") return 405;
  const body = await bytesOf(request);
  if (body === null) return 413;
  if (!isGenuine(request.headers, body)) return 401;
  const id = request.headers["webhook-id"];
  const seen = join(SEEN, id);
  if (!existsSync(seen)) {
    actOn(JSON.parse(body.toString("utf8")), id);
    // Remembered after the deed: a crash in between repeats an event, and loses none.
    writeFileSync(seen, "");
  }
  return 204;
}

const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
  let status = 500;
  try {
    status = await statusFor(request);
  } catch (error) {
    console.error(`not handled: ${error.message}`);
  }
  response.writeHead(status, status === 204 ? {} : { connection: "close", "content-length": 0 }).end();
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1", () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
