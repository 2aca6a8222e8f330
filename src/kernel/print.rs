//! The text form of plans and kernels, for `explain` and for tests.

use super::code::{Access, Inst, Kernel};
use super::plan::{BlockFunction, Collect, Dest, Fill, Pass, Place, Plan, Source, Step, TextArg, TextFrom};
use crate::dtype::DType;
use crate::ir::{Dim, Dims, Plane};
use crate::text::Function;
use std::fmt;

struct Shape<'a>(&'a Dims);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match dim {
                Dim::One => f.write_str("1")?,
                Dim::Size(id) => write!(f, "n{}", id.index())?,
            }
        }
        f.write_str("]")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Source(n) => write!(f, "source{n}"),
            Place::Slot(s) => write!(f, "slot{}", s.0),
            Place::Store(n) => write!(f, "store{n}"),
        }
    }
}

fn suffix(plane: Plane) -> &'static str {
    match plane {
        Plane::Whole => "",
        Plane::Real => " real",
        Plane::Imag => " imag",
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Input(id, plane) => write!(f, "input {}{}", id.index(), suffix(*plane)),
            Source::Temp(id) => write!(f, "temp {}", id.0),
            Source::Count(dims) => write!(f, "count {}", Shape(dims)),
            Source::Index(dims, along) => write!(f, "index {} {along}", Shape(dims)),
        }
    }
}

impl fmt::Display for Dest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dest::Output(n, plane) => write!(f, "output {n}{}", suffix(*plane)),
            Dest::Temp(id) => write!(f, "temp {}", id.0),
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (inst, lane)) in self.body.iter().enumerate() {
            write!(f, "      v{i} = ")?;
            match inst {
                Inst::Load(n) => {
                    let access = self.operands[*n as usize].access;
                    let how = match access {
                        Access::Contiguous => "",
                        Access::Scalar => " scalar",
                        Access::Pair => " real",
                    };
                    write!(f, "load {n}{how}")?;
                }
                Inst::LoadImag(n) => write!(f, "load {n} imag")?,
                Inst::Const(value) => write!(f, "const {value:?}")?,
                Inst::Apply(op, args) => {
                    write!(f, "{}", op.name())?;
                    args.iter().try_for_each(|a| write!(f, " v{}", a.0))?;
                }
                Inst::Cast(of) => write!(f, "cast v{}", of.0)?,
            }
            writeln!(f, " : {lane}")?;
        }
        for (i, stored) in self.stores.iter().enumerate() {
            write!(f, "      store {i}")?;
            stored.values().iter().try_for_each(|v| write!(f, " v{}", v.0))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

fn list(f: &mut fmt::Formatter<'_>, places: &[Place]) -> fmt::Result {
    for (i, place) in places.iter().enumerate() {
        write!(f, "{}{place}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Jit { kernel, reads, writes } => {
                f.write_str("    kernel (")?;
                list(f, reads)?;
                f.write_str(") -> (")?;
                list(f, writes)?;
                write!(f, ")\n{kernel}")
            }
            Step::Block { function, args, dests } => {
                match function {
                    BlockFunction::Apply(op, lane) => write!(f, "    block {} {lane} (", op.name())?,
                    BlockFunction::SinCos(lane) => write!(f, "    block sincos {lane} (")?,
                    BlockFunction::Cast { from, to } => write!(f, "    block cast {from} to {to} (")?,
                }
                list(f, args)?;
                f.write_str(") -> ")?;
                list(f, dests)?;
                f.write_str("\n")
            }
            Step::Text { function, args, dest, result } => text_step(f, *function, args, *dest, *result),
            Step::Take { table, at, dest } => writeln!(f, "    take table{table} ({at}) -> {dest}"),
        }
    }
}

fn text_step(
    f: &mut fmt::Formatter<'_>,
    function: Function,
    args: &[TextArg],
    dest: Place,
    result: DType,
) -> fmt::Result {
    match function {
        Function::Apply(op) => write!(f, "    text {} (", op.name())?,
        Function::Cast => f.write_str("    text cast (")?,
    }
    for (i, arg) in args.iter().enumerate() {
        write!(f, "{}{} ", if i == 0 { "" } else { ", " }, arg.dtype)?;
        match &arg.from {
            TextFrom::Block(place) => write!(f, "{place}")?,
            TextFrom::One(source) => write!(f, "source{source} scalar")?,
            TextFrom::Constant(bytes) => write!(f, "const \"{}\"", bytes.escape_ascii())?,
        }
    }
    writeln!(f, ") -> {dest} {result}")
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  over {}", Shape(&self.space))?;
        let named = [("source", &self.sources), ("table", &self.tables)];
        for (name, i, source) in
            named.iter().flat_map(|(n, all)| all.iter().enumerate().map(move |(i, s)| (n, i, s)))
        {
            write!(f, "    {name}{i} = {} {}{}", source.source, source.dtype, Shape(&source.dims))?;
            source.views.iter().try_for_each(|view| write!(f, " view {view}"))?;
            writeln!(f)?;
        }
        for (slot, lane, fill) in &self.fills {
            match fill {
                Fill::Const(value) => writeln!(f, "    slot{} = fill {value:?}", slot.0)?,
                Fill::Source(n) => writeln!(f, "    slot{} = fill source{n} : {lane}", slot.0)?,
            }
        }
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))?;
        for (i, store) in self.stores.iter().enumerate() {
            writeln!(f, "    store{i} -> {} {}", store.dest, store.dtype)?;
        }
        if let Some(running) = &self.running {
            write!(f, "    {} {} source0", running.op.name(), running.lane)?;
            match running.axis {
                Some(axis) => write!(f, " along axis {axis}")?,
                None => f.write_str(" in C order")?,
            }
            writeln!(f, " -> temp {}", running.dest.0)?;
        }
        for fold in &self.folds {
            write!(f, "    fold {} {}", fold.op.name(), fold.lane)?;
            fold.places().try_for_each(|place| write!(f, " {place}"))?;
            f.write_str(" over axes")?;
            (0..self.space.len()).filter(|&a| self.axes.contains(a)).try_for_each(|a| write!(f, " {a}"))?;
            writeln!(f, " -> temp {}", fold.dest.0)?;
        }
        if let Some(Collect { from, dest, dim }) = &self.collect {
            writeln!(f, "    collect {from} -> temp {}[n{}]", dest.0, dim.index())?;
        }
        Ok(())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, temp) in self.temps.iter().enumerate() {
            writeln!(f, "temp {i}: {}{}", temp.dtype, Shape(&temp.dims))?;
        }
        for (i, pass) in self.passes.iter().enumerate() {
            writeln!(f, "pass {i}")?;
            write!(f, "{pass}")?;
            for check in self.checks.iter().filter(|c| c.after == i + 1) {
                writeln!(f, "  fail if temp {}: {:?}", check.temp.0, check.kind)?;
            }
        }
        for (i, output) in self.outputs.iter().enumerate() {
            write!(f, "output {i}")?;
            if let Some(name) = &output.name {
                write!(f, " {name}")?;
            }
            if let Some(input) = output.into {
                write!(f, " into input {}", input.index())?;
            }
            write!(f, ": {}{}", output.dtype, Shape(&output.dims))?;
            for (plane, temp) in &output.kept {
                write!(f, "{} = temp {}", suffix(*plane), temp.0)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
