"""Memory that processes share, of which the sandbox has none."""

from _stand_in import refuse_all

refuse_all(globals(), "shm_open shm_unlink", "the sandbox has no processes to share memory with")
