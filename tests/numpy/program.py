"""Random typed programs: named nodes, each an operator of the table applied to inputs, literals and earlier nodes."""

import itertools
import random
import warnings
from dataclasses import dataclass, field

import inputs
import numpy as np
from choices import CHOOSE, arguments, text_of

MOST_ELEMENTS = 8000
MOST_TEXT = 3000
NAMES = "abcd"
INTEGERS = [0, 1, 2, 3, 5, 7, -1, -2, 8, 31, 64, 100, 127, 128, 200, 255, 300, 1 << 31, 1 << 40, (1 << 63) - 1, 1 << 63]
FLOATS = [0.5, 2.0, -0.0, 1.5, -1.5, 1e3, 0.1, 0.25, 3.0, 1e300, float("inf"), float("nan"), -1.0, 1e-5]

warnings.simplefilter("ignore")
np.seterr(all="ignore")


@dataclass(frozen=True)
class Literal:
    """A number or a text written into the formula."""

    value: object

    @property
    def text(self):
        value = self.value
        if isinstance(value, float) and not np.isfinite(value):
            return {"inf": "inf", "-inf": "(-inf)"}.get(str(value), "nan")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"({value!r})" if str(value).startswith("-") else repr(value)
        return repr(value)


@dataclass
class Node:
    """`name = row(args)`. An argument is a name or a literal."""

    name: str
    row: object
    args: list
    keywords: dict = field(default_factory=dict)
    # Written as `name = first; name op= second`.
    augmented: bool = False

    def text(self, spelled):
        args = [a.text if isinstance(a, Literal) else spelled(a) for a in self.args]
        return self.row.text.format(*args, extra=text_of(self.row.choose, self.keywords))

    def statement(self):
        if self.augmented:
            first, second = (a.text if isinstance(a, Literal) else a for a in self.args)
            return f"{self.name} = {first}; {self.name} {self.row.text.split()[1]}= {second}"
        if self.row.choose == "writes":
            return self.text(str)
        names = {None: self.name, 0: f"{self.name}, _", 1: f"_, {self.name}"}
        return f"{names[self.row.pick]} = {self.text(str)}"

    def apply(self, values):
        """NumPy's result of the operator, or numfuse's rule where that differs."""
        args = [a.value if isinstance(a, Literal) else values[a] for a in self.args]
        first, keywords = arguments(self.row.choose, self.keywords)
        result = self.row.numpy(*args, *first, **keywords)
        if isinstance(result, (np.str_, np.bytes_)):
            # A scalar of text has lost the width of its dtype.
            args = [np.asarray(a)[None] if isinstance(a, np.ndarray) else a for a in args]
            result = self.row.numpy(*args, *first, **keywords).reshape(())
        return np.asarray(result)


@dataclass
class Program:
    inputs: list
    nodes: list

    def statements(self):
        """Every node by name: all are results."""
        return "; ".join(node.statement() for node in self.nodes)

    def nested(self):
        """The last node as one expression; `None` if there is none or it is too long."""
        if any(node.row.pick is not None or node.row.choose == "writes" for node in self.nodes):
            return None
        texts = {given.name: given.name for given in self.inputs}
        for node in self.nodes:
            texts[node.name] = node.text(texts.__getitem__)
            if len(texts[node.name]) > MOST_TEXT:
                return None
        return texts[self.nodes[-1].name]

    def used(self):
        """The program without inputs that no node reads."""
        read = {a for node in self.nodes for a in node.args if isinstance(a, str)}
        return Program([given for given in self.inputs if given.name in read], self.nodes)


def kind_of(value):
    if isinstance(value, np.ndarray):
        return value.dtype.kind
    return {bool: "b", int: "i", float: "f", complex: "c", str: "U", bytes: "S"}[type(value)]


def kind_letter(dtype):
    """The kind of a dtype, halves being one of their own."""
    return "e" if dtype == np.float16 else dtype.kind


def is_refusal(error):
    """Whether NumPy says that the operands do not fit (and not, say, that our own code is wrong)."""
    return isinstance(error, (TypeError, ValueError, OverflowError, IndexError, np.exceptions.AxisError))


