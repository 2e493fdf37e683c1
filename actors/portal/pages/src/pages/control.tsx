// What the household may ask for: each wish ends by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, put } from "../api";
import * as format from "../format";
import { hands_off } from "../headline";
import { connected, house_now, now, session } from "../live";
import { Card, Choice, complain, Dialog, Icon, Loaded, Page, say, WhyNot } from "../parts";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Control as Told, ControlZone, Lease, Now, Role, ScheduleEntry } from "../words";
import { ask_lease, LeaseRow, lengths } from "./leases";
import { ScheduleEditor } from "./schedule";
import { Boost, HandsOff, Holiday, Manual } from "./wishes";

const t = texts.control;
const hour = 3600;
const rank: Record<Role, number> = { viewer: 0, household: 1, installer: 2 };
const may = (who: Role | undefined, needed: Role) => rank[who ?? "viewer"] >= rank[needed];

/** Whose word the setpoint of a zone is, and until when. */
function holds_because(zone: ControlZone, told: Told, current: Now["zones"][number] | undefined): string {
  const until = (of: Lease) => format.when(of.until_ms, house_now());
  const let_go = hands_off(told.leases, house_now());
  if (let_go) return t.zone_let_go(until(let_go));
  const wished = told.leases.find((each) => each.id === current?.wished_by);
  if (wished) return t.because(wished, until(wished));
  if (zone.schedule.length) return current?.why ? format.sentence(current.why) : t.by_schedule;
  return zone.base_c !== null ? t.by_layout(format.degrees_long(zone.base_c)) : "";
}

function ZoneCard({ zone, told, changed, refused }: { zone: ControlZone; told: Told; changed: () => void; refused: string | null }) {
  const live = useValue(now);
  const current = live?.zones.find((each) => each.name === zone.name);
  const set_now = current?.setpoint_c ?? zone.setpoint_c;
  const [wish, set_wish] = useState<number | null>(null); // what is shown and not yet sent, °C
  const [length, set_length] = useState("7200");
  const [busy, set_busy] = useState(false);
  const [edits, set_edits] = useState(false);
  const shown = wish ?? set_now;
  const [low, high] = told.limits.setpoint_c;
  const blocked = zone.controllable ? refused : format.sentence(zone.why_not ?? t.not_controllable);
  const options = lengths([hour, 2 * hour, 4 * hour, 8 * hour, 24 * hour], told.limits.longest_s.setpoint);
  const step = (by: number) => {
    if (shown === null) return;
    const next = format.degrees_from_shown(Math.round((format.shown_degrees(shown) + by * format.degree_step()) / format.degree_step()) * format.degree_step());
    set_wish(Math.max(low, Math.min(high, Math.round(next * 100) / 100)));
  };
  const send = () => {
    if (wish === null) return;
    set_busy(true);
    ask_lease({ kind: "setpoint", zone: zone.name, setpoint_c: wish, for_s: Number(length) }).then(
      (lease) => {
        set_busy(false);
        set_wish(null);
        say(t.is_set(zone.name, format.degrees_long(wish), format.when(lease.until_ms, house_now())));
        changed();
      },
      (problem) => {
        set_busy(false);
        complain(problem);
      },
    );
  };
  return (
    <Card class={"zone" + (blocked ? " blocked" : "")} title={zone.name}>
      <div class="setpoint">
        <button type="button" class="round big" onClick={() => step(-1)} disabled={!!blocked || busy || shown === null || shown <= low} aria-label={t.cooler(zone.name)}>
          <Icon name="minus" />
        </button>
        <output class={"setpoint-value" + (wish !== null ? " pending" : "")} aria-live="polite" aria-label={t.setpoint_of(zone.name)}>
          {format.degrees(shown)}
        </output>
        <button type="button" class="round big" onClick={() => step(1)} disabled={!!blocked || busy || shown === null || shown >= high} aria-label={t.warmer(zone.name)}>
          <Icon name="plus" />
        </button>
      </div>
      {blocked ? (
        <WhyNot text={blocked} />
      ) : wish !== null ? (
        <div class="confirm">
          <Choice label={t.for_how_long} value={length} options={options} on={set_length} />
          <div class="buttons">
            <button type="button" onClick={() => set_wish(null)}>
              {t.leave}
            </button>
            <button type="button" class="main" onClick={send} disabled={busy}>
              {t.set}
            </button>
          </div>
        </div>
      ) : (
        <p class="zone-note">{holds_because(zone, told, current)}</p>
      )}
      {zone.controllable && (
        <div class="zone-foot">
          <ScheduleStrip entries={zone.schedule} base={zone.base_c} />
          <button type="button" class="link" onClick={() => set_edits(true)} aria-haspopup="dialog">
            {!refused ? (zone.schedule.length ? t.edit_schedule : t.make_schedule) : t.see_schedule}
            <span class="sr"> {zone.name}</span>
          </button>
        </div>
      )}
      <Dialog title={t.schedule_of(zone.name)} open={edits} close={() => set_edits(false)}>
        <ScheduleEditor
          zone={zone}
          limits={told.limits.setpoint_c}
          read_only={!!refused}
          save={(entries: ScheduleEntry[]) =>
            put("/control/schedules/" + encodeURIComponent(zone.name), { entries }).then(() => {
              say(t.schedule_saved);
              set_edits(false);
              changed();
            })
          }
        />
      </Dialog>
    </Card>
  );
}

