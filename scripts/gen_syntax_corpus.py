#!/usr/bin/env python3
"""Writes tests/corpus/python_ast.txt: random formulas, each with the s-expression of CPython's own tree.

A line is FORMULA <tab> S-EXPRESSION, in the form that src/syntax/sexpr.rs documents. The formulas are token
strings without regard to precedence, so that CPython alone decides how they group. With --check
nothing is written, and the exit status is 1 if the file differs. Standard library only.
"""

import ast
import random
import warnings

from golden import ROOT, keep

SEED = 20240607
COUNT = 2000

INFIX = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|",
    ast.BitXor: "^", ast.MatMult: "@",
}
PREFIX = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~", ast.Not: "not"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in",
}
BOOLEAN = {ast.And: "and", ast.Or: "or"}
LITERALS = [
    "0", "1", "2", "10", "1_000", "0x1f", "0XFF", "0o17", "0b1_01", "00", "170141183460469231731687303715884105727",
    "1.5", "1.", ".5", "1e5", "1E-7", "1_0.2_5e1_0", "1e16", "123456789012345680.0", "0.0001", "0.00001", "1e999",
    "5e-324", "0777.5", "2j", "1.5J", "1e3j", "010j", "'text'", '"it\'s"', "'a\\n\\t\\x41\\\\'", "b'by\\x00te'", "B\"q\"",
    "''", "True", "None",
]
NAMES = ["a", "b", "c", "x1", "_y", "mean", "e", "été", "名"]


def formula(rng, depth):
    """A random formula: operands joined by random operators, bracketed only by chance."""
    parts = [operand(rng, depth)]
    for _ in range(rng.choice([0, 1, 1, 2, 3, 4])):
        kind = rng.random()
        if kind < 0.55:
            parts.append(rng.choice(list(INFIX.values())))
        elif kind < 0.75:
            parts.append(rng.choice(list(COMPARE.values())))
        elif kind < 0.9:
            parts.append(rng.choice(["and", "or"]))
        else:
            parts.append(f"if {operand(rng, depth)} else")
        parts.append(operand(rng, depth))
    return " ".join(parts)


def operand(rng, depth):
    signs = "".join(rng.choice(["-", "+", "~", "not ", "- "]) for _ in range(rng.choice([0, 0, 0, 1, 2])))
    return signs + postfix(rng, depth)


def postfix(rng, depth):
    kind = rng.random()
    if depth == 0 or kind < 0.55:
        text = rng.choice(NAMES) if rng.random() < 0.7 else rng.choice(LITERALS)
    elif kind < 0.7:
        text = f"({formula(rng, depth - 1)})"
    elif kind < 0.82:
        text = call(rng, depth - 1)
    else:
        text = sequence(rng, depth - 1)
    while rng.random() < 0.15:
        text += rng.choice([" .real", " .imag", " .T"]) if rng.random() < 0.4 else f"[{items(rng, depth)}]"
    return text


def call(rng, depth):
    args = [formula(rng, depth) for _ in range(rng.randrange(3))]
    args += [f"{key}={formula(rng, depth)}" for key in rng.sample(["axis", "keepdims"], rng.randrange(2))]
    return f"{rng.choice(NAMES)}({', '.join(args)}{',' if args and rng.random() < 0.2 else ''})"


def sequence(rng, depth):
    parts = [formula(rng, depth) for _ in range(rng.randrange(4))]
    if rng.random() < 0.5:
        return f"[{', '.join(parts)}{',' if parts and rng.random() < 0.3 else ''}]"
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def items(rng, depth):
    parts = [item(rng, max(depth - 1, 0)) for _ in range(rng.choice([1, 1, 2, 3]))]
    return ", ".join(parts) + ("," if rng.random() < 0.1 else "")


def item(rng, depth):
    def bound():
        return formula(rng, depth) if rng.random() < 0.5 else ""

    kind = rng.random()
    if kind < 0.4:
        return formula(rng, depth)
    if kind < 0.6:
        return rng.choice(["None", "..."])
    return f"{bound()}:{bound()}" + (f":{bound()}" if rng.random() < 0.5 else "")


