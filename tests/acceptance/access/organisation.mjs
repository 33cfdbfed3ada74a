// A tool of an organisation by nats.js: what organisation.py tries with nats-py, with the same arguments and lines.
// The folder of nats.js stands in HABEAS_TEST_NODE.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.HABEAS_TEST_NODE}/package.json`);
const { connect, nkeyAuthenticator, StringCodec } = require("nats");

const [what, url, login, event = ""] = process.argv.slice(2);
const [seed, org] = login.split("/");
const text = StringCodec();
const say = (value) => console.log(JSON.stringify(value));
const timeout = 20_000;

/** A connection, and what the server refused on it. */
async function connection() {
  const server = new URL(url.includes("//") ? url : `nats://${url}`);
  const client = await connect({
    servers: server.host,
    reconnect: false,
    ...(seed ? { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) } : {}),
  });
  const refused = [];
  let heard;
  const first = new Promise((resolve) => { heard = resolve; });
  (async () => {
    for await (const status of client.status()) {
      if (status.type === "error") {
        refused.push(String(status.data));
        heard(null);
      }
    }
  })();
  return { client, refused, first };
}

async function ask({ client, first }, subject) {
  const request = client.request(subject, text.encode(event), { timeout }).catch(() => null);
  const answer = await Promise.race([request, first]);
  return answer && !text.decode(answer.data).includes("error") ? "yes" : "-";
}

async function hear({ client, refused }, subject) {
  const heard = client.subscribe(subject, { callback: (error) => error && refused.push(String(error)) });
  // The server refuses before it answers a ping that follows; the first may have been on its way before.
  await client.flush();
  await client.flush();
  return refused.length === 0 && !heard.isClosed() ? "yes" : "-";
}

const SUBJECTS = [
  ["request", `habeas.submit.${org}`],
  ["publish", `habeas.inbox.${org}.form`],
  ["subscribe", `habeas.verdict.${org}`],
  ["subscribe", `habeas.inbox.${org}.>`],
  ["subscribe", `habeas.submit.${org}`],
  ["publish", `habeas.verdict.${org}`],
  ["publish", `habeas.event.${org}.arrest`],
  ["subscribe", "habeas.event.>"],
  ["request", "$JS.API.INFO"],
  ["request", "$JS.API.STREAM.INFO.HABEAS"],
  ["request", "$JS.API.STREAM.DELETE.HABEAS"],
  ["request", `$JS.API.STREAM.PURGE.HABEAS_IN_${org}`],
  ["request", "$JS.API.DIRECT.GET.HABEAS"],
  ["request", "$KV.HABEAS_NOTARY.checkpoint"],
  ["request", "$SYS.REQ.SERVER.PING"],
  ["subscribe", "$SYS.>"],
  ["subscribe", ">"],
];

const verbs = {
  /** Every subject that there is, as one key. */
  async table() {
    const rows = [];
    for (const [verb, subject] of SUBJECTS) {
      // A connection of its own each: a refusal is then of this alone.
      const open = await connection();
      const cell = await (verb === "subscribe" ? hear : ask)(open, subject);
      rows.push([verb, subject, cell]);
      await open.client.close();
    }
    say(rows);
  },

  /** Sends each event of a list by request, as this organisation; prints what is answered. */
  async ask() {
    const { client } = await connection();
    for (const one of JSON.parse(event)) {
      const answer = await client.request(`habeas.submit.${org}`, text.encode(JSON.stringify(one)), { timeout });
      console.log(text.decode(answer.data));
    }
    await client.close();
  },
};

try {
  await verbs[what]();
} catch (error) {
  say({ refused: error.name });
}
process.exit(0);
