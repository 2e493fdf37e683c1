// The frame around every page: who is signed in, where one can go, whether the house still speaks.
import { render, type ComponentType } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { ask_ahead, forget_asked, get, on_signed_out, post, use_token } from "./api";
import * as format from "./format";
import { beat, connected, house, house_now, now, session, start_live, stop_live } from "./live";
import { Now } from "./pages/now";
import { SignIn } from "./pages/sign_in";
import { complain, Dialog, Icon, Link, Problem, Toasts, Waiting, type IconName } from "./parts";
import { go, path } from "./router";
import { keep_in, settings, was_in } from "./settings";
import { useValue } from "./store";
import { texts } from "./texts";
import type { House, Session } from "./words";

type Loader = () => Promise<ComponentType>;
/** Each page but the first comes when it is first asked for. */
const places: { to: string; icon: IconName; text: string; load: Loader; everywhere?: boolean }[] = [
  { to: "/", icon: "now", text: texts.now.title, load: async () => Now, everywhere: true },
  { to: "/plan", icon: "plan", text: texts.plan.title, load: async () => (await import("./pages/plan")).Plan, everywhere: true },
  { to: "/control", icon: "control", text: texts.control.title, load: async () => (await import("./pages/control")).Control, everywhere: true },
  { to: "/history", icon: "history", text: texts.history.title, load: async () => (await import("./pages/history")).History, everywhere: true },
  { to: "/why", icon: "why", text: texts.why.title, load: async () => (await import("./pages/why")).Why },
  { to: "/money", icon: "money", text: texts.money.title, load: async () => (await import("./pages/money")).Money },
  { to: "/alarms", icon: "alarms", text: texts.alarms.title, load: async () => (await import("./pages/alarms")).Alarms },
  { to: "/devices", icon: "devices", text: texts.devices.title, load: async () => (await import("./pages/devices")).Devices },
  { to: "/settings", icon: "settings", text: texts.settings.title, load: async () => (await import("./pages/settings")).Settings },
];
const hidden: { to: string; load: Loader }[] = [
  { to: "/help/money", load: async () => (await import("./pages/money")).Money },
  { to: "/api", load: async () => (await import("./pages/api_page")).ApiPage },
];

export const sign_out = () =>
  post("/logout").then(
    () => {
      keep_in(false);
      location.assign("/");
    },
    (problem) => complain(problem),
  );

function NavLink({ to, icon, text, here }: { to: string; icon: IconName; text: string; here: boolean }) {
  const told = useValue(now);
  const count = to === "/alarms" ? (told?.alarms.unacknowledged ?? 0) : 0;
  return (
    <Link to={to} class={"nav-link" + (here ? " here" : "")}>
      <span class="nav-icon">
        <Icon name={icon} />
        {count > 0 && <b class="count">{count}</b>}
      </span>
      <span aria-current={here ? "page" : undefined}>{text}</span>
      {count > 0 && <span class="sr">{texts.alarms.count(count)}</span>}
    </Link>
  );
}

/** Said when the house falls silent, and until it speaks again. */
function Lost() {
  const up = useValue(connected);
  const told = useValue(now);
  return (
    <div role="alert" class="lost-place">
      {!up && <div class="lost">{told ? texts.lost(format.when(told.at_ms, house_now())) : texts.lost_at_once}</div>}
    </div>
  );
}

function Clock() {
  useValue(beat);
  return <time class="clock">{format.clock(house_now())}</time>;
}

