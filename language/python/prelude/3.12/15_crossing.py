import marshal
import os

# The channel: writing a request to the device is one crossing, and the answer is in the buffer when the write returns. The
# host learns where the buffer is from the read below.

_device = open(os.open("/.goru/host", os.O_RDWR), "r+b", buffering=0)
_answer = bytearray(16 * 1024)
_device.readinto(_answer)


def _exchange(request, write=_device.write, dump=marshal.dumps, load=marshal.loads, answer=_answer):
    """Sends one request and returns (status, value)."""
    try:
        write(dump(request, 2))
    except ValueError:
        write(dump((request[0], *map(_plain, request[1:])), 2))
    response = load(answer)
    if response[0] == _FETCH:
        buffer = bytearray(response[1])
        _device.readinto(buffer)
        response = load(buffer)
    return response
