//! Which method an operator is, and which type a lane: said once, for values and for blocks.

/// Calls a generic function with the lane's type as its first type parameter.
macro_rules! by_lane {
    ($lane:expr, $function:ident $args:tt) => {
        by_lane!(@ $lane, $function $args,)
    };
    ($lane:expr, $function:ident $args:tt with $other:ident) => {
        by_lane!(@ $lane, $function $args, $other)
    };
    (@ $lane:expr, $function:ident $args:tt, $($other:ident)?) => {
        match $lane {
            Lane::Bool => $function::<bool, $($other)?>$args,
            Lane::I8 => $function::<i8, $($other)?>$args,
            Lane::I16 => $function::<i16, $($other)?>$args,
            Lane::I32 => $function::<i32, $($other)?>$args,
            Lane::I64 => $function::<i64, $($other)?>$args,
            Lane::U8 => $function::<u8, $($other)?>$args,
            Lane::U16 => $function::<u16, $($other)?>$args,
            Lane::U32 => $function::<u32, $($other)?>$args,
            Lane::U64 => $function::<u64, $($other)?>$args,
            Lane::F16 => $function::<crate::half::F16, $($other)?>$args,
            Lane::F32 => $function::<f32, $($other)?>$args,
            Lane::F64 => $function::<f64, $($other)?>$args,
        }
    };
}

/// Picks what the caller's macros `unary!`, `binary!`, `test!`, `compare!`, `unary_function!`,
/// `binary_function!` and `select!` make of the operator.
macro_rules! by_operator {
    ($op:expr) => {
        match $op {
            Op::Add => binary!(add),
            Op::Sub => binary!(sub),
            Op::Mul => binary!(mul),
            Op::Div => binary!(div),
            Op::FloorDiv => binary!(floor_div),
            Op::Mod => binary!(modulo),
            Op::Fmod => binary!(fmod),
            Op::Pow => binary!(power),
            Op::PowInteger => binary!(power_integer),
            Op::Neg => unary!(neg),
            Op::Abs => unary!(abs),
            Op::Sign => unary!(sign),
            Op::Sqrt => unary!(sqrt),
            Op::Floor => unary!(floor),
            Op::Ceil => unary!(ceil),
            Op::Trunc => unary!(trunc),
            Op::Rint => unary!(rint),
            Op::Fmin => binary!(fmin),
            Op::Fmax => binary!(fmax),
            Op::Minimum => binary!(minimum),
            Op::Maximum => binary!(maximum),
            Op::Copysign => binary!(copysign),
            Op::BitAnd => binary!(bit_and),
            Op::BitOr => binary!(bit_or),
            Op::BitXor => binary!(bit_xor),
            Op::BitNot => unary!(bit_not),
            Op::Shl => binary!(shl),
            Op::Shr => binary!(shr),
            Op::Lt => compare!(<),
            Op::Le => compare!(<=),
            Op::Gt => compare!(>),
            Op::Ge => compare!(>=),
            Op::Eq => compare!(==),
            Op::Ne => compare!(!=),
            Op::Where => select!(),
            Op::IsNan => test!(is_nan),
            Op::IsInf => test!(is_inf),
            Op::IsFinite => test!(is_finite),
            Op::Signbit => test!(is_signbit),
            Op::Exp => unary_function!(Exp),
            Op::Exp2 => unary_function!(Exp2),
            Op::Expm1 => unary_function!(Expm1),
            Op::Log => unary_function!(Log),
            Op::Log2 => unary_function!(Log2),
            Op::Log10 => unary_function!(Log10),
            Op::Log1p => unary_function!(Log1p),
            Op::Sin => unary_function!(Sin),
            Op::Cos => unary_function!(Cos),
            Op::Tan => unary_function!(Tan),
            Op::Arcsin => unary_function!(Arcsin),
            Op::Arccos => unary_function!(Arccos),
            Op::Arctan => unary_function!(Arctan),
            Op::Arctan2 => binary_function!(Arctan2),
            Op::Sinh => unary_function!(Sinh),
            Op::Cosh => unary_function!(Cosh),
            Op::Tanh => unary_function!(Tanh),
            Op::Arcsinh => unary_function!(Arcsinh),
            Op::Arccosh => unary_function!(Arccosh),
            Op::Arctanh => unary_function!(Arctanh),
            Op::Hypot => binary_function!(Hypot),
            Op::Cbrt => unary_function!(Cbrt),
            Op::Erf => unary_function!(Erf),
            Op::Erfc => unary_function!(Erfc),
            Op::Erfinv => unary_function!(Erfinv),
            Op::Gcd => binary!(gcd),
            Op::Lcm => binary!(lcm),
            Op::Nextafter => binary!(nextafter),
            Op::Mantissa => unary!(mantissa),
            Op::Exponent => unary!(exponent),
            Op::Gamma => unary_function!(Gamma),
            Op::Gammaln => unary_function!(Gammaln),
        }
    };
}

pub(super) use {by_lane, by_operator};
