import keyword
import re
import sys
import types

# What a prompt asks about text that is being entered. Nothing of the program is called for it: no __dir__, no __getattr__, no
# property. What is imported here is imported when somebody asks.

_ABSENT = object()
_MOST_WORDS = 2000


def _prompt_is_complete(text):
    """Whether the interpreter's own prompt would run the text, and not wait for more lines."""
    from codeop import compile_command

    try:
        return compile_command(text, "<prompt>", "single") is not None
    except (SyntaxError, ValueError, OverflowError):
        pass
    # Several statements, as they are pasted; else what is wrong, which running it tells.
    try:
        whole = compile_command(text, "<prompt>", "exec")
    except (SyntaxError, ValueError, OverflowError):
        return True
    # A block goes on until an empty line.
    return whole is not None and text.rpartition("\n")[2][:1] not in (" ", "\t")


def _class_dicts(kind):
    for each in type.__dict__["__mro__"].__get__(kind):
        yield type.__dict__["__dict__"].__get__(each)


def _own_dict(value):
    """What the object itself has, where looking calls nothing of the program's."""
    for names in _class_dicts(type(value)):
        held = names.get("__dict__")
        if held is not None:
            return held.__get__(value) if type(held) in (types.GetSetDescriptorType, types.MemberDescriptorType) else {}
    return {}


def _static_names(value):
    kind = type(value)
    names = set(_own_dict(value))
    classes = [kind, value] if issubclass(kind, type) else [kind]
    for each in classes:
        for held in _class_dicts(each):
            names.update(held)
    return {name for name in names if type(name) is str}


def _static_get(value, name):
    """An attribute, or _ABSENT where there is none or code of the program would make it."""
    kind = type(value)
    if issubclass(kind, type):
        for names in _class_dicts(value):
            if name in names:
                found = names[name]
                return found.__func__ if type(found) in (staticmethod, classmethod) else found
    else:
        found = _own_dict(value).get(name, _ABSENT)
        if found is not _ABSENT:
            return found
    for names in _class_dicts(kind):
        if name not in names:
            continue
        found = names[name]
        if type(found) in (types.MemberDescriptorType, types.GetSetDescriptorType):
            try:
                return found.__get__(value)
            except Exception:
                return _ABSENT
        if type(found) in (staticmethod, classmethod):
            return found.__func__
        plain = type(found) in (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType)
        return found if plain or "__get__" not in _static_names(found) else _ABSENT
    return _ABSENT


def _static_value(path):
    first, *rest = path.split(".")
    value = _main.get(first, _ABSENT)
    if value is _ABSENT:
        value = _own_dict(builtins).get(first, _ABSENT)
    for name in rest:
        if value is _ABSENT:
            break
        value = _static_get(value, name)
    return value


def _module_names(package):
    """Modules that can be imported: of a package, or at the top."""
    import pkgutil

    if package:
        module = sys.modules.get(package)
        path = _own_dict(module).get("__path__", ()) if module is not None else ()
        names = {name[len(package) + 1 :].partition(".")[0] for name in sys.modules if name.startswith(package + ".")}
    else:
        path = None
        names = {*sys.builtin_module_names, *sys.stdlib_module_names} - _no_modules()
        names |= {name for name in sys.modules if "." not in name and not name.startswith("__")}
    try:
        names |= {module.name for module in pkgutil.iter_modules(path)}
    except Exception:
        pass
    return names


def _no_modules():
    return {"__main__", "antigravity", "this", "idlelib", "turtle", "turtledemo", "msilib", "nt", "winreg", "winsound", "_winapi"}


_NAME = r"[^\W\d]\w*"
_IMPORT = re.compile(rf"(?:^|;)\s*(?:from\s+((?:{_NAME}\.)*)(\w*)|import\s+(?:[\w. ]+,\s*)*((?:{_NAME}\.)*)(\w*))$")
_IMPORT_OF = re.compile(rf"(?:^|;)\s*from\s+((?:{_NAME}\.)*{_NAME})\s+import\s+\(?(?:[\w ]+,\s*)*(\w*)$")
_KEY = re.compile(rf"((?:{_NAME}\.)*{_NAME})\[(['\"])([^'\"\\]*)$")
_PATH = re.compile(rf"((?:{_NAME}\.)*)(\w*)$")


def _keys_like(target, quote, typed):
    if type(target) is not dict:
        return set()
    return {
        f"{quote}{key}{quote}]"
        for key in target
        if type(key) is str and key.startswith(typed) and key.isprintable() and quote not in key and "\\" not in key
    }


def _prompt_words(text):
    """What the last item of the text, `typed`, could become."""
    line = text.rpartition("\n")[2]
    if found := _IMPORT_OF.search(line):
        module, typed = found.groups()
        loaded = sys.modules.get(module)
        names = _module_names(module) | (_static_names(loaded) if loaded is not None else set())
    elif found := _IMPORT.search(line):
        package, typed = (found[1], found[2]) if found[2] is not None else (found[3], found[4])
        names = _module_names(package.removesuffix("."))
    elif found := _KEY.search(line):
        typed = found[2] + found[3]
        return typed, sorted(_keys_like(_static_value(found[1]), found[2], found[3]))[:_MOST_WORDS]
    else:
        path, typed = _PATH.search(line).groups()
        if path:
            value = _static_value(path[:-1])
            names = _static_names(value) if value is not _ABSENT else set()
        elif line[: len(line) - len(typed)].endswith((".", "'", '"')):
            # Of a call's result, a number, or within a text.
            names = set()
        else:
            names = {*_main, *_own_dict(builtins), *keyword.kwlist, *keyword.softkwlist}
            names = {name for name in names if type(name) is str}
    # Private names are for those who begin with their underscores.
    shown = [name for name in names if name.startswith(typed) and name.isidentifier()]
    shown = [name for name in shown if not name.startswith("_") or typed.startswith("_")]
    return typed, sorted(shown)[:_MOST_WORDS]


def _answer_prompt(question, text):
    if question == "complete":
        return _prompt_is_complete(text)
    typed, words = _prompt_words(text)
    return {"typed": typed, "words": words}
