// Wishes that stand: how long each still does, and the button that ends it.
import { useState } from "preact/hooks";
import { post, remove } from "../api";
import * as format from "../format";
import { beat, house_now } from "../live";
import { complain, focus_beside, Icon, lease_icon, say } from "../parts";
import { useValue } from "../store";
import { texts } from "../texts";
import type { Lease } from "../words";

const t = texts.control;

/** Durations to choose from, none longer than the house allows. */
export function lengths(choices: number[], longest_s: number | undefined): { value: string; text: string }[] {
  const allowed = choices.filter((each) => longest_s === undefined || each <= longest_s);
  return (allowed.length ? allowed : [longest_s!]).map((each) => ({ value: String(each), text: format.span(each * 1000) }));
}

/** What a restart would forget is said, after the words of whoever asked. */
export const ask_lease = (wish: object) =>
  post<Lease>("/control/leases", wish).then((lease) => {
    if (lease.kept === false) setTimeout(() => say(t.not_kept, true));
    return lease;
  });

const name_of = (lease: Lease) => texts.lease_name(lease, (c) => format.degrees_long(c));

/** The reasons of this page's own wishes say who asked and until when; those stand beside it already. */
const says_more = (lease: Lease) => lease.reason !== "" && !["setpoint", "boost", "holiday", "hands-off"].includes(lease.kind) && !lease.reason.startsWith("by " + lease.by);

/** How long it still stands and, for whoever may, the button to end it now. */
export function Ends({ lease, changed }: { lease: Lease; changed: () => void }) {
  useValue(beat);
  const [busy, set_busy] = useState(false);
  const end = (event: Event) => {
    const pressed = event.currentTarget as HTMLElement;
    set_busy(true);
    remove("/control/leases/" + encodeURIComponent(lease.id)).then(
      () => {
        say(t.ended);
        focus_beside(pressed);
        changed();
      },
      (problem) => {
        set_busy(false);
        complain(problem);
      },
    );
  };
  return (
    <>
      <span class="count-down" role="timer">
        {format.countdown(lease.until_ms - house_now())}
      </span>
      {lease.yours_to_end && (
        <button type="button" onClick={end} disabled={busy} aria-label={t.end_it(name_of(lease))}>
          {t.end}
        </button>
      )}
    </>
  );
}

/** What was started in a card, beside the button that did. */
export function Running({ leases, changed, say: named }: { leases: Lease[]; changed: () => void; say?: (lease: Lease) => string }) {
  return leases.length ? (
    <ul class="rows running">
      {leases.map((each) => (
        <li class="row" key={each.id}>
          <span class="grow">{named?.(each) ?? t.until(format.when(each.until_ms, house_now()))}</span>
          <Ends lease={each} changed={changed} />
        </li>
      ))}
    </ul>
  ) : null;
}

export function LeaseRow({ lease, changed }: { lease: Lease; changed: () => void }) {
  useValue(beat);
  const whole = lease.since_ms === null ? null : lease.until_ms - lease.since_ms;
  return (
    <li class="row lease" data-lease={lease.kind}>
      <Icon name={lease_icon(lease)} />
      <span class="grow">
        <b>{name_of(lease)}</b>
        <small>
          {lease.by}
          {says_more(lease) ? " · " + format.sentence(lease.reason) : ""} · {t.until(format.when(lease.until_ms, house_now()))}
        </small>
        {whole !== null && whole > 0 && <progress max={whole} value={Math.max(0, lease.until_ms - house_now())} aria-hidden="true" />}
      </span>
      <Ends lease={lease} changed={changed} />
    </li>
  );
}
