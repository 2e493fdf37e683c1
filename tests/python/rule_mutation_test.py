#!/usr/bin/python3
"""Whether the unit tests would notice: each rule of the interlock and each end of a lease, broken on purpose.

Usage: rule_mutation_test.py ACTORS_TEST [WORD…]     only mutations whose name has one of the words

Each mutation of rule_mutations.py is compiled as the build tree compiles its file and linked into a test program of
its own. Every test that it names must fail in that program, and pass in the sound one.
"""

import concurrent.futures
import pathlib
import re
import sys
import tempfile
import time
import unittest

from mutation_test import BUILD, Workshop, ran
from rule_mutations import ALL

SOUND = ""
WORDS = ()


def passes(program, pattern):
    done = ran([program, f"--test-case={pattern}", "--no-skip"], timeout=120)
    if re.search(r"test cases: +0 \|", done.stdout):
        raise AssertionError(f"no test is called '{pattern}'")
    return done.returncode == 0


def tried(workshop, mutation):
    """What there is to complain of; nothing if every test noticed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hearth-mutation-") as folder:
        try:
            program = workshop.build(mutation, pathlib.Path(folder), "actors_test")
            blind = [test for test in mutation.promises if passes(program, test)]
        except AssertionError as problem:
            return str(problem)
    if blind:
        return f"'{mutation.name}' is not noticed by: {', '.join(blind)}"
    print(f"{time.monotonic() - began:5.1f} s  {mutation.name}", flush=True)
    return None


class RuleMutations(unittest.TestCase):
    def test_every_mutation_is_found_by_each_test_that_is_about_it_and_the_sound_program_passes(self):
        wanted = [m for m in ALL if not WORDS or any(word in m.name for word in WORDS)]
        for pattern in sorted({test for m in wanted for test in m.promises}):
            self.assertTrue(passes(SOUND, pattern), pattern)
        workshop = Workshop("tests/actors_test")
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as two:
            problems = [p for p in two.map(lambda m: tried(workshop, m), wanted) if p]
        self.assertEqual([], problems, "\n".join(problems))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not (BUILD / "compile_commands.json").exists():
        sys.exit(f"no build tree at {BUILD}")
    SOUND, WORDS = sys.argv[1], tuple(sys.argv[2:])
    unittest.main(argv=sys.argv[:1], verbosity=2)
