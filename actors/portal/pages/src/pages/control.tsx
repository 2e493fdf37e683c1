// What the household may ask for: each wish ends by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, put, remove } from "../api";
import * as format from "../format";
import { beat, connected, house_now, now, session } from "../live";
import { Badge, Card, Choice, complain, Dialog, Empty, Field, Icon, Loaded, Page, say } from "../parts";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Control as Told, ControlZone, Lease, Role, ScheduleEntry } from "../words";
import { ScheduleEditor } from "./schedule";

const t = texts.control;
const hour = 3600;
const rank: Record<Role, number> = { viewer: 0, household: 1, installer: 2 };
const may = (who: Role | undefined, needed: Role) => rank[who ?? "viewer"] >= rank[needed];

/** Durations to choose from, none longer than the house allows. */
function lengths(choices: number[], longest_s: number | undefined): { value: string; text: string }[] {
  const allowed = choices.filter((each) => longest_s === undefined || each <= longest_s);
  return (allowed.length ? allowed : [longest_s!]).map((each) => ({ value: String(each), text: format.span(each * 1000) }));
}

/** The reasons of this page's own wishes say who asked and until when; those stand beside it already. */
const says_more = (lease: Lease) => lease.reason !== "" && !["setpoint", "boost", "holiday", "hands-off"].includes(lease.kind) && !lease.reason.startsWith("by " + lease.by);

function LeaseRow({ lease, changed }: { lease: Lease; changed: () => void }) {
  useValue(beat);
  const [busy, set_busy] = useState(false);
  const left = lease.until_ms - house_now();
  const whole = lease.since_ms === null ? null : lease.until_ms - lease.since_ms;
  const end = () => {
    set_busy(true);
    remove("/control/leases/" + encodeURIComponent(lease.id)).then(
      () => {
        say(t.ended);
        changed();
      },
      (problem) => {
        set_busy(false);
        complain(problem);
      },
    );
  };
  return (
    <li class="row lease" data-lease={lease.kind}>
      <Icon name={lease.kind === "boost" ? "flame" : lease.kind === "holiday" ? "trip" : lease.kind === "setpoint" ? "control" : "hand"} />
      <span class="grow">
        <b>{texts.lease_name(lease, (c) => format.degrees_long(c))}</b>
        <small>
          {lease.by}
          {says_more(lease) ? " · " + format.sentence(lease.reason) : ""} · {t.until(format.when(lease.until_ms, house_now()))}
        </small>
        {whole !== null && whole > 0 && <progress max={whole} value={Math.max(0, left)} aria-hidden="true" />}
      </span>
      <span class="count-down" role="timer">
        {format.countdown(left)}
      </span>
      {lease.yours_to_end && (
        <button type="button" onClick={end} disabled={busy} aria-label={t.end_it(texts.lease_name(lease, (c) => format.degrees_long(c)))}>
          {t.end}
        </button>
      )}
    </li>
  );
}

/** What a restart would forget is said, after the words of whoever asked. */
const ask_lease = (wish: object) =>
  post<Lease>("/control/leases", wish).then((lease) => {
    if (lease.kept === false) setTimeout(() => say(t.not_kept, true));
    return lease;
  });

function ZoneCard({ zone, told, changed, allowed }: { zone: ControlZone; told: Told; changed: () => void; allowed: boolean }) {
  const live = useValue(now);
  const current = live?.zones.find((each) => each.name === zone.name);
  const set_now = current?.setpoint_c ?? zone.setpoint_c;
  const [wish, set_wish] = useState<number | null>(null); // what is shown and not yet sent, °C
  const [length, set_length] = useState("7200");
  const [busy, set_busy] = useState(false);
  const [edits, set_edits] = useState(false);
  const shown = wish ?? set_now;
  const [low, high] = told.limits.setpoint_c;
  const blocked = !zone.controllable ? format.sentence(zone.why_not ?? t.not_controllable) : !allowed ? t.viewer : null;
  const wished = told.leases.find((each) => each.kind === "setpoint" && each.zone === zone.name);
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
        <p class="why-not">
          <Icon name="lock" /> {blocked}
        </p>
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
        <p class="zone-note">
          {wished ? t.until(format.when(wished.until_ms, house_now())) : zone.base_c !== null ? (zone.schedule.length ? t.by_schedule : t.by_layout(format.degrees_long(zone.base_c))) : ""}
        </p>
      )}
      {zone.controllable && (
        <div class="zone-foot">
          <ScheduleStrip entries={zone.schedule} base={zone.base_c} />
          <button type="button" class="link" onClick={() => set_edits(true)} aria-haspopup="dialog">
            {allowed ? (zone.schedule.length ? t.edit_schedule : t.make_schedule) : t.see_schedule}
            <span class="sr"> {zone.name}</span>
          </button>
        </div>
      )}
      <Dialog title={t.schedule_of(zone.name)} open={edits} close={() => set_edits(false)}>
        <ScheduleEditor
          zone={zone}
          limits={told.limits.setpoint_c}
          read_only={!allowed}
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

