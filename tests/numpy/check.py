"""Compares one node of a program with what it should be, computed from numfuse's own operands."""

import formulas
import numpy as np
import sums
import ulp
from program import Literal


def same_bits(got, want):
    """Which elements have other bits, NaN of any payload being one value."""
    if got.tobytes() == want.tobytes():
        return np.zeros(got.shape, bool)
    if got.dtype.kind == "c":
        parts = f"f{got.dtype.itemsize // 2}"
        got, want = (np.ascontiguousarray(x)[..., None].view(parts) for x in (got, want))
        return same_bits(got, want).any(axis=-1)
    if got.dtype.kind == "f":
        bits = f"u{got.dtype.itemsize}"
        differ = np.ascontiguousarray(got).view(bits) != np.ascontiguousarray(want).view(bits)
        return differ & ~(np.isnan(got) & np.isnan(want))
    if got.dtype.kind in "mM":
        return got.view("i8") != np.ascontiguousarray(want).view("i8")
    return got != want


class Mismatch(Exception):
    """A node that is not what it should be: in words, with a mask of the wrong elements where there is one."""

    def __init__(self, what, bad=None, want=None):
        super().__init__(what)
        self.bad, self.want = bad, want


def check_node(node, values, got, rng):
    """Raises `Mismatch` if `got` is not what the node makes of the values."""
    try:
        want = node.apply(values)
    except Exception as error:  # noqa: BLE001
        raise Mismatch(f"NumPy refuses: {type(error).__name__}: {error}") from error
    if got.dtype != want.dtype:
        raise Mismatch(f"the dtype is {got.dtype}, NumPy's is {want.dtype}")
    if got.shape != want.shape:
        raise Mismatch(f"the shape is {got.shape}, NumPy's is {want.shape}")
    bad, want = wrong_elements(node, values, got, want, rng)
    if bad.any():
        raise Mismatch(f"{int(bad.sum())} of {bad.size} elements differ", bad, want)


def wrong_elements(node, values, got, want, rng):
    """Which elements are wrong, by the row's class, and what they should be or be near to."""
    row, kind = node.row, got.dtype.kind
    args = [a.value if isinstance(a, Literal) else values[a] for a in node.args]
    if row.cls == "B" and kind == "f" and np.asarray(args[0]).dtype.kind != "c":
        if row.function == "power" and (exact := exact_power(node, args, got.dtype)) is not None:
            return same_bits(got, exact), exact
        operands = [np.broadcast_to(np.asarray(a).astype(got.dtype), got.shape) for a in args]
        return ulp.wrong(row.function, operands, got, rng)
    if row.cls == "F":
        operands = [np.broadcast_to(np.asarray(a).astype(got.dtype), got.shape) for a in args]
        return formulas.wrong(row.function, operands, got)
    if row.cls == "B" and kind in "cf":
        return wrong_complex(args, got, row.numpy), want
    if row.cls == "C" and kind == "f":
        return wrong_reduction(node, args, got), want
    if row.name == "prod of complex":
        return wrong_reduction(node, args, got), want
    if row.cls == "C" and kind == "c":
        parts = [wrong_reduction(node, [take(args[0])], take(got)) for take in (np.real, np.imag)]
        return parts[0] | parts[1], want
    if row.name.split()[0] in ("min", "max", "nanmin", "nanmax") and kind == "f":
        # Which of two zeros is less, nobody says.
        return same_bits(got + got.dtype.type(0), want + want.dtype.type(0)), want
    return same_bits(got, want), want


def exact_power(node, args, dtype):
    """Powers that are one operation, with a literal exponent (and only where it is written with `**`)."""
    x, n = args
    if not isinstance(x, np.ndarray) or not isinstance(node.args[1], Literal) or not node.row.name.endswith("symbol"):
        return None
    x = np.asarray(x).astype(dtype)
    if type(n) is int and n in (2, -1, 1, 0):
        return {2: lambda: x * x, -1: lambda: 1 / x, 1: lambda: x, 0: lambda: np.ones_like(x)}[n]()
    return np.sqrt(x) if type(n) is float and n == 0.5 else None


def wrong_complex(args, got, apply):
    """At most 4 places, by the length of the result; NaN and infinities where NumPy has them."""
    wide = [np.asarray(a).astype(np.clongdouble) for a in args]
    near = apply(*wide)
    unit = np.finfo(got.dtype).eps
    size = np.abs(near)
    tiny = np.finfo(got.dtype).tiny
    error = np.abs(got.astype(near.dtype) - near)
    tame = np.isfinite(size) & (size < np.finfo(got.dtype).max / 4)
    wild = np.isfinite(got) != np.isfinite(near.astype(got.dtype))
    return np.where(tame, ~(error <= 4 * unit * np.maximum(size, tiny)), wild & ~np.isfinite(size))


def wrong_reduction(node, args, got):
    name, axis = node.row.name.split()[0], node.keywords.get("axis")
    x = np.asarray(args[0])
    axes = tuple(range(x.ndim)) if axis is None else tuple(k % x.ndim for k in np.atleast_1d(axis))
    # Ascending, as the elements are walked.
    axes = tuple(sorted(axes))
    rows = sums.moved(x, axes)
    kept = None
    if len(args) > 1:
        kept = sums.moved(np.broadcast_to(args[1], x.shape), axes)
    if name.startswith("nan"):
        name, kept = name[3:], ~np.isnan(rows)
    if "initial" in node.keywords:
        first = np.full((len(rows), 1), node.keywords["initial"], rows.dtype)
        rows = np.concatenate([first, rows], axis=1)
    if kept is None:
        return by_name(name, rows, got.ravel(), node.keywords).reshape(got.shape)
    flat, found = got.ravel(), []
    for n, (row, counts) in enumerate(zip(rows, kept)):
        found += list(by_name(name, row[counts][None], flat[n : n + 1], node.keywords, chosen=True))
    return np.array(found, bool).reshape(got.shape)


def by_name(name, rows, got, keywords, chosen=False):
    """Which results of rows are wrong; `chosen` if they are what a mask or NaN left of longer ones."""
    if name == "sum":
        return sums.wrong_sum(rows.astype(got.dtype), got)
    if name == "prod" and got.dtype.kind == "c":
        return sums.wrong_complex_prod(rows.astype(got.dtype), got)
    if name == "prod":
        return sums.wrong_prod(rows.astype(got.dtype), got)
    if rows.shape[-1] == 0:
        return ~np.isnan(got)
    rows = rows if rows.dtype.kind == "f" else rows.astype("f8")
    if name == "mean":
        return sums.wrong_sum(rows, got, scale=rows.shape[-1], wide="f8")
    return sums.wrong_var(rows, got, keywords.get("ddof", 0), root=name == "std", flat_is_zero=not chosen)
