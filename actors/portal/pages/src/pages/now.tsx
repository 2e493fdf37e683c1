// The house at this moment, in one screen of a phone.
import { useState } from "preact/hooks";
import { get, query } from "../api";
import * as format from "../format";
import { contract_at, dearer, follows_plan, hands_off, why_now } from "../headline";
import { beat, connected, house, house_now, now } from "../live";
import { HousePicture } from "../picture";
import { Badge, Card, Empty, Icon, lease_icon, Link, Page, Tile, Waiting } from "../parts";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { House, Lease, Money, Now as Told, Plan } from "../words";

const t = texts.now;

/** A wish or order that stands, and how long it still does. */
function LeaseLine({ lease, more }: { lease: Lease; more: number }) {
  useValue(beat);
  return (
    <Link to="/control" class="lease-line">
      <Icon name={lease_icon(lease)} />
      <span class="grow">{texts.lease_name(lease, (c) => format.degrees_long(c))}</span>
      <span class="count-down">{format.countdown(lease.until_ms - house_now())}</span>
      {more > 0 && <span class="more-leases">{t.more_leases(more)}</span>}
    </Link>
  );
}

/** So many wishes are told in full; of the rest it is said how many there are. */
const most_leases = () => (innerHeight < 740 ? 1 : 2);

function Charge({ told, built }: { told: Told; built: House }) {
  const state = told.state;
  if (!state) return <Card class="charge"><p class="cause">{t.nobody_said}</p></Card>;
  const who = texts.in_charge[state.in_charge] ?? { name: state.in_charge, tone: "calm" };
  const few = most_leases();
  return (
    <Card class="charge">
      <div class="charge-head">
        <Badge tone={who.tone}>{who.name}</Badge>
        <span class="since">{t.since(format.when(state.since_ms, house_now()))}</span>
      </div>
      {/* No unit on a line without its number. */}
      <p class="cause">{why_now(told, built, house_now()).replace(/(\d) (?=\S)/g, "$1\u00a0")}</p>
      {told.leases.length > 0 && (
        <div class="lease-lines">
          {told.leases.slice(0, few).map((each, i) => (
            <LeaseLine key={each.id} lease={each} more={i === few - 1 ? told.leases.length - few : 0} />
          ))}
        </div>
      )}
    </Card>
  );
}

/** What the day has cost so far: asked for with the page, not once the first values are there. */
function useToday(built: House, at_ms: number) {
  const day = format.start_of_day(at_ms);
  const money = useLoaded((signal) => (built.features.history ? get<Money>("/money" + query({ by: "day", from_ms: day, to_ms: format.start_of_day(day, 1) }), signal) : Promise.resolve(null)), [day]);
  useEvery(60_000, money.again);
  return money.data?.rows.find((each) => each.start_ms <= at_ms && each.end_ms > at_ms && each.covered > 0);
}

/** What will be different next: the end of hands off or of a contract, the beginning of one, or what the plan says. */
function NextTile({ told, built, dead }: { told: Told; built: House; dead: boolean }) {
  const plan = told.plan;
  const let_go = hands_off(told.leases, told.at_ms);
  if (let_go) return <Tile label={t.next} stale={dead} value={format.when(let_go.until_ms, told.at_ms)} note={t.then_hearth} />;
  const contract = contract_at(told, told.at_ms);
  if (contract) return <Tile label={t.contract} stale={dead} value={format.power(contract.average_w)} note={t.until(format.when(contract.end_ms, told.at_ms))} />;
  const coming = told.contracts.find((each) => each.start_ms > told.at_ms && each.start_ms <= (plan?.until_ms ?? Infinity));
  if (coming) return <Tile label={t.next} stale={dead} value={format.when(coming.start_ms, told.at_ms)} note={t.then_contract(format.power(coming.average_w))} />;
  // The headline says it already while it speaks of the plan.
  const more = follows_plan(told, built) ? null : dearer(told);
  return (
    <Tile
      label={t.next}
      stale={dead}
      value={plan?.until_ms ? format.when(plan.until_ms, told.at_ms) : texts.none}
      note={
        plan ? (
          <>
            {plan.until_ms ? (plan.on ? t.then_rest : t.then_run) : t.no_change}
            {more && <span class="opposite">{t.opposite(plan.on, more)}</span>}
          </>
        ) : (
          t.no_plan
        )
      }
    />
  );
}

function Tiles({ told, built, today, dead }: { told: Told; built: House; today: Money["rows"][number] | undefined; dead: boolean }) {
  const house_power = built.plant?.house_power ? told.points[built.plant.house_power] : undefined;
  const price = told.price;
  const layers = (built.plant?.store?.layers ?? []).map((each) => told.points[each]).filter((each) => each?.v !== null && each?.v !== undefined);
  const stale = (q: string | undefined) => dead || q !== "good";
  return (
    <div class="tiles now-tiles">
      <Tile
        label={t.price}
        stale={dead}
        value={price && price.total_usd_per_kwh !== null ? format.number(price.total_usd_per_kwh * 100, 1) + " ¢" : texts.none}
        note={
          price && price.total_usd_per_kwh !== null ? (
            <>
              {t.per_kwh} {price.cheap !== null && <Badge tone={price.cheap ? "good" : "warn"}>{price.cheap ? t.cheap : t.dear}</Badge>}
            </>
          ) : (
            t.no_price
          )
        }
      />
      <NextTile told={told} built={built} dead={dead} />
      {house_power && <Tile label={t.house} stale={stale(house_power.q)} value={format.power(house_power.v)} note={!stale(house_power.q) ? t.house_note : house_power.at_ms === null ? texts.picture.never : t.from(format.when(house_power.at_ms, house_now()))} />}
      {today ? (
        <Tile
          label={t.today}
          stale={dead}
          to="/money"
          value={format.dollars(today.cost_usd)}
          note={today.saved_usd === null ? format.energy(today.used_kwh) : today.saved_usd >= 0 ? <span class="saved">{texts.money.saved(format.dollars(today.saved_usd))}</span> : t.no_saving}
        />
      ) : (
        layers.length > 0 && (
          <Tile
            label={t.store}
            stale={dead || layers.some((each) => each!.q !== "good")}
            value={format.degrees(layers.reduce((sum, each) => sum + each!.v!, 0) / layers.length)}
            note={t.store_note(format.degrees(Math.max(...layers.map((each) => each!.v!)), 0), format.degrees(Math.min(...layers.map((each) => each!.v!)), 0))}
          />
        )
      )}
    </div>
  );
}

