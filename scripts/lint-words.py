#!/usr/bin/env python3
"""Fails where the product or its documents use a word or a phrase that the vocabulary of the project leaves out.

usage: scripts/lint-words.py

Users read strings of the product, README, CHANGELOG and schemas: PHRASES are kept out of those. WORDS are kept out of
everything, comments and names of the code included. Tests are free in what they feed to the program.
"""
import re
import sys

from measure import tracked

PHRASES = [
    "is told", "tells", "told", "what is there", "as wanted", "as asked", "goes on with", "go on", "but for",
    "so many", "can be no", "is no name", "breed", "born", "birth", "mends", "somebody", "nobody", "looks at",
    "the way out", "in doubt", "right from",
]
WORDS = ["birth", "born", "breed", "doubt", "told", "somebody", "nobody"]
COLUMNS = 120

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<include>^\#[ ]*include[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<character>'(?:\\.|[^'\\\n])*')
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

phrase = re.compile(r"(?<![A-Za-z])(?:" + "|".join(re.escape(text) for text in PHRASES) + r")(?![A-Za-z])", re.IGNORECASE)
word = re.compile(r"(?<![A-Za-z])(?:" + "|".join(WORDS) + r")(?:s|ed|ing|ful)?(?![A-Za-z])", re.IGNORECASE)
faults = 0


def fault(name, line, text):
    global faults
    faults += 1
    print(f"{name}:{line}: {text}")


def check(pattern, name, first_line, text):
    for found in pattern.finditer(text):
        fault(name, first_line + text.count("\n", 0, found.start()), f"\"{found.group()}\" is not in the vocabulary")


def check_code(name, text):
    # Adjacent literals are one string: a phrase may be cut by a line break of the source.
    strings, at = "", 0
    end = 0
    for token in TOKEN.finditer(text):
        line = text.count("\n", 0, token.start()) + 1
        if token.lastgroup == "string":
            if strings and text[end:token.start()].strip() == "":
                strings += token.group()[1:-1]
            else:
                check(phrase, name, at, strings)
                strings, at = token.group()[1:-1], line
            end = token.end()
        elif token.lastgroup == "comment":
            check(word, name, line, token.group())
            for offset, row in enumerate(token.group().split("\n")):
                column = token.start() - text.rfind("\n", 0, token.start()) - 1 if offset == 0 else 0
                if column + len(row) > COLUMNS:
                    fault(name, line + offset, f"a comment beyond column {COLUMNS}")
        elif token.lastgroup == "name":
            check(word, name, line, re.sub(r"[_0-9]", " ", token.group()))
    check(phrase, name, at, strings)


def main():
    for name in tracked("pkg/*.c", "pkg/*.cc", "pkg/*.h", "cmd/*.c", "cmd/*.h"):
        with open(name, encoding="utf-8") as file:
            check_code(name, file.read())
    for name in tracked("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "schemas/*.json", "cmd/vpcmeta/manual/*"):
        with open(name, encoding="utf-8") as file:
            check(phrase, name, 1, file.read())
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
