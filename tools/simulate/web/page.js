/** The plots of this page, and its buttons. */

let fahrenheit = /^en-US/.test(navigator.language ?? '');

const view = new View();
const warmth = {
  get unit() { return fahrenheit ? '°F' : '°C'; },
  of: celsius => fahrenheit ? celsius * 1.8 + 32 : celsius,
  digits: 1,
  least: 3,
};
const warmthText = celsius => `${number(warmth.of(celsius), 1)} ${warmth.unit}`;

const powerAxis = {unit: 'kW', of: watt => watt / 1000, digits: 2, zero: true, colour: '--power',
                   least: 1};
const priceAxis = {unit: '¢ per kWh', of: usdPerMwh => usdPerMwh / 10, digits: 1, zero: true,
                   colour: '--price', least: 1};
const heatAxis = {unit: 'kWh', of: kwh => kwh, digits: 1, zero: true, least: 1};

function powerPlot() {
  const lines = [];
  const axes = {left: powerAxis};
  const price = COLUMNS.get('price_usd_per_mwh');
  if (price.known) {
    axes.right = priceAxis;
    lines.push({name: 'price of electricity', column: price, axis: 'right', colour: '--price',
                kind: 'step', faint: true});
  }
  // The price last, so that it stays in sight.
  lines.unshift({name: 'heat pump', column: COLUMNS.get('heat_pump_w'), axis: 'left',
                 colour: '--power', kind: 'step', filled: true, thin: true});
  const others = [['whole house', 'house_w'], ['heat it makes', 'heat_to_water_w'],
                  ['heat to the rooms', 'heat_to_zones_w']];
  return {
    height: 240, axes, lines, label: 'Power of the heat pump over the price of electricity',
    read: (from, to) => others.map(([name, column]) => [
      name, `${number(COLUMNS.get(column).over(from, to).mean / 1000, 2)} kW`]),
  };
}

function roomsPlot() {
  const names = [...COLUMNS.keys()];
  const rooms = names.filter(name => name.startsWith('room_'));
  const wishes = names.filter(name => name.startsWith('setpoint_'));
  const dashes = [[], [7, 3], [2, 2], [10, 3, 2, 3], [4, 4], [1, 3]];
  const lines = RUN.zones.flatMap((zone, i) => [
    {name: `${zone}, asked for`, column: COLUMNS.get(wishes[i]), axis: 'left', thin: true,
     colour: `--zone-${i % 6}`, kind: 'step', dash: [4, 4], faint: true},
    {name: zone, column: COLUMNS.get(rooms[i]), axis: 'left', colour: `--zone-${i % 6}`,
     kind: 'line', paperDash: dashes[i % 6]}]);
  return {height: 220, axes: {left: warmth}, lines, label: 'Rooms and what was asked for'};
}

// ---- the tank as a map of heat

const RAMP = [[18, 33, 94], [83, 37, 128], [168, 50, 120], [229, 89, 79], [250, 167, 62],
              [252, 236, 150]];
const PAPER_RAMP = [[250, 250, 250], [40, 40, 40]];

function rampColour(ramp, part) {
  const at = Math.min(ramp.length - 1.001, Math.max(0, part * (ramp.length - 1)));
  const low = ramp[Math.floor(at)];
  const high = ramp[Math.floor(at) + 1];
  return low.map((from, i) => Math.round(from + (high[i] - from) * (at % 1)));
}

function tankRange() {
  const all = LAYERS.map(layer => layer.over(0, RUN.slots));
  const low = Math.min(...all.map(a => a.least));
  return {low, high: Math.max(low + 5, ...all.map(a => a.most))};
}

function paintTank(plot, pen) {
  const {low, high} = plot.spec.range;
  const ramp = view.paper ? PAPER_RAMP : RAMP;
  const width = Math.max(1, Math.round(plot.right - plot.left));
  const map = new ImageData(width, LAYERS.length);
  for (let x = 0; x < width; ++x) {
    const [from, to] = plot.slotsAt(plot.left + x);
    LAYERS.forEach((layer, i) => {
      const value = layer.over(from, to).mean;
      map.data.set([...rampColour(ramp, (value - low) / (high - low)), 255], 4 * (i * width + x));
    });
  }
  const small = document.createElement('canvas');
  [small.width, small.height] = [map.width, map.height];
  small.getContext('2d').putImageData(map, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, plot.left, GAP_ABOVE, plot.right - plot.left, plot.bottom - GAP_ABOVE);
  pen.restore();   // the frame of the plot: what follows stands beside it
  pen.save();
  const bar = {x: plot.right + 6, y: GAP_ABOVE + 14, height: plot.bottom - GAP_ABOVE - 28};
  for (let y = 0; y < bar.height; ++y) {
    pen.fillStyle = `rgb(${rampColour(ramp, 1 - y / bar.height)})`;
    pen.fillRect(bar.x, bar.y + y, 10, 1.5);
  }
  pen.fillStyle = colour('--quiet');
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.fillText(`${Math.round(warmth.of(high))}°`, bar.x, bar.y - 8);
  pen.fillText(`${Math.round(warmth.of(low))}°`, bar.x, bar.y + bar.height + 9);
  pen.textAlign = 'right';
  pen.fillText('top', plot.left - 6, GAP_ABOVE + 8);
  pen.fillText(plot.narrow ? 'foot' : 'bottom', plot.left - 6, plot.bottom - 8);
}

