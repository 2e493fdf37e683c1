// The house at this moment, in one screen of a phone.
import * as format from "../format";
import { beat, connected, house, house_now, now } from "../live";
import { HousePicture } from "../picture";
import { Badge, Card, Empty, Icon, Link, Page, Tile, Waiting } from "../parts";
import { useValue } from "../store";
import { texts } from "../texts";
import type { House, Lease, Now as Told } from "../words";

const t = texts.now;

/** A wish or order that stands, and how long it still does. */
export function LeaseLine({ lease }: { lease: Lease }) {
  useValue(beat);
  return (
    <Link to="/control" class="lease-line">
      <Icon name={lease.kind === "boost" ? "flame" : lease.kind === "holiday" ? "trip" : lease.kind === "setpoint" ? "control" : "hand"} />
      <span class="grow">{texts.lease_name(lease, (c) => format.degrees_long(c))}</span>
      <span class="count-down">{format.countdown(lease.until_ms - house_now())}</span>
    </Link>
  );
}

function Charge({ told }: { told: Told }) {
  const state = told.state;
  if (!state) return <Card class="charge"><p class="cause">{t.nobody_said}</p></Card>;
  const who = texts.in_charge[state.in_charge] ?? { name: state.in_charge, tone: "calm" };
  return (
    <Card class="charge">
      <div class="charge-head">
        <Badge tone={who.tone}>{who.name}</Badge>
        <span class="since">{t.since(format.when(state.since_ms, house_now()))}</span>
      </div>
      <p class="cause">{format.sentence(state.cause)}</p>
      {told.leases.length > 0 && (
        <div class="lease-lines">
          {told.leases.slice(0, 3).map((each) => (
            <LeaseLine key={each.id} lease={each} />
          ))}
          {told.leases.length > 3 && <Link to="/control">{t.more_leases(told.leases.length - 3)}</Link>}
        </div>
      )}
    </Card>
  );
}

function Tiles({ told, built, dead }: { told: Told; built: House; dead: boolean }) {
  const house_power = built.plant?.house_power ? told.points[built.plant.house_power] : undefined;
  const price = told.price;
  const plan = told.plan;
  const contract = told.contracts.find((each) => each.start_ms <= told.at_ms && each.end_ms > told.at_ms) ?? told.contracts.find((each) => each.start_ms > told.at_ms);
  const layers = (built.plant?.store?.layers ?? []).map((each) => told.points[each]).filter((each) => each?.v !== null && each?.v !== undefined);
  const stale = (q: string | undefined) => dead || q !== "good";
  return (
    <div class="tiles now-tiles">
      <Tile
        label={t.price}
        stale={dead}
        value={price ? format.number(price.total_usd_per_kwh * 100, 1) + " ¢" : texts.none}
        note={price ? (price.cheap === null ? t.per_kwh : <Badge tone={price.cheap ? "good" : "warn"}>{price.cheap ? t.cheap : t.dear}</Badge>) : t.no_price}
      />
      <Tile
        label={t.next}
        stale={dead}
        value={plan?.until_ms ? format.clock(plan.until_ms) : texts.none}
        note={
          plan ? (
            <>
              {plan.until_ms ? (plan.on ? t.then_rest : t.then_run) : t.no_change}
              {plan.more_otherwise_usd !== null && plan.more_otherwise_usd !== undefined && <span class="opposite">{t.opposite(plan.on, (plan.more_otherwise_usd > 0 ? "+" : "") + format.money(plan.more_otherwise_usd))}</span>}
            </>
          ) : (
            t.no_plan
          )
        }
      />
      {house_power && <Tile label={t.house} stale={stale(house_power.q)} value={format.power(house_power.v)} note={stale(house_power.q) ? t.from(format.when(house_power.at_ms, house_now())) : t.house_note} />}
      {contract ? (
        <Tile
          label={t.contract}
          stale={dead}
          value={format.power(contract.average_w)}
          note={contract.start_ms <= told.at_ms ? t.until(format.when(contract.end_ms, told.at_ms)) : t.between(format.when(contract.start_ms, told.at_ms), format.clock(contract.end_ms))}
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

export function Now() {
  const told = useValue(now);
  const built = useValue(house)!;
  const up = useValue(connected);
  if (!told) return <Waiting />;
  const setpoints = Object.fromEntries(told.zones.map((each) => [each.name, each.setpoint_c]));
  return (
    <Page title={t.title}>
      <div class="now">
        {built.plant ? (
          <section class="card picture-card" aria-label={t.picture}>
            <HousePicture house={built} points={told.points} setpoints={setpoints} dead={!up} at_ms={house_now()} />
          </section>
        ) : (
          <ChannelList told={told} built={built} dead={!up} />
        )}
        <div class="now-side">
          <Charge told={told} />
          <Tiles told={told} built={built} dead={!up} />
        </div>
      </div>
    </Page>
  );
}
