// The door: the first account by the claim code, afterwards name and password.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, Refused } from "../api";
import { Field } from "../parts";
import { texts } from "../texts";
import type { Session } from "../words";

const t = texts.sign_in;
const shortest = 10;

/** What the terminal's link brought along: #claim=CODE. It is taken out of the address. */
function code_of_address(): string {
  const found = /^#claim=([\w-]{1,64})$/.exec(location.hash)?.[1] ?? "";
  if (found) history.replaceState(null, "", location.pathname + location.search);
  return found;
}

export function SignIn({ session, done }: { session: Session; done: () => void }) {
  const claim = session.state === "claim";
  const [given_code] = useState(code_of_address);
  const [problem, set_problem] = useState<Refused | null>(null);
  const [busy, set_busy] = useState(false);
  const [code, set_code] = useState(given_code);
  const form_place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = (claim ? t.claim_title : t.title) + " · " + texts.name;
  }, [claim]);

  /** What is wrong with a field, until it is corrected. */
  const wrong_with = (field: string) => (problem?.field === field ? problem.message : null);
  const corrects = (field: string) => () => problem?.field === field && set_problem(null);
  useEffect(() => {
    const field = problem?.field ?? (problem?.status === 401 ? "password" : null);
    form_place.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
  }, [problem]);

  const type_code = (event: Event) => {
    set_code((event.target as HTMLInputElement).value);
    corrects("code")();
  };
  const send = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const word = (name: string) => String(form.get(name) ?? "");
    set_problem(null);
    if (claim && word("password").length < shortest) return set_problem(new Refused(0, t.too_short(shortest), "password"));
    if (claim && word("password") !== word("again")) return set_problem(new Refused(0, t.differ, "again"));
    set_busy(true);
    const body = claim ? { code: word("code").trim(), name: word("name").trim(), password: word("password") } : { name: word("name").trim(), password: word("password") };
    post(claim ? "/claim" : "/login", body).then(done, (wrong) => {
      set_busy(false);
      set_problem(wrong);
    });
  };

  return (
    <main class="door">
      <form ref={form_place} onSubmit={send} class="card door-card" aria-labelledby="door-title">
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1 id="door-title">
          {claim ? t.claim_title : session.site}
        </h1>
        <p class="lead">{claim ? t.claim_lead(session.site) : t.lead}</p>
        {claim && <Field label={t.code} name="code" value={code} onInput={type_code} required autocomplete="one-time-code" autocapitalize="characters" spellcheck={false} maxLength={64} help={t.code_help} wrong={wrong_with("code")} />}
        <Field label={t.name} name="name" required autocomplete="username" autocapitalize="none" spellcheck={false} maxLength={64} autofocus={!claim || given_code !== ""} onInput={corrects("name")} wrong={wrong_with("name")} />
        <Field label={t.password} name="password" type="password" required autocomplete={claim ? "new-password" : "current-password"} maxLength={256} help={claim ? t.password_help(shortest) : undefined} onInput={corrects("password")} wrong={wrong_with("password")} />
        {claim && <Field label={t.again} name="again" type="password" required autocomplete="new-password" maxLength={256} onInput={corrects("again")} wrong={wrong_with("again")} />}
        <div role="alert">{problem && !problem.field && <p class="complaint">{problem.status === 401 ? t.wrong : problem.message}</p>}</div>
        <button type="submit" class="main wide" disabled={busy}>
          {busy ? t.busy : claim ? t.claim : t.enter}
        </button>
      </form>
      <p class="footnote">{t.footnote}</p>
      {location.protocol === "https:" && (
        <p class="footnote">
          <a href="/ca.crt">{t.trust}</a>
        </p>
      )}
    </main>
  );
}
