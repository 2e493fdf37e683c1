// What heat costs, and what a plain thermostat would have cost.
import { useState } from "preact/hooks";
import { get, query } from "../api";
import * as format from "../format";
import { house, house_now } from "../live";
import { Card, Choice, Dialog, Empty, Icon, Loaded, Page, Tile } from "../parts";
import { go, path } from "../router";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Devices, Money as Told, MoneyRow } from "../words";

const t = texts.money;
type By = "day" | "month";

const quarter = 15 * 60e3;

/** Two bars for each row: what it cost, and what a thermostat would have. */
function Bars({ rows, by, chosen, choose }: { rows: MoneyRow[]; by: By; chosen: number | null; choose: (i: number) => void }) {
  const most = Math.max(0.01, ...rows.map((each) => Math.max(each.cost_usd ?? 0, each.thermostat_usd ?? 0)));
  const width = innerWidth < 600 ? 340 : 720;
  const height = 220;
  const base = height - 22;
  const step = (width - 52) / Math.max(1, rows.length);
  const bar = Math.max(2, Math.min(22, step * 0.36));
  const y = (usd: number) => base - Math.max(0, (usd / most) * (base - 16));
  const ticks = [0, 0.5, 1].map((part) => part * most);
  const every = Math.max(1, Math.ceil(rows.length / (innerWidth < 600 ? 7 : 12)));
  return (
    <svg class="bars" viewBox={`0 0 ${width} ${height}`} role="group" aria-label={t.bars}>
      {ticks.map((usd) => (
        <g key={usd} aria-hidden="true">
          <line x1="40" x2={width} y1={y(usd)} y2={y(usd)} class="rule" />
          <text x="36" y={y(usd) + 4} class="tick end">
            {usd === 0 ? "0" : "$" + format.number(usd, usd < 10 ? 2 : 0)}
          </text>
        </g>
      ))}
      {rows.map((row, i) => {
        const x = 44 + i * step + step / 2;
        const name = by === "day" ? format.day(row.start_ms) : format.month(row.start_ms);
        return (
          <g
            key={row.start_ms}
            class={"bar-group" + (chosen === i ? " chosen" : "") + (row.covered < 0.5 ? " thin" : "")}
            role="button"
            tabIndex={0}
            aria-pressed={chosen === i}
            aria-label={t.bar(name, format.dollars(row.cost_usd), format.dollars(row.thermostat_usd), format.energy(row.used_kwh))}
            onClick={() => choose(i)}
            onKeyDown={(e) => {
              if (e.key === "Enter" || e.key === " ") {
                e.preventDefault();
                choose(i);
              }
            }}
          >
            <rect x={x - step / 2} y="0" width={step} height={height} class="hit" />
            {row.thermostat_usd !== null && <rect x={x + 1} y={y(row.thermostat_usd)} width={bar} height={base - y(row.thermostat_usd)} rx="2" class="bar-other" />}
            {row.cost_usd !== null && <rect x={x - bar - 1} y={y(row.cost_usd)} width={bar} height={base - y(row.cost_usd)} rx="2" class="bar-cost" />}
            {i % every === 0 && (
              <text x={x} y={height - 5} class="tick middle">
                {by === "day" ? format.day_of_month(row.start_ms) : format.month(row.start_ms).split(" ")[0]}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** What was saved, and over how much of the time where it is not all that could be compared. */
function Saved({ row, before }: { row: MoneyRow; before: number }) {
  if (row.saved_usd === null) return <span>{t.not_reckoned}</span>;
  const slots = (row.slots ?? 0) - before;
  const partly = row.compared_slots !== undefined && row.compared_slots < slots;
  const times = partly ? ([format.rough_span(row.compared_slots! * quarter), format.rough_span(slots * quarter)] as const) : null;
  const less = row.saved_usd >= 0;
  const usd = format.dollars(Math.abs(row.saved_usd));
  return <span class={less ? "saved" : "lost-money"}>{times ? (less ? t.saved_in : t.dearer_in)(usd, ...times) : (less ? t.saved : t.dearer)(usd)}</span>;
}

/** The house's own sums: nothing is added up here, so that what is shown belongs together. What was before the first
    record is no loss. */
function Sum({ label, row, began_ms }: { label: string; row: MoneyRow | null | undefined; began_ms: number | null }) {
  const before = row && began_ms !== null ? Math.max(0, Math.floor((began_ms - row.start_ms) / quarter)) : 0;
  const unknown = (row?.unknown_slots ?? 0) - before;
  return (
    <Tile
      label={label}
      value={row && row.covered > 0 ? format.dollars(row.cost_usd) : texts.none}
      note={
        <>
          {row ? <Saved row={row} before={before} /> : t.not_reckoned}
          {row && row.covered > 0 && unknown > 0 && <span class="opposite">{t.unknown(format.span(unknown * quarter))}</span>}
        </>
      }
    />
  );
}

export function Money() {
  const built = useValue(house)!;
  const here = useValue(path);
  const [by, set_by] = useState<By>("day");
  const [chosen, choose] = useState<number | null>(null);
  const now_ms = house_now();
  const today = format.start_of_day(now_ms);
  const month = format.start_of_month(now_ms);
  const winter = format.start_of_winter(now_ms);
  const to = format.start_of_day(now_ms, 1);
  const begun_at = (of: Told | null, ms: number) => of?.rows.find((each) => each.start_ms === ms);
  const ask = (of: By, from_ms: number) => (signal: AbortSignal) => get<Told>("/money" + query({ by: of, from_ms, to_ms: to }), signal);
  const days = useLoaded(ask("day", format.start_of_day(now_ms, -30)), [today]);
  const months = useLoaded(ask("month", winter), [today]);
  const began_ms = useLoaded((signal) => get<Devices>("/devices", signal), []).data?.history?.oldest_ms ?? null;
  useEvery(60_000, () => {
    days.again();
    months.again();
  });
  if (!built.features.history)
    return (
      <Page title={t.title}>
        <Card>
          <Empty>{texts.history.off}</Empty>
        </Card>
      </Page>
    );
  const past = ((by === "day" ? days.data : months.data)?.rows ?? []).filter((each) => each.start_ms < now_ms);
  // A house that is new here has no days before its first.
  const first = past.findIndex((each) => each.covered > 0);
  const rows = first < 0 ? [] : past.slice(first);
  const row = chosen === null ? null : rows[chosen];
  const help = here === "/help/money";
  return (
    <Page title={t.title}>
      <Loaded of={days}>
        {() => (
          <>
            <div class="tiles three">
              <Sum label={t.today} row={begun_at(days.data, today)} began_ms={began_ms} />
              <Sum label={t.month} row={begun_at(months.data, month)} began_ms={began_ms} />
              <Sum label={t.winter} row={months.data?.total} began_ms={began_ms} />
            </div>
            <Card
              title={t.cost_of}
              aside={
                <button type="button" class="link" onClick={() => go("/help/money", true)}>
                  <Icon name="help" /> {t.method}
                </button>
              }
            >
              <div class="filters">
                <Choice
                  label={t.by}
                  hide_label
                  value={by}
                  options={[
                    { value: "day", text: t.days },
                    { value: "month", text: t.months },
                  ]}
                  on={(v) => {
                    choose(null);
                    set_by(v);
                  }}
                />
                <span class="key">
                  <i class="swatch cost" /> {t.this_house}
                </span>
                <span class="key">
                  <i class="swatch other" /> {t.thermostat}
                </span>
              </div>
              {rows.length ? <Bars rows={rows} by={by} chosen={chosen} choose={choose} /> : <Empty>{t.nothing}</Empty>}
              <div class="chosen-row" aria-live="polite">
                {row ? (
                  <dl class="pairs">
                    <div>
                      <dt>{by === "day" ? format.day(row.start_ms) : format.month(row.start_ms)}</dt>
                      <dd>{format.dollars(row.cost_usd)}</dd>
                    </div>
                    <div>
                      <dt>{t.used}</dt>
                      <dd>{format.energy(row.used_kwh)}</dd>
                    </div>
                    <div>
                      <dt>{t.per_kwh}</dt>
                      <dd>{row.used_kwh !== null && row.cost_usd !== null && row.used_kwh > 0.05 ? format.per_kwh(row.cost_usd / row.used_kwh) : texts.none}</dd>
                    </div>
                    <div>
                      <dt>{t.thermostat}</dt>
                      <dd>{format.dollars(row.thermostat_usd)}</dd>
                    </div>
                    {row.saved_usd !== null && (
                      <div>
                        <dt>{row.saved_usd >= 0 ? t.less : t.more}</dt>
                        <dd>{format.dollars(Math.abs(row.saved_usd))}</dd>
                      </div>
                    )}
                    {row.compared_slots !== undefined && row.slots ? (
                      <div>
                        <dt>{t.compared}</dt>
                        <dd>{format.number((row.compared_slots / row.slots) * 100)} %</dd>
                      </div>
                    ) : null}
                    <div>
                      <dt>{t.known}</dt>
                      <dd>{format.number(row.covered * 100)} %</dd>
                    </div>
                  </dl>
                ) : (
                  rows.length > 0 && <p class="help">{t.choose_bar}</p>
                )}
              </div>
            </Card>
          </>
        )}
      </Loaded>
      <Dialog title={t.method_title} open={help} close={() => go("/money", true)}>
        {t.method_text.map((each) => (
          <p key={each}>{each}</p>
        ))}
      </Dialog>
    </Page>
  );
}
