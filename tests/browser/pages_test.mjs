// node pages_test.mjs PAGES, where the build made them: weight, addresses, and the words of format.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";

const pages = path.resolve(process.argv[2]);
const facts = [];
const fact = (name, holds) => facts.push([name, holds]);

fact("the first page weighs no more than it may", () => {
  const sizes = JSON.parse(fs.readFileSync(path.join(pages, "sizes.json"), "utf8"));
  assert.ok(sizes.first > 5000, "something was measured");
  assert.ok(sizes.first <= 80 * 1024, `${sizes.first} bytes`);
  assert.ok(sizes.first_files.every((name) => !name.includes("chart")), "charts come later");
});

const site = path.join(pages, "site");
const files = fs.readdirSync(site, { recursive: true }).map(String).filter((name) => fs.statSync(path.join(site, name)).isFile());

fact("nothing of it names another host", () => {
  for (const name of files)
    for (const [found] of fs.readFileSync(path.join(site, name), "utf8").matchAll(/(https?:)?\/\/[a-z][\w-]*\.[a-z]{2,}[^\s"'`)]*/gi))
      assert.match(found, /^https?:\/\/www\.w3\.org\//, `${name} names ${found}`); // the names of SVG and MathML, never asked for
});

fact("nothing in the page needs more than a strict content policy", () => {
  const page = fs.readFileSync(path.join(site, "index.html"), "utf8");
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/i);
  for (const name of files.filter((each) => each.endsWith(".js"))) assert.doesNotMatch(fs.readFileSync(path.join(site, name), "utf8"), /\beval\(|new Function\(|document\.write/, name);
});

fact("every file that the page names is there", () => {
  const page = fs.readFileSync(path.join(site, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name]) => name);
  assert.ok(named.length >= 4);
  for (const name of named) assert.ok(files.includes(name), name);
});

/** A source file as a browser of this language would have it, with these settings. */
async function format_of(settings, language = "en-GB", file = "src/format.ts") {
  globalThis.localStorage = { getItem: () => JSON.stringify(settings), setItem: () => {} };
  globalThis.document = { documentElement: { removeAttribute() {}, setAttribute() {} } };
  Object.defineProperty(globalThis, "navigator", { value: { language }, configurable: true });
  const { build } = createRequire(path.join(pages, "package.json"))("esbuild");
  const made = await build({ entryPoints: [path.join(pages, file)], bundle: true, write: false, format: "esm", jsx: "automatic", jsxImportSource: "preact" });
  const text = made.outputFiles[0].text + `\n// ${JSON.stringify(settings)} ${language}`;
  return import("data:text/javascript;base64," + Buffer.from(text).toString("base64"));
}
const metric = await format_of({ units: "metric", clock: "24", theme: "system" });
const american = await format_of({ units: "us", clock: "12", theme: "system" });
const hour = 3600e3;

fact("a day of the house begins at its midnight, when the clocks change too", () => {
  metric.use_zone("America/New_York");
  const spring = Date.parse("2026-03-08T15:00:00Z"); // the clocks went forward at 07:00 UTC
  const begins = metric.start_of_day(spring);
  assert.equal(new Date(begins).toISOString(), "2026-03-08T05:00:00.000Z");
  assert.equal(metric.start_of_day(spring, 1) - begins, 23 * hour);
  const autumn = Date.parse("2026-11-01T18:00:00Z");
  assert.equal(metric.start_of_day(autumn, 1) - metric.start_of_day(autumn), 25 * hour);
  assert.equal(new Date(metric.start_of_month(autumn)).toISOString(), "2026-11-01T04:00:00.000Z");
  assert.equal(new Date(metric.start_of_winter(Date.parse("2026-02-01T12:00:00Z"))).toISOString(), "2025-10-01T04:00:00.000Z");
  assert.equal(new Date(metric.start_of_day(Date.parse("2026-01-01T03:00:00Z"))).toISOString(), "2025-12-31T05:00:00.000Z");
});

fact("what a date field holds is read back as the same second of the house", () => {
  metric.use_zone("America/New_York");
  for (const text of ["2026-01-15T16:04:59", "2026-07-15T00:00:00", "2026-11-01T12:30:01"]) assert.equal(metric.input_time(metric.from_input(text)), text);
  assert.equal(metric.from_input("yesterday"), null);
});

fact("units are those that somebody chose", () => {
  assert.equal(metric.degrees_long(20.5), "20.5 °C");
  assert.equal(american.degrees_long(20.5), "69 °F");
  assert.equal(metric.degrees_long(-0.04), "0.0 °C");
  assert.equal(metric.degrees(null), "–");
  assert.equal(metric.power(5234), "5.23 kW");
  assert.equal(metric.power(null), "–");
  assert.equal(metric.money(0.43), "43 ¢");
  assert.equal(metric.money(-1.5), "−$1.50");
  assert.equal(metric.per_kwh(0.5437), "54.4 ¢/kWh");
  assert.equal(american.volume(1360), "359 gal");
  assert.equal(american.value(10, "L/min"), "2.64 gpm");
  assert.equal(metric.value(1, "on/off"), "on");
  assert.equal(american.sentence("the store's top is down to -3.5 °C, 2 K below"), "the store's top is down to 26 °F, 3.6 °F below");
  assert.equal(metric.sentence("down to 45 °C"), "down to 45 °C");
  for (const c of [5, 18.5, 30]) assert.ok(Math.abs(american.degrees_from_shown(american.shown_degrees(c)) - c) < 1e-9);
});

fact("clocks show what somebody chose, in the house's time", () => {
  for (const each of [metric, american]) each.use_zone("America/New_York");
  const at = Date.parse("2026-01-15T19:05:09Z");
  assert.equal(metric.clock(at), "14:05");
  assert.match(american.clock(at), /^2:05\sPM$/);
  assert.equal(metric.clock(Date.parse("2026-01-15T05:00:00Z")), "00:00");
  metric.use_zone("Nowhere/Atlantis");
  assert.equal(metric.clock(at), "19:05");
});

fact("a countdown ends at nothing and never below", () => {
  assert.equal(metric.countdown(3599_000), "59:59");
  assert.equal(metric.countdown(3600_000), "1:00:00");
  assert.equal(metric.countdown(400), "0:01");
  assert.equal(metric.countdown(-5000), "0:00");
  assert.equal(metric.span(90 * 60e3), "1 h 30 min");
});

fact("a span is told by its greatest part where there is little room", () => {
  assert.deepEqual([10_000, 20 * 60e3, 100 * 60e3, 50 * hour].map((ms) => metric.rough_span(ms)), ["10 s", "20 min", "1 h", "2 d"]);
});

const rooms = await format_of({ units: "metric", clock: "24", theme: "system" }, "en-GB", "src/rooms.tsx");
fact("heat that nobody misses is not missing, and slots side by side are one time", () => {
  const slot = (i, unserved_wh, load_w = 4000) => ({ start_ms: i * 900e3, end_ms: (i + 1) * 900e3, load_w, unserved_wh });
  const of = (...slots) => rooms.lacks_of({ slots });
  assert.deepEqual(of(slot(0, 0), slot(1, 49)), []); // of 1000 Wh
  assert.deepEqual(of(slot(0, 300)), []); // six minutes are 400 Wh
  assert.deepEqual(of(slot(0, 300), slot(1, 250), slot(2, 0), slot(3, 100, null)), [{ from_ms: 0, to_ms: 1800e3, kwh: 0.55 }, { from_ms: 2700e3, to_ms: 3600e3, kwh: 0.1 }]);
});

fact("a contract and times of UTC are told as somebody in the house would, by the chosen clock", () => {
  for (const each of [metric, american]) each.use_zone("America/New_York");
  const at = Date.parse("2020-01-13T18:20:00Z");
  assert.match(american.sentence("using the 5.82 kW of contract maple-12/2020-01-13T18:00:00Z", at), /^using the 5\.82 kW of the contract from 1:00\sPM$/);
  assert.equal(metric.sentence("no contract has followed maple-12/2020-01-13T18:00:00Z yet", at), "no contract has followed the contract from 13:00 yet");
  assert.equal(metric.sentence("maple-12/2020-01-12T18:00:00Z", at), "the contract from Sun 13:00");
  assert.match(american.sentence("held by hand until 2020-01-13T17:22:13.966Z: by Bob", at), /^held by hand until 12:22\sPM: by Bob$/);
  assert.equal(american.sentence("by its schedule, since 00:30; boost until 16:40", at), "by its schedule, since 12:30 AM; boost until 4:40 PM");
  assert.equal(metric.sentence("boost until 16:40", at), "boost until 16:40");
  for (const same of ["layout 12:34:56:78", "version 0.10:20:3", "2020-13-45T99:00:00Z"]) assert.equal(american.sentence(same, at), same);
});

const headline = await format_of({ units: "metric", clock: "24", theme: "system" }, "en-GB", "src/headline.ts");
fact("why the house does what it does is told in the figures of now", () => {
  const at = Date.parse("2020-01-13T10:45:00Z");
  const built = { plant: { heat_pump: { enable: "hp.enable" } } };
  const told = (more) => ({ at_ms: at, points: { "hp.enable": { v: 0 } }, state: { in_charge: "local", mode: "planner", cause: "planned: waits at 54.5 ¢/kWh now; running would cost 0.04 USD more" }, price: { total_usd_per_kwh: 0.531 }, plan: { on: false, until_ms: null, more_otherwise_usd: 0.58 }, leases: [], contracts: [], ...more });
  const why = (more) => headline.why_now(told(more), built, at);
  assert.equal(why({}), "planned: waits at 53.1 ¢/kWh now; running would cost 58 ¢ more");
  assert.equal(why({ points: { "hp.enable": { v: 1 } }, plan: { on: true, more_otherwise_usd: 0.58 } }), "planned: runs at 53.1 ¢/kWh now; waiting would cost 58 ¢ more");
  assert.equal(why({ plan: { on: false, more_otherwise_usd: -0.01 } }), "planned: waits at 53.1 ¢/kWh now");
  assert.equal(why({ price: null }), "planned: waits; running would cost 58 ¢ more");
  assert.equal(why({ plan: { on: false, more_otherwise_usd: null } }), "planned: the compressor rests");
  // What is done is not what the plan says, or somebody else decides: then as the house said it.
  assert.match(why({ plan: { on: true, more_otherwise_usd: 0.58 } }), /54\.5/);
  assert.match(why({ state: { in_charge: "contract", mode: "planner", cause: "using the 5 kW of contract m/2020-01-13T10:00:00Z" } }), /^using the 5 kW of the contract from 10:00$/);
  // A hold that is over is no reason any more; hands off, which stands under it, is.
  const admin = { in_charge: "admin", mode: "hardware-fallback", cause: "held by hand until 2020-01-13T10:40:00Z: by Bob" };
  const leases = [{ kind: "hold", channel: "hp.enable", until_ms: at + 60e3 }, { kind: "hands-off", until_ms: at + 3600e3 }];
  assert.equal(why({ state: admin, leases }), "the heat pump is held by hand until 10:46");
  assert.equal(why({ state: admin, leases: leases.slice(1) }), "hands off until 11:45: the thermostats decide");
  assert.equal(why({ state: admin, leases: [{ ...leases[0], until_ms: at - 1 }, leases[1]] }), "hands off until 11:45: the thermostats decide");
});

const series = await format_of({ units: "metric", clock: "24", theme: "system" }, "en-GB", "src/series.ts");
fact("a point that no line shows is drawn by itself", () => {
  assert.deepEqual(series.lone([null, 1, null, 2, 3, null, 4]), [1, 6]);
  assert.deepEqual(series.lone([1, undefined, 2, undefined, null, undefined, 5, undefined]), [6], "another line's points are no holes");
  assert.deepEqual(series.lone([7]), [0]);
  assert.deepEqual(series.lone([null, undefined]), []);
});

fact("a day's name and the hours beside it do not stand over each other", () => {
  const ticks = [{ x: 42, day: true }, { x: 80, day: false }, { x: 120, day: false }, { x: 200, day: true }, { x: 290, day: false }, { x: 335, day: true }];
  assert.deepEqual(rooms.spread(ticks, 350).map((each) => each.x), [42, 120, 200, 290]);
});

fact("what is counted has its name, and nothing costs nothing", () => {
  metric.use_zone("America/New_York");
  assert.equal(metric.value_of("hearth.in_charge", 5, "1"), "The house itself");
  assert.equal(metric.value_of("hearth.in_charge", 2.5, "1"), "2.50");
  assert.equal(metric.value_of("hearth.store.worth", 1.91, ""), "$1.91");
  assert.equal(metric.value_of("hearth.cost", 0, "USD/h"), "0 ¢/h");
  assert.equal(metric.value_of("hearth.cost", 0.123, "USD/h"), "12.3 ¢/h");
  const [from, to] = [Date.parse("2019-01-15T17:00:00Z"), Date.parse("2020-01-15T17:00:00Z")];
  assert.equal(metric.between(from, to), "Jan 15, 2019 – Jan 15, 2020");
  assert.equal(metric.between(to - 3600e3, to), "Wed, Jan 15, 11:00:00 – Wed, Jan 15, 12:00:00");
});

const alarms = await format_of({ units: "metric", clock: "24", theme: "system" }, "en-GB", "src/alike.ts");
fact("alarms of channels that mean the same are one card, seen and unseen apart; of others each has its own reason", () => {
  const alarm = (id, kind, by) => ({ id, kind, severity: "warning", meaning: "it is silent", remedy: "look", acknowledged: by ? { by, at_ms: 0 } : null });
  const groups = alarms.groups_of([alarm("a", "channel-fault"), alarm("b", "interlock"), alarm("f", "interlock"), alarm("c", "channel-fault"), alarm("d", "channel-fault", "anna"), alarm("e", "channel-fault")]);
  assert.deepEqual(groups.map((each) => each.map(({ id }) => id).join("")), ["ace", "b", "f", "d"]);
});

fact("what the program holds is what stands on the disk", () => {
  const source = fs.readFileSync(path.join(pages, "../generated/page_files.cpp"), "latin1");
  const rows = [...source.matchAll(/\{"(\/[^"]+)", "[^"]+", "\\"([0-9a-f]{16})\\"",\s*\{((?:\s*"[^\n]*"\n?)+),\s*(\d+)\}/g)];
  assert.equal(rows.length, files.length);
  for (const [, name, etag, literal, length] of rows) {
    const text = [...literal.matchAll(/^\s*"(.*)"$/gm)].map(([, line]) => line).join("");
    const bytes = Buffer.from(text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))), "latin1");
    assert.equal(bytes.length, Number(length), name);
    const plain = gunzipSync(bytes);
    assert.ok(plain.equals(fs.readFileSync(path.join(site, name))), name);
    assert.equal(createHash("sha256").update(plain).digest("hex").slice(0, 16), etag);
  }
});

let failed = 0;
for (const [name, holds] of facts) {
  try {
    await holds();
  } catch (problem) {
    ++failed;
    console.error(`not so: ${name}\n${problem.message}`);
  }
}
console.log(`${facts.length - failed} of ${facts.length} hold`);
process.exitCode = failed ? 1 : 0;
