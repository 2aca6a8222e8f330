"""Formulas over arrays of Dask: lazy arrays with the chunks, dtype and meta that the formula gives.

>>> import dask.array as da, numfuse
>>> a, b = da.ones((4, 6), chunks=(2, 3)), da.arange(6, chunks=3)
>>> r = numfuse.evaluate("2*a + b")
>>> r.chunks, r.dtype
(((2, 2), (3, 3)), dtype('float64'))
>>> numfuse.evaluate("sum((a - mean(a))**2, axis=0)").compute()
array([0., 0., 0., 0., 0., 0.])

Nothing is computed before `compute`. A formula is cut at its reductions: each reduces every chunk in one pass of machine
code, the chunks' results are combined, and what stands around it goes on with that. A task holds the formula's text, never
machine code, and so runs on workers with other CPUs; it takes one thread, since the other cores have tasks of their own.

What needs elements of other chunks is refused: views, masks, running values, generators.
"""

import math

import numpy

from numfuse import cuts
from numfuse.errors import FormulaValueError

__all__ = ["Kernel", "evaluate"]


class Kernel:
    """A compiled formula as a task of a graph: it is pickled as its text."""

    __slots__ = ("expr",)
    __name__ = "numfuse"

    def __init__(self, expr):
        self.expr = expr

    def __call__(self, *arrays):
        return self.expr.task(*arrays)

    def __reduce__(self):
        return Kernel, (self.expr,)


def evaluate(expr, names, casting="same_kind", dtype=None):
    """Evaluates a formula of whose names some stand for arrays of Dask."""
    values = {name: _chunked(name, value) for name, value in names.items()}
    return cuts.evaluate(Lazily, expr, values, casting=casting, dtype=dtype)


def _chunked(name, value):
    """The value as a formula over chunks takes it: arrays in chunks, numbers as they are."""
    import dask.array as da

    if isinstance(value, da.Array):
        if any(math.isnan(size) for size in value.shape):
            raise FormulaValueError(
                f"`{name}` has chunks of unknown sizes, which formulas do not know; "
                f"`{name}.compute_chunk_sizes()` finds them",
                "unknown-chunks",
            )
        return value
    if isinstance(value, (list, tuple, numpy.ndarray)) and numpy.ndim(value) > 0:
        return da.asarray(numpy.asarray(value))
    return value


def _sample(value):
    """An array of one element, or the number, that has the type of the value."""
    return numpy.zeros((1,) * value.ndim, value.dtype) if hasattr(value, "dask") else value


class Lazily:
    """The engine whose results are tasks."""

    @staticmethod
    def elementwise(text, values, **options):
        from dask.array.core import elemwise

        expr, arguments = cuts.compiled(text, values, **options)
        return elemwise(Kernel(expr), *arguments, dtype=expr.task(*map(_sample, arguments)).dtype)

    @staticmethod
    def reduced(text, combine, operand, axes, keepdims):
        import dask.array as da

        whole = operand.of(text)
        sizes = [(1,) * len(sizes) if axis in axes else sizes for axis, sizes in enumerate(operand.of().chunks)]
        partial = da.Array(whole.dask, whole.name, tuple(sizes), dtype=whole.dtype)
        reducer = cuts.Reducer(combine)
        meta = numpy.empty((0,) * (partial.ndim if keepdims else partial.ndim - len(axes)), partial.dtype)
        return da.reduction(
            partial, _same, reducer, axis=axes, keepdims=keepdims, dtype=partial.dtype, combine=reducer, meta=meta
        )


def _same(x, axis=None, keepdims=None, **_ignored):
    return x
