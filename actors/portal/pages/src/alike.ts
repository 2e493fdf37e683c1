// Alarms that are one to whoever reads them.
import type { Alarm } from "./words";

/** Kinds of which many come of one cause: a bus that fell silent takes all its devices along. Of any other each
    has a reason of its own, which somebody must read. */
const many = /^(channel|actor)-/;

/** Alarms of one such kind that mean the same, newest first; any other alone. */
export function groups_of(alarms: Alarm[]): Alarm[][] {
  const groups = new Map<string, Alarm[]>();
  for (const each of alarms) {
    const key = JSON.stringify([each.kind, each.severity, each.meaning, each.remedy, each.acknowledged?.by, many.test(each.kind) || each.id]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}
