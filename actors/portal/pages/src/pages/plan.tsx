// The next 48 hours as they are planned, and the last day's plan beside what happened.
import { useMemo, useState } from "preact/hooks";
import { get } from "../api";
import Chart, { type Line } from "../chart";
import * as format from "../format";
import { hands_off } from "../headline";
import { beat, house, house_now, now } from "../live";
import { Card, Choice, Empty, Loaded, Page, Tile, Waiting } from "../parts";
import { lacks_of, type Measured, RoomLanes } from "../rooms";
import { aligned, load_history, starts_of } from "../series";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { House, Plan as Planned } from "../words";

const t = texts.plan;
/** So much of what was measured stands before what is planned. */
const before_ms = 6 * 3600e3;
/** As many channels as one question may name. */
const most_rooms = 32;

/** A temperature of the store as heat, and both in words. */
function heat_of(built: House) {
  const store = built.plant?.store;
  const per_k = store?.kwh_per_k ?? 0;
  const spent = store?.spent_c ?? 0;
  return {
    kwh: (c: number) => (c - spent) * per_k,
    say: (kwh: number) => t.with_mean(format.energy(kwh), format.degrees_long(per_k > 0 ? spent + kwh / per_k : null)),
  };
}

/** The rooms as they were in the last hours, where that is kept. */
function useMeasured(): Measured {
  const built = useValue(house)!;
  const zones = (built.plant?.zones ?? []).slice(0, most_rooms);
  const loaded = useLoaded(
    (signal) => (built.features.history && zones.length ? load_history(zones.map((each) => each.temperature), house_now() - before_ms, house_now(), 120, signal) : Promise.resolve(null)),
    [],
  );
  useEvery(60_000, loaded.again);
  return useMemo(() => {
    const found: Measured = new Map();
    for (const zone of zones) {
      const own = loaded.data?.series.find((each) => each.channel === zone.temperature);
      if (own) found.set(zone.name, starts_of(own, loaded.data!.interval_s).map((at_ms, i) => ({ at_ms, c: own.values[i] ?? null })));
    }
    return found;
  }, [loaded.data]);
}

function Rooms({ plan, now_ms }: { plan: Planned; now_ms: number }) {
  const measured = useMeasured();
  return (
    <Card title={t.rooms}>
      <RoomLanes plan={plan} measured={measured} from_ms={measured.size ? now_ms - before_ms : now_ms} now_ms={now_ms} />
    </Card>
  );
}

function runs_of(plan: Planned): { from: number; to: number; kwh: number; usd: number }[] {
  const runs: { from: number; to: number; kwh: number; usd: number }[] = [];
  for (const slot of plan.slots) {
    if (slot.power_w < 50) continue;
    const kwh = (slot.power_w / 1000) * ((slot.end_ms - slot.start_ms) / 3600e3);
    const last = runs[runs.length - 1];
    const usd = kwh * (slot.price_usd_per_kwh ?? 0);
    if (last && last.to === slot.start_ms) {
      last.to = slot.end_ms;
      last.kwh += kwh;
      last.usd += usd;
    } else runs.push({ from: slot.start_ms, to: slot.end_ms, kwh, usd });
  }
  return runs;
}

