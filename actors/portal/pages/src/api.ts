// Talks to the house; nothing else is ever talked to.
import { texts } from "./texts";

export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly field: string | null = null, readonly retry_after_s: number | null = null) {
    super(message);
  }
}

let token: string | null = null;
let when_out: () => void = () => {};

/** The token that every change must carry; null when nobody is signed in. */
export function use_token(given: string | null) {
  token = given;
}
/** Called when the house says that nobody is signed in. */
export function on_signed_out(what: () => void) {
  when_out = what;
}

async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = {};
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    if (token) headers["X-Hearth-Token"] = token;
  }
  let answer: Response;
  try {
    answer = await fetch("/api/v1" + path, {
      method,
      headers,
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      credentials: "same-origin",
      cache: "no-store",
      signal,
    });
  } catch (problem) {
    if (signal?.aborted) throw problem;
    throw new Refused(0, texts.errors.unreachable);
  }
  if (answer.status === 204) return undefined as T;
  let said: any = null;
  try {
    said = await answer.json();
  } catch {
    // A refusal need not be JSON; its status says enough.
  }
  if (answer.ok) return said as T;
  if (answer.status === 401 && path !== "/login" && path !== "/claim" && path !== "/password") when_out();
  const wait = said?.retry_after_s ?? null;
  const fallback = answer.status === 429 ? texts.errors.too_often(wait) : texts.errors.by_status(answer.status);
  throw new Refused(answer.status, said?.error ? String(said.error) : fallback, said?.field ?? null, wait);
}

const asked_ahead = new Map<string, Promise<unknown>>();

/** Asks now for what somebody will get in a moment: a phone far from the house's Wi-Fi waits for every
    answer that is asked for only after another. */
export function ask_ahead(path: string) {
  const answer = ask("GET", path);
  answer.catch(() => {}); // told to whoever gets it
  asked_ahead.set(path, answer);
}
/** What was asked ahead was asked by somebody else. */
export const forget_asked = () => asked_ahead.clear();

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const ahead = asked_ahead.get(path);
  asked_ahead.delete(path);
  return ahead ? (ahead as Promise<T>) : ask<T>("GET", path, undefined, signal);
}
export const post = <T>(path: string, body?: unknown) => ask<T>("POST", path, body);
export const put = <T>(path: string, body: unknown) => ask<T>("PUT", path, body);
export const remove = (path: string) => ask<void>("DELETE", path);

/** "?a=1&b=2&b=3" of what is there. */
export function query(of: Record<string, string | number | null | undefined | (string | number)[]>): string {
  const made = new URLSearchParams();
  for (const [key, value] of Object.entries(of))
    for (const each of Array.isArray(value) ? value : [value]) if (each !== null && each !== undefined && each !== "") made.append(key, String(each));
  const text = made.toString();
  return text ? "?" + text : "";
}
