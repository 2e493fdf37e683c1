// A house made of cardboard, to work on the pages without one: serves what build.mjs made, and
// answers /api/v1 with made-up values. Nothing of it is Hearth; what counts is tested against scada.
//   node tests/browser/canned_house.mjs build/release/pages/site 8480
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { gzipSync } from "node:zlib";

const [site = "build/release/pages/site", port = "8480", mood = "well"] = process.argv.slice(2);
const begun = Date.now();
const start = Date.parse("2020-01-16T21:10:00Z");
const pace = 60;
const clock = () => start + (Date.now() - begun) * pace;
const hour = 3600e3;
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };

const noise = (t, k) => Math.sin(t / 700e3 + k) * 0.4 + Math.sin(t / 97e3 + 2 * k) * 0.1;
const price_at = (t) => {
  const h = ((t / hour - 5) % 24 + 24) % 24;
  return 0.06 + 0.03 * Math.sin((h / 24) * 6.28) + ((h >= 7 && h < 12) || (h >= 16 && h < 20) ? 0.4876 : 0.0501);
};
const runs_at = (t) => price_at(t) < 0.2 && Math.floor(t / hour) % 3 !== 0;
const power_at = (t) => (runs_at(t) ? 5200 + 600 * noise(t, 1) : 0);
const store_at = (t) => 52 + 8 * Math.sin(t / (5 * hour)) + noise(t, 2);
const outdoor_at = (t) => -9 + 5 * Math.sin(t / (24 * hour) * 6.28) + noise(t, 3);
const zones = ["living", "bedrooms", "basement"];
const base = { living: 20.5, bedrooms: 19, basement: 16 };
const channels = [
  ["hp.power", "W", power_at], ["hp.enable", "on/off", (t) => (runs_at(t) ? 1 : 0), true], ["hp.pump", "on/off", (t) => (runs_at(t) ? 1 : 0), true],
  ["hp.leaving", "°C", (t) => (runs_at(t) ? store_at(t) + 5 : 34)],
  ...["store.top", "store.2", "store.3", "store.4", "store.5", "store.bottom"].map((name, i) => [name, "°C", (t) => store_at(t) - 4 * i - (i > 3 ? 4 : 0)]),
  ...zones.flatMap((zone, i) => [[`${zone}.temp`, "°C", (t) => base[zone] + noise(t, i + 5)], [`${zone}.call`, "on/off", (t) => (noise(t, i + 5) < 0.1 ? 1 : 0), true]]),
  ["outdoor.temp", "°C", outdoor_at], ["house.power", "W", (t) => 640 + 200 * noise(t, 9) + power_at(t)],
  ["<img src=x onerror=alert(1)>", "°C", () => 21],
];
const derived = [
  ["hearth.price", "USD/kWh", price_at], ["hearth.store", "°C", (t) => store_at(t) - 9], ["hearth.cost", "USD/h", (t) => (power_at(t) / 1000) * price_at(t)],
  ["hearth.plan.power", "W", (t) => (price_at(t) < 0.2 ? 5000 : 0)], ["hearth.plan.store", "°C", (t) => store_at(t) - 10], ["hearth.thermostat.power", "W", (t) => (Math.floor(t / hour) % 3 ? 3000 : 0)],
];
const all = new Map([...channels, ...derived].map(([name, unit, at]) => [name, { unit, at }]));
let leases = mood === "claim" ? [] : [{ id: "w1", kind: "boost", zone: "living", channel: null, setpoint_c: null, value: null, by: "anna", reason: "", since_ms: start - 600e3, until_ms: start + 1800e3, yours_to_end: true }];
let schedules = mood === "claim" ? { living: [], bedrooms: [], basement: [] } : { living: [{ days: [1, 2, 3, 4, 5], from: "06:30", setpoint_c: 20.5 }, { days: [1, 2, 3, 4, 5, 6, 7], from: "22:00", setpoint_c: 18 }, { days: [6, 7], from: "08:00", setpoint_c: 21 }], bedrooms: [], basement: [] };
let role = "installer";
const users = [{ name: "anna", role: "installer", created_ms: start, last_login_ms: start, locked: false }, { name: "ben", role: "household", created_ms: start, last_login_ms: null, locked: true }];
let state = "in";
let me = null;
let claimed = mood !== "claim";

