//! Which array or scalar each name of a formula stands for.

use super::input::{Input, InputRef};
use super::view::{View, ViewMut};
use crate::dtype::DType;
use smallvec::SmallVec;

/// What one name stands for.
#[derive(Debug)]
pub enum Binding<'a> {
    /// Something to read.
    Input(Input<'a>),
    /// An array that the formula may also write, as with `+=`.
    Writable(ViewMut<'a>),
}

impl Binding<'_> {
    /// What the formula reads under the name.
    pub fn as_input(&self) -> InputRef<'_> {
        match self {
            Binding::Input(input) => input.by_ref(),
            Binding::Writable(out) => InputRef::View(out.as_view()),
        }
    }

    /// The elements, unless this is a scalar.
    pub fn as_view(&self) -> Option<&View<'_>> {
        match self.as_input() {
            InputRef::View(view) => Some(view),
            InputRef::Scalar(_) | InputRef::WeakInt(_) | InputRef::WeakFloat(_) => None,
            InputRef::WeakComplex(_) | InputRef::Text(_) => None,
        }
    }

    /// The dtype; `None` for weak scalars.
    pub fn dtype(&self) -> Option<DType> {
        self.as_input().dtype()
    }

    /// The sizes of the axes; empty for scalars.
    pub fn shape(&self) -> &[usize] {
        self.as_input().shape()
    }
}

/// The names of a formula and what they stand for, in the order they were given. What
/// [`arrays!`](crate::arrays) builds.
///
/// ```
/// use numfuse::array::Bindings;
/// let prices = vec![1.5, 2.5];
/// let mut bindings = Bindings::new();
/// bindings.input("prices", &prices).input("rate", 1.2);
/// assert_eq!(bindings.get("prices").map(|b| b.shape()), Some(&[2][..]));
/// assert!(bindings.get("rates").is_none());
/// ```
#[derive(Debug, Default)]
pub struct Bindings<'a> {
    entries: SmallVec<[(&'a str, Binding<'a>); 4]>,
}

impl<'a> Bindings<'a> {
    /// No names.
    pub fn new() -> Bindings<'a> {
        Bindings { entries: SmallVec::new() }
    }

    /// Lets a name stand for something to read. A name that is there already is given the new meaning.
    pub fn input(&mut self, name: &'a str, input: impl Into<Input<'a>>) -> &mut Self {
        self.bind(name, Binding::Input(input.into()))
    }

    /// Lets a name stand for an array that the formula may write.
    pub fn writable(&mut self, name: &'a str, out: impl Into<ViewMut<'a>>) -> &mut Self {
        self.bind(name, Binding::Writable(out.into()))
    }

    /// Lets a name stand for either.
    pub fn bind(&mut self, name: &'a str, binding: Binding<'a>) -> &mut Self {
        match self.entries.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = binding,
            None => self.entries.push((name, binding)),
        }
        self
    }

    /// What the name stands for.
    pub fn get(&self, name: &str) -> Option<&Binding<'a>> {
        self.entries.iter().find(|(n, _)| *n == name).map(|(_, b)| b)
    }

    /// What the name stands for, to be written.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Binding<'a>> {
        self.entries.iter_mut().find(|(n, _)| *n == name).map(|(_, b)| b)
    }

    /// Every name and what it stands for, in the order given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, &Binding<'a>)> + Clone {
        self.entries.iter().map(|(n, b)| (*n, b))
    }

    /// Every name and what it stands for, to be written.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&'a str, &mut Binding<'a>)> {
        self.entries.iter_mut().map(|(n, b)| (*n, b))
    }

    /// Everything to read, and beside it the arrays to write: for one evaluation, which is given both.
    pub(crate) fn lend(&mut self) -> (SmallVec<[Input<'_>; 4]>, SmallVec<[Option<ViewMut<'_>>; 4]>) {
        let lent = self.entries.iter_mut().map(|(_, binding)| match binding {
            Binding::Input(input) => (input.clone(), None),
            Binding::Writable(out) => {
                let (read, write) = out.lend();
                (Input::View(read), Some(write))
            }
        });
        lent.unzip()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'a, const N: usize> From<[(&'a str, Binding<'a>); N]> for Bindings<'a> {
    /// As [`bind`](Bindings::bind) for each pair.
    fn from(pairs: [(&'a str, Binding<'a>); N]) -> Bindings<'a> {
        let mut bindings = Bindings::new();
        for (name, binding) in pairs {
            bindings.bind(name, binding);
        }
        bindings
    }
}

