// How this browser shows the house; one's own password; for the installer who may come in, and what was done.
import { useState } from "preact/hooks";
import { get, post, put, query, Refused, remove } from "../api";
import * as format from "../format";
import { house, house_now, session } from "../live";
import { Badge, Card, Choice, complain, Dialog, Empty, Field, Icon, Link, Loaded, Page, say } from "../parts";
import { prefer, settings } from "../settings";
import { useLoaded, useValue } from "../store";
import { texts } from "../texts";
import type { Account, AuditItem, Role } from "../words";

const t = texts.settings;
const roles: Role[] = ["viewer", "household", "installer"];

function Looks() {
  const held = useValue(settings);
  return (
    <Card title={t.looks}>
      <Choice label={t.units} value={held.units} options={[{ value: "metric", text: t.metric }, { value: "us", text: t.us }]} on={(units) => prefer({ units })} />
      <Choice label={t.clock} value={held.clock} options={[{ value: "24", text: "14:30" }, { value: "12", text: "2:30 PM" }]} on={(clock) => prefer({ clock })} />
      <Choice label={t.theme} value={held.theme} options={[{ value: "system", text: t.system }, { value: "light", text: t.light }, { value: "dark", text: t.dark }]} on={(theme) => prefer({ theme })} />
      <p class="help">{t.looks_help}</p>
    </Card>
  );
}

function Password() {
  const [wrong, set_wrong] = useState<Refused | null>(null);
  const [mismatch, set_mismatch] = useState<string | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const word = (name: string) => String(new FormData(form).get(name) ?? "");
    set_wrong(null);
    set_mismatch(null);
    if (word("new") !== word("again")) return set_mismatch(texts.sign_in.differ);
    put("/password", { old: word("old"), new: word("new") }).then(() => {
      form.reset();
      say(t.password_changed);
    }, set_wrong);
  };
  return (
    <Card title={t.password}>
      <form onSubmit={send}>
        <Field label={t.old} name="old" type="password" required autocomplete="current-password" maxLength={256} wrong={wrong && (wrong.field === "old" || wrong.status === 401) ? wrong.message : null} />
        <Field label={t.new} name="new" type="password" required autocomplete="new-password" maxLength={256} help={texts.sign_in.password_help(10)} wrong={wrong && wrong.field !== "old" && wrong.status !== 401 ? wrong.message : mismatch} />
        <Field label={texts.sign_in.again} name="again" type="password" required autocomplete="new-password" maxLength={256} />
        <button type="submit">{t.change}</button>
      </form>
    </Card>
  );
}

function NewUser({ made }: { made: () => void }) {
  const [role, set_role] = useState<Role>("household");
  const [wrong, set_wrong] = useState<Refused | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    set_wrong(null);
    post("/users", { name: String(form.get("name")).trim(), role, password: String(form.get("password")) }).then(() => {
      say(t.user_made);
      made();
    }, set_wrong);
  };
  return (
    <form onSubmit={send}>
      <Field label={texts.sign_in.name} name="name" required maxLength={64} autocomplete="off" autocapitalize="none" spellcheck={false} autofocus wrong={wrong?.field === "name" ? wrong.message : null} />
      <Choice label={t.role} value={role} options={roles.map((value) => ({ value, text: texts.roles[value] }))} on={set_role} />
      <p class="help">{t.role_help[role]}</p>
      <Field label={texts.sign_in.password} name="password" type="password" required maxLength={256} autocomplete="new-password" help={texts.sign_in.password_help(10)} wrong={wrong?.field === "password" ? wrong.message : null} />
      <div role="alert">{wrong && wrong.field !== "name" && wrong.field !== "password" && <p class="complaint">{wrong.message}</p>}</div>
      <button type="submit" class="main">
        {t.make_user}
      </button>
    </form>
  );
}