const session = () => ({ state, site: "maple-12", version: "0.1.0", clock_ms: Date.now(), user: state === "in" ? { name: me, role } : null, csrf: state === "in" ? "token" : null });
const points = (t) => Object.fromEntries(channels.map(([name, , at], i) => [name, { v: at(t), q: mood === "stale" && i % 4 === 1 ? "stale" : "good", at_ms: mood === "stale" && i % 4 === 1 ? t - 1300e3 : t }]));
const now = (t = clock()) => ({
  at_ms: t,
  points: points(t),
  state: { in_charge: "local", mode: "planner", cause: "planned: electricity costs 9.4 ¢/kWh now and 55 ¢/kWh from 16:00; the store is filled to 61 °C before", contract_id: null, since_ms: start - 1500e3 },
  price: { total_usd_per_kwh: price_at(t), energy_usd_per_kwh: 0.06, distribution_usd_per_kwh: 0.05, cheap: price_at(t) < 0.2 },
  zones: zones.map((name) => ({ name, setpoint_c: leases.find((each) => each.kind === "setpoint" && each.zone === name)?.setpoint_c ?? base[name], wished_by: null })),
  plan: { on: runs_at(t), until_ms: (Math.floor(t / hour) + 1) * hour, more_otherwise_usd: 0.43 },
  leases: (leases = leases.filter((each) => each.until_ms > t)),
  contracts: [],
  alarms: { active: mood === "stale" ? 2 : 0, unacknowledged: mood === "stale" ? 1 : 0 },
});
const alarm = (id, severity, text) => ({ id, at_ms: start - 2 * hour, severity, kind: "channel-stale", subject: "bedrooms-sensor", text, meaning: "Nothing has been heard of this device for 10 minutes. Its values are not used any more.", remedy: "Look whether it has power and whether its wire is plugged in. It is tried again by itself.", acknowledged: id === "a2" ? { by: "anna", at_ms: start - hour } : null });

function history(q) {
  const from = Number(q.get("from_ms")), to = Number(q.get("to_ms")), n = Number(q.get("points") ?? 1000);
  const interval = Math.max(10, Math.ceil((to - from) / n / 10e3) * 10);
  const first = Math.ceil(from / interval / 1000) * interval * 1000;
  return { interval_s: interval, series: q.getAll("channel").filter((name) => all.has(name)).map((channel) => {
    const values = [];
    for (let t = first; t < to; t += interval * 1000) values.push(t > clock() || t < start - 400 * 24 * hour ? null : all.get(channel).at(t));
    return { channel, unit: all.get(channel).unit, start_ms: first, values };
  }) };
}
function money(q) {
  const rows = [];
  const step = q.get("by") === "month" ? 30 * 24 * hour : 24 * hour;
  for (let t = Number(q.get("from_ms")); t < Math.min(clock(), Number(q.get("to_ms"))); t += step) {
    const n = (step / hour / 24) * (3 + Math.sin(t / 3e8) + noise(t, 4));
    rows.push({ start_ms: t, end_ms: t + step, used_kwh: n * 12, cost_usd: n * 1.4, thermostat_kwh: n * 12.5, thermostat_usd: n * 2.2, saved_usd: n * 0.8, covered: 0.98, slots: step / 900e3, unknown_slots: 2, compared_slots: (step / 900e3) * 0.7 });
  }
  const sum = (of) => rows.reduce((all, row) => all + row[of], 0);
  return { rows, total: { ...rows.at(-1), ...Object.fromEntries(["used_kwh", "cost_usd", "thermostat_usd", "saved_usd", "slots", "unknown_slots", "compared_slots"].map((of) => [of, sum(of)])) }, method: "/help/money" };
}
/** Warm by day, cooler by night; one room is told nothing. */
const setpoints_of = (zone, from, to) => {
  const at = (t) => (zone === "basement" ? base[zone] : (((t / hour - 5) % 24) + 24) % 24 >= 6.5 && (((t / hour - 5) % 24) + 24) % 24 < 22 ? base[zone] : base[zone] - 2.5);
  const found = [{ from_ms: from, setpoint_c: at(from), why: "" }];
  for (let t = Math.ceil(from / 900e3) * 900e3; t < to; t += 900e3) if (at(t) !== found.at(-1).setpoint_c) found.push({ from_ms: t, setpoint_c: at(t), why: "by its schedule" });
  return found;
};
const items = (q) => Array.from({ length: 40 }, (_, i) => {
  const number = Number(q.get("before") ?? 1000) - 1 - i, at_ms = start - (1000 - number) * 1100e3;
  const kind = ["state", "state", "plan", "event"][number % 4];
  return { number, at_ms, kind, severity: kind === "event" ? "warning" : "info", subject: kind === "event" ? "device-stale bedrooms-sensor" : "heat pump", text: { state: "local: planned, electricity is cheap until 16:00", plan: "planned to run 3 h 15 min of the next 48 h, for $2.18", event: "bedrooms-sensor has been silent for 90 s" }[kind],
    data: kind === "state" ? { in_charge: "local", mode: "planned", cause: "planned: electricity is cheap until 16:00", power_w: 5200, price_usd_per_kwh: 0.094, more_otherwise_usd: 0.43 } : kind === "plan" ? { cost_usd: 2.18, unserved_kwh: 0, slots: [1, 2, 3].map((k) => ({ start_ms: at_ms + k * hour, power_w: 5000, price_usd_per_kwh: 0.09, store_c: 51, more_otherwise_usd: 0.3 })) } : {} };
}).filter((each) => !q.getAll("kind").length || q.getAll("kind").includes(each.kind));

