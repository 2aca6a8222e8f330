"""Times NumPy's expressions, a line of input each, on arrays like those of the bench."""

import sys
import time

import numpy as np


def inputs(n):
    random = np.random.default_rng(1)

    def complex128():
        return random.standard_normal(n) + 1j * random.standard_normal(n)

    def text(step):
        return np.array([f"x{i * 7919 // step % 10_000_000}" for i in range(n)])

    z, w, y = complex128(), complex128(), complex128()
    h, g, f = (random.standard_normal(n).astype("f2") for _ in range(3))
    u = text(1)
    return {
        "np": np, "z": z, "w": w, "y": y, "s": z.astype("c8"), "t": w.astype("c8"), "r": y.astype("c8"),
        "h": h, "g": g, "f": f, "u": u, "v": text(3), "b": u.astype("S"),
        "a": random.random(n), "m": random.random(n) < 0.5, "i": random.integers(0, n, n),
    }  # fmt: skip


def main():
    names = inputs(int(sys.argv[1]))
    for line in sys.stdin:
        expression = compile(line.strip(), "<bench>", "eval")
        start = time.perf_counter_ns()
        result = eval(expression, names)
        elapsed = time.perf_counter_ns() - start
        del result
        print(elapsed / 1e6, flush=True)


if __name__ == "__main__":
    main()
