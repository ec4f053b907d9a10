# expect: guest_exception
# An error that is none of the interpreter's: what the host is told of it runs no code of its class.
class Odd(MemoryError):
    @property
    def args(self):
        raise SystemExit(5)

    @property
    def __class__(self):
        raise SystemExit(6)


raise Odd("full")
