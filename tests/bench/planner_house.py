"""What the planner makes of two parts of 2020 in a whole simulated house, beside its timer, a thermostat,
fixed timers of many kinds, and the least that was possible.

usage: planner_house.py SCADA DATA_FOLDER [--layout FILE] [--short]

Prices are told as the market tells them: day-ahead for the hours to come, the real price of the hour that is.
Prints a tab-separated table. `captured` is the part of what could be saved against the thermostat:
(thermostat - cost) / (thermostat - least). All bills are settled for the heat that is left in the store at the
end, at 0.05 USD/kWh. --short lives through two weeks of each part only.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PARTS = (("Jan-Apr", "2020-01-01T05:00:00Z", "2020-05-01T05:00:00Z", "2020-01-15T05:00:00Z"),
         ("Oct-Dec", "2020-10-01T05:00:00Z", "2020-12-30T05:00:00Z", "2020-10-15T05:00:00Z"))
SETTLED_AT_USD_PER_KWH = 0.05

# When a fixed timer lets the heat pump fill the store, local time, and how hot.
DEAR_HOURS = {"coasts 07-12 and 16-20, Mon-Fri": None,
              "coasts 06-22": [("06:00", "22:00", "every-day")],
              "coasts 07-20": [("07:00", "20:00", "every-day")],
              "coasts 07-12 and 16-20": [("07:00", "12:00", "every-day"), ("16:00", "20:00", "every-day")]}
HOTTEST_C = (None, 65, 58, 52)


def lived(scada, layout, data, begin, end, *more, day_ahead=True):
    expected = ["--day-ahead", str(data / "prices-isone-dayahead-2020.csv")] if day_ahead else []
    answer = subprocess.run(
        [scada, "simulate", str(layout), "--weather", str(data / "weather-millinocket-2020.csv"),
         "--prices", str(data / "prices-keene-2020.csv"), *expected, "--from", begin, "--to", end, "--json", *more],
        capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    return json.loads(answer.stdout)


def arguments(about):
    """What each of these benches takes."""
    parser = argparse.ArgumentParser(description=about.split("\n\n", maxsplit=1)[0])
    parser.add_argument("scada")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--layout", type=pathlib.Path,
                        default=pathlib.Path(__file__).parents[2] / "layouts" / "maine-house.yaml")
    return parser


def variant(text, windows, hottest):
    """The same house with another timer."""
    if windows is not None:
        rows = "".join(f'\n      - {{ from: "{a}", to: "{b}", days: {days}, price: 487.63 USD/MWh }}'
                       for a, b, days in windows)
        text = re.sub(r"(windows:)(\n +- \{[^\n]*)+", lambda found: found.group(1) + rows, text)
    if hottest is not None:
        text = re.sub(r"\n    max: [^\n]*", f"\n    max: {hottest} °C", text)
    return text


def settled(told):
    return told["energy_cost_usd"] - SETTLED_AT_USD_PER_KWH * (told["store_end_kwh"] - told["store_start_kwh"])


def main():
    parser = arguments(__doc__)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    text = options.layout.read_text(encoding="utf-8")
    print("part", "control", "cost_usd", "captured", "electricity_kwh", "starts_per_day", "comfort_below_k_h",
          "interlock_interventions", sep="\t")
    for name, begin, end, soon in PARTS:
        end = soon if options.short else end

        def run(*more, layout=options.layout, begin=begin, end=end):
            return lived(options.scada, layout, options.data, begin, end, "--alone", *more)

        thermostat = run("--control", "thermostat")
        planner = run("--control", "planner")
        days = planner["electricity_kwh"] and (planner["slots"] / 288)
        # The bound is for the store as it was left; so both are settled at the same price.
        least = planner["bound_usd"] - SETTLED_AT_USD_PER_KWH * (planner["store_end_kwh"] - planner["store_start_kwh"])

        def show(control, told, name=name, days=days, least=least):
            captured = (settled(thermostat) - settled(told)) / (settled(thermostat) - least)
            print(name, control, f"{settled(told):.2f}", f"{captured:.3f}", f"{told['electricity_kwh']:.0f}",
                  f"{told['heat_pump_starts'] / days:.1f}", f"{told['comfort_below_k_h']:.2f}",
                  told["interlock_interventions"], sep="\t", flush=True)

        show("thermostat", thermostat)
        show("planner", planner)
        print(name, "least possible", f"{least:.2f}", "1.000", "", "", "", "", sep="\t", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for words, windows in DEAR_HOURS.items():
                for hottest in HOTTEST_C:
                    house = pathlib.Path(folder) / "house.yaml"
                    house.write_text(variant(text, windows, hottest), encoding="utf-8")
                    kind = "timer, " + words + (f", to {hottest} °C" if hottest else "")
                    show(kind, run("--control", "timer", layout=house))


if __name__ == "__main__":
    main()