const answers = {
  "GET /session": session,
  "POST /logout": () => void (me = null),
  "POST /login": (_, body) => (/not/.test(body.password) ? [401, { error: "name or password is wrong" }] : ((me = body.name), {})),
  "POST /claim": (_, body) => (body.code !== "ABCD-1234" ? [401, { error: "this is not the code that the house shows", field: "code" }] : ((me = "anna"), (claimed = true), [201, {}])),
  "GET /house": () => ({ site: "maple-12", clock_ms: clock(), timezone: "America/New_York", layout_hash: "9f3c2ab8e1d0", version: "0.1.0",
    channels: [...channels.map(([name, unit, , actuator]) => ({ name, unit, device: name.split(".")[0], key: "k", actuator: !!actuator, max_age_s: 60, derived: false })), ...derived.map(([name, unit]) => ({ name, unit, device: "", key: "", actuator: false, max_age_s: 0, derived: true }))],
    plant: { heat_pump: { enable: "hp.enable", power: "hp.power", pump: "hp.pump", max_power_w: 9700 }, store: { volume_l: 1360, layers: ["store.top", "store.2", "store.3", "store.4", "store.5", "store.bottom"], max_c: 77, min_top_c: 45, spent_c: 20, kwh_per_k: 1.5814 },
      zones: zones.map((name) => ({ name, temperature: name + ".temp", setpoint_c: base[name], setpoint_channel: null, call: name + ".call", critical: false })), outdoor: "outdoor.temp", house_power: "house.power" },
    features: { history: true, planner: true, link: true, home_assistant: false } }),
  "GET /now": () => now(),
  "GET /plan": () => { const s = Math.floor(clock() / 900e3) * 900e3; return { made_ms: s, start_ms: s, cost_usd: 3.21, unserved_kwh: 0, slots: Array.from({ length: 192 }, (_, i) => { const t = s + i * 900e3; return { start_ms: t, end_ms: t + 900e3, power_w: power_at(t), part: runs_at(t) ? 1 : 0, store_c: store_at(t) - 9, price_usd_per_kwh: price_at(t), outdoor_c: outdoor_at(t), load_w: 3000, unserved_wh: i > 100 && i < 112 ? 200 : 0, more_otherwise_usd: 0.1, store_kwh: (store_at(t) - 29) * 1.58 }; }), rooms: zones.map((zone) => ({ zone, temperature_c: base[zone] + noise(clock(), 5), setpoints: setpoints_of(zone, clock(), s + 192 * 900e3), expected_c: Array.from({ length: 192 }, (_, i) => base[zone] + 0.4 * Math.sin(i / 12)) })) }; },
  "GET /history": history,
  "GET /chronicle": (q) => ({ items: items(q), more: true }),
  "GET /moment": (q) => { const t = Number(q.get("at_ms")); const [state_item] = items(new URLSearchParams("kind=state")); const [plan] = items(new URLSearchParams("kind=plan")); return { at_ms: t, resolution_s: 10, values: Object.fromEntries([...all].map(([name, own]) => [name, own.at(t)])), state: { ...state_item, at_ms: t - 300e3 }, plan: { ...plan, at_ms: t - 600e3 }, alarms: [] }; },
  "GET /money": money,
  "GET /control": () => ({ zones: zones.map((name) => ({ name, setpoint_c: base[name], base_c: base[name], controllable: name !== "basement", why_not: name === "basement" ? "its valve is not commanded by this house" : null, schedule: schedules[name] })), leases: now().leases, actuators: channels.filter((each) => each[3]).map(([channel, unit, at]) => ({ channel, unit, value: at(clock()) })), limits: { setpoint_c: [5, 30], boost_k: 2, longest_s: { setpoint: 604800, boost: 14400, holiday: 7776000, "hands-off": 259200, hold: 14400 } } }),
  "POST /control/leases": (_, body) => { const lease = { id: "w" + Date.now(), zone: null, channel: null, setpoint_c: null, value: null, ...body, by: "anna", reason: "", since_ms: clock(), until_ms: clock() + body.for_s * 1000, yours_to_end: true }; leases = [...leases, lease]; return [201, lease]; },
  "GET /alarms": () => ({ active: mood === "stale" ? [alarm("a1", "warning", "The sensor of the bedrooms is silent"), alarm("a2", "critical", "The heat pump does not start")] : [], recent: [{ ...alarm("a3", "warning", "The link to the node was down"), ended_ms: start - hour }] }),
  "GET /devices": () => ({ devices: channels.slice(0, 14).map(([name, , at], i) => ({ name: name.replace(".", "-") + "-device", model: "simulated-meter", bus: "sim", quality: mood === "stale" && i === 3 ? "stale" : "good", channels: [{ name, q: "good", at_ms: clock() - 2000, v: at(clock()) }] })), buses: [{ name: "sim", kind: "simulated", load_percent: 3.2 }, { name: "rs485", kind: "modbus-rtu", load_percent: 41 }], link: { connected: true, waiting: 0, waiting_bytes: 0, oldest_ms: null }, history: { recording: true, problem: "", feeds: 27, bytes: 31e6, written_today: 812e3, oldest_ms: start - 90 * 24 * hour, waiting: 61 }, actors: [{ name: "dispatcher", up: true, restarts: 0 }], software: { version: "0.1.0", started_ms: start - 50 * hour, layout_hash: "9f3c2ab8e1d0", rss_bytes: 17e6 }, page: { connections: 2, streams: 1 } }),
  "GET /openapi.json": () => ({ paths: { "/api/v1/now": { get: { summary: "The house at this moment", responses: { 200: { description: "all of it" } } } } } }),
  "GET /users": () => ({ users }),
  "POST /users": (_, body) => (users.push({ ...body, created_ms: clock(), last_login_ms: null, locked: false }), [201, {}]),
  "GET /audit": () => ({ items: [{ number: 2, at_ms: start, user: "anna", from: "192.168.1.20", action: "boost", detail: "living, 30 min", ok: true }, { number: 1, at_ms: start - hour, user: "", from: "192.168.1.21", action: "login", detail: "ben", ok: false }], more: false }),
};

