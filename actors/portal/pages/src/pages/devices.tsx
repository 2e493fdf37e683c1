// Everything that measures and switches, and the program itself: how it fares.
import { useState } from "preact/hooks";
import { get } from "../api";
import * as format from "../format";
import { house, house_now } from "../live";
import { Badge, Card, Empty, Field, Loaded, Page } from "../parts";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Devices as Told, Quality } from "../words";

const t = texts.devices;
const tone: Record<Quality, string> = { good: "good", stale: "warn", fault: "bad", never: "calm" };

const Pairs = ({ rows }: { rows: [string, string | null][] }) => (
  <dl class="pairs">
    {rows
      .filter(([, value]) => value !== null)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

function List({ told }: { told: Told }) {
  const [sought, seek] = useState("");
  const built = useValue(house)!;
  const units = new Map(built.channels.map((each) => [each.name, each.unit]));
  const worst = (q: Quality) => ({ fault: 0, stale: 1, never: 2, good: 3 })[q];
  const found = told.devices
    .filter((each) => (each.name + " " + each.model + " " + each.bus + " " + each.channels.map((own) => own.name).join(" ")).toLowerCase().includes(sought.toLowerCase()))
    .sort((a, b) => worst(a.quality) - worst(b.quality));
  const counts = (["good", "stale", "fault", "never"] as Quality[]).map((q) => [q, told.devices.filter((each) => each.quality === q).length] as const).filter(([, n]) => n > 0);
  return (
    <Card
      title={t.devices}
      aside={
        <span class="chips">
          {counts.map(([q, n]) => (
            <Badge key={q} tone={tone[q]}>
              {n} {texts.qualities[q]}
            </Badge>
          ))}
        </span>
      }
    >
      {told.devices.length > 8 && <Field label={t.search} type="search" value={sought} onInput={(e) => seek(e.currentTarget.value)} />}
      <ul class="rows devices">
        {found.map((each) => {
          const newest = Math.max(...each.channels.map((own) => own.at_ms || 0), 0);
          return (
            <li key={each.name}>
              <details>
                <summary class="row">
                  <i class={"dot " + tone[each.quality]} />
                  <span class="grow">
                    <b>{each.name}</b>
                    <small>
                      {each.model} · {each.bus}
                    </small>
                  </span>
                  <span class="right">
                    {each.quality === "good" ? "" : texts.qualities[each.quality] + " · "}
                    {newest > 0 ? t.age(format.span(house_now() - newest)) : t.never}
                  </span>
                </summary>
                <dl class="value-list">
                  {each.channels.map((own) => (
                    <div key={own.name} class={own.q === "good" ? "" : "stale"}>
                      <dt>
                        {own.name}
                        {own.q !== "good" && <small>{own.fault ? format.sentence(own.fault) : texts.qualities[own.q]}</small>}
                      </dt>
                      <dd>
                        {format.value(own.v, units.get(own.name) ?? "")}
                        <small>{own.at_ms ? format.when(own.at_ms, house_now()) : ""}</small>
                      </dd>
                    </div>
                  ))}
                </dl>
              </details>
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <Empty>{t.none}</Empty>}
    </Card>
  );
}

export function Devices() {
  const loaded = useLoaded((signal) => get<Told>("/devices", signal), []);
  useEvery(5_000, loaded.again);
  const now_ms = house_now();
  return (
    <Page title={t.title}>
      <Loaded of={loaded}>
        {(told) => (
          <div class="columns">
            <div>
              <List told={told} />
            </div>
            <div>
              <Card title={t.buses}>
                <ul class="rows">
                  {told.buses.map((each) => (
                    <li class="row" key={each.name}>
                      <span class="grow">
                        <b>{each.name}</b>
                        <small>{each.kind}</small>
                      </span>
                      {each.load_percent !== null && each.load_percent !== undefined ? (
                        <>
                          <meter min={0} max={100} high={80} value={each.load_percent} aria-label={t.load_of(each.name)} />
                          <span class="right">{format.number(each.load_percent, each.load_percent < 10 ? 1 : 0)} %</span>
                        </>
                      ) : (
                        <span class="right help">{t.no_load}</span>
                      )}
                    </li>
                  ))}
                </ul>
              </Card>
              {told.link && (
                <Card title={t.link} aside={<Badge tone={told.link.connected ? "good" : told.link.connected === false ? "warn" : "calm"}>{told.link.connected ? t.connected : told.link.connected === false ? t.disconnected : t.unknown}</Badge>}>
                  <Pairs
                    rows={[
                      [t.waiting, told.link.waiting === null ? null : format.number(told.link.waiting) + " (" + format.bytes(told.link.waiting_bytes ?? 0) + ")"],
                      [t.oldest, told.link.oldest_ms ? format.when(told.link.oldest_ms, now_ms) : null],
                    ]}
                  />
                </Card>
              )}
              {told.history && (
                <Card title={t.history} aside={<Badge tone={told.history.problem ? "bad" : told.history.recording ? "good" : "calm"}>{told.history.problem ? t.problem : told.history.recording ? t.recording : t.not_recording}</Badge>}>
                  {told.history.problem && <p class="complaint">{told.history.problem}</p>}
                  <Pairs
                    rows={[
                      [t.feeds, format.number(told.history.feeds)],
                      [t.on_disk, format.bytes(told.history.bytes)],
                      [t.written, format.bytes(told.history.written_today)],
                      [t.oldest, told.history.oldest_ms ? format.date(told.history.oldest_ms) : null],
                      [t.not_yet, format.number(told.history.waiting)],
                    ]}
                  />
                </Card>
              )}
              <Card title={t.software}>
                <Pairs
                  rows={[
                    [t.version, told.software.version],
                    [t.started, format.when(told.software.started_ms, now_ms)],
                    [t.layout, told.software.layout_hash.slice(0, 12)],
                    [t.memory, told.software.rss_bytes ? format.bytes(told.software.rss_bytes) : null],
                  ]}
                />
                {told.actors && told.actors.length > 0 && (
                  <details>
                    <summary>{t.actors(told.actors.filter((each) => each.up).length, told.actors.length)}</summary>
                    <ul class="rows">
                      {told.actors.map((each) => (
                        <li class="row" key={each.name}>
                          <i class={"dot " + (each.up ? "good" : "bad")} />
                          <span class="grow">{each.name}</span>
                          {each.restarts > 0 && <small>{t.restarts(each.restarts)}</small>}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
                {told.page && (
                  <details>
                    <summary>{t.traffic}</summary>
                    <Pairs rows={Object.entries(told.page).map(([name, n]) => [name.replace(/_/g, " "), format.number(Number(n))])} />
                  </details>
                )}
              </Card>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
