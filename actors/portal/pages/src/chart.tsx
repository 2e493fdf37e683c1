// Lines over time: a frame around uPlot with the page's colours, units and time zone.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { line_colours } from "./colour";
import * as format from "./format";
import { lone } from "./series";
import { is_dark, settings } from "./settings";
import { useValue } from "./store";
import { texts } from "./texts";

export interface Line {
  label: string;
  /** SI; decides the scale, and what is shown. */
  unit: string;
  /** Undefined where another line has a point and this one none; null where nothing was measured. */
  values: (number | null | undefined)[];
  /** Between what it moved, where a point is a mean: a faint band. */
  band?: { low: (number | null)[]; high: (number | null)[] };
  dashed?: boolean;
  filled?: boolean;
  /** Holds until the next point: switches, prices, slots. */
  stepped?: boolean;
  colour?: number;
  /** A value in words, where its unit alone says too little. */
  say?: (v: number) => string;
}

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** x: seconds since the epoch. */
export interface ChartProps {
  x: number[];
  lines: Line[];
  height: number;
  label: string;
  /** The part of time that is shown; all of it when absent. */
  window?: { from_s: number; to_s: number };
  /** A window that somebody chose by dragging, turning a wheel or pinching. */
  on_window?: (from_s: number, to_s: number) => void;
  /** Draws a line at this time. */
  mark_s?: number;
  /** Only the time of day is of interest. */
  of_day?: boolean;
  on_pick?: (s: number) => void;
}

const wheel = (chosen: (from: number, to: number, final: boolean) => void): uPlot.Plugin => ({
  hooks: {
    ready: (u) => {
      const over = u.over;
      const bounds = () => [u.scales.x!.min!, u.scales.x!.max!] as const;
      over.addEventListener(
        "wheel",
        (event) => {
          event.preventDefault();
          const [min, max] = bounds();
          const box = over.getBoundingClientRect();
          const part = (event.clientX - box.left) / box.width;
          if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            const by = ((max - min) * event.deltaX) / box.width;
            return chosen(min + by, max + by, true);
          }
          const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 240)));
          const at = min + (max - min) * part;
          chosen(at - (at - min) * factor, at + (max - at) * factor, true);
        },
        { passive: false },
      );
      // Two fingers: what was under each stays under it.
      let began: { a: number; b: number } | null = null;
      const time_at = (x: number) => {
        const [min, max] = bounds();
        const box = over.getBoundingClientRect();
        return min + ((max - min) * (x - box.left)) / box.width;
      };
      over.addEventListener("touchstart", (event) => {
        if (event.touches.length === 2) began = { a: time_at(event.touches[0]!.clientX), b: time_at(event.touches[1]!.clientX) };
      });
      over.addEventListener(
        "touchmove",
        (event) => {
          if (!began || event.touches.length !== 2) return;
          event.preventDefault();
          const box = over.getBoundingClientRect();
          const xa = (event.touches[0]!.clientX - box.left) / box.width;
          const xb = (event.touches[1]!.clientX - box.left) / box.width;
          if (Math.abs(xb - xa) < 0.02) return;
          const width = (began.b - began.a) / (xb - xa);
          if (width > 0) chosen(began.a - xa * width, began.a + (1 - xa) * width, false);
        },
        { passive: false },
      );
      over.addEventListener("touchend", () => {
        if (!began) return;
        began = null;
        chosen(...bounds(), true);
      });
    },
  },
});

const marker = (at: { s: number | undefined }): uPlot.Plugin => ({
  hooks: {
    draw: (u) => {
      if (at.s === undefined) return;
      const x = Math.round(u.valToPos(at.s, "x", true));
      if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) return;
      u.ctx.save();
      u.ctx.strokeStyle = css("--accent");
      u.ctx.lineWidth = devicePixelRatio;
      u.ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      u.ctx.beginPath();
      u.ctx.moveTo(x, u.bbox.top);
      u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
      u.ctx.restore();
    },
  },
});

/** Times below an axis, as many as fit: each says what has changed. */
function times(u: uPlot, splits: number[], space: number, incr: number, of_day?: boolean): string[] {
  void space;
  let last = "";
  const narrow = u.width < 500;
  return splits.map((s, i) => {
    const ms = s * 1000;
    if (of_day) return format.clock(ms);
    if (incr >= 28 * 86400) return format.month(ms);
    if (incr >= 86400) return format.day(ms);
    const own = incr < 60 ? format.clock_seconds(ms) : format.clock(ms);
    const today = format.input_date(ms);
    // Where the next midnight stands close by, its day is the one to name.
    const crowded = narrow && i === 0 && splits[1] !== undefined && format.input_date(splits[1] * 1000) !== today;
    const text = today !== last && !crowded ? own + "\n" + format.day(ms) : own;
    last = today;
    return text;
  });
}

