// The parts that every page is put together from.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { follow } from "./router";
import { Value, useValue } from "./store";
import { texts } from "./texts";
import type { Lease } from "./words";

const drawings = {
  now: "M3 11.5 12 4l9 7.5M5.5 10v9.5h13V10M12 19.5v-4.5",
  plan: "M4 6.5h16v13H4zM4 10.5h16M8.5 4v4M15.5 4v4M8 15h3l1.5-2 2 3 1.5-1",
  history: "M4 4v16h16M7 15l3.5-4 3 2.5L19 7",
  why: "M12 3.5a8.5 8.5 0 1 1-5.5 15L3.5 20l1-3.5A8.5 8.5 0 0 1 12 3.5zM9.8 9.8a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2 1-1.2 1.9M12 16.5v.1",
  money: "M12 3.5v17M16 7.5c-.8-1.2-2.3-1.8-4-1.8-2.3 0-4 1.1-4 3s1.6 2.7 4 3.2c2.5.5 4.2 1.3 4.2 3.3s-1.8 3.2-4.2 3.2c-2 0-3.6-.8-4.4-2.2",
  control: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4",
  alarms: "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4M12 5V3.5",
  devices: "M6.5 6.5h11v11h-11zM9.5 3.5v3M14.5 3.5v3M9.5 17.5v3M14.5 17.5v3M3.5 9.5h3M3.5 14.5h3M17.5 9.5h3M17.5 14.5h3M10 10h4v4h-4z",
  settings: "M12 8.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM12 3.5v2.5M12 18v2.5M3.5 12H6M18 12h2.5M6 6l1.8 1.8M16.2 16.2 18 18M6 18l1.8-1.8M16.2 7.8 18 6",
  more: "M4.9 12a.9.9 0 1 1 1.8 0 .9.9 0 0 1-1.8 0zM11.1 12a.9.9 0 1 1 1.8 0 .9.9 0 0 1-1.8 0zM17.3 12a.9.9 0 1 1 1.8 0 .9.9 0 0 1-1.8 0z",
  out: "M14 4.5h5v15h-5M10.5 8 6.5 12l4 4M6.5 12h9",
  search: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  left: "M14.5 5.5 8 12l6.5 6.5",
  right: "M9.5 5.5 16 12l-6.5 6.5",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  help: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9.8 9.8a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2 1-1.2 1.9M12 16.5v.1",
  flame: "M12 3.5c3.5 3.5 6 6 6 10a6 6 0 0 1-12 0c0-2.2 1-3.6 2.5-5 .2 1.5.8 2.3 1.7 2.8C10 8.5 10.5 6 12 3.5z",
  hand: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11V5a1.5 1.5 0 0 1 3 0v6V6.5a1.5 1.5 0 0 1 3 0V14c0 4-2 6.5-5.5 6.5S6.5 18 5 15l-1-2.5c.8-1 2-.8 2.7 0L8 14.5",
  trip: "M8.5 7.5v-3h7v3M4 7.5h16v12H4zM4 12.5h16",
  lock: "M6.5 11h11v9h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2",
} as const;
export type IconName = keyof typeof drawings;
export const Icon = ({ name, class: more }: { name: IconName; class?: string }) => (
  <svg class={"icon " + (more ?? "")} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={drawings[name]} />
  </svg>
);
/** Of a wish or order that stands. */
export const lease_icon = (lease: Lease): IconName => (lease.kind === "boost" ? "flame" : lease.kind === "holiday" ? "trip" : lease.kind === "setpoint" ? "control" : "hand");

export const Link = ({ to, children, class: more, label }: { to: string; children: ComponentChildren; class?: string; label?: string }) => (
  <a href={to} onClick={follow} class={more} aria-label={label}>
    {children}
  </a>
);

/** A page: its title takes the focus when it opens, so that a screen reader begins there. */
export function Page({ title, children, tools, wide, class: more }: { title: string; children: ComponentChildren; tools?: ComponentChildren; wide?: boolean; class?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title + " · " + texts.name;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div class={"page" + (wide ? " wide" : "") + (more ? " " + more : "")}>
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </div>
  );
}

export const Card = ({ title, children, class: more, aside, id }: { title?: ComponentChildren; children: ComponentChildren; class?: string; aside?: ComponentChildren; id?: string }) => (
  <section class={"card " + (more ?? "")} id={id}>
    {(title || aside) && (
      <div class="card-head">
        {title && <h2>{title}</h2>}
        {aside}
      </div>
    )}
    {children}
  </section>
);

interface TileProps { label: ComponentChildren; value: ComponentChildren; note?: ComponentChildren; tone?: string; stale?: boolean; to?: string }
/** One figure; with `to` a way to the page that tells more of it. */
export function Tile({ label, value, note, tone, stale, to }: TileProps) {
  const inner = (
    <>
      <div class="tile-label">{label}</div>
      <div class="tile-value">{value}</div>
      {note !== undefined && note !== null && <div class="tile-note">{note}</div>}
    </>
  );
  const style = "tile " + (tone ?? "") + (stale ? " stale" : "");
  return to ? (
    <Link to={to} class={style}>
      {inner}
    </Link>
  ) : (
    <div class={style}>{inner}</div>
  );
}

