"""What the modules in this folder share: they import everywhere, and say what to do where what they stand for would be used."""


def constants(namespace, text, prefix=""):
    """Adds NAME=NUMBER pairs to a module."""
    for pair in text.split():
        name, _, value = pair.partition("=")
        namespace[prefix + name] = int(value)


def refuse(name, message, error=OSError):
    """A function that raises."""

    def refused(*args, **kwargs):
        raise error(message)

    refused.__name__ = refused.__qualname__ = name
    return refused


def refuse_all(namespace, names, message, error=OSError):
    """Adds functions that raise to a module."""
    for name in names.split():
        namespace[name] = refuse(name, message, error)
