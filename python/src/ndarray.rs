//! NumPy's arrays: views of their memory where it lies, and arrays around results.
//!
//! The fields of an array are read directly: going through attributes would cost more than a small formula.
#![expect(unsafe_code, reason = "reads NumPy's structures, and lends memory to and from NumPy")]

use crate::error;
use numfuse::array::{AllocError, Array, View, ViewMut};
use numfuse::dtype::{DType, TimeUnit};
use numfuse::shape::{self, Order, Shape, Strides};
use numpy::npyffi::objects::PyArray_DatetimeDTypeMetaData;
use numpy::npyffi::types::NPY_TYPES;
use numpy::npyffi::{self, NPY_ARRAY_WRITEABLE, PY_ARRAY_API, npy_intp};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::ffi::{c_char, c_int};
use std::ptr::NonNull;

/// The byte order that a descriptor names when it is not this machine's.
const SWAPPED: c_char = if cfg!(target_endian = "little") { b'>' } else { b'<' } as c_char;

/// Why an array's elements cannot be computed with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unusable {
    /// They are references to Python objects.
    Objects,
    /// They are records, or of another dtype that the language does not have.
    DType,
    /// They are `longdouble` or `clongdouble`.
    LongDouble,
    /// They are dates or durations in multiples of a unit.
    Multiple,
    /// Shape and strides reach beyond the address space.
    Extent,
}

/// The dtype that a descriptor stands for, and whether its numbers are in the other byte order.
pub(crate) fn dtype(descr: &Bound<'_, PyArrayDescr>) -> Result<(DType, bool), Unusable> {
    // SAFETY: the reference keeps the descriptor alive.
    unsafe { raw_dtype(descr.py(), descr.as_dtype_ptr()) }
}

/// As [`dtype`].
///
/// # Safety
/// `descr` is a descriptor that lives as long as the call.
unsafe fn raw_dtype(py: Python<'_>, descr: *const npyffi::PyArray_Descr) -> Result<(DType, bool), Unusable> {
    // SAFETY: the caller vouches for the descriptor.
    let fields = unsafe { &*npyffi::_PyDataType_GET_ITEM_DATA(descr) };
    // SAFETY: as above.
    let size = || unsafe { npyffi::PyDataType_ELSIZE(py, descr) };
    let number = fields.type_num;
    let dtype = match number {
        _ if number == NPY_TYPES::NPY_BOOL as c_int => DType::Bool,
        _ if number == NPY_TYPES::NPY_HALF as c_int => DType::F16,
        _ if number == NPY_TYPES::NPY_FLOAT as c_int => DType::F32,
        _ if number == NPY_TYPES::NPY_DOUBLE as c_int => DType::F64,
        _ if number == NPY_TYPES::NPY_CFLOAT as c_int => DType::C64,
        _ if number == NPY_TYPES::NPY_CDOUBLE as c_int => DType::C128,
        _ if (NPY_TYPES::NPY_BYTE as c_int..=NPY_TYPES::NPY_ULONGLONG as c_int).contains(&number) => {
            integer(fields.kind as u8, size()).ok_or(Unusable::DType)?
        }
        _ if number == NPY_TYPES::NPY_STRING as c_int => DType::Bytes(u32::try_from(size()).unwrap_or(0)),
        _ if number == NPY_TYPES::NPY_UNICODE as c_int => DType::Text(u32::try_from(size() / 4).unwrap_or(0)),
        // SAFETY: a descriptor of dates or durations, as its number says.
        _ if number == NPY_TYPES::NPY_DATETIME as c_int => DType::Datetime(unsafe { unit(py, descr) }?),
        // SAFETY: as above.
        _ if number == NPY_TYPES::NPY_TIMEDELTA as c_int => DType::Timedelta(unsafe { unit(py, descr) }?),
        _ if number == NPY_TYPES::NPY_OBJECT as c_int => return Err(Unusable::Objects),
        _ if number == NPY_TYPES::NPY_LONGDOUBLE as c_int => return Err(Unusable::LongDouble),
        _ if number == NPY_TYPES::NPY_CLONGDOUBLE as c_int => return Err(Unusable::LongDouble),
        _ => return Err(Unusable::DType),
    };
    Ok((dtype, fields.byteorder == SWAPPED))
}

