import _sitebuiltins
import sys

# What the session may call: call.functions() as data, help(call) as text.

_FUNCTION_ORDER = ("name", "description", "parameters")
_PARAMETER_ORDER = ("name", "type", "description", "required", "default")


def _ordered(members, value):
    return {member: value[member] for member in members if member in value}


def _functions():
    """The host functions that this sandbox may call, sorted by name: dicts of name, description and parameters.

    parameters is None where any arguments go, else a list of dicts of name, type, description, required and, where there is one,
    default.
    """
    functions = [_ordered(_FUNCTION_ORDER, function) for function in _ask("goru:functions.list", {})]
    for function in functions:
        if function["parameters"] is not None:
            function["parameters"] = [_ordered(_PARAMETER_ORDER, one) for one in function["parameters"]]
    return functions


def _shown_parameter(parameter):
    text = f"{parameter['name']}: {parameter['type']}"
    if not parameter["required"]:
        text += f" = {parameter.get('default')!r}"
    return text


def _shown_function(function):
    parameters = function["parameters"]
    lines = [f"{function['name']}({'...' if parameters is None else ', '.join(map(_shown_parameter, parameters))})"]
    lines += function["description"].splitlines()
    described = [parameter for parameter in parameters or () if parameter["description"]]
    if described:
        width = max(len(parameter["name"]) for parameter in described)
        lines += ["", *(f"{parameter['name']:{width}}  {parameter['description']}" for parameter in described)]
    return "\n    ".join(lines).replace("\n    \n", "\n\n")


def _shown_functions():
    functions = _functions()
    if not functions:
        return "This sandbox has no host functions; the host registers them with Registry::Add.\n"
    head = "Host functions, for call(name, argument=value, ...) and await async_call(name, argument=value, ...):"
    return "\n\n".join([head, *map(_shown_function, functions)]) + "\n"


class _Help(_sitebuiltins._Helper):
    """The built-in help, which knows what call can call."""

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and (args[0] is call or args[0] is async_call):
            sys.stdout.write(_shown_functions())
            return None
        return super().__call__(*args, **kwargs)


_functions.__name__ = "functions"
_functions.__qualname__ = "call.functions"
_functions.__module__ = "builtins"
call.functions = _functions
