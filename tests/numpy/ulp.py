"""Class B: functions that IEEE 754 does not fix, against wider floats and, where those disagree, mpmath.

A result passes if it is the float nearest to the true value or at most `steps` floats from it. All elements are
screened with x87's long double (or, where NumPy has no such function, with Python's `math`, some elements then again
with mpmath). What the screen does not pass is decided by mpmath with 200 bits.
"""

import math

import mpmath
import numpy as np

Wide = np.longdouble
if np.finfo(Wide).nmant < 63:
    raise SystemExit("the oracle needs a long double of at least 64 bits")

MP = mpmath.mp.clone()
MP.prec = 200
SAMPLE = 3
LN2 = MP.log(2)


def exact(x):
    """A float as mpmath's number. Wide floats do not occur here."""
    return MP.mpf(float(x))


def loggamma(x):
    if x > 0:
        return MP.loggamma(x)
    with MP.extraprec(1200):
        return MP.log(MP.pi) - MP.log(abs(MP.sinpi(x))) - MP.loggamma(1 - x).real


def erfinv(x):
    if abs(x) < MP.mpf("0.9"):
        return MP.erfinv(x)
    if abs(x) >= 1:
        return MP.nan
    # Newton from mpmath's asymptotic guess loses digits near 1: solve for the tail instead.
    tail = 1 - abs(x)
    y = MP.sqrt(-MP.log(tail * MP.sqrt(MP.pi)))
    for _ in range(60):
        step = (MP.erfc(y) - tail) * MP.sqrt(MP.pi) / 2 * MP.exp(y * y)
        y += step
        if abs(step) < MP.mpf(2) ** -180:
            break
    return y if x > 0 else -y


def within(limit, function):
    """Beyond the limit the screen decides: the result is constant there, or has no finite value."""
    return lambda x: function(x) if abs(x) < limit else MP.nan


def power(x, y):
    return MP.power(x, y) if x >= 0 or y == MP.floor(y) else MP.nan


# The true functions at finite points of their domains.
TRUE = {
    "exp": MP.exp, "exp2": lambda x: MP.power(2, x), "expm1": MP.expm1,
    "log": MP.log, "log2": lambda x: MP.log(x) / LN2, "log10": MP.log10, "log1p": MP.log1p,
    "sin": MP.sin, "cos": MP.cos, "tan": MP.tan, "arcsin": MP.asin, "arccos": MP.acos, "arctan": MP.atan,
    "sinh": MP.sinh, "cosh": MP.cosh, "tanh": MP.tanh,
    "arcsinh": lambda x: MP.sign(x) * MP.asinh(abs(x)), "arccosh": MP.acosh, "arctanh": MP.atanh,
    "arctan2": MP.atan2, "hypot": MP.hypot, "cbrt": lambda x: MP.sign(x) * MP.cbrt(abs(x)), "power": power,
    "erf": within(30, MP.erf), "erfc": within(30, MP.erfc), "erfinv": erfinv,
    "gamma": within(200, MP.gamma), "gammaln": loggamma,
}  # fmt: skip


def each(function):
    """A function of Python floats as one of arrays, in f64."""

    def apply(*args):
        found = np.frompyfunc(function, len(args), 1)(*(a.astype("f8") for a in args))
        return np.asarray(found, "f8").astype(Wide)

    return apply


def math_gamma(x):
    if x == 0:
        return math.copysign(math.inf, x)
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def math_gammaln(x):
    try:
        return math.lgamma(x)
    except (OverflowError, ValueError):
        return math.inf


def math_erfinv(x):
    if abs(x) > 1 or x != x:
        return math.nan
    return math.copysign(math.inf, x) if abs(x) == 1 else (x if x == 0 else float(erfinv(exact(x))))


def wide_power(x, y):
    """Powers of zeros and infinities by f64: those of glibc's long doubles are wrong for exponents of 2**63."""
    plain = np.isfinite(x) & (x != 0)
    return np.where(plain, np.power(x, y), np.power(x.astype("f8"), y.astype("f8")))


# The screens that are not NumPy's function of that name on long doubles.
SCREEN = {
    "erf": each(math.erf), "erfc": each(math.erfc), "erfinv": each(math_erfinv), "gamma": each(math_gamma),
    "gammaln": each(math_gammaln), "power": wide_power,
}  # fmt: skip
# These screens are as exact as the results: a sample is compared with mpmath as well.
SAMPLED = {"erf", "erfc", "gamma", "gammaln"}
# More steps than 1, and how near to the true value is near enough whatever the steps.
STEPS = {"gamma": 4, "gammaln": 4}
ABSOLUTE = {"gammaln": 1e-16}


def places(x):
    """Floats as integers in their order; both zeros are 0."""
    bits = x.view(f"i{x.dtype.itemsize}").astype("i8")
    sign = np.int64(-1) << np.int64(8 * x.dtype.itemsize - 1)
    return np.where(bits < 0, sign - bits, bits)


def steps_apart(x, y):
    """How many floats apart, elementwise; 0 for two NaNs, many if one is NaN or zeros differ in sign."""
    far = np.abs(places(x).astype(float) - places(y).astype(float))
    near = np.abs(places(x) - places(y))
    steps = np.where(far > 1e6, far, near)
    nan_x, nan_y = np.isnan(x), np.isnan(y)
    steps = np.where(nan_x | nan_y, np.where(nan_x & nan_y, 0.0, np.inf), steps)
    return np.where((x == 0) & (y == 0) & (np.signbit(x) != np.signbit(y)), np.inf, steps)


def is_near(name, got, args):
    """Whether one element is near enough to the true value; `None` where there is no finite one."""
    if not all(np.isfinite(a) for a in args):
        return None
    dtype = got.dtype
    points = [exact(a) for a in args]
    try:
        true = TRUE[name](*points)
    except (ValueError, ZeroDivisionError):
        return None
    # A complex result is one outside of the real domain.
    if not hasattr(true, "_mpf_") or MP.isnan(true) or MP.isinf(true):
        return None
    nearest = np.array([float(true)], "f8").astype(dtype)
    if steps_apart(np.array([got]), nearest)[0] <= STEPS.get(name, 1):
        return True
    return bool(np.isfinite(got)) and abs(exact(got) - true) <= ABSOLUTE.get(name, 0)


def wrong(name, args, got, rng):
    """Which elements are further from the true value than promised, and the values that are. Operands are of the
    result's dtype and shape."""
    screen = SCREEN.get(name) or getattr(np, name)
    near = np.asarray(screen(*(a.astype(Wide) for a in args))).astype(got.dtype)
    bad = steps_apart(got, near) > STEPS.get(name, 1)
    sampled = []
    if name in SAMPLED and got.dtype == np.float64 and got.size:
        sampled = [rng.randrange(got.size) for _ in range(SAMPLE)]
    flat, operands, verdicts = got.ravel(), [a.ravel() for a in args], bad.ravel()
    for k in [*np.flatnonzero(bad), *sampled]:
        is_good = is_near(name, flat[k], [a[k] for a in operands])
        if is_good is not None:
            verdicts[k] = not is_good
    return verdicts.reshape(got.shape), near