/** One of few: radio buttons that look like a switch. */
export function Choice<T extends string>({ label, value, options, on, hide_label, disabled }: {
  label: string;
  value: T;
  options: { value: T; text: string }[];
  on: (value: T) => void;
  hide_label?: boolean;
  disabled?: boolean;
}) {
  const name = useRef("c" + Math.random().toString(36).slice(2)).current;
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend class={hide_label ? "sr" : ""}>{label}</legend>
      <div class="choice-row">
        {options.map((each) => (
          <label key={each.value} class={each.value === value ? "chosen" : ""}>
            <input type="radio" name={name} checked={each.value === value} onChange={() => on(each.value)} />
            <span>{each.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

let fields = 0;
export function Field({ label, help, wrong, ...input }: { label: string; help?: ComponentChildren; wrong?: string | null } & JSX.InputHTMLAttributes<HTMLInputElement>) {
  const id = useRef("f" + ++fields).current;
  const about = [help && id + "h", wrong && id + "w"].filter(Boolean).join(" ") || undefined;
  return (
    <div class={"field" + (wrong ? " wrong" : "")}>
      <label for={id}>{label}</label>
      <input {...input} id={id} aria-invalid={wrong ? true : undefined} aria-describedby={about} />
      {help && (
        <div class="help" id={id + "h"}>
          {help}
        </div>
      )}
      {wrong && (
        <div class="complaint" id={id + "w"}>
          {wrong}
        </div>
      )}
    </div>
  );
}

/** A window over the page, which keeps the focus and closes with Escape. */
export function Dialog({ title, open, close, children }: { title: string; open: boolean; close: () => void; children: ComponentChildren }) {
  const self = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (open && !self.current?.open) self.current?.showModal();
    if (!open && self.current?.open) self.current.close();
  }, [open]);
  return (
    <dialog ref={self} onClose={close} onClick={(e) => e.target === self.current && close()} aria-label={title}>
      {open && (
        <div class="dialog">
          <div class="card-head">
            <h2>{title}</h2>
            <button type="button" class="quiet round" onClick={close} aria-label={texts.close}>
              <Icon name="close" />
            </button>
          </div>
          {children}
          {/* What is behind a window is dimmed, and read to nobody. */}
          <Toasts />
        </div>
      )}
    </dialog>
  );
}

// ---- what is said in passing

interface Toast { text: string; bad: boolean; turn: number }
const toast = new Value<Toast | null>(null);
let turns = 0;
let toast_ends: ReturnType<typeof setTimeout> | undefined;
export function say(text: string, bad = false) {
  toast.set({ text, bad, turn: ++turns });
  clearTimeout(toast_ends);
  toast_ends = setTimeout(() => toast.set(null), bad ? 9000 : 5000);
}
export const complain = (problem: unknown) => say(problem instanceof Error ? problem.message : String(problem), true);
export function Toasts() {
  const said = useValue(toast);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said && (
        <div class={"toast" + (said.bad ? " bad" : "")} key={said.turn}>
          {said.text}
        </div>
      )}
    </div>
  );
}

// ---- states of loading

export const Waiting = () => (
  <div class="waiting" role="status">
    <span class="sr">{texts.loading}</span>
    <i />
    <i />
    <i />
  </div>
);
export const Problem = ({ text, again, label }: { text: string; again?: () => void; label?: string }) => (
  <div class="problem" role="alert">
    <p>{text}</p>
    {again && (
      <button type="button" onClick={again}>
        {label ?? texts.again}
      </button>
    )}
  </div>
);
export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;
/** What was loaded, or why not, or that it comes. */
export function Loaded<T>({ of, children }: { of: { data: T | null; problem: string | null; again: () => void }; children: (data: T) => ComponentChildren }) {
  if (of.data !== null && of.data !== undefined)
    return (
      <>
        {of.problem && <Problem text={of.problem} again={of.again} />}
        {children(of.data)}
      </>
    );
  return of.problem ? <Problem text={of.problem} again={of.again} /> : <Waiting />;
}

/** Why something cannot be done, where there is a reason. */
export const WhyNot = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p class="why-not">
      <Icon name="lock" /> {text}
    </p>
  );

/** Where the keyboard goes on when what was pressed goes away: to the next of its kind, or the one before, or the page. */
export function focus_beside(pressed: HTMLElement) {
  const row = pressed.closest("li, article");
  const next = [row?.nextElementSibling, row?.previousElementSibling].map((each) => each?.querySelector<HTMLElement>("button:not(:disabled)")).find(Boolean);
  (next ?? document.querySelector("h1"))?.focus();
}

export const Badge = ({ tone, children }: { tone: string; children: ComponentChildren }) => <span class={"badge " + tone}>{children}</span>;
export const severity_tone = (severity: string) =>
  /crit|alarm|error|fatal/.test(severity) ? "bad" : /warn/.test(severity) ? "warn" : "calm";