/** A house without a plant has its channels to show. */
function ChannelList({ told, built, dead }: { told: Told; built: House; dead: boolean }) {
  const own = built.channels.filter((each) => !each.derived);
  if (!own.length) return <Empty>{t.no_channels}</Empty>;
  return (
    <Card title={t.channels}>
      <dl class="value-list">
        {own.map((each) => {
          const point = told.points[each.name];
          return (
            <div key={each.name} class={dead || point?.q !== "good" ? "stale" : ""}>
              <dt>{each.name}</dt>
              <dd>{format.value(point?.v, each.unit)}</dd>
            </div>
          );
        })}
      </dl>
    </Card>
  );
}

/** The next day in one strip, where there is room for it: the price, and when the heat pump runs. */
function DayStrip({ at_ms, let_go_ms }: { at_ms: number; let_go_ms: number }) {
  const [wide] = useState(() => matchMedia("(min-width: 960px)").matches);
  const loaded = useLoaded((signal) => (wide ? get<Plan>("/plan", signal) : Promise.resolve(null)), []);
  useEvery(60_000, loaded.again);
  const slots = (loaded.data?.slots ?? []).filter((each) => each.end_ms > at_ms && each.start_ms < at_ms + 24 * 3600e3);
  if (!slots.length) return null;
  const from = slots[0]!.start_ms;
  const to = slots[slots.length - 1]!.end_ms;
  const width = 960;
  const base = 92;
  const x = (ms: number) => Math.round((((ms - from) / (to - from)) * width) * 10) / 10;
  const most = Math.max(0.01, ...slots.map((each) => each.price_usd_per_kwh ?? 0));
  const y = (usd: number | null) => Math.round((base - 20 - (Math.max(0, usd ?? 0) / most) * (base - 34)) * 10) / 10;
  const line = slots.map((each, i) => `${i ? "L" : "M"}${x(each.start_ms)} ${y(each.price_usd_per_kwh)}H${x(each.end_ms)}`).join("");
  const hours = slots.filter((each) => each.start_ms % 3600e3 === 0 && format.parts(each.start_ms).hour % 3 === 0);
  return (
    <Card class="strip-card" title={t.ahead} aside={<Link to="/plan">{t.to_plan}</Link>}>
      <svg class="day-strip" viewBox={`0 0 ${width} 116`} preserveAspectRatio="none" role="img" aria-label={t.ahead_says}>
        <path class="price-area" d={`${line}V${base - 20}H${x(from)}z`} />
        <path class="price-line" d={line} />
        {slots.map((each) => each.power_w > 50 && <rect key={each.start_ms} class={each.start_ms < let_go_ms ? "run off" : "run"} x={x(each.start_ms)} y={base - 14} width={Math.max(1, x(each.end_ms) - x(each.start_ms))} height="12" opacity={Math.min(1, 0.35 + 0.65 * each.part)} />)}
        <line class="rule" x1="0" x2={width} y1={base} y2={base} />
        {hours.map((each) => (
          <text key={each.start_ms} x={Math.min(width - 40, x(each.start_ms))} y={base + 16}>
            {format.clock(each.start_ms)}
          </text>
        ))}
      </svg>
      <p class="help lane-keys">
        <span class="key">
          <i class="swatch" /> {t.runs}
        </span>
        <span class="key">
          <i class="swatch calm" /> {t.price_line(format.per_kwh(most))}
        </span>
      </p>
    </Card>
  );
}

export function Now() {
  const told = useValue(now);
  const built = useValue(house)!;
  const up = useValue(connected);
  const today = useToday(built, told?.at_ms ?? house_now());
  if (!told) return <Waiting />;
  const setpoints = Object.fromEntries(told.zones.map((each) => [each.name, each.setpoint_c]));
  return (
    <Page title={t.title} class="now-page">
      <div class="now">
        {built.plant ? (
          <section class="card picture-card" aria-label={t.picture}>
            <HousePicture house={built} points={told.points} setpoints={setpoints} dead={!up} at_ms={house_now()} />
          </section>
        ) : (
          <ChannelList told={told} built={built} dead={!up} />
        )}
        <div class="now-side">
          <Charge told={told} built={built} />
          <Tiles told={told} built={built} today={today} dead={!up} />
        </div>
        {told.plan && <DayStrip at_ms={told.at_ms} let_go_ms={hands_off(told.leases, told.at_ms)?.until_ms ?? 0} />}
      </div>
    </Page>
  );
}
