//! The functions of `math` against CORE-MATH's, which are correctly rounded.

use core_math as exact;
use numfuse::math::{binary, unary};
use numfuse::op::Op;

/// Samples of each kind, for each function.
const SAMPLES: usize = 5_000;

/// SplitMix64: the same samples in every run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In -1..1.
    fn unit(&mut self) -> f64 {
        self.bits() as i64 as f64 / 2f64.powi(63)
    }
}

/// The float types, as the checks below need them.
trait Float: Copy + std::fmt::Debug + 'static {
    const WIDTH: u32;
    fn from_bits(bits: u64) -> Self;
    fn from_f64(value: f64) -> Self;
    fn is_nan(self) -> bool;
    /// The place among all floats; the two zeros are neighbours.
    fn place(self) -> i64;
}

macro_rules! float {
    ($type:ident $bits:ident $signed:ident) => {
        impl Float for $type {
            const WIDTH: u32 = $bits::BITS;
            fn from_bits(bits: u64) -> $type {
                $type::from_bits((bits >> (64 - $bits::BITS)) as $bits)
            }
            fn from_f64(value: f64) -> $type {
                value as $type
            }
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            fn place(self) -> i64 {
                let bits = self.to_bits() as $signed;
                i64::from(if bits < 0 { !(bits & $signed::MAX) } else { bits })
            }
        }
    };
}

float!(f32 u32 i32);
float!(f64 u64 i64);

/// Distance in representable values; NaN equals NaN.
fn distance<F: Float>(a: F, b: F) -> u64 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => a.place().abs_diff(b.place()),
        (true, false) | (false, true) => u64::MAX,
    }
}

fn specials<F: Float>() -> Vec<F> {
    let inf = f64::INFINITY;
    let mut values =
        vec![0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, -8.0, 10.0, 1e10, inf, -inf, f64::NAN];
    values.extend([f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-45, 1e-38, 3.4e38, 2.5, 53.0]);
    let near_one = |k| 1.0 + f64::from(k) * f64::EPSILON;
    values.extend((-4..4).map(near_one));
    values
        .extend((-3..3).map(|k| -745.0 + f64::from(k)).chain([709.78, 710.0, 88.7, -103.9, 1024.0, -1074.0]));
    values.extend((1..9).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_4));
    values.into_iter().map(F::from_f64).collect()
}

/// Any bits, the ranges where things happen, and the brink of underflow and overflow.
fn samples<F: Float>(random: &mut Random, n: usize) -> Vec<F> {
    let mut values = Vec::new();
    for _ in 0..n {
        values.push(F::from_bits(random.bits()));
        values.push(F::from_f64(random.unit()));
        values.push(F::from_f64(random.unit() * 40.0));
        values.push(F::from_f64(random.unit() * if F::WIDTH == 32 { 110.0 } else { 750.0 }));
    }
    values
}

/// How far the results may be from the correctly rounded ones: the largest distance, and how many of
/// a thousand may differ at all.
#[derive(Clone, Copy)]
struct Bound {
    distance: u64,
    misrounded: usize,
}

/// Correctly rounded on every sample.
const EXACT: Bound = Bound { distance: 0, misrounded: 0 };

fn check<F: Float, A: std::fmt::Debug>(
    name: &str,
    bound: Bound,
    cases: impl Iterator<Item = A>,
    compute: impl Fn(&A) -> (F, F),
) {
    let (mut count, mut misrounded) = (0, 0);
    for case in cases {
        let (got, want) = compute(&case);
        let distance = distance(got, want);
        assert!(distance <= bound.distance, "{name}{case:?}: {got:?}, not {want:?}");
        count += 1;
        misrounded += usize::from(distance != 0);
    }
    assert!(misrounded * 1000 <= bound.misrounded * count, "{name}: {misrounded} of {count} misrounded");
}

fn check_unary<F: Float>(name: &str, bound: Bound, got: fn(F) -> F, want: fn(F) -> F) {
    let mut cases = specials();
    cases.extend(samples::<F>(&mut Random(1), SAMPLES));
    check(name, bound, cases.into_iter(), |&x| (got(x), want(x)));
}