function Users() {
  const me = useValue(session)?.user?.name;
  const loaded = useLoaded((signal) => get<{ users: Account[] }>("/users", signal), []);
  const [adds, set_adds] = useState(false);
  const [goes, set_goes] = useState<string | null>(null);
  const change = (name: string, role: Role) =>
    put("/users/" + encodeURIComponent(name), { role }).then(() => {
      say(t.role_changed(name, texts.roles[role]));
      loaded.again();
    }, (problem) => {
      complain(problem);
      loaded.again();
    });
  const drop = (name: string) =>
    remove("/users/" + encodeURIComponent(name)).then(() => {
      say(t.user_gone(name));
      set_goes(null);
      loaded.again();
    }, complain);
  return (
    <Card
      title={t.users}
      aside={
        <button type="button" onClick={() => set_adds(true)} aria-haspopup="dialog">
          <Icon name="plus" /> {t.add_user}
        </button>
      }
    >
      <Loaded of={loaded}>
        {({ users }) => (
          <ul class="rows">
            {users.map((each) => (
              <li class="row" key={each.name}>
                <span class="grow">
                  <b>{each.name}</b> {each.locked && <Badge tone="bad">{t.locked}</Badge>}
                  <small>{each.last_login_ms ? t.last(format.when(each.last_login_ms, house_now())) : t.never_in}</small>
                </span>
                <select aria-label={t.role_of(each.name)} value={each.role} disabled={each.name === me} onChange={(e) => change(each.name, e.currentTarget.value as Role)}>
                  {roles.map((role) => (
                    <option key={role} value={role}>
                      {texts.roles[role]}
                    </option>
                  ))}
                </select>
                <button type="button" class="quiet round" disabled={each.name === me} aria-label={t.remove_user(each.name)} onClick={() => set_goes(each.name)}>
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Dialog title={t.add_user} open={adds} close={() => set_adds(false)}>
        <NewUser
          made={() => {
            set_adds(false);
            loaded.again();
          }}
        />
      </Dialog>
      <Dialog title={t.remove_title} open={goes !== null} close={() => set_goes(null)}>
        <p>{t.remove_ask(goes ?? "")}</p>
        <div class="buttons">
          <button type="button" onClick={() => set_goes(null)}>
            {texts.control.leave}
          </button>
          <button type="button" class="main" onClick={() => drop(goes!)}>
            {t.remove}
          </button>
        </div>
      </Dialog>
    </Card>
  );
}

function Audit() {
  const [items, set_items] = useState<AuditItem[]>([]);
  const [before, set_before] = useState<number | null>(null);
  const loaded = useLoaded(
    (signal) =>
      get<{ items: AuditItem[]; more: boolean }>("/audit" + query({ before, limit: 50 }), signal).then((page) => {
        set_items((was) => (before === null ? page.items : [...was, ...page.items]));
        return page;
      }),
    [before],
  );
  return (
    <Card title={t.audit}>
      <p class="help">{t.audit_help}</p>
      <Loaded of={loaded}>
        {(page) => (
          <>
            {items.length === 0 && <Empty>{t.no_audit}</Empty>}
            <ul class="rows">
              {items.map((each) => (
                <li class="row top-row" key={each.number}>
                  <i class={"dot " + (each.ok ? "good" : "bad")} />
                  <span class="grow">
                    <b>
                      {each.user || t.nobody} · {each.action}
                    </b>
                    <small>
                      {each.detail} {each.ok ? "" : "· " + t.refused}
                    </small>
                  </span>
                  <span class="right">
                    {format.when(each.at_ms, house_now())}
                    <small>{each.from}</small>
                  </span>
                </li>
              ))}
            </ul>
            {page.more && items.length > 0 && (
              <button type="button" class="wide" onClick={() => set_before(items[items.length - 1]!.number)}>
                {texts.why.older}
              </button>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

export function Settings() {
  const who = useValue(session)!;
  const built = useValue(house)!;
  return (
    <Page title={t.title}>
      <div class="columns even">
        <div>
          <Looks />
          <Password />
        </div>
        <div>
          {who.user?.role === "installer" && (
            <>
              <Users />
              <Audit />
            </>
          )}
          <Card title={t.about}>
            <dl class="pairs">
              <div>
                <dt>{t.house}</dt>
                <dd>{built.site}</dd>
              </div>
              <div>
                <dt>{t.zone}</dt>
                <dd>{built.timezone}</dd>
              </div>
              <div>
                <dt>Hearth</dt>
                <dd>{built.version}</dd>
              </div>
            </dl>
            <p class="help">
              {t.local} <Link to="/api">{t.api}</Link>
            </p>
          </Card>
        </div>
      </div>
    </Page>
  );
}
