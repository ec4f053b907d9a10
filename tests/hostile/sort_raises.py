# expect: ok
# alive: yes
# output: 1000
count = 0
class A:
    def __lt__(self, other):
        global count
        count += 1
        lists.clear()
        raise ValueError
for _ in range(1000):
    lists = [A(), A(), A()]
    try: lists.sort()
    except ValueError: pass
print(count)
