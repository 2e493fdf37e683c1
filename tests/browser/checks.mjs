// What every page must keep, whichever it is; run inside the browser.

/** Controls that a screen reader could not name. */
export const nameless = () => {
  const named = (each) => {
    const own = (each.getAttribute("aria-label") ?? "") + (each.getAttribute("title") ?? "");
    const by = (each.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.textContent ?? "").join("");
    const labels = [...(each.labels ?? [])].map((label) => label.textContent).join("");
    const images = [...each.querySelectorAll("img[alt]")].map((image) => image.alt).join("");
    return (own + by + labels + images + (/^(INPUT|SELECT|METER|PROGRESS)$/.test(each.tagName) ? "" : each.textContent)).trim() !== "";
  };
  const controls = [...document.querySelectorAll("button, a[href], input, select, textarea, summary, meter, [role=button], [role=img], dialog[open]")];
  return controls.filter((each) => each.checkVisibility() && !named(each)).map((each) => each.outerHTML.slice(0, 120));
};

/** Text that stands out too little from what is behind it (WCAG AA: 4.5, or 3 where it is large). */
export const faint = () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.textContent.trim();
    const element = node.parentElement;
    if (!text || !element || element.closest("svg, noscript, option, :disabled, .sr, .skip") || !element.checkVisibility({ opacityProperty: true })) continue;
    const layers = [];
    let pictured = false;
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== "none") pictured = true;
      layers.push(rgba(style.backgroundColor));
      if (rgba(style.backgroundColor)[3] === 1) break;
    }
    if (pictured) continue; // A gradient has no one colour; those are looked at by eye.
    const behind = layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
    const style = getComputedStyle(element);
    const front = over(rgba(style.color), behind);
    const [light, dark] = [luminance(front), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} “${text.slice(0, 40)}” (${element.className || element.tagName})`);
  }
  return [...new Set(found)];
};

/** What makes a page a page: one main, one h1, a title, a language, no sideways scrolling. */
export const shape = () => {
  const wrong = [];
  const visible = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).length;
  if (document.querySelectorAll("main").length !== 1) wrong.push("there is not one <main>");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("there is not one <h1>");
  if (!document.title.includes("·")) wrong.push("the title does not name the page: " + document.title);
  if (!document.documentElement.lang) wrong.push("no language is given");
  if (visible("nav") < 1) wrong.push("there is no <nav>");
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`it is ${wide} px wider than the screen`);
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  const twice = ids.filter((each, i) => ids.indexOf(each) !== i);
  if (twice.length) wrong.push("ids that stand twice: " + [...new Set(twice)].join(", "));
  // What a thumb must hit: 24 px at least (WCAG 2.2 AA), lines of text excepted.
  for (const each of document.querySelectorAll("button, input, select, nav a")) {
    const box = each.getBoundingClientRect();
    if (each.checkVisibility() && !each.closest(".sr, .skip") && !each.closest("label") && (box.width < 24 || box.height < 20)) wrong.push("too small: " + each.outerHTML.slice(0, 80));
  }
  return wrong;
};
