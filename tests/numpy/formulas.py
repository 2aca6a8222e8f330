"""Class F: functions that are a formula of others, each step of it rounded or within 1 ULP.

What that comes to is a few places of the result and, where steps cancel, of what cancels. The formula in long doubles
is the true value; the formula in the result's own dtype says where steps overflow or have no value.
"""

import numpy as np
import ulp

Wide = np.longdouble
PLACES = 6
PI = Wide("3.14159265358979323846264338327950288")


def where_zero(x, y, product):
    return np.where((x == 0) & ~np.isnan(y), x.dtype.type(0), product)


def sinc(x):
    angle = x * x.dtype.type(PI)
    return np.where(x == 0, x.dtype.type(1), np.sin(angle) / angle)


def sums_of_powers(exp, log1p):
    def apply(x, y):
        high, low = np.maximum(x, y), np.minimum(x, y)
        return np.where(high == low, high + log1p(high.dtype.type(1)), high + log1p(exp(low - high)))

    return apply


def log2_1p(x):
    return np.log1p(x) / np.log(x.dtype.type(2))


FORMULAS = {
    "expit": lambda x: 1 / (1 + np.exp(-x)),
    "logit": lambda x: np.log(x) - np.log1p(-x),
    "sinc": sinc,
    "xlogy": lambda x, y: where_zero(x, y, x * np.log(y)),
    "xlog1py": lambda x, y: where_zero(x, y, x * np.log1p(y)),
    "logaddexp": sums_of_powers(np.exp, np.log1p),
    "logaddexp2": sums_of_powers(np.exp2, log2_1p),
}
# The magnitudes that cancel.
CANCELLING = {
    "logit": lambda x: np.abs(np.log(x)) + np.abs(np.log1p(-x)),
    # The angle is rounded: an error of so many places of 1.
    "sinc": lambda x: np.ones_like(x),
    "logaddexp": lambda x, y: np.maximum(np.maximum(np.abs(x), np.abs(y)), 1),
    "logaddexp2": lambda x, y: np.maximum(np.maximum(np.abs(x), np.abs(y)), 1),
}


def wrong(name, args, got):
    """Which elements are wrong, and the true values. Operands are of the result's dtype and shape."""
    formula = FORMULAS[name]
    computed = np.dtype("f4") if got.dtype == np.float16 else got.dtype
    with np.errstate(all="ignore"):
        plain = formula(*(a.astype(computed) for a in args)).astype(got.dtype)
        wide = [a.astype(Wide) for a in args]
        true = formula(*wide)
        near = ulp.steps_apart(got, true.astype(got.dtype)) <= PLACES
        if name in CANCELLING:
            slack = CANCELLING[name](*wide) * PLACES * Wide(np.finfo(computed).eps)
            slack += np.abs(true) * Wide(np.finfo(got.dtype).eps) + Wide(np.finfo(got.dtype).smallest_subnormal)
            near |= np.abs(got.astype(Wide) - true) <= slack
    same = (got == plain) | (np.isnan(got) & np.isnan(plain))
    return np.where(np.isfinite(plain) & np.isfinite(true), ~near, ~same), true.astype(got.dtype)
