#!/usr/bin/env python3
"""Writes tests/golden/complex/: what complex operators and functions give.

    gen_complex_golden.py           writes the files
    gen_complex_golden.py --check   compares them with what is computed here

`exact.txt` has NumPy's bits (with its dispatched instruction sets disabled) of operators that are a few real
operations, and `special.txt` NumPy's results of functions of zeros, infinities and NaN (C99's Annex G). `accurate.txt`
has the functions' true values, by mpmath in some thousand bits, rounded to f64.

A line is a formula in a (and b), then the bits of the parts of its operands and, after `=`, of its result: two words
of 16 digits of a complex number, one of a real one. Formulas are of c128; in `exact.txt` also of c64, of 8 digits.
Needs numpy and mpmath.
"""

import random
import struct

import numpy as np
from gen_values_golden import without_dispatch
from golden import GOLDEN, keep

OUT = GOLDEN / "complex"
FUNCTIONS = """sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh
arctanh""".split()
ODD = "sin tan sinh tanh arcsin arctan arcsinh arctanh".split()


def words(value, part):
    """The bits of the parts."""
    value = np.asarray(value)
    if value.dtype == bool:
        return f"{int(value):0{2 * np.dtype(part).itemsize}x}"
    parts = [value.real, value.imag] if value.dtype.kind == "c" else [value]
    unsigned = f"u{np.dtype(part).itemsize}"
    return " ".join(f"{int(np.array(p, part).view(unsigned)):0{2 * np.dtype(part).itemsize}x}" for p in parts)


def exact():
    unary = {"-a": np.negative, "conj(a)": np.conj, "sign(a)": np.sign, "square(a)": np.square, "real(a)": np.real,
             "reciprocal(a)": np.reciprocal, "rint(a)": np.rint, "isnan(a)": np.isnan, "isinf(a)": np.isinf,
             "isfinite(a)": np.isfinite, "not a": np.logical_not, "isreal(a)": lambda a: a.imag == 0,
             "a**2": lambda a: a**2, "a**3": lambda a: np.power(a, a.dtype.type(3))}
    binary = {"a+b": np.add, "a-b": np.subtract, "a*b": np.multiply, "a/b": np.divide, "a==b": np.equal,
              "a!=b": np.not_equal, "a<b": np.less, "a<=b": np.less_equal, "a>b": np.greater, "a>=b": np.greater_equal,
              "maximum(a,b)": np.maximum, "minimum(a,b)": np.minimum, "fmax(a,b)": np.fmax, "fmin(a,b)": np.fmin,
              "a and b": np.logical_and}
    source = random.Random(1)
    lattice = [0.0, -0.0, 1.0, -2.5, 0.5, np.inf, -np.inf, np.nan, 1e30, 1e-30]
    for dtype, part in ("c16", "f8"), ("c8", "f4"):
        everyday = lambda: complex(source.choice(lattice), source.choice(lattice)) if source.random() < 0.6 else complex(
            round(source.uniform(-9, 9), 2), source.uniform(-9, 9))
        x = np.array([complex(a, b) for a in lattice for b in lattice] + [everyday() for _ in range(92)], dtype)
        y = np.array([everyday() for _ in x], dtype)
        y[:20] = x[:20]
        for text, function in unary.items():
            for a, r in zip(x, function(x)):
                yield f"{text}: {words(a, part)} = {words(r, part)}"
        for text, function in binary.items():
            for a, b, r in zip(x, y, function(x, y)):
                yield f"{text}: {words(a, part)} {words(b, part)} = {words(r, part)}"


def special():
    points = [0.0, -0.0, 0.75, -1.5, np.inf, -np.inf, np.nan]
    # C99 has no expm1, and NumPy's loses what is known of infinities.
    for name in [name for name in FUNCTIONS if name != "expm1"]:
        for x in points:
            for y in points:
                if np.isfinite(x) and np.isfinite(y) and (x, y) != (0, 0):
                    continue
                a = np.array([complex(x, y)])
                yield f"{name}(a): {words(a[0], 'f8')} = {words(getattr(np, name)(a)[0], 'f8')}"