function tankPlot() {
  return {
    height: 190, label: 'Temperatures in the tank, from top to bottom', range: tankRange(),
    paint: paintTank,
    read: (from, to) => LAYERS.map((layer, i) => {
      const place = i === 0 ? 'top' : i === LAYERS.length - 1 ? 'bottom' : `layer ${i + 1}`;
      return [place, warmthText(layer.over(from, to).mean)];
    }),
  };
}

const storePlot = () => ({
  height: 130, axes: {left: heatAxis}, label: 'Heat in the tank that the house can use',
  lines: [{name: 'heat in the tank', column: COLUMNS.get('stored_kwh'), axis: 'left',
           colour: '--heat', kind: 'line', filled: true}],
});

const outdoorPlot = () => ({
  height: 130, axes: {left: warmth}, label: 'Outdoor temperature',
  lines: [{name: 'outdoors', column: COLUMNS.get('outdoor_c'), axis: 'left', colour: '--outdoor',
           kind: 'line'}],
});

// ---- who was in charge, what the heat pump did, what happened

/** One column of ones and zeros for each value that occurs. */
function shares(column, names, colours) {
  return names.flatMap((name, value) => {
    const ones = new Float32Array(RUN.slots);
    let some = false;
    for (let i = 0; i < RUN.slots; ++i)
      if (column.at(i) === value) some = (ones[i] = 1) > 0;
    return some ? [{name, colour: colours[value], column: new Column(ones)}] : [];
  });
}

const PHASES = ['off', 'warming up', 'giving heat', 'defrosting', 'stopped: water too hot'];
const ROW = {head: 16, bar: 18, gap: 6};
const rowTop = row => 4 + row * (ROW.head + ROW.bar + ROW.gap) + ROW.head;

function paintShares(plot, pen, row, parts) {
  for (let x = plot.left; x < plot.right; ++x) {
    const [from, to] = plot.slotsAt(x);
    const of = parts.map(part => part.column.over(from, Math.max(to, from + 1e-3)).mean);
    let y = rowTop(row);
    const sum = of.reduce((a, b) => a + b, 0) || 1;
    of.forEach((part, i) => {
      const height = ROW.bar * part / sum;
      pen.fillStyle = parts[i].ink;
      pen.fillRect(x, y, 1.5, height);
      y += height;
    });
  }
}

function paintRibbons(plot, pen) {
  const {charge, phase} = plot.spec;
  const heads = ['Who was in charge', 'What the heat pump did', 'What happened'];
  pen.fillStyle = colour('--page');
  pen.fillRect(plot.left, 0, plot.right - plot.left, plot.bottom);
  pen.textAlign = 'left';
  pen.textBaseline = 'alphabetic';
  heads.forEach((head, row) => {
    pen.fillStyle = colour('--quiet');
    pen.fillText(head, plot.left, rowTop(row) - 4);
  });
  for (const part of [...charge, ...phase]) part.ink = colour(part.colour);
  paintShares(plot, pen, 0, charge);
  paintShares(plot, pen, 1, phase);
  const y = rowTop(2) + ROW.bar / 2;
  pen.strokeStyle = colour('--grid-strong');
  plot.rule(pen, plot.left, y, plot.right, y);
  const sizes = {info: 2.5, warning: 4.5, alarm: 6};
  for (const severity of ['info', 'warning', 'alarm'])
    for (const event of RUN.events) {
      if (event.severity !== severity || event.at < view.from || event.at > view.to) continue;
      pen.fillStyle = colour(`--${severity}`);
      pen.beginPath();
      pen.arc(plot.x(event.at), y, sizes[severity], 0, 7);
      pen.fill();
    }
}

function ribbonPlot() {
  const charge = shares(COLUMNS.get('authority_rank'), RUN.ranks, RUN.ranks.map((_, i) => `--rank-${i}`));
  const phase = shares(COLUMNS.get('heat_pump_phase'), PHASES, PHASES.map((_, i) => `--phase-${i}`));
  const most = (parts, from, to) => parts.map(p => [p.column.over(from, to).mean, p])
    .sort((a, b) => b[0] - a[0])[0][1];
  return {
    height: rowTop(2) + ROW.bar + 6 + ROOM_BELOW, charge, phase, paint: paintRibbons,
    label: 'Who was in charge, what the heat pump did, and what happened',
    read: (from, to, time, plot) => {
      const inCharge = most(charge, from, to);
      const doing = most(phase, from, to);
      const near = RUN.events.filter(e => Math.abs(plot.x(e.at) - plot.x(time)) < 7).slice(0, 4);
      return [['in charge', inCharge.name, inCharge.colour],
              ['heat pump', doing.name, doing.colour],
              ...near.map(e => [e.when, e.text, `--${e.severity}`])];
    },
  };
}

