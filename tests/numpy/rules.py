"""What numfuse promises where it differs from NumPy or says more (class D), as NumPy code.

docs/language.md has the rules in words.
"""

import numpy as np


def cast(x, dtype):
    """Rounds once; floats beyond an integer's range saturate, NaN gives 0; of complex numbers the real part."""
    x, dtype = np.asarray(x), np.dtype(dtype)
    if dtype.kind == "b":
        return x != 0
    if x.dtype.kind == "c" and dtype.kind in "iuf":
        x = x.real
    if x.dtype.kind != "f" or dtype.kind not in "iu":
        return x.astype(dtype)
    info = np.iinfo(dtype)
    whole = np.trunc(np.nan_to_num(x.astype("f8"), nan=0.0, posinf=np.inf, neginf=-np.inf))
    # Both are floats, or the next above the range.
    low, above = float(info.min), float(info.max) + (1.0 if dtype.itemsize < 8 else 0.0)
    inside = np.where((whole >= low) & (whole < above), whole, 0.0).astype(dtype)
    return np.where(whole < low, dtype.type(info.min), np.where(whole >= above, dtype.type(info.max), inside))


def chosen(numpy, takes_first):
    """An operator that gives one of its operands, the second on a tie."""

    def apply(x, y):
        dtype = numpy(x, y).dtype
        if dtype.kind not in "fc":
            return numpy(x, y)
        x, y = np.broadcast_arrays(np.asarray(x).astype(dtype), np.asarray(y).astype(dtype))
        return np.where(takes_first(x, y), x, y)

    return apply


def before(x, y):
    """Whether x is less; complex numbers by their real parts, then by the imaginary ones."""
    return x < y


minimum = chosen(np.minimum, lambda x, y: before(x, y) | np.isnan(x))
maximum = chosen(np.maximum, lambda x, y: before(y, x) | np.isnan(x))
fmin = chosen(np.fmin, lambda x, y: before(x, y) | np.isnan(y))
fmax = chosen(np.fmax, lambda x, y: before(y, x) | np.isnan(y))


def clip(x, low, high):
    """minimum(maximum(x, low), high). A literal bound beyond the dtype is no bound, which NumPy's clip knows; but it
    makes an array of a literal x, which here is weak."""
    wanted = np.clip(x, low, high) if isinstance(x, np.ndarray) else np._core.umath.clip(x, low, high)
    if wanted.dtype.kind != "f":
        return wanted
    x, low, high = (np.asarray(v).astype(wanted.dtype) for v in (x, low, high))
    return minimum(maximum(x, low), high)


def reciprocal(x):
    """Of the integer 0 it is 0."""
    wanted = np.reciprocal(x)
    return np.where(np.asarray(x) == 0, wanted.dtype.type(0), wanted) if wanted.dtype.kind in "iu" else wanted


def power(x, y):
    """A negative literal exponent of integers is an error, whether there are elements or not."""
    wanted = x**y
    if wanted.dtype.kind in "biu" and isinstance(y, int) and y < 0:
        raise ValueError("an integer to a negative power")
    return wanted


def where(condition, x, y):
    """A literal that does not fit the dtype is an error, as in arithmetic; text, bytes and numbers do not mix."""
    texts = [np.asarray(v).dtype.kind for v in (x, y) if np.asarray(v).dtype.kind in "SU"]
    if texts and texts != texts[:1] * 2:
        raise TypeError("text and other operands")
    wanted = np.where(truth(condition), x, y)
    for literal in (x, y):
        if isinstance(literal, int) and not isinstance(literal, bool):
            wanted.dtype.type(literal)
    return wanted


def truth(x):
    return np.asarray(x) != 0


def is_in(x, *items):
    found = np.equal(x, items[0])
    for item in items[1:]:
        found = found | np.equal(x, item)
    return found


def chain(x, y, z):
    return np.less(x, y) & np.less_equal(y, z)


def isclose(x, y):
    """Literals take the array's dtype, where NumPy's are f64; halves are compared in f32."""
    dtype = np.true_divide(x, y).dtype
    wide = np.dtype("f4") if dtype == np.float16 else dtype
    return np.isclose(*(np.asarray(v).astype(dtype).astype(wide) for v in (x, y)))


def spacing(x):
    """Away from 0, of -0.0 too upwards; NumPy's of negative halves that are powers of two is towards 0."""
    dtype = np.spacing(x).dtype
    x = np.asarray(x).astype(dtype) + dtype.type(0)
    return np.nextafter(x, np.copysign(dtype.type(np.inf), x)) - x if dtype == np.float16 else np.spacing(x)


def ldexp(x, n):
    """A literal x is an f64, and an exponent may be any integer."""
    n = n if isinstance(n, np.ndarray) else min(max(n, -99_999), 99_999)
    return np.ldexp(x if isinstance(x, np.ndarray) else np.float64(x), n)


def written(ufunc):
    """`x op= y` on an array of the caller: NumPy's same_kind cast of the result, into the same shape."""

    def apply(x, y):
        out = np.array(x)
        return ufunc(out, y, out=out, casting="same_kind")

    return apply


def logical(ufunc):
    """The truth of a plain integer is known, however large it is; NumPy takes it for an i64 first."""
    return lambda *xs: ufunc(*(bool(x) if type(x) is int else x for x in xs))


def stripped(function):
    """As wide as x: NumPy's width is that of the longest element."""
    return lambda x, *chars: np.asarray(function(x, *chars)).astype(np.asarray(x).dtype)


def taken(x, index):
    """x[index]; a number above i64 is out of bounds, where NumPy counts from the end with what it wraps to."""
    if np.any(np.asarray(index) > np.iinfo("i8").max):
        raise IndexError("above i64")
    return np.asarray(x)[index, ...]
