"""How subprocess starts programs, of which the sandbox has none."""

from _stand_in import refuse_all

refuse_all(globals(), "fork_exec", "the sandbox has no processes")
