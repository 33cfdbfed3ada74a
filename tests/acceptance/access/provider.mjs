// A sign-in provider (OpenID Connect) on loopback, and a browser at it. Says its address on the first line; takes
// `{"go": address, "as": account}` a line, goes there as a browser that nobody has used, signs in as that account, and
// says the address that the provider leads back to.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// What libraries say is none of the lines.
console.info = console.error;
console.warn = console.error;
const tools = process.env.HABEAS_TEST_NODE;
const require = createRequire(`${tools}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const [back, secret] = process.argv.slice(2);

const ACCOUNTS = {
  "subject-1": { email: "nobody@alpha.example", email_verified: true },
  "subject-2": { email: "Dara@alpha.example", email_verified: true },
  "subject-3": { email: "dara@alpha.example", email_verified: false },
  "subject-4": {},
};
let account = "";

const server = createServer();
await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "habeas", client_secret: secret, redirect_uris: [back] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  cookies: { keys: ["invented"] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  const result = {};
  if (prompt.name === "login") {
    result.login = { accountId: account };
  } else {
    const known = { accountId: session.accountId, clientId: params.client_id };
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant(known);
    grant.addOIDCScope("openid email");
    result.consent = { grantId: await grant.save() };
  }
  ctx.respond = false;
  return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
});
server.on("request", provider.callback());
console.log(issuer);

/** Follows an address over the provider's own, with its cookies. */
async function browse(address) {
  const cookies = new Map();
  let next = address;
  while (next.startsWith(issuer)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(next, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair] = set.split(";");
      const at = pair.indexOf("=");
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get("location");
    if (!location) return `${answer.status} ${await answer.text()}`;
    next = new URL(location, next).href;
  }
  return next;
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  account = asked.as;
  console.log((await browse(asked.go)).replaceAll("\n", " "));
}
process.exit(0);
