// What the history answers, as lines over one axis of time.
import { get, query } from "./api";
import type { HistoryAnswer, Series } from "./words";

export const starts_of = (series: Series, interval_s: number | null): number[] =>
  series.starts_ms ?? series.values.map((_, i) => (series.start_ms ?? 0) + i * (interval_s ?? 1) * 1000);

/** One axis for all, with a hole where a series has nothing. x in seconds. */
export function aligned(answer: HistoryAnswer): { x: number[]; values: Map<string, (number | null)[]> } {
  const values = new Map<string, (number | null)[]>();
  const all = answer.series.map((each) => starts_of(each, answer.interval_s));
  const first = all[0] ?? [];
  const same = all.every((each) => each.length === first.length && each[0] === first[0] && each[each.length - 1] === first[first.length - 1]);
  if (same) {
    answer.series.forEach((each) => values.set(each.channel, each.values));
    return { x: first.map((ms) => ms / 1000), values };
  }
  const x = [...new Set(all.flat())].sort((a, b) => a - b);
  const place = new Map(x.map((ms, i) => [ms, i]));
  answer.series.forEach((each, k) => {
    const own: (number | null)[] = new Array(x.length).fill(null);
    all[k]!.forEach((ms, i) => (own[place.get(ms)!] = each.values[i] ?? null));
    values.set(each.channel, own);
  });
  return { x: x.map((ms) => ms / 1000), values };
}

/** Where a point has no neighbour, so that no line shows it. Undefined is another line's point, and no hole. */
export function lone(values: ArrayLike<number | null | undefined>): number[] {
  const own = Array.from(values, (_, i) => i).filter((i) => values[i] !== undefined);
  const hole = (i: number | undefined) => i === undefined || values[i] === null;
  return own.filter((i, k) => !hole(i) && hole(own[k - 1]) && hole(own[k + 1]));
}

/** What becomes of the values of one bucket. */
export type Fold = "average" | "lowest" | "highest" | "integral";
export const history_query = (channels: string[], from_ms: number, to_ms: number, points: number, fold?: Fold) =>
  query({ channel: channels, from_ms: Math.floor(from_ms), to_ms: Math.ceil(to_ms), points: Math.round(points), fold: fold ?? null });
export const load_history = (channels: string[], from_ms: number, to_ms: number, points: number, signal?: AbortSignal, fold?: Fold) =>
  get<HistoryAnswer>("/history" + history_query(channels, from_ms, to_ms, points, fold), signal);
