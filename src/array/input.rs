//! What may stand for a name in a formula: a view or a scalar, weak or strong.

use super::element::{self, Element};
use super::owned::Array;
use super::view::View;
use crate::dtype::DType;
use ndarray::{ArrayBase, ArrayView, Data, Dimension};
use num_complex::Complex;
use std::sync::Arc;

/// One value of a dtype of at most sixteen bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scalar {
    dtype: DType,
    /// The element's bytes as they are in memory, then zeros.
    memory: [u64; 2],
}

impl Scalar {
    /// The value, with its Rust type's dtype.
    pub fn new<T: Element>(value: T) -> Scalar {
        let mut words = [[0; 8]; 2];
        let element = element::as_bytes(std::slice::from_ref(&value));
        for (word, bytes) in words.iter_mut().zip(element.chunks(8)) {
            word[..bytes.len()].copy_from_slice(bytes);
        }
        Scalar { dtype: T::DTYPE, memory: words.map(u64::from_ne_bytes) }
    }

    /// The dtype of the value.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The value's bits, with zeros above them; of a complex number those of its real part.
    pub fn bits(&self) -> u64 {
        self.parts()[0]
    }

    /// The bits of the real and the imaginary part; of a real number there is no second.
    pub fn parts(&self) -> [u64; 2] {
        let size = self.dtype.part().unwrap_or(self.dtype).size().min(8);
        let bytes = element::as_bytes(&self.memory);
        let word = |at: usize| {
            let mut word = [0; 8];
            let place = if cfg!(target_endian = "little") { 0 } else { 8 - size };
            word[place..place + size].copy_from_slice(&bytes[at..at + size]);
            u64::from_ne_bytes(word)
        };
        [word(0), if self.dtype.part().is_some() { word(size) } else { 0 }]
    }

    /// The value as a view without axes.
    pub fn view(&self) -> View<'_> {
        let bytes = element::as_bytes(&self.memory);
        View::from_bytes(bytes, self.dtype, &[], &[], 0, false).expect("made from at most sixteen bytes")
    }
}

/// Makes a plain Rust number strong: it takes part in promotion with its own dtype.
///
/// ```
/// use numfuse::array::{Input, Strong};
/// assert!(matches!(Input::from(1.5f32), Input::WeakFloat(1.5)));
/// assert!(matches!(Input::from(Strong(1.5f32)), Input::Scalar(s) if s.dtype().to_string() == "f32"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strong<T: Element>(pub T);

/// What may stand for a name in a formula.
///
/// Made with `From`: slices, `Vec`s, arrays of Rust, [`Array`] and `ndarray` arrays by reference become
/// views; plain numbers, by value or by reference, become weak scalars (NEP 50: they take the dtype of
/// what they meet); [`Strong`] numbers and `bool`s become scalars with their own dtype; a `&str` becomes a text without axes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Elements somewhere in memory.
    View(View<'a>),
    /// One value with a dtype.
    Scalar(Scalar),
    /// An integer of no dtype yet, between the least `i64` and the greatest `u64`.
    WeakInt(i128),
    /// A floating-point number of no dtype yet.
    WeakFloat(f64),
    /// A text without axes.
    Text(Arc<Array>),
    /// A complex number of no dtype yet.
    WeakComplex(Complex<f64>),
}

impl Input<'_> {
    /// The same, by reference.
    pub fn by_ref(&self) -> InputRef<'_> {
        match self {
            Input::View(view) => InputRef::View(view),
            Input::Scalar(scalar) => InputRef::Scalar(*scalar),
            Input::WeakInt(value) => InputRef::WeakInt(*value),
            Input::WeakFloat(value) => InputRef::WeakFloat(*value),
            Input::Text(text) => InputRef::Text(text),
            Input::WeakComplex(value) => InputRef::WeakComplex(*value),
        }
    }

    /// The sizes of the axes; empty for scalars.
    pub fn shape(&self) -> &[usize] {
        self.by_ref().shape()
    }

    /// The dtype; `None` for weak scalars.
    pub fn dtype(&self) -> Option<DType> {
        self.by_ref().dtype()
    }
}

/// An [`Input`] by reference: what evaluations hand on, since a view is too large to copy at every step.
#[derive(Clone, Copy, Debug)]
pub enum InputRef<'b> {
    /// Elements somewhere in memory.
    View(&'b View<'b>),
    /// One value with a dtype.
    Scalar(Scalar),
    /// An integer of no dtype yet.
    WeakInt(i128),
    /// A floating-point number of no dtype yet.
    WeakFloat(f64),
    /// A text without axes.
    Text(&'b Array),
    /// A complex number of no dtype yet.
    WeakComplex(Complex<f64>),
}

impl<'b> InputRef<'b> {
    /// The sizes of the axes; empty for scalars.
    pub fn shape(self) -> &'b [usize] {
        match self {
            InputRef::View(view) => view.shape(),
            InputRef::Scalar(_) | InputRef::WeakInt(_) | InputRef::WeakFloat(_) => &[],
            InputRef::WeakComplex(_) | InputRef::Text(_) => &[],
        }
    }

    /// The dtype; `None` for weak scalars.
    pub fn dtype(self) -> Option<DType> {
        match self {
            InputRef::View(view) => Some(view.dtype()),
            InputRef::Scalar(scalar) => Some(scalar.dtype()),
            InputRef::Text(text) => Some(text.dtype()),
            InputRef::WeakInt(_) | InputRef::WeakFloat(_) | InputRef::WeakComplex(_) => None,
        }
    }
}

