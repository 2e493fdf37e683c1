#!/usr/bin/python3
"""Guards the walls between the rooms: what a machine can check of docs/STYLE.md.

usage: tools/tidy.py [ROOT]     ROOT is the tree to check; this script's own unless given

Prints `file:line: what is wrong; use … instead` for each violation and exits 1 if there is any.
Length, names and beauty are for eyes; an overlong file is only a warning.
"""

import os
import re
import sys
from pathlib import Path

# Each room may include only itself and what stands to its right.
ROOMS = ["tools", "actors", "drivers", "layouts", "protocol"]
SKIPPED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__"}
TEXT_SUFFIXES = {".hpp", ".cpp", ".py", ".sh", ".md", ".proto", ".yaml", ".txt", ".ts", ".tsx", ".mjs", ".css", ".html"}
PAGES = "actors/portal/pages/"
TRANSCRIPTS = "tests/transcripts"
LINES_WORTH_A_WARNING = 450

# A file that may see CAF: a shell, the table of contents, the wiring page.
ACTOR_SHELL = r"actors/(.*/)?[^/]*_actor\.[^/]*|actors/interfaces\.hpp|actors/topology\.[^/]*|actors/onlooker\.hpp"

# What an #include names -> where it may stand besides tests/, and what to do elsewhere.
LIBRARY_HOMES = [
    (r"(modbus/)?modbus[^/]*\.h", r"drivers/ports/.*", "the port interface of drivers/driver.hpp"),
    (r"gpiod\.h(pp)?", r"drivers/ports/.*", "the port interface of drivers/driver.hpp"),
    (r"mqtt/.*|MQTT.*\.h", r"drivers/ports/.*", "drivers/mqtt_client.hpp"),
    (r"boost/.*", r"drivers/ports/(http_port\.cpp|tcp_door\.[ch]pp|web_(keys|reader|wire|session|server)\.[ch]pp)", "drivers/ports/http_port.hpp or web_server.hpp"),
    (r"argon2\.h|qrencode\.h", r"drivers/ports/.*", "drivers/ports/password_hash.hpp or qr_text.hpp"),
    (r"prometheus/.*", r"drivers/ports/metrics_text\.cpp", "drivers/ports/metrics_text.hpp"),
    (r"openssl/.*", r"(drivers/ports|layouts)/.*|tools/simulate/event_hash.*|actors/book.cpp", "drivers/ports/certificate.hpp"),
    (r".*\.pb\.h|google/protobuf/.*", r"protocol/codec[^/]*", "protocol/codec.hpp"),
    (r"yaml-cpp/.*", r"layouts/.*", "layouts/parse.hpp"),
    (r"caf/.*", ACTOR_SHELL + r"|tools/.*", "a pure file that an _actor shell calls"),
    (r"(CLI|spdlog|fmt)/.*", r"tools/.*", "a value that tools/ prints"),
    (r"nlohmann/.*", r"(layouts|drivers|actors/(node|record|commission|portal|history)|tools)/.*|actors/home_assistant\.cpp", "values; JSON is for the edges"),
    (r"date/.*", r"(layouts|actors|tools)/.*", "time_point of protocol/time.hpp"),
    (r"glpk\.h", r"tools/simulate/linear_program\.cpp", "tools/simulate/linear_program.hpp"),
    (r"doctest/.*", r"", "a test in tests/"),
]

