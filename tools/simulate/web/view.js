/** What part of the run all plots show, and how a hand moves it: one view for all. */

const SHORTEST_VIEW = 6 * RUN.step;
/** A page that still scrolls is not to zoom because a plot came under the wheel. */
const SCROLL_ENDS_AFTER = 350;

class View {
  constructor() {
    this.from = RUN.start;
    this.to = RUN_END;
    this.cursor = null;   // a time, or null
    this.holder = null;   // the plot that shows its values
    this.paper = false;
    this.plots = [];
    this.onchange = () => {};
    this.scrolled = -Infinity;
    window.addEventListener('scroll', () => { this.scrolled = performance.now(); }, {passive: true});
  }

  get span() { return this.to - this.from; }
  get whole() { return this.from <= RUN.start && this.to >= RUN_END; }

  show(from, to) {
    const span = Math.min(RUN_END - RUN.start, Math.max(SHORTEST_VIEW, to - from));
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(RUN.start, middle - span / 2), RUN_END - span);
    this.to = this.from + span;
    this.redraw();
  }
  zoom(factor, around = (this.from + this.to) / 2) {
    const span = Math.max(SHORTEST_VIEW, this.span * factor);
    const part = (around - this.from) / this.span;
    this.show(around - part * span, around + (1 - part) * span);
  }
  pan(by) { this.show(this.from + by, this.to + by); }
  reset() { this.show(RUN.start, RUN_END); }

  /** Draws once per frame, however often it is asked to. */
  redraw() {
    this.onchange();
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      for (const plot of this.plots) plot.draw();
    });
  }
  point(time, plot) {
    this.cursor = time === null ? null : Math.min(RUN_END - 1, Math.max(RUN.start, time));
    this.holder = plot;
    this.cursorFrame ??= requestAnimationFrame(() => {
      this.cursorFrame = null;
      for (const p of this.plots) p.drawCursor();
    });
  }

  add(plot) {
    this.plots.push(plot);
    this.listenToPointers(plot);
    this.listenToWheel(plot);
    this.listenToKeys(plot);
  }

  listenToPointers(plot) {
    const {host} = plot;
    const fingers = new Map();
    let moved = false;
    let tapped = -Infinity;
    const place = event => event.clientX - host.getBoundingClientRect().left;
    host.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      if (fingers.size === 0) moved = false;
      fingers.set(event.pointerId, place(event));
      host.setPointerCapture(event.pointerId);
    });
    host.addEventListener('pointermove', event => {
      const x = place(event);
      if (!fingers.has(event.pointerId)) {
        if (event.pointerType === 'mouse') this.point(plot.timeAt(x), plot);
        return;
      }
      const before = fingers.get(event.pointerId);
      if (fingers.size === 1) {
        if (!moved && Math.abs(x - before) < 4) return;
        moved = true;
        this.pan(plot.timeAt(before) - plot.timeAt(x));
      } else {
        moved = true;
        const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
        const factor = Math.max(20, Math.abs(before - other)) / Math.max(20, Math.abs(x - other));
        this.zoom(factor, plot.timeAt(other));
      }
      fingers.set(event.pointerId, x);
    });
    const lifted = event => {
      const last = fingers.get(event.pointerId);
      if (!fingers.delete(event.pointerId) || moved || event.type !== 'pointerup') return;
      this.point(plot.timeAt(last), plot);
      // Not every phone tells of a double tap.
      if (event.pointerType === 'touch' && event.timeStamp - tapped < 350) this.reset();
      tapped = event.timeStamp;
    };
    host.addEventListener('pointerup', lifted);
    host.addEventListener('pointercancel', lifted);
    host.addEventListener('pointerleave', event => {
      if (event.pointerType === 'mouse' && fingers.size === 0) this.point(null, null);
    });
    host.addEventListener('dblclick', () => this.reset());
  }

  listenToWheel(plot) {
    plot.host.addEventListener('wheel', event => {
      if (performance.now() - this.scrolled < SCROLL_ENDS_AFTER) return;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      // Nothing is left to zoom out to: the page may scroll on.
      if (this.whole && (sideways || event.deltaY > 0)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      const x = event.clientX - plot.host.getBoundingClientRect().left;
      if (sideways) this.pan(event.deltaX * lines * this.span / (plot.right - plot.left));
      else this.zoom(2 ** (Math.max(-240, Math.min(240, event.deltaY * lines)) / 240),
                     plot.timeAt(x));
    }, {passive: false});
  }

  listenToKeys(plot) {
    const say = document.getElementById('spoken');
    const readAt = time => {
      if (time < this.from || time > this.to) this.pan(time - (this.from + this.to) / 2);
      this.point(time, plot);
      say.textContent = `${plot.whenText(time)}. ` +
        plot.read(time).map(([name, value]) => `${name} ${value}`).join('. ');
    };
    plot.host.addEventListener('keydown', event => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const stride = Math.max(RUN.step, this.span / 60);
      const now = this.cursor ?? (this.from + this.to) / 2;
      const actions = {
        ArrowLeft: () => event.shiftKey ? this.pan(-this.span / 5) : readAt(now - stride),
        ArrowRight: () => event.shiftKey ? this.pan(this.span / 5) : readAt(now + stride),
        Home: () => readAt(RUN.start),
        End: () => readAt(RUN_END - 1),
        '+': () => this.zoom(0.5, now),
        '=': () => this.zoom(0.5, now),
        '-': () => this.zoom(2, now),
        0: () => this.reset(),
        Escape: () => this.point(null, null),
      };
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    });
    plot.host.addEventListener('blur', () => this.point(null, null));
  }
}
