// Alarms that are one to whoever reads them.
import type { Alarm } from "./words";

/** Alarms of one kind that mean the same, newest first: a bus that fell silent takes all its devices along. */
export function groups_of(alarms: Alarm[]): Alarm[][] {
  const groups = new Map<string, Alarm[]>();
  for (const each of alarms) {
    const key = JSON.stringify([each.kind, each.severity, each.meaning, each.remedy, each.acknowledged?.by]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}
