#!/usr/bin/env python3
"""Holds a dialogue with a program on a terminal of its own, for tests of what only happens on terminals.

usage: pty_dialogue.py [--transcript FILE] COMMAND [ARGUMENT...] < DIALOGUE

The dialogue has one step a line; empty lines and lines that start with # are skipped:
    expect REGEX    waits until the output after the last match has it (as the screen shows it)
    never REGEX     fails when the output after the last match has it already
    send TEXT       types the text and Enter; Python escapes such as \\t are understood
    type TEXT       types the text alone
    interrupt       types Ctrl-C
    eof             types Ctrl-D
    signal NAME     sends the process a signal: INT, TERM, ...
    hang-up         closes the terminal, as a connection that breaks does; only `wait-for` and `end` may follow
    wait-for FILE REGEX   waits until the file has a line with it
    save FILE       writes what the terminal shows now to the file
    end             waits for the program to end
The exit status is the program's own (128 + N for a signal), or 99 when a step fails or takes longer than
PTY_TIMEOUT seconds (default 20); the transcript is then shown on standard error.
The terminal has PTY_SIZE columns and rows (default 100x40); the file PTY_RAW gets the bytes that were written to it.
Nothing here waits a fixed time: every step goes on as soon as what it waits for is there.
"""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

CONTROLS = re.compile(r"\x1b\[([0-9;?]*)[ -/]*([@-~])|\x1b[=>78]|\x1b\][^\x07]*\x07|[\x00-\x1f]")
UNFINISHED = re.compile(r"(\x1b(\[[0-9;?]*)?)?\Z")
TIMEOUT = float(os.environ.get("PTY_TIMEOUT", "20"))
COLUMNS, ROWS = (int(number) for number in os.environ.get("PTY_SIZE", "100x40").split("x"))


class Failure(Exception):
    pass


class Screen:
    """What the program has written, as a terminal without end would show it: lines that are edited in place."""

    def __init__(self):
        self.lines = [""]
        self.row = self.column = 0
        self.rest = ""  # a control sequence of which a part is still to come

    def text(self):
        lines = list(self.lines)
        lines[self.row] = lines[self.row].ljust(self.column)
        return "\n".join(lines)

    def write(self, output):
        output = self.rest + output
        self.rest = UNFINISHED.search(output)[0]
        output = output[:len(output) - len(self.rest)]
        position = 0
        for control in CONTROLS.finditer(output):
            self.put(output[position:control.start()])
            position = control.end()
            self.obey(control)
        self.put(output[position:])

    def put(self, text):
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + text + line[self.column + len(text):]
        self.column += len(text)

    def obey(self, control):
        line = self.lines[self.row]
        count = int(control[1]) if (control[1] or "").isdigit() else 1
        if control[0] == "\r":
            self.column = 0
        elif control[0] == "\b":
            self.column = max(0, self.column - 1)
        elif control[0] == "\t":
            self.column += 8 - self.column % 8
        elif control[0] == "\n":
            self.row += 1
            self.lines += [""] if self.row == len(self.lines) else []
        elif control[2] == "A":
            self.row = max(0, self.row - count)
        elif control[2] == "C":
            self.column += count
        elif control[2] == "D":
            self.column = max(0, self.column - count)
        elif control[2] == "G":
            self.column = count - 1
        elif control[2] == "K":
            self.lines[self.row] = line[:self.column]
        elif control[2] == "J":
            self.lines[self.row:] = [line[:self.column]]
        elif control[2] == "P":
            self.lines[self.row] = line[:self.column] + line[self.column + count:]
        elif control[2] == "@":
            self.lines[self.row] = line[:self.column] + " " * count + line[self.column:]


class Dialogue:
    def __init__(self, command):
        self.screen = Screen()
        self.seen = 0  # how much of the screen's text earlier steps have used up
        self.status = None
        self.raw = open(os.environ.get("PTY_RAW", os.devnull), "wb", buffering=0)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            try:
                os.execvp(command[0], command)
            finally:
                os._exit(127)

    def text(self):
        return self.screen.text()

    def read(self, deadline):
        """Takes in what the program writes; False at its end."""
        if self.terminal is None:
            return False
        ready, _, _ = select.select([self.terminal], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise Failure("timed out")
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # Linux answers EIO when the last process has closed the terminal
            data = b""
        self.raw.write(data)
        self.screen.write(self.decoder.decode(data))
        return bool(data)

    def expect(self, regex):
        pattern = re.compile(regex, re.MULTILINE)
        deadline = time.monotonic() + TIMEOUT
        while True:
            match = pattern.search(self.text(), min(self.seen, len(self.text())))
            if match:
                self.seen = match.end()
                return
            if not self.read(deadline):
                raise Failure("the program ended")

    def never(self, regex):
        if re.compile(regex, re.MULTILINE).search(self.text(), self.seen):
            raise Failure("found")

    def type(self, text):
        os.write(self.terminal, codecs.decode(text, "unicode_escape").encode())

    def wait_for(self, argument):
        """Reads the terminal meanwhile, so that the program is not held up."""
        name, regex = argument.split(None, 1)
        deadline = time.monotonic() + TIMEOUT
        while True:
            with open(name, encoding="utf-8", errors="replace") as file:
                if re.search(regex, file.read(), re.MULTILINE):
                    return
            if time.monotonic() > deadline:
                raise Failure("timed out")
            if self.terminal is None:
                time.sleep(0.02)
            elif select.select([self.terminal], [], [], 0.02)[0]:
                self.read(deadline)

    def hang_up(self):
        os.close(self.terminal)
        self.terminal = None

    def save(self, name):
        with open(name, "w", encoding="utf-8") as file:
            file.write(self.text() + "\n")

    def end(self):
        deadline = time.monotonic() + TIMEOUT
        while self.read(deadline):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)

    def step(self, verb, argument):
        actions = {
            "expect": lambda: self.expect(argument),
            "never": lambda: self.never(argument),
            "send": lambda: self.type(argument + "\\r"),
            "type": lambda: self.type(argument),
            "interrupt": lambda: self.type("\\x03"),
            "eof": lambda: self.type("\\x04"),
            "signal": lambda: os.kill(self.pid, getattr(signal, "SIG" + argument)),
            "hang-up": self.hang_up,
            "wait-for": lambda: self.wait_for(argument),
            "save": lambda: self.save(argument),
            "end": self.end,
        }
        if verb not in actions:
            raise Failure("no such step")
        actions[verb]()


def main():
    arguments = sys.argv[1:]
    transcript = None
    if arguments and arguments[0] == "--transcript":
        transcript = arguments[1]
        arguments = arguments[2:]
    steps = [line.rstrip("\n") for line in sys.stdin]
    dialogue = Dialogue(arguments)
    failed = None
    for number, line in enumerate(steps, 1):
        if not line.strip() or line.startswith("#"):
            continue
        verb, _, argument = line.partition(" ")
        try:
            dialogue.step(verb, argument)
        except Failure as failure:
            failed = f"step {number}: {line}: {failure}"
            break
    if failed is None and dialogue.status is None:
        failed = "the dialogue has no `end`"
    if transcript:
        dialogue.save(transcript)
    if failed:
        os.kill(dialogue.pid, signal.SIGKILL)
        print(f"{failed}\n--- the terminal showed:\n{dialogue.text()}\n---", file=sys.stderr)
        return 99
    return dialogue.status if dialogue.status >= 0 else 128 - dialogue.status


sys.exit(main())
