"""`evaluate` and its kin, as NumExpr has them."""

import os
import sys
import threading
import weakref

import numpy

from numfuse import _core
from numfuse.numexpr import expressions, failures, interpreter
from numfuse.numexpr.utils import CacheDict, ContextDict

__all__ = [
    "NumExpr",
    "disassemble",
    "evaluate",
    "getArguments",
    "getContext",
    "getExprNames",
    "getType",
    "re_evaluate",
    "validate",
]

int_ = expressions.int_
long_ = expressions.long_
double = expressions.double

CODES = {bool: "b", int_: "i", long_: "l", float: "f", double: "d", complex: "c", bytes: "s", str: "s"}
"""The letters of a signature. `float` is NumExpr's name of single precision."""

KINDS = {
    **{numpy.dtype(code): bool for code in ["?"]},
    **{numpy.dtype(code): int_ for code in ["i1", "u1", "i2", "u2", "i4"]},
    **{numpy.dtype(code): long_ for code in ["u4", "i8", "u8"]},
    **{numpy.dtype(code): float for code in ["f2", "f4"]},
    **{numpy.dtype(code): double for code in ["f8"]},
    **{numpy.dtype(code): complex for code in ["c8", "c16"]},
}
"""The types by which a signature calls arrays of the usual dtypes."""

CONTEXT = {
    "optimization": (("none", "moderate", "aggressive"), "aggressive"),
    "truediv": ((False, True, "auto"), "auto"),
}
"""The keywords of a formula, with what they may be and what they are unless given."""

DEFAULTS = {"optimization": "aggressive", "truediv": False}
"""What they are together where nothing is said."""
CACHED = 256
"""The most formulas that a thread remembers."""

_names_cache = threading.local()
_numexpr_cache = threading.local()
_numexpr_last = threading.local()


def getContext(kwargs, _frame_depth=1):
    """The keywords of a formula, checked. `truediv` is of no meaning: division is always true."""
    for name, (allowed, _) in CONTEXT.items():
        if name in kwargs and kwargs[name] not in allowed:
            raise ValueError(f"'{name}' must be one of {allowed}")
    if unknown := [name for name in kwargs if name not in CONTEXT]:
        raise ValueError(f"Unknown keyword argument '{unknown[-1]}'")
    context = {name: kwargs.get(name, default) for name, (_, default) in CONTEXT.items()}
    context["truediv"] = context["truediv"] is True
    return context


def getType(a):
    """The type by which a signature calls an array."""
    if (known := KINDS.get(a.dtype.newbyteorder("="))) is not None:
        return known
    kind = a.dtype.kind
    if kind == "U":
        raise ValueError("NumExpr 2 does not support Unicode as a dtype.")
    types = {"f": double, "c": complex, "S": bytes}
    if kind not in types:
        raise ValueError(f"unknown type {a.dtype.name}")
    return types[kind]


def getExprNames(text, context, sanitize=True):
    """The names of a formula in alphabetical order, and whether it uses VML, which none does."""
    with failures.translated(text, sanitize):
        names, _ = _core.parse_numexpr(text)
    return sorted(names), interpreter.use_vml


def getArguments(names, local_dict=None, global_dict=None, _frame_depth=2):
    """What the names stand for in the dicts, else in the frame that many calls up."""
    frame = sys._getframe(_frame_depth)
    frame_locals = frame.f_locals if local_dict is None else None
    local = frame_locals if local_dict is None else local_dict
    try:
        glob = frame.f_globals if global_dict is None else global_dict
        found = [local[name] if name in local else glob[name] for name in names]
        return [numpy.asarray(value) for value in found]
    finally:
        # A function's frame would keep what its variables hold now alive until it ends.
        if frame_locals is not None and frame.f_code.co_flags & 1 and hasattr(frame_locals, "clear"):
            frame_locals.clear()


def NumExpr(ex, signature=(), sanitize=True, **kwargs):
    """Compiles a formula, a text or a tree of `E`, for inputs of the types that the signature says.

    >>> from numfuse.numexpr import E, NumExpr
    >>> f = NumExpr(2*E.a + 1, [("a", float)])
    >>> f([1.0, 2.0])
    array([3., 5.], dtype=float32)
    """
    context = getContext(kwargs)
    types = dict(signature)
    if isinstance(ex, expressions.ExpressionNode):
        text, hidden = ex.text, ex.hidden
    else:
        text, hidden = ex, {}
    with failures.translated(text, sanitize):
        free, literals = _core.parse_numexpr(text)
    free = [name for name in free if name not in hidden]
    names = [name for name, _ in signature] or sorted(free)
    if missing := [name for name in free if name not in names]:
        names = [*names, *sorted(missing)]
    codes = "".join(CODES[types.get(name, double)] for name in names)
    constants = _distinct([*literals, *hidden.values()])
    return interpreter.NumExpr(text, names, codes, context["optimization"], constants, hidden)


