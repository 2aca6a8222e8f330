"""Threads, Intel's VML (which is not used), and the dictionaries of the caches."""

import contextvars
import logging
import os
import sys

from numfuse import _core
from numfuse.numexpr import version

__all__ = [
    "CacheDict",
    "ContextDict",
    "MAX_THREADS",
    "detect_number_of_cores",
    "detect_number_of_threads",
    "get_num_threads",
    "get_vml_num_threads",
    "get_vml_version",
    "set_num_threads",
    "set_vml_accuracy_mode",
    "set_vml_num_threads",
]

log = logging.getLogger(__name__)

DEFAULT_MAX_THREADS = 64
"""NumExpr's limit where `NUMEXPR_MAX_THREADS` sets no other."""
MOST_UNASKED = 16
"""The most threads that NumExpr starts with unless the environment asks for more."""


def _setting(name):
    """The number that the environment gives; `None` if it gives none."""
    value = os.environ.get(name)
    return int(value) if value else None


MAX_THREADS = _setting("NUMEXPR_MAX_THREADS") or DEFAULT_MAX_THREADS


def get_num_threads():
    """The number of threads in use."""
    return _core.get_num_threads()


def set_num_threads(nthreads):
    """Sets the number of threads, and gives what it was; a number that cannot be set is reported, and -1 given."""
    if nthreads > MAX_THREADS:
        print(f"Error.  nthreads cannot be larger than MAX_THREADS ({MAX_THREADS})", file=sys.stderr)
        return -1
    if nthreads <= 0:
        print("Error.  nthreads must be a positive integer", file=sys.stderr)
        return -1
    return _core.set_num_threads(nthreads)


def initial_num_threads():
    """The number of threads after the import: numfuse's own, unless the environment asks NumExpr for another."""
    names = ("NUMEXPR_MAX_THREADS", "NUMEXPR_NUM_THREADS", "OMP_NUM_THREADS")
    return _init_num_threads() if any(map(os.environ.get, names)) else get_num_threads()


def _init_num_threads():
    """Sets the number of threads as the environment asks for it, and gives it."""
    if "sparc" in version.platform_machine:
        set_num_threads(1)
        return 1
    threads = min(detect_number_of_cores(), MAX_THREADS, MOST_UNASKED)
    if os.environ.get("NUMEXPR_MAX_THREADS") or os.environ.get("OMP_NUM_THREADS"):
        threads = MAX_THREADS
    asked = _setting("NUMEXPR_NUM_THREADS") or _setting("OMP_NUM_THREADS")
    if asked is not None:
        threads = asked
    set_num_threads(threads)
    return threads


def detect_number_of_cores():
    """The number of cores that are online, whatever share of them the process has."""
    return os.sysconf("SC_NPROCESSORS_ONLN") if hasattr(os, "sysconf") else os.cpu_count() or 1


def detect_number_of_threads():
    """Deprecated: the number of threads that the environment asks for, else that of cores."""
    log.warning("Deprecated, use `init_num_threads` instead.")
    asked = _setting("NUMEXPR_NUM_THREADS") or _setting("OMP_NUM_THREADS")
    return min(asked or detect_number_of_cores(), MAX_THREADS)


def get_vml_version():
    """`None`: VML is not used."""
    return None


def set_vml_accuracy_mode(mode):
    """`None`: VML is not used. Functions are always within one unit in the last place."""
    if mode not in (None, "low", "high", "fast"):
        raise ValueError("mode argument must be one of: None, 'high', 'low', 'fast'")
    return None


def set_vml_num_threads(nthreads):
    """`None`: VML is not used."""
    return None


def get_vml_num_threads():
    """`None`: VML is not used."""
    return None


class CacheDict(dict):
    """A dictionary that forgets a tenth of its entries, the oldest, when it grows beyond its size."""

    def __init__(self, maxentries):
        self.maxentries = maxentries
        super().__init__()

    def __setitem__(self, key, value):
        if len(self) > self.maxentries:
            for old in list(self)[: self.maxentries // 10]:
                del self[old]
        super().__setitem__(key, value)


class ContextDict:
    """A dictionary whose contents belong to the context (`contextvars`) that runs."""

    def __init__(self):
        self._data = contextvars.ContextVar("context_data", default={})

    def set(self, key=None, value=None, **kwargs):
        named = {} if key is None else {key: value}
        self._data.set({**self._data.get(), **named, **kwargs})

    def replace(self, data):
        """Takes these contents for the former."""
        self._data.set(data)

    def get(self, key, default=None):
        return self._data.get().get(key, default)

    def delete(self, key):
        self._data.set({name: value for name, value in self._data.get().items() if name != key})

    def clear(self):
        self._data.set({})

    def all(self):
        return self._data.get()

    def update(self, *args, **kwargs):
        self._data.set({**self._data.get(), **dict(*args, **kwargs)})

    def keys(self):
        return self._data.get().keys()

    def values(self):
        return self._data.get().values()

    def items(self):
        return self._data.get().items()

    def __getitem__(self, key):
        return self._data.get()[key]

    def __setitem__(self, key, value):
        self.set(key, value)

    def __delitem__(self, key):
        self.delete(key)

    def __contains__(self, key):
        return key in self._data.get()

    def __len__(self):
        return len(self._data.get())

    def __iter__(self):
        return iter(self._data.get())

    def __repr__(self):
        return repr(self._data.get())
