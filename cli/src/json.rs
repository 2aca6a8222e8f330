//! Results as JSON, one object a line.
//!
//! `{"name", "dtype", "shape", "values" or "summary", "path"}`: `values` are nested lists, for at most a
//! thousand elements; `summary` has `min`, `max`, `mean` of more, and how many are `nan`. Numbers that JSON has not are the texts
//! `"nan"`, `"inf"` and `"-inf"`; complex numbers are `{"re": …, "im": …}`.

use crate::report::{self, Stop};
use numfuse::array::{Array, Bindings, Complex, Element, f16};
use numfuse::dtype::{DType, Lane};
use numfuse::{Session, array};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The most elements that are listed.
const LISTED: usize = 1000;

/// Prints results; `path` is where the only one was written.
pub(crate) fn print(
    session: &Session,
    results: &[(Option<Box<str>>, Array)],
    path: Option<&Path>,
) -> Result<(), Stop> {
    let mut lines = Vec::new();
    for (name, array) in results {
        let mut object = Map::new();
        if let Some(name) = name {
            object.insert("name".into(), json!(name));
        }
        let dtype = array.dtype();
        object.insert("dtype".into(), json!(dtype.numpy_name().map_or(dtype.to_string(), str::to_owned)));
        object.insert("shape".into(), json!(array.shape()));
        if array.len() <= LISTED {
            let mut flat = elements(array)?.into_iter();
            object.insert("values".into(), nested(&mut flat, array.shape()));
        } else {
            object.insert("summary".into(), summary(session, array)?);
        }
        if let Some(path) = path {
            object.insert("path".into(), json!(path.to_string_lossy()));
        }
        lines.push(Value::Object(object).to_string());
    }
    report::print(&lines.join("\n"))
}

/// The next elements of `flat` as lists in lists.
fn nested(flat: &mut impl Iterator<Item = Value>, shape: &[usize]) -> Value {
    match shape.split_first() {
        None => flat.next().unwrap_or(Value::Null),
        Some((&n, rest)) => (0..n).map(|_| nested(flat, rest)).collect(),
    }
}

/// A few numbers that stand for many.
fn summary(session: &Session, array: &Array) -> Result<Value, Stop> {
    let mut bindings = Bindings::new();
    bindings.input("a", array);
    let mut summary = Map::new();
    for (key, formula) in
        [("min", "min(a)"), ("max", "max(a)"), ("mean", "mean(a)"), ("nan", "count_nonzero(isnan(a))")]
    {
        let value = session.eval(formula, &bindings)?;
        summary.insert(key.into(), elements(&value)?.pop().unwrap_or(Value::Null));
    }
    Ok(Value::Object(summary))
}

/// Every element, in C order.
fn elements(array: &Array) -> Result<Vec<Value>, Stop> {
    let part = array.dtype().part();
    if part.is_some() {
        let listed = if part == Some(DType::F32) {
            list(array, |z: Complex<f32>| complex(single(z.re), single(z.im)))
        } else {
            list(array, |z: Complex<f64>| complex(float(z.re), float(z.im)))
        };
        return listed.map_err(|e| Stop::failed(e.code(), e));
    }
    let listed = array.dtype().lane().map(|lane| match lane {
        Lane::Bool => list(array, |x: bool| x.into()),
        Lane::I8 => list(array, |x: i8| x.into()),
        Lane::I16 => list(array, |x: i16| x.into()),
        Lane::I32 => list(array, |x: i32| x.into()),
        Lane::I64 => list(array, |x: i64| x.into()),
        Lane::U8 => list(array, |x: u8| x.into()),
        Lane::U16 => list(array, |x: u16| x.into()),
        Lane::U32 => list(array, |x: u32| x.into()),
        Lane::U64 => list(array, |x: u64| x.into()),
        Lane::F16 => list(array, |x: f16| float(x.into())),
        Lane::F32 => list(array, single),
        Lane::F64 => list(array, float),
    });
    let unsupported =
        || Stop::failed("unsupported-dtype", format_args!("{} has no form in JSON", array.dtype()));
    listed.ok_or_else(unsupported)?.map_err(|e| Stop::failed(e.code(), e))
}

fn list<T: Element>(array: &Array, to: impl Fn(T) -> Value) -> Result<Vec<Value>, array::Error> {
    Ok(array.to_vec::<T>()?.into_iter().map(to).collect())
}

fn complex(re: Value, im: Value) -> Value {
    json!({ "re": re, "im": im })
}

/// As few digits as tell an f32 from its neighbours, not an f64.
fn single(x: f32) -> Value {
    float(x.to_string().parse().unwrap_or(x.into()))
}

fn float(x: f64) -> Value {
    if x.is_nan() {
        json!("nan")
    } else if x.is_infinite() {
        json!(if x > 0.0 { "inf" } else { "-inf" })
    } else {
        json!(x)
    }
}
