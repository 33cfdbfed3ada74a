// Looks at every page in a real Chromium and says what is wrong, one line each; started by
// tests/acceptance/page.rs, which does what is asked on lines that begin with "> ".
//
// Never here: pictures that decide; those of HABEAS_IMAGES are for people (docs/images).

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const { HABEAS_BASE: base, HABEAS_TOKEN: token, HABEAS_IMAGES: images } = process.env;
const roles = JSON.parse(process.env.HABEAS_ROLE_TOKENS || "{}"); // a token of each role
const tools = createRequire(path.join(process.env.HABEAS_BROWSER_TOOLS, "none.cjs"));
const { chromium } = tools("playwright-core");
const png = tools("upng-js");
const axe = fs.readFileSync(tools.resolve("axe-core/axe.min.js"), "utf8");

const COLOURS = 48; // in a picture
const WIRE_BYTES_MAX = 60_000; // a first view, everything it loads
const LIVE_MS_MAX = 1_000; // from "the event is in" to "it stands on the page"
const BACK_MS_MAX = 30_000; // a node that came back is found again

const wrong = [];
const fail = (where, what) => wrong.push(`${where}: ${what}`);
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(what) {
  process.stdout.write(`> ${what}\n`);
  await answers.next();
  return Date.now();
}

const browser = await chromium.launch({
  executablePath: process.env.HABEAS_CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A browser context that notes what must never be: errors, refusals, requests to elsewhere. */
async function open(options, where) {
  const context = await browser.newContext({ viewport: { width: options.width, height: 800 }, ...options });
  const page = await context.newPage();
  page.where = where;
  page.on("console", (message) => {
    if (message.type() === "error" && !page.expects) fail(page.where, message.text());
  });
  page.on("pageerror", (error) => fail(page.where, error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("blob:") && !url.startsWith("data:")) fail(page.where, `asks ${url}`);
  });
  return page;
}

/** Goes to a page, and checks what holds of each. */
async function visit(page, address, status = 200) {
  page.expects = status !== 200;
  const answer = await page.goto(base + address, { waitUntil: "domcontentloaded" });
  page.where = page.where.split(" ")[0] + " " + address;
  if (answer.status() !== status) fail(page.where, `status ${answer.status()}, not ${status}`);
  const policy = answer.headers()["content-security-policy"] || "";
  if (!policy.includes("default-src 'none'") || policy.includes("unsafe")) fail(page.where, `policy ${policy}`);
  const width = page.viewportSize().width;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth).catch(() => width);
  if (wide > width) fail(page.where, `is ${wide} px wide at ${width} px`);
  const text = await page.locator("body").innerText();
  if (/\b(overview|held|figure|nav|word|field|case|label|findings|contradictions|inconsistencies|duplicates|overlap|rearrests|definitions|cite|feed|search|decide|publish)\.[a-z_]+\b/.test(text)) fail(page.where, "shows a key of the catalogue");
  return text;
}

const PAGES = [
  "/", "/?place=KH&occurred=2020", "/?at=44", "/held?on=2020-12-10", "/figures",
  "/figures?measure=persons&kind=arrest&occurred=2020&group_by=month",
  "/figures?measure=person_charges&group_by=article,charge_status",
  "/figures?definition=detained/any&on=2020-12-10&at=43",
  "/cases", "/cases/mekong-rights:2020-008", "/cases/khmer-watch:k20-003", "/cases/caspian-desk:2020-01",
  "/why?measure=persons&kind=arrest&occurred=2020&from=43", "/records?definition=arrested/for_rights&occurred=2020", "/statements", "/hearings?on=2020-12-10", "/published",
  "/rearrests?within_days=730", "/overlap", "/overlap?org=mekong-rights,khmer-watch", "/duplicates?at=58", "/decide", "/definitions", "/contradictions", "/inconsistencies",
  "/persons/mekong-rights:p09", "/persons/caspian-desk:1", "/events/44", "/history", "/access", "/search?q=raksmey", "/search?q=gathring",
];

// Language, width, colours, with scripts, held against WCAG.
const WAYS = [
  ["", 1280, "light", true, true], ["/km", 360, "dark", true, true], ["/fa", 1280, "light", true, true],
  ["", 360, "dark", true, false], ["/km", 1280, "light", true, false], ["/fa", 360, "light", true, false],
  ["", 360, "light", false, false], ["/km", 1280, "dark", false, false], ["/fa", 360, "light", false, false],
];

