"""Formulas as trees of Python objects: `2*E.a + E.b`.

A tree is text in the making: every node knows the formula that it stands for, and `NumExpr` compiles that. A constant
that no literal denotes (NaN, an infinity, a `numpy.float32`) stands under a name of its own, whose value the tree keeps.
"""

import math

import numpy

__all__ = ["ConstantNode", "E", "ExpressionNode", "FuncNode", "OpNode", "RawNode", "VariableNode", "functions"]

KINDS = ("bool", "int", "long", "float", "double", "complex")
"""NumExpr's kinds of numbers, each of which can be cast to those after it."""

default_type = float
int_ = numpy.int32
long_ = numpy.int64
double = numpy.double


def kind_of(value):
    """The kind of a constant."""
    if isinstance(value, (bool, numpy.bool_)):
        return "bool"
    if isinstance(value, numpy.float32):
        return "float"
    if isinstance(value, (int, numpy.integer)):
        return "int" if -(2**31) <= int(value) < 2**31 else "long"
    if isinstance(value, (float, numpy.floating)):
        return "double"
    if isinstance(value, (complex, numpy.complexfloating)):
        return "complex"
    if isinstance(value, (bytes, str)):
        return "bytes" if isinstance(value, bytes) else "str"
    raise TypeError(f"unknown type {type(value)}")


def common_kind(nodes):
    """The kind that operands meet in."""
    kinds = {node.astKind for node in nodes}
    if kinds & {"str", "bytes"}:
        return "bytes"
    return max(kinds, key=KINDS.index)


def as_node(value):
    """A node as it is, a constant as a node."""
    return value if isinstance(value, ExpressionNode) else ConstantNode(value)


class Expression:
    """What `E` is: its attributes are variables."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return VariableNode(name)


E = Expression()


class RawNode:
    """A value that is no operand, such as an axis."""

    astType = "raw"
    astKind = "none"
    hidden = {}

    def __init__(self, value):
        self.value = value
        self.children = ()

    def __str__(self):
        return f"RawNode({self.value})"


def _binary(symbol, kind=None):
    def node(self, other):
        return _operation(symbol, (self, as_node(other)), kind)

    def reflected(self, other):
        return _operation(symbol, (as_node(other), self), kind)

    return node, reflected


def _operation(symbol, children, kind=None):
    left, right = children
    return OpNode(symbol, kind or common_kind(children), children, f"({left.text} {symbol} {right.text})")


class ExpressionNode:
    """A node of a tree.

    `astType` is `variable`, `constant` or `op`, `astKind` the kind of the node's value, `value` the name, constant or
    operation, `children` the operands.
    """

    astType = "generic"

    def __init__(self, value=None, kind=None, children=(), text=""):
        self.value = value
        self.astKind = kind or "none"
        self.children = tuple(children)
        self.text = text

    @property
    def hidden(self):
        """The constants that no literal denotes, by the names that stand for them in the text."""
        return {name: value for child in self.children for name, value in child.hidden.items()}

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"{type(self).__name__}({self.text})"

    def __bool__(self):
        raise TypeError(
            "You can't use Python's standard boolean operators in NumExpr expressions. "
            "You should use their bitwise counterparts instead: '&' instead of 'and', "
            "'|' instead of 'or', and '~' instead of 'not'."
        )

    __hash__ = object.__hash__

    __add__, __radd__ = _binary("+")
    __sub__, __rsub__ = _binary("-")
    __mul__, __rmul__ = _binary("*")
    __truediv__, __rtruediv__ = _binary("/")
    __floordiv__, __rfloordiv__ = _binary("//")
    __mod__, __rmod__ = _binary("%")
    __pow__, __rpow__ = _binary("**")
    __lshift__, __rlshift__ = _binary("<<")
    __rshift__, __rrshift__ = _binary(">>")
    __and__, __rand__ = _binary("&")
    __or__, __ror__ = _binary("|")
    __xor__, __rxor__ = _binary("^")
    __lt__, __gt__ = _binary("<", "bool")[0], _binary(">", "bool")[0]
    __le__, __ge__ = _binary("<=", "bool")[0], _binary(">=", "bool")[0]
    __eq__, __ne__ = _binary("==", "bool")[0], _binary("!=", "bool")[0]

    def __neg__(self):
        return OpNode("neg", self.astKind, (self,), f"(-{self.text})")

    def __invert__(self):
        return OpNode("invert", self.astKind, (self,), f"(~{self.text})")

    def __pos__(self):
        return self

    @property
    def real(self):
        return FuncNode("real", (self,), "double")

    @property
    def imag(self):
        return FuncNode("imag", (self,), "double")


class VariableNode(ExpressionNode):
    """An input."""

    astType = "variable"

    def __init__(self, value=None, kind="double"):
        super().__init__(value, kind, (), value)


class ConstantNode(ExpressionNode):
    """A constant."""

    astType = "constant"

    def __init__(self, value=None, kind=None):
        super().__init__(value, kind or kind_of(value))
        if isinstance(value, numpy.generic) and self.astKind in ("bool", "int", "long", "double", "complex"):
            value = value.item()
        self.text = _literal(value, self.astKind) or f"_constant_{id(self)}"

    @property
    def hidden(self):
        return {self.text: self.value} if self.text.startswith("_constant_") else {}


def _literal(value, kind):
    """The literal of a constant; `None` if there is none of its kind."""
    if kind in ("bool", "bytes", "str"):
        return repr(value)
    if kind == "complex":
        parts = [_literal(value.real, "double"), _literal(value.imag, "double")]
        return None if None in parts else f"({parts[0]} + {parts[1]}*1j)"
    if kind == "float" or not math.isfinite(value):
        return None
    return f"({value!r})" if math.copysign(1.0, value) < 0 else repr(value)


class OpNode(ExpressionNode):
    """An operation."""

    astType = "op"


class FuncNode(OpNode):
    """A function of nodes."""

    def __init__(self, name, args, kind=None):
        args = [as_node(arg) for arg in args]
        text = f"{name}({', '.join(arg.text for arg in args)})"
        super().__init__(name, kind or common_kind(args), args, text)


def _function(name):
    def function(*args):
        return FuncNode(name, args)

    function.__name__ = function.__qualname__ = name
    return function


def _reduction(name):
    def reduction(a, axis=None):
        a = as_node(a)
        return OpNode(name, a.astKind, (a, RawNode(axis)), f"{name}({a.text}, axis={axis})")

    reduction.__name__ = reduction.__qualname__ = name
    return reduction


functions = {
    **{
        name: _function(name)
        for name in (
            "copy ones_like sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh fmod hypot "
            "nextafter copysign maximum minimum arctan2 log log1p log10 log2 exp expm1 abs ceil floor where real imag "
            "complex conj isnan isfinite isinf signbit round trunc sign contains"
        ).split()
    },
    **{name: _reduction(name) for name in ("sum", "prod", "min", "max")},
}
"""NumExpr's functions of nodes, by their names."""
