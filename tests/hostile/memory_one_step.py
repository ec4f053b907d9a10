# expect: ok
# alive: yes
# output: survived
for size in (2**26, 2**30, 2**31 - 1, 2**31, 2**40):
    try: bytearray(size)
    except (MemoryError, OverflowError): pass
print("survived")
