"""What a call on 16 elements costs, beside NumPy's and NumExpr's: nothing but overhead.

    python python/benches/latency.py            prints the table
    python python/benches/latency.py --check    and fails if a figure is beyond what the project holds itself to

The figures are medians of the fastest calls of several rounds, in which the contenders take turns; on a machine that does
other work they are too high, which a slow `a + b` of NumPy (0.3 us on an idle one) gives away.
"""

import statistics
import sys
import timeit

import numpy as np

import numfuse

ROUNDS, CALLS = 9, 20_000
A, B, OUT = np.arange(16.0), np.ones(16), np.empty(16)
COMPILED = numfuse.compile("2*a + b")
NAMES = {"a": A, "b": B}


def from_the_frame():
    a, b = A, B
    return numfuse.evaluate("2*a + b")


CONTENDERS = {
    "numpy: a + b": (lambda: A + B, None),
    "numpy: 2*a + b": (lambda: 2 * A + B, None),
    "evaluate, names of the frame": (from_the_frame, 2.0),
    "evaluate, names of a dict": (lambda: numfuse.evaluate("2*a + b", NAMES), 2.0),
    "compiled": (lambda: COMPILED(A, B), 0.7),
    "compiled, into out": (lambda: COMPILED(A, B, out=OUT), None),
}


def main():
    contenders = dict(CONTENDERS)
    try:
        import numexpr

        contenders["numexpr.evaluate, names of a dict"] = (lambda: numexpr.evaluate("2*a + b", NAMES), None)
    except ImportError:
        pass
    taken = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, (call, _) in contenders.items():
            taken[name].append(min(timeit.repeat(call, number=CALLS // 10, repeat=10)) / (CALLS // 10))
    missed = False
    for name, (_, target) in contenders.items():
        microseconds = statistics.median(taken[name]) * 1e6
        missed |= target is not None and microseconds > target
        print(f"{name:36}{microseconds:8.2f} us" + (f"   (held to {target} us)" if target else ""))
    return 1 if missed and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
