// The house as it is, told by server-sent events. The house's own clock counts, never this browser's.
import { Value } from "./store";
import type { House, Now, Session } from "./words";

export const session = new Value<Session | null>(null);
export const house = new Value<House | null>(null);
export const now = new Value<Now | null>(null);
/** Whether what `now` says is being kept up to date. */
export const connected = new Value<boolean>(true);
/** A second of the house after another, for countdowns. */
export const beat = new Value<number>(0);

let source: EventSource | null = null;
let watchdog: ReturnType<typeof setInterval> | undefined;
let heard_at = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let waits_ms = 500;

/** How fast the house's clock runs beside this machine's: 1, or more in a demonstration. */
let pace = 1;
let last: { house_ms: number; here_ms: number } | null = null;

/** What the house's clock shows about now. */
export function house_now(): number {
  // Sessions live in the world's time; a demonstration's house has another.
  if (!last) return house.get()?.clock_ms ?? 0;
  // Never far beyond what was told: a house that fell silent has no later time.
  const beyond = Math.min(performance.now() - last.here_ms, 5000) * pace;
  return Math.round(last.house_ms + beyond);
}

function heard(text: string) {
  const told = JSON.parse(text) as Now;
  const here = performance.now();
  if (last && told.at_ms > last.house_ms && here - last.here_ms > 200) {
    const measured = (told.at_ms - last.house_ms) / (here - last.here_ms);
    pace = measured > 0.5 && measured < 1.5 ? 1 : pace * 0.7 + measured * 0.3;
  }
  if (!last || told.at_ms !== last.house_ms) last = { house_ms: told.at_ms, here_ms: here };
  heard_at = here;
  waits_ms = 500;
  const before = now.get();
  now.set({ ...told, points: { ...before?.points, ...told.points } });
  beat.set(house_now());
  connected.set(true);
}

/** Listens until `stop_live`. `ended` is called when the house ends the session. */
export function start_live(ended: () => void) {
  stop_live();
  const open = () => {
    source?.close();
    source = new EventSource("/api/v1/live");
    heard_at = performance.now();
    source.addEventListener("now", (event) => heard((event as MessageEvent).data));
    source.addEventListener("bye", () => {
      stop_live();
      ended();
    });
    source.onerror = () => {
      connected.set(false);
      // The browser tries by itself unless the answer was a refusal; then we ask who we are.
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(retry);
      retry = setTimeout(() => {
        fetch("/api/v1/session", { cache: "no-store" })
          .then((answer) => answer.json())
          .then((who: Session) => (who.state === "in" ? open() : (stop_live(), ended())))
          .catch(() => source?.onerror?.(new Event("error")));
      }, waits_ms);
      waits_ms = Math.min(waits_ms * 2, 15000);
    };
  };
  open();
  watchdog = setInterval(() => {
    // A connection that is open and says nothing is none: the house speaks at least every 15 s.
    if (performance.now() - heard_at > 40000) {
      connected.set(false);
      open();
    }
    beat.set(house_now());
  }, 1000);
}

export function stop_live() {
  source?.close();
  source = null;
  clearInterval(watchdog);
  clearTimeout(retry);
}
