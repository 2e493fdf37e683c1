/** One plot: a canvas with the ink and one above it with the line under the pointer. */

const GAP_ABOVE = 10;
const ROOM_BELOW = 22;

/** Colours stand in the style sheet, which knows light, dark and paper. */
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class Plot {
  /**
   * spec: {height, label, axes: {left, right}, lines, paint, read}
   * An axis is {unit, of(number), digits, zero, least}: with zero on it, and at least so much from
   * bottom to top. A line is {name, column, axis, colour, kind, filled, thin, faint, dash, paperDash};
   * kind is 'line' for what stands so at a slot's end, 'step' for what is a slot's mean.
   */
  constructor(host, spec, view) {
    this.host = host;
    this.spec = spec;
    this.view = view;
    this.ink = document.createElement('canvas');
    this.over = document.createElement('canvas');
    this.tip = document.createElement('div');
    this.tip.className = 'reading';
    this.tip.hidden = true;
    host.replaceChildren(this.ink, this.over, this.tip);
    host.tabIndex = 0;
    host.setAttribute('role', 'application');
    host.setAttribute('aria-roledescription', 'plot');
    host.setAttribute('aria-label', spec.label);
    host.setAttribute('aria-describedby', 'plot-keys');
    new ResizeObserver(() => this.draw()).observe(host);
  }

  resize(canvas, scale) {
    const pixels = [Math.round(this.width * scale), Math.round(this.height * scale)];
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1])
      [canvas.width, canvas.height] = pixels;
    canvas.style.height = `${this.height}px`;
    const pen = canvas.getContext('2d');
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.font = `12px ${colour('--font')}`;
    return pen;
  }

  measure() {
    this.width = this.view.paper ? 700 : this.host.clientWidth;
    this.height = this.spec.height;
    this.narrow = this.width < 520;
    this.host.classList.toggle('narrow', this.narrow);
    this.left = this.narrow ? 38 : 56;
    this.right = this.width - (this.narrow ? 34 : 56);
    this.bottom = this.height - ROOM_BELOW;
    this.scale = this.view.paper ? 2.5 : window.devicePixelRatio || 1;
  }

  x(time) {
    return this.left + (time - this.view.from) / (this.view.to - this.view.from) *
      (this.right - this.left);
  }
  timeAt(x) {
    return this.view.from + (x - this.left) / (this.right - this.left) *
      (this.view.to - this.view.from);
  }
  /** Slots of one pixel. */
  get density() { return (this.view.to - this.view.from) / RUN.step / (this.right - this.left); }
  /** The slots that are drawn at `x`. Where a day is a few pixels they are those of a whole day:
      what differs between morning and evening would only be noise there. */
  slotsAt(x) {
    const from = slotOf(this.timeAt(x));
    const to = slotOf(this.timeAt(x + 1));
    const missing = this.byDay ? Math.max(0, DAY / RUN.step - (to - from)) / 2 : 0;
    return [Math.max(0, from - missing), Math.min(RUN.slots, to + missing)];
  }
  get byDay() { return this.density * RUN.step > 1.5 * HOUR; }

  draw() {
    this.measure();
    if (this.width < 80) return;
    const pen = this.resize(this.ink, this.scale);
    this.scales = {};
    for (const side of ['left', 'right'])
      if (this.spec.axes?.[side]) this.scales[side] = this.scaleOf(side);
    this.drawGrid(pen);
    pen.save();
    pen.beginPath();
    pen.rect(this.left, 0, this.right - this.left, this.bottom + 1);
    pen.clip();
    this.spec.paint?.(this, pen);
    for (const line of this.spec.lines ?? []) this.drawLine(pen, line);
    this.drawAlarms(pen);
    pen.restore();
    this.drawCursor();
  }

  scaleOf(side) {
    const axis = this.spec.axes[side];
    let low = axis.zero ? 0 : Infinity;
    let high = axis.zero ? 0 : -Infinity;
    for (const line of this.spec.lines) {
      if (line.axis !== side) continue;
      const all = line.column.over(slotOf(this.view.from), slotOf(this.view.to));
      if (Number.isNaN(all.mean)) continue;
      low = Math.min(low, axis.of(all.least));
      high = Math.max(high, axis.of(all.most));
    }
    if (!Number.isFinite(low)) [low, high] = [0, 1];
    if (axis.least && high - low < axis.least) {
      const middle = (low + high) / 2;
      if (!axis.zero) low = middle - axis.least / 2;
      high = low + axis.least;
    }
    return numberScale(low, high, Math.max(2, Math.round((this.bottom - GAP_ABOVE) / 34)));
  }

  y(side, value) {
    const scale = this.scales[side];
    const part = (this.spec.axes[side].of(value) - scale.low) / (scale.high - scale.low);
    return this.bottom - part * (this.bottom - GAP_ABOVE);
  }

  drawGrid(pen) {
    pen.lineWidth = 1;
    pen.textBaseline = 'middle';
    for (const side of ['left', 'right']) {
      const scale = this.scales[side];
      if (!scale) continue;
      pen.textAlign = side === 'left' ? 'right' : 'left';
      for (const tick of scale.ticks) {
        const y = this.bottom - (tick.value - scale.low) / (scale.high - scale.low) *
          (this.bottom - GAP_ABOVE);
        pen.fillStyle = colour(this.spec.axes[side].colour ?? '--quiet');
        pen.fillText(tick.text, side === 'left' ? this.left - 6 : this.right + 6, y);
        if (side === 'right') continue;
        pen.strokeStyle = colour('--grid');
        this.rule(pen, this.left, y, this.right, y);
      }
    }
    pen.textAlign = 'center';
    let free = this.left - 20;
    for (const tick of timeTicks(this.view.from, this.view.to, this.right - this.left)) {
      const x = this.x(tick.time);
      pen.strokeStyle = colour(tick.strong ? '--grid-strong' : '--grid');
      this.rule(pen, x, GAP_ABOVE, x, this.bottom);
      const half = pen.measureText(tick.text).width / 2;
      if (x - half < free || x + half > this.width) continue;
      pen.fillStyle = colour(tick.strong ? '--text' : '--quiet');
      pen.fillText(tick.text, x, this.bottom + 13);
      free = x + half + 8;
    }
  }

  rule(pen, x0, y0, x1, y1) {
    const sharp = at => Math.round(at * this.scale - 0.5) / this.scale + 0.5 / this.scale;
    pen.beginPath();
    pen.moveTo(x0 === x1 ? sharp(x0) : x0, y0 === y1 ? sharp(y0) : y0);
    pen.lineTo(x0 === x1 ? sharp(x1) : x1, y0 === y1 ? sharp(y1) : y1);
    pen.stroke();
  }

  /** Calls `each(x, {least, most, mean})` for as many points as there are slots or pixels. */
  points(column, each) {
    if (this.density > 1.5) {
      for (let x = this.left; x < this.right; ++x) {
        const [from, to] = this.slotsAt(x);
        if (to > 0 && from < RUN.slots) each(x, column.over(from, to));
      }
      return;
    }
    const last = Math.min(RUN.slots - 1, Math.ceil(slotOf(this.view.to)));
    for (let slot = Math.max(0, Math.floor(slotOf(this.view.from)) - 1); slot <= last; ++slot) {
      const value = column.at(slot);
      each(this.x(RUN.start + slot * RUN.step), {least: value, most: value, mean: value});
    }
  }

  drawLine(pen, line) {
    const dense = this.density > 1.5;
    const width = this.x(RUN.start + RUN.step) - this.x(RUN.start);
    const mean = new Path2D();
    const range = new Path2D();
    const zero = line.filled ? this.y(line.axis, 0) : 0;
    const area = new Path2D();
    let drawing = false;
    this.points(line.column, (x, all) => {
      if (Number.isNaN(all.mean)) {
        drawing = false;
        return;
      }
      const y = this.y(line.axis, all.mean);
      const steps = !dense && line.kind !== 'line';
      // What stands so at a slot's end is drawn there.
      const at = dense || steps ? x : x + width;
      if (drawing) mean.lineTo(at, y);
      else mean.moveTo(at, y);
      if (steps) mean.lineTo(x + width, y);
      const wide = dense ? 1 : width;
      if (line.filled) area.rect(x, Math.min(y, zero), wide + 0.3, Math.abs(zero - y));
      if (dense) {
        const top = this.y(line.axis, all.most);
        range.rect(x, top, 1, Math.max(1, this.y(line.axis, all.least) - top));
      }
      drawing = true;
    });
    const ink = colour(line.colour);
    pen.fillStyle = ink;
    pen.strokeStyle = ink;
    pen.globalAlpha = line.faint ? 0.08 : 0.2;
    if (dense) pen.fill(range);
    pen.globalAlpha = 0.22;
    if (line.filled) pen.fill(area);
    pen.globalAlpha = 1;
    pen.lineWidth = line.thin ? 1.2 : 1.8;
    pen.lineJoin = 'round';
    pen.setLineDash(line.dash ?? (this.view.paper ? line.paperDash ?? [] : []));
    pen.stroke(mean);
    pen.setLineDash([]);
  }

  drawAlarms(pen) {
    pen.strokeStyle = colour('--alarm');
    pen.lineWidth = 1;
    pen.setLineDash([2, 3]);
    for (const event of RUN.events)
      if (event.severity === 'alarm' && event.at >= this.view.from && event.at <= this.view.to)
        this.rule(pen, this.x(event.at), GAP_ABOVE, this.x(event.at), this.bottom);
    pen.setLineDash([]);
  }

  drawCursor() {
    const pen = this.resize(this.over, this.scale);
    const {cursor} = this.view;
    const shown = cursor !== null && !this.view.paper && cursor >= this.view.from &&
      cursor <= this.view.to;
    this.tip.hidden = !shown || this.view.holder !== this;
    if (!shown) return;
    pen.strokeStyle = colour('--text');
    pen.lineWidth = 1;
    this.rule(pen, this.x(cursor), 2, this.x(cursor), this.bottom);
    if (!this.tip.hidden) this.fillTip(cursor);
  }

  /** Rows of [name, value, colour]: what stands under the pointer. */
  read(time) {
    const slot = slotAt(time);
    const [from, to] = this.density > 2 ? this.slotsAt(this.x(time)) : [slot, slot + 1];
    const rows = [];
    for (const line of this.spec.lines ?? []) {
      const axis = this.spec.axes[line.axis];
      const all = line.column.over(from, to);
      if (Number.isNaN(all.mean)) continue;
      const say = value => number(axis.of(value), axis.digits);
      const range = to - from > 2 && !this.narrow && say(all.least) !== say(all.most) ?
        ` (${say(all.least)} to ${say(all.most)})` : '';
      rows.push([line.name, `${say(all.mean)} ${axis.unit}${range}`, line.colour]);
    }
    return rows.concat(this.spec.read?.(from, to, time, this) ?? []);
  }

  whenText(time) {
    return this.byDay ? `${timeText(time).split(',')[0]}, means of the day` :
      timeText(RUN.start + slotAt(time) * RUN.step);
  }

  fillTip(time) {
    const head = document.createElement('strong');
    head.textContent = this.whenText(time);
    const rows = this.read(time).map(([name, value, ink]) => {
      const row = document.createElement('div');
      const dot = document.createElement('i');
      if (ink) dot.style.background = `var(${ink})`;
      row.append(dot, `${name}: ${value}`);
      return row;
    });
    this.tip.replaceChildren(head, ...rows);
    const x = this.x(time);
    const room = this.tip.offsetWidth + 14;
    this.tip.style.left =
      `${Math.max(0, x + room > this.width ? x - room : x + 14)}px`;
  }
}