def _distinct(values):
    """The values without repetitions; NaN is equal to itself."""
    return tuple({repr(value): value for value in values}.values())


def disassemble(nex):
    """Refuses: there is no program of NumExpr's machine to be shown. `numfuse.explain` shows what there is."""
    return nex.program


def _caches():
    """This thread's names, compiled formulas, and last formula."""
    if not hasattr(_numexpr_last, "l"):
        _names_cache.c, _numexpr_cache.c, _numexpr_last.l = CacheDict(CACHED), CacheDict(CACHED), ContextDict()
    return _names_cache.c, _numexpr_cache.c, _numexpr_last.l


class _Call:
    """A compiled formula, its arguments, and how it is to be called."""

    __slots__ = ("arguments", "compiled", "names", "out", "order", "casting")

    def __init__(self, ex, local_dict, global_dict, out, order, casting, sanitize, depth, disable_cache, kwargs):
        if not isinstance(ex, str):
            raise ValueError("must specify expression as a string")
        if disable_cache:
            names_cache, compiled_cache = {}, {}
        else:
            names_cache, compiled_cache, _ = _caches()
        context = getContext(kwargs) if kwargs else DEFAULTS
        key = (ex, context["optimization"])
        names = names_cache.get(key)
        if names is None:
            names, _ = getExprNames(ex, context, sanitize=_sanitize(sanitize))
            names_cache[key] = names
        self.arguments = getArguments(names, local_dict, global_dict, _frame_depth=depth + 1)
        signature = tuple([KINDS.get(array.dtype) or getType(array) for array in self.arguments])
        key = (*key, signature)
        self.compiled = compiled_cache.get(key)
        if self.compiled is None:
            typed = list(zip(names, signature))
            self.compiled = NumExpr(ex, typed, sanitize=_sanitize(sanitize), **context)
            compiled_cache[key] = self.compiled
        self.names, self.out, self.order, self.casting = names, out, order, casting

    def remember(self):
        """Makes this the formula that `re_evaluate` computes in this thread. `out` is not kept alive for it."""
        call = {
            "out": None if self.out is None else weakref.ref(self.out),
            "order": self.order,
            "casting": self.casting,
            "ex_uses_vml": interpreter.use_vml,
        }
        _numexpr_last.l.replace({"ex": self.compiled, "argnames": self.names, "kwargs": call})


def _sanitize(asked):
    """Whether to raise what NumExpr's sanitizer raises, which the environment says if the call does not."""
    return bool(int(os.environ.get("NUMEXPR_SANITIZE", 1))) if asked is None else asked


def validate(
    ex,
    local_dict=None,
    global_dict=None,
    out=None,
    order="K",
    casting="safe",
    _frame_depth=2,
    sanitize=None,
    **kwargs,
):
    """Checks a formula on the caller's variables, and gives the exception that `evaluate` would raise, else `None`.

    After it `re_evaluate` computes the formula.
    """
    try:
        _Call(ex, local_dict, global_dict, out, order, casting, sanitize, _frame_depth, False, kwargs).remember()
    except Exception as error:
        return error
    return None


def evaluate(
    ex,
    local_dict=None,
    global_dict=None,
    out=None,
    order="K",
    casting="same_kind",
    sanitize=None,
    _frame_depth=3,
    disable_cache=False,
    **kwargs,
):
    """Evaluates a formula on the caller's variables, or on those of the dicts, by NumExpr's rules.

    >>> import numpy as np, numfuse.numexpr as ne
    >>> a = np.array([1, 2], "i4")
    >>> ne.evaluate("a / 2 + 1")
    array([1.5, 2. ])
    """
    depth = _frame_depth - 1
    call = _Call(ex, local_dict, global_dict, out, order, casting, sanitize, depth, disable_cache, kwargs)
    if not disable_cache:
        call.remember()
    return call.compiled.run(*call.arguments, out=out, order=order, casting=casting)


def re_evaluate(local_dict=None, global_dict=None, _frame_depth=2):
    """Evaluates this thread's last formula again, on what its names stand for now."""
    last = _caches()[2]
    if "ex" not in last:
        raise RuntimeError(
            "A previous evaluate() execution was not found, please call `validate` or `evaluate` once before "
            "`re_evaluate`"
        )
    arguments = getArguments(last["argnames"], local_dict, global_dict, _frame_depth=_frame_depth)
    call = dict(last["kwargs"])
    if call["out"] is not None:
        call["out"] = call["out"]()
    return last["ex"](*arguments, **call)
