# expect: ok
# alive: yes
# memory: 44
# output: survived
for _ in range(3):
    l = []
    try:
        while True: l.append([None] * 10)
    except MemoryError:
        l = None
print("survived")
