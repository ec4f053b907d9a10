# expect: timeout memory_limit
# timeout: 500
def g():
    while True: yield g()
l = [g()]
while True: l.append(next(l[-1]))