# Code -> where it may stand, and what to use elsewhere.
CLOCK_HOMES = r"tools/.*|tests/.*|actors/house_clock\.[^/]*"
BANNED_CODE = [
    (r"\b(system_clock|high_resolution_clock)::now\b", CLOCK_HOMES,
     "the `now` argument, or clock() in a shell"),
    # A port may bound how long it blocks.
    (r"\bsteady_clock::now\b", CLOCK_HOMES + r"|drivers/ports/.*",
     "the `now` argument, or clock() in a shell"),
    (r"\b(gettimeofday|clock_gettime)\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)", CLOCK_HOMES,
     "the `now` argument, or clock() in a shell"),
    (r"\bsleep_(for|until)\b|(?<![\w.>])u?sleep\s*\(|\bnanosleep\s*\(", r"(tools|tests)/.*",
     "delayed_send in a shell"),
    (r"\bcaf::actor\b", r"tests/.*", "a typed handle of actors/interfaces.hpp"),
    (r"\bcaf::detached\b", r"actors/topology\.cpp|tests/.*", "a spawn in actors/topology.cpp"),
    (r"\bstd::rand\b|(?<![\w.>:])s?rand\s*\(", r"", "a seeded std::mt19937_64 passed as argument"),
    # Sentinels. In a port −1 is what the operating system answers, not what we mean by it.
    (r"\bquiet_NaN\b|\bsignaling_NaN\b|\bNAN\b|\bstd::nanf?\s*\(|(?<![\w.])-?9999(\.0*)?(?![\w.'])",
     r"tests/.*|tools/simulate/(faulty_port|mad_node)\.cpp",
     "std::optional or result<T>: absence is a type"),
    (r"\breturn\s*-1\s*;|\b(auto|double|float|int|long|\w+_t)\s+\w+\s*(=\s*-1\s*;|\{\s*-1\s*\})",
     r"(drivers/ports|tools|tests)/.*",
     "std::optional or result<T>: absence is a type"),
]

