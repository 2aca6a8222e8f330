"""Named tuples for formulas of several results."""

from collections import namedtuple
from functools import lru_cache

__all__ = ["make"]


@lru_cache(maxsize=256)
def _class(names):
    """The class for results of these names; `None` stands for one without, which is called by its place (`_0`)."""
    fields = [name or "" for name in names]

    class Results(namedtuple("Results", fields, rename=True)):
        __slots__ = ()

        def __reduce__(self):
            return make, (names, tuple(self))

    return Results


def make(names, values):
    """The named tuple of these results."""
    return _class(names)._make(values)
