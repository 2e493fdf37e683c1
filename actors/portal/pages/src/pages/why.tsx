// What was decided and why, newest first; and any past second, as the controller knew it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, query } from "../api";
import * as format from "../format";
import { house, house_now, now } from "../live";
import { HousePicture } from "../picture";
import { Badge, Card, Choice, Empty, Field, Loaded, Page, Problem, severity_tone, Waiting } from "../parts";
import { search } from "../router";
import { useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { House, Item, Moment, Points } from "../words";

const t = texts.why;
type Kind = "all" | "state" | "plan" | "event" | "contract";

const record = (data: unknown): Record<string, unknown> => (data && typeof data === "object" && !Array.isArray(data) ? (data as Record<string, unknown>) : {});

/** A value of an item's details, for people. */
function told(key: string, v: unknown): string {
  if (v === null || v === undefined) return texts.none;
  if (typeof v === "boolean") return v ? texts.yes : texts.no;
  if (typeof v === "number") {
    if (/_ms$/.test(key)) return format.stamp(v);
    if (/_c$/.test(key)) return format.degrees_long(v);
    if (/_usd_per_kwh$|price/.test(key)) return format.per_kwh(v);
    if (/_usd$|usd/.test(key)) return format.money(v);
    if (/_w$/.test(key)) return format.power(v);
    if (/_kwh$/.test(key)) return format.energy(v);
    if (/_wh$/.test(key)) return format.energy(v / 1000);
    if (/_s$/.test(key)) return format.span(v * 1000);
    return format.number(v, Number.isInteger(v) ? 0 : 2);
  }
  if (typeof v === "string") return format.sentence(v);
  return JSON.stringify(v);
}
const name_of = (key: string) => texts.details[key] ?? key.replace(/_(ms|c|w|usd|kwh|wh|s)$/, "").replace(/_/g, " ");

/** A plan is kept as columns of equal length: here as rows, and neighbours that are alike as one. */
function slots_of(data: Record<string, unknown>, columns: Record<string, unknown>): Record<string, unknown>[] {
  const number_of = (v: unknown) => (typeof v === "number" ? v : 0);
  const lists = Object.entries(columns).filter((each): each is [string, unknown[]] => Array.isArray(each[1]));
  const rows: Record<string, unknown>[] = [];
  let at = number_of(data.start_ms);
  const count = Math.max(0, ...lists.map(([, list]) => list.length));
  for (let i = 0; i < count; ++i) {
    const power = number_of((columns.power_w as unknown[] | undefined)?.[i]);
    const price = number_of((columns.price_usd_per_kwh as unknown[] | undefined)?.[i]);
    const last = rows[rows.length - 1];
    const alike = last && Math.abs(number_of(last.power_w) - power) < 200 && Math.abs(number_of(last.price_usd_per_kwh) - price) < 0.005;
    if (!alike) rows.push({ start_ms: at, ...Object.fromEntries(lists.map(([name, list]) => [name, list[i] ?? null])) });
    at += number_of(i === 0 ? columns.first_ms : columns.slot_ms);
  }
  return rows;
}

/** Cause, alternatives and money come first; the rest as it is. */
export function Details({ item }: { item: Item }) {
  const data = record(item.data);
  const plain: [string, unknown][] = [];
  const lists: [string, Record<string, unknown>[]][] = [];
  for (const [key, v] of Object.entries(data)) {
    if (key === "cause" || key === "text") continue;
    if (Array.isArray(v) && v.length && typeof v[0] === "object") lists.push([key, v as Record<string, unknown>[]]);
    else if (key === "slots" && v !== null && typeof v === "object") lists.push([key, slots_of(data, v as Record<string, unknown>)]);
    else if (v !== null && typeof v === "object" && !Array.isArray(v)) for (const [inner, w] of Object.entries(v as object)) plain.push([inner, w]);
    else plain.push([key, v]);
  }
  return (
    <div class="details">
      {typeof data.cause === "string" && data.cause !== item.text && <p class="cause-line">{format.sentence(data.cause)}</p>}
      {plain.length > 0 && (
        <dl class="pairs">
          {plain.slice(0, 24).map(([key, v]) => (
            <div key={key}>
              <dt>{name_of(key)}</dt>
              <dd>{told(key, v)}</dd>
            </div>
          ))}
        </dl>
      )}
      {lists.map(([key, rows]) => {
        const columns = [...new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))].slice(0, 7);
        return (
          <div class="scroll" key={key} tabIndex={0} role="region" aria-label={name_of(key)}>
            <table>
              <caption>{name_of(key)}</caption>
              <thead>
                <tr>
                  {columns.map((each) => (
                    <th key={each} scope="col">
                      {name_of(each)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, 50).map((row, i) => (
                  <tr key={i}>
                    {columns.map((each) => (
                      <td key={each}>{/_ms$/.test(each) && typeof row[each] === "number" ? format.clock(row[each] as number) : told(each, row[each])}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      })}
      {plain.length === 0 && lists.length === 0 && !data.cause && <p class="help">{t.no_more}</p>}
    </div>
  );
}

const text_of = (item: Item) => format.sentence(item.text, item.at_ms);

function Entry({ item, look }: { item: Item; look: (ms: number) => void }) {
  const [open, set_open] = useState(false);
  const data = record(item.data);
  const who = typeof data.in_charge === "string" ? texts.in_charge[data.in_charge] : undefined;
  return (
    <li class={"entry " + severity_tone(item.severity)}>
      <time>{format.clock_seconds(item.at_ms)}</time>
      <div class="entry-body">
        <div class="entry-head">
          <Badge tone={who?.tone ?? severity_tone(item.severity)}>{who?.name ?? texts.kinds[item.kind] ?? item.kind}</Badge>
          {item.kind === "event" && <small>{format.sentence(item.subject)}</small>}
        </div>
        <p>{text_of(item)}</p>
        <div class="entry-tools">
          <button type="button" class="link" aria-expanded={open} onClick={() => set_open(!open)}>
            {open ? t.less : t.more}
          </button>
          <button type="button" class="link" onClick={() => look(item.at_ms)}>
            {t.look}
          </button>
        </div>
        {open && <Details item={item} />}
      </div>
    </li>
  );
}

function Stream({ look }: { look: (ms: number) => void }) {
  const [kind, set_kind] = useState<Kind>("all");
  const [only_warnings, set_only] = useState(false);
  const [items, set_items] = useState<Item[] | null>(null);
  const [more, set_more] = useState(false);
  const [problem, set_problem] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);
  const told_now = useValue(now);
  const load = (before: number | null, keep: Item[]) => {
    set_busy(true);
    const kinds = kind === "all" ? [] : kind === "contract" ? ["contract", "outcome", "lease"] : [kind];
    get<{ items: Item[]; more: boolean }>("/chronicle" + query({ kind: kinds, severity: only_warnings ? "warning" : null, from_ms: Math.max(0, house_now() - 10 * 365 * 86400e3), to_ms: house_now() + 86400e3, before, limit: 50 })).then(
      (page) => {
        set_items([...keep, ...page.items]);
        set_more(page.more);
        set_problem(null);
        set_busy(false);
      },
      (wrong) => {
        set_problem(wrong.message);
        set_busy(false);
      },
    );
  };
  useEffect(() => {
    set_items(null);
    load(null, []);
  }, [kind, only_warnings]);
  const changed = told_now?.state?.since_ms;
  const [seen_change] = useState(changed);
  const days = useMemo(() => {
    const made: { day: number; items: Item[] }[] = [];
    for (const each of items ?? []) {
      const day = format.start_of_day(each.at_ms);
      const last = made[made.length - 1];
      if (last && last.day === day) last.items.push(each);
      else made.push({ day, items: [each] });
    }
    return made;
  }, [items]);
  return (
    <>
      <div class="filters">
        <Choice
          label={t.filter}
          hide_label
          value={kind}
          options={(["all", "state", "plan", "event", "contract"] as Kind[]).map((value) => ({ value, text: t.filters[value] }))}
          on={set_kind}
        />
        <label class="check">
          <input type="checkbox" checked={only_warnings} onChange={(e) => set_only(e.currentTarget.checked)} /> {t.only_warnings}
        </label>
        {changed !== seen_change && (
          <button type="button" class="chip" onClick={() => load(null, [])}>
            {t.newer}
          </button>
        )}
      </div>
      {problem && <Problem text={problem} again={() => load(null, [])} />}
      {!items && !problem && <Waiting />}
      {items && items.length === 0 && (
        <Card>
          <Empty>{t.nothing}</Empty>
        </Card>
      )}
      {days.map((each) => (
        <Card key={each.day + ":" + each.items[0]!.number} title={format.day(each.day)}>
          <ol class="entries">
            {each.items.map((item) => (
              <Entry key={item.number} item={item} look={look} />
            ))}
          </ol>
        </Card>
      ))}
      {more && items && (
        <button type="button" class="wide" disabled={busy} onClick={() => load(items[items.length - 1]!.number, items)}>
          {t.older}
        </button>
      )}
    </>
  );
}

/** Of plans so old one a day is kept: between it and the moment there may have been others (drivers/chronicle.hpp). */
const thinned = (made_ms: number, at_ms: number) => made_ms < house_now() - 14 * 86400e3 && at_ms - made_ms > 3600e3;

function Known({ moment, built }: { moment: Moment; built: House }) {
  const [sought, seek] = useState("");
  const points: Points = {};
  for (const [name, v] of Object.entries(moment.values)) points[name] = { v, q: v === null ? "never" : "good", at_ms: v === null ? null : moment.at_ms };
  const setpoints = Object.fromEntries((built.plant?.zones ?? []).map((each) => [each.name, moment.values["hearth.setpoint." + each.name] ?? (each.setpoint_channel ? moment.values[each.setpoint_channel] : null) ?? null]));
  const state = moment.state ? record(moment.state.data) : {};
  const who = typeof state.in_charge === "string" ? texts.in_charge[state.in_charge] : undefined;
  const units = new Map(built.channels.map((each) => [each.name, each.unit]));
  const rows = Object.entries(moment.values).filter(([name]) => name.toLowerCase().includes(sought.toLowerCase()));
  return (
    <div class="now">
      {built.plant && (
        <section class="card picture-card" aria-label={texts.now.picture}>
          <HousePicture house={built} points={points} setpoints={setpoints} at_ms={moment.at_ms} past />
        </section>
      )}
      <div class="now-side">
        <Card title={t.in_charge_then}>
          {moment.state ? (
            <>
              <div class="charge-head">
                {who && <Badge tone={who.tone}>{who.name}</Badge>}
                <span class="since">{texts.now.since(format.when(moment.state.at_ms, moment.at_ms))}</span>
              </div>
              <p class="cause">{format.sentence(typeof state.cause === "string" ? state.cause : moment.state.text)}</p>
              <details>
                <summary>{t.more}</summary>
                <Details item={moment.state} />
              </details>
            </>
          ) : (
            <Empty>{t.nothing_then}</Empty>
          )}
        </Card>
        {moment.plan && (
          <Card title={t.plan_then}>
            <p>{text_of(moment.plan)}</p>
            <p class="help">{t.made(format.when(moment.plan.at_ms, moment.at_ms))}</p>
            {thinned(moment.plan.at_ms, moment.at_ms) && <p class="help">{t.one_a_day}</p>}
            <details>
              <summary>{t.more}</summary>
              <Details item={moment.plan} />
            </details>
          </Card>
        )}
        {moment.alarms.length > 0 && (
          <Card title={t.alarms_then}>
            <ul class="rows">
              {moment.alarms.map((each) => (
                <li class="row" key={each.number}>
                  <Badge tone={severity_tone(each.severity)}>{each.severity}</Badge> <span class="grow">{format.sentence(each.text)}</span>
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Card title={t.values_then} aside={<small>{t.resolution(format.span(moment.resolution_s * 1000))}</small>}>
          <Field label={t.search} type="search" value={sought} onInput={(e) => seek(e.currentTarget.value)} />
          <dl class="value-list short">
            {rows.slice(0, 200).map(([name, v]) => (
              <div key={name} class={v === null ? "stale" : ""}>
                <dt>{texts.channel(name)}</dt>
                <dd>{format.value_of(name, v, units.get(name) ?? "")}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </div>
    </div>
  );
}

function Scrub({ at, set }: { at: number; set: (ms: number) => void }) {
  const built = useValue(house)!;
  const [settled, settle] = useState(at);
  useEffect(() => {
    const timer = setTimeout(() => settle(at), 150);
    return () => clearTimeout(timer);
  }, [at]);
  const loaded = useLoaded((signal) => get<Moment>("/moment" + query({ at_ms: settled }), signal), [settled]);
  const start = format.start_of_day(at);
  const end = Math.min(format.start_of_day(at, 1), Math.max(house_now(), start + 1000));
  const step = (ms: number) => set(Math.min(house_now(), at + ms));
  return (
    <>
      <Card class="scrubber">
        <div class="scrub-head">
          <output class="scrub-time">{format.stamp(at)}</output>
          <div class="chips">
            {[-3600e3, -60e3, -1000].map((each) => (
              <button key={each} type="button" class="chip" onClick={() => step(each)}>
                −{format.span(-each)}
              </button>
            ))}
            {[1000, 60e3, 3600e3].map((each) => (
              <button key={each} type="button" class="chip" onClick={() => step(each)}>
                +{format.span(each)}
              </button>
            ))}
          </div>
        </div>
        <input type="range" aria-label={t.scrub} aria-valuetext={format.stamp(at)} min={start} max={end} step={1000} value={at} onInput={(e) => set(Number(e.currentTarget.value))} />
        <Field
          label={t.day_and_time}
          type="datetime-local"
          step={1}
          value={format.input_time(at)}
          max={format.input_time(house_now())}
          onChange={(e) => {
            const ms = format.from_input(e.currentTarget.value);
            if (ms !== null) set(Math.min(ms, house_now()));
          }}
        />
      </Card>
      <Loaded of={loaded}>{(moment) => <Known moment={moment} built={built} />}</Loaded>
    </>
  );
}

export function Why() {
  const built = useValue(house)!;
  const [at, set_at] = useState<number | null>(() => Number(new URLSearchParams(search.get()).get("at")) || null);
  if (!built.features.history)
    return (
      <Page title={t.title}>
        <Card>
          <Empty>{texts.history.off}</Empty>
        </Card>
      </Page>
    );
  return (
    <Page
      title={t.title}
      tools={
        <Choice
          label={t.which}
          hide_label
          value={at === null ? "stream" : "moment"}
          options={[
            { value: "stream", text: t.stream },
            { value: "moment", text: t.moment },
          ]}
          on={(side) => set_at(side === "stream" ? null : Math.floor((house_now() - 60e3) / 1000) * 1000)}
        />
      }
    >
      {at === null ? (
        <Stream
          look={(ms) => {
            set_at(Math.floor(ms / 1000) * 1000);
            scrollTo(0, 0);
          }}
        />
      ) : (
        <Scrub at={at} set={set_at} />
      )}
    </Page>
  );
}
