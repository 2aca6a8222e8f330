"""Makes a finding small: one node of numfuse's own operands, then the one element that differs."""

import random

import numpy as np
from campaign import Finding, judge, requests
from inputs import ArrayInput, literal
from program import Literal, Node, Program

ROUNDS = 40


def again(server, seed, program):
    """The finding of a program, if it still has one."""
    if not program.nodes:
        return None
    return judge(server, seed, program, server.evaluate(requests(program)), random.Random(seed))


def results_before(server, program):
    """numfuse's values of all nodes but the last."""
    values = {g.name: g for g in program.inputs}
    if len(program.nodes) > 1:
        shorter = Program(program.inputs, program.nodes[:-1])
        (answer,) = server.evaluate([(shorter.statements(), shorter.inputs)])
        if isinstance(answer, list):
            values |= {name: ArrayInput.dense(name, value) for name, value in answer}
    return values


def alone(server, finding):
    """The node alone, of its operands as inputs."""
    node, program = finding.node, finding.program
    if node is None or len(program.nodes) == 1:
        return finding
    values = results_before(server, program)
    read = [a for a in node.args if isinstance(a, str)]
    if any(name not in values for name in read):
        return finding
    names = {name: "abcd"[k] for k, name in enumerate(dict.fromkeys(read))}
    given = [renamed(values[name], new) for name, new in names.items()]
    args = [a if isinstance(a, Literal) else names[a] for a in node.args]
    return again(server, finding.seed, Program(given, [Node("t0", node.row, args, node.keywords)])) or finding


def renamed(given, name):
    if isinstance(given, ArrayInput):
        return ArrayInput.dense(name, given.value)
    return type(given)(name, given.value)


def one_element(server, finding):
    """The first element that differs, of operands that broadcast to the result's shape."""
    node, bad = finding.node, finding.bad
    if node is None or bad is None or len(finding.program.nodes) > 1 or node.keywords:
        return finding
    place = tuple(int(k) for k in np.argwhere(bad)[0])
    given = []
    for g in finding.program.inputs:
        if isinstance(g, ArrayInput):
            try:
                value = np.broadcast_to(g.value, bad.shape)[place]
            except ValueError:
                return finding
            given.append(ArrayInput.dense(g.name, np.asarray(value, g.dtype)))
        else:
            given.append(g)
    return again(server, finding.seed, Program(given, finding.program.nodes)) or finding


def without_nodes(server, finding):
    """Leaves out nodes whose place an input can take, while the finding stays."""
    for _ in range(ROUNDS):
        program = finding.program
        values = results_before(server, program)
        for k in range(len(program.nodes) - 1):
            name = program.nodes[k].name
            if not isinstance(values.get(name), ArrayInput) or len(program.inputs) > 8:
                continue
            nodes = program.nodes[:k] + program.nodes[k + 1 :]
            smaller = again(server, finding.seed, Program([*program.inputs, values[name]], nodes))
            if smaller:
                finding = smaller
                break
        else:
            return finding
    return finding


def halved(server, finding):
    """Shorter operands, while the finding stays: halves along every axis."""
    for _ in range(ROUNDS):
        for given in halves(finding.program.inputs):
            smaller = again(server, finding.seed, Program(given, finding.program.nodes))
            if smaller:
                finding = smaller
                break
        else:
            return finding
    return finding


def halves(given):
    """Every way to keep half of one axis, counted from the last, of all inputs that have it."""
    rank = max((len(g.shape) for g in given), default=0)
    for axis in range(1, rank + 1):
        n = max((g.shape[-axis] for g in given if len(g.shape) >= axis), default=0)
        if n < 2:
            continue
        for part in (slice(0, n // 2), slice(n // 2, n)):
            yield [narrowed(g, axis, part, n) for g in given]


def narrowed(g, axis, part, n):
    if not isinstance(g, ArrayInput) or len(g.shape) < axis or g.shape[-axis] != n:
        return g
    return ArrayInput.dense(g.name, g.value[(..., part, *[slice(None)] * (axis - 1))])


def shrink(server, finding):
    for smaller in (alone, one_element, without_nodes, halved, one_element):
        finding = smaller(server, finding)
    return finding


def hexadecimal(array):
    """The elements' bytes, the most significant first."""
    array = np.ascontiguousarray(array)
    if array.size > 64:
        return f"{array.size} elements"
    size = array.dtype.itemsize
    data = array.tobytes()
    items = [data[k : k + size] for k in range(0, len(data), size or 1)]
    return " ".join((i if array.dtype.kind in "SUc" else i[::-1]).hex() for i in items)


def report(finding: Finding):
    """The reproduction."""
    program = finding.program.used()
    lines = [f"seed {finding.seed}: {finding.what}", f"  formula  {program.statements()}"]
    if finding.node is None:
        lines.append(f"  nested   {program.nested()}")
    lines += [f"  {g.name} = {g!r}" for g in program.inputs]
    if finding.got is not None:
        got, want = finding.got, finding.want
        if finding.bad is not None and want is not None and finding.bad.shape == np.shape(got):
            lines.append(f"  at       {np.argwhere(finding.bad)[:8].tolist()}")
            got, want = got[finding.bad], want[finding.bad]
        lines += [f"  numfuse  {literal(got)}", f"           {hexadecimal(got)}"]
        if want is not None:
            lines += [f"  NumPy    {literal(want)}", f"           {hexadecimal(want)}"]
    return "\n".join(lines)
