#!/usr/bin/env python3
"""What a process of goru costs from nothing to its end, in runs that alternate: several builds of the program, or engines.

usage: starts.py [--rounds N] [-l LANGUAGE] [-c CODE] GORU[,ENGINE] [GORU[,ENGINE]]...

Wall-clock time, and CPU time of user and system together. On a busy machine the least and the tenth part say more than the median.
"""

import argparse
import os
import sys
import time


def once(command):
    """Seconds, and seconds of CPU."""
    start = time.perf_counter()
    null = os.open(os.devnull, os.O_RDWR)
    try:
        child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    finally:
        os.close(null)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"starts: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="+", metavar="GORU[,ENGINE]")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("-l", dest="language", default="python")
    parser.add_argument("-c", dest="code", default="print(1+1)")
    options = parser.parse_args()

    commands = {}
    for program in options.programs:
        path, _, engine = program.partition(",")
        commands[program] = [path, "--engine", engine or "native", "-l", options.language, "-c", options.code]
    times = {program: [] for program in commands}
    for command in commands.values():
        once(command)
    for _ in range(options.rounds):
        for program, command in commands.items():
            times[program].append(once(command))
    for program, measured in times.items():
        cells = []
        for name, values in zip(("wall", "CPU"), zip(*measured)):
            values = sorted(values)
            picked = [values[0], values[len(values) // 10], values[len(values) // 2]]
            cells.append(f"{name} " + " ".join(f"{value * 1e3:6.2f}" for value in picked))
        print(f"{'  '.join(cells)}  ms (least, p10, p50)  {program}")


if __name__ == "__main__":
    main()
