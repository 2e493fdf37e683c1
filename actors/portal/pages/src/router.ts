// Which page is shown: the path of the address.
import { Value } from "./store";

export const path = new Value<string>(location.pathname);
export const search = new Value<string>(location.search);
addEventListener("popstate", () => {
  search.set(location.search);
  path.set(location.pathname);
});

export function go(to: string, replace = false) {
  const [where, what] = to.split("?");
  history[replace ? "replaceState" : "pushState"](null, "", to);
  search.set(what ? "?" + what : "");
  path.set(where!);
  if (!replace) scrollTo(0, 0);
}

/** For onClick of a link: leaves new tabs and the like to the browser. */
export function follow(event: MouseEvent) {
  const link = (event.currentTarget as HTMLElement).closest("a");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href")!);
}
