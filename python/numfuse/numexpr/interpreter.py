"""Compiled formulas as NumExpr has them, on numfuse's engine."""

import numpy

from numfuse import _core
from numfuse.errors import FormulaError
from numfuse.numexpr import failures
from numfuse.numexpr.utils import MAX_THREADS

__all__ = ["MAX_THREADS", "NumExpr", "__BLOCK_SIZE1__", "use_vml"]

__BLOCK_SIZE1__ = 1024
use_vml = False

DTYPES = {
    "b": numpy.dtype(bool),
    "i": numpy.dtype(numpy.int32),
    "l": numpy.dtype(numpy.int64),
    "f": numpy.dtype(numpy.float32),
    "d": numpy.dtype(numpy.float64),
    "c": numpy.dtype(numpy.complex128),
    "s": numpy.dtype(bytes),
}
"""What the letters of a signature stand for."""

CODES = {
    **dict.fromkeys(["?"], "b"),
    **dict.fromkeys(["i1", "u1", "i2", "u2", "i4"], "i"),
    **dict.fromkeys(["u4", "i8"], "l"),
    **dict.fromkeys(["f2", "f4"], "f"),
    **dict.fromkeys(["f8"], "d"),
    **dict.fromkeys(["c8", "c16"], "c"),
}
LETTERS = {numpy.dtype(code): letter for code, letter in CODES.items()}
"""The dtypes whose values their kind holds, which the engine takes as they are."""


class NumExpr:
    """A formula compiled for inputs of certain kinds."""

    def __init__(self, text, input_names, signature, optimization, constants, hidden):
        self.signature = signature
        self.input_names = tuple(input_names)
        self.constants = constants
        self._text = text
        self._hidden = tuple(hidden.values())
        names = [*input_names, *hidden]
        with failures.translated(text):
            self._expr = _core.compile_numexpr(text, names, optimization)
            self._check()

    def _check(self):
        """Raises what is wrong with the formula for inputs of these kinds, whatever their shapes."""
        arrays = [numpy.empty((2, 2, 2, 2), "S1" if code == "s" else DTYPES[code]) for code in self.signature]
        with failures.but_for_axes():
            self._expr.check(*arrays, *self._hidden)

    @property
    def program(self):
        raise NotImplementedError("numfuse compiles to machine code: there is no program of NumExpr's machine")

    def run(self, *args, out=None, order="K", casting="safe", ex_uses_vml=False, **_ignored):
        """Evaluates the formula for these inputs."""
        if len(args) != len(self.input_names):
            raise ValueError("number of inputs doesn't match program")
        inputs = [
            arg
            if isinstance(arg, numpy.ndarray) and LETTERS.get(arg.dtype) == code
            else self._input(at, arg, code, casting)
            for at, (arg, code) in enumerate(zip(args, self.signature))
        ]
        try:
            return self._expr.run((*inputs, *self._hidden), out, order, casting)
        except FormulaError as error:
            raise failures.of(error, self._text) from None

    __call__ = run

    def _input(self, at, arg, code, casting):
        """The argument as an array of its kind, cast if its dtype is another."""
        if not isinstance(arg, numpy.ndarray):
            return numpy.asarray(arg) if code == "s" else numpy.asarray(arg).astype(DTYPES[code])
        if LETTERS.get(arg.dtype.newbyteorder("=")) == code or (code == "s" and arg.dtype.kind == "S"):
            return arg
        wanted = DTYPES[code]
        if not numpy.can_cast(arg.dtype, wanted, casting):
            raise TypeError(
                f"Iterator operand {at + 1} dtype could not be cast from {arg.dtype!r} to {wanted!r} "
                f"according to the rule {casting!r}"
            )
        return arg.astype(wanted)
