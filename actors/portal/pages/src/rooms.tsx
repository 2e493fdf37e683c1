// What each room should be and is expected to be until the plan ends, and what it was in the hours before: a lane for each.
import { useEffect, useRef, useState } from "preact/hooks";
import * as format from "./format";
import { texts } from "./texts";
import type { Plan, PlanRoom } from "./words";

const t = texts.plan;
const hour = 3600e3;
const height = 64;

export interface Lack { from_ms: number; to_ms: number; kwh: number }
/** Times in which the plan leaves out more than a twentieth of the heat that the rooms ask for, and in all as much as they
    ask for in six minutes: less nobody feels. */
export function lacks_of(plan: Plan): Lack[] {
  const found: (Lack & { felt_from_kwh: number })[] = [];
  for (const slot of plan.slots) {
    const asked_wh = ((slot.load_w ?? 0) * (slot.end_ms - slot.start_ms)) / hour;
    if (slot.unserved_wh <= 0.05 * asked_wh) continue;
    const felt_from_kwh = ((slot.load_w ?? 0) / 1000) * 0.1;
    const last = found[found.length - 1];
    if (last && last.to_ms === slot.start_ms) {
      last.to_ms = slot.end_ms;
      last.kwh += slot.unserved_wh / 1000;
      last.felt_from_kwh = Math.max(last.felt_from_kwh, felt_from_kwh);
    } else found.push({ from_ms: slot.start_ms, to_ms: slot.end_ms, kwh: slot.unserved_wh / 1000, felt_from_kwh });
  }
  return found.filter((each) => each.kwh > each.felt_from_kwh).map(({ from_ms, to_ms, kwh }) => ({ from_ms, to_ms, kwh }));
}
const lack_text = (each: Lack, now_ms: number) => t.between(format.when(each.from_ms, now_ms), format.when(each.to_ms, each.from_ms));

/** The setpoints without those that only say another cause. */
const steps_of = (room: PlanRoom) => room.setpoints.filter((each, i) => i === 0 || each.setpoint_c !== room.setpoints[i - 1]!.setpoint_c);

/** "20.5° until 22:00, then 18.0°": what is next counts more than what is after. */
function outlook(room: PlanRoom, now_ms: number): string {
  const [is, next] = steps_of(room);
  if (!is || is.setpoint_c === null) return t.own_thermostat;
  if (!next) return t.holds(format.degrees(is.setpoint_c));
  return t.changes(format.degrees(is.setpoint_c), format.when(next.from_ms, now_ms), format.degrees(next.setpoint_c));
}

/** Hours of the house's clock at which something stands below the lanes. */
function ticks_of(from_ms: number, to_ms: number, every: number): { at_ms: number; text: string; day: boolean }[] {
  const found = [];
  for (let day = 0; day < 5; ++day) {
    const begins = format.parts(format.start_of_day(from_ms, day));
    for (let h = 0; h < 24; h += every) {
      const at_ms = format.from_parts({ ...begins, hour: h, minute: 0, second: 0 });
      if (at_ms >= from_ms && at_ms <= to_ms) found.push({ at_ms, text: h === 0 ? format.day(at_ms) : format.clock(at_ms), day: h === 0 });
    }
  }
  return found;
}

/** The labels that have room: a day's name goes before the hours beside it. */
export function spread<T extends { x: number; day: boolean }>(ticks: T[], width: number): T[] {
  const days = ticks.filter((each) => each.day && each.x < width - 40);
  return ticks.filter((each) => (each.day ? days.includes(each) : each.x > 32 && each.x < width - 30 && days.every((day) => Math.abs(day.x - each.x) >= 70)));
}

/** How warm it is now, and how warm it will be at the end of each slot, as far as that is said. */
function expected_of(room: PlanRoom, plan: Plan, now_ms: number): { at_ms: number; c: number }[] {
  const found = plan.slots.flatMap((slot, i) => {
    const c = room.expected_c[i] ?? null;
    return c === null || slot.end_ms <= now_ms ? [] : [{ at_ms: slot.end_ms, c }];
  });
  return found.length && room.temperature_c !== null ? [{ at_ms: now_ms, c: room.temperature_c }, ...found] : [];
}

export type Measured = Map<string, { at_ms: number; c: number | null }[]>;

