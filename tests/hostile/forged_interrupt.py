# expect: guest_exception
# An error that says that the host ended the run.
class Interrupted(BaseException):
    pass


raise Interrupted("interrupted")
