//! THE operator table: everything that a formula can apply, one row each.
//!
//! A row says how an operator is spelled, what it takes, how its types follow ([`Rule`]), what it
//! promises ([`Class`]) and what it means in a sentence. `check`, the documentation and `:help` read
//! the rows. What an operator computes is one arm in [`crate::scalar`] (its meaning on single
//! values), which the reference evaluator and the interpreter share, and one arm in each tier's
//! emitter; the enums are closed and matched without wildcards, so the compiler names
//! every place that a new row needs.
//!
//! Four enums, by what the graph does with the operator: [`Op`] is a node over lanes, [`Reduction`]
//! is a node over axes, [`Scan`] one along an axis, [`TextOp`] is a node over text, which has no lanes,
//! [`Derived`] is spelled like a function but expanded by `check` into the others. What is spelled alike for
//! lanes and for text (`==`, `+`, `where`) has a name in the rows of lanes only.

/// How the types of an operator follow from its operands, in NumPy's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Operands are promoted to one dtype, which is the result's.
    Same(BoolAs),
    /// `/`: integers and bools compute in f64, floats in their promoted dtype.
    TrueDivide,
    /// Floats as they are, integers in the float that holds them (f16, f32, f64).
    Float,
    /// Floats are rounded, integers and bools are returned as they are.
    Round,
    /// Promoted operands, bool result. Signed and unsigned integers compare exactly.
    Compare,
    /// Operands are taken as true where they are not zero; bool result.
    Truth,
    /// Integers and bools only.
    Bits,
    /// Integers only (bools count as i8).
    Shift,
    /// The first operand is a condition, the others are promoted.
    Select,
    /// A question about a float; integers have constant answers. Bool result.
    Classify,
    /// `sum`, `prod`: bool and signed accumulate in i64, unsigned in u64, floats as they are.
    Accumulate,
    /// `min`, `max`: the operand's dtype; an empty operand is an error.
    Extremum,
    /// `any`, `all`: bool.
    Any,
    /// `argmin`, `argmax`: i64; an empty operand is an error.
    Index,
    /// `mean`: integers and bools in f64, floats in their own dtype (f32 accumulates in f64).
    Mean,
    /// Bytes or text, all operands of one kind: [`crate::ir`] says what each gives.
    Text,
    /// Follows from the expansion.
    Expansion,
}

/// What [`Rule::Same`] does with operands that are all bool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BoolAs {
    /// Computes on bools (`+` is or, `*` is and).
    Bool,
    /// Computes in i8.
    Int8,
    /// Is an error, as in NumPy.
    Refused,
}

/// What is promised of the values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// NumPy's bits.
    Exact,
    /// The float nearest to the true value or a neighbour of it, the same bits everywhere.
    Ulp,
    /// At most 4 floats from the nearest one, or 1e-16 where a logarithm is near 0; the same bits everywhere.
    Gamma,
    /// What the formula of the row gives, each step with its own promise; the same bits everywhere.
    Composed,
    /// At most pairwise summation's error, the same bits everywhere.
    Sum,
    /// What the language's page says.
    Defined,
}

/// What a name or symbol of the language stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Meaning {
    /// An operation on lanes.
    Lane(Op),
    /// A reduction over axes.
    Reduce(Reduction),
    /// Running values along an axis.
    Scan(Scan),
    /// An operation on text.
    Text(TextOp),
    /// Expanded by `check`.
    Derived(Derived),
}

impl Meaning {
    /// The name of the operator.
    pub fn name(self) -> &'static str {
        match self {
            Meaning::Lane(op) => op.name(),
            Meaning::Reduce(op) => op.name(),
            Meaning::Scan(op) => op.name(),
            Meaning::Text(op) => op.name(),
            Meaning::Derived(op) => op.name(),
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What the row is about.
    pub meaning: Meaning,
    /// How a call spells it, the preferred name first. Empty if no call does.
    pub names: &'static [&'static str],
    /// The infix or prefix operator, if it has one.
    pub symbol: &'static str,
    /// The names of the parameters.
    pub params: &'static [&'static str],
    /// How its types follow.
    pub rule: Rule,
    /// What its values promise.
    pub class: Class,
    /// One sentence for the documentation and `:help`.
    pub doc: &'static str,
}

