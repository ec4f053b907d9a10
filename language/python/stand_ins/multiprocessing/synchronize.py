"""Locks between processes, of which the sandbox has none."""

from _stand_in import refuse

__all__ = ["Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event"]

SEM_VALUE_MAX = 2**31 - 1


class SemLock:
    __init__ = refuse("__init__", "the sandbox has no processes; threading has locks within a program")


class Semaphore(SemLock):
    pass


class BoundedSemaphore(Semaphore):
    pass


class Lock(SemLock):
    pass


class RLock(SemLock):
    pass


class Condition:
    __init__ = SemLock.__init__


class Event:
    __init__ = SemLock.__init__


class Barrier:
    __init__ = SemLock.__init__
