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

import numfuse
from numfuse import _core
from numfuse.errors import FormulaTypeError, FormulaValueError
from numfuse.results import make

__all__ = ["evaluate"]

COMBINED = {
    "sum": "sum",
    "prod": "prod",
    "min": "min",
    "max": "max",
    "any": "any",
    "all": "all",
    "count_nonzero": "sum",
    "nansum": "sum",
    "nanprod": "prod",
    "nanmin": "nanmin",
    "nanmax": "nanmax",
}
"""The reductions that a reduction of chunks' results gives, by that one's name."""

MEANS = {"mean", "var", "std"}
"""Those that are computed from sums."""

TEMPORARY, CENTRE = "_numfuse_{}", "_numfuse_mean"
"""Names in the formulas that one is cut into."""


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


class Reducer:
    """A reduction of an array's axes by numfuse, as `dask.array.reduction` calls it."""

    __slots__ = ("function",)

    def __init__(self, function):
        self.function = function

    def __call__(self, x, axis, keepdims, **_ignored):
        text = f"{self.function}(x, axis={tuple(axis)}, keepdims={keepdims})"
        return numpy.asarray(numfuse.compile(text, ["x"]).task(x))

    def __reduce__(self):
        return Reducer, (self.function,)


def evaluate(expr, names, casting="same_kind", dtype=None):
    """Evaluates a formula of whose names some stand for arrays of Dask."""
    values = {name: _chunked(name, value) for name, value in names.items()}
    text = expr.encode()
    cuts = []
    for number, (function, place, operand, axes, keepdims, start) in enumerate(_core.reductions(expr)):
        name = TEMPORARY.format(number)
        before, inner = _rewritten(text, 0, start, cuts), _rewritten(text, *operand, cuts)
        values[name] = _reduced(function, _Operand(before, inner, values), axes, keepdims)
        cuts = [cut for cut in cuts if not (place[0] <= cut[0] and cut[1] <= place[1])] + [(*place, name)]
    # Each by a formula of its own: their shapes differ.
    singles = _core.results(_rewritten(text, 0, len(text), cuts))
    lazy = [_elementwise(alone, values, casting=casting, dtype=dtype) for _, alone in singles]
    return lazy[0] if len(lazy) == 1 else make(tuple(name for name, _ in singles), lazy)


def _chunked(name, value):
    """The value as a formula over chunks takes it: arrays in chunks, numbers as they are."""
    import dask.array as da

    if isinstance(value, da.Array):
        if any(math.isnan(size) for size in value.shape):
            raise FormulaValueError(
                f"`{name}` has chunks of unknown sizes, which formulas do not know; `{name}.compute_chunk_sizes()` finds them",
                "unknown-chunks",
            )
        return value
    if isinstance(value, (list, tuple, numpy.ndarray)) and numpy.ndim(value) > 0:
        return da.asarray(numpy.asarray(value))
    return value


def _rewritten(text, start, end, cuts):
    """A part of the text with names for the reductions that have been computed."""
    pieces, at = [], start
    for left, right, name in sorted(cuts):
        if start <= left and right <= end:
            pieces += [text[at:left], name.encode()]
            at = right
    return b"".join([*pieces, text[at:end]]).decode()


def _compiled(text, values, **options):
    """The formula, taking those of its names that stand for something, and what they stand for."""
    names = [name for name in _core.free_names(text) if name in values]
    if any(name not in values for name in numfuse.compile(text).names):
        # Says where the name stands.
        numfuse.evaluate(text, dict.fromkeys(names, 0.0), {})
    return numfuse.compile(text, names, **options), [values[name] for name in names]


def _sample(value):
    """An array of one element, or the number, that has the type of the value."""
    return numpy.zeros((1,) * value.ndim, value.dtype) if hasattr(value, "dask") else value


def _elementwise(text, values, **options):
    """The lazy result of a formula that works by elements and has one."""
    from dask.array.core import elemwise

    expr, arguments = _compiled(text, values, **options)
    return elemwise(Kernel(expr), *arguments, dtype=expr.task(*map(_sample, arguments)).dtype)


class _Operand:
    """What a reduction reduces: the statements before it, the expression, and what the names stand for."""

    def __init__(self, before, inner, values):
        self.before, self.inner, self.values = before, inner, values

    def formula(self, text):
        """A formula of the expression, for which `{}` stands in `text`."""
        return self.before + text.format(f"({self.inner})")

    def lazy(self, text="{}"):
        ((_, alone),) = _core.results(self.formula(text))
        return _elementwise(alone, self.values)


def _reduced(function, operand, axes, keepdims):
    """The lazy reduction of an operand, of which no chunk is kept."""
    shape = operand.lazy().shape
    axes = range(len(shape)) if axes is None else axes
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise FormulaValueError(f"an axis of `{function}` is out of range for {len(shape)} axes", "axis-out-of-range")
    axes = tuple(sorted({axis % len(shape) for axis in axes}))
    if function in MEANS:
        return _moment(function, operand, axes, keepdims, math.prod(shape[axis] for axis in axes))
    if function not in COMBINED:
        raise FormulaTypeError(f"`{function}` is not computed over chunks", "not-chunked")
    return _combined(f"{function}({{}}, axis={axes}, keepdims=True)", COMBINED[function], operand, axes, keepdims)


def _combined(text, combine, operand, axes, keepdims):
    """The reduction of every chunk by a formula, and of what that gives by another reduction."""
    import dask.array as da

    whole = operand.lazy(text)
    sizes = [(1,) * len(sizes) if axis in axes else sizes for axis, sizes in enumerate(operand.lazy().chunks)]
    partial = da.Array(whole.dask, whole.name, tuple(sizes), dtype=whole.dtype)
    reducer = Reducer(combine)
    meta = numpy.empty((0,) * (partial.ndim if keepdims else partial.ndim - len(axes)), partial.dtype)
    return da.reduction(
        partial, _same, reducer, axis=axes, keepdims=keepdims, dtype=partial.dtype, combine=reducer, meta=meta
    )


def _same(x, axis=None, keepdims=None, **_ignored):
    return x


def _moment(function, operand, axes, keepdims, count):
    """A mean, variance or standard deviation: of sums in double precision, which are rounded at the end."""
    result = operand.lazy(f"{function}({{}})").dtype
    if result.kind not in "fc":
        raise FormulaTypeError(f"`{function}` of such elements is not computed over chunks", "not-chunked")
    wide = "complex128" if operand.lazy().dtype.kind == "c" else "float64"
    text = f"sum({{}}, axis={axes}, keepdims=True, dtype={wide})"
    if function == "mean":
        total = _combined(text, "sum", operand, axes, keepdims)
        return _elementwise(f"{result.name}(total / {count})", {"total": total})
    mean = _elementwise(f"total / {count}", {"total": _combined(text, "sum", operand, axes, True)})
    centred = _Operand(operand.before, operand.inner, {**operand.values, CENTRE: mean})
    squares = f"sum(abs({{}} - {CENTRE})**2, axis={axes}, keepdims=True, dtype=float64)"
    total = _combined(squares, "sum", centred, axes, keepdims)
    root = "sqrt(total / {})" if function == "std" else "total / {}"
    return _elementwise(f"{result.name}({root.format(count)})", {"total": total})
