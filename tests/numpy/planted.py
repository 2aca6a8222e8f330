"""The test of the test: results with one planted error, which the checks must find."""

import random

import numpy as np
import ulp
from campaign import requests
from check import Mismatch, check_node
from client import Refused

PROGRAMS = 400
# How many of the errors must be found, by class. Sums and products that may overflow in some order are anything.
LEAST = {"A": 1.0, "B": 0.95, "C": 0.8, "D": 1.0, "F": 0.9}
# How many floats away an error is planted: beyond what is promised.
STEPS = {"A": 1, "B": 6, "D": 1, "F": 1 << 12}


def with_error(got, row, rng):
    """A copy with one element changed, or `None` where nothing can be."""
    if not got.size or got.dtype.kind not in "biuf":
        return None
    changed = got.copy().reshape(-1)
    k = rng.randrange(changed.size)
    if got.dtype.kind == "b":
        changed[k] = not changed[k]
    elif got.dtype.kind in "iu":
        changed[k] ^= got.dtype.type(1)
    elif not np.isfinite(changed[k]) or changed[k] == 0:
        changed[k] = 1
    elif row.cls == "C":
        changed[k] += np.abs(changed[k]) * 0.01 + 1
    else:
        # As an integer: a float of larger magnitude.
        changed.view(f"u{got.dtype.itemsize}")[k] += STEPS[row.cls]
    return changed.reshape(got.shape)


def is_noise(row, got, changed):
    """What no promise tells apart: zeros of a minimum, what is near in absolute terms."""
    name = row.name.split()[0]
    same = (got == changed) | ((got != got) & (changed != changed))
    return name in ulp.ABSOLUTE or name == "sinc" or bool(np.all(same))


def found_by_class(server, generator):
    """How many errors were planted and found, by class."""
    counts = {}
    for seed in range(PROGRAMS):
        program, rng = generator.program(seed).used(), random.Random(seed)
        answer = server.evaluate(requests(program)[:1])[0]
        if isinstance(answer, Refused):
            continue
        values = {g.name: g.value for g in program.inputs} | dict(answer)
        for node in program.nodes:
            got = values[node.name]
            changed = with_error(got, node.row, rng)
            if changed is None or is_noise(node.row, got, changed):
                continue
            planted, found = counts.get(node.row.cls, (0, 0))
            try:
                check_node(node, values, changed, rng)
            except Mismatch:
                found += 1
            counts[node.row.cls] = planted + 1, found
    return counts


def unseen(counts):
    """The classes of which too few errors were found."""
    return [cls for cls, (planted, found) in counts.items() if found < LEAST[cls] * planted]