macro_rules! table {
    ($(#[$meta:meta])* $name:ident as $wrap:ident in $rows:ident {
        $($variant:ident $names:tt $symbol:literal $params:tt $rule:expr, $class:ident, $doc:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $doc] $variant,)*
        }

        static $rows: &[Row] = &[
            $(Row {
                meaning: Meaning::$wrap($name::$variant),
                names: &$names,
                symbol: $symbol,
                params: &$params,
                rule: $rule,
                class: Class::$class,
                doc: $doc,
            },)*
        ];

        impl $name {
            /// Every operator of this kind, in the table's order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The operator's row.
            pub fn row(self) -> &'static Row {
                &$rows[self as usize]
            }

            /// The name that text forms use: the preferred name, else the variant's in lower case.
            pub fn name(self) -> &'static str {
                match self.row().names {
                    [first, ..] => first,
                    [] => self.row().symbol,
                }
            }
        }
    };
}

use BoolAs::{Bool, Int8, Refused};

table! {
    /// An operation on lanes: the graph's `Apply`. Its operands have been cast to the dtypes it computes in.
    Op as Lane in LANE_ROWS {
        Add ["add"] "+" ["x", "y"] Rule::Same(Bool), Exact, "Sum; integers wrap, on bools it is or.";
        Sub ["subtract"] "-" ["x", "y"] Rule::Same(Refused), Exact, "Difference; integers wrap.";
        Mul ["multiply"] "*" ["x", "y"] Rule::Same(Bool), Exact, "Product; integers wrap, on bools it is and.";
        Div ["divide", "true_divide"] "/" ["x", "y"] Rule::TrueDivide, Exact, "True quotient, a float.";
        FloorDiv ["floor_divide"] "//" ["x", "y"] Rule::Same(Int8), Exact, "Quotient rounded down; integers by zero give 0.";
        Mod ["remainder", "mod"] "%" ["x", "y"] Rule::Same(Int8), Exact, "Remainder with the divisor's sign; integers by zero give 0.";
        Fmod ["fmod"] "" ["x", "y"] Rule::Same(Int8), Exact, "C's remainder, with the dividend's sign; integers by zero give 0.";
        Pow ["power", "pow"] "**" ["x", "y"] Rule::Same(Int8), Ulp, "Power; an integer to a negative power is an error.";
        PowInteger [] "**n" ["x", "n"] Rule::Same(Refused), Ulp, "A float to a constant integer power, by double-word multiplication.";
        Neg ["negative"] "-" ["x"] Rule::Same(Refused), Exact, "Negation; integers wrap.";
        Abs ["abs", "absolute"] "" ["x"] Rule::Same(Bool), Exact, "Absolute value; the least signed integer stays as it is.";
        Sign ["sign"] "" ["x"] Rule::Same(Refused), Exact, "-1, 0 or 1 by the sign; NaN stays NaN.";
        Sqrt ["sqrt"] "" ["x"] Rule::Float, Exact, "Square root, correctly rounded.";
        Floor ["floor"] "" ["x"] Rule::Round, Exact, "The nearest integer below.";
        Ceil ["ceil"] "" ["x"] Rule::Round, Exact, "The nearest integer above.";
        Trunc ["trunc", "fix"] "" ["x"] Rule::Round, Exact, "The integer part.";
        Rint ["rint"] "" ["x"] Rule::Float, Exact, "The nearest integer, ties to even, as a float.";
        Fmin ["fmin"] "" ["x", "y"] Rule::Same(Bool), Exact, "The smaller; a NaN loses to a number.";
        Fmax ["fmax"] "" ["x", "y"] Rule::Same(Bool), Exact, "The larger; a NaN loses to a number.";
        Minimum ["minimum"] "" ["x", "y"] Rule::Same(Bool), Exact, "The smaller; NaN if either is, the second on a tie.";
        Maximum ["maximum"] "" ["x", "y"] Rule::Same(Bool), Exact, "The larger; NaN if either is, the second on a tie.";
        Copysign ["copysign"] "" ["x", "y"] Rule::Float, Exact, "The magnitude of x with the sign of y.";
        BitAnd ["bitwise_and"] "&" ["x", "y"] Rule::Bits, Exact, "Bitwise and.";
        BitOr ["bitwise_or"] "|" ["x", "y"] Rule::Bits, Exact, "Bitwise or.";
        BitXor ["bitwise_xor"] "^" ["x", "y"] Rule::Bits, Exact, "Bitwise exclusive or.";
        BitNot ["invert", "bitwise_not", "bitwise_invert"] "~" ["x"] Rule::Bits, Exact, "Bitwise not; on bools it is not.";
        Shl ["left_shift", "bitwise_left_shift"] "<<" ["x", "n"] Rule::Shift, Exact, "Shift left; 0 for counts outside the width.";
        Shr ["right_shift", "bitwise_right_shift"] ">>" ["x", "n"] Rule::Shift, Exact, "Shift right; 0 or the sign for counts outside the width.";
        Lt ["less"] "<" ["x", "y"] Rule::Compare, Exact, "Whether x is less than y.";
        Le ["less_equal"] "<=" ["x", "y"] Rule::Compare, Exact, "Whether x is at most y.";
        Gt ["greater"] ">" ["x", "y"] Rule::Compare, Exact, "Whether x is greater than y.";
        Ge ["greater_equal"] ">=" ["x", "y"] Rule::Compare, Exact, "Whether x is at least y.";
        Eq ["equal"] "==" ["x", "y"] Rule::Compare, Exact, "Whether x equals y.";
        Ne ["not_equal"] "!=" ["x", "y"] Rule::Compare, Exact, "Whether x differs from y.";
        Where ["where"] "if else" ["condition", "x", "y"] Rule::Select, Exact, "x where the condition holds, y elsewhere.";
        IsNan ["isnan"] "" ["x"] Rule::Classify, Exact, "Whether x is NaN.";
        IsInf ["isinf"] "" ["x"] Rule::Classify, Exact, "Whether x is infinite.";
        IsFinite ["isfinite"] "" ["x"] Rule::Classify, Exact, "Whether x is neither infinite nor NaN.";
        Signbit ["signbit"] "" ["x"] Rule::Classify, Exact, "Whether the sign bit is set (also of -0.0).";
        Exp ["exp"] "" ["x"] Rule::Float, Ulp, "e to the power x.";
        Exp2 ["exp2"] "" ["x"] Rule::Float, Ulp, "2 to the power x.";
        Expm1 ["expm1"] "" ["x"] Rule::Float, Ulp, "exp(x) - 1, accurate near 0.";
        Log ["log"] "" ["x"] Rule::Float, Ulp, "Natural logarithm.";
        Log2 ["log2"] "" ["x"] Rule::Float, Ulp, "Logarithm to base 2.";
        Log10 ["log10"] "" ["x"] Rule::Float, Ulp, "Logarithm to base 10.";
        Log1p ["log1p"] "" ["x"] Rule::Float, Ulp, "log(1 + x), accurate near 0.";
        Sin ["sin"] "" ["x"] Rule::Float, Ulp, "Sine of x radians.";
        Cos ["cos"] "" ["x"] Rule::Float, Ulp, "Cosine of x radians.";
        Tan ["tan"] "" ["x"] Rule::Float, Ulp, "Tangent of x radians.";
        Arcsin ["arcsin", "asin"] "" ["x"] Rule::Float, Ulp, "Inverse sine, in radians.";
        Arccos ["arccos", "acos"] "" ["x"] Rule::Float, Ulp, "Inverse cosine, in radians.";
        Arctan ["arctan", "atan"] "" ["x"] Rule::Float, Ulp, "Inverse tangent, in radians.";
        Arctan2 ["arctan2", "atan2"] "" ["y", "x"] Rule::Float, Ulp, "The angle of the point (x, y), in radians.";
        Sinh ["sinh"] "" ["x"] Rule::Float, Ulp, "Hyperbolic sine.";
        Cosh ["cosh"] "" ["x"] Rule::Float, Ulp, "Hyperbolic cosine.";
        Tanh ["tanh"] "" ["x"] Rule::Float, Ulp, "Hyperbolic tangent.";
        Arcsinh ["arcsinh", "asinh"] "" ["x"] Rule::Float, Ulp, "Inverse hyperbolic sine.";
        Arccosh ["arccosh", "acosh"] "" ["x"] Rule::Float, Ulp, "Inverse hyperbolic cosine.";
        Arctanh ["arctanh", "atanh"] "" ["x"] Rule::Float, Ulp, "Inverse hyperbolic tangent.";
        Hypot ["hypot"] "" ["x", "y"] Rule::Float, Ulp, "sqrt(x*x + y*y) without overflow.";
        Cbrt ["cbrt"] "" ["x"] Rule::Float, Ulp, "Cube root.";
        Erf ["erf"] "" ["x"] Rule::Float, Ulp, "Error function.";
        Erfc ["erfc"] "" ["x"] Rule::Float, Ulp, "1 - erf(x), accurate where that is small.";
        Erfinv ["erfinv"] "" ["x"] Rule::Float, Ulp, "Inverse error function.";
        Gcd ["gcd"] "" ["x", "y"] Rule::Shift, Exact, "Greatest common divisor, not negative; wraps for the least integer.";
        Lcm ["lcm"] "" ["x", "y"] Rule::Shift, Exact, "Least common multiple, not negative; wraps.";
        Nextafter ["nextafter"] "" ["x", "y"] Rule::Float, Exact, "The next float after x towards y.";
        Mantissa [] "mantissa" ["x"] Rule::Float, Exact, "The mantissa that `frexp` gives: between 0.5 and 1, with the sign of x.";
        Exponent [] "exponent" ["x"] Rule::Float, Exact, "The exponent that `frexp` gives, as a float.";
        Gamma ["gamma"] "" ["x"] Rule::Float, Gamma, "Gamma function; NaN of negative integers.";
        Gammaln ["gammaln", "lgamma"] "" ["x"] Rule::Float, Gamma, "Logarithm of the absolute value of the gamma function.";
    }
}

