"""NumExpr's interface and rules on numfuse's engine: `import numfuse.numexpr as ne`.

>>> import numpy as np, numfuse.numexpr as ne
>>> a, b = np.arange(3.0), np.ones(3)
>>> ne.evaluate("2*a + 3*b")
array([3., 5., 7.])

`install` puts it in the place of the package `numexpr` for this process, so that pandas and others use it.
"""

import importlib
import sys

from numfuse.numexpr.interpreter import MAX_THREADS, __BLOCK_SIZE1__, use_vml  # isort: skip
from numfuse.numexpr import version as version
from numfuse.numexpr.expressions import E
from numfuse.numexpr.necompiler import NumExpr, disassemble, evaluate, re_evaluate, validate
from numfuse.numexpr.utils import (
    _init_num_threads,
    detect_number_of_cores,
    detect_number_of_threads,
    get_num_threads,
    get_vml_version,
    initial_num_threads,
    set_num_threads,
    set_vml_accuracy_mode,
    set_vml_num_threads,
)

__all__ = [
    "E",
    "MAX_THREADS",
    "NumExpr",
    "__BLOCK_SIZE1__",
    "__version__",
    "detect_number_of_cores",
    "detect_number_of_threads",
    "disassemble",
    "evaluate",
    "get_num_threads",
    "get_vml_version",
    "install",
    "is_cpu_amd_intel",
    "ncores",
    "nthreads",
    "print_versions",
    "re_evaluate",
    "set_num_threads",
    "set_vml_accuracy_mode",
    "set_vml_num_threads",
    "test",
    "use_vml",
    "validate",
]

__version__ = version.version
is_cpu_amd_intel = False
ncores = detect_number_of_cores()
nthreads = initial_num_threads()

SUBMODULES = ("expressions", "interpreter", "necompiler", "utils", "version")


def install():
    """Makes `import numexpr` give this package in this process, also to packages that are imported later.

    A `numexpr` that something has imported before stays what it was to that.
    """
    sys.modules["numexpr"] = sys.modules[__name__]
    for name in SUBMODULES:
        sys.modules[f"numexpr.{name}"] = importlib.import_module(f"{__name__}.{name}")


def print_versions():
    """Prints what a report of a bug should say."""
    from numfuse.versions import show_versions

    print(f"{'numexpr:':14}{__version__} (as numfuse.numexpr)")
    show_versions()


def test(verbosity=1):
    """Checks that formulas are computed, and gives whether they are. numfuse's tests are in its repository."""
    import numpy

    a = numpy.arange(1e5)
    right = bool(numpy.array_equal(evaluate("2*a + 1", {"a": a}), 2 * a + 1))
    if verbosity > 0:
        print("numfuse.numexpr computes" if right else "numfuse.numexpr does NOT compute")
    return right