class Generator:
    """Makes the program of a seed out of the rows and dtype kinds that are evaluated."""

    def __init__(self, rows, kinds, wanted_errors=0.08):
        self.kinds, self.wanted_errors = kinds, wanted_errors
        self.writing = [r for r in rows if r.choose == "writes"]
        rows = [r for r in rows if r.choose != "writes"]
        numeric = set("biufc")
        themes = {"number": numeric, "text": set("SU") | set("bi"), "time": set("mM") | set("i")}
        self.themes = {}
        for theme, of in themes.items():
            fitting = [r for r in rows if all(set(kinds) & of for kinds in r.kinds)]
            if theme != "number":
                own = set("SU") if theme == "text" else set("mM")
                fitting = [r for r in fitting if not r.kinds or any(set(k) & own for k in r.kinds)]
                if not own & set(kinds):
                    continue
            self.themes[theme] = fitting, [r.weight for r in fitting]

    def program(self, seed):
        """The program of a seed: the first attempt that has a node."""
        attempts = (self.attempt(seed, k) for k in itertools.count())
        return next(program for program in attempts if program)

    def attempt(self, seed, k):
        rng = random.Random(seed if k == 0 else f"{seed}, {k}")
        bits = np.random.Generator(np.random.SFC64(seed if k == 0 else [seed, k]))
        theme = rng.choices(list(self.themes), [8, 1, 1][: len(self.themes)])[0]
        space = inputs.random_space(rng)
        given = [self.random_input(rng, bits, name, space, theme) for name in NAMES[: rng.randrange(1, 5)]]
        if all(isinstance(g, inputs.WeakInput) for g in given):
            given[0] = inputs.random_array(rng, bits, "a", np.dtype("f8"), space)
        values = {g.name: g.value for g in given}
        nodes = []
        rows, weights = self.themes[theme]
        for k in range(rng.randrange(1, 7)):
            node, value = self.random_node(rng, f"t{k}", rows, weights, values, nodes)
            if node is None:
                continue
            nodes.append(node)
            if value is None:
                break
            values[node.name] = value
        if nodes and nodes[-1].name in values and theme == "number" and rng.random() < 0.1:
            self.write(rng, given, values, nodes)
        return Program(given, nodes) if nodes else None

    def write(self, rng, given, values, nodes):
        """Adds a statement that writes an input, which must then lie dense."""
        dense = [k for k, g in enumerate(given) if isinstance(g, inputs.ArrayInput) and g.is_dense]
        if not dense or not self.writing:
            return
        k, row = rng.choice(dense), rng.choice(self.writing)
        name = given[k].name
        node = Node(name, row, [name, rng.choice(list(values))])
        try:
            node.apply(values)
        except Exception as error:  # noqa: BLE001
            if not is_refusal(error):
                raise
            return
        given[k] = inputs.ArrayInput.dense(name, given[k].value, writable=True)
        nodes.append(node)

    def random_input(self, rng, bits, name, space, theme):
        if theme == "text":
            kind = rng.choice([k for k in "SSUUi" if k in self.kinds])
        elif theme == "time":
            kind = rng.choice([k for k in "MMmmi" if k in self.kinds])
        else:
            if rng.random() < 0.1:
                return inputs.random_weak(rng, name)
            kind = rng.choice([k for k in "fffffiiiuubecc" if k in self.kinds])
        return inputs.random_array(rng, bits, name, inputs.random_dtype(rng, kind), space)

    def random_node(self, rng, name, rows, weights, values, nodes):
        """A node that NumPy evaluates, or now and then one that it refuses (whose value is `None`)."""
        for _ in range(8):
            row = rng.choices(rows, weights)[0]
            args = self.random_args(rng, row, values, nodes)
            if args is None:
                continue
            operands = [a.value if isinstance(a, Literal) else values[a] for a in args]
            keywords = {}
            if row.choose:
                keywords = CHOOSE[row.choose](rng, np.asarray(operands[0]) if operands else None)
            node = Node(name, row, args, keywords)
            try:
                value = node.apply(values)
            except Exception as error:  # noqa: BLE001
                if not is_refusal(error):
                    raise
                if rng.random() < self.wanted_errors:
                    return node, None
                continue
            if value.size > MOST_ELEMENTS or value.ndim > 6 or kind_letter(value.dtype) not in self.kinds:
                continue
            is_infix = row.name.endswith(" symbol") and row.arity == 2 and row.text.split()[1] not in COMPARISONS
            node.augmented = is_infix and rng.random() < 0.1 and isinstance(args[0], str)
            return node, value
        return None, None

    def random_args(self, rng, row, values, nodes):
        """Names of fitting kinds, recent nodes first, and a few literals; at least one array."""
        args = []
        for slot, kinds in enumerate(row.kinds):
            fitting = [n for n, v in values.items() if kind_of(v) in kinds]
            recent = [n for n in fitting if n[0] == "t"]
            # What a formula names twice is an array.
            is_once = row.arity > 1 and row.text.count(f"{{{slot}}}") == 1
            if is_once and rng.random() < 0.15:
                args.append(random_literal(rng, kinds))
            elif not fitting:
                return None
            elif recent and rng.random() < 0.5:
                args.append(recent[-1] if rng.random() < 0.6 else rng.choice(recent))
            else:
                args.append(rng.choice(fitting))
        if any(a is None for a in args):
            return None
        # NumPy looks at the value of a plain number here, which is not known when the formula is compiled.
        if row.function == "power" and isinstance(args[1], str) and isinstance(values[args[1]], int):
            return None
        strong = any(isinstance(a, str) and isinstance(values[a], np.ndarray) for a in args)
        if row.arity and not strong:
            return None
        # A view is of an array.
        if row.text.startswith("{0}") and not (isinstance(args[0], str) and isinstance(values[args[0]], np.ndarray)):
            return None
        return args


COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}


def random_literal(rng, kinds):
    if set("SU") & set(kinds) and not set("iuf") & set(kinds):
        return Literal(rng.choice(["a", "ab", ""]) if "U" in kinds else rng.choice([b"a", b"ab"]))
    if "f" in kinds and rng.random() < 0.5:
        return Literal(rng.choice(FLOATS))
    if "i" in kinds:
        return Literal(rng.choice(INTEGERS[:12] if rng.random() < 0.8 else INTEGERS))
    if "b" in kinds:
        return Literal(rng.random() < 0.5)
    return None
