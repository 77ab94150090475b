// Asks libraries that others wrote about payloads: one JSON text a line on standard input, one answer a line.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { AdaptiveCard, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");
const standardwebhooks = require("standardwebhooks");
const svix = require("svix");

function card({ payload }) {
  const card = new AdaptiveCard();
  const context = new SerializationContext(Versions.v1_4);
  card.parse(payload, context);
  const found = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  const told = card.validateProperties().validationEvents.map((event) => event.message);
  return { problems: [...found, ...told], read: card.toJSON(context) };
}

function signature({ library, secret, body, headers }) {
  const { Webhook } = { standardwebhooks, svix }[library];
  try {
    new Webhook(secret).verify(body, headers);
    return { genuine: true };
  } catch (error) {
    return { genuine: false, why: error.message };
  }
}

const asked = { card, signature };
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  console.log(JSON.stringify(asked[question.kind](question)));
}
