"""Looks for libraries of native code: there are none."""


def find_library(name):
    return None
