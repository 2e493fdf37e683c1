// Why the house does what it does, in the words and figures of now: what it said of its state was true when
// that began, and is not said again while the state stays the same.
import * as format from "./format";
import { texts } from "./texts";
import type { House, Lease, Now } from "./words";

const t = texts.now;

/** The household's wish that Hearth lets go, while it stands. */
export const hands_off = (leases: Lease[], now_ms: number) => leases.find((each) => each.kind === "hands-off" && each.until_ms > now_ms);

/** The contract that is in force at this time. */
export const contract_at = (told: Now, at_ms: number) => told.contracts.find((each) => each.start_ms <= at_ms && each.end_ms > at_ms);

/** Whether the heat pump does what the plan says of now, and nobody else decides. */
export const follows_plan = (told: Now, built: House): boolean =>
  told.state?.in_charge === "local" && told.state.mode === "planner" && !!told.plan && told.points[built.plant?.heat_pump.enable ?? ""]?.v === (told.plan.on ? 1 : 0);

/** What the opposite of the plan would cost; null where that is not more, or not known. */
export const dearer = (told: Now) => ((told.plan?.more_otherwise_usd ?? 0) > 0.0005 ? format.money(told.plan!.more_otherwise_usd) : null);

export function why_now(told: Now, built: House, now_ms: number): string {
  const state = told.state!;
  if (state.in_charge === "admin") {
    // Only a hold of the heat pump itself stands above hands off.
    const held = told.leases.find((each) => each.kind === "hold" && each.channel === built.plant?.heat_pump.enable && each.until_ms > now_ms);
    const let_go = hands_off(told.leases, now_ms);
    if (held) return t.held(format.when(held.until_ms, now_ms));
    if (let_go) return t.let_go(format.when(let_go.until_ms, now_ms));
  }
  if (follows_plan(told, built)) {
    const { on, more_otherwise_usd } = told.plan!;
    const price = told.price?.total_usd_per_kwh ?? null;
    if (more_otherwise_usd === null) return on ? t.run_goes_on : t.compressor_rests;
    return (on ? t.planned_run : t.planned_wait)(price === null ? null : format.per_kwh(price), dearer(told));
  }
  return format.sentence(state.cause, now_ms);
}