def true_value(mp, name, x, y):
    """In the upper half plane, with zeros a little beside the axes, so that no cut is met."""
    beside = mp.mpf(2) ** -6000
    side = beside if str(x)[0] != "-" else -beside
    z = mp.mpc(mp.mpf(x) if x else side, mp.mpf(abs(y)) if y else beside)
    others = {"exp2": lambda z: mp.exp(z * mp.log(2)), "expm1": lambda z: mp.exp(z) - 1, "log1p": lambda z: mp.log(1 + z),
              "log2": lambda z: mp.log(z) / mp.log(2), "log10": lambda z: mp.log(z) / mp.log(10)}
    inverse = {"arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan, "arcsinh": mp.asinh, "arccosh": mp.acosh,
               "arctanh": mp.atanh}
    w = (others.get(name) or inverse.get(name) or getattr(mp, name))(z)
    re, im = rounded(mp, w.real), rounded(mp, w.imag)
    return complex(re, -im if str(y)[0] == "-" else im)


def rounded(mp, value):
    if abs(value) >= mp.mpf(2) ** 1024:
        return np.inf if value > 0 else -np.inf
    return float(value)


def is_pole(name, x, y):
    poles = {"log": (0, 0), "log2": (0, 0), "log10": (0, 0), "log1p": (-1, 0), "arctan": (0, 1), "arctanh": (1, 0)}
    point = (x, y) if name.startswith("log") else (abs(x), abs(y))
    return point == poles.get(name)


def accurate():
    import mpmath as mp
    mp.mp.prec = 2600
    source = random.Random(2)
    anywhere = lambda: source.choice([-1, 1]) * source.uniform(1, 2) * 2.0 ** source.randint(-1060, 1020)
    everyday = lambda: source.choice([-1, 1]) * source.uniform(0, 4)
    moderate = lambda: source.choice([-1, 1]) * source.uniform(1, 2) * 2.0 ** source.randint(-40, 40)
    edges = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 1 + 2.0**-52, 1 - 2.0**-53, 0.5, 5e-324, -5e-324, 1e-200, 1e200, 1.7e308]
    points = [(x, y) for x in edges for y in source.sample(edges, 5)]
    points += [(everyday(), everyday()) for _ in range(40)] + [(moderate(), moderate()) for _ in range(25)]
    points += [(anywhere(), anywhere()) for _ in range(25)] + [(anywhere(), everyday()) for _ in range(10)]
    for _ in range(20):
        angle, near = source.uniform(0, 7), 1 + source.choice([-1, 1]) * 2.0 ** -source.randint(3, 50)
        points += [(near * np.cos(angle), near * np.sin(angle)), (near, everyday() * 2.0 ** -source.randint(5, 40))]
        points += [(near * np.cos(angle) - 1, near * np.sin(angle))]
    points += [(x, y) for x in (705.0, 710.0, 740.0, -720.0, -745.0, 1023.5, 1030.0, -1060.0, 21.9, 22.1) for y in (0.7, -2.5)]
    points += [(source.uniform(-1, 1) * 2.0**-k, k * 1.5707963267948966) for k in range(1, 9)]
    for name in FUNCTIONS:
        for x, y in points:
            turned = name in ("sin", "cos", "tan")
            x, y = (float(y), float(x)) if turned else (float(x), float(y))
            # A cosine of 2**1000 needs as many digits more, an exponential of it has as many.
            if name in "exp exp2 expm1 sinh cosh tanh sin cos tan".split() and max(abs(x), abs(y)) > 1e9:
                continue
            if is_pole(name, x, y):
                continue
            a = complex(x, y)
            yield f"{name}(a): {words(np.complex128(a), 'f8')} = {words(np.complex128(true_value(mp, name, x, y)), 'f8')}"


def main():
    without_dispatch()
    np.seterr(all="ignore")
    made = {"exact": exact(), "special": special(), "accurate": accurate()}
    files = {OUT / f"{name}.txt": "".join(line + "\n" for line in lines) for name, lines in made.items()}
    keep(files, f"NumPy {np.__version__} or mpmath")


if __name__ == "__main__":
    main()