function Boost({ told, changed, allowed }: { told: Told; changed: () => void; allowed: boolean }) {
  const [zone, set_zone] = useState("");
  const [length, set_length] = useState("1800");
  const [busy, set_busy] = useState(false);
  const zones = told.zones.filter((each) => each.controllable);
  const start = () => {
    set_busy(true);
    ask_lease({ kind: "boost", ...(zone ? { zone } : {}), for_s: Number(length) })
      .then((lease) => {
        say(t.boosts(format.when(lease.until_ms, house_now())));
        changed();
      }, complain)
      .finally(() => set_busy(false));
  };
  return (
    <Card title={t.boost} class="wish">
      <p class="lead">{t.boost_text(format.difference(told.limits.boost_k))}</p>
      <div class="field">
        <label for="boost-zone">{t.where}</label>
        <select id="boost-zone" value={zone} onChange={(e) => set_zone(e.currentTarget.value)} disabled={!allowed || !zones.length}>
          <option value="">{t.whole_house}</option>
          {zones.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name}
            </option>
          ))}
        </select>
      </div>
      <Choice label={t.for_how_long} value={length} options={lengths([600, 1800, hour, 2 * hour, 4 * hour], told.limits.longest_s.boost)} on={set_length} disabled={!allowed} />
      <button type="button" class="main" onClick={start} disabled={!allowed || busy || !zones.length}>
        <Icon name="flame" /> {t.boost_start}
      </button>
      {!allowed ? <p class="why-not"><Icon name="lock" /> {t.viewer}</p> : !zones.length && <p class="why-not"><Icon name="lock" /> {t.no_zones}</p>}
    </Card>
  );
}

function Holiday({ told, changed, allowed }: { told: Told; changed: () => void; allowed: boolean }) {
  const [setpoint, set_setpoint] = useState(15);
  const [back, set_back] = useState(() => format.input_time(format.start_of_day(house_now(), 3) + 16 * 3600e3).slice(0, 16));
  const [wrong, set_wrong] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);
  const [low, high] = told.limits.setpoint_c;
  const us = format.degree_unit() === "°F";
  const start = () => {
    const until = format.from_input(back);
    const for_s = until === null ? 0 : Math.round((until - house_now()) / 1000);
    const longest = told.limits.longest_s.holiday;
    if (for_s < 60) return set_wrong(t.back_is_past);
    if (longest && for_s > longest) return set_wrong(t.too_long(format.span(longest * 1000)));
    set_wrong(null);
    set_busy(true);
    ask_lease({ kind: "holiday", setpoint_c: setpoint, for_s })
      .then(() => {
        say(t.holiday_set);
        changed();
      }, complain)
      .finally(() => set_busy(false));
  };
  return (
    <Card title={t.holiday} class="wish">
      <p class="lead">{t.holiday_text}</p>
      <Field
        label={t.at_most(format.degree_unit())}
        type="number"
        min={Math.ceil(format.shown_degrees(low))}
        max={Math.floor(format.shown_degrees(high))}
        step={us ? 1 : 0.5}
        value={String(Math.round(format.shown_degrees(setpoint) * 2) / 2)}
        onChange={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && set_setpoint(Math.max(low, Math.min(high, format.degrees_from_shown(e.currentTarget.valueAsNumber))))}
        disabled={!allowed}
      />
      <Field label={t.back} type="datetime-local" value={back} onInput={(e) => set_back(e.currentTarget.value)} disabled={!allowed} wrong={wrong} />
      <button type="button" class="main" onClick={start} disabled={!allowed || busy}>
        <Icon name="trip" /> {t.holiday_start}
      </button>
      {!allowed && <p class="why-not"><Icon name="lock" /> {t.viewer}</p>}
    </Card>
  );
}