function Shell() {
  const here = useValue(path);
  const who = useValue(session)!;
  const told = useValue(now);
  useValue(settings);
  const [more, show_more] = useState(false);
  const [Body, set_body] = useState<{ it: ComponentType; to: string } | null>(null);
  const [problem, set_problem] = useState(false);
  const place = [...places, ...hidden].find((each) => each.to === here);

  useLayoutEffect(() => {
    show_more(false);
    set_problem(false);
    if (!place) return;
    let wanted = true;
    place.load().then(
      (it) => wanted && set_body({ it, to: here }),
      () => wanted && set_problem(true),
    );
    return () => void (wanted = false);
  }, [here]);

  const alarms = told?.alarms.unacknowledged ?? 0;
  return (
    <>
      <a class="skip" href="#content">
        {texts.skip}
      </a>
      <header class="top">
        <Link to="/" class="brand" label={texts.home(who.site)}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>{who.site}</span>
        </Link>
        <span class="spring" />
        <Clock />
        {alarms > 0 && (
          <Link to="/alarms" class="bell" label={texts.alarms.count(alarms)}>
            <Icon name="alarms" />
            <b class="count">{alarms}</b>
          </Link>
        )}
      </header>
      <nav class="side" aria-label={texts.pages}>
        <Link to="/" class="brand" label={texts.home(who.site)}>
          <img src="/icon.svg" alt="" width="34" height="34" />
          <span>{who.site}</span>
        </Link>
        {places.map((each) => (
          <NavLink key={each.to} {...each} here={here === each.to} />
        ))}
        <span class="spring" />
        <div class="who">
          <div>
            <b>{who.user?.name}</b>
            <span>{who.user && texts.roles[who.user.role]}</span>
          </div>
          <Clock />
        </div>
        <button type="button" class="quiet" onClick={sign_out}>
          <Icon name="out" /> {texts.sign_out}
        </button>
      </nav>
      <main id="content" tabIndex={-1}>
        <Lost />
        {!place ? (
          <Problem text={texts.no_page} again={() => go("/")} label={texts.to_now} />
        ) : problem ? (
          <Problem text={texts.errors.unreachable} again={() => location.reload()} />
        ) : Body && Body.to === here ? (
          <Body.it />
        ) : (
          <Waiting />
        )}
      </main>
      <nav class="tabs" aria-label={texts.pages_short}>
        {places
          .filter((each) => each.everywhere)
          .map((each) => (
            <NavLink key={each.to} {...each} here={here === each.to} />
          ))}
        <button type="button" class={"nav-link" + (place && !places.find((p) => p.to === here)?.everywhere ? " here" : "")} onClick={() => show_more(true)} aria-haspopup="dialog">
          <span class="nav-icon">
            <Icon name="more" />
          </span>
          <span>{texts.more}</span>
        </button>
      </nav>
      <Dialog title={texts.more} open={more} close={() => show_more(false)}>
        <div class="more-list">
          {places
            .filter((each) => !each.everywhere)
            .map((each) => (
              <NavLink key={each.to} {...each} here={here === each.to} />
            ))}
          <button type="button" class="nav-link" onClick={sign_out}>
            <span class="nav-icon">
              <Icon name="out" />
            </span>
            <span>
              {texts.sign_out} ({who.user?.name})
            </span>
          </button>
        </div>
      </Dialog>
      <Toasts />
    </>
  );
}

function App() {
  const who = useValue(session);
  const built = useValue(house);
  const [problem, set_problem] = useState<string | null>(null);

  const ask = () => {
    set_problem(null);
    get<Session>("/session").then(
      (told) => {
        use_token(told.csrf);
        if (told.state !== "in") forget_asked();
        keep_in(told.state === "in");
        session.set(told);
      },
      (wrong) => set_problem(wrong.message),
    );
  };
  const ended = () => {
    stop_live();
    use_token(null);
    house.set(null);
    now.set(null);
    ask();
  };
  // Before anything is drawn: a frame later is a frame later on the screen.
  useLayoutEffect(() => {
    on_signed_out(ended);
    if (was_in()) ask_ahead("/house");
    ask();
  }, []);
  useLayoutEffect(() => {
    if (who?.state !== "in") return;
    start_live(ended);
    get<House>("/house").then(
      (told) => {
        format.use_zone(told.timezone);
        house.set(told);
      },
      (wrong) => set_problem(wrong.message),
    );
    return stop_live;
  }, [who?.state, who?.user?.name]);

  if (problem)
    return (
      <main class="alone">
        <Problem text={problem} again={() => location.reload()} />
      </main>
    );
  if (!who) return <Waiting />;
  if (who.state !== "in") return <SignIn session={who} done={ask} />;
  return built ? <Shell /> : <Waiting />;
}

render(<App />, document.getElementById("page")!);
