"""Runs a program three times in this interpreter and prints the median time in seconds, then what the program printed."""

import contextlib
import io
import sys
import time


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        source = file.read()
    times = []
    for _ in range(3):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            start = time.perf_counter()
            exec(compile(source, path, "exec"), {"__name__": "__main__"})
            times.append(time.perf_counter() - start)
    print(sorted(times)[1])
    sys.stdout.write(output.getvalue())


main()
