//! What can be wrong with a formula that parses: facts, and their words.

use crate::casting::Casting;
use crate::diagnostic::Diagnostic;
use crate::dtype::DType;
use crate::span::Span;

/// An error of a formula, and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where.
    pub span: Span,
}

/// What an operand brought to a promotion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperandType {
    /// A dtype of its own.
    Strong(DType),
    /// An integer that takes its partner's dtype.
    WeakInt,
    /// A float that takes its partner's float dtype.
    WeakFloat,
    /// A complex number that takes its partner's precision.
    WeakComplex,
}

impl OperandType {
    /// The dtype, if it has one of its own.
    pub fn strong(self) -> Option<DType> {
        match self {
            OperandType::Strong(dtype) => Some(dtype),
            OperandType::WeakInt | OperandType::WeakFloat | OperandType::WeakComplex => None,
        }
    }
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident $({ $($(#[$of:meta])* $field:ident: $type:ty),* $(,)? })? = $code:literal;)*) => {
        /// What is wrong.
        #[derive(Clone, PartialEq, Debug)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$meta])* $kind $({ $($(#[$of])* $field: $type),* })?,)*
        }

        impl ErrorKind {
            /// Every code there is.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code of the error.
            pub fn code(&self) -> &'static str {
                match self {
                    $(ErrorKind::$kind { .. } => $code,)*
                }
            }
        }
    };
}

kinds! {
    /// A name that is neither a variable nor an input nor a constant.
    UnknownName {
        /// The name.
        name: String,
        /// A known one like it.
        near: Option<String>,
        /// Whether a function has that name.
        is_function: bool,
    } = "unknown-name";
    /// A call of a function that there is not.
    UnknownFunction {
        /// The name.
        name: String,
        /// A known one like it.
        near: Option<&'static str>,
    } = "unknown-function";
    /// Something of the language that is not evaluated yet.
    NotEvaluated {
        /// What.
        what: &'static str,
    } = "not-evaluated";
    /// A dtype that is not evaluated yet.
    DTypeNotEvaluated {
        /// The dtype.
        dtype: DType,
        /// The operand's dtype, if the operation led from it to that dtype.
        from: Option<DType>,
    } = "dtype-not-evaluated";
    /// Something that parses and that the language does not have.
    Unsupported {
        /// What.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    } = "unsupported";
    /// A call with too few or too many arguments.
    Arity {
        /// The function.
        name: String,
        /// The fewest arguments.
        least: usize,
        /// The most of them without names.
        most: usize,
        /// How many there are.
        got: usize,
    } = "wrong-arity";
    /// A keyword that the function does not take.
    UnknownKeyword {
        /// The function.
        name: String,
        /// The keyword.
        keyword: String,
        /// One that it takes.
        near: Option<&'static str>,
    } = "unknown-keyword";
    /// An argument given by its place and by its name.
    DuplicateArgument {
        /// The parameter.
        parameter: &'static str,
    } = "duplicate-argument";
    /// A keyword's value is not of the kind that it takes.
    KeywordValue {
        /// The keyword.
        keyword: &'static str,
        /// What it takes.
        expected: &'static str,
    } = "keyword-value";
    /// An axis that the operand does not have.
    AxisOutOfRange {
        /// The axis as written.
        axis: i128,
        /// How many axes there are.
        rank: usize,
    } = "axis-out-of-range";
    /// An axis listed twice.
    DuplicateAxis {
        /// The axis, counted from the first.
        axis: usize,
    } = "duplicate-axis";
    /// A tuple of axes for a reduction that takes one.
    OneAxis = "one-axis";
    /// `min` or `max` of two arrays.
    ReductionOfTwo {
        /// The function that is meant.
        instead: &'static str,
    } = "reduction-of-two";
    /// An operation that does not take operands of these dtypes.
    NoOperation {
        /// The operation.
        operation: &'static str,
        /// What it was given.
        operands: Vec<OperandType>,
    } = "no-operation";
    /// An integer literal that the dtype of its partner does not hold.
    LiteralOutOfRange {
        /// The literal.
        value: i128,
        /// The dtype.
        dtype: DType,
    } = "literal-out-of-range";
    /// Arithmetic between integer literals that 128 bits do not hold.
    LiteralOverflow = "literal-overflow";
    /// An integer to a negative power.
    NegativePower = "negative-power";
    /// In the NumExpr dialect, an integer to a constant negative integer power: a `ValueError`.
    NegativeIntegerPower = "negative-integer-power";
    /// In the NumExpr dialect, Python's logic on variables: a `TypeError`.
    StandardBoolean = "standard-boolean";
    /// In the NumExpr dialect, an operation that these kinds do not have: a `NotImplementedError`.
    NoOpcode {
        /// The name that NumExpr has for it.
        signature: String,
    } = "no-opcode";
    /// In the NumExpr dialect, an operation between bytes and numbers: a `TypeError`.
    BytesBesideNumbers = "bytes-beside-numbers";
    /// In the NumExpr dialect, an input of a dtype without a kind: a `ValueError`.
    UnknownInputType {
        /// The dtype.
        dtype: DType,
    } = "unknown-type";
    /// In the NumExpr dialect, a literal divided by zero: a `ZeroDivisionError`.
    DivisionByZero = "division-by-zero";
    /// In the strict NumExpr dialect, an operation after a reduction: a `RuntimeError`.
    ReductionNotLast = "reduction-not-last";
    /// In the strict NumExpr dialect, an axis counted from the last: a `ValueError`.
    NegativeAxis = "negative-axis";
    /// Something that is no number where one is needed.
    NotANumber {
        /// What it is.
        what: &'static str,
    } = "not-a-number";
    /// Complex numbers, times or text where real numbers are needed.
    NotReal {
        /// What is there.
        operand: OperandType,
    } = "not-real";
    /// A result that the rule of casting does not allow in the dtype asked for.
    Casting {
        /// What it is.
        from: DType,
        /// What was asked for.
        to: DType,
        /// The rule.
        casting: Casting,
    } = "casting";
    /// A change of an input that was given for reading only.
    NotWritable {
        /// Its name.
        name: String,
    } = "not-writable";
    /// A value that does not fit into the input that it is to change.
    LargerThanInput {
        /// The input's name.
        name: String,
    } = "larger-than-input";
    /// Text of elements that are too large.
    TextTooWide = "text-too-wide";
    /// A literal that is cast between bytes and text, and is not ASCII.
    NonAscii = "non-ascii";
    /// Times whose units have no common measure, such as months and days.
    NoUnit {
        /// One.
        from: DType,
        /// The other.
        to: DType,
    } = "no-unit";
    /// A cast that there is not.
    NoCast {
        /// From what.
        from: OperandType,
        /// To what.
        to: DType,
    } = "no-cast";
    /// A text that is no datetime.
    NotADatetime = "not-a-datetime";
    /// A datetime that its unit cannot hold: it is finer, or too far away.
    DatetimeUnit {
        /// The unit, as a dtype.
        unit: DType,
    } = "datetime-unit";
    /// A plain number where an array is indexed.
    NotAnArray = "not-an-array";
    /// More indices than the array has axes.
    TooManyIndices {
        /// How many axes there are.
        rank: usize,
        /// How many indices.
        indices: usize,
    } = "too-many-indices";
    /// `...` twice in one index.
    TwoEllipses = "two-ellipses";
    /// Something that is no index.
    IndexValue = "index-value";
    /// An index outside an axis of one.
    IndexOutOfBounds {
        /// The index.
        index: i64,
        /// The axis.
        axis: usize,
        /// Its size.
        size: usize,
    } = "index-out-of-bounds";
    /// A slice that does not move.
    ZeroStep = "zero-step";
    /// A mask of another shape than the array's.
    MaskShape = "mask-shape";
    /// Something that is no size of an array, or an array that no memory could index.
    GeneratorSize = "generator-size";
    /// What an array is filled with has more axes, or longer ones.
    FillShape {
        /// The axes of the array.
        rank: usize,
    } = "fill-shape";
    /// `in` without a tuple on its right.
    NotATuple = "not-a-tuple";
    /// A tuple of another length than the names that it is assigned to, or no tuple.
    Unpack {
        /// How many names there are.
        names: usize,
        /// How many items; 0 if it is no tuple.
        items: usize,
    } = "unpack";
    /// A formula that gives nothing.
    NoResult = "no-result";
    /// A formula of too many operations.
    TooManyNodes {
        /// The most there may be.
        limit: usize,
    } = "too-many-nodes";
    /// An input of more axes than an array may have.
    TooManyAxes {
        /// Its name.
        name: String,
    } = "too-many-axes";
    /// Two inputs of one name.
    DuplicateInput {
        /// The name.
        name: String,
    } = "duplicate-input";
}

impl Error {
    /// The words for the reader.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.kind.code(), self.kind.to_string());
        // Two inputs of one name are the caller's doing: no place of the text is wrong.
        if !matches!(self.kind, ErrorKind::DuplicateInput { .. }) {
            diagnostic = diagnostic.at(self.span, "");
        }
        match self.kind.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}
