#!/usr/bin/python3
"""One seed, one log, whoever compiled it: a release build and a debug build with sanitizers agree to the last bit.

Usage: two_builds_test.py SEASON_HASH     the program of the release build
"""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("HEARTH_BINARY_DIR", ROOT / "build/release"))
FLAGS = "-O0 -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-maybe-uninitialized"
SEASON_HASH = ""


def ran(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=3000, check=False)


class TwoBuilds(unittest.TestCase):
    def succeed(self, *command):
        done = ran(*command)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        return done.stdout

    def test_a_sound_week_and_three_bad_days_are_the_same_in_both(self):
        other = BUILD / "debug-twin"
        self.succeed("cmake", "-S", ROOT, "-B", other, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_CXX_FLAGS=" + FLAGS)
        self.succeed("cmake", "--build", other, "-j2", "--target", "season_hash")
        release = self.succeed(SEASON_HASH, ROOT / "layouts")
        debug = self.succeed(other / "tests/season_hash", ROOT / "layouts")
        print(release)
        self.assertEqual(len(release.splitlines()), 2)
        self.assertEqual(release, debug)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SEASON_HASH = os.path.abspath(sys.argv.pop(1))
    unittest.main()
