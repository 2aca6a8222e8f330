//! The functions that are compared: their arguments, and what each contender calls them.
#![expect(unsafe_code, reason = "calls the C library")]

use crate::N;
use numfuse::math::{self, Levels};
use numfuse::op::Op;
use numfuse::target::Target;
use std::hint::black_box;

/// A function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// `None` is sine and cosine at once.
    pub(crate) op: Option<Op>,
    /// VML's and NumPy's names.
    pub(crate) vml: &'static str,
    pub(crate) numpy: &'static str,
    /// The arguments.
    pub(crate) ranges: ((f64, f64), (f64, f64)),
    pub(crate) libm: Libm,
}

/// The C library's functions.
pub(crate) enum Libm {
    Unary(unsafe extern "C" fn(f64) -> f64, unsafe extern "C" fn(f32) -> f32),
    Binary(unsafe extern "C" fn(f64, f64) -> f64, unsafe extern "C" fn(f32, f32) -> f32),
}

macro_rules! functions {
    (
        unary { $($u:ident $uf:ident $uop:expr, $uvml:literal $unumpy:literal $urange:expr;)* }
        binary { $($b:ident $bf:ident $bop:expr, $bvml:literal $bnumpy:literal $bx:expr, $by:expr;)* }
    ) => {
        mod c {
            #[link(name = "m")]
            unsafe extern "C" {
                $(pub(super) fn $u(x: f64) -> f64;
                pub(super) fn $uf(x: f32) -> f32;)*
                $(pub(super) fn $b(x: f64, y: f64) -> f64;
                pub(super) fn $bf(x: f32, y: f32) -> f32;)*
            }
        }
        pub(crate) const FUNCTIONS: &[Function] = &[
            $(Function {
                name: stringify!($u), op: $uop, vml: $uvml, numpy: $unumpy, ranges: ($urange, (0.0, 1.0)),
                libm: Libm::Unary(c::$u, c::$uf),
            },)*
            $(Function {
                name: stringify!($b), op: Some($bop), vml: $bvml, numpy: $bnumpy, ranges: ($bx, $by),
                libm: Libm::Binary(c::$b, c::$bf),
            },)*
        ];
    };
}

functions! {
    unary {
        exp expf Some(Op::Exp), "Exp" "exp" (-10.0, 10.0);
        exp2 exp2f Some(Op::Exp2), "Exp2" "exp2" (-10.0, 10.0);
        expm1 expm1f Some(Op::Expm1), "Expm1" "expm1" (-10.0, 10.0);
        log logf Some(Op::Log), "Ln" "log" (0.1, 1000.0);
        log2 log2f Some(Op::Log2), "Log2" "log2" (0.1, 1000.0);
        log10 log10f Some(Op::Log10), "Log10" "log10" (0.1, 1000.0);
        log1p log1pf Some(Op::Log1p), "Log1p" "log1p" (-0.9, 100.0);
        sin sinf Some(Op::Sin), "Sin" "sin" (-10.0, 10.0);
        cos cosf Some(Op::Cos), "Cos" "cos" (-10.0, 10.0);
        tan tanf Some(Op::Tan), "Tan" "tan" (-10.0, 10.0);
        asin asinf Some(Op::Arcsin), "Asin" "arcsin" (-1.0, 1.0);
        acos acosf Some(Op::Arccos), "Acos" "arccos" (-1.0, 1.0);
        atan atanf Some(Op::Arctan), "Atan" "arctan" (-10.0, 10.0);
        sinh sinhf Some(Op::Sinh), "Sinh" "sinh" (-10.0, 10.0);
        cosh coshf Some(Op::Cosh), "Cosh" "cosh" (-10.0, 10.0);
        tanh tanhf Some(Op::Tanh), "Tanh" "tanh" (-10.0, 10.0);
        asinh asinhf Some(Op::Arcsinh), "Asinh" "arcsinh" (-20.0, 20.0);
        acosh acoshf Some(Op::Arccosh), "Acosh" "arccosh" (1.0, 40.0);
        atanh atanhf Some(Op::Arctanh), "Atanh" "arctanh" (-1.0, 1.0);
        cbrt cbrtf Some(Op::Cbrt), "Cbrt" "cbrt" (-1000.0, 1000.0);
        erf erff Some(Op::Erf), "Erf" "" (-4.0, 4.0);
        erfc erfcf Some(Op::Erfc), "Erfc" "" (-3.0, 9.0);
    }
    binary {
        atan2 atan2f Op::Arctan2, "Atan2" "arctan2" (-10.0, 10.0), (-10.0, 10.0);
        hypot hypotf Op::Hypot, "Hypot" "hypot" (-10.0, 10.0), (-10.0, 10.0);
        pow powf Op::Pow, "Pow" "power" (0.5, 10.0), (-20.0, 20.0);
        fmod fmodf Op::Fmod, "Fmod" "fmod" (-1e6, 1e6), (-1e3, 1e3);
    }
}

/// Operands of both types.
pub(crate) type Pair<'x, T> = (&'x [T], &'x [T]);

/// A block's work, to be called again and again.
pub(crate) struct Call;

impl Call {
    /// Our loop for this CPU.
    pub(crate) fn ours<'x>(
        f: &'x Function,
        single: bool,
        x: Pair<'x, f64>,
        x32: Pair<'x, f32>,
    ) -> Box<dyn FnMut() + 'x> {
        fn run<'x, T: Copy + Default + 'x>(
            levels: Levels<T>,
            (x, y): Pair<'x, T>,
            two: bool,
        ) -> Box<dyn FnMut() + 'x> {
            let function = levels.at(Target::host().level);
            let mut out = vec![T::default(); N];
            let args: [*const u8; 2] = [x.as_ptr().cast(), y.as_ptr().cast()];
            Box::new(move || {
                // SAFETY: `N` elements at each, and the CPU has its own level.
                unsafe { function(&args[..if two { 2 } else { 1 }], &[out.as_mut_ptr().cast()], N) };
                black_box(&out);
            })
        }
        let op = f.op.expect("a function of one result");
        match (math::unary(op), math::binary(op), single) {
            (Some(function), _, true) => run(function.f32.blocks, x32, false),
            (Some(function), _, false) => run(function.f64.blocks, x, false),
            (None, Some(function), true) => run(function.f32.blocks, x32, true),
            (None, Some(function), false) => run(function.f64.blocks, x, true),
            (None, None, _) => unreachable!("{} is vectorized", f.name),
        }
    }

    /// The C library's function, called for each element.
    pub(crate) fn libm<'x>(
        f: &'x Function,
        single: bool,
        x: Pair<'x, f64>,
        x32: Pair<'x, f32>,
    ) -> Box<dyn FnMut() + 'x> {
        let (mut out, mut out32) = (vec![0.0f64; N], vec![0.0f32; N]);
        Box::new(move || {
            for i in 0..N {
                // SAFETY: functions of the C library that take any number.
                unsafe {
                    match (&f.libm, single) {
                        (Libm::Unary(of, _), false) => out[i] = of(x.0[i]),
                        (Libm::Unary(_, of), true) => out32[i] = of(x32.0[i]),
                        (Libm::Binary(of, _), false) => out[i] = of(x.0[i], x.1[i]),
                        (Libm::Binary(_, of), true) => out32[i] = of(x32.0[i], x32.1[i]),
                    }
                }
            }
            black_box((&out, &out32));
        })
    }
}
