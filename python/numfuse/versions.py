"""What a report of a bug should say."""

import platform
import sys

__all__ = ["show_versions"]


def show_versions(file=None):
    """Prints the versions of numfuse and of what it stands on, and what machine code it makes."""
    import numpy

    from numfuse import _core

    facts = {
        "numfuse": _core.__version__,
        "machine code": _core.target(),
        "threads": _core.get_num_threads(),
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    for name, fact in facts.items():
        print(f"{name + ':':14}{fact}", file=file or sys.stdout)
