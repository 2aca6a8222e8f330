"""Class C: sums, products, means and variances of floats, against exact ones, within pairwise summation's bound."""

import math

import numpy as np

Wide = np.longdouble
HALF_UNIT = {np.dtype("f2"): 2.0**-24, np.dtype("f4"): 2.0**-24, np.dtype("f8"): 2.0**-53}


def depth(n):
    """The most roundings that an element goes through in a tree of n (docs/reductions.md)."""
    return min(n, 20 + math.ceil(math.log2(max(n / 16, 1))))


def rounding(dtype, value):
    """Half a place of a result that was computed in more precision and rounded once."""
    info = np.finfo(dtype)
    return np.abs(value) * Wide(info.eps) / 2 + Wide(info.smallest_subnormal) / 2


def moved(x, axes):
    """A row for each result: the elements that go into it."""
    kept = [k for k in range(x.ndim) if k not in axes]
    sizes = (math.prod(x.shape[k] for k in some) for some in (kept, axes))
    return x.transpose(kept + list(axes)).reshape(*sizes)


def expected_specials(rows):
    """What NaN and infinities make of a sum: NaN, an infinity, or 0 where all is finite."""
    with np.errstate(all="ignore"):
        return np.where(np.isfinite(rows), 0, rows).sum(axis=-1)


def is_wrong_of(got, true, bound, limit, magnitude):
    """Beyond the bound, unless the sum of magnitudes overflows, where any order may."""
    overflows = magnitude >= limit
    inside = np.abs(got.astype(Wide) - true) <= bound
    return ~(inside | overflows)


def wrong_sum(rows, got, scale=None, wide=None):
    """Which sums are wrong. With `scale` they are means; `wide` is the dtype that they accumulate in."""
    dtype, n = got.dtype, rows.shape[-1]
    wide = np.dtype(wide or ("f4" if dtype == np.float16 else dtype))
    specials = expected_specials(rows)
    finite = np.isfinite(specials) & np.all(np.isfinite(rows), axis=-1)
    clean = np.where(np.isfinite(rows), rows, 0).astype(Wide)
    magnitude, true = np.abs(clean).sum(axis=-1), clean.sum(axis=-1)
    for k in {0, got.size // 2} if got.size else []:
        true[k] = Wide(exact_sum(clean[k])) if magnitude[k] < 1e300 else true[k]
    bound = magnitude * (depth(n) * HALF_UNIT[wide] * 1.001 + n * 2.0**-64)
    limit = Wide(np.finfo(wide).max) * Wide(0.999)
    if scale is not None:
        true, bound = true / scale, bound / scale + np.abs(true / scale) * HALF_UNIT[wide] + rounding(wide, 0)
    if wide != dtype:
        bound = bound + rounding(dtype, np.abs(true) + bound)
        overflowing = np.abs(true) + bound >= Wide(np.finfo(dtype).max) * Wide(0.999)
        magnitude = np.where(overflowing, Wide(np.inf), magnitude)
    bad = is_wrong_of(got, true, bound, limit, magnitude)
    minus_zero = (got == 0) & np.signbit(got) & (true == 0) & (wide == dtype)
    return np.where(finite, bad | minus_zero, ~same_special(got, specials) & (magnitude < limit))


def exact_sum(row):
    return math.fsum(row.astype("f8"))


def same_special(got, want):
    return (np.isnan(got) & np.isnan(want)) | (got == want)


def wrong_complex_prod(rows, got):
    """Which products of complex numbers are wrong by their size; where a partial product could leave the range of the
    dtype in some order, or a factor is not finite, none."""
    part = np.finfo(got.dtype).dtype
    info, n = np.finfo(part), rows.shape[-1]
    x = rows.astype(np.clongdouble)
    size = np.abs(x)
    with np.errstate(all="ignore"):
        log = np.log2(np.where((size == 0) | ~np.isfinite(size), 1, size))
        highest, lowest = np.maximum(log, 0).sum(axis=-1), np.minimum(log, 0).sum(axis=-1)
        true = x.prod(axis=-1)
        tame = (highest < info.maxexp - 2) & (lowest > info.minexp / 2) & np.isfinite(size).all(axis=-1)
        # Each factor brings an error of at most the root of 5 half units.
        bound = np.abs(true) * n * HALF_UNIT[part] * 2.25
        return tame & ~(np.abs(got.astype(np.clongdouble) - true) <= bound)


def wrong_prod(rows, got):
    """Which products are wrong. Where a partial product could leave the dtype's range in some order, only that it is a
    number, a zero or an infinity as may be."""
    dtype, n = got.dtype, rows.shape[-1]
    wide = np.dtype("f4" if dtype == np.float16 else dtype)
    info = np.finfo(wide)
    x = rows.astype(Wide)
    magnitude = np.abs(x)
    with np.errstate(all="ignore"):
        log = np.log2(np.where((magnitude == 0) | ~np.isfinite(x), 1, magnitude))
        highest, lowest = np.maximum(log, 0).sum(axis=-1), np.minimum(log, 0).sum(axis=-1)
        true = x.prod(axis=-1)
        tame = (highest < info.maxexp - 1) & (lowest > info.minexp + 1)
        bound = np.abs(true) * n * HALF_UNIT[wide] * 1.001
        if wide != dtype:
            bound = bound + rounding(dtype, np.abs(true) + bound)
        near = np.abs(got.astype(Wide) - true) <= bound
        overflows = np.isinf(got) & (np.abs(true) * 1.001 >= np.finfo(dtype).max)
        same = near | same_special(got.astype(Wide), true) | overflows
        same &= (true != 0) | (np.signbit(got) == np.signbit(true))
    has_nan = np.isnan(x).any(axis=-1)
    return np.where(has_nan, ~np.isnan(got), tame & ~same)


def wrong_var(rows, got, ddof, root, flat_is_zero=True):
    """Which variances (or, with `root`, standard deviations) are wrong. They accumulate in f64, and may err by what as
    many roundings of the elements themselves would change; with `flat_is_zero` they are 0 of equal numbers."""
    dtype, n = got.dtype, rows.shape[-1]
    unit = HALF_UNIT[np.dtype("f8")] * (depth(n) + 4)
    x = rows.astype(Wide)
    finite = np.isfinite(x).all(axis=-1)
    with np.errstate(all="ignore"):
        deviations = np.square(x - x.mean(axis=-1, keepdims=True)).sum(axis=-1)
        squares = np.square(x).sum(axis=-1)
        bound = unit * (3 * deviations + 2 * np.sqrt(deviations * squares)) + unit**2 * squares
        true, bound = deviations / max(n - ddof, 0), bound / max(n - ddof, 1) + rounding(np.dtype("f8"), 0) * n
        if root:
            high, low = np.sqrt(true + bound), np.sqrt(np.maximum(true - bound, 0))
            true = np.sqrt(true)
            bound = np.maximum(high - true, true - low) + true * HALF_UNIT[np.dtype("f8")]
        if dtype != np.float64:
            bound = bound + rounding(dtype, true + bound)
        tame = (squares * 4 < np.finfo("f8").max) & (true + bound < np.finfo(dtype).max)
        near = np.abs(got.astype(Wide) - true) <= bound
        near |= same_special(got.astype(Wide), true)
    if flat_is_zero and n > ddof:
        near &= (got == 0) | ~(x == x[:, :1]).all(axis=-1)
    return np.where(finite, tame & ~near, ~np.isnan(got))
