#!/usr/bin/python3
"""`scada simulate` as its user meets it: what it prints, what it refuses and how, and how it stops.

Usage: simulate_test.py SCADA
"""

import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from lived_time import lived

ROOT = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
SAMPLES = ROOT / "layouts/samples"
SCADA = ""

TWO_DAYS = ("--from", "2020-01-15", "--to", "2020-01-17")
ONE_DAY = ("--from", "2020-01-15", "--to", "2020-01-16")
OPTIONS = ("--weather", "--prices", "--day-ahead", "--from", "--to", "--control", "--with-node", "--bid", "--alone", "--faults", "--fault", "--step",
           "--seed", "--column", "--fill", "--time-zone", "--report", "--record", "--record-limit", "--json", "--help")
PROGRESS = re.compile(r"^(simulated|timer|thermostat) +\[#*\.*\] +[0-9]+ %", re.MULTILINE)


class Answer:
    """What one run said, with the progress taken apart from the rest of standard error."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        lines = err.splitlines()
        self.progress = [line for line in lines if PROGRESS.match(line)]
        self.said = "\n".join(line for line in lines if line and not PROGRESS.match(line))

    def __repr__(self):
        return f"exit {self.code}\n{self.out}\n{self.err}"

    def summary(self):
        return json.loads(self.out)

    def in_charge(self):
        return {who: hours for who, hours in self.summary()["authority_hours"].items() if hours > 0}

    def beside(self):
        """What others would have paid, USD."""
        told = self.summary()
        return {who: told[who + "_usd"] for who in ("timer", "thermostat") if told[who + "_usd"] is not None}

    def sha256(self):
        return self.summary()["event_log_sha256"]

    def without_wall_time(self):
        return {key: value for key, value in self.summary().items() if key not in ("wall_s", "filled")}


class Simulate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-simulate-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, options, house="simulated-house.yaml", weather=None, prices=None):
        return [SCADA, "simulate", str(ROOT / "layouts" / house),
                "--weather", str(weather or SAMPLES / "january-weather.csv"),
                "--prices", str(prices or SAMPLES / "january-prices.csv"), *options]

    def ask(self, *options, **files):
        done = subprocess.run(self.command(options, **files), capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def lived(self, *options, **files):
        answer = self.ask("--json", *options, **files)
        self.assertEqual(answer.code, 0, answer)
        return answer

    def refused(self, *options, lines=1, **files):
        """Exit 2, nothing on standard output, and no more lines on standard error than promised."""
        answer = self.ask(*options, **files)
        self.assertEqual(answer.code, 2, answer)
        self.assertEqual(answer.out, "")
        self.assertEqual(answer.progress, [])
        self.assertEqual(len(answer.err.splitlines()), lines, answer)
        return answer.err

    def file(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def weather_rows(self):
        return (SAMPLES / "january-weather.csv").read_text(encoding="utf-8").splitlines(keepends=True)

    def price_rows(self):
        return (SAMPLES / "january-prices.csv").read_text(encoding="utf-8").splitlines(keepends=True)


class Living(Simulate):
    def test_help_names_every_option_and_exit_code(self):
        done = subprocess.run([SCADA, "simulate", "--help"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0)
        for option in OPTIONS:
            self.assertRegex(done.stdout, rf"(?m)^\s+(-h,)?{option}\b")
        listed = set(re.findall(r"(?m)^\s+(?:-h,)?(--[a-z-]+)", done.stdout))
        self.assertEqual(listed, set(OPTIONS), "an option that this test does not know")
        self.assertRegex(done.stdout, r"Exit codes: 0 .*, 1 .*, 2 ")
        overview = subprocess.run([SCADA, "--help"], capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("simulate", overview.stdout)

    def test_two_days_of_each_house_are_counted_and_compared(self):
        for house in ("simulated-house.yaml", "maine-house.yaml"):
            with self.subTest(house):
                answer = self.lived(*TWO_DAYS, house=house)
                told = answer.summary()
                # Two days in January: some kilowatts day and night, at a COP between 1 and 4.
                used, paid = told["electricity_kwh"], told["energy_cost_usd"]
                self.assertTrue(50 < used < 400, told)
                self.assertTrue(1 < told["heat_delivered_kwh"] / used < 4, told)
                self.assertTrue(0 < told["heat_lost_kwh"] < 0.3 * told["heat_delivered_kwh"], told)
                self.assertTrue(0.05 < paid / used < 1, told)
                self.assertTrue(0 < told["bound_usd"] < paid, told)
                self.assertLess(abs(told["balance_error_kwh"]), 1e-6)
                self.assertLess(told["comfort_below_k_h"], 5)
                self.assertEqual(told["unserved_heat_kwh"] > 0, told["comfort_below_k_h"] > 0)
                self.assertTrue(1 <= told["heat_pump_starts"] <= 48, told)
                self.assertTrue(told["store_start_kwh"] > 20 and told["store_end_kwh"] > 20, told)
                self.assertEqual(told["alarms"], 0)
                self.assertGreater(told["messages"], 48 * 60)
                self.assertLess(told["wall_s"], 20)
                self.assertGreaterEqual(told["shortest_run_min"], 5)
                self.assertEqual(told["slots"], 576)
                self.assertEqual(told["filled"], [])
                self.assertEqual(answer.in_charge(), {"local": 48.0})
                self.assertRegex(answer.sha256(), "^[0-9a-f]{64}$")
                beside = answer.beside()
                self.assertLess(paid, 1.05 * beside["timer"], "a planner in its first days is hardly worse")
                self.assertGreater(beside["thermostat"], paid, "waiting for cheap hours pays")

    def test_progress_goes_to_standard_error_and_only_there(self):
        answer = self.lived(*ONE_DAY)
        self.assertEqual(answer.said, "", "a run without a reason to complain says nothing else")
        for who in ("simulated", "thermostat"):
            mine = [line for line in answer.progress if line.startswith(who)]
            self.assertEqual(len(mine), 10, answer)
            self.assertRegex(mine[-1], r"\[#{40}\] 100 %  2020-01-16  0 s to go")
        self.assertIsNone(PROGRESS.search(answer.out))
        self.assertNotIn("\r", answer.err, "a log file is no terminal")
        self.assertNotIn("\r", answer.out)

    def test_one_seed_has_one_log_and_another_seed_runs_as_well(self):
        options = ("--alone", "--with-node", *TWO_DAYS)
        first, again = self.lived(*options, "--seed", "3"), self.lived(*options, "--seed", "3")
        self.assertEqual(first.sha256(), again.sha256())
        self.assertEqual(first.without_wall_time(), again.without_wall_time())
        other = self.lived(*options, "--seed", "4")
        self.assertNotEqual(first.without_wall_time(), other.without_wall_time())

    def test_faults_are_told_and_promises_kept(self):
        answer = self.lived("--alone", "--faults", "--seed", "1", *TWO_DAYS)
        self.assertRegex(answer.said, r"(?m)^fault +[a-z]+-[a-z]+ 2020-")
        self.assertRegex(answer.said, r"(?m)^promises +all kept$")
        self.assertNotIn("BROKEN", answer.said)

    def test_a_fault_can_be_asked_for_by_name(self):
        spell = "sensor-vanishes 2020-01-15T06:00:00Z 3600 0 zone.living"
        answer = self.lived("--alone", *ONE_DAY, "--with-node", "--fault", spell)
        self.assertIn("fault      " + spell, answer.said)
        self.assertGreater(answer.summary()["warnings"], 0)
        sound = self.lived("--alone", *ONE_DAY, "--with-node")
        self.assertNotEqual(answer.sha256(), sound.sha256())
        for words in ("", "sensor-vanishes", "nonsense 2020-01-15T06:00:00Z 60 0 x", "power-cut yesterday 60 0",
                      "power-cut 2020-01-15T06:00:00Z -1 0", "link-loses 2020-01-15T06:00:00Z 60 nan",
                      "power-cut 2020-01-15T06:00:00Z 60 0 x", "relay-dead 2020-01-15T06:00:00Z 60 0"):
            with self.subTest(words):
                self.assertIn("write KIND BEGIN SECONDS AMOUNT [PART]", self.refused("--fault", words))

    def test_a_report_is_a_folder_of_three_files_that_agree(self):
        folder = self.folder / "new" / "report"
        answer = self.lived("--report", str(folder), *TWO_DAYS, "--with-node")
        self.assertEqual(sorted(f.name for f in folder.iterdir()), ["report.html", "series.csv", "summary.json"])
        self.assertEqual((folder / "summary.json").read_text(encoding="utf-8"), answer.out)
        rows = (folder / "series.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(rows), 1 + answer.summary()["slots"])
        page = (folder / "report.html").read_text(encoding="utf-8")
        self.assertNotRegex(page, r"(src|href)=.https?:")
        self.assertIn("report.html in a browser", answer.said)
        blocked = self.file("in-the-way", "")
        refused = self.ask("--alone", *ONE_DAY, "--report", str(blocked / "x"))
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("in-the-way", refused.said)

    def test_what_was_decided_can_be_recorded_and_is_decided_alike_by_replay(self):
        for name, faults in (("sound", ()),
                             ("faulty", ("--fault", "actor-killed 2020-01-15T06:00:00Z 600 0 dispatcher",
                                         "--fault", "sensor-lies 2020-01-15T09:00:00Z 3600 9 store.layer.0",
                                         "--fault", "node-mad 2020-01-15T12:00:00Z 3600 5"))):
            with self.subTest(name):
                log = self.folder / (name + ".log")
                self.lived("--alone", "--with-node", *ONE_DAY, *faults, "--record", str(log))
                again = subprocess.run([SCADA, "replay", str(log)], capture_output=True, text=True, timeout=60,
                                       check=False)
                self.assertEqual(again.returncode, 0, again.stdout[-2000:] + again.stderr)

    def test_people_get_sentences(self):
        answer = self.ask("--alone", *ONE_DAY)
        self.assertEqual(answer.code, 0, answer)
        self.assertRegex(answer.out, r"(?m)^  heating cost +\$[0-9.]+$")
        self.assertRegex(answer.out, r"(?m)^  computed   in [0-9.]+ s, [0-9]+ ms a day$")

    def test_alone_compares_with_nobody(self):
        answer = self.lived("--alone", *ONE_DAY)
        self.assertEqual(answer.beside(), {})
        self.assertEqual(answer.summary()["timer_missing"], "not-ready: not simulated")
        self.assertFalse([line for line in answer.progress if not line.startswith("simulated")])

    def test_a_thermostat_is_compared_with_the_timer_and_not_with_itself(self):
        timer, thermostat = (self.lived(*TWO_DAYS, "--control", who) for who in ("timer", "thermostat"))
        cost = {"timer": timer.summary()["energy_cost_usd"], "thermostat": thermostat.summary()["energy_cost_usd"]}
        self.assertEqual(thermostat.beside(), cost)
        self.assertEqual(timer.beside(), cost)
        self.assertFalse([line for line in thermostat.progress if line.startswith("thermostat")])

    def test_with_the_node_contracts_are_in_charge_for_a_part_and_both_others_are_compared(self):
        answer = self.lived(*TWO_DAYS, "--with-node")
        charge = answer.in_charge()
        self.assertEqual(set(charge), {"contract", "local"})
        self.assertGreater(charge["contract"], 4)
        self.assertAlmostEqual(sum(charge.values()), 48, delta=0.2)
        self.assertEqual(set(answer.beside()), {"timer", "thermostat"})

    def test_the_node_plans_by_the_prices_of_the_day_before_and_the_house_pays_those_of_the_day(self):
        rows = [row.split(",")[:2] for row in self.price_rows()[1:]]
        same = self.file("same.csv", "time_utc,day_ahead_usd_per_mwh\n" + "".join(f"{t},{p}\n" for t, p in rows))
        wrong = self.file("wrong.csv", "time_utc,day_ahead_usd_per_mwh\n" +
                          "".join(f"{t},{-float(p)}\n" for t, p in rows))
        options = (*TWO_DAYS, "--with-node", "--alone")
        plain = self.lived(*options).without_wall_time()
        self.assertEqual(self.lived(*options, "--day-ahead", str(same)).without_wall_time(), plain)
        misled = self.lived(*options, "--day-ahead", str(wrong)).without_wall_time()
        self.assertNotEqual(misled["event_log_sha256"], plain["event_log_sha256"])
        self.assertNotEqual(misled["energy_cost_usd"], plain["energy_cost_usd"])
        short = self.file("short.csv", "".join(same.read_text().splitlines(keepends=True)[:20]))
        self.assertIn("short.csv: error: has", self.refused(*TWO_DAYS, "--day-ahead", str(short)))

    def test_a_day_and_its_midnight_are_the_same_moment(self):
        day = self.lived("--alone", *ONE_DAY)
        moment = self.lived("--alone", "--from", "2020-01-15T00:00:00Z", "--to", "2020-01-16T00:00:00Z")
        self.assertEqual(day.without_wall_time(), moment.without_wall_time())
        self.assertEqual(sum(day.in_charge().values()), 24)
        part = self.lived("--alone", "--from", "2020-01-15T05:30:00Z", "--to", "2020-01-15T11:30:00Z")
        self.assertEqual(sum(part.in_charge().values()), 6)

    def test_without_bounds_it_lives_as_long_as_the_files_both_last(self):
        prices = self.file("prices.csv", "".join(self.price_rows()[:31]))
        answer = self.lived("--alone", prices=prices)
        self.assertEqual(sum(answer.in_charge().values()), 30)


class Files(Simulate):
    def test_a_file_that_is_not_there_is_named_and_so_is_the_other_one(self):
        gone, lost = self.folder / "gone.csv", self.folder / "lost.csv"
        told = self.refused(weather=gone, prices=lost, lines=2)
        self.assertIn(f"{gone}:1:1: error: cannot be read: No such file", told)
        self.assertIn(f"{lost}:1:1: error: cannot be read: No such file", told)
        self.assertIn("is not a file", self.refused(weather=self.folder))

    def test_a_file_of_another_format_is_refused_and_never_guessed_at(self):
        text = self.file("text.csv", "Dear Sir,\nI write to you about the weather.\n")
        told = self.refused(weather=text, lines=4)
        self.assertIn(f"{text}:1:1: error: no column 'time_utc'", told)
        self.assertIn(f"{text}:1:1: error: no column 'outdoor_c'", told)
        for name, what in (("empty", b""), ("random", bytes(range(256)) * 40), ("utf16", "a,b\n".encode("utf-16"))):
            with self.subTest(name):
                answer = self.ask(weather=self.file(name, what))
                self.assertEqual((answer.code, answer.out), (2, ""), answer)
                self.assertIn(f"{self.folder / name}:1:", answer.err)
                self.assertLessEqual(len(answer.err.splitlines()), 4, answer)

    def test_files_given_the_wrong_way_round_are_refused(self):
        told = self.ask(weather=SAMPLES / "january-prices.csv", prices=SAMPLES / "january-weather.csv")
        self.assertEqual(told.code, 2)
        self.assertIn("january-prices.csv:1:1: error: no column 'outdoor_c'", told.err)
        self.assertIn("january-weather.csv:1:1: error: no column 'lmp_usd_per_mwh'", told.err)
        self.assertNotIn("=lmp_usd_per_mwh", told.err)

    def test_a_column_of_another_name_is_read_as_the_hint_says(self):
        renamed = self.file("w.csv", "".join(self.weather_rows()).replace("outdoor_c", "temp"))
        told = self.refused(weather=renamed, lines=2)
        self.assertIn(f"{renamed}:1:1: error: no column 'outdoor_c'", told)
        self.assertIn("--column outdoor_c=temp", told)
        answer = self.lived("--alone", *ONE_DAY, "--column", "outdoor_c=temp", weather=renamed)
        self.assertEqual(answer.without_wall_time(), self.lived("--alone", *ONE_DAY).without_wall_time())

    def test_a_gap_is_refused_until_it_may_be_filled_and_then_told(self):
        rows = self.weather_rows()
        gap = self.file("gap.csv", "".join(rows[:99] + rows[103:]))
        told = self.refused("--alone", weather=gap, lines=2)
        self.assertIn(f"{gap}:100:1: error: gap of 5 h after line 99", told)
        self.assertIn("4 rows are missing, from 2020-01-16T07:00:00Z until 2020-01-16T11:00:00Z", told)
        self.assertIn("--fill linear", told)
        answer = self.lived("--alone", "--fill", "linear", *TWO_DAYS, weather=gap)
        self.assertIn("gap.csv: 4 rows of outdoor_c filled (linear) in 1 gap, the longest 4 h", answer.said)
        self.assertIn("gap.csv:100: filled 4 rows", answer.said)
        self.assertIn("4 rows of outdoor_c filled", answer.summary()["filled"][0])
        self.assertIn("--fill linear:4h", self.refused("--fill", "linear:1h", weather=gap, lines=2))

    def test_a_byte_order_mark_and_carriage_returns_change_nothing(self):
        def as_excel_would(rows):
            return b"\xef\xbb\xbf" + "".join(rows).replace("\n", "\r\n").encode()
        weather = self.file("w.csv", as_excel_would(self.weather_rows()))
        prices = self.file("p.csv", as_excel_would(self.price_rows()))
        answer = self.lived("--alone", *ONE_DAY, weather=weather, prices=prices)
        self.assertEqual(answer.said, "")
        self.assertEqual(answer.without_wall_time(), self.lived("--alone", *ONE_DAY).without_wall_time())

    def test_prices_without_distribution_take_the_layouts_and_say_so(self):
        bare = self.file("p.csv", "".join(row.strip().rsplit(",", 1)[0] + "\n" for row in self.price_rows()))
        answer = self.lived("--alone", *ONE_DAY, prices=bare)
        self.assertEqual(len(answer.said.splitlines()), 1, answer)
        self.assertIn(f"{bare}: no column 'distribution_usd_per_mwh'", answer.said)
        self.assertIn("layout's tariff", answer.said)
        self.assertGreater(answer.summary()["energy_cost_usd"], 0)
        # A name that was given and is not there is a mistake, not a choice.
        self.refused("--column", "distribution_usd_per_mwh=wires", prices=bare, lines=2)

    def test_prices_that_end_too_soon_are_told_with_the_bounds_that_would_do(self):
        short = self.file("p.csv", "".join(self.price_rows()[:200]))
        told = self.refused("--to", "2020-01-24", prices=short)
        self.assertIn(f"{short}: error: has 2020-01-12T05:00:00Z to 2020-01-20T12:00:00Z", told)
        offered = re.search(r"--from \S+ --to \S+", told)[0].split()
        self.assertEqual(offered, ["--from", "2020-01-12T05:00:00Z", "--to", "2020-01-20T12:00:00Z"])
        self.lived("--alone", "--from", "2020-01-19", *offered[2:], prices=short)

    def test_files_with_no_time_in_common_are_refused(self):
        other = self.file("p.csv", "".join(self.price_rows()).replace("2020-", "2021-"))
        self.assertIn("no time in common", self.refused(prices=other))


class Words(Simulate):
    def test_an_end_before_the_beginning_is_refused_with_both(self):
        told = self.refused("--from", "2020-01-17", "--to", "2020-01-15")
        self.assertIn("--from 2020-01-17T00:00:00Z must be before --to 2020-01-15T00:00:00Z", told)
        self.assertIn("must be before", self.refused("--from", "2020-01-15", "--to", "2020-01-15"))
        late = self.refused("--from", "2020-02-15")
        self.assertIn("--to 2020-01-26T05:00:00Z (of the files)", late)

    def test_what_is_no_time_is_refused_with_the_option_and_an_example(self):
        for option in ("--from", "--to"):
            for word in ("yesterday", "2020-02-30", "2020-01-15T25:00:00Z", "2020-01-15T05:00", "15.01.2020", "1e9"):
                with self.subTest(option + " " + word):
                    told = self.refused(option, word)
                    self.assertIn(f"{option} '{word}' is no time; write 2020-01-15 or", told)

    def test_words_out_of_bounds_are_refused_before_anything_runs(self):
        for words in (("--step", "0"), ("--step", "301"), ("--step", "x"), ("--seed", "-3"), ("--seed", "x"),
                      ("--control", "oracle"), ("--no-such-option", "1")):
            with self.subTest(words):
                answer = self.ask(*words)
                self.assertEqual((answer.code, answer.out, answer.progress), (2, "", []), answer)
                self.assertIn(words[0], answer.err)
                self.assertLessEqual(len(answer.err.splitlines()), 2, answer)
        for words in (("--fill", "nonsense"), ("--column", "nonsense"), ("--column", "outdor_c=x"),
                      ("--time-zone", "Mars")):
            with self.subTest(words):
                told = self.refused(*words)
                self.assertIn(words[0], told)
                self.assertIn(words[1], told)

    def test_what_is_required_is_asked_for(self):
        for given, lacking in (((), "LAYOUT"), ((str(ROOT / "layouts/simulated-house.yaml"),), "--weather"),
                               ((str(ROOT / "layouts/simulated-house.yaml"), "--weather", "w.csv"), "--prices")):
            done = subprocess.run([SCADA, "simulate", *given], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(lacking + " is required", done.stderr)

    def test_a_layout_that_cannot_be_simulated_is_named_with_the_reason(self):
        told = self.refused(*TWO_DAYS, house="pi-bench.yaml")
        self.assertIn("pi-bench.yaml", told)
        self.assertIn("no 'plant'", told)
        self.assertIn("no such file", self.refused(house="nobody-lives-here.yaml", lines=2))
        bad = self.ask(house="../tests/layouts/bad/plant_cop.yaml")
        self.assertEqual((bad.code, bad.out), (2, ""))
        self.assertRegex(bad.err, r"plant_cop\.yaml:[0-9]+:[0-9]+: error: ")


class Stopping(Simulate):
    def year(self):
        start = datetime.datetime(2020, 1, 1)
        hours = [(start + datetime.timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%SZ") for h in range(366 * 24)]
        return {"weather": self.file("w.csv", "time_utc,outdoor_c\n" +
                                     "".join(f"{t},{-5 + h % 7}\n" for h, t in enumerate(hours))),
                "prices": self.file("p.csv", "time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh\n" +
                                    "".join(f"{t},{30 + h % 24},50\n" for h, t in enumerate(hours)))}

    def stopped(self, by, *options, when, **files):
        """Signals a run once `when` stands in a line of its standard error; its answer and how long it took."""
        process = subprocess.Popen(self.command(options, **files), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        seen = ""
        if when is not None:
            while not when.search(seen):
                line = process.stderr.readline()
                self.assertTrue(line, "it ended before it could be stopped: " + seen)
                seen += line
        else:
            time.sleep(1.5)
        self.assertIsNone(process.poll())
        began = lived()
        process.send_signal(by)
        out, err = process.communicate(timeout=20)
        return Answer(process.returncode, out, seen + err), lived() - began

    def test_a_signal_in_a_long_run_ends_it_with_the_summary_so_far(self):
        files = self.year()
        for by in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(by):
                answer, took = self.stopped(by, "--alone", "--json", house="maine-house.yaml", when=None, **files)
                self.assertEqual(answer.code, 1, answer)
                self.assertLess(took, 2)
                at = re.search(r"stopped at (2020-\S+Z)", answer.said)
                self.assertIsNotNone(at, answer)
                self.assertIn("this is what there is by then", answer.said)
                told = answer.summary()
                self.assertTrue(0 < told["bound_usd"] < told["energy_cost_usd"], told)
                self.assertLess(abs(told["balance_error_kwh"]), 1e-6)
                until = datetime.datetime.strptime(at[1], "%Y-%m-%dT%H:%M:%SZ")
                hours = (until - datetime.datetime(2020, 1, 1)).total_seconds() / 3600
                self.assertAlmostEqual(sum(answer.in_charge().values()), hours, delta=0.11)
                self.assertLess(hours, 360 * 24)

    def test_a_signal_while_it_compares_keeps_the_summary_and_says_where(self):
        answer, took = self.stopped(signal.SIGINT, "--json", when=re.compile(r"^thermostat \[", re.MULTILINE))
        self.assertEqual(answer.code, 1, answer)
        self.assertLess(took, 2)
        self.assertEqual(set(answer.beside()), {"timer"}, "which it was itself")
        self.assertRegex(answer.said, r"stopped at 2020-01-\S+Z of 'thermostat'")
        self.assertNotIn("what there is", answer.said)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SCADA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
