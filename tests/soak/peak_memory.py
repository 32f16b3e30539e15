#!/usr/bin/env python3
"""Runs a command and prints the most memory that its processes held at one moment, in bytes.

    tests/soak/peak_memory.py COMMAND [ARGUMENT...]

A page that several processes share counts once (Pss of proc_pid_smaps_rollup), unlike the sum of their peaks, which
were not reached at the same moment either.  Sampled twenty times a second.  Ends as the command ends; what that
prints goes to stderr.
"""

import pathlib
import subprocess
import sys
import time


def family(pid: int) -> list[int]:
    """The process and all it started, as far as they still run."""
    pids = [pid]
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids += [one for child in children.read_text().split() for one in family(int(child))]
        except OSError:
            continue
    return pids


def held(pid: int) -> int:
    """The bytes of one process, shared pages in parts; 0 when it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def main() -> int:
    command = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    peak = 0
    while command.poll() is None:
        peak = max(peak, sum(held(pid) for pid in family(command.pid)))
        time.sleep(0.05)
    print(peak)
    return command.returncode


if __name__ == "__main__":
    sys.exit(main())