table! {
    /// A reduction over axes: the graph's `Reduce`.
    Reduction as Reduce in REDUCTION_ROWS {
        Sum ["sum"] "" ["a", "axis", "dtype", "keepdims", "initial", "where"] Rule::Accumulate, Sum, "Sum of the elements.";
        Prod ["prod", "product"] "" ["a", "axis", "dtype", "keepdims", "initial", "where"] Rule::Accumulate, Sum, "Product of the elements.";
        Min ["min", "amin"] "" ["a", "axis", "keepdims", "initial", "where"] Rule::Extremum, Exact, "The smallest element; NaN if any is.";
        Max ["max", "amax"] "" ["a", "axis", "keepdims", "initial", "where"] Rule::Extremum, Exact, "The largest element; NaN if any is.";
        Any ["any"] "" ["a", "axis", "keepdims", "where"] Rule::Any, Exact, "Whether any element is true.";
        All ["all"] "" ["a", "axis", "keepdims", "where"] Rule::Any, Exact, "Whether every element is true.";
        ArgMin ["argmin"] "" ["a", "axis", "keepdims"] Rule::Index, Exact, "The index of the smallest element, the first of equals; a NaN counts as smallest.";
        ArgMax ["argmax"] "" ["a", "axis", "keepdims"] Rule::Index, Exact, "The index of the largest element, the first of equals; a NaN counts as largest.";
        MinFrom [] "min-from" ["a"] Rule::Extremum, Exact, "As `min`; of nothing the greatest number there is.";
        MaxFrom [] "max-from" ["a"] Rule::Extremum, Exact, "As `max`; of nothing the least number there is.";
        Moment2 [] "moment2" ["a"] Rule::Mean, Sum, "Sum of the squared deviations from the mean, in f64.";
        ProdReal [] "prod-real" ["re", "im"] Rule::Accumulate, Sum, "The real part of the product of complex numbers.";
        ProdImag [] "prod-imag" ["re", "im"] Rule::Accumulate, Sum, "The imaginary part of the product of complex numbers.";
    }
}

