// What this browser prefers. Kept here only; the house doesn't know.
import { Value } from "./store";

export interface Settings { units: "metric" | "us"; clock: "24" | "12"; theme: "system" | "light" | "dark" }

const place = "hearth.settings";

function first_guess(): Settings {
  const american = /-(US|LR|MM)$/.test(navigator.language);
  const twelve = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 === true;
  return { units: american ? "us" : "metric", clock: twelve ? "12" : "24", theme: "system" };
}

function kept(): Settings {
  const guess = first_guess();
  try {
    const read = JSON.parse(localStorage.getItem(place) ?? "{}");
    return {
      units: read.units === "us" || read.units === "metric" ? read.units : guess.units,
      clock: read.clock === "12" || read.clock === "24" ? read.clock : guess.clock,
      theme: read.theme === "light" || read.theme === "dark" ? read.theme : "system",
    };
  } catch {
    return guess;
  }
}

export const settings = new Value<Settings>(kept());

function dress() {
  const theme = settings.get().theme;
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}
dress();

export function prefer(change: Partial<Settings>) {
  settings.set({ ...settings.get(), ...change });
  dress();
  try {
    localStorage.setItem(place, JSON.stringify(settings.get()));
  } catch {
    // A browser that keeps nothing still shows it so until it is closed.
  }
}

const place_in = "hearth.in";

/** Whether somebody was signed in here when the page was last open. Only a guess of what to ask for first. */
export function was_in(): boolean {
  try {
    return localStorage.getItem(place_in) !== null;
  } catch {
    return false;
  }
}
export function keep_in(is: boolean) {
  try {
    if (is) localStorage.setItem(place_in, "1");
    else localStorage.removeItem(place_in);
  } catch {
    // Then everything is asked for in its turn.
  }
}

export function is_dark(): boolean {
  const theme = settings.get().theme;
  return theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}
