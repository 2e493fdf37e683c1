// What is wrong, what it means and what to do about it.
import { groups_of } from "../alike";
import { get, post } from "../api";
import * as format from "../format";
import { house, house_now, now, session } from "../live";
import { Badge, Card, complain, Empty, focus_beside, Icon, Link, Loaded, Page, say, severity_tone, WhyNot } from "../parts";
import { useEvery, useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Alarm } from "../words";
import { useEffect, useRef } from "preact/hooks";

const t = texts.alarms;

/** Where somebody looks next. */
const place_of = (alarm: Alarm) => (/^(channel|actuator|actor|link|journal|history|page)-/.test(alarm.kind) || !house.get()?.features.history ? { to: "/devices", text: t.to_devices } : { to: "/why?at=" + alarm.at_ms, text: t.to_why });

function Active({ alike, changed, allowed }: { alike: Alarm[]; changed: () => void; allowed: boolean }) {
  const alarm = alike[0]!;
  const acknowledge = (event: Event) => {
    const pressed = event.currentTarget as HTMLElement;
    Promise.all(alike.map((each) => post("/alarms/" + encodeURIComponent(each.id) + "/acknowledge")))
      .then(() => {
        say(t.done);
        focus_beside(pressed);
      }, complain)
      .finally(changed);
  };
  return (
    <article class={"card alarm " + severity_tone(alarm.severity)}>
      <div class="alarm-head">
        <Badge tone={severity_tone(alarm.severity)}>{texts.severities[alarm.severity] ?? alarm.severity}</Badge>
        <span class="since">{format.when(alarm.at_ms, house_now())}</span>
      </div>
      <h3>{format.sentence(alarm.text)}</h3>
      <p class="subject">{format.sentence(alarm.subject)}</p>
      {alike.length > 1 && <p class="subject">{t.alike(alike.length - 1, [...new Set(alike.slice(1).map((each) => format.sentence(each.subject)))].join(", "))}</p>}
      {alarm.meaning && (
        <p>
          <b>{t.meaning}</b> {format.sentence(alarm.meaning)}
        </p>
      )}
      {alarm.remedy && (
        <p>
          <b>{t.remedy}</b> {format.sentence(alarm.remedy)}
        </p>
      )}
      {alarm.acknowledged ? (
        <p class="help">
          <Icon name="check" /> {t.acknowledged_by(alarm.acknowledged.by, format.when(alarm.acknowledged.at_ms, house_now()))}
        </p>
      ) : allowed ? (
        <button type="button" onClick={acknowledge}>
          <Icon name="check" /> {alike.length > 1 ? t.acknowledge_all(alike.length) : t.acknowledge}
        </button>
      ) : (
        <WhyNot text={texts.control.viewer} />
      )}
      <Link to={place_of(alarm).to}>{place_of(alarm).text}</Link>
    </article>
  );
}

export function Alarms() {
  const who = useValue(session)?.user?.role;
  const told = useValue(now);
  const loaded = useLoaded((signal) => get<{ active: Alarm[]; recent: Alarm[] }>("/alarms", signal), []);
  useEvery(30_000, loaded.again);
  const count = `${told?.alarms.active} ${told?.alarms.unacknowledged}`;
  const known = useRef(count);
  useEffect(() => {
    if (known.current !== count) loaded.again();
    known.current = count;
  }, [count]);
  return (
    <Page title={t.title}>
      <Loaded of={loaded}>
        {(list) => {
          const open = list.active.filter((each) => !each.acknowledged);
          const seen = list.active.filter((each) => each.acknowledged);
          const cards = (of: Alarm[]) => (
            <div class="alarm-list">
              {groups_of(of).map((each) => (
                <Active key={each[0]!.id} alike={each} changed={loaded.again} allowed={who !== "viewer"} />
              ))}
            </div>
          );
          return (
          <>
            {list.active.length === 0 ? (
              <Card class="all-well">
                <Icon name="check" />
                <p>{t.none}</p>
              </Card>
            ) : (
              open.length > 0 && cards(open)
            )}
            {seen.length > 0 && (
              <section class="alarms-seen">
                <h2>{t.seen}</h2>
                {cards(seen)}
              </section>
            )}
            <Card title={t.recent}>
              {list.recent.length === 0 ? (
                <Empty>{t.no_recent}</Empty>
              ) : (
                <ul class="rows">
                  {list.recent.map((each) => (
                    <li class="row top-row" key={each.id}>
                      <Badge tone={severity_tone(each.severity)}>{texts.severities[each.severity] ?? each.severity}</Badge>
                      <span class="grow">
                        <b>{format.sentence(each.text)}</b>
                        <small>
                          {format.sentence(each.subject)} · {format.when(each.at_ms, house_now())}
                          {each.ended_ms ? " – " + format.when(each.ended_ms, house_now()) : ""}
                          {each.acknowledged ? " · " + t.acknowledged_by(each.acknowledged.by, format.when(each.acknowledged.at_ms, house_now())) : ""}
                        </small>
                        {each.meaning && (
                          <details>
                            <summary>{t.details}</summary>
                            <p>{format.sentence(each.meaning)}</p>
                            {each.remedy && <p>{format.sentence(each.remedy)}</p>}
                          </details>
                        )}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </Card>
          </>
          );
        }}
      </Loaded>
    </Page>
  );
}