impl Reduction {
    /// Whether it reads the real and the imaginary parts of complex numbers.
    pub fn is_complex(self) -> bool {
        matches!(self, Reduction::ProdReal | Reduction::ProdImag)
    }
}

table! {
    /// Running values along an axis: the graph's `Scan`.
    Scan as Scan in SCAN_ROWS {
        CumSum ["cumsum"] "" ["a", "axis", "dtype"] Rule::Accumulate, Exact, "The sum of the elements up to each, in their order.";
        CumProd ["cumprod"] "" ["a", "axis", "dtype"] Rule::Accumulate, Exact, "The product of the elements up to each, in their order.";
    }
}

table! {
    /// An operation on bytes or text, whose NULs at the end do not count: the graph's `Text`.
    TextOp as Text in TEXT_ROWS {
        Lt [] "<" ["x", "y"] Rule::Text, Exact, "Whether x stands before y, by bytes or code points.";
        Le [] "<=" ["x", "y"] Rule::Text, Exact, "Whether x stands before y or equals it.";
        Gt [] ">" ["x", "y"] Rule::Text, Exact, "Whether x stands after y.";
        Ge [] ">=" ["x", "y"] Rule::Text, Exact, "Whether x stands after y or equals it.";
        Eq [] "==" ["x", "y"] Rule::Text, Exact, "Whether x equals y.";
        Ne [] "!=" ["x", "y"] Rule::Text, Exact, "Whether x differs from y.";
        Concat [] "+" ["x", "y"] Rule::Text, Exact, "x followed by y, as wide as both.";
        Select [] "select" ["condition", "x", "y"] Rule::Text, Exact, "x where the condition holds, y elsewhere, as wide as the wider.";
        NonAscii [] "nonascii" ["x"] Rule::Text, Exact, "Whether x holds anything but ASCII.";
        Contains ["contains"] "" ["x", "sub"] Rule::Text, Exact, "Whether the text sub is a part of x.";
        StartsWith ["startswith"] "" ["x", "prefix"] Rule::Text, Exact, "Whether the text x begins with prefix.";
        EndsWith ["endswith"] "" ["x", "suffix"] Rule::Text, Exact, "Whether the text x ends with suffix.";
        Find ["find"] "" ["x", "sub"] Rule::Text, Exact, "Where the text sub first stands in x, as an i64; -1 if it does not.";
        Length ["str_len", "len"] "" ["x"] Rule::Text, Exact, "The length of text without the NULs at its end, as an i64.";
        Upper ["upper"] "" ["x"] Rule::Text, Exact, "Text in capitals, cut to the width of x; of bytes ASCII only.";
        Lower ["lower"] "" ["x"] Rule::Text, Exact, "Text in small letters, cut to the width of x; of bytes ASCII only.";
        Strip ["strip"] "" ["x", "chars"] Rule::Text, Exact, "Text without those characters at its ends; whitespace unless given.";
        LStrip ["lstrip"] "" ["x", "chars"] Rule::Text, Exact, "Text without those characters at its beginning; whitespace unless given.";
        RStrip ["rstrip"] "" ["x", "chars"] Rule::Text, Exact, "Text without those characters at its end; whitespace unless given.";
    }
}

