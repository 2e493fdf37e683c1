"""Three weeks of 2020 that are hard on a planner, in a whole simulated house: the coldest one, the one whose real
prices rose furthest above what was told the day before, and the one with the most hours of negative prices.

usage: planner_weeks.py SCADA DATA_FOLDER [--layout FILE] [--plots FOLDER]

Prints a tab-separated table: the house's own planner, the same house with a node that bids for it, its timer and a
thermostat. --plots writes a page of each week with plots to zoom, as `scada simulate --report` does.
"""

import csv
import datetime
import pathlib
import sys

from planner_house import arguments, lived, settled

WEEK = 7 * 24
WINTER_MONTHS = {1, 2, 3, 4, 10, 11, 12}


def column(path, name):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["time_utc"]: float(row[name]) for row in csv.DictReader(file) if row[name]}


def hours_of(text):
    start = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return [(start + datetime.timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%SZ") for h in range(WEEK)]


def hard_weeks(data):
    outdoor = column(data / "weather-millinocket-2020.csv", "outdoor_c")
    real = column(data / "prices-keene-2020.csv", "lmp_usd_per_mwh")
    told = column(data / "prices-isone-dayahead-2020.csv", "day_ahead_usd_per_mwh")
    measures = {"cold": lambda hour: -outdoor[hour],
                "spiky": lambda hour: max(real[hour] - told[hour], 0),
                "negative": lambda hour: real[hour] < 0}
    starts = [hour for hour in sorted(real) if hour.endswith("T05:00:00Z") and int(hour[5:7]) in WINTER_MONTHS]
    weeks = [(start, hours_of(start)) for start in starts]
    known = [(start, hours) for start, hours in weeks if all(h in outdoor and h in real and h in told for h in hours)]
    for name, measure in measures.items():
        start, hours = max(known, key=lambda week: sum(measure(hour) for hour in week[1]))
        end = (datetime.datetime.fromisoformat(hours[-1].replace("Z", "+00:00")) +
               datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield name, start, end


def main():
    parser = arguments(__doc__)
    parser.add_argument("--plots", type=pathlib.Path)
    options = parser.parse_args()
    print("week", "from", "control", "cost_usd", "electricity_kwh", "starts", "comfort_below_k_h",
          "interlock_interventions", sep="\t")
    for name, begin, end in hard_weeks(options.data):
        ways = {"planner": [], "bids": ["--bid"], "timer": ["--control", "timer"],
                "thermostat": ["--control", "thermostat"]}
        for way, how in ways.items():
            told = lived(options.scada, options.layout, options.data, begin, end, "--alone", *how)
            print(name, begin, way, f"{settled(told):.2f}", f"{told['electricity_kwh']:.0f}",
                  told["heat_pump_starts"], f"{told['comfort_below_k_h']:.2f}", told["interlock_interventions"],
                  sep="\t", flush=True)
        if options.plots:
            lived(options.scada, options.layout, options.data, begin, end, "--report", str(options.plots / name))
            print(f"{options.plots / name / 'report.html'} shows the {name} week", file=sys.stderr)


if __name__ == "__main__":
    main()
