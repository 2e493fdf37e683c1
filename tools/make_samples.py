#!/usr/bin/env python3
"""Writes the weather and price samples of layouts/samples.

The numbers are made up, from a fixed seed, in the shape of a cold January in northern New
England: two cold snaps, a daily swing, a spot price with a morning and an evening peak, one
negative hour and one spike, and a time-of-use distribution tariff. The length is two whole
weeks, so that a house which runs past the end can start over on the right day and hour.
"""

import math
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

START = datetime(2020, 1, 12, 5, tzinfo=timezone.utc)
HOURS = 14 * 24
LOCAL = ZoneInfo("America/New_York")
SAMPLES = Path(__file__).resolve().parent.parent / "layouts" / "samples"

# Daily mean temperature, °C, at each local midnight; the snaps are days 3 and 8.
DAILY_MEAN_C = [-4, -6, -12, -20, -17, -8, -3, -9, -21, -18, -10, -5, -2, -6, -8]
COLDEST_C, WARMEST_C = -24.0, 2.0

DISTRIBUTION_FLAT = 50.13
DISTRIBUTION_PEAK = 487.63
DISTRIBUTION_SHOULDER = 54.98
NEGATIVE_HOUR = 6 * 24 + 3  # a mild night
SPIKE_HOUR = 3 * 24 + 17  # the evening of the first cold snap


def outdoor_c(hour, drift):
    day, fraction = divmod(hour / 24, 1)
    mean = DAILY_MEAN_C[int(day)] * (1 - fraction) + DAILY_MEAN_C[int(day) + 1] * fraction
    # Coldest before dawn, warmest in the afternoon; START is local midnight.
    swing = -4.2 * math.cos(2 * math.pi * (hour % 24 - 4) / 24)
    return min(WARMEST_C, max(COLDEST_C, mean + swing + drift))


def lmp_usd_per_mwh(hour, outdoor, noise):
    if hour == NEGATIVE_HOUR:
        return -12.4
    if hour == SPIKE_HOUR:
        return 178.6
    of_day = hour % 24
    morning = math.exp(-(((of_day - 7.5) / 1.8) ** 2))
    evening = math.exp(-(((of_day - 18) / 2.2) ** 2))
    cold = max(0.0, -outdoor) * 1.5
    return min(150.0, max(15.0, (20 + cold) * (1 + 0.7 * morning + 0.9 * evening) * noise))


def distribution_usd_per_mwh(local):
    if local.weekday() >= 5:
        return DISTRIBUTION_FLAT
    if 7 <= local.hour < 12 or 16 <= local.hour < 20:
        return DISTRIBUTION_PEAK
    return DISTRIBUTION_SHOULDER if 12 <= local.hour < 16 else DISTRIBUTION_FLAT


def main():
    chance = random.Random(20200112)
    drift = 0.0
    weather, prices = ["time_utc,outdoor_c"], ["time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh"]
    for hour in range(HOURS):
        at = START + timedelta(hours=hour)
        drift = 0.8 * drift + chance.gauss(0, 0.6)
        outdoor = outdoor_c(hour, drift)
        lmp = lmp_usd_per_mwh(hour, outdoor, math.exp(chance.gauss(0, 0.12)))
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        weather.append(f"{stamp},{outdoor:.2f}")
        prices.append(f"{stamp},{lmp:.2f},{distribution_usd_per_mwh(at.astimezone(LOCAL)):.2f}")
    SAMPLES.mkdir(parents=True, exist_ok=True)
    (SAMPLES / "january-weather.csv").write_text("\n".join(weather) + "\n")
    (SAMPLES / "january-prices.csv").write_text("\n".join(prices) + "\n")


if __name__ == "__main__":
    main()
