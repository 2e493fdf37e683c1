#!/usr/bin/python3
"""Each wall that tools/tidy.py guards: a tree that breaks it is refused, one that keeps it passes."""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "tools" / "tidy.py"
spec = importlib.util.spec_from_file_location("tidy", SCRIPT)
tidy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tidy)

PRAGMA = "#pragma once\n"
UNFINISHED_WORD = "TO" "DO"


class TidyTest(unittest.TestCase):
    def found_in(self, tree):
        """The violations of a tree given as {path: text}, as lines of text."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, text in tree.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return [f"{path}:{line}: {message}" for path, line, message in tidy.violations(root)]

    def refused(self, path, text, *expected, **others):
        """`text` at `path` breaks exactly one rule, and the message says each of `expected`."""
        found = self.found_in({path: text, **others.get("tree", {})})
        self.assertEqual(len(found), 1, found)
        for part in expected:
            self.assertIn(part, found[0])

    def passes(self, path, text, **others):
        self.assertEqual(self.found_in({path: text, **others.get("tree", {})}), [])

    @staticmethod
    def run_on(folder):
        command = [sys.executable, "-B", SCRIPT, folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    # ---- rooms

    def test_a_room_may_not_include_what_stands_to_its_left(self):
        for room, other in [("protocol", "layouts"), ("layouts", "drivers"), ("drivers", "actors"),
                            ("actors", "tools"), ("tools", "tests")]:
            self.refused(f"{room}/a.cpp", f'\n#include "{other}/b.hpp"\n', f"{room}/a.cpp:2:",
                         f"may not include {other}/", "instead")
            self.refused(f"{room}/a.cpp", f"#include <{other}/b.hpp>\n", f"may not include {other}/")

    def test_a_room_may_include_itself_and_what_stands_to_its_right(self):
        self.passes("tools/scada/main.cpp",
                    '#include "actors/topology.hpp"\n#include "protocol/time.hpp"\n')
        self.passes("protocol/a.cpp", '#include "protocol/a.hpp"\n#include <vector>\n')

    def test_tests_may_include_everything(self):
        self.passes("tests/actors/a_test.cpp",
                    '#include "tools/scada/plan.hpp"\n#include <caf/all.hpp>\n#include <modbus.h>\n')

    def test_an_include_is_written_from_the_root(self):
        self.refused("drivers/a.cpp", '#include "a.hpp"\n', "not a path from the root")

    def test_a_driver_may_not_include_a_port(self):
        self.refused("drivers/a.cpp", '#include "drivers/ports/modbus.hpp"\n', "drivers/driver.hpp")
        self.passes("drivers/ports/a.cpp", '#include "drivers/ports/modbus.hpp"\n')

    def test_a_pure_file_of_actors_may_not_include_a_shell(self):
        for shell in ["actors/device_actor.hpp", "actors/interfaces.hpp", "actors/topology.hpp"]:
            self.refused("actors/dispatcher.cpp", f'#include "{shell}"\n', "brings CAF")
            self.passes("actors/dispatcher_actor.cpp", f'#include "{shell}"\n')

    # ---- libraries

    def test_a_library_header_stands_only_in_its_home(self):
        for header, elsewhere, home in [
                ("modbus.h", "drivers/sdm120.cpp", "drivers/ports/modbus.cpp"),
                ("modbus/modbus.h", "tools/scada/main.cpp", "drivers/ports/modbus.cpp"),
                ("gpiod.hpp", "drivers/gpio.cpp", "drivers/ports/gpio.cpp"),
                ("mqtt/async_client.h", "actors/link_actor.cpp", "drivers/ports/paho_client.cpp"),
                ("MQTTAsync.h", "drivers/shelly.cpp", "drivers/ports/paho_client.cpp"),
                ("google/protobuf/arena.h", "protocol/messages.cpp", "protocol/codec.cpp"),
                ("yaml-cpp/yaml.h", "drivers/a.cpp", "layouts/document.cpp"),
                ("caf/all.hpp", "actors/dispatcher.cpp", "actors/dispatcher_actor.cpp"),
                ("caf/all.hpp", "drivers/a.cpp", "actors/interfaces.hpp"),
                ("caf/all.hpp", "protocol/a.cpp", "actors/topology.cpp"),
                ("CLI/CLI.hpp", "actors/a.cpp", "tools/atn/main.cpp"),
                ("spdlog/spdlog.h", "actors/a.cpp", "tools/scada/main.cpp"),
                ("nlohmann/json.hpp", "protocol/a.cpp", "drivers/shelly.cpp"),
                ("date/tz.h", "protocol/a.cpp", "actors/tariff.cpp"),
                ("doctest/doctest.h", "layouts/a.cpp", "tests/layouts/a_test.cpp")]:
            with self.subTest(header=header):
                text = PRAGMA + f"#include <{header}>\n"
                self.refused(elsewhere, text, f"{elsewhere}:2:", header, "instead")
                self.passes(home, text)

    def test_generated_code_stands_only_in_the_codec(self):
        generated = '#include "protocol/hearth.pb.h"\n'
        self.refused("protocol/messages.cpp", generated, "protocol/codec.hpp")
        self.passes("protocol/codec_up.cpp", generated)

    # ---- calls

    def test_a_banned_call_is_refused_with_its_replacement(self):
        for code, instead in [
                ("auto t = std::chrono::system_clock::now();", "`now` argument"),
                ("auto t = steady_clock::now();", "`now` argument"),
                ("gettimeofday(&tv, nullptr);", "`now` argument"),
                ("auto t = std::time(nullptr);", "`now` argument"),
                ("std::this_thread::sleep_for(1s);", "delayed_send"),
                ("usleep(10);", "delayed_send"),
                ("void tell(caf::actor whom);", "typed handle"),
                ("system.spawn<caf::detached>(f);", "actors/topology.cpp"),
                ("auto n = std::rand();", "seeded"),
                ("srand(1);", "seeded"),
                ("auto x = std::numeric_limits<double>::quiet_NaN();", "std::optional"),
                ("auto x = std::nan(\"\");", "std::optional"),
                ("double x = -9999.0;", "std::optional"),
                ("return -1;", "std::optional"),
                ("int index = -1;", "std::optional"),
                ("std::int64_t age{-1};", "std::optional")]:
            with self.subTest(code=code):
                self.refused("actors/a_actor.cpp", f"\n\n{code}\n", "actors/a_actor.cpp:3:", instead)

    def test_what_only_looks_like_a_banned_call_passes(self):
        for code in ["// system_clock::now() is banned", "/* sleep_for\n TIMES(caf::actor) */",
                     'log("std::rand()");', 'auto s = R"(steady_clock::now())";',
                     "caf::actor_system system;", "auto n = strand(1);", "auto t = clock().now();",
                     "if (std::isnan(x)) return {};", "auto digits = 1'000'000; // caf::actor, it's",
                     "auto y = x - 1;", "auto t = celsius(-1);", "sign = -1;", "auto id = 199990;"]:
            with self.subTest(code=code):
                self.passes("actors/a_actor.cpp", code + "\n")

    def test_the_clock_has_one_home_besides_tools_and_tests(self):
        for home in ["actors/house_clock.cpp", "tools/scada/demo.cpp", "tests/bench/poll.cpp"]:
            self.passes(home, "auto t = std::chrono::steady_clock::now();\n")

    def test_a_detached_actor_is_spawned_on_the_wiring_page(self):
        self.passes("actors/topology.cpp", "system.spawn<caf::detached>(f);\n")

    def test_a_port_may_use_what_the_system_returns_and_bound_how_long_it_blocks(self):
        self.passes("drivers/ports/serial.cpp", "int fd = -1;\nauto t = steady_clock::now();\n")
        self.refused("drivers/ports/serial.cpp", "auto t = system_clock::now();\n", "`now` argument")

    # ---- text

    def test_unfinished_work_is_refused_wherever_it_is_noted(self):
        for path in ["protocol/a.cpp", "tools/a.py", "layouts/a.yaml", "actors/portal/pages/src/a.tsx"]:
            self.refused(path, f"first\n# {UNFINISHED_WORD} later\n", f"{path}:2:", "use an issue")

    def test_the_page_makes_no_elements_of_names_and_asks_nobody_else(self):
        page = "actors/portal/pages/src/a.tsx"
        self.refused(page, "x\nelement.innerHTML = name;\n", f"{page}:2:", "a text node")
        self.refused(page, 'load("https://cdn.example.com/x.js");\n', "no request leaves it")
        self.refused("actors/portal/pages/src/a.html", "<script>go()</script>\n", "a file of its own")
        self.passes("actors/portal/pages/src/a.html", '<script type="module" src="/a.js"></script>\n')
        self.passes("actors/portal/pages/src/a.svg.tsx", 'const of = "http://www.w3.org/2000/svg";\n')
        self.passes("tests/browser/a.mjs", "element.innerHTML = 1;\n")

    def test_a_type_is_defined_in_one_header(self):
        node = PRAGMA + "namespace hearth {\nstruct node {\n};\n}\n"
        self.refused("layouts/b.hpp", node, "hearth::node", tree={"actors/a.hpp": node})
        other = node.replace("hearth {", "hearth::simulated {")
        self.passes("layouts/b.hpp", node, tree={"actors/a.hpp": other})
        self.passes("layouts/b.hpp", node, tree={"actors/a.hpp": PRAGMA + "namespace hearth {\nstruct node;\n}\n"})

    def test_a_header_has_pragma_once(self):
        self.refused("protocol/a.hpp", "namespace hearth {}\n", "#pragma once")
        self.passes("protocol/a.hpp", "// Why.\n#pragma once\n")

    def test_a_page_has_exactly_one_title(self):
        self.refused("docs/a.md", "text\n", "no title")
        self.refused("docs/a.md", "# One\n\n# Two\n", "docs/a.md:3:", "a second title")
        self.passes("docs/a.md", "# One\n\n```sh\n# a comment\n```\n## Part\n")

    def test_a_link_between_pages_resolves(self):
        self.refused("docs/a.md", "# A\nsee [b](b.md#part)\n", "docs/a.md:2:", "broken link b.md")
        self.passes("docs/a.md", "# A\nsee [b](b.md#part), [c](https://example.net/x), [top](#a), "
                    "`[no](link)`\n", tree={"docs/b.md": "# B\n"})

    def test_a_page_names_no_test_that_is_not_there(self):
        page = '# A\n\n| id | promise | test |\n| --- | --- | --- |\n| A1 | it is so | "it is {}", "rule …" |\n'
        test = {"tests/a.cpp": 'TEST_CASE(\n    "it is "\n    "so") {}\nTEST_CASE("rule … one") {}\n'}
        self.passes("docs/a.md", page.format("so"), tree=test)
        self.refused("docs/a.md", page.format("not"), 'no test "it is not"', tree=test)

    def test_a_long_file_is_only_a_warning(self):
        text = "int a;\n" * (tidy.LINES_WORTH_A_WARNING + 1)
        self.passes("protocol/a.cpp", text)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "protocol").mkdir()
            (Path(folder) / "protocol" / "a.cpp").write_text(text)
            run = self.run_on(folder)
        self.assertEqual(run.returncode, 0)
        self.assertIn("warning: 451 lines", run.stdout)

    # ---- actors

    ACTORS = {"actors/interfaces.hpp":
              PRAGMA + "using reading_sink = int;\nusing device_actor =\n    int;\n",
              "actors/topology.cpp": "device_actor spawn_device();\n",
              "docs/actors/device.md": "# Device\n"}

    def test_an_actor_is_wired_and_has_a_page(self):
        self.assertEqual(self.found_in(self.ACTORS), [])

    def test_an_actor_is_wired_where_its_behaviour_is_spawned(self):
        for spawn in ["system.spawn(device, id)", "s.spawn<caf::detached>(device_of, id)"]:
            self.assertEqual(self.found_in({**self.ACTORS, "actors/topology.cpp": spawn}), [])
        found = self.found_in({**self.ACTORS, "actors/topology.cpp": "spawn(devices); device_of();"})
        self.assertEqual(len(found), 1)

    def test_an_actor_that_is_only_mentioned_in_a_comment_is_not_wired(self):
        found = self.found_in({**self.ACTORS, "actors/topology.cpp": "// device_actor\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("actors/interfaces.hpp:3: device_actor is never wired", found[0])

    def test_an_actor_without_a_page_is_refused(self):
        tree = {**self.ACTORS, "docs/actors/bus.md": "# Bus\n"}
        del tree["docs/actors/device.md"]
        found = self.found_in(tree)
        self.assertEqual(len(found), 1)
        self.assertIn("docs/actors/device.md", found[0])

    def test_what_is_not_written_yet_is_not_missed(self):
        self.passes("actors/interfaces.hpp", self.ACTORS["actors/interfaces.hpp"])
        self.passes("actors/topology.cpp", self.ACTORS["actors/topology.cpp"])

    # ---- drivers

    REGISTRY = {"drivers/registry.cpp": "m = {sdm120_model(), house_model()};\n",
                "drivers/simulated/house.cpp": "model house_model() { return {}; }\n"}
    GOOD_DAY = {"tests/transcripts/eastron-sdm120/voltage.txt": ">> 01 04\n<< 01 04 04\n"}
    BAD_DAY = {"tests/transcripts/eastron-sdm120/silence.txt": ">> 01 04\n== timeout\n"}

    def test_a_model_with_a_transcript_of_a_failure_passes_and_a_simulated_one_needs_none(self):
        self.assertEqual(self.found_in({**self.REGISTRY, **self.GOOD_DAY, **self.BAD_DAY}), [])

    def test_a_model_without_transcript_is_refused(self):
        found = self.found_in(self.REGISTRY)
        self.assertEqual(len(found), 1)
        self.assertIn("drivers/registry.cpp:1: sdm120 has no transcript", found[0])

    def test_a_model_whose_transcripts_hold_no_failure_is_refused(self):
        found = self.found_in({**self.REGISTRY, **self.GOOD_DAY})
        self.assertEqual(len(found), 1)
        self.assertIn("no transcript of sdm120 holds a failure", found[0])

    # ---- the script itself

    def test_the_script_fails_with_the_place_and_passes_on_an_empty_tree(self):
        with tempfile.TemporaryDirectory() as folder:
            clean = self.run_on(folder)
            (Path(folder) / "a.hpp").write_text("int a;\n")
            dirty = self.run_on(folder)
        self.assertEqual((clean.returncode, clean.stdout), (0, ""))
        self.assertEqual(dirty.returncode, 1)
        self.assertTrue(dirty.stdout.startswith("a.hpp:1: "), dirty.stdout)


if __name__ == "__main__":
    unittest.main()
