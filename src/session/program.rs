//! A formula compiled for inputs of certain types, and running it.

use super::{ResultType, Session};
use crate::array::{Array, InputRef, ViewMut};
use crate::backend::{self, Compiled};
use crate::check::{self, InputDType, InputType, Options};
use crate::diagnostic::Diagnostic;
use crate::dtype::DType;
use crate::error::Error;
use crate::exec::{self, Operand, Poll, Run};
use crate::ir::{Constraint, Dim, DimId, DimOrigin, Graph, GuardKind, InputId, Scalar, WeakFit};
use crate::kernel::{self, Fusion};
use crate::opt;
use crate::shape::Shape;
use crate::syntax;
use crate::target::Target;
use smallvec::SmallVec;

/// A formula compiled for inputs of certain dtypes and ranks. It serves arrays of every size that has
/// the same axes of size 1.
#[derive(Debug)]
pub struct Program {
    text: Box<str>,
    types: Vec<InputType>,
    options: Options,
    dims: Vec<DimOrigin>,
    constraints: Vec<Constraint>,
    weak_fits: Vec<WeakFit>,
    compiled: Compiled,
}

impl Program {
    /// Text to compiled plan: the pipeline.
    pub(super) fn compile(
        text: &str,
        types: &[InputType],
        options: &Options,
        fusion: Fusion,
        target: Target,
    ) -> Result<Program, Error> {
        // Literals are read and constants folded with floating-point arithmetic too.
        let _env = exec::FpEnv::enter();
        let graph = opt::run(graph(text, types, options)?);
        let plan = kernel::fuse(&graph, fusion);
        let dims = (0..graph.dim_count()).map(|d| graph.dim_origin(DimId::from_index(d))).collect();
        Ok(Program {
            text: text.into(),
            types: types.to_vec(),
            options: *options,
            dims,
            constraints: graph.constraints,
            weak_fits: graph.weak_fits,
            compiled: backend::compile(plan, target),
        })
    }

    /// The formula.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The names of the results, in order; `None` for one that was not assigned.
    pub fn result_names(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.compiled.plan.outputs.iter().map(|o| o.name.as_deref())
    }

    /// What the results will be for these inputs.
    pub(super) fn result_types(&self, inputs: &[InputRef<'_>]) -> Result<Vec<ResultType>, Error> {
        let bound = self.bind(inputs)?;
        let outputs = self.compiled.plan.outputs.iter();
        Ok(outputs.map(|o| (o.name.clone(), o.dtype, bound.shape(&o.dims))).collect())
    }

    /// Whether these are inputs of the names and types that the program was compiled for.
    pub(super) fn fits<'a>(&self, inputs: impl Iterator<Item = (&'a str, InputRef<'a>)>) -> bool {
        let mut types = self.types.iter();
        let all = inputs
            .into_iter()
            .all(|(name, input)| types.next().is_some_and(|ty| *ty.name == *name && fits(ty, input)));
        all && types.next().is_none()
    }

