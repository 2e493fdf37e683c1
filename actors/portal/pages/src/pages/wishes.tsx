// What can be asked for: a boost, a holiday, hands off, a relay by hand. What runs can be ended where it was begun.
import { useState } from "preact/hooks";
import * as format from "../format";
import { house_now, now } from "../live";
import { Badge, Card, Choice, complain, Dialog, Empty, Field, Icon, say, WhyNot } from "../parts";
import { useValue } from "../store";
import { texts } from "../texts";
import type { Control as Told, Lease } from "../words";
import { ask_lease, Ends, lengths, Running } from "./leases";

const t = texts.control;
const hour = 3600;

/** `blocked`: why nothing can be asked for just now. */
interface WishProps { told: Told; changed: () => void; blocked: string | null }
const of_kind = (told: Told, kind: Lease["kind"]) => told.leases.filter((each) => each.kind === kind);

export function Boost({ told, changed, blocked }: WishProps) {
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
      <Running leases={of_kind(told, "boost")} changed={changed} say={(each) => each.zone ?? t.whole_house} />
      <div class="field">
        <label for="boost-zone">{t.where}</label>
        <select id="boost-zone" value={zone} onChange={(e) => set_zone(e.currentTarget.value)} disabled={!!blocked || !zones.length}>
          <option value="">{t.whole_house}</option>
          {zones.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name}
            </option>
          ))}
        </select>
      </div>
      <Choice label={t.for_how_long} value={length} options={lengths([600, 1800, hour, 2 * hour, 4 * hour], told.limits.longest_s.boost)} on={set_length} disabled={!!blocked} />
      <button type="button" class="main" onClick={start} disabled={!!blocked || busy || !zones.length}>
        <Icon name="flame" /> {t.boost_start}
      </button>
      <WhyNot text={blocked ?? (zones.length ? null : t.no_zones)} />
    </Card>
  );
}

export function Holiday({ told, changed, blocked }: WishProps) {
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
      <Running leases={of_kind(told, "holiday")} changed={changed} />
      <Field
        label={t.at_most(format.degree_unit())}
        type="number"
        min={Math.ceil(format.shown_degrees(low))}
        max={Math.floor(format.shown_degrees(high))}
        step={us ? 1 : 0.5}
        value={String(Math.round(format.shown_degrees(setpoint) * 2) / 2)}
        onChange={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && set_setpoint(Math.max(low, Math.min(high, format.degrees_from_shown(e.currentTarget.valueAsNumber))))}
        disabled={!!blocked}
      />
      <Field label={t.back} type="datetime-local" value={back} onInput={(e) => set_back(e.currentTarget.value)} disabled={!!blocked} wrong={wrong} />
      <button type="button" class="main" onClick={start} disabled={!!blocked || busy}>
        <Icon name="trip" /> {t.holiday_start}
      </button>
      <WhyNot text={blocked} />
    </Card>
  );
}

export function HandsOff({ told, changed, blocked }: WishProps) {
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
      <Running leases={of_kind(told, "hands-off")} changed={changed} />
      <Choice label={t.for_how_long} value={length} options={lengths([hour, 4 * hour, 12 * hour, 24 * hour, 72 * hour], told.limits.longest_s["hands-off"])} on={set_length} disabled={!!blocked} />
      <button type="button" onClick={() => set_asks(true)} disabled={!!blocked} aria-haspopup="dialog">
        <Icon name="hand" /> {t.hands_off_start}
      </button>
      <WhyNot text={blocked} />
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

export function Manual({ told, changed }: { told: Told; changed: () => void }) {
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
          const held = of_kind(told, "hold").filter((lease) => lease.channel === each.channel);
          return (
            <li class="row relay" key={each.channel}>
              <span class="grow">
                <b>{each.channel}</b>
                {held.length > 0 && <Badge tone="warn">{t.by_hand}</Badge>}
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
              {held.map((lease) => (
                <span class="held" key={lease.id}>
                  <Ends lease={lease} changed={changed} />
                </span>
              ))}
            </li>
          );
        })}
      </ul>
      {told.actuators.length === 0 && <Empty>{t.no_actuators}</Empty>}
    </Card>
  );
}
