/** Scales and their ticks: round numbers upwards, round hours and days of the house sideways. */

const MINUTE = 60e3;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A scale from `low` to `high`, widened to round numbers, with about `wanted` ticks. */
function numberScale(low, high, wanted) {
  if (!(high > low)) {
    low -= 0.5;
    high = low + 1;
  }
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(factor => factor * power >= rough) * power;
  const first = Math.floor(low / step + 1e-6);
  const last = Math.ceil(high / step - 1e-6);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-6));
  const ticks = [];
  for (let i = first; i <= last; ++i) ticks.push({value: i * step, text: number(i * step, digits)});
  return {low: first * step, high: last * step, ticks};
}

/** With a true minus, and commas between thousands. */
function number(value, digits) {
  const text = Math.abs(value).toLocaleString(
    'en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return value < 0 && Number(text) !== 0 ? '−' + text : text;
}

/** The moment at which the clocks of the house first show `shown` (UTC parts of a Date). */
function fromWall(shown) {
  let time = shown - RUN.offsets[0][1];
  for (let tries = 0; tries < 2; ++tries) time -= wall(time).getTime() - shown;
  return time;
}

function hourTicks(from, to, step) {
  const ticks = [];
  const stride = Math.min(step, HOUR);
  for (let time = Math.ceil(from / stride) * stride; time <= to; time += stride) {
    const shown = wall(time).getTime();
    // A zone may be half an hour off UTC: then ticks of hours lie between two strides.
    const late = shown % stride;
    if ((shown - late) % step !== 0 || time - late < from) continue;
    const midnight = (shown - late) % DAY === 0;
    ticks.push({
      time: time - late, strong: midnight,
      text: midnight ? dayText(time - late) : clockText(time - late)});
  }
  return ticks;
}

function dayTicks(from, to, days, narrow) {
  const ticks = [];
  for (let day = Math.floor(wall(from).getTime() / DAY); ; ++day) {
    const time = fromWall(day * DAY);
    if (time > to) return ticks;
    // Mondays, where only weeks have room.
    if (time < from || (day + 3) % days !== 0) continue;
    const w = wall(time);
    ticks.push({
      time, strong: w.getUTCDate() === 1,
      text: days < 7 && !narrow ? dayText(time) : `${w.getUTCDate()} ${MONTHS[w.getUTCMonth()]}`});
  }
}

function monthTicks(from, to, months) {
  const ticks = [];
  const first = wall(from);
  for (let month = first.getUTCMonth(); ; ++month) {
    const shown = new Date(Date.UTC(first.getUTCFullYear(), month, 1));
    const time = fromWall(shown.getTime());
    if (time > to) return ticks;
    if (time < from || shown.getUTCMonth() % months !== 0) continue;
    const january = shown.getUTCMonth() === 0;
    ticks.push({
      time, strong: january,
      text: MONTHS[shown.getUTCMonth()] + (january ? ` ${shown.getUTCFullYear()}` : '')});
  }
}

/** As many round times as have room on `width` pixels. */
function timeTicks(from, to, width) {
  const least = (to - from) / Math.max(2, Math.floor(width / 74));
  for (const step of [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
                      12 * HOUR])
    if (step >= least) return hourTicks(from, to, step);
  const narrow = width < 450;
  const fewest = (to - from) / Math.max(2, Math.floor(width / 58));
  for (const days of [1, 2, 7, 14])
    if (days * DAY >= (narrow ? fewest : least)) return dayTicks(from, to, days, narrow);
  const months = [1, 2, 3, 6].find(count => count * 30.5 * DAY >= (to - from) / (width / 50));
  if (months) return monthTicks(from, to, months);
  return monthTicks(from, to, 12);
}

/** "Wed 15 Jan 2020, 07:20 – 09:00", as short as it can be said. */
function spanText(from, to) {
  const last = to - 1;
  const whole = clockText(from) === '00:00' && clockText(to) === '00:00';
  if (dayText(from) === dayText(last) && last - from < 2 * DAY)
    return whole ? timeText(from).split(',')[0] : `${timeText(from)} – ${clockText(to)}`;
  const years = [from, last].map(time => ` ${wall(time).getUTCFullYear()}`);
  if (years[0] === years[1]) years[0] = '';
  if (whole) return `${dayText(from)}${years[0]} – ${dayText(last)}${years[1]}`;
  return `${timeText(from)} – ${timeText(to)}`;
}