/// C's integers by their size: `long` and `long long` are one dtype.
fn integer(kind: u8, size: npy_intp) -> Option<DType> {
    Some(match (kind, size) {
        (b'i', 1) => DType::I8,
        (b'i', 2) => DType::I16,
        (b'i', 4) => DType::I32,
        (b'i', 8) => DType::I64,
        (b'u', 1) => DType::U8,
        (b'u', 2) => DType::U16,
        (b'u', 4) => DType::U32,
        (b'u', 8) => DType::U64,
        _ => return None,
    })
}

/// The unit of dates or durations.
///
/// # Safety
/// `descr` is a descriptor of dates or durations that lives as long as the call.
unsafe fn unit(py: Python<'_>, descr: *const npyffi::PyArray_Descr) -> Result<TimeUnit, Unusable> {
    // SAFETY: a descriptor of dates has such metadata.
    let meta = unsafe { &*npyffi::PyDataType_C_METADATA(py, descr).cast::<PyArray_DatetimeDTypeMetaData>() };
    // NumPy's numbers, in which 3 is a unit of its past.
    let unit = match meta.meta.base as u8 {
        at @ 0..=2 => TimeUnit::ALL[usize::from(at) + 1],
        at @ 4..=13 => TimeUnit::ALL[usize::from(at)],
        _ => TimeUnit::Generic,
    };
    if meta.meta.num == 1 { Ok(unit) } else { Err(Unusable::Multiple) }
}

/// The descriptor of a dtype.
pub(crate) fn descr(py: Python<'_>, dtype: DType) -> PyResult<Bound<'_, PyArrayDescr>> {
    let name = match dtype {
        DType::Bytes(size) => format!("S{size}"),
        DType::Text(size) => format!("U{size}"),
        DType::Datetime(TimeUnit::Generic) => "M8".to_owned(),
        DType::Timedelta(TimeUnit::Generic) => "m8".to_owned(),
        DType::Datetime(unit) => format!("M8[{}]", unit.code()),
        DType::Timedelta(unit) => format!("m8[{}]", unit.code()),
        DType::Bool => return Ok(numpy::dtype::<bool>(py)),
        DType::I8 => return Ok(numpy::dtype::<i8>(py)),
        DType::I16 => return Ok(numpy::dtype::<i16>(py)),
        DType::I32 => return Ok(numpy::dtype::<i32>(py)),
        DType::I64 => return Ok(numpy::dtype::<i64>(py)),
        DType::U8 => return Ok(numpy::dtype::<u8>(py)),
        DType::U16 => return Ok(numpy::dtype::<u16>(py)),
        DType::U32 => return Ok(numpy::dtype::<u32>(py)),
        DType::U64 => return Ok(numpy::dtype::<u64>(py)),
        DType::F32 => return Ok(numpy::dtype::<f32>(py)),
        DType::F64 => return Ok(numpy::dtype::<f64>(py)),
        DType::F16 => "f2".to_owned(),
        DType::C64 => "c8".to_owned(),
        DType::C128 => "c16".to_owned(),
    };
    PyArrayDescr::new(py, name)
}

/// An array of NumPy and the view of its memory, which it keeps alive.
pub(crate) struct Resident<'py> {
    array: Bound<'py, PyUntypedArray>,
    view: View<'static>,
}

impl<'py> Resident<'py> {
    /// The array, viewed where it lies.
    ///
    /// Other threads of Python may write the array while it is read, as they may beside NumPy's own functions: the
    /// result is then unspecified.
    pub(crate) fn new(array: &Bound<'py, PyUntypedArray>) -> Result<Resident<'py>, Unusable> {
        let fields = fields(array);
        // SAFETY: an array keeps its descriptor alive.
        let (dtype, swapped) = unsafe { raw_dtype(array.py(), fields.descr) }?;
        let (shape, strides) = axes(fields);
        let fits = shape::bytes(&shape, dtype.size()).is_ok()
            && shape::extent(&shape, &strides, dtype.size()).is_ok();
        if !fits {
            return Err(Unusable::Extent);
        }
        let data = NonNull::new(fields.data.cast()).unwrap_or(NonNull::dangling());
        // SAFETY: NumPy made the array so that its elements lie in memory of its own or of its base; the reference in
        // `array` keeps both, and the view is only lent for as long as that.
        let view = unsafe { View::from_raw_parts(data, dtype, shape, strides, swapped) };
        Ok(Resident { array: array.clone(), view })
    }

    /// The elements.
    pub(crate) fn view(&self) -> &View<'_> {
        &self.view
    }

