"""Formulas over arrays in chunks, cut at their reductions.

A reduction takes every chunk in one pass of machine code, what the chunks give is reduced again, and what stands around it
goes on with that under a temporary name. What is between reductions works by elements. How both are computed, lazily or
chunk by chunk, is the business of an engine, which has

- `elementwise(text, values, **options)`: what a formula that works by elements gives, with a shape and a dtype;
- `reduced(text, combine, operand, axes, keepdims)`: the reduction of every chunk of the operand by a formula, and of
  what that gives by another.
"""

import math

import numpy

import numfuse
from numfuse import _core
from numfuse.errors import FormulaTypeError, FormulaValueError
from numfuse.results import make

__all__ = ["Operand", "Reducer", "compiled", "evaluate"]

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


def evaluate(engine, expr, values, **options):
    """Evaluates a formula by an engine."""
    text = expr.encode()
    cuts = []
    values = dict(values)
    for number, (function, place, operand, axes, keepdims, start) in enumerate(_core.reductions(expr)):
        name = TEMPORARY.format(number)
        before, inner = _rewritten(text, 0, start, cuts), _rewritten(text, *operand, cuts)
        values[name] = _reduced(function, Operand(engine, before, inner, values), axes, keepdims)
        cuts = [cut for cut in cuts if not (place[0] <= cut[0] and cut[1] <= place[1])] + [(*place, name)]
    # Each by a formula of its own: their shapes differ.
    singles = _core.results(_rewritten(text, 0, len(text), cuts))
    results = [engine.elementwise(alone, values, **options) for _, alone in singles]
    return results[0] if len(results) == 1 else make(tuple(name for name, _ in singles), results)


def _rewritten(text, start, end, cuts):
    """A part of the text with names for the reductions that have been computed."""
    pieces, at = [], start
    for left, right, name in sorted(cuts):
        if start <= left and right <= end:
            pieces += [text[at:left], name.encode()]
            at = right
    return b"".join([*pieces, text[at:end]]).decode()


def compiled(text, values, **options):
    """A formula, taking those of its names that stand for something, and what they stand for."""
    names = [name for name in _core.free_names(text) if name in values]
    if any(name not in values for name in numfuse.compile(text).names):
        # Says where the name stands.
        numfuse.evaluate(text, dict.fromkeys(names, 0.0), {})
    return numfuse.compile(text, names, **options), [values[name] for name in names]


class Operand:
    """What a reduction reduces: the statements before it, the expression, and what the names stand for."""

    def __init__(self, engine, before, inner, values):
        self.engine, self.before, self.inner, self.values = engine, before, inner, values

    def of(self, text="{}"):
        """What a formula of the operand, for which `{}` stands, gives chunk by chunk."""
        ((_, alone),) = _core.results(self.before + text.format(f"({self.inner})"))
        return self.engine.elementwise(alone, self.values)


def _reduced(function, operand, axes, keepdims):
    """The reduction of an operand, of which no chunk is kept."""
    shape = operand.of().shape
    axes = range(len(shape)) if axes is None else axes
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise FormulaValueError(f"an axis of `{function}` is out of range for {len(shape)} axes", "axis-out-of-range")
    axes = tuple(sorted({axis % len(shape) for axis in axes}))
    if function in MEANS:
        return _moment(function, operand, axes, keepdims, math.prod(shape[axis] for axis in axes))
    if function not in COMBINED:
        raise FormulaTypeError(f"`{function}` is not computed over chunks", "not-chunked")
    text = f"{function}({{}}, axis={axes}, keepdims=True)"
    return operand.engine.reduced(text, COMBINED[function], operand, axes, keepdims)


def _moment(function, operand, axes, keepdims, count):
    """A mean, variance or standard deviation: of sums in double precision, which are rounded at the end."""
    engine = operand.engine
    result = operand.of(f"{function}({{}})").dtype
    if result.kind not in "fc":
        raise FormulaTypeError(f"`{function}` of such elements is not computed over chunks", "not-chunked")
    wide = "complex128" if operand.of().dtype.kind == "c" else "float64"
    text = f"sum({{}}, axis={axes}, keepdims=True, dtype={wide})"
    if function == "mean":
        total = engine.reduced(text, "sum", operand, axes, keepdims)
        return engine.elementwise(f"{result.name}(total / {count})", {"total": total})
    total = engine.reduced(text, "sum", operand, axes, True)
    mean = engine.elementwise(f"total / {count}", {"total": total})
    centred = Operand(engine, operand.before, operand.inner, {**operand.values, CENTRE: mean})
    squares = f"sum(abs({{}} - {CENTRE})**2, axis={axes}, keepdims=True, dtype=float64)"
    total = engine.reduced(squares, "sum", centred, axes, keepdims)
    root = "sqrt(total / {})" if function == "std" else "total / {}"
    return engine.elementwise(f"{result.name}({root.format(count)})", {"total": total})
