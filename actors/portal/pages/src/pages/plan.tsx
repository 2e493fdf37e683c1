// The next 48 hours as they are planned, and the last day's plan beside what happened.
import { useMemo, useState } from "preact/hooks";
import { get } from "../api";
import Chart, { type Line } from "../chart";
import * as format from "../format";
import { beat, house, house_now } from "../live";
import { Card, Choice, Empty, Loaded, Page, Tile } from "../parts";
import { aligned, load_history } from "../series";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Plan as Planned } from "../words";

const t = texts.plan;

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
    const heat: Line[] = [];
    if (slots.some((each) => each.store_c !== null)) heat.push(line(t.store, "°C", (each) => each.store_c, { colour: 0 }));
    if (slots.some((each) => each.outdoor_c !== null)) heat.push(line(t.outdoor, "°C", (each) => each.outdoor_c, { colour: 1 }));
    const zones = [...new Set((plan.rooms ?? []).map((each) => each.zone))];
    zones.forEach((zone, i) => {
      const by_start = new Map((plan.rooms ?? []).filter((each) => each.zone === zone).map((each) => [each.start_ms, each.expected_c]));
      heat.push(line(t.room(zone), "°C", (slot) => by_start.get(slot.start_ms) ?? null, { colour: 2 + i }));
    });
    return { x, money, heat, runs: runs_of(plan) };
  }, [plan]);
  const kwh = made.runs.reduce((sum, run) => sum + run.kwh, 0);
  return (
    <>
      <div class="tiles">
        <Tile label={t.cost} value={format.dollars(plan.cost_usd)} note={t.cost_note(format.span(end - plan.start_ms))} />
        <Tile label={t.used} value={format.energy(kwh)} note={kwh > 0 ? t.mean_price(format.per_kwh(plan.cost_usd / kwh)) : undefined} />
        <Tile label={t.made} value={format.when(plan.made_ms, now_ms)} note={t.made_note(format.span(now_ms - plan.made_ms))} />
        {plan.unserved_kwh > 0.05 && <Tile label={t.unserved} value={format.energy(plan.unserved_kwh)} note={t.unserved_note} tone="warn" />}
      </div>
      <Card title={t.electricity}>
        <Chart x={made.x} lines={made.money} height={240} label={t.chart_electricity(made.runs.map((run) => format.when(run.from, now_ms) + "–" + format.clock(run.to)).join(", "))} mark_s={now_ms / 1000} />
      </Card>
      <Card title={t.heat}>
        <Chart x={made.x} lines={made.heat} height={240} label={t.chart_heat} mark_s={now_ms / 1000} />
      </Card>
      <Card title={t.runs}>
        {made.runs.length === 0 ? (
          <Empty>{t.no_runs}</Empty>
        ) : (
          <ul class="rows two">
            {made.runs.map((run) => (
              <li key={run.from} class={run.from <= now_ms && run.to > now_ms ? "row now-row" : "row"}>
                <span class="grow">
                  <b>
                    {format.when(run.from, now_ms)} – {format.clock(run.to)}
                  </b>
                  <small>{format.span(run.to - run.from)}</small>
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

/** A day's plan as it stood at its beginning, and that day. */
function Past() {
  const built = useValue(house)!;
  const [back, set_back] = useState(1);
  const from = format.start_of_day(house_now(), -back);
  const to = format.start_of_day(house_now(), 1 - back);
  const power = built.plant?.heat_pump.power ?? null;
  const wanted = ["hearth.plan.power", ...(power ? [power] : []), "hearth.plan.store", "hearth.store", "hearth.price"];
  const loaded = useLoaded((signal) => load_history(wanted, from, to, 96, signal), [from, to]);
  const made = useMemo(() => {
    if (!loaded.data) return null;
    const { x, values } = aligned(loaded.data);
    const has = (name: string | null) => !!name && !!values.get(name)?.some((v) => v !== null);
    const lines: { electricity: Line[]; heat: Line[] } = { electricity: [], heat: [] };
    if (has("hearth.plan.power")) lines.electricity.push({ label: t.planned, unit: "W", values: values.get("hearth.plan.power")!, stepped: true, dashed: true, colour: 1 });
    if (has(power)) lines.electricity.push({ label: t.happened, unit: "W", values: values.get(power!)!, filled: true, stepped: true, colour: 0 });
    if (has("hearth.plan.store")) lines.heat.push({ label: t.store_planned, unit: "°C", values: values.get("hearth.plan.store")!, dashed: true, colour: 1 });
    if (has("hearth.store")) lines.heat.push({ label: t.store_happened, unit: "°C", values: values.get("hearth.store")!, colour: 0 });
    return { x, lines };
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
              {made.lines.electricity.length > 0 && (
                <Card title={t.electricity}>
                  <Chart x={made.x} lines={made.lines.electricity} height={240} label={t.chart_past} window={{ from_s: from / 1000, to_s: to / 1000 }} />
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

export function Plan() {
  const [side, set_side] = useState<"ahead" | "past">("ahead");
  const built = useValue(house)!;
  const loaded = useLoaded((signal) => get<Planned>("/plan", signal), []);
  useEvery(60_000, loaded.again);
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
      {side === "past" ? <Past /> : loaded.problem && !loaded.data ? <Card><Empty>{loaded.problem}</Empty></Card> : <Loaded of={loaded}>{(plan) => <Ahead plan={plan} />}</Loaded>}
    </Page>
  );
}
