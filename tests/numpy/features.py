"""What numfuse evaluates: asked of the server at the start, so that the test grows with the language.

A feature is a row of the table or a kind of dtype. What is in `REQUIRED` must evaluate, else the test fails; what is
not there yet is left out of the programs, and `scripts/differential.py --features` says so.
"""

import numpy as np
from client import Refused
from inputs import ArrayInput
from operators import ROWS, in_place, text
from program import Node

# The kinds of dtypes beside bool, integers, f32 and f64.
KINDS = {
    "half": ("e", np.array([1, 2, 3], "f2")),
    "complex": ("c", np.array([1, 2j, 3], "c16")),
    "bytes": ("S", np.array([b"a", b"b", b"c"])),
    "text": ("U", np.array(["a", "b", "c"])),
    "datetime": ("M", np.array([1, 2, 3], "M8[s]")),
    "timedelta": ("m", np.array([1, 2, 3], "m8[s]")),
}

# What may not be missing. A row or kind that numfuse learns is written here with it.
REQUIRED_KINDS = ["half"]
NOT_REQUIRED = [
    *"isnat conj .real .imag var std ptp nansum nanprod nanmean nanmin nanmax nanvar nanstd".split(),
    *"cumsum cumprod diff view transpose mask take arange zeros ones".split(),
    *(row.name for section in (text, in_place) for row in section()),
    *(name for name in ROWS if name.split()[-1] in ("initial", "dtype", "where")),
]
REQUIRED_ROWS = [
    name for name in ROWS if name == "where" or name not in NOT_REQUIRED and "complex" not in name
]  # fmt: skip

SAMPLES = {
    "b": np.array([True, False, True]), "i": np.array([1, 2, 0], "i4"), "u": np.array([1, 2, 0], "u4"),
    "f": np.array([0.5, 1.0, 0.25]), "c": np.array([1, 2j, 3], "c16"),
    **{kind: sample for kind, sample in KINDS.values()},
}  # fmt: skip
# The arguments with which a row is asked for.
PROBES = {
    "index": {"index": (slice(1, None),)}, "arange": {"stop": 3}, "sizes": {"shape": (2,)}, "ddof": {"ddof": 1},
    "decimals": {"decimals": 1}, "initial": {"initial": 1}, "dtype": {"dtype": "int64"},
}  # fmt: skip


def probe_row(row):
    """A tiny program of one row."""
    given, args = [], []
    for k, kinds in enumerate(row.kinds):
        kind = next(kind for kind in "fiubcmMSU" if kind in kinds)
        given.append(ArrayInput.dense("abcd"[k], SAMPLES[kind], writable=row.choose == "writes" and k == 0))
        args.append("abcd"[k])
    node = Node("a" if row.choose == "writes" else "t", row, args, PROBES.get(row.choose, {}))
    return node.statement(), given


def probe_kind(sample):
    return "where(a == a, a, a)", [ArrayInput.dense("a", sample)]


def found(server):
    """The rows and the kinds of dtypes that evaluate; and, by name, why others do not."""
    kinds, rows, missing = set("biuf"), [], {}
    for (name, (kind, _)), answer in zip(KINDS.items(), server.evaluate([probe_kind(s) for _, s in KINDS.values()])):
        if isinstance(answer, Refused):
            missing[name] = answer.code
        else:
            kinds.add(kind)
    has = {name for name, (kind, _) in KINDS.items() if kind in kinds}
    for row, answer in zip(ROWS.values(), server.evaluate([probe_row(row) for row in ROWS.values()])):
        if isinstance(answer, Refused):
            missing[row.name] = answer.code
        elif set(row.needs) <= has and all(set(k) & kinds for k in row.kinds):
            rows.append(row)
        else:
            missing[row.name] = "needs a kind of dtype that is not there"
    return rows, kinds, missing


def missing_required(missing):
    return [name for name in [*REQUIRED_KINDS, *REQUIRED_ROWS] if name in missing]
