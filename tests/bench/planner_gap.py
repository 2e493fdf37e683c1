"""What lies between the planner's bill and the least that was possible: one limit after the other is taken away from
a simulated house, and the same planner lives through the same winter again.

usage: planner_gap.py SCADA DATA_FOLDER [--layout FILE] [--short]

Prints a tab-separated table. `gap_usd` is what a row's bill lies above its own least possible one; `share` is the
part of the house's gap that goes away with what the row takes away.
"""

import pathlib
import re
import sys
import tempfile

from planner_house import PARTS, SETTLED_AT_USD_PER_KWH, arguments, lived, settled

# The machine that `scada simulate` assumes of this house (drivers/simulated/performance.cpp), with water of 35 °C:
# outdoor °C, COP, kW of heat.
AT_35_C = ((-30, 1.71, 8.1), (-22, 2.04, 10.8), (-15, 2.49, 13.1), (-7, 2.78, 15.0), (2, 3.30, 16.2), (7, 4.80, 16.8),
           (12, 5.60, 17.5), (20, 6.50, 18.5))


def replaced(text, pattern, by):
    changed, count = re.subn(pattern, by, text, flags=re.MULTILINE)
    if count == 0:
        sys.exit(f"the layout has no line like {pattern}")
    return changed


def without_inertia(text):
    text = replaced(text, r"^    min_on: .*$", "    min_on: 1 min")
    text = replaced(text, r"^    min_off: .*$", "    min_off: 1 min")
    return replaced(text, r"^(  store: \{ buffer)", r"  heat_pump: { warm_up: 0 s, defrost: 0 s, frost: 24 h }\n\1")


def one_cop(text):
    rows = "".join(f"\n      - {{ outdoor: {air} °C, leaving_water: {water} °C, cop: {cop} }}"
                   for air, cop, _ in AT_35_C for water in (35, 75))
    text = replaced(text, r"^    cop:(\n      - \{.*)+", "    cop:" + rows)
    table = ", ".join(f"{{ outdoor: {air} °C, leaving_water: {water} °C, capacity: {heat} kW, cop: {cop} }}"
                      for air, cop, heat in AT_35_C for water in (35, 75))
    text = replaced(text, r"^  heat_pump_capacity: .*\n", "")
    return replaced(text, r"^  heat_pump: \{ ", f"  heat_pump: {{ table: [{table}], ")


def cool_rooms(text):
    text = replaced(text, r"^(      - \{ outdoor: -25 °C, supply): .*$", r"\1: 25 °C }")
    return replaced(text, r"emitter_w_per_k: \d+", "emitter_w_per_k: 3000")


def full_to_the_brim(text):
    return replaced(text, r"^    max: 170 °F.*$", "    max: 88 °C")


def main():
    parser = arguments(__doc__)
    parser.add_argument("--short", action="store_true", help="two weeks of each part only")
    options = parser.parse_args()
    steps = (("the house", lambda text: text, True),
             ("… that knows all prices", lambda text: text, False),
             ("… and starts, rests and never defrosts for nothing", without_inertia, False),
             ("… and heats hot water as cheaply as cool water", one_cop, False),
             ("… and needs no hot water in its rooms", cool_rooms, False),
             ("… and fills its store as hot as the machine can", full_to_the_brim, False))
    print("part", "step", "cost_usd", "least_usd", "captured", "gap_usd", "share", sep="\t")
    with tempfile.TemporaryDirectory() as folder:
        house = pathlib.Path(folder) / "house.yaml"
        for name, begin, end, soon in PARTS:
            text = options.layout.read_text(encoding="utf-8")
            whole = before = None
            for words, change, told_the_day_before in steps:
                text = change(text)
                house.write_text(text, encoding="utf-8")

                def run(*more, told=told_the_day_before, begin=begin, until=soon if options.short else end):
                    return lived(options.scada, house, options.data, begin, until, "--alone", *more, day_ahead=told)

                told = run()
                thermostat = settled(run("--control", "thermostat"))
                cost = settled(told)
                least = told["bound_usd"] - SETTLED_AT_USD_PER_KWH * (told["store_end_kwh"] - told["store_start_kwh"])
                gap = cost - least
                whole = whole or gap
                share = "" if before is None else f"{(before - gap) / whole:.2f}"
                before = gap
                print(name, words, f"{cost:.2f}", f"{least:.2f}", f"{(thermostat - cost) / (thermostat - least):.3f}",
                      f"{gap:.2f}", share, sep="\t", flush=True)


if __name__ == "__main__":
    main()