http.createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/api/v1/live") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const tell = () => response.write(`event: now\ndata: ${JSON.stringify(now())}\n\n`);
    tell();
    const timer = setInterval(tell, 1000);
    return request.on("close", () => clearInterval(timer));
  }
  if (url.pathname.startsWith("/api/v1/")) {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      const rest = url.pathname.slice(7);
      const body = text ? JSON.parse(text) : {};
      const who = /hearth=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
      me = who === undefined ? (mood === "claim" ? null : "anna") : decodeURIComponent(who) || null;
      state = me ? "in" : claimed ? "login" : "claim";
      role = users.find((each) => each.name === me)?.role ?? "viewer";
      const least = /^\/(users|audit)/.test(rest) || body.kind === "hold" ? "installer" : request.method !== "GET" && /^\/(control|alarms)/.test(rest) ? "household" : "viewer";
      const ranks = ["viewer", "household", "installer"];
      if (ranks.indexOf(role) < ranks.indexOf(least)) return void response.writeHead(403, { "Content-Type": "application/json" }).end(JSON.stringify({ error: "this needs the role " + least }));
      let found = answers[`${request.method} ${rest}`]?.(url.searchParams, body);
      if (request.method === "DELETE") (leases = leases.filter((each) => !rest.endsWith("/" + each.id))), (found = [204]);
      if (request.method === "PUT" && rest.startsWith("/control/schedules/")) (schedules[rest.split("/").pop()] = body.entries), (found = { schedule: body.entries });
      if (rest === "/history.csv") return void response.end("time_utc,x\n2020-01-01T00:00:00Z,1\n");
      const [status, what] = Array.isArray(found) ? found : [found === undefined ? (request.method === "GET" ? 404 : 204) : 200, found];
      response.writeHead(status, { "Content-Type": "application/json", ...(/^\/(claim|log)/.test(rest) && status < 300 ? { "Set-Cookie": `hearth=${encodeURIComponent(me ?? "")}; Path=/` } : {}) });
      response.end(what === undefined ? "" : JSON.stringify(what));
    });
    return;
  }
  const file = path.join(site, url.pathname);
  const there = fs.existsSync(file) && fs.statSync(file).isFile() ? file : path.join(site, "index.html");
  response.writeHead(200, { "Content-Type": types[path.extname(there)], "Content-Encoding": "gzip", "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'" });
  response.end(gzipSync(fs.readFileSync(there)));
}).listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
