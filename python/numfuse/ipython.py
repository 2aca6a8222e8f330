"""`%%numfuse` for IPython: a cell that is a formula.

    %load_ext numfuse.ipython

    %%numfuse
    d = a - mean(a)
    spread = sqrt(mean(d**2))

The names are those of the session; what the formula assigns becomes variables of it, and a trailing expression is the cell's
value. `%numfuse formula` does the same on a line.
"""

from numfuse import _core, evaluate

__all__ = ["load_ipython_extension"]


def load_ipython_extension(shell):
    """What `%load_ext numfuse.ipython` calls."""

    def numfuse(line, cell=None):
        """Evaluates a formula on the session's variables."""
        namespace = shell.user_ns
        formula = line if cell is None else cell
        results = evaluate(formula, namespace, {})
        names = [name for name, _ in _core.results(formula)]
        if None in names or not names:
            return results
        namespace.update(zip(names, results if len(names) > 1 else (results,)))
        return None

    shell.register_magic_function(numfuse, "line_cell")