    /// As [`fits`](Program::fits), of inputs by position.
    pub(super) fn fits_positions(&self, inputs: &[InputRef<'_>]) -> bool {
        self.types.len() == inputs.len() && self.types.iter().zip(inputs).all(|(ty, &input)| fits(ty, input))
    }

    pub(super) fn expect_results(&self, expected: usize) -> Result<(), Error> {
        let actual = self.compiled.plan.outputs.len();
        if actual == expected { Ok(()) } else { Err(Error::Results { actual, expected }) }
    }

    /// Runs the program, making its results.
    pub(super) fn run(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
        poll: Option<Poll<'_>>,
    ) -> Result<SmallVec<[Array; 1]>, Error> {
        let bound = self.bind(inputs)?;
        let mut arrays = SmallVec::with_capacity(self.compiled.plan.outputs.len());
        for output in &self.compiled.plan.outputs {
            let shape = bound.shape(&output.dims);
            arrays.push(Array::from_pool(&session.pool, output.dtype, &shape)?);
        }
        let mut views: SmallVec<[ViewMut<'_>; 1]> = arrays.iter_mut().map(ViewMut::from).collect();
        if let [view] = views.as_mut_slice()
            && exec::run_small(&self.compiled, &bound.operands, view)
        {
            drop(views);
            return Ok(arrays);
        }
        self.run_bound(session, &bound, &mut views, poll)?;
        drop(views);
        Ok(arrays)
    }

    /// Runs the program into arrays of the results' dtypes and shapes.
    pub(super) fn run_into(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
        outs: &mut [ViewMut<'_>],
        poll: Option<Poll<'_>>,
    ) -> Result<(), Error> {
        self.expect_results(outs.len())?;
        if let ([out], [output], true) =
            (&mut *outs, self.compiled.plan.outputs.as_slice(), self.weak_fits.is_empty())
            && out.dtype() == output.dtype
            && self.is_shape_of_inputs(inputs, out.shape())
            && self.is_shape(&output.dims, inputs, out.shape())
            && exec::run_small(&self.compiled, &operands(inputs), out)
        {
            return Ok(());
        }
        let bound = self.bind(inputs)?;
        for (output, out) in self.compiled.plan.outputs.iter().zip(outs.iter()) {
            let expected = output.dtype;
            if out.dtype() != expected {
                return Err(crate::array::Error::DType { expected, actual: out.dtype() }.into());
            }
            let shape = bound.shape(&output.dims);
            if out.shape() != shape.as_slice() {
                let (expected, actual) = (shape.as_slice().into(), out.shape().into());
                return Err(crate::array::Error::Shape { expected, actual }.into());
            }
        }
        self.run_bound(session, &bound, outs, poll)
    }

    fn size(&self, id: DimId, inputs: &[InputRef<'_>]) -> usize {
        match self.dims[id.index()] {
            DimOrigin::Input { input, axis } => inputs[input.index()].shape()[axis as usize],
            DimOrigin::Product(left, right) => {
                self.size(left, inputs).saturating_mul(self.size(right, inputs))
            }
        }
    }

    /// Whether the dimensions have these sizes.
    fn is_shape(&self, dims: &[Dim], inputs: &[InputRef<'_>], shape: &[usize]) -> bool {
        let size = |dim: &Dim| match dim {
            Dim::One => 1,
            Dim::Size(id) => self.size(*id, inputs),
        };
        dims.len() == shape.len() && dims.iter().zip(shape).all(|(dim, &n)| size(dim) == n)
    }

    /// Whether every input is an array of exactly this shape, or a scalar.
    fn is_shape_of_inputs(&self, inputs: &[InputRef<'_>], shape: &[usize]) -> bool {
        let mut any = false;
        let all = inputs.iter().all(|input| match input {
            InputRef::View(view) => {
                any = true;
                view.shape() == shape
            }
            InputRef::Scalar(_) | InputRef::WeakInt(_) | InputRef::WeakFloat(_) => true,
            InputRef::WeakComplex(_) | InputRef::Text(_) => true,
        });
        all && any
    }

    fn run_bound(
        &self,
        session: &Session,
        bound: &Bound<'_>,
        outs: &mut [ViewMut<'_>],
        poll: Option<Poll<'_>>,
    ) -> Result<(), Error> {
        let run = Run {
            compiled: &self.compiled,
            inputs: &bound.operands,
            sizes: &bound.sizes,
            pool: &session.pool,
            control: session.control(poll),
        };
        exec::run(&run, outs).map_err(|error| self.located(error))
    }

    /// Errors that point into the formula become diagnostics of it.
    fn located(&self, error: exec::Error) -> Error {
        let exec::Error::Guard { span, kind } = error else { return Error::Run(error) };
        let diagnostic = Diagnostic::new(error.code(), error.to_string());
        let diagnostic = match kind {
            GuardKind::NegativePower => diagnostic
                .at(span, "an exponent here is negative")
                .help("raise a float instead, as in `float64(x) ** y`"),
            GuardKind::NonAscii => diagnostic.at(span, "this is cast"),
            GuardKind::OutOfRange(_) => diagnostic.at(span, "computed here"),
            GuardKind::UnitOverflow(_) => diagnostic.at(span, "a time here is too far away"),
        };
        Error::Values { text: (&*self.text).into(), diagnostic }
    }

    /// Looks at the inputs' sizes and values as far as the plan depends on them.
    fn bind<'a>(&self, inputs: &[InputRef<'a>]) -> Result<Bound<'a>, Error> {
        let axis_size = |input: InputId, axis: usize| inputs[input.index()].shape()[axis];
        let sizes = DimOrigin::sizes(self.dims.iter().copied(), axis_size)
            .map_err(|_| Error::Run(exec::Error::TooBig))?;
        let differ = |c: &&Constraint| sizes[c.left.index()] != sizes[c.right.index()];
        let mut wrong: Vec<Diagnostic> =
            self.constraints.iter().filter(differ).map(|c| self.mismatch(c, inputs)).collect();
        wrong.extend(self.weak_fits.iter().filter_map(|fit| misfit(fit, inputs)));
        if !wrong.is_empty() {
            return Err(Error::formula(&self.text, wrong));
        }
        let operands = operands(inputs);
        Ok(Bound { sizes, operands })
    }

    fn mismatch(&self, constraint: &Constraint, inputs: &[InputRef<'_>]) -> Diagnostic {
        let side = |d: DimId| match self.dims[d.index()] {
            DimOrigin::Input { input, .. } => {
                let name = self.types[input.index()].name.escape_debug();
                format!("`{name}` has shape {}", tuple(inputs[input.index()].shape()))
            }
            DimOrigin::Product(..) => {
                format!("what is flattened has shape {}", tuple(&[self.size(d, inputs)]))
            }
        };
        Diagnostic::new("shape-mismatch", "the shapes cannot be broadcast together")
            .at(constraint.span, format!("{}, {}", side(constraint.left), side(constraint.right)))
    }
}

/// Text to syntax tree.
pub(crate) fn parsed(text: &str) -> Result<syntax::ast::Program, Error> {
    syntax::parse(text)
        .map_err(|errors| Error::formula(text, errors.iter().map(syntax::Error::diagnostic).collect()))
}

/// Text to typed graph.
pub(crate) fn graph(text: &str, types: &[InputType], options: &Options) -> Result<Graph, Error> {
    check::lower(&parsed(text)?, types, options)
        .map_err(|errors| Error::formula(text, errors.iter().map(check::Error::diagnostic).collect()))
}

/// Inputs with the sizes that they give to dimensions.
struct Bound<'a> {
    sizes: SmallVec<[usize; 8]>,
    operands: SmallVec<[Operand<'a>; 4]>,
}

impl Bound<'_> {
    fn shape(&self, dims: &[Dim]) -> Shape {
        let size = |d: &Dim| match d {
            Dim::One => 1,
            Dim::Size(id) => self.sizes[id.index()],
        };
        dims.iter().map(size).collect()
    }
}

/// The type of an input, as `check` sees it.
pub(super) fn input_type(name: &str, input: InputRef<'_>) -> InputType {
    let ones = input.shape().iter().map(|&n| n == 1).collect();
    InputType { name: name.into(), dtype: input_dtype(input), ones }
}

/// The dtype of an input, as `check` sees it.
pub(super) fn input_dtype(input: InputRef<'_>) -> InputDType {
    match input {
        InputRef::View(view) => InputDType::Strong(view.dtype()),
        InputRef::Scalar(scalar) => InputDType::Strong(scalar.dtype()),
        InputRef::Text(text) => InputDType::Strong(text.dtype()),
        // What no i64 holds can only mean a u64.
        InputRef::WeakInt(value) if i64::try_from(value).is_err() => InputDType::Strong(DType::U64),
        InputRef::WeakInt(_) => InputDType::WeakInt,
        InputRef::WeakFloat(_) => InputDType::WeakFloat,
        InputRef::WeakComplex(_) => InputDType::WeakComplex,
    }
}

fn fits(ty: &InputType, input: InputRef<'_>) -> bool {
    let shape = input.shape();
    ty.dtype == input_dtype(input)
        && ty.ones.len() == shape.len()
        && ty.ones.iter().zip(shape).all(|(&one, &n)| one == (n == 1))
}

fn operands<'a>(inputs: &[InputRef<'a>]) -> SmallVec<[Operand<'a>; 4]> {
    inputs.iter().map(|&input| input.into()).collect()
}

/// A plain integer that the dtype it met does not hold.
fn misfit(fit: &WeakFit, inputs: &[InputRef<'_>]) -> Option<Diagnostic> {
    let InputRef::WeakInt(value) = inputs[fit.input.index()] else { return None };
    let fits = fit.dtype.lane().is_none_or(|lane| Scalar::from_i128(lane, value).is_some());
    (!fits).then(|| {
        Diagnostic::new("number-out-of-range", format!("the integer {value} does not fit {}", fit.dtype))
            .at(fit.span, "met here")
    })
}

/// A shape as Python writes it.
fn tuple(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    if let [one] = sizes.as_slice() { format!("({one},)") } else { format!("({})", sizes.join(", ")) }
}
