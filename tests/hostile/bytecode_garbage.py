# expect: trap guest_exception ok timeout
# timeout: 2000
# Code objects with nonsense in them corrupt the interpreter: inside of its memory.
import random
def f(a, b): return a + b
rng = random.Random(7)
for _ in range(2000):
    code = bytes(rng.randrange(256) for _ in range(40))
    g = type(f)(f.__code__.replace(co_code=code, co_stacksize=rng.randrange(100)), {})
    try: g(1, 2)
    except BaseException: pass