table! {
    /// Spelled like a function, expanded by `check` into [`Op`], [`Reduction`] and [`TextOp`].
    Derived as Derived in DERIVED_ROWS {
        And ["logical_and"] "and" ["x", "y"] Rule::Truth, Exact, "Whether both are true, elementwise.";
        Or ["logical_or"] "or" ["x", "y"] Rule::Truth, Exact, "Whether either is true, elementwise.";
        Xor ["logical_xor"] "" ["x", "y"] Rule::Truth, Exact, "Whether exactly one is true, elementwise.";
        Not ["logical_not"] "not" ["x"] Rule::Truth, Exact, "Whether x is not true, elementwise.";
        Positive ["positive"] "+" ["x"] Rule::Same(Refused), Exact, "x itself.";
        Fabs ["fabs"] "" ["x"] Rule::Float, Exact, "Absolute value, as a float.";
        Square ["square"] "" ["x"] Rule::Same(Int8), Exact, "x*x.";
        Reciprocal ["reciprocal"] "" ["x"] Rule::Same(Int8), Exact, "1/x; of integers its integer part, of 0 it is 0.";
        Round ["round", "around"] "" ["x", "decimals"] Rule::Round, Exact, "The nearest number of so many decimals (none if left out), ties to even, as NumPy computes it; integers as they are.";
        DivMod ["divmod"] "" ["x", "y"] Rule::Same(Int8), Exact, "x // y and x % y, two results.";
        Modf ["modf"] "" ["x"] Rule::Float, Exact, "The fractional and the integer part, two results with the sign of x.";
        Frexp ["frexp"] "" ["x"] Rule::Float, Exact, "Mantissa and exponent (an i32), two results: x is mantissa * 2**exponent.";
        Ldexp ["ldexp"] "" ["x", "n"] Rule::Float, Exact, "x * 2**n, rounded once; n is an integer.";
        Spacing ["spacing"] "" ["x"] Rule::Float, Exact, "The distance to the next float away from 0, of negative ones negative.";
        FloatPower ["float_power"] "" ["x", "y"] Rule::Float, Ulp, "Power, in f64 at least.";
        Degrees ["degrees", "rad2deg"] "" ["x"] Rule::Float, Exact, "Radians to degrees: x * (180/pi).";
        Radians ["radians", "deg2rad"] "" ["x"] Rule::Float, Exact, "Degrees to radians: x * (pi/180).";
        Heaviside ["heaviside"] "" ["x", "h"] Rule::Float, Exact, "0 below 0, 1 above, h at 0.";
        Sinc ["sinc"] "" ["x"] Rule::Float, Composed, "sin(pi*x) / (pi*x), 1 at 0.";
        Expit ["expit"] "" ["x"] Rule::Float, Composed, "The logistic function, 1 / (1 + exp(-x)).";
        Logit ["logit"] "" ["p"] Rule::Float, Composed, "log(p) - log1p(-p), the inverse of expit.";
        Xlogy ["xlogy"] "" ["x", "y"] Rule::Float, Composed, "x * log(y), 0 where x is 0 and y is not NaN.";
        Xlog1py ["xlog1py"] "" ["x", "y"] Rule::Float, Composed, "x * log1p(y), 0 where x is 0 and y is not NaN.";
        Logaddexp ["logaddexp"] "" ["x", "y"] Rule::Float, Composed, "log(exp(x) + exp(y)) without overflow.";
        Logaddexp2 ["logaddexp2"] "" ["x", "y"] Rule::Float, Composed, "log2(2**x + 2**y) without overflow.";
        BitwiseCount ["bitwise_count"] "" ["x"] Rule::Bits, Exact, "The number of ones of the absolute value, a u8.";
        IsNat ["isnat"] "" ["x"] Rule::Classify, Exact, "Whether a datetime or timedelta is NaT.";
        IsPosInf ["isposinf"] "" ["x"] Rule::Classify, Exact, "Whether x is positive infinity.";
        IsNegInf ["isneginf"] "" ["x"] Rule::Classify, Exact, "Whether x is negative infinity.";
        IsClose ["isclose"] "" ["a", "b", "rtol", "atol", "equal_nan"] Rule::Truth, Exact, "Whether abs(a - b) <= atol + rtol*abs(b), or both are the same infinity; rtol is 1e-5, atol 1e-8, equal_nan False.";
        NanToNum ["nan_to_num"] "" ["x", "nan", "posinf", "neginf"] Rule::Same(Bool), Exact, "x with NaN replaced by 0, infinities by the greatest and least number, or by the values given.";
        ZerosLike ["zeros_like"] "" ["x"] Rule::Same(Bool), Exact, "Zeros of x's dtype and shape.";
        OnesLike ["ones_like"] "" ["x"] Rule::Same(Bool), Exact, "Ones of x's dtype and shape.";
        Clip ["clip"] "" ["x", "min", "max"] Rule::Same(Bool), Exact, "minimum(maximum(x, min), max).";
        Real ["real"] "" ["x"] Rule::Expansion, Exact, "The real part; of real numbers x itself.";
        Imag ["imag"] "" ["x"] Rule::Expansion, Exact, "The imaginary part; 0 of real numbers.";
        Conj ["conj", "conjugate"] "" ["x"] Rule::Expansion, Exact, "The complex conjugate; of real numbers x itself.";
        Angle ["angle"] "" ["x"] Rule::Expansion, Ulp, "The angle of a complex number, in radians.";
        IsReal ["isreal"] "" ["x"] Rule::Expansion, Exact, "Whether the imaginary part is 0.";
        IsComplex ["iscomplex"] "" ["x"] Rule::Expansion, Exact, "Whether the imaginary part is not 0.";
        Mean ["mean", "average"] "" ["a", "axis", "dtype", "keepdims", "where"] Rule::Mean, Sum, "The arithmetic mean; NaN of nothing.";
        Var ["var"] "" ["a", "axis", "dtype", "keepdims", "ddof", "where", "correction"] Rule::Mean, Sum, "The mean squared deviation from the mean; of a count less `ddof`.";
        Std ["std"] "" ["a", "axis", "dtype", "keepdims", "ddof", "where", "correction"] Rule::Mean, Sum, "The square root of the variance.";
        Ptp ["ptp"] "" ["a", "axis", "keepdims"] Rule::Extremum, Exact, "The largest element less the smallest.";
        NanSum ["nansum"] "" ["a", "axis", "dtype", "keepdims", "initial", "where"] Rule::Accumulate, Sum, "Sum of the elements that are not NaN.";
        NanProd ["nanprod"] "" ["a", "axis", "dtype", "keepdims", "initial", "where"] Rule::Accumulate, Sum, "Product of the elements that are not NaN.";
        NanMin ["nanmin"] "" ["a", "axis", "keepdims", "initial", "where"] Rule::Extremum, Exact, "The smallest element that is not NaN; NaN if all are.";
        NanMax ["nanmax"] "" ["a", "axis", "keepdims", "initial", "where"] Rule::Extremum, Exact, "The largest element that is not NaN; NaN if all are.";
        NanMean ["nanmean"] "" ["a", "axis", "dtype", "keepdims", "where"] Rule::Mean, Sum, "The mean of the elements that are not NaN; NaN if all are.";
        NanVar ["nanvar"] "" ["a", "axis", "dtype", "keepdims", "ddof", "where", "correction"] Rule::Mean, Sum, "The variance of the elements that are not NaN.";
        NanStd ["nanstd"] "" ["a", "axis", "dtype", "keepdims", "ddof", "where", "correction"] Rule::Mean, Sum, "The square root of that variance.";
        Diff ["diff"] "" ["a", "n", "axis"] Rule::Expansion, Exact, "Each element of an axis, the last unless given, less the one before it; `!=` of bools; n times.";
        CountNonzero ["count_nonzero"] "" ["a", "axis", "keepdims"] Rule::Expansion, Exact, "How many elements are true.";
        In ["isin"] "in" ["x", "set"] Rule::Expansion, Exact, "Whether x equals one of the listed values.";
    }
}

