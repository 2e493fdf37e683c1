// Any channels over any time: from ten years to ten seconds, days compared, all of it to take along.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import Chart, { type Line } from "../chart";
import * as format from "../format";
import { house, house_now } from "../live";
import { Card, Choice, Dialog, Empty, Field, Icon, Loaded, Page, Problem } from "../parts";
import { aligned, type Fold, history_query, load_history } from "../series";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Channel, HistoryAnswer, House, Series } from "../words";

const t = texts.history;
const most = 8;
/** As many rows as one answer may have (route_history.cpp), of `most` channels too. */
const most_rows = 10_000;
/** With more channels shown, bands would hide each other. */
const most_bands = 6;
const minute = 60e3;
const shortest = 10e3;
const longest = 10 * 366 * 86400e3;
const spans: { text: string; ms: number }[] = [
  { text: t.spans.ten_minutes, ms: 10 * minute },
  { text: t.spans.hour, ms: 60 * minute },
  { text: t.spans.day, ms: 86400e3 },
  { text: t.spans.week, ms: 7 * 86400e3 },
  { text: t.spans.month, ms: 30.5 * 86400e3 },
  { text: t.spans.year, ms: 366 * 86400e3 },
  { text: t.spans.ten_years, ms: longest },
];

const label_of = texts.channel;

/** What most want to see first. */
function first_choice(built: House): string[] {
  const plant = built.plant;
  const there = new Set(built.channels.map((each) => each.name));
  const wanted = plant ? [plant.heat_pump.power, "hearth.store", plant.zones[0]?.temperature, plant.outdoor] : built.channels.slice(0, 3).map((each) => each.name);
  return wanted.filter((each): each is string => !!each && there.has(each));
}

function Picker({ open, close, chosen, set }: { open: boolean; close: () => void; chosen: string[]; set: (names: string[]) => void }) {
  const built = useValue(house)!;
  const [sought, seek] = useState("");
  const found = useMemo(() => {
    const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
    return built.channels.filter((each) => words.every((word) => (each.name + " " + each.unit + " " + each.device + " " + texts.channel(each.name)).toLowerCase().includes(word)));
  }, [sought, built]);
  const toggle = (name: string) => set(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name].slice(-most));
  const group = (title: string, of: Channel[]) =>
    of.length > 0 && (
      <fieldset class="pick-group">
        <legend>{title}</legend>
        {of.map((each) => (
          <label key={each.name} class="pick">
            <input type="checkbox" checked={chosen.includes(each.name)} onChange={() => toggle(each.name)} />
            <span class="grow">
              {label_of(each.name)}
              {label_of(each.name) !== each.name && <small>{each.name}</small>}
            </span>
            <small>{format.shown_unit(each.unit).unit}</small>
          </label>
        ))}
      </fieldset>
    );
  return (
    <Dialog title={t.choose} open={open} close={close}>
      <Field label={t.search} type="search" value={sought} onInput={(e) => seek(e.currentTarget.value)} placeholder={t.search_hint} autofocus />
      <p class="help" aria-live="polite">
        {t.chosen(chosen.length, most, found.length)}
      </p>
      <div class="pick-list">
        {group(t.derived, found.filter((each) => each.derived))}
        {group(t.measured, found.filter((each) => !each.derived))}
        {found.length === 0 && <Empty>{t.none_found}</Empty>}
      </div>
      <button type="button" class="main wide" onClick={close}>
        {t.show}
      </button>
    </Dialog>
  );
}

/** A time to take along, as finely as it is kept and one answer may hold. How finely that is, the house says. */
function Save({ channels, units, from, to }: { channels: string[]; units: Map<string, string>; from: number; to: number }) {
  const [fold, set_fold] = useState<Fold>("average");
  const told = useLoaded(
    async (signal) => {
      const [all, last] = await Promise.all([load_history(channels, from, to, most_rows, signal), load_history(channels, to - minute, to, most_rows, signal)]);
      return { interval_s: all.interval_s ?? 0, coarse: (all.interval_s ?? 0) > (last.interval_s ?? 0), rows: Math.max(0, ...all.series.map((each) => each.values.length)) };
    },
    [],
  );
  // Only power sums up to energy.
  const folds: Fold[] = ["average", "lowest", "highest", ...(channels.some((each) => ["W", "Wh"].includes(units.get(each) ?? "")) ? ["integral" as const] : [])];
  const asked = history_query(channels, from, to, most_rows, fold);
  return (
    <>
      <p class="help">{format.between(from, to)}</p>
      <Choice label={t.saved_value} value={fold} options={folds.map((value) => ({ value, text: t.folds[value] }))} on={set_fold} />
      <Loaded of={told}>{({ interval_s, coarse, rows }) => <p class="help">{(coarse ? t.saved_coarser : t.saved_finest)(format.span(interval_s * 1000), format.number(rows))}</p>}</Loaded>
      <div class="chips">
        <a class="button" href={"/api/v1/history.csv" + asked} download>
          <Icon name="download" /> {t.csv}
        </a>
        <a class="button" href={"/api/v1/history" + asked} download={"history-" + format.input_date(from) + ".json"}>
          <Icon name="download" /> {t.json}
        </a>
      </div>
    </>
  );
}

