#!/usr/bin/env bash
# A program that reads its input, as an online judge runs it
set -euo pipefail
GORU=${GORU:-build/release/goru}

code='
words = {}
while True:
    try:
        line = input()
    except EOFError:
        break
    for word in line.split():
        words[word] = words.get(word, 0) + 1
for word, count in sorted(words.items()):
    print(word, count)
'
printf 'the quick brown fox\nthe lazy dog\n' | "$GORU" --stdin - -c "$code"