/** The slot that holds the mark, or the last that is shown and of which most lines have a value. */
function resting(u: uPlot, mark_s: number | undefined): number {
  const x = u.data[0]!;
  const upto = Math.min(mark_s ?? Infinity, u.scales.x!.max ?? Infinity);
  const lines = u.data.slice(1);
  const known = (i: number) => lines.filter((each) => each[i] !== null && each[i] !== undefined).length;
  let found = 0;
  for (let i = x.length - 1; i >= 0; --i) {
    if (x[i]! > upto || x[i]! < (u.scales.x!.min ?? -Infinity)) continue;
    if (mark_s !== undefined) return i;
    if (known(i) > known(found) || found === 0) found = i;
    if (known(found) === lines.length) break;
  }
  return found;
}

/** Whether it is dark here; a device may change its mind at dusk. */
function useDark(): boolean {
  const [dark, set] = useState(is_dark());
  const held = useValue(settings);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const look = () => set(is_dark());
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, [held]);
  return dark;
}

export default function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const mark = useRef<{ s: number | undefined }>({ s: undefined });
  mark.current.s = props.mark_s;
  const held = useValue(settings);
  const dark = useDark();
  const units = [...new Set(props.lines.map((each) => each.unit))];
  const shape = JSON.stringify([props.lines.map((each) => [each.label, each.unit, !!each.band, each.dashed, each.filled, each.stepped, each.colour]), props.height, props.of_day, held, dark]);

  // The edges of the bands stand behind the lines, so that these keep their places.
  const banded = props.lines.filter((each) => each.band);
  const scaled = (line: Line, values: Line["values"]) => {
    const scale = line.unit === "W" ? (v: number) => v / 1000 : format.shown_unit(line.unit).of;
    return values.map((v) => (v === null || v === undefined ? v : scale(v)));
  };
  const data = (): uPlot.AlignedData => [
    props.x,
    ...props.lines.map((line) => scaled(line, line.values)),
    ...banded.flatMap((line) => [scaled(line, line.band!.high), scaled(line, line.band!.low)]),
  ] as uPlot.AlignedData;

  useEffect(() => {
    const box = place.current!;
    const colours = line_colours[dark ? "dark" : "light"];
    const ink = css("--muted");
    const rule = css("--line");
    const colour_of = (line: Line) => colours[(line.colour ?? props.lines.indexOf(line)) % colours.length]!;
    const font = "12px system-ui, sans-serif";
    const narrow = box.clientWidth < 500;
    const axis_of = (unit: string, i: number): uPlot.Axis => ({
      scale: unit,
      side: i === 0 ? 3 : 1,
      show: i < 2,
      stroke: ink,
      font,
      labelFont: font,
      size: narrow ? 40 : 48,
      gap: 4,
      grid: { show: i === 0, stroke: rule, width: 1 },
      ticks: { show: false },
      values: (_, splits) => splits.map((v) => (unit === "on/off" ? "" : v === null ? "" : format.number(v, Math.abs(splits[1]! - splits[0]!) < 0.1 ? 2 : Math.abs(splits[1]! - splits[0]!) < 1 ? 1 : 0))),
    });
    let dragging: { from: number; to: number } | null = null;
    const choose = (from: number, to: number, final: boolean) => {
      plot.current?.setScale("x", { min: from, max: to });
      dragging = { from, to };
      if (final) {
        latest.current.on_window?.(dragging.from, dragging.to);
        dragging = null;
      }
    };
    const rest = (u: uPlot) => u.cursor.idx == null && u.setLegend({ idx: resting(u, latest.current.mark_s) }, false);
    const made = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: props.height,
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), format.house_zone()),
        legend: { show: true, live: true },
        // The last day's name needs room where no axis stands beside it.
        padding: [null, units.length < 2 ? 34 : null, null, null],
        cursor: { drag: { x: !!props.on_window, y: false, setScale: false }, points: { size: 6 }, focus: { prox: 24, dist: (_u, series, _i, at, mouse) => (series > props.lines.length ? Infinity : at - mouse) } },
        focus: { alpha: 0.45 },
        bands: banded.map((line, i) => ({ series: [props.lines.length + 1 + 2 * i, props.lines.length + 2 + 2 * i], fill: colour_of(line) + "33" })),
        scales: {
          x: { time: true },
          ...Object.fromEntries(
            units.map((unit) => [
              unit,
              unit === "on/off"
                ? { range: [-0.05, 4] as uPlot.Range.MinMax }
                : { range: (_u: uPlot, min: number, max: number) => (min === null || max === null ? [0, 1] : unit === "W" || unit === "USD/kWh" ? [Math.min(0, min), Math.max(max * 1.08, 0.1)] : uPlot.rangeNum(min, max, 0.1, false)) as uPlot.Range.MinMax },
            ]),
          ),
        },
        axes: [
          { stroke: ink, font, grid: { stroke: rule, width: 1 }, ticks: { show: false }, space: narrow ? 58 : 90, size: 42, values: (u, splits, _axis, space, incr) => times(u, splits, space, incr, latest.current.of_day) },
          ...units.map(axis_of),
        ],
        series: [
          { label: texts.time, value: (u, s) => (s === null || s === undefined ? "–" : props.of_day ? format.clock(s * 1000) : u.scales.x!.max! - u.scales.x!.min! > format.season_s ? format.date(s * 1000) : format.stamp(s * 1000)) },
          ...props.lines.map((line, i): uPlot.Series => {
            const colour = colour_of(line);
            return {
              label: line.label,
              scale: line.unit,
              stroke: colour,
              width: line.dashed ? 1.5 : 2,
              dash: line.dashed ? [6, 5] : undefined,
              fill: line.filled ? colour + "26" : undefined,
              paths: line.stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined,
              points: { show: true, size: 6, fill: colour, filter: (u, k) => lone(u.data[k]!) },
              spanGaps: false,
              value: (_, v) => (v === null || v === undefined ? "–" : latest.current.lines[i]?.say ? latest.current.lines[i]!.say!(v) : line.unit === "W" ? format.power(v * 1000) : line.unit === "on/off" ? format.value(v, "on/off") : format.value(format.shown_unit(line.unit).back(v), line.unit)),
            };
          }),
          ...banded.flatMap((line): uPlot.Series[] => [0, 1].map(() => ({ scale: line.unit, class: "band-edge", stroke: colour_of(line) + "66", width: 1, points: { show: false } }))),
        ],
        plugins: [...(props.on_window ? [wheel(choose)] : []), marker(mark.current)],
        hooks: {
          // While nobody points at a time, the legend tells that of the mark, or the last that is known.
          draw: [rest],
          setCursor: [rest],
          setSelect: [
            (u) => {
              if (u.select.width < 6) return;
              const from = u.posToVal(u.select.left, "x");
              const to = u.posToVal(u.select.left + u.select.width, "x");
              u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
              choose(from, to, true);
            },
          ],
        },
      },
      data(),
      box,
    );
    plot.current = made;
    made.root.setAttribute("aria-hidden", "true");
    if (props.on_pick) made.over.addEventListener("click", (event) => latest.current.on_pick?.(made.posToVal(event.offsetX, "x")));
    if (props.window) made.setScale("x", { min: props.window.from_s, max: props.window.to_s });
    const sized = new ResizeObserver(() => made.setSize({ width: Math.max(200, box.clientWidth), height: latest.current.height }));
    sized.observe(box);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(data(), !props.window);
    if (props.window) plot.current?.setScale("x", { min: props.window.from_s, max: props.window.to_s });
  }, [props.x, props.lines]);
  useEffect(() => {
    if (props.window) plot.current?.setScale("x", { min: props.window.from_s, max: props.window.to_s });
  }, [props.window?.from_s, props.window?.to_s]);
  useEffect(() => plot.current?.redraw(false), [props.mark_s]);

  const axis_unit = (unit: string | undefined) => (unit === undefined || unit === "on/off" ? "" : unit === "W" ? "kW" : format.shown_unit(unit).unit);
  return (
    <div class="chart-frame">
      <div class="axis-units" aria-hidden="true">
        <span>{axis_unit(units[0])}</span>
        <span>{axis_unit(units[1])}</span>
      </div>
      <div class="chart" ref={place} role="img" aria-label={props.label} />
    </div>
  );
}
