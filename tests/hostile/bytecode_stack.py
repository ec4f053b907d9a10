# expect: trap guest_exception ok timeout
# timeout: 2000
# Reads and writes locals far outside of a frame.
def f(): pass
op = __import__("dis").opmap
for index in range(0, 256, 5):
    code = bytes([op["RESUME"], 0, op["EXTENDED_ARG"], index, op["LOAD_FAST"], 255, op["STORE_FAST"], 1,
                  op["LOAD_FAST"], index, op["RETURN_VALUE"], 0])
    try: type(f)(f.__code__.replace(co_code=code), {})()
    except BaseException: pass