    /// The same array once more.
    pub(crate) fn again(&self) -> Option<Resident<'py>> {
        Resident::new(&self.array).ok()
    }

    /// Whether the elements may be written, and no two of them share memory.
    pub(crate) fn is_writable(&self) -> bool {
        fields(&self.array).flags & NPY_ARRAY_WRITEABLE != 0 && is_apart(&self.view)
    }

    /// The elements, to be written; `None` if they may not be.
    pub(crate) fn view_mut(&mut self) -> Option<ViewMut<'_>> {
        if !self.is_writable() {
            return None;
        }
        let data = NonNull::new(self.view.as_ptr().cast_mut())?;
        let (shape, strides) = (self.view.shape().into(), self.view.strides().into());
        // SAFETY: as for the view in `new`; NumPy says that the elements may be written, and no two overlap.
        Some(unsafe {
            ViewMut::from_raw_parts(data, self.view.dtype(), shape, strides, self.view.is_swapped())
        })
    }
}

/// A new array of unspecified elements, with memory of NumPy's.
pub(crate) struct Fresh<'py> {
    array: Bound<'py, PyUntypedArray>,
    dtype: DType,
}

impl<'py> Fresh<'py> {
    pub(crate) fn new(py: Python<'py>, dtype: DType, shape: &[usize]) -> PyResult<Fresh<'py>> {
        let descr = descr(py, dtype)?.into_dtype_ptr();
        let dims = shape.as_ptr().cast::<npy_intp>().cast_mut();
        // SAFETY: NumPy reads as many sizes as are said, and takes over the reference to the descriptor.
        let array = unsafe { PY_ARRAY_API.PyArray_Empty(py, shape.len() as c_int, dims, descr, 0) };
        // SAFETY: a new reference to an array, or null with an exception set.
        let array = unsafe { Bound::from_owned_ptr_or_err(py, array) }?;
        // SAFETY: what NumPy's function gives is an array.
        Ok(Fresh { array: unsafe { array.cast_into_unchecked() }, dtype })
    }

    /// The elements.
    pub(crate) fn view_mut(&mut self) -> ViewMut<'_> {
        let fields = fields(&self.array);
        let (shape, strides) = axes(fields);
        let data = NonNull::new(fields.data.cast()).unwrap_or(NonNull::dangling());
        // SAFETY: the array is new, dense and of this dtype, as it was asked for, and nobody else has it.
        unsafe { ViewMut::from_raw_parts(data, self.dtype, shape, strides, false) }
    }

    /// The array, or with `scalars` its only element as a scalar of NumPy if it has no axes.
    pub(crate) fn into_result(self, scalars: bool) -> PyResult<Bound<'py, PyAny>> {
        let py = self.array.py();
        if !scalars || fields(&self.array).nd > 0 {
            return Ok(self.array.into_any());
        }
        // SAFETY: takes over the reference to the array, and gives one to what it becomes.
        let result =
            unsafe { PY_ARRAY_API.PyArray_Return(py, self.array.into_ptr().cast::<npyffi::PyArrayObject>()) };
        // SAFETY: a new reference, or null with an exception set.
        unsafe { Bound::from_owned_ptr_or_err(py, result) }
    }
}

/// The fields of an array.
fn fields<'a>(array: &'a Bound<'_, PyUntypedArray>) -> &'a npyffi::objects::PyArrayObject_fields {
    // SAFETY: the reference keeps the array alive, and only NumPy's own functions, called with the GIL held, change
    // its fields.
    unsafe { &*npyffi::objects::_PyArray_GET_ITEM_DATA(array.as_array_ptr()) }
}

fn axes(fields: &npyffi::objects::PyArrayObject_fields) -> (Shape, Strides) {
    let rank = fields.nd as usize;
    if rank == 0 {
        return (Shape::new(), Strides::new());
    }
    // SAFETY: an array has as many sizes as axes; NumPy's are never negative.
    let shape = unsafe { std::slice::from_raw_parts(fields.dimensions.cast::<usize>(), rank) };
    // SAFETY: an array has as many strides as axes.
    let strides = unsafe { std::slice::from_raw_parts(fields.strides, rank) };
    (shape.into(), strides.into())
}

