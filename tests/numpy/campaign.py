"""Runs programs and judges them: each node from numfuse's own operands, the fused whole against its nesting."""

import random
from dataclasses import dataclass

from check import Mismatch, check_node, same_bits
from client import Ended, Refused
from program import Program

BATCH = 64
# What numfuse refuses and NumPy does not: a plain number given as an input is not known before the formula is
# compiled, so that as a bound of `clip` it must fit the dtype; a selection is of inputs and of what is computed with
# one shape, whose mask has no axis of 0 beside one of 1; a span of time is not read as a date.
REFUSED_BY_RULE = {
    ("clip", "number-out-of-range"),
    ("mask", "unsupported"),
    ("mask", "mask-shape"),
    ("mask", "shape-mismatch"),
    ("take", "unsupported"),
    ("where", "no-operation"),
    ("ternary", "no-operation"),
}
# A conversion of units that overflows is an error; NumPy wraps.
REFUSED_ALWAYS = {"unit-overflow"}


@dataclass
class Finding:
    """A program that is wrong, and where."""

    seed: int
    program: Program
    what: str
    # The node that differs (else the whole program), numfuse's result, the expected one, and the mask of what differs.
    node: object = None
    got: object = None
    want: object = None
    bad: object = None


def requests(program):
    """The statements, and the last node as one expression."""
    program = program.used()
    nested = program.nested()
    return [(program.statements(), program.inputs)] + ([(nested, program.inputs)] if nested else [])


def prefix_that_fails(server, program):
    """The number of the first node with which the program is refused, and the results before it."""
    results = []
    for k in range(len(program.nodes)):
        shorter = Program(program.inputs, program.nodes[: k + 1])
        (answer,) = server.evaluate([(shorter.statements(), program.inputs)])
        if isinstance(answer, Refused):
            return k, results, answer
        results = answer
    return None, results, None


def judge_refusal(server, seed, program, refused):
    """A program that numfuse refuses must be one that NumPy refuses, at the same node."""
    k, results, again = prefix_that_fails(server, program)
    if k is None:
        return Finding(seed, program, f"refused as a whole ({refused.code}), but no statement of it is")
    node = program.nodes[k]
    if again.code in REFUSED_ALWAYS or (node.row.name, again.code) in REFUSED_BY_RULE:
        return None
    values = {g.name: g.value for g in program.inputs} | dict(results)
    try:
        node.apply(values)
    except Exception:  # noqa: BLE001
        return None
    shorter = Program(program.inputs, program.nodes[: k + 1])
    return Finding(seed, shorter, f"numfuse refuses ({again.code}): {again.message}", node)


def judge(server, seed, program, answers, rng):
    """The first finding in a program, or `None`."""
    program = program.used()
    if isinstance(answers[0], Refused):
        return judge_refusal(server, seed, program, answers[0])
    values = {g.name: g.value for g in program.inputs}
    results = dict(answers[0])
    for k, node in enumerate(program.nodes):
        got = results.get(node.name)
        if got is None:
            return Finding(seed, program, f"there is no result {node.name}")
        try:
            check_node(node, values, got, rng)
        except Mismatch as mismatch:
            shorter = Program(program.inputs, program.nodes[: k + 1])
            return Finding(seed, shorter, str(mismatch), node, got, mismatch.want, mismatch.bad)
        values[node.name] = got
    if len(answers) > 1:
        return judge_nested(seed, program, results[program.nodes[-1].name], answers[1])
    return None


def judge_nested(seed, program, named, answer):
    if isinstance(answer, Refused):
        return Finding(seed, program, f"as one expression it is refused ({answer.code}): {answer.message}")
    ((_, nested),) = answer
    if nested.dtype != named.dtype or nested.shape != named.shape:
        what = f"as one expression it is {nested.dtype} {nested.shape}, named {named.dtype} {named.shape}"
        return Finding(seed, program, what)
    bad = same_bits(nested, named)
    if bad.any():
        return Finding(seed, program, "as one expression it has other bits", None, nested, named, bad)
    return None


class Tally:
    """What was run."""

    def __init__(self):
        self.programs = self.nodes = self.refusals = 0
        self.rows = {}

    def count(self, program, answers):
        self.programs += 1
        self.nodes += len(program.nodes)
        self.refusals += isinstance(answers[0], Refused)
        for node in program.nodes:
            self.rows[node.row.name] = self.rows.get(node.row.name, 0) + 1

    def merge(self, other):
        self.programs += other.programs
        self.nodes += other.nodes
        self.refusals += other.refusals
        for name, n in other.rows.items():
            self.rows[name] = self.rows.get(name, 0) + n


def judge_seed(server, generator, seed):
    """The finding of one seed, if it has one."""
    program = generator.program(seed)
    return judge(server, seed, program, server.evaluate(requests(program)), random.Random(seed))


def crashes(server, programs):
    """Whether the server ends with them."""
    try:
        server.evaluate(programs)
    except Ended:
        return True
    return False


def run(server, generator, seeds, most_findings):
    """Runs the programs of the seeds; the seeds that have findings. Stops after some: one fault has many."""
    tally, wrong = Tally(), []
    seeds = iter(seeds)
    while len(wrong) < most_findings:
        batch = [(seed, generator.program(seed)) for _, seed in zip(range(BATCH), seeds)]
        if not batch:
            break
        asked = [requests(program) for _, program in batch]
        try:
            answers = iter(server.evaluate([request for requests in asked for request in requests]))
        except Ended:
            guilty = [seed for (seed, _), request in zip(batch, asked) if crashes(server, request)]
            wrong += guilty or [batch[0][0]]
            continue
        for (seed, program), request in zip(batch, asked):
            answer = [next(answers) for _ in request]
            tally.count(program, answer)
            if judge(server, seed, program, answer, random.Random(seed)):
                wrong.append(seed)
    return tally, wrong
