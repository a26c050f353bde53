#!/usr/bin/env python3
"""Measures the source and prints a table; with --check also fails where a limit of the project is passed.

usage: scripts/measure.py [--check] [OBJECTS]

OBJECTS is the folder with the object files of a build (default: build/obj). They say which file uses a function of which
other file, and which public functions nothing uses. Tables (initialisers at file level) do not count, neither for the
length of their file nor as functions.
"""
import itertools
import os
import re
import subprocess
import sys
from collections import defaultdict

CODE = ("pkg", "cmd/vpcmeta", "cmd/vpcsim")
# What: median, 95th percentile and most lines that are allowed.
LIMITS = {
    ("code", "files"): (200, 500, 600),
    ("code", "functions"): (30, 60, 100),
    # A test program belongs to a whole room, and a table of cases may stand inside its function.
    ("tests", "files"): (400, 600, 800),
    ("tests", "functions"): (30, 60, 150),
}
SHORT = 3  # lines of a function that is hardly more than another name
REPEATED = 6  # lines that make a repetition


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", *patterns], check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split("\0") if name and os.path.exists(name)]


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read().split("\n")


def percentile(numbers, share):
    ordered = sorted(numbers)
    return ordered[max(0, int(len(ordered) * share + 0.999999) - 1)] if ordered else 0


def measure(name):
    """Lines of a file without its tables, and (lines, place) of each function; relies on the layout of .clang-format."""
    lines, functions = 0, []
    in_table, start, before = False, 0, ""
    for number, line in enumerate(read(name), 1):
        if re.match(r"^[^ #/}].*= *(\{|\\)$", line):
            in_table = True
        lines += not in_table
        if in_table and line == "};":
            in_table = False
        if line == "{" and (")" in before or before.startswith(" ")):
            start = number
        if line == "}" and start:
            functions.append((number - start - 1, f"{name}:{start - 1}"))
            start = 0
        before = line
    return lines, functions


def without_opening(names):
    """Files that do not begin with a comment that says what they are for; a pair of .c and .h may share the header's."""
    return [name for name in names if not read(name)[0].startswith(("/*", "//"))]


def symbols(objects):
    """Names that each source file defines for others and those that it uses of others."""
    defined, used = {}, defaultdict(set)
    for folder, _, files in os.walk(objects):
        for file in files:
            if not file.endswith(".o"):
                continue
            path = os.path.join(folder, file)
            source = os.path.relpath(path, objects)[:-2]
            if not os.path.exists(source):
                continue
            listed = subprocess.run(["nm", "-P", path], check=True, capture_output=True, text=True).stdout
            for line in listed.splitlines():
                name, kind = line.split(" ")[:2]
                if kind in "TDBR":
                    defined.setdefault(name, source)
                elif kind == "U":
                    used[source].add(name)
    return defined, used


def cycles_in_folders(defined, used):
    """The groups of files of one folder that use each other in a circle (strongly connected components, Tarjan 1972)."""
    graph = defaultdict(set)
    for source, names in used.items():
        for name in names:
            target = defined.get(name)
            if target and target != source and os.path.dirname(target) == os.path.dirname(source):
                graph[source].add(target)
    index, low, stack, found = {}, {}, [], []
    counter = itertools.count()

    def visit(node):
        index[node] = low[node] = next(counter)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found, graph


def unused_functions(defined, used):
    called = defaultdict(set)
    for source, names in used.items():
        for name in names:
            called[name].add(source)
    return sorted((source, name) for name, source in defined.items()
                  if source.startswith(CODE) and name != "main"
                  and not any(user.startswith(CODE) for user in called[name]))


def repetitions(names):
    """Places where REPEATED lines of code in a row stand again, in the same file or in another one."""
    places = defaultdict(list)
    for name in names:
        code = [line.strip() for line in read(name)]
        code = [line for line in code if len(line) > 3 and not line.startswith(("/*", "*", "//", "#include", "{", "}"))]
        for start in range(len(code) - REPEATED + 1):
            places[tuple(code[start:start + REPEATED])].append((name, start))
    repeated, last = 0, None
    for run in places.values():
        for (left, i), (right, j) in zip(run, run[1:]):
            if last != (left, i - 1, right, j - 1):
                repeated += 1
            last = (left, i, right, j)
    return repeated