/// Names the arrays and scalars of a formula.
///
/// `a` stands for the variable `a`, `x: value` for any other value (an array by reference, a number),
/// `mut a` for a variable that the formula may write with `+=` and its kin, `mut x: value` for any other
/// mutable borrow. Gives a [`Bindings`](crate::array::Bindings).
///
/// ```
/// let a = vec![1.0, 2.0];
/// let b = ndarray::arr2(&[[1, 2], [3, 4]]);
/// let mut total = [0.0; 2];
/// let bindings = numfuse::arrays! { a, row: b.row(0), half: 0.5, mut total };
/// assert_eq!(bindings.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "row", "half", "total"]);
/// ```
// One expression, so that a temporary among the values lives as long as the statement around it.
#[macro_export]
macro_rules! arrays {
    (@pairs [$($done:tt)*]) => { $crate::array::Bindings::from([$($done)*]) };
    (@pairs [$($done:tt)*] mut $name:ident : $value:expr $(, $($rest:tt)*)?) => {
        $crate::arrays!(@pairs [$($done)*
            (stringify!($name), $crate::array::Binding::Writable($crate::array::ViewMut::from($value))),
        ] $($($rest)*)?)
    };
    (@pairs [$($done:tt)*] mut $name:ident $(, $($rest:tt)*)?) => {
        $crate::arrays!(@pairs [$($done)*
            (stringify!($name), $crate::array::Binding::Writable($crate::array::ViewMut::from(&mut $name))),
        ] $($($rest)*)?)
    };
    (@pairs [$($done:tt)*] $name:ident : $value:expr $(, $($rest:tt)*)?) => {
        $crate::arrays!(@pairs [$($done)*
            (stringify!($name), $crate::array::Binding::Input($crate::array::Input::from($value))),
        ] $($($rest)*)?)
    };
    (@pairs [$($done:tt)*] $name:ident $(, $($rest:tt)*)?) => {
        $crate::arrays!(@pairs [$($done)*
            (stringify!($name), $crate::array::Binding::Input($crate::array::Input::from(&$name))),
        ] $($($rest)*)?)
    };
    ($($rest:tt)*) => { $crate::arrays!(@pairs [] $($rest)*) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Array, Strong};

    #[test]
    fn arrays_names_variables_values_and_outputs() {
        let owned = Array::from(vec![1i32, 2]);
        let slice: &[f32] = &[1.0];
        let again: &Vec<u8> = &vec![1];
        let (factor, flag) = (2usize, true);
        let mut out = vec![0.0; 2];
        let target: &mut [f64] = &mut out;
        let b = arrays! { owned, slice, again, factor, flag, s: Strong(2.5f32), mut target: target };
        let found: Vec<String> = b
            .iter()
            .map(|(n, b)| format!("{n}:{}", b.dtype().map_or("weak".to_owned(), |d| d.to_string())))
            .collect();
        assert_eq!(
            found,
            ["owned:i32", "slice:f32", "again:u8", "factor:weak", "flag:bool", "s:f32", "target:f64"]
        );
        assert!(matches!(b.get("target"), Some(Binding::Writable(_))));
        assert!(arrays! {}.is_empty());
        let matrix = ndarray::arr2(&[[1, 2], [3, 4]]);
        assert_eq!(arrays! { t: &matrix.t(), v: &vec![1.0] }.len(), 2, "temporaries live long enough");
    }

    #[test]
    fn a_name_given_twice_has_its_last_meaning() {
        let b = arrays! { a: 1, b: 2, a: [3.0].as_slice(), };
        assert_eq!((b.len(), b.get("a").unwrap().shape()), (2, &[1][..]));
    }
}