function HandsOff({ told, changed, allowed }: { told: Told; changed: () => void; allowed: boolean }) {
  const [length, set_length] = useState(String(4 * hour));
  const [asks, set_asks] = useState(false);
  const [busy, set_busy] = useState(false);
  const start = () => {
    set_busy(true);
    ask_lease({ kind: "hands-off", for_s: Number(length) })
      .then(() => {
        say(t.hands_off_set);
        set_asks(false);
        changed();
      }, complain)
      .finally(() => set_busy(false));
  };
  return (
    <Card title={t.hands_off} class="wish">
      <p class="lead">{t.hands_off_text}</p>
      <Choice label={t.for_how_long} value={length} options={lengths([hour, 4 * hour, 12 * hour, 24 * hour, 72 * hour], told.limits.longest_s["hands-off"])} on={set_length} disabled={!allowed} />
      <button type="button" onClick={() => set_asks(true)} disabled={!allowed} aria-haspopup="dialog">
        <Icon name="hand" /> {t.hands_off_start}
      </button>
      {!allowed && <p class="why-not"><Icon name="lock" /> {t.viewer}</p>}
      <Dialog title={t.hands_off} open={asks} close={() => set_asks(false)}>
        <p>{t.hands_off_ask(format.span(Number(length) * 1000))}</p>
        <div class="buttons">
          <button type="button" onClick={() => set_asks(false)}>
            {t.leave}
          </button>
          <button type="button" class="main" onClick={start} disabled={busy}>
            {t.hands_off_start}
          </button>
        </div>
      </Dialog>
    </Card>
  );
}

function Manual({ told, changed }: { told: Told; changed: () => void }) {
  const live = useValue(now);
  const [length, set_length] = useState("600");
  const [levels, set_levels] = useState<Record<string, string>>({});
  const hold = (channel: string, value: number) =>
    ask_lease({ kind: "hold", channel, value, for_s: Number(length) }).then(
      (lease) => {
        say(t.held(channel, format.when(lease.until_ms, house_now())));
        changed();
      },
      complain,
    );
  return (
    <Card title={t.manual} class="manual">
      <p class="lead">{t.manual_text}</p>
      <Choice label={t.for_how_long} value={length} options={lengths([60, 600, hour, 4 * hour], told.limits.longest_s.hold)} on={set_length} />
      <ul class="rows">
        {told.actuators.map((each) => {
          const point = live?.points[each.channel];
          const held = told.leases.some((lease) => lease.kind === "hold" && lease.channel === each.channel);
          return (
            <li class="row" key={each.channel}>
              <span class="grow">
                <b>{each.channel}</b>
                {held && <Badge tone="warn">{t.by_hand}</Badge>}
              </span>
              <span class={point?.q === "good" ? "" : "stale"}>{format.value(point ? point.v : each.value, each.unit)}</span>
              {each.unit === "on/off" ? (
                <span class="buttons tight">
                  <button type="button" onClick={() => hold(each.channel, 1)} aria-label={t.hold_on(each.channel)}>
                    {texts.on}
                  </button>
                  <button type="button" onClick={() => hold(each.channel, 0)} aria-label={t.hold_off(each.channel)}>
                    {texts.off}
                  </button>
                </span>
              ) : (
                <span class="buttons tight">
                  <input type="number" step="any" class="short" aria-label={t.level_of(each.channel, each.unit)} value={levels[each.channel] ?? ""} onInput={(e) => set_levels({ ...levels, [each.channel]: e.currentTarget.value })} />
                  <button type="button" disabled={!levels[each.channel] || !Number.isFinite(Number(levels[each.channel]))} onClick={() => hold(each.channel, Number(levels[each.channel]))} aria-label={t.hold_level(each.channel)}>
                    {t.set}
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {told.actuators.length === 0 && <Empty>{t.no_actuators}</Empty>}
    </Card>
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
  const allowed = may(who, "household") && up;
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
                  <ZoneCard key={each.name} zone={each} told={told} changed={loaded.again} allowed={allowed} />
                ))}
              </div>
              <div class="cards">
                <Boost told={told} changed={loaded.again} allowed={allowed} />
                <Holiday told={told} changed={loaded.again} allowed={allowed} />
                <HandsOff told={told} changed={loaded.again} allowed={allowed} />
              </div>
              {may(who, "installer") && up && <Manual told={told} changed={loaded.again} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
