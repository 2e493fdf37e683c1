// Values that many parts of the page look at.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

export class Value<T> {
  private readonly watchers = new Set<() => void>();
  constructor(private held: T) {}
  get(): T {
    return this.held;
  }
  set(next: T) {
    if (next === this.held) return;
    this.held = next;
    for (const each of [...this.watchers]) each();
  }
  watch(what: () => void): () => void {
    this.watchers.add(what);
    return () => this.watchers.delete(what);
  }
}

export function useValue<T>(of: Value<T>): T {
  const [, again] = useState({});
  useEffect(() => {
    // It may have changed between the drawing and now.
    again({});
    return of.watch(() => again({}));
  }, [of]);
  return of.get();
}

/** What `load` brings, and how it fares. Loaded again when one of `on` changes; what was there
    stays until the new is there. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, on: unknown[]) {
  const [state, set] = useState<{ data: T | null; problem: string | null; busy: boolean }>({ data: null, problem: null, busy: true });
  const [turn, next] = useState(0);
  useLayoutEffect(() => {
    const ends = new AbortController();
    set((was) => ({ ...was, busy: true }));
    load(ends.signal).then(
      (data) => !ends.signal.aborted && set({ data, problem: null, busy: false }),
      (problem) => !ends.signal.aborted && set((was) => ({ data: was.data, problem: String(problem.message ?? problem), busy: false })),
    );
    return () => ends.abort();
  }, [...on, turn]);
  return { ...state, again: () => next((n) => n + 1) };
}

/** Runs `what` every `ms` while the page is to be seen. */
export function useEvery(ms: number, what: () => void, on: unknown[] = []) {
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && what(), ms);
    return () => clearInterval(timer);
  }, [ms, ...on]);
}