function Lane({ room, expected, measured, lacks, width, from_ms, to_ms, now_ms, every }: { room: PlanRoom; expected: { at_ms: number; c: number }[]; measured: { at_ms: number; c: number | null }[]; lacks: Lack[]; width: number; from_ms: number; to_ms: number; now_ms: number; every: number }) {
  const steps = steps_of(room);
  const known = [...steps.map((each) => each.setpoint_c), ...measured.map((each) => each.c), ...expected.map((each) => each.c), room.temperature_c].filter((c): c is number => c !== null);
  const middle = known.length ? (Math.min(...known) + Math.max(...known)) / 2 : 20;
  // A tenth of a degree is no mountain.
  const span = Math.max(3, known.length ? Math.max(...known) - Math.min(...known) : 0);
  const x = (ms: number) => Math.round(((Math.max(from_ms, Math.min(to_ms, ms)) - from_ms) / (to_ms - from_ms)) * width * 10) / 10;
  const y = (c: number) => Math.round((36 - ((c - middle) / span) * 34) * 10) / 10;
  const wanted = steps.map((each, i) => (each.setpoint_c === null ? "" : `M${x(each.from_ms)} ${y(each.setpoint_c)}H${x(steps[i + 1]?.from_ms ?? to_ms)}` + (steps[i + 1]?.setpoint_c != null ? `V${y(steps[i + 1]!.setpoint_c!)}` : ""))).join("");
  let pen = "M";
  const was = [...measured.filter((each) => each.at_ms < now_ms), { at_ms: now_ms, c: room.temperature_c }]
    .map((each) => {
      const text = each.c === null ? "" : `${pen}${x(each.at_ms)} ${y(each.c)}`;
      pen = each.c === null ? "M" : "L";
      return text;
    })
    .join("");
  const will_be = expected.map((each, i) => `${i ? "L" : "M"}${x(each.at_ms)} ${y(each.c)}`).join("");
  const warmth = expected.slice(1).map((each) => each.c);
  const ends_ms = expected[expected.length - 1]?.at_ms ?? to_ms;
  let free = -Infinity;
  const labels = steps.flatMap((each, i) => {
    const at = Math.min(x(each.from_ms) + 4, width - 38);
    const short = i > 0 && x(steps[i + 1]?.from_ms ?? to_ms) - x(each.from_ms) < 40;
    if (each.setpoint_c === null || short || at < free) return [];
    free = at + 40;
    return [{ at, c: each.setpoint_c }];
  });
  const told = [
    t.says_room(room.zone, format.degrees_long(room.temperature_c)),
    ...steps.map((each, i) => (each.setpoint_c === null ? t.own_thermostat : (i === 0 ? t.says_now : t.says_from(format.when(each.from_ms, now_ms))) + " " + format.degrees_long(each.setpoint_c))),
    ...(warmth.length ? [t.says_expected(format.degrees_long(Math.min(...warmth)), format.degrees_long(Math.max(...warmth)), ends_ms < to_ms ? format.when(ends_ms, now_ms) : null)] : []),
    ...lacks.map((each) => t.says_colder(lack_text(each, now_ms))),
  ].join("; ");
  return (
    <svg class="lane" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={told}>
      {lacks.map((each) => (
        <rect key={each.from_ms} class="lane-lack" x={x(each.from_ms)} y="0" width={Math.max(2, x(each.to_ms) - x(each.from_ms))} height={height} />
      ))}
      {ticks_of(from_ms, to_ms, every).map((each) => (
        <line key={each.at_ms} class={each.day ? "lane-day" : "lane-hour"} x1={x(each.at_ms)} x2={x(each.at_ms)} y1="0" y2={height} />
      ))}
      <line class="lane-now" x1={x(now_ms)} x2={x(now_ms)} y1="0" y2={height} />
      <path class="lane-wanted" d={wanted} />
      <path class="lane-will-be" d={will_be} />
      <path class="lane-was" d={was} />
      {labels.map((each) => (
        <text key={each.at} x={each.at} y={y(each.c) < 20 ? y(each.c) + 15 : y(each.c) - 6}>
          {format.degrees(each.c)}
        </text>
      ))}
    </svg>
  );
}

/** Lanes of all rooms over one axis of time, with what they show in words. */
export function RoomLanes({ plan, measured, from_ms, now_ms }: { plan: Plan; measured: Measured; from_ms: number; now_ms: number }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, set_width] = useState(0);
  useEffect(() => {
    const sized = new ResizeObserver(() => set_width(Math.floor(place.current!.clientWidth)));
    sized.observe(place.current!);
    return () => sized.disconnect();
  }, []);
  const rooms = plan.rooms ?? [];
  const lacks = lacks_of(plan);
  const to_ms = plan.slots[plan.slots.length - 1]?.end_ms ?? plan.start_ms;
  const every = width < 500 ? 12 : 6;
  const expected = new Map(rooms.map((room) => [room.zone, expected_of(room, plan, now_ms)]));
  const x = (ms: number) => ((ms - from_ms) / (to_ms - from_ms)) * width;
  return (
    <>
      <p class="help">{lacks.length ? t.colder(lacks.slice(0, 4).map((each) => lack_text(each, now_ms)).join(", ") + (lacks.length > 4 ? " …" : ""), format.energy(lacks.reduce((sum, each) => sum + each.kwh, 0))) : t.enough}</p>
      <div class="lanes" ref={place}>
        {rooms.map((room) => (
          <div key={room.zone} class="lane-row">
            <div class="lane-head">
              <b>{room.zone}</b>
              <span>{format.degrees(room.temperature_c)}</span>
              <small>{outlook(room, now_ms)}</small>
            </div>
            {width > 0 && <Lane room={room} expected={expected.get(room.zone)!} measured={measured.get(room.zone) ?? []} lacks={lacks} width={width} from_ms={from_ms} to_ms={to_ms} now_ms={now_ms} every={every} />}
          </div>
        ))}
        {width > 0 && (
          <svg class="lane-axis" width={width} height="18" aria-hidden="true">
            {spread(ticks_of(from_ms, to_ms, every).map((each) => ({ ...each, x: Math.max(each.day ? 42 : 0, x(each.at_ms)) })), width).map((each) => (
              <text key={each.at_ms} x={each.x} y="13" class={each.day ? "day" : ""}>
                {each.text}
              </text>
            ))}
          </svg>
        )}
      </div>
      <p class="help lane-keys">
        {[...measured.values()].some((each) => each.some((point) => point.c !== null)) && (
          <span class="key">
            <i class="swatch" /> {t.was}
          </span>
        )}
        <span class="key">
          <i class="swatch calm" /> {t.should_be}
        </span>
        {[...expected.values()].some((each) => each.length > 0) && (
          <span class="key">
            <i class="swatch dots" /> {t.will_be}
          </span>
        )}
        {lacks.length > 0 && (
          <span class="key">
            <i class="swatch lack" /> {t.may_be_colder}
          </span>
        )}
      </p>
    </>
  );
}
