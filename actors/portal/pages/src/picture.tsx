// A picture of the house's heat: outdoors, heat pump, tanks, rooms, and what flows between them.
import { heat_colour } from "./colour";
import * as format from "./format";
import { texts } from "./texts";
import type { House, PlantZone, Point, Points } from "./words";

const t = texts.picture;

/** A value as it may be shown: what is not good is never shown as if it were. */
interface Seen { v: number | null; good: boolean; at_ms: number | null }
const seen = (points: Points, channel: string | null | undefined, dead: boolean): Seen => {
  const point: Point | undefined = channel ? points[channel] : undefined;
  if (!point) return { v: null, good: false, at_ms: null };
  return { v: point.v, good: point.q === "good" && !dead, at_ms: point.at_ms };
};

export interface PictureProps {
  house: House;
  points: Points;
  setpoints: Record<string, number | null>;
  /** The connection is lost: all of it is as old as it is. */
  dead?: boolean;
  /** What was known at a second of the past: no age is told, and nothing that only holds today. */
  past?: boolean;
  at_ms: number;
}

const cut = (text: string, most: number) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

/** Layers of several tanks are named alike: tank1.top, tank1.middle … One tank otherwise. */
export function tanks_of(layers: string[]): { name: string; layers: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const layer of layers) {
    const dot = layer.lastIndexOf(".");
    const name = dot > 0 ? layer.slice(0, dot) : layer;
    groups.set(name, [...(groups.get(name) ?? []), layer]);
  }
  const made = [...groups].map(([name, own]) => ({ name, layers: own }));
  const even = made.length > 1 && made.length <= 4 && made.every((each) => each.layers.length >= 2);
  return even ? made : [{ name: "", layers }];
}

function Fan({ x, y, turns }: { x: number; y: number; turns: boolean }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <circle r="25" class="fan-ring" />
      <g class={turns ? "fan turning" : "fan"}>
        {[0, 120, 240].map((angle) => (
          <path key={angle} d="M0 0C-9-4-11-15-3-21 6-19 8-8 0 0z" transform={`rotate(${angle})`} />
        ))}
      </g>
      <circle r="4" class="fan-hub" />
    </g>
  );
}

function Pipe({ d, c, runs, back }: { d: string; c: number | null; runs: boolean; back?: boolean }) {
  return (
    <g>
      <path d={d} class={c === null ? "pipe idle" : "pipe"} stroke={c === null ? undefined : heat_colour(c)} />
      {runs && <path d={d} class={"flow" + (back ? " back" : "")} />}
    </g>
  );
}

function Tank({ x, y, w, h, id, layers, name, dead, points }: { x: number; y: number; w: number; h: number; id: string; layers: string[]; name: string; dead: boolean; points: Points }) {
  const values = layers.map((each) => seen(points, each, dead));
  const some = values.filter((each) => each.v !== null);
  const top = values[0]!;
  const bottom = values[values.length - 1]!;
  const label = (of: Seen, at: number) => (
    <g class={of.good ? "" : "stale"}>
      <rect x={x + w / 2 - 22} y={at - 12} width="44" height="17" rx="8.5" class="pill" />
      <text x={x + w / 2} y={at + 1} class="on-tank">
        {of.v === null ? texts.none : format.degrees(of.v, 0)}
      </text>
    </g>
  );
  return (
    <g>
      <linearGradient id={id} x1="0" x2="0" y1="0" y2="1">
        {values.map((each, i) => (
          <stop key={i} offset={(i + 0.5) / values.length} stop-color={each.v === null || !each.good ? "#9a9a9a" : heat_colour(each.v)} />
        ))}
      </linearGradient>
      <rect x={x} y={y} width={w} height={h} rx={Math.min(16, w / 3)} fill={some.length ? `url(#${id})` : "none"} class="tank" />
      {label(top, y + 20)}
      {values.length > 1 && label(bottom, y + h - 13)}
      {name && (
        <text x={x + w / 2} y={y + h + 13} class="small middle">
          {cut(name, 10)}
        </text>
      )}
    </g>
  );
}