interface Loading {
  answer: HistoryAnswer | null;
  /** Its values are means of several that were kept. */
  coarse: boolean;
  /** Between what the values of the answer's buckets were; none where these are as fine as it gets, or too many are shown. */
  extremes: { lowest: HistoryAnswer; highest: HistoryAnswer } | null;
  problem: string | null;
  busy: boolean;
}
const nothing: Loading = { answer: null, coarse: false, extremes: null, problem: null, busy: false };

let finest: Promise<number> | undefined;
/** The finest interval of this house's history, asked once. */
const finest_s = (channel: string) =>
  (finest ??= load_history([channel], house_now() - minute, house_now(), most_rows).then(
    (told) => told.interval_s ?? 0,
    () => {
      finest = undefined;
      return 0;
    },
  ));

/** The last answer stays to be seen while a finer one is on its way. */
function useHistory(channels: string[], from: number, to: number, turn: number, with_extremes = false): Loading {
  const [state, set] = useState<Loading>(nothing);
  useEffect(() => {
    if (!channels.length) return set(nothing);
    const ends = new AbortController();
    set((was) => ({ ...was, busy: true }));
    // A wheel turns in many steps; only where it comes to rest is asked for.
    const timer = setTimeout(() => {
      const width = Math.min(1600, Math.max(300, innerWidth - 40));
      const load = (fold?: Fold) => load_history(channels, from, to, width, ends.signal, fold);
      const all = async () => {
        const answer = await load();
        const coarse = with_extremes && (answer.interval_s ?? 0) > (await finest_s(channels[0]!));
        if (!coarse || channels.length > most_bands) return { answer, coarse, extremes: null };
        const [lowest, highest] = await Promise.all([load("lowest"), load("highest")]);
        return { answer, coarse, extremes: { lowest, highest } };
      };
      all().then(
        (made) => !ends.signal.aborted && set({ ...made, problem: null, busy: false }),
        (problem) => !ends.signal.aborted && set((was) => ({ ...was, problem: problem.message, busy: false })),
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      ends.abort();
    };
  }, [channels.join("\n"), from, to, turn]);
  return state;
}

function One({ channels, units }: { channels: string[]; units: Map<string, string> }) {
  const [span, set_span] = useState(86400e3);
  const [end, set_end] = useState<number | null>(null); // null: now
  const [turn, next] = useState(0);
  const [saved, save] = useState<{ from: number; to: number } | null>(null);
  const live_end = useRef(house_now());
  useMemo(() => (live_end.current = house_now()), [turn, end === null, span]);
  const to = end ?? live_end.current;
  const from = to - span;
  const { answer, coarse, extremes, problem, busy } = useHistory(channels, from, to, turn, true);
  // A window that ends now moves on, as often as it would show.
  useEvery(Math.max(5000, Math.min(60_000, span / 500)), () => end === null && next((n) => n + 1), [end, span]);

  const made = useMemo(() => {
    if (!answer) return null;
    const { x, values } = aligned(answer);
    const [low, high] = [extremes?.lowest, extremes?.highest].map((each) => each && aligned(each));
    const fits = low && high && [low, high].every((each) => each.x.length === x.length && each.x[0] === x[0]);
    const is_stepped = (each: Series) => each.unit === "on/off" || each.unit === "USD/kWh" || each.channel === "hearth.in_charge";
    const band = (name: string) => ({ low: low!.values.get(name) ?? [], high: high!.values.get(name) ?? [] });
    const lines: Line[] = answer.series.map((each) => ({
      label: label_of(each.channel),
      unit: each.unit,
      values: values.get(each.channel)!,
      band: fits && !is_stepped(each) ? band(each.channel) : undefined,
      stepped: is_stepped(each),
      say: each.channel === "hearth.in_charge" ? (v) => format.value_of(each.channel, v, each.unit) : undefined,
      filled: each.unit === "on/off",
      colour: Math.max(0, channels.indexOf(each.channel)),
    }));
    return { x, lines };
  }, [answer, extremes]);

  const choose = (from_s: number, to_s: number) => {
    let a = from_s * 1000;
    let b = to_s * 1000;
    const width = Math.max(shortest, Math.min(longest, b - a));
    const middle = (a + b) / 2;
    a = middle - width / 2;
    b = middle + width / 2;
    const now_ms = house_now();
    if (b >= now_ms) {
      set_span(Math.max(shortest, now_ms - Math.min(a, now_ms - shortest)));
      set_end(null);
    } else {
      set_span(width);
      set_end(b);
    }
  };
  const shift = (part: number) => choose((from + part * span) / 1000, (to + part * span) / 1000);
  const zoom = (factor: number) => {
    if (end === null) return set_span(Math.max(shortest, Math.min(longest, span * factor)));
    const middle = (from + to) / 2;
    choose((middle - (span * factor) / 2) / 1000, (middle + (span * factor) / 2) / 1000);
  };
  const nearest = spans.find((each) => Math.abs(each.ms - span) < 0.02 * each.ms);

  return (
    <Card class="history-card">
      <div class="chart-tools">
        <div class="chips" role="group" aria-label={t.spans.title}>
          {spans.map((each) => (
            <button key={each.text} type="button" class={"chip" + (nearest === each ? " chosen" : "")} aria-pressed={nearest === each} onClick={() => (end === null ? set_span(each.ms) : choose((to - each.ms) / 1000, to / 1000))}>
              {each.text}
            </button>
          ))}
        </div>
        <div class="chips">
          <button type="button" class="quiet round" onClick={() => shift(-0.5)} aria-label={t.earlier}>
            <Icon name="left" />
          </button>
          <button type="button" class="quiet round" onClick={() => zoom(0.5)} aria-label={t.zoom_in}>
            <Icon name="plus" />
          </button>
          <button type="button" class="quiet round" onClick={() => zoom(2)} aria-label={t.zoom_out}>
            <Icon name="minus" />
          </button>
          <button type="button" class="quiet round" onClick={() => shift(0.5)} aria-label={t.later} disabled={end === null}>
            <Icon name="right" />
          </button>
          <button type="button" class="chip" onClick={() => set_end(null)} disabled={end === null}>
            {t.to_now}
          </button>
        </div>
      </div>
      <p class="help window-line" aria-live="polite">
        {format.between(from, to)}
        {answer?.interval_s ? " · " + t.resolution(format.span(answer.interval_s * 1000)) : ""}
        <span class={busy ? "busy on" : "busy"} />
      </p>
      {problem && <Problem text={problem} again={() => next((n) => n + 1)} />}
      {channels.length === 0 ? (
        <Empty>{t.choose_first}</Empty>
      ) : made && made.lines.length ? (
        <Chart x={made.x} lines={made.lines} height={innerWidth < 600 ? 300 : 400} label={t.chart(channels.map(label_of).join(", "))} window={{ from_s: from / 1000, to_s: to / 1000 }} on_window={choose} />
      ) : (
        !problem && <Empty>{busy ? texts.loading : t.nothing}</Empty>
      )}
      <p class="help">{matchMedia("(pointer: coarse)").matches ? t.hint_touch : t.hint_mouse}</p>
      {channels.length > 0 && (
        <button type="button" class="button" onClick={() => save({ from, to })} aria-haspopup="dialog">
          <Icon name="download" /> {t.save}
        </button>
      )}
      <Dialog title={t.save} open={saved !== null} close={() => save(null)}>
        {saved && <Save channels={channels} units={units} {...saved} />}
      </Dialog>
      <div class="sr">
      <table>
        <caption>{coarse && !extremes ? t.table_of_means(format.span((answer?.interval_s ?? 0) * 1000)) : t.table}</caption>
        <tbody>
          {channels.map((name) => {
            const known = (of: HistoryAnswer | null | undefined) => (of?.series.find((each) => each.channel === name)?.values ?? []).filter((v): v is number => v !== null);
            const own = known(answer);
            const low = extremes ? known(extremes.lowest) : own;
            const high = extremes ? known(extremes.highest) : own;
            const unit = units.get(name) ?? "";
            return (
              <tr key={name}>
                <th scope="row">{label_of(name)}</th>
                <td>{own.length ? t.summary(format.value_of(name, low.reduce((a, b) => Math.min(a, b), own[0]!), unit), format.value_of(name, own.reduce((a, b) => a + b, 0) / own.length, unit), format.value_of(name, high.reduce((a, b) => Math.max(a, b), own[0]!), unit)) : t.nothing}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      </div>
    </Card>
  );
}

/** Two days over each other: same hour, same place. */
function Compare({ channels }: { channels: string[] }) {
  const today = format.start_of_day(house_now());
  const [a, set_a] = useState(today);
  const [b, set_b] = useState(format.start_of_day(today, -1));
  const first = useHistory(channels, a, format.start_of_day(a, 1), 0);
  const second = useHistory(channels, b, format.start_of_day(b, 1), 0);
  const made = useMemo(() => {
    if (!first.answer || !second.answer) return null;
    const one = aligned(first.answer);
    const two = aligned(second.answer);
    // The second day is moved onto the first.
    const by = (a - b) / 1000;
    const x = [...new Set([...one.x, ...two.x.map((s) => s + by)])].sort((p, q) => p - q);
    const place = new Map(x.map((s, i) => [s, i]));
    const spread = (xs: number[], values: (number | null)[], shift: number) => {
      const out: (number | null | undefined)[] = new Array(x.length).fill(undefined);
      xs.forEach((s, i) => (out[place.get(s + shift)!] = values[i] ?? null));
      return out as (number | null)[];
    };
    const lines: Line[] = [];
    channels.forEach((name, i) => {
      const unit = first.answer!.series.find((each) => each.channel === name)?.unit ?? second.answer!.series.find((each) => each.channel === name)?.unit;
      if (!unit) return;
      lines.push({ label: label_of(name) + " · " + format.day(a), unit, values: spread(one.x, one.values.get(name) ?? [], 0), colour: i });
      lines.push({ label: label_of(name) + " · " + format.day(b), unit, values: spread(two.x, two.values.get(name) ?? [], by), colour: i, dashed: true });
    });
    return { x, lines };
  }, [first.answer, second.answer]);
  const pick = (set: (ms: number) => void) => (event: Event) => {
    const ms = format.from_input((event.target as HTMLInputElement).value);
    if (ms !== null) set(format.start_of_day(ms));
  };
  const problem = first.problem ?? second.problem;
  return (
    <Card class="history-card">
      <div class="two-fields">
        <Field label={t.day_a} type="date" value={format.input_date(a)} max={format.input_date(today)} onChange={pick(set_a)} />
        <Field label={t.day_b} type="date" value={format.input_date(b)} max={format.input_date(today)} onChange={pick(set_b)} />
      </div>
      {problem && <Problem text={problem} />}
      {made && made.lines.length ? (
        <Chart x={made.x} lines={made.lines} height={innerWidth < 600 ? 300 : 400} label={t.chart_compare(format.day(a), format.day(b))} window={{ from_s: a / 1000, to_s: format.start_of_day(a, 1) / 1000 }} of_day />
      ) : (
        <Empty>{channels.length ? (first.busy || second.busy ? texts.loading : t.nothing) : t.choose_first}</Empty>
      )}
    </Card>
  );
}

export function History() {
  const built = useValue(house)!;
  const [chosen, set_chosen] = useState<string[]>(() => {
    try {
      const kept = JSON.parse(sessionStorage.getItem("hearth.channels") ?? "null");
      if (Array.isArray(kept)) return kept.filter((each) => built.channels.some((own) => own.name === each)).slice(0, most);
    } catch {
      // Begin anew.
    }
    return first_choice(built);
  });
  const [picks, set_picks] = useState(false);
  const [side, set_side] = useState<"one" | "compare">("one");
  const units = useMemo(() => new Map(built.channels.map((each) => [each.name, each.unit])), [built]);
  useEffect(() => sessionStorage.setItem("hearth.channels", JSON.stringify(chosen)), [chosen]);
  if (!built.features.history)
    return (
      <Page title={t.title}>
        <Card>
          <Empty>{t.off}</Empty>
        </Card>
      </Page>
    );
  return (
    <Page
      title={t.title}
      wide
      tools={
        <Choice
          label={t.which}
          hide_label
          value={side}
          options={[
            { value: "one", text: t.one },
            { value: "compare", text: t.compare },
          ]}
          on={set_side}
        />
      }
    >
      <div class="chips chosen-channels">
        {chosen.map((name) => (
          <button key={name} type="button" class="chip" onClick={() => set_chosen(chosen.filter((each) => each !== name))} aria-label={t.take_away(label_of(name))}>
            {label_of(name)} <Icon name="close" />
          </button>
        ))}
        <button type="button" class="chip add" onClick={() => set_picks(true)} aria-haspopup="dialog">
          <Icon name="search" /> {t.choose}
        </button>
      </div>
      {side === "one" ? <One channels={chosen} units={units} /> : <Compare channels={chosen} />}
      <Picker open={picks} close={() => set_picks(false)} chosen={chosen} set={set_chosen} />
    </Page>
  );
}