/** Every page, with scripts and without, in each language and width. */
async function everyPage() {
  let seen = 0;
  const ways = WAYS.values();
  const walk = async () => {
    for (const [language, width, colorScheme, javaScriptEnabled, judged] of ways) {
      const page = await open({ width, colorScheme, javaScriptEnabled, locale: "en-GB" }, `${language || "en"}/${width}/${javaScriptEnabled ? "scripts" : "plain"}`);
      for (const address of PAGES) {
        const text = await visit(page, address === "/" ? language || "/" : address.startsWith("/?") ? (language || "/") + address.slice(1) : language + address);
        if (text.length < 200) fail(page.where, "is almost empty");
        seen += 1;
        if (judged) await judge(page);
      }
      await page.context().close();
    }
  };
  await Promise.all([walk(), walk()]);
  return seen;
}

/** Holds a page against WCAG 2.1 AA. */
async function judge(page) {
  // The policy lets no foreign script in, and the tool is one: it is handed in past the page.
  const client = await page.context().newCDPSession(page);
  const evaluate = (expression) => client.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  await evaluate(axe);
  const run = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }).then((found) => JSON.stringify(
    found.violations.map((one) => one.id + " at " + one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0]?.message || "")).join(", "))))`;
  const { result } = await evaluate(run);
  for (const violation of JSON.parse(result.value)) fail(page.where, `axe: ${violation}`);
  await client.detach();
}

/** The same numbers as the API. */
async function numbers() {
  const page = await open({ width: 1280 }, "numbers");
  for (const query of ["measure=persons&kind=arrest&occurred=2020", "definition=detained/any&on=2020-12-10",
    "measure=events&kind=release&group_by=release_kind", "measure=persons&kind=arrest&group_by=year&at=60"]) {
    await visit(page, `/figures?${query}`);
    const answer = await (await fetch(`${base}/v1/figures?${query}`)).json();
    const shown = await page.locator(".number.big").innerText();
    if (shown !== String(answer.total.count)) fail(query, `shows ${shown}, the API says ${answer.total.count}`);
    const cells = await page.locator("table.figures td.n b").allInnerTexts();
    const rows = answer.rows.map((row) => String(row.count)).sort();
    if (cells.sort().join() !== rows.join()) fail(query, `rows ${cells}, the API says ${rows}`);
    const csv = (await (await fetch(`${base}/v1/figures.csv?${query}`)).text()).trim().split("\r\n").slice(1);
    if (csv.length !== Math.max(1, rows.length)) fail(query, `CSV has ${csv.length} rows`);
  }
  await visit(page, "/held?on=2020-12-10");
  const people = await page.locator(".people > li").count();
  const held = await (await fetch(`${base}/v1/figures?definition=detained/any&on=2020-12-10`)).json();
  if (people !== held.total.at_most) fail("/held", `${people} lines, the API says ${held.total.at_most} at most`);
  await lists(page);
  const drawn = await (await fetch(`${base}/v1/figures.svg?kind=arrest&group_by=month`)).text();
  if (!drawn.startsWith("<svg xmlns")) fail("svg", drawn.slice(0, 80));
  const feed = await (await fetch(`${base}/v1/figures.atom?kind=arrest`)).text();
  const moved = (await json("/v1/figures/changes?kind=arrest&from=0")).changes.filter((change) => JSON.stringify(change.delta).match(/[1-9]/));
  const told = [...feed.matchAll(/<entry><id>[^<]*<\/id>.*?[?;]at=([0-9]+)"/gs)].map((entry) => Number(entry[1]));
  const last = moved.map((change) => change.position).reverse().slice(0, 20);
  if (told.join() !== last.join()) fail("atom", `tells ${told}, the API says ${last}`);
  const newest = await json("/v1/figures?kind=arrest");
  if (!feed.includes(`: ${newest.total.count} `) && !feed.includes(`: ${newest.total.count} (`)) fail("atom", `the last entry is not of ${newest.total.count}`);
  await visit(page, "/figures?what=nonsense", 400);
  await visit(page, "/cases/mekong-rights:nobody", 404);
  await visit(page, "/held?colour=red", 400);
  await page.context().close();
}

async function json(address) {
  return (await fetch(base + address)).json();
}

/** The lists, as the API has them. */
async function lists(page) {
  const number = async () => page.locator(".number.big").first().innerText();
  await visit(page, "/rearrests?within_days=365");
  const again = await json("/v1/figures/rearrests?within_days=365");
  if ((await number()) !== String(again.total.count)) fail("/rearrests", `shows ${await number()}, the API says ${again.total.count}`);
  const lines = await page.locator("table.figures tbody tr").count();
  if (lines !== again.rearrests.length) fail("/rearrests", `${lines} lines, the API says ${again.rearrests.length}`);
  await visit(page, "/overlap?org=mekong-rights,khmer-watch");
  const overlap = await json("/v1/figures/overlap?kind=arrest&org=mekong-rights,khmer-watch");
  const three = await page.locator("table.rank td.n").allInnerTexts();
  const said = [overlap.only_first, overlap.both, overlap.only_second].map((one) => one.count);
  if (three.join() !== said.join()) fail("/overlap", `shows ${three}, the API says ${said}`);
  const both = await page.locator(".ids > li").count();
  if (both !== overlap.individuals.length) fail("/overlap", `${both} people, the API says ${overlap.individuals.length}`);
  for (const name of ["contradictions", "inconsistencies"]) {
    await visit(page, `/${name}`);
    const found = (await json(`/v1/${name}`))[name];
    const shown = await page.locator(".finding").count();
    if (shown !== found.length || (await number()) !== String(found.length)) fail(`/${name}`, `${shown} shown, the API says ${found.length}`);
  }
  await visit(page, "/contradictions");
  if (!(await page.locator(".contradiction .source").count())) fail("/contradictions", "names no source");
  await visit(page, "/duplicates?at=58");
  const groups = await page.locator(".finding").count();
  const duplicates = (await json("/v1/duplicates?at=58")).duplicates.length;
  if (!groups || groups !== duplicates) fail("/duplicates", `${groups} shown, the API says ${duplicates}`);
  await visit(page, "/definitions");
  const defined = await json("/v1/definitions");
  const all = defined.built_in.length + defined.definitions.length;
  const known = await page.locator(".finding").count();
  if (known !== all) fail("/definitions", `${known} shown, the API says ${all}`);
}

/** Time runs as a page is read: its columns, the days of a case, and what stands beside. */
async function direction() {
  const page = await open({ width: 1280 }, "direction");
  for (const [language, sign] of [["", 1], ["/fa", -1]]) {
    for (const [address, labels] of [["/figures?measure=persons&kind=arrest&occurred=2020&group_by=month", ".columns .tick"],
      ["/cases/mekong-rights:2020-008", ".custody-bar ~ svg.axis:first-of-type .tick"]]) {
      await visit(page, language + address);
      const at = await page.locator(labels).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().x));
      if (at.length < 2 || Math.sign(at.at(-1) - at[0]) !== sign) fail(page.where, `time runs from ${at[0]} to ${at.at(-1)}`);
    }
    const bar = page.locator("svg.spans").first();
    const turned = await bar.evaluate((one) => getComputedStyle(one).transform);
    if ((turned === "none") !== (sign === 1)) fail(page.where, `a bar has ${turned}`);
  }
  await page.context().close();
}

/** A figure can be cited, and counted again. */
async function citing() {
  const page = await open({ width: 1280 }, "citing");
  await visit(page, "/figures?measure=persons&kind=arrest&occurred=2020&at=60");
  const command = await page.locator("#cite-replay").textContent();
  if (command !== "habeas replay history.jsonl --at 60 figures measure=persons kind=arrest occurred=2020") fail(page.where, command);
  for (const address of ["/figures?measure=persons&kind=arrest&occurred=2020&at=60", "/published"]) {
    await visit(page, address);
    const link = page.locator(".cite a[download]").first();
    // Before a checkpoint covers R there is none, and no link to it.
    if ((await link.count()) === 0) continue;
    const certificate = await fetch(base + (await link.getAttribute("href")));
    const told = await certificate.json();
    const right = certificate.status === 200 && told.certificate === 2 && told.position > 0;
    if (!right) fail(page.where, `the certificate is answered by ${certificate.status} ${JSON.stringify(told).slice(0, 200)}`);
  }
  if (!(await page.locator(".cite .citation").first().textContent()).includes("/figures?")) fail(page.where, "cites no address");
  await page.context().close();
}

/** Forms and sliders lead on, without scripts too. */
async function controls() {
  const page = await open({ width: 1280, javaScriptEnabled: false }, "controls");
  await visit(page, "/held");
  await page.locator("#adjust-at").fill("43");
  await page.locator(".slider button").first().click();
  if (!page.url().includes("at=43")) fail(page.where, `the slider for R leads to ${page.url()}`);
  await page.locator("#adjust-day").fill("18506");
  await page.locator(".slider button").nth(1).click();
  if (!page.url().includes("on=2020-09-01")) fail(page.where, `the slider for D leads to ${page.url()}`);
  if ((await page.locator(".number.big").innerText()) !== "6") fail(page.where, "6 were held on 1 September as known then");
  await visit(page, "/figures");
  await page.locator("#f-what").selectOption("events;kind;arrest");
  await page.locator("#f-group_by").selectOption("org");
  await page.locator(".builder button").click();
  if (!page.url().includes("measure=events&kind=arrest&group_by=org")) fail(page.where, `the form leads to ${page.url()}`);
  await page.locator(".tongues a[hreflang=km]").click();
  if (!page.url().includes("/km/figures?measure=events")) fail(page.where, `Khmer is at ${page.url()}`);
  await page.context().close();
}

/** Reads by a token from here on: the operator's, where none is named. */
async function signIn(page, by = token) {
  await visit(page, "/access");
  await page.locator("#token").fill(by);
  await page.locator("form.go button.main").click();
  await page.waitForURL(base + "/");
}

/** Who signs in sees more, and the cookie is taken for reading alone. */
async function access() {
  const page = await open({ width: 1280 }, "access");
  await visit(page, "/rejected", 401);
  if ((await visit(page, "/cases")).includes("khmer-watch:k20-006")) fail("access", "the public sees what is not public");
  await signIn(page);
  if (!(await visit(page, "/cases")).includes("khmer-watch:k20-006")) fail("access", "the operator does not see everything");
  await visit(page, "/rejected");
  await visit(page, "/uses");
  await judge(page);
  page.expects = true; // the refusal is what is asked for
  const sent = await page.evaluate(() => fetch("/v1/events", { method: "POST", body: "{}" }).then((answer) => answer.status));
  if (sent !== 401) fail("access", `a cookie may send: ${sent}`);
  await visit(page, "/access");
  await page.locator("form.go button.main").click();
  if ((await visit(page, "/cases")).includes("khmer-watch:k20-006")) fail("access", "signed out, and still sees it");
  await page.context().close();
}

/** An arrest of an uncertain date is entered, seen, corrected and taken back, by forms and by keys alone. */
async function entering(language, width, javaScriptEnabled) {
  const page = await open({ width, javaScriptEnabled, locale: "en-GB" }, `entering${language}/${width}`);
  let acts = 0;
  const input = (name) => page.locator(`.entry [name="/data/${name}"]`);
  const type = async (name, value) => { acts += 1; await input(name).fill(value); };
  const choose = async (name, value) => { acts += 1; await input(name).selectOption(value); };
  const looked = async (what) => {
    page.where = `entering${language}/${width} ${what}`;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth).catch(() => width);
    if (wide > width) fail(page.where, `is ${wide} px wide at ${width} px`);
    const text = await page.locator("body").innerText();
    if (/\b(enter|input|correct|retract|publish|decide|duplicates|wrong|notice|event|person)\.[a-z_]+\b/.test(text)) fail(page.where, "shows a key of the catalogue");
    if (javaScriptEnabled) await judge(page);
    return text;
  };
  const press = async (button) => {
    acts += 1;
    await Promise.all([page.waitForEvent("domcontentloaded"), page.locator(button).first().press("Enter")]);
  };
  await signIn(page, roles.desk);
  await visit(page, `${language}/enter`);
  await looked("kinds");
  await press('main a[href$="/enter/arrest"]');
  await looked("form");
  await type("persons/0/names/0/text", "ឡុង ចន្ធូ");
  await choose("occurred#month", "5");
  await type("occurred#year", "2020");
  await choose("occurred#doubt", "~");
  await type("place/code", "KH-12");
  await choose("visibility", "public");
  await press(".send button[value=check]");
  const shown = await looked("preview");
  if (!shown.includes("2020-05~") || !shown.includes("ឡុង ចន្ធូ")) fail(page.where, `does not show what was typed: ${shown.slice(0, 400)}`);
  await press(".send button[value=send]");
  const event = page.url().match(/\/events\/([0-9]+)$/)?.[1];
  if (!event) return fail(page.where, `leads to ${page.url()}`);
  if (acts > 12) fail(page.where, `an arrest takes ${acts} interactions`);
  await looked("event");
  const effective = async () => (await (await fetch(`${base}/v1/events/${event}`, { headers: { authorization: `Bearer ${token}` } })).json()).effective;
  await press('main a[href$="/correct"]');
  await looked("correction");
  await type("occurred#day", "7");
  await choose("occurred#doubt", "");
  await press(".send button[value=check]");
  await looked("change");
  await press(".send button[value=send]");
  const corrected = (await effective())?.data.occurred;
  if (corrected !== "2020-05-07") fail(page.where, `the date is ${corrected}`);
  await visit(page, `${language}/events/${event}/publish`);
  await looked("publication");
  await visit(page, `${language}/events/${event}/retract`);
  await looked("retraction");
  await page.locator("#reason").selectOption("duplicate");
  await press(".send button[value=send]");
  if (await effective()) fail(page.where, "it is in effect still");
  await visit(page, `${language}/decide`);
  await looked("what there is to decide");
  if (!(await page.locator(`main .lines a[href$="/events/${event}"]`).count())) fail(page.where, "does not show what was decided");
  await visit(page, `${language}/enter/nothing`, 404);
  await visit(page, `${language}/enter/release`);
  page.expects = true; // what is not right is refused
  await press(".send button[value=check]");
  await looked("refusal");
  if (!(await page.locator(".wrongs a").count())) fail(page.where, "does not say where it is not right");
  await page.context().close();
}

/** What a first view weighs. */
async function weight(address) {
  const page = await open({ width: 360 }, "weight");
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  let bytes = 0;
  client.on("Network.loadingFinished", (loaded) => (bytes += loaded.encodedDataLength));
  await page.goto(base + address, { waitUntil: "load" });
  await page.waitForTimeout(300);
  if (bytes > WIRE_BYTES_MAX || bytes < 2_000) fail(address, `weighs ${bytes} bytes, but must be at most ${WIRE_BYTES_MAX}`);
  await page.context().close();
  return bytes;
}

/** What comes in stands on an open page within a second; a node that comes back is found again. */
async function live() {
  const page = await open({ width: 1280 }, "live");
  await visit(page, "/");
  page.expects = true; // while the node is away, its absence is an error that is meant
  await page.locator("html.following").waitFor();
  await page.waitForTimeout(1_800); // what opening the stream fetched has been put in
  const first = page.locator(".latest .pos").first();
  const newest = async () => Number(await first.innerText());
  const before = await newest();
  const is = (position) => page.waitForFunction((wanted) => document.querySelector(".latest .pos")?.textContent === String(wanted), position, { timeout: BACK_MS_MAX, polling: 20 });
  const posted = await ask("post");
  await is(before + 1);
  const took = Date.now() - posted;
  if (took > LIVE_MS_MAX) fail("live", `an event took ${took} ms to stand on the page`);
  const arrests = await page.locator(".totals .number").nth(1).innerText();
  await ask("stop");
  await page.locator("html:not(.following)").waitFor({ timeout: BACK_MS_MAX });
  const back = await ask("start");
  await ask("post");
  await is(before + 2);
  const after = await page.locator(".totals .number").nth(1).innerText();
  if (Number(after) !== Number(arrests) + 1) fail("live", `arrests went from ${arrests} to ${after}`);
  if (await page.evaluate(() => performance.getEntriesByType("navigation").length) !== 1) fail("live", "the page was loaded anew");
  const found = Date.now() - back;
  await page.context().close();
  return [took, found];
}

/** Pictures for docs/images, on demand. */
async function pictures() {
  fs.mkdirSync(images, { recursive: true });
  const shots = [
    ["overview", "/", 1280, "light"], ["overview-km", "/km", 360, "light"], ["overview-dark", "/", 360, "dark"],
    ["held", "/held?on=2020-12-10", 1280, "light"], ["case-fa", "/fa/cases/caspian-desk:2020-01", 360, "light"],
    ["figure", "/figures?measure=persons&kind=arrest&occurred=2020&group_by=month", 1280, "light"],
    ["why", "/why?measure=persons&kind=arrest&occurred=2020&from=43", 1280, "light"],
    ["claims", "/statements", 1280, "light"], ["figure-fa", "/fa/figures?measure=persons&kind=arrest&occurred=2020&group_by=month", 1280, "light"],
    ["contradictions", "/contradictions", 1280, "light"], ["case", "/cases/mekong-rights:2020-008", 1280, "dark"],
  ];
  // The other pages, as a phone shows them.
  const phone = [
    ["questions", "/figures"], ["definitions", "/definitions"], ["records", "/records?definition=arrested/for_rights&occurred=2020"],
    ["rearrests", "/rearrests?within_days=730"], ["hearings", "/hearings?on=2020-12-10"], ["published", "/published"],
    ["cases", "/cases"], ["search", "/search?q=raksmey"], ["person", "/persons/mekong-rights:p09"], ["event", "/events/44"], ["inconsistencies", "/inconsistencies"],
    ["duplicates", "/duplicates?at=58"], ["decide", "/decide?at=58", (page) => signIn(page, roles.desk)], ["overlap", "/overlap?org=mekong-rights,khmer-watch"], ["history", "/history"],
    ["rejected", "/rejected", signIn], ["access", "/access"],
    ["uses", "/uses", signIn], ["uses-km", "/km/uses", (page) => signIn(page, roles.desk)],
    ["enter", "/enter", (page) => signIn(page, roles.desk)], ["enter-arrest-km", "/km/enter/arrest", (page) => signIn(page, roles.desk)],
    ["correct", "/events/44/correct", (page) => signIn(page, roles.desk)], ["retract", "/events/44/retract", (page) => signIn(page, roles.desk)],
  ];
  for (const [role, by] of Object.entries(roles)) phone.push([`access-${role}`, "/access", (page) => signIn(page, by)]);
  for (const [name, address, before] of phone) shots.push([name, address, 360, "light", before]);
  for (const [name, address, width, colorScheme, before] of shots) {
    const page = await open({ width, colorScheme }, "pictures");
    if (before) await before(page);
    await visit(page, address);
    // A page has few colours: a palette makes a picture a third as large.
    const shot = png.decode(await page.screenshot({ animations: "disabled" }));
    const small = png.encode(png.toRGBA8(shot), shot.width, shot.height, COLOURS);
    fs.writeFileSync(path.join(images, `${name}.png`), Buffer.from(small));
    await page.context().close();
  }
}

/** Pictures of charts alone, over a record that is hard to draw. */
async function charts() {
  await ask("charts");
  const by = { months: "kind=arrest&group_by=month", years: "kind=arrest&group_by=year", cases: "kind=arrest&group_by=case", courts: "measure=person_charges&group_by=court" };
  for (const [name, question] of Object.entries(by)) {
    const page = await open({ width: 760 }, "charts");
    await page.goto(`${base}/v1/figures.svg?${question}&org=delta-desk`);
    const height = Number(await page.evaluate(() => document.documentElement.getAttribute("height")));
    await page.setViewportSize({ width: 760, height: Math.ceil(height) });
    const shot = png.decode(await page.screenshot());
    const small = png.encode(png.toRGBA8(shot), shot.width, shot.height, COLOURS);
    fs.writeFileSync(path.join(images, `chart-${name}.png`), Buffer.from(small));
    await page.context().close();
  }
}

const began = Date.now();
try {
  const seen = await everyPage();
  await numbers();
  await controls();
  await citing();
  await direction();
  await access();
  await entering("", 360, false);
  await entering("/km", 360, true);
  await entering("/fa", 1280, true);
  const [english, khmer] = [await weight("/"), await weight("/km")];
  if (images) await pictures();
  if (images) await charts();
  const [took, found] = await live();
  console.log(`${seen} page views; first view ${english} bytes in English, ${khmer} in Khmer; an event stood on an open page after ${took} ms, and ${found} ms after the node came back; ${Math.round((Date.now() - began) / 1000)} s`);
} catch (error) {
  fail("run", error.stack);
} finally {
  await browser.close();
}
for (const line of wrong) console.log(line);
process.exit(wrong.length ? 1 : 0);