macro_rules! scalars {
    ($($type:ty => $value:ident $make:expr),* $(,)?) => {$(
        impl From<$type> for Input<'_> {
            fn from($value: $type) -> Self {
                $make
            }
        }
        impl From<&$type> for Input<'_> {
            fn from(value: &$type) -> Self {
                Input::from(*value)
            }
        }
        impl From<&&$type> for Input<'_> {
            fn from(value: &&$type) -> Self {
                Input::from(**value)
            }
        }
    )*};
}

scalars! {
    i8 => x Input::WeakInt(x.into()),
    i16 => x Input::WeakInt(x.into()),
    i32 => x Input::WeakInt(x.into()),
    i64 => x Input::WeakInt(x.into()),
    isize => x Input::WeakInt(x as i128),
    u8 => x Input::WeakInt(x.into()),
    u16 => x Input::WeakInt(x.into()),
    u32 => x Input::WeakInt(x.into()),
    u64 => x Input::WeakInt(x.into()),
    usize => x Input::WeakInt(x as i128),
    f32 => x Input::WeakFloat(x.into()),
    f64 => x Input::WeakFloat(x),
    Complex<f32> => x Input::WeakComplex(Complex::new(x.re.into(), x.im.into())),
    Complex<f64> => x Input::WeakComplex(x),
    bool => x Input::Scalar(Scalar::new(x)),
    Scalar => x Input::Scalar(x),
}

impl<T: Element> From<Strong<T>> for Input<'_> {
    fn from(strong: Strong<T>) -> Self {
        Input::Scalar(Scalar::new(strong.0))
    }
}

impl<T: Element> From<&Strong<T>> for Input<'_> {
    fn from(strong: &Strong<T>) -> Self {
        Input::from(*strong)
    }
}

impl<'a> From<View<'a>> for Input<'a> {
    fn from(view: View<'a>) -> Input<'a> {
        Input::View(view)
    }
}

impl<'a> From<&View<'a>> for Input<'a> {
    fn from(view: &View<'a>) -> Input<'a> {
        Input::View(view.clone())
    }
}

impl<'a> From<&Input<'a>> for Input<'a> {
    fn from(input: &Input<'a>) -> Input<'a> {
        input.clone()
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for Input<'a> {
    fn from(array: ArrayView<'a, T, D>) -> Input<'a> {
        Input::View(array.into())
    }
}

macro_rules! views {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<'a, $($generics)*> From<&'a $type> for Input<'a> {
            fn from(array: &'a $type) -> Input<'a> {
                Input::View(array.into())
            }
        }
        // Variables that are references already can be named in `arrays!` too.
        impl<'a, $($generics)*> From<&&'a $type> for Input<'a> {
            fn from(array: &&'a $type) -> Input<'a> {
                Input::View((*array).into())
            }
        }
        impl<'a, $($generics)*> From<&'a &mut $type> for Input<'a> {
            fn from(array: &'a &mut $type) -> Input<'a> {
                Input::View((&**array).into())
            }
        }
    )*};
}

views! {
    [] Array,
    [T: Element] [T],
    [T: Element] Vec<T>,
    [T: Element, const N: usize] [T; N],
    [T: Element, S: Data<Elem = T>, D: Dimension] ArrayBase<S, D>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_keep_their_bits() {
        assert_eq!((Scalar::new(-1i16).bits(), Scalar::new(-1i16).dtype()), (0xffff, DType::I16));
        assert_eq!(Scalar::new(1.5f32).view().get::<f32>(&[]), Ok(1.5));
        assert_eq!(Scalar::new(-0.0f64).bits(), 1 << 63);
        let (single, double) = (Complex::new(1.5f32, -2.0), Complex::new(-0.0f64, 3.0));
        assert_eq!(Scalar::new(single).view().get(&[]), Ok(single));
        assert_eq!(Scalar::new(double).view().get(&[]), Ok(double));
        assert_eq!(Scalar::new(single).parts(), [0x3fc0_0000, 0xc000_0000]);
        assert_eq!(Scalar::new(double).parts(), [1 << 63, 3f64.to_bits()]);
        assert_eq!(Scalar::new(true).view().get::<bool>(&[]), Ok(true));
    }

    #[test]
    fn plain_numbers_are_weak() {
        assert!(matches!(Input::from(&u64::MAX), Input::WeakInt(x) if x == u64::MAX.into()));
        assert!(matches!(Input::from(2.5), Input::WeakFloat(2.5)));
        assert!(matches!(Input::from(-3), Input::WeakInt(-3)));
        assert_eq!(Input::from(&true).dtype(), Some(DType::Bool));
        assert_eq!(Input::from(&Strong(3u8)).dtype(), Some(DType::U8));
    }
}
