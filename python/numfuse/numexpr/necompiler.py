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

CONTEXT = {
    "optimization": (("none", "moderate", "aggressive"), "aggressive"),
    "truediv": ((False, True, "auto"), "auto"),
}
"""The keywords of a formula, with what they may be and what they are unless given."""

CACHED = 256
"""The most formulas that a thread remembers."""

_names_cache = threading.local()
_numexpr_cache = threading.local()
_numexpr_last = threading.local()


def getContext(kwargs, _frame_depth=1):
    """The keywords of a formula, checked. `truediv` is of no meaning: division is always true."""
    unknown = [name for name in kwargs if name not in CONTEXT]
    for name, (allowed, _) in CONTEXT.items():
        if name in kwargs and kwargs[name] not in allowed:
            raise ValueError(f"'{name}' must be one of {allowed}")
    if unknown:
        raise ValueError(f"Unknown keyword argument '{unknown[-1]}'")
    context = {name: kwargs.get(name, default) for name, (_, default) in CONTEXT.items()}
    context["truediv"] = context["truediv"] is True
    return context


def getType(a):
    """The type by which a signature calls an array."""
    kind, size = a.dtype.kind, a.dtype.itemsize
    if kind in "iu":
        return long_ if size > 4 or (kind == "u" and size == 4) else int_
    if kind == "f":
        return double if size > 4 else float
    if kind == "U":
        raise ValueError("NumExpr 2 does not support Unicode as a dtype.")
    types = {"b": bool, "c": complex, "S": bytes}
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
    >>> f([1.0, 2.0]).dtype
    dtype('float64')
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


def _prepare(ex, local_dict, global_dict, out, order, casting, sanitize, _frame_depth, disable_cache, kwargs):
    """The compiled formula, its arguments, and the keywords of the call."""
    if not isinstance(ex, str):
        raise ValueError("must specify expression as a string")
    if sanitize is None:
        sanitize = bool(int(os.environ.get("NUMEXPR_SANITIZE", 1)))
    names_cache, compiled_cache, _ = _caches()
    context = getContext(kwargs)
    key = (ex, context["optimization"])
    names = None if disable_cache else names_cache.get(key)
    if names is None:
        names, _ = getExprNames(ex, context, sanitize=sanitize)
        if not disable_cache:
            names_cache[key] = names
    arguments = getArguments(names, local_dict, global_dict, _frame_depth=_frame_depth + 1)
    signature = tuple(map(getType, arguments))
    compiled = None if disable_cache else compiled_cache.get((key, signature))
    if compiled is None:
        compiled = NumExpr(ex, list(zip(names, signature)), sanitize=sanitize, **context)
        if not disable_cache:
            compiled_cache[key, signature] = compiled
    call = {
        "out": None if out is None else weakref.ref(out),
        "order": order,
        "casting": casting,
        "ex_uses_vml": interpreter.use_vml,
    }
    return compiled, names, arguments, call


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
        compiled, names, _, call = _prepare(
            ex, local_dict, global_dict, out, order, casting, sanitize, _frame_depth, False, kwargs
        )
        _caches()[2].set(ex=compiled, argnames=names, kwargs=call)
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
    compiled, names, arguments, call = _prepare(
        ex, local_dict, global_dict, out, order, casting, sanitize, _frame_depth - 1, disable_cache, kwargs
    )
    if not disable_cache:
        _caches()[2].set(ex=compiled, argnames=names, kwargs=call)
    return compiled(*arguments, out=out, order=order, casting=casting)


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
