//! Arguments to try: every place where something happens, and random ones of several kinds.

/// SplitMix64: the same samples in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
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

/// The float types, as the checks need them.
pub(crate) trait Float: Copy + std::fmt::Debug + std::fmt::LowerExp + Send + Sync + 'static {
    const NAME: &'static str;
    fn from_bits(bits: u64) -> Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn to_bits(self) -> u64;
    fn is_nan(self) -> bool;
    /// The place among all floats; the two zeros are neighbours.
    fn place(self) -> i64;
}

macro_rules! float {
    ($type:ident $bits:ident $signed:ident) => {
        impl Float for $type {
            const NAME: &'static str = stringify!($type);
            fn from_bits(bits: u64) -> $type {
                $type::from_bits((bits >> (64 - $bits::BITS)) as $bits)
            }
            fn from_f64(value: f64) -> $type {
                value as $type
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn to_bits(self) -> u64 {
                self.to_bits().into()
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

/// Distance in representable values; NaN equals NaN, and the two zeros are 1 apart.
pub(crate) fn distance<F: Float>(a: F, b: F) -> u64 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => a.place().abs_diff(b.place()),
        (true, false) | (false, true) => u64::MAX,
    }
}

/// Where functions change: special values, the brinks of overflow and underflow, multiples of what arguments
/// are reduced by, and the worst cases known of the reduction modulo pi/2.
pub(crate) fn specials<F: Float>() -> Vec<F> {
    use std::f64::consts::{FRAC_PI_4, LN_2};
    let inf = f64::INFINITY;
    let mut values = vec![0.0, 1.0, 0.5, 2.0, 3.0, 8.0, 10.0, 1e10, 1e22, 1e300, inf, f64::NAN, f64::MAX];
    values.extend([f64::MIN_POSITIVE, 5e-324, 1e-310, 1e-320, 1e-45, 1e-40, 1e-38, 3.4e38, 2.5, 53.0]);
    values.extend([709.782712893384, 709.7827128933841, 708.3964185322641, 745.1332191019411, 745.2, 746.0]);
    values.extend([1024.0, 1022.0, 1074.0, 1075.0, 1075.1, 88.72283, 88.72284, 87.33655, 103.97208, 104.0]);
    values.extend([126.0, 127.99999, 128.0, 149.0, 150.0, 26.5, 27.3, 5.9, 6.0, 0.84375, 1.25, 16777217.0]);
    values.extend([171.62402605558464, 171.6243769563027, 171.7]);
    values.extend([9007199254740991.0, 9007199254740993.0, 4503599627370497.5, 33554433.0]);
    values.extend([6381956970095103.0 * 2f64.powi(797), 5.319372648326541e255, 1.1258999e15, 1e5, 1e9]);
    for k in -6..=6 {
        let k = f64::from(k);
        values.extend([1.0 + k * f64::EPSILON, 1.0 + k * f64::from(f32::EPSILON)]);
    }
    for k in 1..=40 {
        values.push(2f64.powi(k * 25));
        let k = f64::from(k);
        values.extend([k * FRAC_PI_4, k, k + 0.5, k * LN_2, k * LN_2 / 2.0, 1.0 / k]);
        values.push(2f64.powf(-k * 25.0));
    }
    values.iter().flat_map(|&x| [F::from_f64(x), F::from_f64(-x)]).collect()
}

/// A random argument: any bits, near 0 and 1, any magnitude, or where the function is neither constant nor
/// overflows.
pub(crate) fn sample<F: Float>(random: &mut Random, range: (f64, f64)) -> F {
    let kind = random.bits() % 8;
    let x = match kind {
        0 | 1 => {
            let any = F::from_bits(random.bits());
            // Signalling NaNs have no meaning here; in C some functions of one are NaN that are not of a quiet one.
            return if any.is_nan() { F::from_f64(f64::NAN) } else { any };
        }
        2 => random.unit(),
        3 => random.unit() * 40.0,
        4 => 2f64.powf(random.unit() * 40.0) * if random.bits() & 1 == 0 { 1.0 } else { -1.0 },
        5 => 1.0 + random.unit() * 2f64.powi(-((random.bits() % 50) as i32)),
        _ => range.0 + (range.1 - range.0) * (random.unit() + 1.0) / 2.0,
    };
    F::from_f64(x)
}
