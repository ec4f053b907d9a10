"""GNU readline without a terminal: it keeps its settings and a history, and input() never asks it."""

import os


backend = "readline"
_READLINE_VERSION = _READLINE_RUNTIME_VERSION = 0x802
_READLINE_LIBRARY_VERSION = "8.2"

_history = []
_limit = -1
_auto = True
_buffer = ""
_completer = None
_delimiters = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?"
_display_hook = _startup_hook = _pre_input_hook = None
_DEFAULT_FILE = "~/.history"


def _trim():
    if _limit >= 0:
        del _history[: max(0, len(_history) - _limit)]


def add_history(string, /):
    if not isinstance(string, str):
        raise TypeError(f"add_history() argument must be str, not {type(string).__name__}")
    _history.append(string)


def clear_history():
    _history.clear()


def get_current_history_length():
    return len(_history)


def get_history_item(index, /):
    return _history[index - 1] if 0 < index <= len(_history) else None


def _at(pos):
    if pos < 0:
        raise ValueError("History index cannot be negative")
    if pos >= len(_history):
        raise ValueError(f"No history item at position {pos}")
    return pos


def remove_history_item(pos, /):
    del _history[_at(pos)]


def replace_history_item(pos, line, /):
    _history[_at(pos)] = line


def get_history_length():
    return _limit


def set_history_length(length, /):
    global _limit
    _limit = length


def set_auto_history(enabled, /):
    global _auto
    _auto = bool(enabled)


def read_history_file(filename=None, /):
    with open(os.path.expanduser(filename or _DEFAULT_FILE), encoding="utf-8") as file:
        _history.extend(file.read().splitlines())
    _trim()


def write_history_file(filename=None, /):
    lines = _history if _limit < 0 else _history[max(0, len(_history) - _limit) :]
    with open(os.path.expanduser(filename or _DEFAULT_FILE), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def append_history_file(nelements, filename=None, /):
    with open(os.path.expanduser(filename or _DEFAULT_FILE), "a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in _history[max(0, len(_history) - nelements) :])


def set_completer(function=None, /):
    global _completer
    _completer = function


def get_completer():
    return _completer


def set_completer_delims(string, /):
    global _delimiters
    _delimiters = string


def get_completer_delims():
    return _delimiters


def set_completion_display_matches_hook(function=None, /):
    global _display_hook
    _display_hook = function


def set_startup_hook(function=None, /):
    global _startup_hook
    _startup_hook = function


def set_pre_input_hook(function=None, /):
    global _pre_input_hook
    _pre_input_hook = function


def get_completion_type():
    return 0


def get_begidx():
    return 0


def get_endidx():
    return 0


def get_line_buffer():
    return _buffer


def insert_text(string, /):
    """Nobody edits a line."""


def parse_and_bind(string, /):
    """Keys are pressed at terminals only."""


def read_init_file(filename=None, /):
    if filename is not None:
        os.stat(filename)


def redisplay():
    """There is no line to show."""
