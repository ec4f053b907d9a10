"""pip comes with no sandbox: packages are installed from outside."""

from _stand_in import refuse_all

__all__ = ["version", "bootstrap"]

refuse_all(
    globals(), "bootstrap version",
    "the sandbox has no pip; `goru deps install NAME` brings packages, install_pkg(NAME) where the host allows it"
)