/// The order in which NumPy lays out a result of these inputs when it keeps theirs (`K`): by columns if all those of
/// several axes are, else by rows.
pub(crate) fn kept_order<'v>(views: impl Iterator<Item = &'v View<'v>>) -> Order {
    let mut order = Order::C;
    for view in views.filter(|view| view.shape().len() > 1) {
        let by_columns = shape::f_strides(view.shape(), view.dtype().size());
        if view.is_dense() || by_columns.ok().as_deref() != Some(view.strides()) {
            return Order::C;
        }
        order = Order::F;
    }
    order
}

/// Whether no two elements can share a byte: each axis steps over all that lies within the axes of smaller steps.
fn is_apart(view: &View<'_>) -> bool {
    let mut steps: smallvec::SmallVec<[(usize, usize); 6]> = view
        .strides()
        .iter()
        .zip(view.shape())
        .filter(|&(_, &size)| size > 1)
        .map(|(stride, &size)| (stride.unsigned_abs(), size))
        .collect();
    steps.sort_unstable();
    let mut extent = view.dtype().size();
    view.is_empty()
        || steps.iter().all(|&(step, size)| {
            let apart = step >= extent;
            extent += step * (size - 1);
            apart
        })
}

/// Memory of the library's that an array of NumPy stands on.
#[pyclass(frozen, module = "numfuse._core")]
struct Memory {
    _array: Array,
}

/// An array of NumPy with the elements of one of the library's, without a copy. With `scalars` what has no axes is a
/// scalar of NumPy.
pub(crate) fn adopt(py: Python<'_>, array: Array, scalars: bool) -> PyResult<Bound<'_, PyAny>> {
    if array.dtype().size() == 0 || array.shape().is_empty() || array.is_empty() {
        return copied(py, &array, scalars);
    }
    let descr = descr(py, array.dtype())?.into_dtype_ptr();
    let shape: Shape = array.shape().into();
    let strides = View::from(&array).strides().to_vec();
    let data = array.bytes().as_ptr().cast_mut();
    let memory = Bound::new(py, Memory { _array: array })?;
    // SAFETY: the type object of arrays.
    let subtype = unsafe { npyffi::get_type_object(py, npyffi::NpyTypes::PyArray_Type) };
    // SAFETY: `data` holds the elements of that dtype, shape and strides, and nobody else uses them; NumPy
    // takes over the reference to the descriptor. The memory lives until the array gives up its base.
    let result = unsafe {
        PY_ARRAY_API.PyArray_NewFromDescr(
            py,
            subtype,
            descr,
            shape.len() as c_int,
            shape.as_ptr().cast::<npy_intp>().cast_mut(),
            strides.as_ptr().cast_mut(),
            data.cast(),
            NPY_ARRAY_WRITEABLE,
            std::ptr::null_mut(),
        )
    };
    // SAFETY: a new reference, or null with an exception set.
    let result = unsafe { Bound::from_owned_ptr_or_err(py, result) }?;
    // SAFETY: takes over the reference to the memory, which the array then keeps alive.
    let status = unsafe { PY_ARRAY_API.PyArray_SetBaseObject(py, result.as_ptr().cast(), memory.into_ptr()) };
    if status < 0 { Err(PyErr::fetch(py)) } else { Ok(result) }
}

/// A copy with memory of NumPy's: of what has no axes, and of what has no bytes.
fn copied<'py>(py: Python<'py>, array: &Array, scalars: bool) -> PyResult<Bound<'py, PyAny>> {
    if array.dtype().size() == 0 {
        // Where NumPy makes elements of one byte out of those of none.
        let shape = PyTuple::new(py, array.shape())?;
        let zeros = py.import("numpy")?.call_method1("zeros", (shape, descr(py, array.dtype())?))?;
        return if scalars { zeros.get_item(()) } else { Ok(zeros) };
    }
    let mut fresh = Fresh::new(py, array.dtype(), array.shape())?;
    let copied = fresh.view_mut().copy_from(&View::from(array));
    copied.map_err(|failed| error::raised(py, &failed.into()))?;
    fresh.into_result(scalars)
}

/// Memory that NumPy could not give, as the library says it.
pub(crate) fn out_of_memory(dtype: DType, shape: &[usize]) -> numfuse::Error {
    let bytes = shape::bytes(shape, dtype.size()).unwrap_or(usize::MAX);
    numfuse::array::Error::Alloc(AllocError { bytes }).into()
}
