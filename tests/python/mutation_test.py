#!/usr/bin/python3
"""Whether the swarm would notice: a program broken on purpose breaks a promise within 1,000 seeds.

Usage: mutation_test.py SCADA [WORD…]     only mutations whose name has one of the words

Each mutation of mutations.py is compiled as the build tree compiles its files, linked into a program of its own and
given to `scada swarm`. It must break the promise that it is about, with a seed with which the sound program keeps it.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest

from mutations import ALL

ROOT = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("HEARTH_BINARY_DIR", ROOT / "build/release"))
SCADA = ""
WORDS = ()
SEEDS = 1000
CONTROL_SEEDS = 40
BROKE = re.compile(r"^seed (\d+) of (\S+) broke", re.MULTILINE)


class Unfit(AssertionError):
    """A mutation that says nothing: its text is gone, or it does not compile."""


def ran(command, **options):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options)


def swarm(program, houses, *options):
    samples = ROOT / "layouts/samples"
    return ran([program, "swarm", *(str(ROOT / "layouts" / house) for house in houses),
                "--weather", str(samples / "january-weather.csv"), "--prices", str(samples / "january-prices.csv"),
                *options], timeout=3000)


def mutated(text, mutation, file, old, new):
    if text.count(old) != 1:
        raise Unfit(f"'{mutation.name}' no longer fits: {text.count(old)} times in {file}:\n{old}")
    return text.replace(old, new)


class Workshop:
    """Compiles and links as the build tree does."""

    def __init__(self, target="scada"):
        commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
        self.compile = {pathlib.Path(c["file"]): shlex.split(c["command"]) for c in commands
                        if "CMakeFiles/hearth_" in c["command"]}
        told = ran(["ninja", "-C", str(BUILD), "-t", "commands", pathlib.Path(target).name])
        if told.returncode != 0:
            raise RuntimeError("mutations need a build tree of ninja: " + told.stderr)
        line = [line for line in told.stdout.splitlines() if f" -o {target} " in line][-1]
        self.link = shlex.split(line.removeprefix(": && ").removesuffix(" && :"))

    def build(self, mutation, folder, name="scada"):
        """The program with these edits. Objects go before the libraries, so that theirs are not looked for."""
        texts = {}
        for file, old, new in mutation.edits:
            if file not in texts:
                texts[file] = (ROOT / file).read_text(encoding="utf-8")
            texts[file] = mutated(texts[file], mutation, file, old, new)
        objects = []
        for number, (file, text) in enumerate(texts.items()):
            source = folder / f"{number}-{pathlib.Path(file).name}"
            source.write_text(text, encoding="utf-8")
            objects.append(f"{source}.o")
            command = list(self.compile[ROOT / file])
            command[command.index("-o") + 1] = objects[-1]
            command[command.index("-c") + 1] = str(source)
            self.run(command, mutation)
        program = folder / name
        command = list(self.link)
        at = command.index("-o")
        command[at:at + 2] = [*objects, "-o", str(program)]
        self.run(command, mutation)
        return program

    @staticmethod
    def run(command, mutation):
        done = ran(command, cwd=BUILD)
        if done.returncode != 0:
            raise Unfit(f"'{mutation.name}' cannot be built:\n{done.stderr[-3000:]}")


def noticed(program, mutation, seeds):
    """The first of these seeds that breaks anything, and the promise if it is one of those that the mutation is about
    and the sound program keeps it with this seed; nothing if none breaks anything."""
    done = swarm(program, mutation.houses, "--first", "--no-shrink", "--jobs", "1", "--seeds", seeds, *mutation.options)
    found = BROKE.search(done.stdout)
    if found is None:
        if done.returncode != 0:
            raise AssertionError(f"'{mutation.name}': {done}")
        return None
    seed = int(found[1])
    sound = swarm(SCADA, mutation.houses, "--no-shrink", "--jobs", "1", "--seeds", f"{seed}..{seed}")
    for promise in mutation.promises:
        broken = re.compile(rf"^  \S+ {promise}: ", re.MULTILINE)
        if broken.search(done.stdout) and not broken.search(sound.stdout):
            return seed, promise
    return seed, None


def seed_that_notices(program, mutation):
    """The first seed that finds the mutation, and the promise that it breaks; or nothing.

    Other promises may break before; then the search goes on behind that seed.
    """
    if mutation.rare:
        found = noticed(program, mutation, f"{mutation.rare}..{mutation.rare}")
        if found and found[1]:
            return found
    begin = 1
    while begin <= SEEDS:
        found = noticed(program, mutation, f"{begin}..{SEEDS}")
        if found is None or found[1]:
            return found
        begin = found[0] + 1
    return None


def tried(workshop, mutation):
    """What there is to complain of; nothing if it was found. Says what it did."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hearth-mutation-") as folder:
        try:
            program = workshop.build(mutation, pathlib.Path(folder))
            built = time.monotonic() - began
            found = seed_that_notices(program, mutation)
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            return str(problem)
    spent = time.monotonic() - began
    if found is None:
        return f"'{mutation.name}' lived through {SEEDS} seeds: {' or '.join(mutation.promises)} is too weak"
    print(f"{found[1]:<16} seed {found[0]:<4} {built:4.1f} + {spent - built:5.1f} s  {mutation.name}", flush=True)
    return None


class Mutations(unittest.TestCase):
    def setUp(self):
        self.wanted = [m for m in ALL if not WORDS or any(word in m.name for word in WORDS)]

    def test_every_mutation_is_found_and_the_sound_program_breaks_nothing(self):
        houses = sorted({house for m in ALL for house in m.houses})
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as two:
            workshop = Workshop()
            control = None if WORDS else two.submit(
                swarm, SCADA, houses, "--no-shrink", "--jobs", "1", "--seeds", str(CONTROL_SEEDS))
            problems = [p for p in two.map(lambda m: tried(workshop, m), self.wanted) if p]
        self.assertEqual([], problems, "\n".join(problems))
        if control:
            self.assertEqual(control.result().returncode, 0, control.result().stdout)

    def test_what_was_found_is_kept_and_can_be_lived_through_again(self):
        """With the first mutation: the commands that are told break the same promise, the small one too."""
        with tempfile.TemporaryDirectory(prefix="hearth-mutation-") as place:
            folder = pathlib.Path(place)
            mutation = ALL[0]
            program = Workshop().build(mutation, folder)
            seed, promise = seed_that_notices(program, mutation)
            done = swarm(program, mutation.houses, "--seeds", f"{seed}..{seed}", "--keep", str(folder / "kept"))
            self.assertEqual(done.returncode, 1, done)
            story = (folder / "kept" / f"{promise}-seed-{seed}.txt").read_text(encoding="utf-8")
            self.assertIn(story, done.stdout)
            commands = re.findall(r"^  scada (simulate .*)$", story, re.MULTILINE)
            self.assertEqual(len(commands), 2, story)
            self.assertLess(commands[1].count("--fault"), 1 + commands[0].count("--fault"), story)
            for command in commands:
                again = ran([str(program), *shlex.split(command)], timeout=300)
                self.assertEqual(again.returncode, 1, again)
                self.assertRegex(again.stderr, rf"(?m)^BROKEN +\S+ {promise}: ")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SCADA, WORDS = sys.argv[1], tuple(sys.argv[2:])
    unittest.main(argv=sys.argv[:1], verbosity=2)