# What a transcript of a failure mentions: a word of fault_code, or what the bus calls it.
FAILURE = re.compile(
    r"timeout|disconnected|checksum|crc|refused|exception|malformed|garbage|out.of.range|mismatch"
    r"|not.ready|no.such.device|permission|unsupported", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MARKDOWN_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")


class Source:
    """One text file: its path from the root with slashes, its lines, and its code alone."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()
        self.room = self.path.split("/")[0]

    def is_cpp(self):
        return self.path.endswith((".hpp", ".cpp"))

    def code_lines(self):
        return without_comments_and_strings(self.text).split("\n")


def without_comments_and_strings(text):
    """C++ with comments and literals blanked, so that line numbers stay."""
    token = re.compile(
        r'R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/'
        r"|\"(?:\\.|[^\"\\\n])*\"|(?<!\w)'(?:\\.|[^'\\\n])+'",
        re.DOTALL)
    return token.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def read_tree(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            file = Path(folder) / name
            if file.suffix in TEXT_SUFFIXES or file.is_relative_to(root / TRANSCRIPTS):
                yield Source(root, file)


def stands_in(path, pattern):
    return re.fullmatch(pattern, path) is not None


# ---- the checks: each takes all files and yields (file, line, message)

def check_include_direction(files):
    for file in files:
        if not file.is_cpp() or file.room not in ROOMS:
            continue
        allowed = ROOMS[ROOMS.index(file.room):]
        for number, line in enumerate(file.lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            named = found.group(1)
            room = named.split("/")[0]
            if room in ROOMS + ["tests"] and room not in allowed:
                yield file.path, number, (
                    f"{file.room}/ may not include {room}/; use what stands to its right instead: "
                    + " → ".join(ROOMS))
            elif '"' in line and room not in ROOMS + ["tests"] and not named.endswith(".pb.h"):
                yield file.path, number, (
                    f'"{named}" is not a path from the root; use "room/file.hpp" instead')
            elif (named.startswith("drivers/ports/") and file.room == "drivers"
                  and not file.path.startswith("drivers/ports/")):
                yield file.path, number, (
                    "a driver may not include drivers/ports/; use the port interface of "
                    "drivers/driver.hpp instead")
            elif (stands_in(named, ACTOR_SHELL) and file.room == "actors"
                  and not stands_in(file.path, ACTOR_SHELL)):
                yield file.path, number, (
                    f"a pure file of actors/ may not include {named}, which brings CAF; "
                    "use values from a pure header instead")


def check_library_homes(files):
    for file in files:
        if not file.is_cpp() or file.room == "tests":
            continue
        for number, line in enumerate(file.lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            for library, home, instead in LIBRARY_HOMES:
                if stands_in(found.group(1), library) and not stands_in(file.path, home):
                    yield file.path, number, (
                        f"<{found.group(1)}> has no home here; use {instead} instead")


def check_banned_code(files):
    for file in files:
        if not file.is_cpp():
            continue
        for number, line in enumerate(file.code_lines(), 1):
            for pattern, home, instead in BANNED_CODE:
                found = re.search(pattern, line)
                if found and not stands_in(file.path, home):
                    yield file.path, number, (
                        f"`{found.group().strip()}` is banned here; use {instead} instead")


def check_unfinished(files):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            found = UNFINISHED.search(line)
            if found:
                yield file.path, number, f"{found.group()} left behind; use an issue instead"


# What the household's page may not do -> what it does instead.
BANNED_IN_PAGES = [
    (r"\b(inner|outer)HTML\b|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write\b",
     "a text node, so that no name becomes an element"),
    (r"\beval\(|new Function\(|javascript:|<script(?![^>]* src=)|<style", "a file of its own; the page's policy forbids the rest"),
    (r"https?://(?!www\.w3\.org/)", "the house itself: no request leaves it"),
]


def check_pages(files):
    for file in files:
        if not file.path.startswith(PAGES + "src/"):
            continue
        for number, line in enumerate(file.lines, 1):
            for pattern, instead in BANNED_IN_PAGES:
                found = re.search(pattern, line)
                if found:
                    yield file.path, number, f"`{found.group()}` is banned in the page; use {instead} instead"


def check_pragma_once(files):
    for file in files:
        if file.path.endswith(".hpp") and "#pragma once" not in file.lines:
            yield file.path, 1, "can be included twice; use `#pragma once` instead of nothing"


TYPE = re.compile(r"^(?:struct|class|enum class) (\w+)(?! *;)")
NAMESPACE = re.compile(r"^namespace ([\w:]+) \{")


def check_one_definition(files):
    """Two types of one name in two headers are one name to the linker, which keeps either."""
    seen = {}
    for file in files:
        if not file.path.endswith(".hpp") or file.room not in ROOMS:
            continue
        inside = ""
        for number, line in enumerate(file.lines, 1):
            opened = NAMESPACE.match(line)
            if opened:
                inside = opened.group(1)
            found = TYPE.match(line)
            if not found or line.rstrip().endswith(";"):
                continue
            name = f"{inside}::{found.group(1)}"
            first = seen.setdefault(name, file.path)
            if first != file.path:
                yield file.path, number, f"{name} is defined in {first} too; use another name instead"


def check_actors(files):
    """Every actor of the table of contents is wired on the wiring page and has its page.

    A `device_actor` is wired where topology.cpp spawns `device` or `device_of`, or names the handle.
    """
    by_path = {file.path: file for file in files}
    interfaces = by_path.get("actors/interfaces.hpp")
    if interfaces is None:
        return
    topology = by_path.get("actors/topology.cpp")
    wiring = "\n".join(topology.code_lines()) if topology else None
    has_pages = any(path.startswith("docs/actors/") for path in by_path)
    for number, line in enumerate(interfaces.code_lines(), 1):
        found = re.match(r"\s*using\s+((\w+)_actor)\s*=", line)
        if not found:
            continue
        alias, name = found.groups()
        spawned = rf"\bspawn(<[^<>]*>)?\s*\(\s*{name}(_of|_actor)?\b|\b{alias}\b"
        if wiring is not None and not re.search(spawned, wiring):
            yield interfaces.path, number, (
                f"{alias} is never wired; spawn it in actors/topology.cpp, or remove it instead")
        if has_pages and f"docs/actors/{name}.md" not in by_path:
            yield interfaces.path, number, (
                f"{alias} has no page; write docs/actors/{name}.md instead of leaving it unexplained")


def check_transcripts(files):
    """Every model of the registry has a folder of transcripts that holds a failure.

    The registry names `sdm120_model()`; its folder is `sdm120` or ends so, as in `eastron-sdm120`.
    A simulated device has no wire and so no transcript.
    """
    registry = next((file for file in files if file.path == "drivers/registry.cpp"), None)
    if registry is None:
        return
    simulated = "\n".join(f.text for f in files if f.path.startswith("drivers/simulated/"))
    folders = {}
    for file in files:
        if file.path.startswith(TRANSCRIPTS + "/") and file.path.count("/") > 2:
            folders.setdefault(file.path.split("/")[2], []).append(file)
    for number, line in enumerate(registry.code_lines(), 1):
        for name in re.findall(r"\b(\w+)_model\s*\(", line):
            if name == "find" or re.search(rf"\b{name}_model\s*\(", simulated):
                continue
            own = [file for folder, held in folders.items() for file in held
                   if ("_" + folder.replace("-", "_")).endswith("_" + name)]
            if not own:
                yield registry.path, number, (
                    f"{name} has no transcript; put some into {TRANSCRIPTS}/{name.replace('_', '-')}/")
            elif not any(FAILURE.search(file.path + file.text) for file in own):
                yield registry.path, number, (
                    f"no transcript of {name} holds a failure; add a timeout, a bad checksum or an "
                    "exception")


def check_markdown(files, root):
    for file in files:
        if not file.path.endswith(".md"):
            continue
        titles = 0
        fenced = False
        for number, line in enumerate(file.lines, 1):
            if line.lstrip().startswith(("```", "~~~")):
                fenced = not fenced
            if fenced:
                continue
            if line.startswith("# "):
                titles += 1
                if titles == 2:
                    yield file.path, number, "a second title; use `##` instead"
            for target in MARKDOWN_LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z][a-z0-9+.-]*:|#", target):
                    continue
                place = (root / file.path).parent / target.split("#")[0]
                if not place.exists():
                    yield file.path, number, (
                        f"broken link {target}; use a path relative to this file instead")
        if titles == 0:
            yield file.path, 1, "no title; use one `# ` line instead"


def check_named_tests(files):
    """A page whose table has a column of tests names none that is not there."""
    named = re.compile(r'"((?:[^"\\]|\\.)+)"')
    joined = (re.sub(r'"\s*\n\s*"', "", file.text) for file in files if stands_in(file.path, r"tests/.*\.cpp"))
    there = "\n".join(joined)
    if not there:
        return
    for file in files:
        lists_tests = False
        for number, line in enumerate(file.lines, 1) if stands_in(file.path, r"docs/.*\.md") else ():
            if not line.startswith("|"):
                lists_tests = False
            elif line.rstrip(" |").endswith("| test"):
                lists_tests = True
            elif lists_tests:
                for name in named.findall(line.rstrip(" |").rsplit(" | ", 1)[-1]):
                    if f'"{name}' not in there:
                        yield file.path, number, f'there is no test "{name}"; write its name as it stands in tests/'


def warn_of_length(files):
    for file in files:
        if file.is_cpp() and len(file.lines) > LINES_WORTH_A_WARNING:
            yield file.path, LINES_WORTH_A_WARNING, (
                f"warning: {len(file.lines)} lines; look whether two nouns share this file")


def violations(root):
    files = list(read_tree(root))
    for check in (check_include_direction, check_library_homes, check_banned_code, check_unfinished, check_pages,
                  check_pragma_once, check_one_definition, check_actors, check_transcripts, check_named_tests):
        yield from check(files)
    yield from check_markdown(files, root)


def main(arguments):
    if any(a in ("-h", "--help") for a in arguments) or len(arguments) > 1:
        print(__doc__.strip())
        return 0 if len(arguments) == 1 else 2
    root = Path(arguments[0] if arguments else Path(__file__).resolve().parent.parent).resolve()
    found = list(violations(root))
    for path, line, message in list(warn_of_length(list(read_tree(root)))) + found:
        print(f"{path}:{line}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
