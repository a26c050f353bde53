#!/usr/bin/python3
"""Makes the picture in README: vpcmeta at a terminal, on a small fleet of the simulator.

usage: scripts/picture.py BUILD-FOLDER FILE.svg        (needs Debian's python3-rich)

What is shown is what the commands print in this very run, colours included; only run ids and ports differ from run to run.
"""
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import fcntl
import termios

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 108, 60
FLEET = ["--instances", "8", "--templates", "4", "--bare-metal", "2", "--groups", "1", "--seed", "11"]
COMMANDS = [
    "vpcmeta instance list --fields name,status,zone,enabled,protocol,response_hop_limit",
    "vpcmeta instance set --all --enabled true --protocol https --hop-limit 1",
    "vpcmeta audit",
]


def run_at_terminal(words, environment):
    """Everything that the command writes to its terminal; questions are answered with y."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvpe(words[0], words, environment)
    written, answered = b"", False
    while True:
        select.select([terminal], [], [])
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux answers EIO when the program has closed the terminal
            break
        written += part
        if not answered and written.rstrip().endswith(b"[y/N]"):
            answered = True
            os.write(terminal, b"y\n")
    os.waitpid(pid, 0)
    return written.decode()


def shown(written):
    """What is left on the screen: lines that were drawn over are gone."""
    lines = written.replace("\r\n", "\n").split("\n")
    return "\n".join(re.sub(r".*\r(?:\x1b\[K)?", "", line).replace("\x1b[K", "") for line in lines)


def main():
    build, picture = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as home, open(os.devnull, "wb") as nothing:
        simulator = subprocess.Popen([f"{build}/vpcsim", *FLEET], stdout=subprocess.PIPE, stderr=nothing, text=True)
        url = re.search(r"http://127\.0\.0\.1:\d+", simulator.stdout.readline()).group()
        environment = {"PATH": f"{build}:{os.environ['PATH']}", "HOME": home, "TERM": "xterm-256color", "PAGER": "cat",
                       "IBMCLOUD_IS_NG_API_ENDPOINT": f"{url}/v1", "IBMCLOUD_IAM_API_ENDPOINT": url,
                       "IC_API_KEY": "vpcsim-api-key"}
        console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
            console.print(Text.from_ansi(shown(run_at_terminal(command.split(), environment)).rstrip("\n")))
            console.print()
        simulator.terminate()
        simulator.wait()
    # The reader's own fixed-width font: a picture does not load one from elsewhere.
    format_without_fonts = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.S)
    drawn = console.export_svg(title="vpcmeta", code_format=format_without_fonts)
    with open(picture, "w", encoding="utf-8") as file:
        file.write("".join(line.rstrip() + "\n" for line in drawn.splitlines()))


main()