def main():
    arguments = [word for word in sys.argv[1:] if word != "--check"]
    check = "--check" in sys.argv[1:]
    objects = arguments[0] if arguments else "build/obj"
    faults = []

    sources = tracked("pkg/*.c", "pkg/*.cc", "pkg/*.h", "cmd/*.c", "cmd/*.h")
    tests = tracked("tests/*.c", "tests/*.h")
    scripts = tracked("tests/*.bats", "tests/*.bash", "tests/*.sh", "tests/*.py")

    def filled(names):
        return sum(1 for name in names for line in read(name) if line.strip())

    lines = {room: filled([name for name in sources if name.startswith(room + "/")]) for room in CODE}
    product, test_lines = lines["pkg"] + lines["cmd/vpcmeta"], filled(tests) + filled(scripts)
    print(f"{'non-blank lines':34} pkg {lines['pkg']}, cmd/vpcmeta {lines['cmd/vpcmeta']} (together {product}), "
          f"cmd/vpcsim {lines['cmd/vpcsim']}, tests {test_lines}")
    print(f"{'tests : pkg + cmd/vpcmeta':34} {test_lines / product:.2f}")

    for what, names in (("code", sources), ("tests", tests)):
        sizes, functions = [], []
        for name in names:
            length, inside = measure(name)
            sizes.append((length, name))
            functions += inside
        for part, found in (("files", sizes), ("functions", functions)):
            numbers = [number for number, _ in found]
            median, p95, most = LIMITS[what, part]
            is_longest = max(found)
            print(f"{what + ', ' + part:34} {len(found)}: median {percentile(numbers, 0.5)}, p95 {percentile(numbers, 0.95)}, "
                  f"longest {is_longest[0]} ({is_longest[1]})")
            faults += [f"{place}: {number} lines, over {most}" for number, place in found if number > most]
            if percentile(numbers, 0.5) > median:
                faults.append(f"{what}, {part}: median over {median}")
            if percentile(numbers, 0.95) > p95:
                faults.append(f"{what}, {part}: 95th percentile over {p95}")
        if what == "code":
            short = sum(number <= SHORT for number, _ in functions)
            print(f"{'functions of three lines or less':34} {short} of {len(functions)} ({100 * short / len(functions):.1f} %)")

    silent = without_opening([name for name in sources if not name.endswith(".h")])
    faults += [f"{name}: does not open with what it is for" for name in silent]
    print(f"{'files without an opening line':34} {len(silent)}")

    reached = [name for name in sources if name.startswith(("cmd/vpcmeta/", "pkg/plan/"))
               for line in read(name) if re.match(r'#include "(http|vpc)/', line)]
    faults += [f"{name}: includes a header of http or vpc" for name in reached]
    print(f"{'includes of http, vpc in cmd, plan':34} {len(reached)}")

    defined, used = symbols(objects)
    if not defined:
        sys.exit(f"{objects}: no object files; build first (make tests-built)")
    cycles, _ = cycles_in_folders(defined, used)
    faults += ["cycle: " + ", ".join(files) for files in cycles]
    by_folder = defaultdict(int)
    for files in cycles:
        by_folder[os.path.dirname(files[0])] += 1
    print(f"{'cycles of files in a folder':34} {len(cycles)}"
          + "".join(f", {folder} {count}" for folder, count in sorted(by_folder.items())))

    unused = unused_functions(defined, used)
    faults += [f"{source}: nothing outside the tests uses {name} of another file" for source, name in unused]
    print(f"{'public functions without a caller':34} {len(unused)}")
    print(f"{'repetitions of six lines':34} code {repetitions(sources)}, tests {repetitions(tests)}")

    if check:
        for fault in faults:
            print(fault)
        sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