def statement(rng):
    kind = rng.random()
    if kind < 0.8:
        return formula(rng, 3)
    if kind < 0.87:
        return f"{formula(rng, 2)}, {formula(rng, 2)}" + rng.choice(["", ","])
    if kind < 0.93:
        return f"{rng.choice(NAMES)} = {formula(rng, 2)}"
    return f"{rng.choice(NAMES)} {rng.choice(list(INFIX.values()))}= {formula(rng, 2)}"


def sexpr(node):
    """The s-expression of CPython's tree; None where the language has no such form."""
    match node:
        case ast.Expr(value):
            return sexpr(value)
        case ast.Assign([ast.Name(name)], value):
            return f"(= {name} {sexpr(value)})"
        case ast.AugAssign(ast.Name(name), op, value):
            return f"({INFIX[type(op)]}= {name} {sexpr(value)})"
        case ast.Name(name):
            return name
        case ast.Constant(value):
            return constant(value)
        case ast.UnaryOp(op, a):
            return f"({PREFIX[type(op)]} {sexpr(a)})"
        case ast.BinOp(a, op, b):
            return f"({INFIX[type(op)]} {sexpr(a)} {sexpr(b)})"
        case ast.BoolOp(op, values):
            folded = sexpr(values[0])
            for value in values[1:]:
                folded = f"({BOOLEAN[type(op)]} {folded} {sexpr(value)})"
            return folded
        case ast.Compare(first, ops, rights):
            links = (f" {COMPARE[type(op)]} {sexpr(right)}" for op, right in zip(ops, rights))
            return f"(compare {sexpr(first)}{''.join(links)})"
        case ast.IfExp(condition, then, otherwise):
            return f"(if {sexpr(condition)} {sexpr(then)} {sexpr(otherwise)})"
        case ast.Call(ast.Name(name), args, keywords):
            words = [sexpr(a) for a in args] + [f"{k.arg}={sexpr(k.value)}" for k in keywords]
            return "(call " + " ".join([name, *words]) + ")"
        case ast.Subscript(base, index):
            parts = index.elts if isinstance(index, ast.Tuple) else [index]
            return "(index " + " ".join([sexpr(base), *map(index_item, parts)]) + ")"
        case ast.Attribute(base, name):
            return f"(.{name} {sexpr(base)})"
        case ast.Tuple(parts) | ast.List(parts):
            return "(" + " ".join(["tuple", *map(sexpr, parts)]) + ")"
    raise ValueError(ast.dump(node))


def index_item(node):
    if not isinstance(node, ast.Slice):
        return "..." if isinstance(node, ast.Constant) and node.value is ... else sexpr(node)

    def bound(b):
        missing = b is None or (isinstance(b, ast.Constant) and b.value is None)
        return "*" if missing else sexpr(b)

    return f"(slice {bound(node.lower)} {bound(node.upper)} {bound(node.step)})"


def constant(value):
    if value is None or isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, complex):
        return number(value.imag) + "j"
    if isinstance(value, bytes):
        return "b" + quoted(value.decode("latin-1"))
    return quoted(value)


def number(value):
    if value == float("inf"):
        return "1e999"
    mantissa, e, exponent = repr(value).partition("e")
    return mantissa + (f"e{int(exponent)}" if e else "")


def quoted(text):
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"}
    return "'" + "".join(escapes.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in text) + "'"


def ambiguous(tree):
    """CPython's tree does not tell a[(b, c)] from a[b, c], nor a[(b,)] from a[b,]."""
    def bracketed(node):
        return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and (
            node.slice.elts == [] or node.slice.col_offset < node.slice.elts[0].col_offset
        )

    return any(bracketed(node) for node in ast.walk(tree))


def lines():
    # CPython warns of calls of literals and the like, which the language refuses or ignores.
    warnings.simplefilter("ignore", SyntaxWarning)
    rng = random.Random(SEED)
    seen = {}
    while len(seen) < COUNT:
        text = statement(rng)
        try:
            [tree] = ast.parse(text).body
        except SyntaxError:
            # `a + not b`, and a name or a keyword that CPython refuses.
            continue
        if len(text) <= 160 and not ambiguous(tree):
            seen.setdefault(text, sexpr(tree))
    return [f"{text}\t{tree}\n" for text, tree in seen.items()]


def main():
    keep({ROOT / "tests/corpus/python_ast.txt": "".join(lines())}, "this script")


if __name__ == "__main__":
    main()
