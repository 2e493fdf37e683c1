// Water and air by their temperature: cold is blue, what warms a house is amber, hot is red.
const stops: [number, [number, number, number]][] = [
  [-20, [70, 86, 190]],
  [5, [52, 120, 214]],
  [20, [84, 172, 214]],
  [30, [238, 200, 104]],
  [42, [241, 153, 66]],
  [55, [224, 86, 50]],
  [75, [168, 28, 52]],
];

export function heat_colour(c: number): string {
  let i = 1;
  while (i < stops.length - 1 && c > stops[i]![0]) ++i;
  const [c0, from] = stops[i - 1]!;
  const [c1, to] = stops[i]!;
  const part = Math.max(0, Math.min(1, (c - c0) / (c1 - c0)));
  return "rgb(" + from.map((v, k) => Math.round(v + (to[k]! - v) * part)).join(" ") + ")";
}

/** For lines of a chart, told apart also by those who see few colours; light and dark. */
export const line_colours = {
  light: ["#b9450f", "#1f6fb2", "#2e7d4f", "#8a4fb0", "#a8791a", "#c2356b", "#23808a", "#5b6470"],
  dark: ["#ff9256", "#6cb6f5", "#6fcf97", "#c79af0", "#e6bf5a", "#f583ab", "#63cdd6", "#aab4c0"],
};
