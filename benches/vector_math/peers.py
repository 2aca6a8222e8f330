"""Times NumPy's functions and NumExpr's formulas, a line of input each."""

import sys
import time

import numexpr
import numpy as np

N = 2048
ARRAYS = {}


def numpy_function(name, dtype, *bounds):
    """The shortest time of many rounds, in nanoseconds an element."""
    a, b, c, d = map(float, bounds)
    random = np.random.default_rng(1)
    function = getattr(np, name)
    operands = [random.uniform(a, b, N).astype(dtype), random.uniform(c, d, N).astype(dtype)][: function.nin]
    out = np.empty(N, dtype)
    best = float("inf")
    for _ in range(100):
        start = time.perf_counter_ns()
        for _ in range(16):
            function(*operands, out=out)
        best = min(best, (time.perf_counter_ns() - start) / (16 * N))
    return best


def numexpr_formula(n, text):
    """Milliseconds of one evaluation, into memory that is there already."""
    n = int(n)
    if n not in ARRAYS:
        index = np.arange(n, dtype="f8")
        ARRAYS[n] = {x: (index * k) % 1.0 * 3.0 + 0.1 for x, k in zip("abc", (0.618034, 0.414214, 0.732051))}
        ARRAYS[n]["out"] = np.empty(n)
    arrays = dict(ARRAYS[n])
    out = arrays.pop("out")
    start = time.perf_counter_ns()
    numexpr.evaluate(text, local_dict=arrays, out=out)
    return (time.perf_counter_ns() - start) / 1e6


def main():
    for line in sys.stdin:
        what, rest = line.strip().split(" ", 1)
        value = numpy_function(*rest.split()) if what == "numpy" else numexpr_formula(*rest.split(" ", 1))
        print(value, flush=True)


if __name__ == "__main__":
    main()
