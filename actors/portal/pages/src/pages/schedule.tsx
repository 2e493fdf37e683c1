// The week of one zone: from this time of these days on, this temperature.
import { useState } from "preact/hooks";
import { Refused } from "../api";
import * as format from "../format";
import { Empty, Icon } from "../parts";
import { texts } from "../texts";
import type { ControlZone, ScheduleEntry } from "../words";

const t = texts.schedule;
const most = 40;

export function ScheduleEditor({ zone, limits, read_only, save }: { zone: ControlZone; limits: [number, number]; read_only: boolean; save: (entries: ScheduleEntry[]) => Promise<unknown> }) {
  const [entries, set] = useState<ScheduleEntry[]>(zone.schedule);
  const [wrong, set_wrong] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);
  const us = format.degree_unit() === "°F";
  const change = (i: number, by: Partial<ScheduleEntry>) => set(entries.map((each, k) => (k === i ? { ...each, ...by } : each)));
  const add = () => {
    const last = entries[entries.length - 1];
    set([...entries, last ? { ...last, from: "22:00", setpoint_c: Math.max(limits[0], last.setpoint_c - 2) } : { days: [1, 2, 3, 4, 5, 6, 7], from: "06:30", setpoint_c: zone.base_c ?? 20 }]);
  };
  const send = () => {
    if (entries.some((each) => each.days.length === 0)) return set_wrong(t.no_days);
    if (entries.some((each) => !/^\d\d:\d\d$/.test(each.from))) return set_wrong(t.no_time);
    set_wrong(null);
    set_busy(true);
    save(entries).catch((problem) => {
      set_busy(false);
      set_wrong(problem instanceof Refused ? problem.message : String(problem));
    });
  };
  return (
    <div class="schedule">
      <p class="help">{t.explain}</p>
      {entries.length === 0 && <Empty>{t.empty(format.degrees_long(zone.base_c))}</Empty>}
      <ol class="schedule-entries">
        {entries.map((entry, i) => (
          <li key={i}>
            <fieldset disabled={read_only}>
              <legend class="sr">{t.entry(i + 1)}</legend>
              <div class="days" role="group" aria-label={t.days}>
                {[1, 2, 3, 4, 5, 6, 7].map((day) => (
                  <label key={day} class={entry.days.includes(day) ? "chosen" : ""}>
                    <input type="checkbox" checked={entry.days.includes(day)} onChange={() => change(i, { days: entry.days.includes(day) ? entry.days.filter((each) => each !== day) : [...entry.days, day].sort() })} aria-label={t.day_names[day - 1]} />
                    <span aria-hidden="true">{t.day_letters[day - 1]}</span>
                  </label>
                ))}
              </div>
              <div class="schedule-line">
                <label>
                  {t.from} <input type="time" required value={entry.from} onChange={(e) => change(i, { from: e.currentTarget.value.slice(0, 5) })} />
                </label>
                <label>
                  <span class="sr">{t.temperature}</span>
                  <input
                    type="number"
                    class="short"
                    min={Math.ceil(format.shown_degrees(limits[0]))}
                    max={Math.floor(format.shown_degrees(limits[1]))}
                    step={us ? 1 : 0.5}
                    value={String(Math.round(format.shown_degrees(entry.setpoint_c) * 2) / 2)}
                    onChange={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && change(i, { setpoint_c: Math.round(format.degrees_from_shown(e.currentTarget.valueAsNumber) * 100) / 100 })}
                  />{" "}
                  {format.degree_unit()}
                </label>
                {!read_only && (
                  <button type="button" class="quiet round" onClick={() => set(entries.filter((_, k) => k !== i))} aria-label={t.remove(i + 1)}>
                    <Icon name="close" />
                  </button>
                )}
              </div>
            </fieldset>
          </li>
        ))}
      </ol>
      <div role="alert">{wrong && <p class="complaint">{wrong}</p>}</div>
      {!read_only && (
        <div class="buttons">
          <button type="button" onClick={add} disabled={entries.length >= most}>
            <Icon name="plus" /> {t.add}
          </button>
          <button type="button" class="main" onClick={send} disabled={busy}>
            {t.save}
          </button>
        </div>
      )}
    </div>
  );
}