fn check_binary<F: Float>(name: &str, bound: Bound, got: fn(F, F) -> F, want: fn(F, F) -> F) {
    let edges = specials::<F>();
    let mut cases: Vec<(F, F)> = edges.iter().flat_map(|&x| edges.iter().map(move |&y| (x, y))).collect();
    let (xs, ys) = (samples(&mut Random(2), SAMPLES), samples(&mut Random(3), SAMPLES));
    cases.extend(xs.iter().copied().zip(ys.iter().copied()));
    cases.extend(xs.iter().copied().zip(ys.iter().copied().skip(1)));
    check(name, bound, cases.into_iter(), |&(x, y)| (got(x, y), want(x, y)));
}

macro_rules! unary_functions {
    ($($test:ident $op:ident $f64:ident $f32:ident $bound:expr;)*) => {$(
        #[test]
        fn $test() {
            let function = unary(Op::$op).unwrap();
            check_unary(stringify!($f64), $bound, function.f64, exact::$f64);
            check_unary(stringify!($f32), EXACT, function.f32, exact::$f32);
        }
    )*};
}

unary_functions! {
    // Below -708, where results are subnormal, another algorithm takes over.
    exp Exp exp expf Bound { distance: 1, misrounded: 5 };
    exp2 Exp2 exp2 exp2f EXACT;
    expm1 Expm1 expm1 expm1f EXACT;
    log Log log logf EXACT;
    log2 Log2 log2 log2f EXACT;
    log10 Log10 log10 log10f EXACT;
    log1p Log1p log1p log1pf EXACT;
    sin Sin sin sinf EXACT;
    cos Cos cos cosf EXACT;
    tan Tan tan tanf EXACT;
    arcsin Arcsin asin asinf EXACT;
    arccos Arccos acos acosf EXACT;
    arctan Arctan atan atanf EXACT;
    sinh Sinh sinh sinhf EXACT;
    cosh Cosh cosh coshf EXACT;
    tanh Tanh tanh tanhf EXACT;
    arcsinh Arcsinh asinh asinhf EXACT;
    arccosh Arccosh acosh acoshf EXACT;
    // One argument in a million is misrounded.
    arctanh Arctanh atanh atanhf Bound { distance: 1, misrounded: 1 };
    cbrt Cbrt cbrt cbrtf EXACT;
}

macro_rules! binary_functions {
    ($($test:ident $op:ident $f64:ident $f32:ident $bound:expr;)*) => {$(
        #[test]
        fn $test() {
            let function = binary(Op::$op).unwrap();
            check_binary(stringify!($f64), $bound, function.f64, exact::$f64);
            check_binary(stringify!($f32), EXACT, function.f32, exact::$f32);
        }
    )*};
}

binary_functions! {
    arctan2 Arctan2 atan2 atan2f EXACT;
    hypot Hypot hypot hypotf EXACT;
    // Its error is below 0.7 ULP.
    pow Pow pow powf Bound { distance: 1, misrounded: 100 };
}

fn check_powers<F: Float>(got: fn(F, F) -> F, want: fn(F, F) -> F, bound: Bound) {
    let counts = (-40..=40).chain([53, 64, 100, 255, 1000, -1000, 65_535, 1 << 20, (1 << 20) + 2]);
    let counts: Vec<F> = counts.map(|n: i32| F::from_f64(f64::from(n))).collect();
    let mut bases = specials();
    bases.extend(samples::<F>(&mut Random(4), 200));
    let cases = bases.iter().flat_map(|&x| counts.iter().map(move |&n| (x, n)));
    check("pow_integer", bound, cases, |&(x, n)| (got(x, n), want(x, n)));
}

#[test]
fn integer_powers_are_rounded_once() {
    let function = binary(Op::PowInteger).unwrap();
    // Misrounded only where the product leaves the double word's range and `pow` takes over.
    check_powers(function.f64, exact::pow, Bound { distance: 1, misrounded: 20 });
    check_powers(function.f32, exact::powf, Bound { distance: 0, misrounded: 0 });
    let cube = (function.f64)(1.1, 3.0);
    assert_eq!(cube.to_bits(), exact::pow(1.1, 3.0).to_bits());
}