// ---- putting it together

function addPlot(id, spec, keys) {
  const host = document.getElementById(id);
  const legend = document.createElement('p');
  legend.className = 'legend';
  legend.append(...keys.map(({name, colour: ink, dash}) => {
    const key = document.createElement('span');
    const mark = document.createElement('i');
    mark.style.background = dash ?
      `repeating-linear-gradient(90deg, var(${ink}) 0 3px, transparent 3px 5px)` : `var(${ink})`;
    key.append(mark, name);
    return key;
  }));
  host.before(legend);
  view.add(new Plot(host, spec, view));
}

function addPlots() {
  const power = powerPlot();
  addPlot('plot-power', power, power.lines.map(line => ({
    ...line, name: `${line.name}, ${power.axes[line.axis].unit}`})));
  if (LAYERS.length > 0) {
    addPlot('plot-tank', tankPlot(), []);
    addPlot('plot-store', storePlot(), []);
  }
  if (RUN.zones.length > 0) {
    const rooms = roomsPlot();
    addPlot('plot-rooms', rooms, rooms.lines.filter(line => line.column.known));
  }
  addPlot('plot-outdoor', outdoorPlot(), []);
  const ribbons = ribbonPlot();
  addPlot('plot-charge', ribbons, [...ribbons.charge, ...ribbons.phase]);
  for (const figure of document.querySelectorAll('figure'))
    figure.hidden = !figure.querySelector('canvas');
}

function sayWarmth() {
  for (const place of document.querySelectorAll('[data-celsius]'))
    place.textContent = warmthText(Number(place.dataset.celsius));
  for (const place of document.querySelectorAll('.warmth-unit')) place.textContent = warmth.unit;
  const button = document.getElementById('units');
  button.textContent = fahrenheit ? 'Show °C' : 'Show °F';
}

function addButtons() {
  const lengths = {day: DAY, week: 7 * DAY, month: 30 * DAY};
  const actions = {
    whole: () => view.reset(),
    in: () => view.zoom(0.5),
    out: () => view.zoom(2),
    back: () => view.pan(-view.span),
    on: () => view.pan(view.span),
  };
  for (const button of document.querySelectorAll('#bar button')) {
    const name = button.dataset.show;
    const length = lengths[name];
    button.hidden = length >= RUN_END - RUN.start;
    button.addEventListener('click', actions[name] ?? (() => {
      // A day is one by the clock of the house.
      const begin = fromWall(Math.floor(wall((view.from + view.to) / 2).getTime() / DAY) * DAY);
      if (name === 'day') view.show(begin, begin + DAY);
      else view.zoom(length / view.span);
    }));
  }
  const range = document.getElementById('range');
  view.onchange = () => { range.textContent = spanText(view.from, view.to); };
  for (const button of document.querySelectorAll('button[data-at]'))
    button.addEventListener('click', () => {
      const at = Number(button.dataset.at);
      view.show(at - 6 * HOUR, at + 6 * HOUR);
      const plot = view.plots.at(-1);
      plot.host.scrollIntoView({block: 'center'});
      plot.host.focus({preventScroll: true});
      view.point(at, plot);
    });
}

function addLooks() {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const show = theme => {
    root.dataset.theme = theme;
    button.textContent = theme === 'dark' ? 'Light' : 'Dark';
    view.redraw();
  };
  button.addEventListener('click', () => show(root.dataset.theme === 'dark' ? 'light' : 'dark'));
  window.matchMedia('(prefers-color-scheme: dark)')
    .addEventListener('change', event => show(event.matches ? 'dark' : 'light'));
  show(root.dataset.theme);
  document.getElementById('units').addEventListener('click', () => {
    fahrenheit = !fahrenheit;
    sayWarmth();
    view.redraw();
  });
  const paper = on => {
    root.classList.toggle('paper', on);
    view.paper = on;
    for (const details of document.querySelectorAll('details.prints')) details.open ||= on;
    for (const plot of view.plots) plot.draw();
  };
  window.addEventListener('beforeprint', () => paper(true));
  window.addEventListener('afterprint', () => paper(false));
}

if (RUN.slots > 0) {
  document.documentElement.classList.add('drawn');
  addPlots();
  addButtons();
  addLooks();
  sayWarmth();
  view.redraw();
}
