'use strict';

/** The numbers of the run, unpacked, and what a screen has room for of them. */

const RUN = JSON.parse(document.getElementById('run').textContent);
const RUN_END = RUN.start + RUN.slots * RUN.step;

/** See `packed` in report_data.hpp. */
function unpack(packed, slots) {
  const bytes = atob(packed.data);
  const numbers = new Float32Array(slots);
  let at = 0;
  let steps = 0;
  for (let i = 0; i < slots; ++i) {
    let zigzag = 0;
    let shift = 0;
    let byte;
    do {
      byte = bytes.charCodeAt(at++);
      zigzag |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    steps += (zigzag >>> 1) ^ -(zigzag & 1);
    numbers[i] = steps * packed.finest;
  }
  for (const [from, to] of packed.gaps) numbers.fill(NaN, from, to);
  return numbers;
}

/** Least, most and mean of four neighbours, of four such, and so on: a year in a thousand steps. */
class Column {
  constructor(numbers) {
    this.levels = [{least: numbers, most: numbers, mean: numbers}];
    while (this.levels.at(-1).mean.length > 64) this.levels.push(Column.quarter(this.levels.at(-1)));
  }

  static quarter(fine) {
    const size = Math.ceil(fine.mean.length / 4);
    const coarse = {
      least: new Float32Array(size), most: new Float32Array(size), mean: new Float32Array(size)};
    for (let i = 0; i < size; ++i) {
      const all = Column.sum(fine, 4 * i, Math.min(4 * i + 4, fine.mean.length));
      coarse.least[i] = all.least;
      coarse.most[i] = all.most;
      coarse.mean[i] = all.mean;
    }
    return coarse;
  }

  static sum(level, from, to) {
    let least = Infinity;
    let most = -Infinity;
    let sum = 0;
    let known = 0;
    for (let i = from; i < to; ++i) {
      if (Number.isNaN(level.mean[i])) continue;
      least = Math.min(least, level.least[i]);
      most = Math.max(most, level.most[i]);
      sum += level.mean[i];
      ++known;
    }
    return known ? {least, most, mean: sum / known} : {least: NaN, most: NaN, mean: NaN};
  }

  /** What there is from slot `from` to slot `to`, to an eighth of that length. */
  over(from, to) {
    let level = 0;
    let size = 1;
    while (level + 1 < this.levels.length && size * 8 <= to - from) {
      ++level;
      size *= 4;
    }
    const at = this.levels[level];
    const first = Math.max(0, Math.floor(from / size));
    const last = Math.min(at.mean.length, Math.max(first + 1, Math.round(to / size)));
    return Column.sum(at, first, last);
  }

  at(slot) { return this.levels[0].mean[slot]; }
  get size() { return this.levels[0].mean.length; }
  get known() { return !Number.isNaN(this.over(0, this.size).mean); }
}

const COLUMNS = new Map();
for (const packed of RUN.columns) COLUMNS.set(packed.name, new Column(unpack(packed, RUN.slots)));
const LAYERS = RUN.layers.map(packed => new Column(unpack(packed, RUN.slots)));

const slotOf = time => (time - RUN.start) / RUN.step;
const slotAt = time => Math.min(RUN.slots - 1, Math.max(0, Math.floor(slotOf(time))));

/** What the clocks of the house show, as a Date whose UTC parts are to be read. */
function wall(time) {
  let ahead = RUN.offsets[0];
  for (const offset of RUN.offsets) if (offset[0] <= time) ahead = offset;
  return new Date(time + ahead[1]);
}

const clockName = time =>
  RUN.offsets.reduce((name, offset) => offset[0] <= time ? offset[2] : name, RUN.offsets[0][2]);

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = number => String(number).padStart(2, '0');
const clockText = time => `${two(wall(time).getUTCHours())}:${two(wall(time).getUTCMinutes())}`;
const dayText = time => {
  const w = wall(time);
  return `${DAYS[w.getUTCDay()]} ${w.getUTCDate()} ${MONTHS[w.getUTCMonth()]}`;
};
const timeText = time => `${dayText(time)} ${wall(time).getUTCFullYear()}, ${clockText(time)}`;
