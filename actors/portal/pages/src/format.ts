// Numbers, units and times for people, by the settings of this browser and in the house's time zone.
import { house_now } from "./live";
import { settings } from "./settings";
import { texts } from "./texts";

const us = () => settings.get().units === "us";
let zone = "UTC";
export const house_zone = () => zone;
export function use_zone(name: string) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch {
    zone = "UTC";
  }
}

const minus = (text: string) => text.replace(/^-/, "−");
export function number(value: number, digits = 0): string {
  // No "−0".
  const rounded = Number(value.toFixed(digits)) || 0;
  return minus(rounded.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

// ---- units

export const degree_unit = () => (us() ? "°F" : "°C");
export const shown_degrees = (c: number) => (us() ? c * 1.8 + 32 : c);
export const degrees_from_shown = (shown: number) => (us() ? (shown - 32) / 1.8 : shown);
/** How much a press of + or − changes a setpoint, in what is shown. */
export const degree_step = () => (us() ? 1 : 0.5);
export const degrees = (c: number | null | undefined, digits?: number) =>
  c === null || c === undefined ? texts.none : number(shown_degrees(c), digits ?? (us() ? 0 : 1)) + "°";
export const degrees_long = (c: number | null | undefined, digits?: number) =>
  c === null || c === undefined ? texts.none : number(shown_degrees(c), digits ?? (us() ? 0 : 1)) + " " + degree_unit();
export const difference = (kelvin: number) => number(us() ? kelvin * 1.8 : kelvin, us() ? 0 : 1) + (us() ? " °F" : " K");
export const power = (w: number | null | undefined) =>
  w === null || w === undefined ? texts.none : Math.abs(w) >= 1000 ? number(w / 1000, Math.abs(w) >= 10000 ? 1 : 2) + " kW" : number(w) + " W";
export const energy = (kwh: number | null | undefined) =>
  kwh === null || kwh === undefined ? texts.none : number(kwh, Math.abs(kwh) < 100 ? 1 : 0) + " kWh";
export function money(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return texts.none;
  if (Math.abs(usd) < 0.995) return number(usd * 100, Math.abs(usd) < 0.1 ? 1 : 0) + " ¢";
  return (usd < 0 ? "−$" : "$") + number(Math.abs(usd), 2);
}
export const dollars = (usd: number | null | undefined) =>
  usd === null || usd === undefined ? texts.none : (usd < -0.005 ? "−$" : "$") + number(Math.abs(usd), 2);
export const per_kwh = (usd: number | null | undefined) => (usd === null || usd === undefined ? texts.none : number(usd * 100, 1) + " ¢/kWh");
export const volume = (l: number) => (us() ? number(l / 3.785412) + " gal" : number(l) + " L");
export function bytes(n: number): string {
  if (n < 1e4) return number(n) + " B";
  if (n < 1e6) return number(n / 1e3) + " kB";
  return n < 1e9 ? number(n / 1e6, n < 1e7 ? 1 : 0) + " MB" : number(n / 1e9, 2) + " GB";
}

/** What a channel's unit is shown as, and how its values become it. */
export function shown_unit(unit: string): { unit: string; of: (v: number) => number; back: (v: number) => number } {
  const same = (v: number) => v;
  if (unit === "°C") return { unit: degree_unit(), of: shown_degrees, back: degrees_from_shown };
  if (unit === "USD/kWh" || unit === "USD/h") return { unit: unit.replace("USD", "¢"), of: (v) => v * 100, back: (v) => v / 100 };
  // Who is in charge is a number of nothing.
  if (unit === "1" || unit === "count") return { unit: "", of: same, back: same };
  if (us() && unit === "L/min") return { unit: "gpm", of: (v) => v / 3.785412, back: (v) => v * 3.785412 };
  if (us() && unit === "L") return { unit: "gal", of: (v) => v / 3.785412, back: (v) => v * 3.785412 };
  return { unit, of: same, back: same };
}
export function value(v: number | null | undefined, unit: string): string {
  if (v === null || v === undefined) return texts.none;
  if (unit === "on/off") return v >= 0.5 ? texts.on : texts.off;
  if (unit === "W") return power(v);
  const shown = shown_unit(unit);
  const x = shown.of(v);
  const digits = x === 0 || unit === "°C" || Math.abs(x) >= 100 ? (unit === "°C" && !us() ? 1 : 0) : Math.abs(x) >= 10 ? 1 : 2;
  return number(x, digits) + (shown.unit ? " " + shown.unit : "");
}
/** As `value`; who is in charge has a name, and the store's worth, which /house does not list, is money. */
export const value_of = (channel: string, v: number | null | undefined, unit: string) =>
  channel === "hearth.store.worth" ? money(v) : ((channel === "hearth.in_charge" && Number.isInteger(v) ? texts.ranks[v!] : undefined) ?? value(v, unit || (channel.startsWith("hearth.setpoint.") ? "°C" : "")));
/** Sentences of the house speak of °C and K, of UTC and of contracts by their id: here as somebody in the house would. */
export function sentence(text: string, now_ms = house_now()): string {
  const said = text
    .replace(/(^|[^\w:.])([01]\d|2[0-3]):([0-5]\d)(?![\w:.]\d)/g, (all, before, h, m) => (settings.get().clock === "12" ? before + ((h % 12 || 12) + ":" + m + (h < 12 ? " AM" : " PM")) : all))
    // A contract's id is the house's name and when it begins.
    .replace(/(?:(the )?\bcontract )?\b[\w.-]+\/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g, (all, _, at) => when_of(at, now_ms, texts.contract_from) ?? all)
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => when_of(at, now_ms, (told) => told) ?? at);
  if (!us()) return said;
  return said
    .replace(/([-−]?\d+(?:\.\d+)?) ?°C/g, (_, n) => number(Number(String(n).replace("−", "-")) * 1.8 + 32) + " °F")
    .replace(/(\d+(?:\.\d+)?) K\b/g, (_, n) => number(Number(n) * 1.8, 1) + " °F");
}
const when_of = (iso: string, now_ms: number, say: (at: string) => string) => (Number.isNaN(Date.parse(iso)) ? null : say(when(Date.parse(iso), now_ms)));

// ---- times

const made = new Map<string, Intl.DateTimeFormat>();
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const twelve = settings.get().clock === "12";
  const key = JSON.stringify(options) + twelve + zone;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...(options.hour ? { hourCycle: twelve ? "h12" : "h23" } : {}), ...options });
    made.set(key, found);
  }
  return found;
}
export const clock = (ms: number) => formatter({ hour: settings.get().clock === "12" ? "numeric" : "2-digit", minute: "2-digit" }).format(ms);
export const clock_seconds = (ms: number) => formatter({ hour: settings.get().clock === "12" ? "numeric" : "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
export const weekday = (ms: number) => formatter({ weekday: "short" }).format(ms);
export const day = (ms: number) => formatter({ weekday: "short", day: "numeric", month: "short" }).format(ms);
export const day_of_month = (ms: number) => formatter({ day: "numeric" }).format(ms);
export const month = (ms: number) => formatter({ month: "short", year: "numeric" }).format(ms);
export const date = (ms: number) => formatter({ day: "numeric", month: "short", year: "numeric" }).format(ms);
/** Of a time that is longer, in seconds, years count and hours do not. */
export const season_s = 300 * 86400;
/** Both ends of a time. */
export const between = (from: number, to: number) => (to - from > season_s * 1000 ? date(from) + " – " + date(to) : stamp(from) + " – " + stamp(to));
export const stamp = (ms: number) => day(ms) + ", " + clock_seconds(ms);
/** The time, with its day when that is not today's. */
export const when = (ms: number, now: number) =>
  start_of_day(ms) === start_of_day(now) ? clock(ms) : Math.abs(ms - now) < 6 * 86400e3 ? weekday(ms) + " " + clock(ms) : date(ms) + ", " + clock(ms);

interface Parts { year: number; month: number; day: number; hour: number; minute: number; second: number }
let splitter: { zone: string; made: Intl.DateTimeFormat } | null = null;
/** Calendar and clock of the house at `ms`. */
export function parts(ms: number): Parts {
  if (splitter?.zone !== zone)
    splitter = {
      zone,
      made: new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }),
    };
  const found: Record<string, number> = {};
  for (const each of splitter.made.formatToParts(ms)) if (each.type !== "literal") found[each.type] = Number(each.value);
  return found as unknown as Parts;
}
/** When the house's clock shows this; of a time that it skips or shows twice, one of the two. */
export function from_parts(p: { year: number; month: number; day: number; hour?: number; minute?: number; second?: number }): number {
  const wanted = Date.UTC(p.year, p.month - 1, p.day, p.hour ?? 0, p.minute ?? 0, p.second ?? 0);
  let ms = wanted;
  for (let i = 0; i < 2; ++i) {
    const at = parts(ms);
    ms += wanted - Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  }
  return ms;
}
export function start_of_day(ms: number, days_on = 0): number {
  const p = parts(ms);
  return from_parts({ year: p.year, month: p.month, day: p.day + days_on });
}
export function start_of_month(ms: number, months_on = 0): number {
  const p = parts(ms);
  return from_parts({ year: p.year, month: p.month + months_on, day: 1 });
}
/** The heating season that `ms` is in or that ended last: from the first of October. */
export function start_of_winter(ms: number): number {
  const p = parts(ms);
  return from_parts({ year: p.month >= 10 ? p.year : p.year - 1, month: 10, day: 1 });
}
const two = (n: number) => String(n).padStart(2, "0");
/** For <input type="date"> and "datetime-local", in the house's time. */
export function input_date(ms: number): string {
  const p = parts(ms);
  return `${p.year}-${two(p.month)}-${two(p.day)}`;
}
export function input_time(ms: number): string {
  const p = parts(ms);
  return `${input_date(ms)}T${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}
export function from_input(text: string): number | null {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?/.exec(text);
  if (!m) return null;
  return from_parts({ year: +m[1]!, month: +m[2]!, day: +m[3]!, hour: +(m[4] ?? 0), minute: +(m[5] ?? 0), second: +(m[6] ?? 0) });
}

/** "3 min", "1 h 20 min", "2 d 4 h"; below a minute with seconds. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return s + " s";
  const min = Math.round(s / 60);
  if (min < 60) return min + " min";
  const h = Math.floor(min / 60);
  if (h < 24) return h + " h" + (min % 60 ? " " + (min % 60) + " min" : "");
  const d = Math.floor(h / 24);
  return d + " d" + (h % 24 && d < 7 ? " " + (h % 24) + " h" : "");
}
/** The greatest part of a span alone: "3 min", "2 h", "5 d". */
export function rough_span(ms: number): string {
  const min = Math.round(Math.max(0, ms) / 60e3);
  return min < 60 ? span(ms) : min < 24 * 60 ? Math.floor(min / 60) + " h" : Math.floor(min / 1440) + " d";
}
/** A countdown: "59:58", "2:00:00", and by days beyond one. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  if (s >= 86400) return span(s * 1000);
  const h = Math.floor(s / 3600);
  return (h ? h + ":" : "") + (h ? two(Math.floor((s % 3600) / 60)) : Math.floor((s % 3600) / 60)) + ":" + two(s % 60);
}