function Ahead({ plan }: { plan: Planned }) {
  useValue(beat);
  const built = useValue(house)!;
  const now_ms = house_now();
  const slots = plan.slots;
  const end = slots[slots.length - 1]?.end_ms ?? plan.start_ms;
  const made = useMemo(() => {
    const x = [...slots.map((each) => each.start_ms / 1000), end / 1000];
    const line = (label: string, unit: string, of: (slot: Planned["slots"][number]) => number | null, more: Partial<Line>): Line => ({
      label,
      unit,
      values: [...slots.map(of), slots.length ? of(slots[slots.length - 1]!) : null],
      ...more,
    });
    const money: Line[] = [
      line(t.power, "W", (each) => each.power_w, { stepped: true, filled: true, colour: 0 }),
      line(t.price, "USD/kWh", (each) => each.price_usd_per_kwh, { stepped: true, colour: 1 }),
    ];
    // What a slot says of the store is said of its end; how it begins is measured.
    const rest = slots.filter((each) => each.end_ms > now_ms);
    const layers = (built.plant?.store?.layers ?? []).map((each) => now.get()?.points[each]).flatMap((each) => (each?.q === "good" && each.v !== null ? [each.v] : []));
    const { kwh: kwh_of, say } = heat_of(built);
    const held = [layers.length ? kwh_of(layers.reduce((sum, c) => sum + c, 0) / layers.length) : null, ...rest.map((each) => each.store_kwh)];
    const heat_x = [now_ms, ...rest.map((each) => each.end_ms)].map((ms) => ms / 1000);
    const heat: Line[] = [
      { label: t.store, unit: "kWh", values: held, filled: true, colour: 0, say },
      { label: t.outdoor, unit: "°C", values: [rest[0]?.outdoor_c ?? null, ...rest.map((each) => each.outdoor_c ?? null)], colour: 1 },
    ];
    const asked_kwh = slots.reduce((sum, each) => sum + ((each.load_w ?? 0) / 1000) * ((each.end_ms - each.start_ms) / 3600e3), 0);
    return { x, money, heat_x, heat, held: held.filter((each): each is number => each !== null), runs: runs_of(plan), lacks: lacks_of(plan), asked_kwh };
  }, [plan]);
  const let_go = hands_off(useValue(now)?.leases ?? [], now_ms);
  // While hands are off others decide, and what they will use nobody knows.
  const followed = let_go ? runs_of({ ...plan, slots: slots.filter((each) => each.start_ms >= let_go.until_ms) }) : made.runs;
  const kwh = followed.reduce((sum, run) => sum + run.kwh, 0);
  // What the planner weighs has wear and the worth of what is left in it; here is what the bill will say.
  const usd = followed.reduce((sum, run) => sum + run.usd, 0);
  const when = let_go ? t.after(format.when(let_go.until_ms, now_ms)) : t.within(format.span(Math.round((end - plan.start_ms) / 3600e3) * 3600e3));
  return (
    <>
      {let_go && (
        <p class="lost" role="status">
          {t.hands_off(format.when(let_go.until_ms, now_ms))}
        </p>
      )}
      <div class={made.lacks.length ? "tiles" : "tiles three"}>
        <Tile label={t.cost} value={format.dollars(usd)} note={kwh > 0 ? t.cost_note(when, format.per_kwh(usd / kwh)) : when} />
        <Tile label={t.used} value={format.energy(kwh)} note={let_go ? t.used_note + ", " + when : t.used_note} />
        <Tile label={t.made} value={format.when(plan.made_ms, now_ms)} note={t.made_note(format.span(now_ms - plan.made_ms))} />
        {made.lacks.length > 0 && <Tile label={t.unserved} value={format.energy(made.lacks.reduce((sum, each) => sum + each.kwh, 0))} note={t.unserved_note(format.energy(made.asked_kwh))} tone="warn" />}
      </div>
      <Card title={t.electricity}>
        <Chart x={made.x} lines={made.money} height={240} label={t.chart_electricity(made.runs.map((run) => format.when(run.from, now_ms) + "–" + format.clock(run.to)).join(", "))} mark_s={now_ms / 1000} />
      </Card>
      <Card title={t.heat}>
        <p class="help">{t.heat_help(format.degrees_long(built.plant?.store?.spent_c ?? null, 0))}</p>
        <Chart x={made.heat_x} lines={made.heat} height={240} label={t.chart_heat(format.energy(made.held[0]), format.energy(Math.min(...made.held)), format.energy(Math.max(...made.held)))} mark_s={now_ms / 1000} />
      </Card>
      {(plan.rooms ?? []).length > 0 && <Rooms plan={plan} now_ms={now_ms} />}
      <Card title={t.runs}>
        {made.runs.length === 0 ? (
          <Empty>{t.no_runs}</Empty>
        ) : (
          <ul class="rows two">
            {made.runs.map((run) => (
              <li key={run.from} class={let_go && run.to <= let_go.until_ms ? "row off" : run.from <= now_ms && run.to > now_ms ? "row now-row" : "row"}>
                <span class="grow">
                  <b>
                    {format.when(run.from, now_ms)} – {format.clock(run.to)}
                  </b>
                  <small>{!let_go || run.from >= let_go.until_ms ? format.span(run.to - run.from) : run.to <= let_go.until_ms ? t.not_followed : t.not_before(format.when(let_go.until_ms, now_ms))}</small>
                </span>
                <span>{format.energy(run.kwh)}</span>
                <span class="amount">{format.dollars(run.usd)}</span>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

interface Sum { kwh: number; usd: number | null }
/** Planned and drawn, of the time of which both are known; what electricity cost, where that is known throughout. */
function sums_of(x: number[], values: Map<string, (number | null)[]>, power: string, interval_s: number, now_s: number): { planned: Sum; happened: Sum; store_k: number | null } {
  const planned: Sum = { kwh: 0, usd: 0 };
  const happened: Sum = { kwh: 0, usd: 0 };
  const at = (name: string, i: number) => values.get(name)?.[i] ?? null;
  const add = (to: Sum, hours: number, kw: number, usd_per_h: number | null) => {
    to.kwh += kw * hours;
    to.usd = to.usd === null || usd_per_h === null ? null : to.usd + usd_per_h * hours;
  };
  let off_k = 0;
  let of = 0;
  (values.get(power) ?? []).forEach((drawn, i) => {
    const plan = at("hearth.plan.power", i);
    // Of what goes on only so much has passed.
    const hours = (Math.min(x[i]! + interval_s, now_s) - x[i]!) / 3600;
    if (drawn === null || plan === null || hours <= 0) return;
    const price = at("hearth.price", i);
    add(planned, hours, plan / 1000, price === null ? null : (plan / 1000) * price);
    add(happened, hours, drawn / 1000, at("hearth.cost", i));
    const was = at("hearth.store", i);
    const should = at("hearth.plan.store", i);
    if (was === null || should === null) return;
    off_k += Math.abs(was - should);
    ++of;
  });
  return { planned, happened, store_k: of ? off_k / of : null };
}
const cost_note = (usd: number | null) => (usd === null ? t.past_cost_unknown : t.past_cost(format.dollars(usd)));

/** A day's plan as it stood at its beginning, and that day. */
function Past() {
  const built = useValue(house)!;
  const [back, set_back] = useState(1);
  const from = format.start_of_day(house_now(), -back);
  const to = format.start_of_day(house_now(), 1 - back);
  const so_far = back === 0 ? ", " + t.so_far : "";
  const power = built.plant?.heat_pump.power ?? null;
  const wanted = ["hearth.plan.power", ...(power ? [power] : []), "hearth.plan.store", "hearth.store", "hearth.price", "hearth.cost"];
  const loaded = useLoaded((signal) => load_history(wanted, from, to, 288, signal), [from, to]);
  useEvery(60_000, () => back === 0 && loaded.again(), [back]);
  const made = useMemo(() => {
    if (!loaded.data) return null;
    const { x, values } = aligned(loaded.data);
    const has = (name: string | null) => !!name && !!values.get(name)?.some((v) => v !== null);
    const lines: { electricity: Line[]; heat: Line[] } = { electricity: [], heat: [] };
    if (has("hearth.plan.power")) lines.electricity.push({ label: t.planned, unit: "W", values: values.get("hearth.plan.power")!, stepped: true, dashed: true, colour: 1 });
    if (has(power)) lines.electricity.push({ label: t.happened, unit: "W", values: values.get(power!)!, filled: true, stepped: true, colour: 0 });
    if (has("hearth.price")) lines.electricity.push({ label: t.price, unit: "USD/kWh", values: values.get("hearth.price")!, stepped: true, colour: 2 });
    const { kwh, say } = heat_of(built);
    const in_kwh = (name: string) => values.get(name)!.map((c) => (c === null ? null : kwh(c)));
    if (has("hearth.plan.store")) lines.heat.push({ label: t.store_planned, unit: "kWh", values: in_kwh("hearth.plan.store"), dashed: true, colour: 1, say });
    if (has("hearth.store")) lines.heat.push({ label: t.store_happened, unit: "kWh", values: in_kwh("hearth.store"), colour: 0, say });
    return { x, lines, sums: has("hearth.plan.power") && has(power) ? sums_of(x, values, power!, loaded.data.interval_s ?? 0, house_now() / 1000) : null };
  }, [loaded.data]);
  return (
    <>
      <Choice
        label={t.which_day}
        hide_label
        value={String(back)}
        options={[
          { value: "0", text: t.today },
          { value: "1", text: t.yesterday },
          { value: "2", text: format.day(format.start_of_day(house_now(), -2)) },
        ]}
        on={(v) => set_back(Number(v))}
      />
      <Loaded of={loaded}>
        {() =>
          !made || made.lines.electricity.length + made.lines.heat.length === 0 ? (
            <Card>
              <Empty>{t.nothing_kept}</Empty>
            </Card>
          ) : (
            <>
              {made.sums && (
                <div class={made.sums.store_k === null ? "tiles" : "tiles three"}>
                  <Tile label={t.past_planned + so_far} value={format.energy(made.sums.planned.kwh)} note={cost_note(made.sums.planned.usd)} />
                  <Tile label={t.past_happened + so_far} value={format.energy(made.sums.happened.kwh)} note={cost_note(made.sums.happened.usd)} />
                  {made.sums.store_k !== null && <Tile label={t.past_off} value={format.energy(heat_of(built).kwh((built.plant?.store?.spent_c ?? 0) + made.sums.store_k))} note={t.past_off_note} />}
                </div>
              )}
              {made.lines.electricity.length > 0 && (
                <Card title={t.electricity}>
                  <Chart x={made.x} lines={made.lines.electricity} height={240} label={t.chart_past(format.energy(made.sums?.planned.kwh), format.energy(made.sums?.happened.kwh))} window={{ from_s: from / 1000, to_s: to / 1000 }} />
                </Card>
              )}
              {made.lines.heat.length > 0 && (
                <Card title={t.heat}>
                  <Chart x={made.x} lines={made.lines.heat} height={240} label={t.chart_past_heat} window={{ from_s: from / 1000, to_s: to / 1000 }} />
                </Card>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

/** The newest plan; only who knows that there is one asks for it. */
function Newest() {
  const loaded = useLoaded((signal) => get<Planned>("/plan", signal), []);
  useEvery(60_000, loaded.again);
  return <Loaded of={loaded}>{(plan) => <Ahead plan={plan} />}</Loaded>;
}

export function Plan() {
  const [side, set_side] = useState<"ahead" | "past">("ahead");
  const built = useValue(house)!;
  const told = useValue(now);
  return (
    <Page
      title={t.title}
      tools={
        built.features.history ? (
          <Choice
            label={t.which}
            hide_label
            value={side}
            options={[
              { value: "ahead", text: t.ahead },
              { value: "past", text: t.past },
            ]}
            on={set_side}
          />
        ) : undefined
      }
    >
      {side === "past" ? <Past /> : !told ? <Waiting /> : told.plan ? <Newest /> : <Card><Empty>{built.features.planner ? t.none : t.no_store}</Empty></Card>}
    </Page>
  );
}
