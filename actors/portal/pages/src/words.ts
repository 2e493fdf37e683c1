// What the house says over /api/v1. Times are Unix milliseconds, units SI.

export type Role = "viewer" | "household" | "installer";
export type Quality = "good" | "stale" | "fault" | "never";

export interface User { name: string; role: Role }
export interface Session {
  state: "claim" | "login" | "in";
  site: string;
  version: string;
  user: User | null;
  csrf: string | null;
}

export interface Channel { name: string; unit: string; device: string; key: string; actuator: boolean; max_age_s: number; derived: boolean }
export interface PlantZone { name: string; temperature: string; setpoint_c: number | null; setpoint_channel: string | null; call: string | null; critical: boolean }
export interface Plant {
  heat_pump: { enable: string; power: string | null; pump: string | null; max_power_w: number };
  store: { volume_l: number; layers: string[]; max_c: number; min_top_c: number; spent_c: number; kwh_per_k: number } | null;
  zones: PlantZone[];
  outdoor: string | null;
  house_power: string | null;
}
export interface House {
  site: string;
  /** What the house's clock showed when it answered. */
  clock_ms: number;
  timezone: string;
  layout_hash: string;
  version: string;
  channels: Channel[];
  plant: Plant | null;
  features: { history: boolean; planner: boolean; link: boolean; home_assistant: boolean };
}

export interface Point { v: number | null; q: Quality; at_ms: number | null; fault?: string | null }
export type Points = Record<string, Point>;
export interface Lease {
  id: string;
  kind: "setpoint" | "boost" | "holiday" | "hands-off" | "hold" | "shed" | "raise" | "limit" | "outage";
  zone: string | null;
  channel: string | null;
  setpoint_c: number | null;
  value: number | null;
  by: string;
  reason: string;
  since_ms: number | null;
  until_ms: number;
  yours_to_end: boolean;
  kept?: false;
}
export interface Standing { in_charge: string; mode: string; cause: string; contract_id: string | null; since_ms: number }
export interface Price { total_usd_per_kwh: number | null; energy_usd_per_kwh: number | null; distribution_usd_per_kwh: number; cheap: boolean | null }
export interface Now {
  at_ms: number;
  points: Points;
  state: Standing | null;
  price: Price | null;
  /** Why: words for whoever asked; empty where the layout says so. */
  zones: { name: string; setpoint_c: number | null; why?: string; wished_by: string | null }[];
  plan: { on: boolean; until_ms: number | null; more_otherwise_usd: number | null } | null;
  leases: Lease[];
  contracts: { id: string; start_ms: number; end_ms: number; average_w: number; price_usd_per_kwh: number | null }[];
  alarms: { active: number; unacknowledged: number };
}

export interface PlanSlot {
  start_ms: number;
  end_ms: number;
  power_w: number;
  part: number;
  store_c: number | null;
  store_kwh: number | null;
  price_usd_per_kwh: number | null;
  outdoor_c: number | null;
  load_w: number | null;
  unserved_wh: number;
  more_otherwise_usd: number | null;
}
/** What a zone is, what it should be until the plan ends, each setpoint until the next, and how warm it will be at the end of each
    slot: nothing before the house was seen long enough. */
export interface PlanRoom { zone: string; temperature_c: number | null; setpoints: { from_ms: number; setpoint_c: number | null; why: string }[]; expected_c: (number | null)[] }
export interface Plan {
  made_ms: number;
  start_ms: number;
  cost_usd: number;
  unserved_kwh: number;
  slots: PlanSlot[];
  rooms?: PlanRoom[];
}

export interface Series { channel: string; unit: string; start_ms?: number; starts_ms?: number[]; values: (number | null)[] }
export interface HistoryAnswer { interval_s: number | null; series: Series[] }

export type Severity = "info" | "warning" | "alarm" | "critical" | string;
export interface Item { number: number; at_ms: number; kind: string; severity: Severity; subject: string; text: string; data: unknown }
export interface Moment { at_ms: number; resolution_s: number; values: Record<string, number | null>; state: Item | null; plan: Item | null; alarms: Item[] }

export interface MoneyRow {
  start_ms: number;
  end_ms: number;
  /** Null: of no quarter of an hour both power and price are known. */
  used_kwh: number | null;
  cost_usd: number | null;
  thermostat_kwh: number | null;
  thermostat_usd: number | null;
  saved_usd: number | null;
  covered: number;
  /** Quarters of an hour that have passed, those lost, and those of which a thermostat's cost is known. */
  slots?: number;
  unknown_slots?: number;
  compared_slots?: number;
}
export interface Money { rows: MoneyRow[]; total: MoneyRow | null; method: string }

export interface ScheduleEntry { days: number[]; from: string; setpoint_c: number }
export interface ControlZone { name: string; setpoint_c: number | null; base_c: number | null; controllable: boolean; why_not: string | null; schedule: ScheduleEntry[] }
export interface Control {
  zones: ControlZone[];
  leases: Lease[];
  actuators: { channel: string; unit: string; value: number | null }[];
  limits: { setpoint_c: [number, number]; boost_k: number; longest_s: Record<string, number> };
}

export interface Alarm {
  id: string;
  at_ms: number;
  severity: Severity;
  kind: string;
  subject: string;
  text: string;
  meaning: string;
  remedy: string;
  acknowledged: { by: string; at_ms: number } | null;
  ended_ms?: number | null;
}
export interface Devices {
  devices: { name: string; model: string; bus: string; quality: Quality; channels: { name: string; q: Quality; at_ms: number | null; v: number | null; fault?: string | null }[] }[];
  buses: { name: string; kind: string; load_percent: number | null }[];
  link: { connected: boolean | null; waiting: number | null; waiting_bytes: number | null; oldest_ms: number | null } | null;
  history: { recording: boolean; problem: string; feeds: number; bytes: number; written_today: number; oldest_ms: number | null; waiting: number } | null;
  actors?: { name: string; up: boolean; restarts: number }[];
  software: { version: string; started_ms: number; layout_hash: string; rss_bytes: number | null };
  page?: Record<string, number>;
}
export interface Account { name: string; role: Role; created_ms: number; last_login_ms: number | null; locked: boolean }
export interface AuditItem { number: number; at_ms: number; user: string; from: string; action: string; detail: string; ok: boolean }