/** The week at a glance: seven bars, darker where it is warmer. */
function ScheduleStrip({ entries, base }: { entries: ScheduleEntry[]; base: number | null }) {
  if (!entries.length) return null;
  const all = entries.map((each) => each.setpoint_c).concat(base ?? []);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const parts: { day: number; from: number; to: number; c: number }[] = [];
  const flat = entries.flatMap((each) => each.days.map((day) => ({ at: (day - 1) * 1440 + minutes(each.from), c: each.setpoint_c }))).sort((a, b) => a.at - b.at);
  if (!flat.length) return null;
  const bounds = [{ at: 0, c: flat[0]!.at === 0 ? flat[0]!.c : flat[flat.length - 1]!.c }, ...flat, { at: 7 * 1440, c: 0 }];
  for (let i = 0; i + 1 < bounds.length; ++i)
    for (let at = bounds[i]!.at; at < bounds[i + 1]!.at; ) {
      const day = Math.floor(at / 1440);
      const to = Math.min(bounds[i + 1]!.at, (day + 1) * 1440);
      parts.push({ day, from: at - day * 1440, to: to - day * 1440, c: bounds[i]!.c });
      at = to;
    }
  return (
    <svg class="strip" viewBox="0 0 280 30" aria-hidden="true" preserveAspectRatio="none">
      {parts.map((part, i) => (
        <rect key={i} x={part.day * 40 + (part.from / 1440) * 38} y="2" width={Math.max(0.4, ((part.to - part.from) / 1440) * 38)} height="26" opacity={high > low ? 0.22 + 0.78 * ((part.c - low) / (high - low)) : 0.7} />
      ))}
    </svg>
  );
}

export function Control() {
  const who = useValue(session)?.user?.role;
  const up = useValue(connected);
  const live = useValue(now);
  const loaded = useLoaded((signal) => get<Told>("/control", signal), []);
  useEvery(30_000, loaded.again);
  // What stands is told live; when it changes, the rest may have, too.
  const ids = live?.leases.map((each) => each.id).join(" ");
  const known = useRef(ids);
  useEffect(() => {
    if (known.current !== undefined && known.current !== ids) loaded.again();
    known.current = ids;
  }, [ids]);
  const blocked = !may(who, "household") ? t.viewer : up ? null : t.lost;
  return (
    <Page title={t.title}>
      <Loaded of={loaded}>
        {(kept) => {
          const told = { ...kept, leases: kept.leases.filter((each) => each.until_ms > house_now()) };
          return (
            <>
              {told.leases.length > 0 && (
                <Card title={t.stands} class="leases">
                  <ul class="rows">
                    {told.leases.map((each) => (
                      <LeaseRow key={each.id} lease={each} changed={loaded.again} />
                    ))}
                  </ul>
                </Card>
              )}
              <div class="cards">
                {told.zones.map((each) => (
                  <ZoneCard key={each.name} zone={each} told={told} changed={loaded.again} refused={blocked} />
                ))}
              </div>
              <div class="cards">
                <Boost told={told} changed={loaded.again} blocked={blocked} />
                <Holiday told={told} changed={loaded.again} blocked={blocked} />
                <HandsOff told={told} changed={loaded.again} blocked={blocked} />
              </div>
              {may(who, "installer") && up && <Manual told={told} changed={loaded.again} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
