//! Whole arrays of single values.

use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::shape::Shape;

/// An array, in C order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The type of its elements.
    pub lane: Lane,
    /// Its sizes.
    pub shape: Shape,
    /// The bits of each element, as [`Scalar`] has them. Of bytes and text each character's, as many an element
    /// as the dtype is wide.
    pub data: Vec<u64>,
}

/// Makes an array of one Rust type.
macro_rules! from_numbers {
    ($($name:ident $type:ident $lane:ident $bits:expr;)*) => {
        $(#[doc = concat!("An array of `", stringify!($type), "` in C order.")]
        pub fn $name(shape: &[usize], numbers: &[$type]) -> Value {
            let bits: fn($type) -> u64 = $bits;
            Value { lane: Lane::$lane, shape: shape.into(), data: numbers.iter().map(|&x| bits(x)).collect() }
        })*
    };
}

impl Value {
    from_numbers! {
        from_f64s f64 F64 f64::to_bits;
        from_f32s f32 F32 |x| x.to_bits().into();
        from_i64s i64 I64 |x| x as u64;
        from_i32s i32 I32 |x| (x as u32).into();
        from_bools bool Bool u64::from;
    }

    /// An array of values, which take the lane given as [`crate::scalar::cast`] has it.
    pub fn from_scalars(lane: Lane, shape: &[usize], scalars: &[Scalar]) -> Value {
        let data = scalars.iter().map(|&x| crate::scalar::cast(lane, x).bits).collect();
        Value { lane, shape: shape.into(), data }
    }

    /// One value, without axes.
    pub fn single(value: Scalar) -> Value {
        Value { lane: value.lane, shape: Shape::new(), data: vec![value.bits] }
    }

    /// An element, by its place in C order.
    ///
    /// # Panics
    /// If there is no such element.
    pub fn scalar(&self, index: usize) -> Scalar {
        Scalar { lane: self.lane, bits: self.data[index] }
    }

    /// Every element, in C order.
    pub fn scalars(&self) -> impl ExactSizeIterator<Item = Scalar> + '_ {
        self.data.iter().map(|&bits| Scalar { lane: self.lane, bits })
    }

    /// Whether two arrays have the same type, shape and values, where any NaN equals any other.
    pub fn same(&self, other: &Value) -> bool {
        let nan = |x: Scalar| x.as_f64().is_some_and(f64::is_nan);
        self.lane == other.lane
            && self.shape == other.shape
            && self.scalars().zip(other.scalars()).all(|(a, b)| a == b || nan(a) && nan(b))
    }
}

/// The distances in elements between neighbours along each axis of a C-ordered array.
pub(super) fn c_steps(shape: &[usize]) -> Vec<usize> {
    let mut steps = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        steps[axis - 1] = steps[axis] * shape[axis];
    }
    steps
}

/// The offsets of every index of a space, in C order.
pub(super) fn offsets(sizes: &[usize], steps: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0];
    for (&size, &step) in sizes.iter().zip(steps) {
        offsets = offsets.iter().flat_map(|&base| (0..size).map(move |i| base + i * step)).collect();
    }
    offsets
}