/// Every row of the table, lane operations first, text last.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let lanes = LANE_ROWS.iter().chain(REDUCTION_ROWS).chain(SCAN_ROWS);
    lanes.chain(DERIVED_ROWS).chain(TEXT_ROWS)
}

/// The row that a call's name stands for.
pub fn lookup(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.names.contains(&name))
}

impl Derived {
    /// How many arguments must be given; the others have defaults.
    pub fn required(self) -> usize {
        let params = self.row().params.len();
        let optional = if matches!(self, Derived::IsClose | Derived::NanToNum) {
            3
        } else if matches!(self, Derived::Clip | Derived::Diff) {
            2
        } else {
            usize::from(self == Derived::Round)
        };
        params - optional
    }

    /// Whether it reduces axes: its second parameter is the axis.
    pub fn is_reduction(self) -> bool {
        self.row().params.get(1) == Some(&"axis")
    }
}

impl Op {
    /// The number of operands.
    pub fn arity(self) -> usize {
        self.row().params.len()
    }

    /// Whether the graph's node has a bool result whatever it computes in.
    pub fn is_predicate(self) -> bool {
        matches!(self.row().rule, Rule::Compare | Rule::Classify)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_share_a_name() {
        let mut names: Vec<&str> = rows().flat_map(|r| r.names).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn rows_stand_at_their_variants() {
        assert!(Op::ALL.iter().all(|&op| op.row().meaning == Meaning::Lane(op)));
        assert!(Reduction::ALL.iter().all(|&r| r.row().meaning == Meaning::Reduce(r)));
        assert!(TextOp::ALL.iter().all(|&t| t.row().meaning == Meaning::Text(t)));
        assert!(Derived::ALL.iter().all(|&d| d.row().meaning == Meaning::Derived(d)));
        assert_eq!(lookup("atan2").map(|r| r.meaning), Some(Meaning::Lane(Op::Arctan2)));
    }
}
