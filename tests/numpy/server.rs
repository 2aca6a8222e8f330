//! Evaluates formulas for `scripts/differential.py`: batches of them on standard input, their results on
//! standard output. Numbers are little-endian.
//!
//! ```text
//! batch   = bytes of the rest (u64), number of programs (u32), program*
//! program = text, number of inputs (u8), input*
//! input   = name, 'a', array | name, 'w', array | name, 'i', i64 | name, 'u', u64 | name, 'f', f64
//! array   = dtype, swapped (u8), rank (u8), size (u64)*, stride in bytes (i64)*, offset (u64), memory
//! answer  = bytes of the rest (u64), result*
//! result  = 0 (u8), number of arrays (u32), (name, dtype, rank (u8), size (u64)*, memory)* | 1 (u8), code, message
//! ```
//!
//! Texts, names and memory have their length in front, a u32. An array under 'w' may be written, lies dense, and
//! comes back after the results with its name.

use numfuse::array::{Bindings, Input, View, ViewMut};
use numfuse::{DType, Session};
use std::io::{self, Read, Write};
use std::str::FromStr;

/// A malformed request: the other side's fault, which ends the server.
fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What is left to read of a batch.
struct Request<'a>(&'a [u8]);

impl<'a> Request<'a> {
    fn bytes(&mut self, n: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or_else(|| malformed("a batch that ends early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.bytes(N)?.try_into().map_err(|_| malformed("a number that ends early"))
    }

    fn byte(&mut self) -> io::Result<u8> {
        Ok(u8::from_le_bytes(self.fixed()?))
    }

    fn word(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.fixed()?))
    }

    fn counted(&mut self) -> io::Result<&'a [u8]> {
        let n = u32::from_le_bytes(self.fixed()?);
        self.bytes(n as usize)
    }

    fn text(&mut self) -> io::Result<&'a str> {
        std::str::from_utf8(self.counted()?).map_err(|_| malformed("a text that is not UTF-8"))
    }

    fn layout(&mut self) -> io::Result<Layout> {
        let dtype = DType::from_str(self.text()?).map_err(|_| malformed("no such dtype"))?;
        let swapped = self.byte()? != 0;
        let rank = usize::from(self.byte()?);
        let mut layout = Layout { dtype, swapped, shape: vec![], strides: vec![], offset: 0 };
        for _ in 0..rank {
            layout.shape.push(self.word()? as usize);
        }
        for _ in 0..rank {
            layout.strides.push(self.word()? as isize);
        }
        layout.offset = self.word()? as usize;
        Ok(layout)
    }
}

struct Layout {
    dtype: DType,
    swapped: bool,
    shape: Vec<usize>,
    strides: Vec<isize>,
    offset: usize,
}

fn push_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
}

fn push_array(out: &mut Vec<u8>, name: &str, dtype: DType, shape: &[usize], memory: &[u8]) {
    push_counted(out, name.as_bytes());
    push_counted(out, dtype.to_string().as_bytes());
    out.push(shape.len() as u8);
    for &n in shape {
        out.extend((n as u64).to_le_bytes());
    }
    push_counted(out, memory);
}

/// Evaluates one program and appends its result.
fn answer(session: &Session, request: &mut Request<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let text = request.text()?;
    let mut written: Vec<(&str, Layout, Vec<u8>)> = Vec::new();
    let mut bindings = Bindings::new();
    for _ in 0..request.byte()? {
        let name = request.text()?;
        let input = match request.byte()? {
            b'a' => {
                let l = request.layout()?;
                let memory = request.counted()?;
                let view = View::from_bytes(memory, l.dtype, &l.shape, &l.strides, l.offset, l.swapped);
                Input::View(view.map_err(|_| malformed("an array that leaves its memory"))?)
            }
            b'w' => {
                let layout = request.layout()?;
                written.push((name, layout, request.counted()?.to_vec()));
                continue;
            }
            b'i' => Input::WeakInt(i128::from(i64::from_le_bytes(request.fixed()?))),
            b'u' => Input::WeakInt(i128::from(request.word()?)),
            b'f' => Input::WeakFloat(f64::from_bits(request.word()?)),
            _ => return Err(malformed("no such kind of input")),
        };
        bindings.input(name, input);
    }
    for (name, layout, memory) in &mut written {
        let view = ViewMut::from_bytes(memory, layout.dtype, &layout.shape);
        bindings.writable(name, view.map_err(|_| malformed("an array that is not dense"))?);
    }
    let result = session.eval_all(text, &bindings, None);
    drop(bindings);
    match result {
        Ok(arrays) => {
            out.push(0);
            out.extend(((arrays.len() + written.len()) as u32).to_le_bytes());
            for (name, array) in &arrays {
                push_array(out, name.as_deref().unwrap_or(""), array.dtype(), array.shape(), array.bytes());
            }
            for (name, layout, memory) in &written {
                push_array(out, name, layout.dtype, &layout.shape, memory);
            }
        }
        Err(error) => {
            out.push(1);
            push_counted(out, error.code().as_bytes());
            push_counted(out, error.to_string().as_bytes());
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let session = Session::builder().threads(2).build();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut length = [0; 8];
    while input.read_exact(&mut length).is_ok() {
        let mut batch = vec![0; u64::from_le_bytes(length) as usize];
        input.read_exact(&mut batch)?;
        let mut request = Request(&batch);
        let programs = u32::from_le_bytes(request.fixed()?);
        let mut out = Vec::new();
        for _ in 0..programs {
            answer(&session, &mut request, &mut out)?;
        }
        output.write_all(&(out.len() as u64).to_le_bytes())?;
        output.write_all(&out)?;
        output.flush()?;
    }
    Ok(())
}
