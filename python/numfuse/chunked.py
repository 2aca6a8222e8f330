"""Formulas over arrays that are read and written by parts: Zarr's, HDF5's, and others with `shape`, `dtype` and `chunks`.

>>> import numpy as np, numfuse, zarr
>>> a = zarr.array(np.arange(1000.0), chunks=(100,))
>>> out = zarr.zeros((1000,), chunks=(100,), dtype="f4")
>>> numfuse.evaluate("sqrt(a) + 1", out=out) is out
True
>>> numfuse.evaluate("mean(a)")
np.float64(499.5)

The formula goes over the chunks of `out`, else of the largest array, and holds those of one at a time. Without `out` the result
is an array in memory. A formula with reductions reads its arrays once for each.
"""

import itertools
import math

import numpy

from numfuse import cuts
from numfuse.errors import FormulaTypeError, FormulaValueError

__all__ = ["evaluate"]

UNCHUNKED_BYTES = 8 << 20
"""How much of an array without chunks is read at a time."""


def evaluate(expr, names, out=None, casting="same_kind", dtype=None, progress=None):
    """Evaluates a formula chunk by chunk; `progress(done, chunks)` is called after each of the result's."""
    values = {name: _sliceable(value) for name, value in names.items()}
    results = cuts.evaluate(Streaming, expr, values, casting=casting, dtype=dtype)
    if out is None:
        if isinstance(results, tuple):
            return type(results)._make([_collected(result, progress) for result in results])
        return _collected(results, progress)
    if isinstance(results, tuple):
        raise FormulaValueError("a formula with `out` has one result", "wrong-result-count")
    if tuple(out.shape) != results.shape:
        raise FormulaValueError(f"`out` has shape {tuple(out.shape)}, the result {results.shape}", "wrong-shape")
    if not numpy.can_cast(results.dtype, out.dtype, casting):
        raise FormulaTypeError(f"{results.dtype} is not cast to {out.dtype} by the rule {casting}", "casting")
    results.write(out, progress)
    return out


def _sliceable(value):
    """The value as a formula by parts takes it: what has chunks or is no array as it is, else an array of NumPy."""
    is_array = isinstance(value, (list, tuple)) or hasattr(value, "__array__") and not hasattr(value, "chunks")
    return numpy.asarray(value) if is_array and not isinstance(value, numpy.generic) else value


def _collected(result, progress):
    """The whole result in memory; a scalar of NumPy if it has no axes."""
    array = numpy.empty(result.shape, result.dtype)
    result.write(array, progress)
    return array[()] if array.ndim == 0 else array


class Stream:
    """What a formula that works by elements gives, region by region."""

    def __init__(self, expr, arguments):
        self.expr = expr
        self.arguments = arguments = [_known(argument) for argument in arguments]
        self.shape = numpy.broadcast_shapes(*(tuple(argument.shape) for argument in arguments if _has_axes(argument)))
        self.ndim = len(self.shape)
        self.dtype = expr.task(*map(_sample, arguments)).dtype

    @property
    def chunks(self):
        """The sizes of a chunk: those of the largest argument that has any."""
        chunked = [argument for argument in self.arguments if getattr(argument, "chunks", None)]
        if chunked:
            largest = max(chunked, key=lambda argument: math.prod(argument.shape))
            missing = self.ndim - len(largest.shape)
            sizes = zip(self.shape[missing:], largest.shape, largest.chunks)
            return self.shape[:missing] + tuple(size if n == 1 else chunk for size, n, chunk in sizes)
        row = math.prod(self.shape[1:]) * max(self.dtype.itemsize, 1)
        return (max(1, UNCHUNKED_BYTES // max(row, 1)), *self.shape[1:]) if self.ndim else ()

    def read(self, region, **options):
        """The elements of a region."""
        return self.expr(*[_part(argument, region) for argument in self.arguments], **options)

    def write(self, out, progress=None):
        """Writes all elements, a chunk of `out` at a time."""
        grid = list(_regions(self.shape, getattr(out, "chunks", None) or self.chunks))
        for done, (_, region) in enumerate(grid, 1):
            # In place where that is memory of the dtype.
            if isinstance(out, numpy.ndarray) and out.dtype == self.dtype and self.ndim:
                self.read(region, out=out[region])
            else:
                out[region] = self.read(region)
            if progress is not None:
                progress(done, len(grid))


def _known(argument):
    """The value of what has no axes, which every region needs; the argument as it is, otherwise."""
    return argument.read(()) if isinstance(argument, Stream) and argument.ndim == 0 else argument


def _has_axes(argument):
    return len(getattr(argument, "shape", ())) > 0


def _sample(argument):
    """An array of one element, or the number, that has the type of the argument."""
    return numpy.zeros((1,) * len(argument.shape), argument.dtype) if _has_axes(argument) else argument


def _part(argument, region):
    """What broadcasts to a region of the whole."""
    if not _has_axes(argument):
        return argument
    own = region[len(region) - len(argument.shape) :]
    own = tuple(slice(0, 1) if size == 1 else part for size, part in zip(argument.shape, own))
    return argument.read(own) if isinstance(argument, Stream) else argument[own]


def _regions(shape, chunks):
    """The chunks of a grid: which along each axis, and their slices."""
    axes = [range(0, size, max(chunk, 1)) for size, chunk in zip(shape, chunks)]
    for starts in itertools.product(*map(enumerate, axes)):
        place = tuple(number for number, _ in starts)
        yield place, tuple(slice(start, min(start + c, n)) for (_, start), c, n in zip(starts, chunks, shape))


class Streaming:
    """The engine that goes over chunks, one after the other."""

    @staticmethod
    def elementwise(text, values, **options):
        return Stream(*cuts.compiled(text, values, **options))

    @staticmethod
    def reduced(text, combine, operand, axes, keepdims):
        whole, partial = operand.of(), operand.of(text)
        grid = list(_regions(whole.shape, whole.chunks))
        counts = [len(range(0, n, max(c, 1))) for n, c in zip(whole.shape, whole.chunks)]
        sizes = [counts[axis] if axis in axes else size for axis, size in enumerate(whole.shape)]
        results = numpy.empty(sizes, partial.dtype)
        for place, region in grid:
            results[
                tuple(slice(k, k + 1) if axis in axes else part for axis, (k, part) in enumerate(zip(place, region)))
            ] = partial.read(region)
        return cuts.Reducer(combine)(results, axes, keepdims)