export function HousePicture({ house, points, setpoints, dead = false, past = false, at_ms }: PictureProps) {
  const plant = house.plant;
  if (!plant) return null;
  const pump = plant.heat_pump;
  const power = seen(points, pump.power, dead);
  const enable = seen(points, pump.enable, dead);
  const runs = power.good && power.v !== null ? power.v > Math.max(50, 0.04 * pump.max_power_w) : enable.good && enable.v === 1;
  const pump_good = pump.power ? power.good : enable.good;
  const outdoor = seen(points, plant.outdoor, dead);
  const layers = plant.store?.layers ?? [];
  const tanks = layers.length ? tanks_of(layers) : [];
  const layer = (i: number) => (layers.length ? seen(points, layers[i]!, dead) : { v: null, good: false, at_ms: null });
  const hot = layer(0);
  const cold = layer(layers.length - 1);
  const hot_c = hot.good ? hot.v : null;
  const cold_c = cold.good ? cold.v : null;

  // Rooms in one column; many of them in two.
  const zones = plant.zones;
  const columns = zones.length > 6 ? 2 : 1;
  const rows = Math.max(1, Math.ceil(zones.length / columns));
  const row_h = rows > 4 ? 30 : 36;
  const eaves = 72;
  const rooms_top = eaves + 8;
  const rooms_h = rows * row_h;
  const cellar = rooms_top + rooms_h + 10;
  const floor = cellar + (tanks.length ? 124 : 66);
  const height = floor + 10;
  const left = 136;
  const right = 388;
  const room_w = (right - left - 32 - (columns - 1) * 6) / columns;

  const calls = zones.map((zone) => {
    const call = seen(points, zone.call, dead);
    return call.good && call.v === 1;
  });
  const wanted_of = (zone: PlantZone) => setpoints[zone.name] ?? (past ? null : zone.setpoint_c);
  const age = (of: Seen, said = format.span) => (past ? t.not_measured : of.at_ms === null ? t.never : t.ago(said(at_ms - of.at_ms)));

  const said = [
    plant.outdoor && t.says_outdoor(outdoor.v === null ? texts.none : format.degrees_long(outdoor.v)) + (outdoor.good ? "" : ", " + age(outdoor)),
    t.says_pump(runs, pump_good ? format.power(power.v) : texts.none),
    layers.length ? t.says_store(format.degrees_long(hot.v), format.degrees_long(cold.v)) : null,
    ...zones.map((zone, i) => {
      const own = seen(points, zone.temperature, dead);
      const wanted = wanted_of(zone);
      return t.says_zone(zone.name, own.v === null ? texts.none : format.degrees_long(own.v), wanted === null ? null : format.degrees_long(wanted), calls[i]!) + (own.good ? "" : ", " + age(own));
    }),
  ].filter(Boolean);

  const tank_h = 88;
  const tank_y = cellar + 12;
  const inner_l = left + 40;
  const inner_w = right - 12 - inner_l;
  const gap = 10;
  const single = tanks.length === 1;
  const tank_w = single ? 78 : Math.min(58, (inner_w - (tanks.length - 1) * gap) / Math.max(1, tanks.length));
  const supply_y = tanks.length ? tank_y + 22 : cellar + 22;
  const return_y = tanks.length ? tank_y + tank_h - 16 : cellar + 48;
  const tank_end = inner_l + tanks.length * tank_w + (tanks.length - 1) * gap;
  const riser = left + 13;
  const any_call = calls.some(Boolean);

  return (
    <svg class={"picture" + (dead ? " dead" : "")} viewBox={`0 0 400 ${height}`} role="img" aria-label={said.join(". ") + "."}>
      <rect x="-400" y={floor} width="1200" height="60" class="ground" />
      {/* outdoors */}
      {plant.outdoor && (
        <g class={outdoor.good ? "" : "stale"}>
          <text x="14" y="30" class="small">
            {t.outdoor}
          </text>
          <text x="13" y="63" class={"huge" + (format.degrees(outdoor.v).length > 5 ? " long" : "")}>
            {format.degrees(outdoor.v)}
          </text>
          {!outdoor.good && (
            <text x="14" y="82" class="small">
              {age(outdoor)}
            </text>
          )}
        </g>
      )}
      {/* the house */}
      <path class="walls" d={`M${left} ${eaves - 5} V${floor} H${right - 4} V${eaves - 5} L${(left + right) / 2} 12 z`} />
      <path class="roof" d={`M${left - 12} ${eaves} L${(left + right) / 2} 12 L${right + 6} ${eaves}`} />
      <text x={(left + right) / 2} y="56" class="site">
        {cut(house.site, 18)}
      </text>
      <line x1={left} x2={right - 2} y1={cellar - 4} y2={cellar - 4} class="storey" />
      {/* the pipe up to the rooms */}
      {zones.length > 0 && <Pipe d={tanks.length ? `M${inner_l} ${supply_y - 12} H${riser} V${rooms_top + row_h / 2}` : `M${left} ${supply_y} H${riser} V${rooms_top + row_h / 2}`} c={any_call ? hot_c : null} runs={any_call} />}
      {zones.map((zone, i) => {
        const column = Math.floor(i / rows);
        const x = left + 22 + column * (room_w + 6);
        const y = rooms_top + (i % rows) * row_h;
        const own = seen(points, zone.temperature, dead);
        const wanted = wanted_of(zone);
        const warm = own.good && own.v !== null ? heat_colour(Math.max(12, Math.min(30, 22 + ((own.v - (wanted ?? own.v)) * 3)))) : undefined;
        const mid = y + row_h / 2 - 1;
        const narrow = columns > 1;
        return (
          <g key={zone.name} class={own.good ? "" : "stale"}>
            {column === 0 && <Pipe d={`M${riser} ${mid} H${x + 6}`} c={calls[i] ? hot_c : null} runs={calls[i]!} />}
            <rect x={x} y={y} width={room_w} height={row_h - 5} rx="8" class={"room" + (calls[i] ? " calling" : "")} />
            {!calls[i] && <rect x={x + 9} y={y + 6} width="4" height={row_h - 17} rx="2" fill={warm} class={warm ? undefined : "warmth"} />}
            <text x={x + 23} y={mid + 4} class="room-name">
              {cut(zone.name, narrow ? 7 : own.good ? 10 : 9)}
            </text>
            {calls[i] && (
              <path class="call-mark" transform={`translate(${x + 5} ${mid - 8})`} d="M7 0c4 4 6 6.5 6 10a6 6 0 0 1-12 0c0-2 1-3.5 2.5-5 .2 1.5.8 2.2 1.7 2.7C5.4 5.2 6 2.5 7 0z" />
            )}
            <text x={x + room_w - (narrow ? 8 : own.good ? 62 : 70)} y={mid + 5.5} class="room-temp">
              {/* That nothing was measured says it all, and takes the room. */}
              {past && !own.good && !narrow ? "" : format.degrees(own.v)}
            </text>
            {!narrow && (
              <text x={x + room_w - 8} y={mid + 4.5} class={own.good ? "room-wish" : "room-wish room-age"}>
                {!own.good ? age(own, format.rough_span) : wanted === null ? "" : "→ " + format.degrees(wanted)}
              </text>
            )}
          </g>
        );
      })}
      {/* the heat pump and its pipes */}
      <Pipe d={`M100 ${supply_y} H${tanks.length ? inner_l : riser}`} c={runs ? (hot_c ?? 45) : null} runs={runs} />
      <Pipe d={`M100 ${return_y} H${tanks.length ? inner_l : riser + 10}`} c={runs ? (cold_c ?? 30) : null} runs={runs} back />
      <g class={pump_good ? "" : "stale"}>
        <text x="56" y={floor - 108} class={"pump-power" + (runs ? " hot" : "")}>
          {pump.power ? format.power(power.v) : runs ? t.running : t.resting}
        </text>
        <rect x="10" y={floor - 96} width="92" height="74" rx="10" class={"pump" + (runs ? " running" : "")} />
        <Fan x={56} y={floor - 59} turns={runs} />
        <rect x="20" y={floor - 22} width="14" height="22" class="pump-foot" />
        <rect x="78" y={floor - 22} width="14" height="22" class="pump-foot" />
        <text x="56" y={floor - 6} class="small middle">
          {!pump_good ? t.unknown : runs ? t.running : t.resting}
        </text>
      </g>
      {/* the store */}
      {tanks.map((tank, i) => (
        <Tank key={tank.name} id={"tank" + i} x={inner_l + i * (tank_w + gap)} y={tank_y} w={tank_w} h={tank_h} layers={tank.layers} name={tank.name} dead={dead} points={points} />
      ))}
      {single && (
        <g class={layers.every((each) => seen(points, each, dead).good) ? "" : "stale"}>
          <text x={tank_end + 16} y={tank_y + 24} class="small">
            {t.store}
          </text>
          <text x={tank_end + 15} y={tank_y + 52} class="large">
            {mean_text(layers.map((each) => seen(points, each, dead)))}
          </text>
          <text x={tank_end + 16} y={tank_y + 72} class="small">
            {t.mean} · {format.volume(plant.store!.volume_l)}
          </text>
        </g>
      )}
    </svg>
  );
}

/** The mean of the layers that can be seen. */
function mean_text(of: Seen[]): string {
  const known = of.filter((each) => each.v !== null);
  if (!known.length) return texts.none;
  return format.degrees(known.reduce((sum, each) => sum + each.v!, 0) / known.length);
}
