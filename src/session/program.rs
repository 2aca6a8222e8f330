//! A formula compiled for inputs of certain types, and running it.

use super::given::{Given, fits};
use super::manner::Manner;
use super::{ResultType, Session};
use crate::array::{self, Array, InputRef, ViewMut};
use crate::backend::{self, Compiled};
use crate::check::{self, InputType, Options};
use crate::diagnostic::Diagnostic;
use crate::dtype::DType;
use crate::error::Error;
use crate::exec::{self, Operand, Run};
use crate::ir::{self, Constraint, Dim, DimId, DimOrigin, Graph, GuardKind, InputId, Known, Scalar, WeakFit};
use crate::kernel::{self, Fusion, PlanOutput};
use crate::opt;
use crate::shape::Shape;
use crate::syntax;
use crate::target::Target;
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};

/// A formula compiled for inputs of certain dtypes and ranks. It serves arrays of every size that has
/// the same axes of size 1.
#[derive(Debug)]
pub struct Program {
    text: Box<str>,
    types: Vec<InputType>,
    options: Options,
    fusion: Fusion,
    target: Target,
    /// The plan for arrays of which no slice and no mask gives an axis of one.
    first: Arc<Variant>,
    /// Plans for others, in the order in which they were needed.
    others: RwLock<Vec<Arc<Variant>>>,
}

/// The most plans beside the first that a program keeps.
const MOST_VARIANTS: usize = 16;

/// A plan, which takes certain sliced dimensions and counts of masks to be 1 and no others.
#[derive(Debug)]
struct Variant {
    constraints: Vec<Constraint>,
    weak_fits: Vec<WeakFit>,
    compiled: Compiled,
    /// Whether all sizes are axes of inputs.
    plain: bool,
}

impl Variant {
    fn new(graph: Graph, fusion: Fusion, target: Target) -> Variant {
        let graph = opt::run(graph);
        let plan = kernel::fuse(&graph, fusion);
        let plain = graph.dims().all(|entry| matches!(entry.origin, DimOrigin::Input { .. }));
        Variant {
            plain,
            constraints: graph.constraints,
            weak_fits: graph.weak_fits,
            compiled: backend::compile(plan, target),
        }
    }

    fn sizes(&self, inputs: &[InputRef<'_>], counts: &[usize]) -> SmallVec<[usize; 8]> {
        ir::sizes(&self.compiled.plan.dims, |input, axis| inputs[input.index()].shape()[axis], counts)
    }

    /// The outputs that are results.
    fn results(&self) -> impl Iterator<Item = &PlanOutput> {
        self.compiled.plan.outputs.iter().filter(|output| output.into.is_none())
    }

    /// The outputs that go into arrays of inputs, which come after the results.
    fn updates(&self) -> impl Iterator<Item = (InputId, &PlanOutput)> {
        self.compiled.plan.outputs.iter().filter_map(|output| Some((output.into?, output)))
    }

    /// Whether the sizes are such as the plan takes them to be.
    fn fits(&self, inputs: &[InputRef<'_>], counts: &[usize]) -> bool {
        let dims = &self.compiled.plan.dims;
        self.plain || dims.iter().zip(self.sizes(inputs, counts)).all(|(entry, size)| entry.fits(size))
    }
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
        let first = Variant::new(graph(text, types, options)?, fusion, target);
        Ok(Program {
            text: text.into(),
            types: types.to_vec(),
            options: *options,
            fusion,
            target,
            first: Arc::new(first),
            others: RwLock::new(Vec::new()),
        })
    }

    /// The plan for these inputs and these counts of masks, as far as they are known.
    fn variant(&self, inputs: &[InputRef<'_>], counts: &[usize]) -> Result<Arc<Variant>, Error> {
        if self.first.fits(inputs, counts) {
            return Ok(self.first.clone());
        }
        // Only tried, here and below: a fork may leave the lock held for ever in the child.
        if let Ok(others) = self.others.try_read()
            && let Some(variant) = others.iter().find(|variant| variant.fits(inputs, counts))
        {
            return Ok(variant.clone());
        }
        let shapes = inputs.iter().map(|input| input.shape().into()).collect();
        let known = Known { shapes, counts: counts.to_vec() };
        let compile = || {
            let _env = exec::FpEnv::enter();
            let graph = check::lower_known(&parsed(&self.text)?, &self.types, &self.options, known)
                .map_err(|errors| formula_errors(&self.text, &errors))?;
            Ok::<_, Error>(Variant::new(graph, self.fusion, self.target))
        };
        // A panic of the compiler is a bug of ours, and no reason for the caller's process to end.
        let compiled = catch_unwind(AssertUnwindSafe(compile));
        let variant = Arc::new(compiled.unwrap_or_else(|p| Err(exec::panicked(&*p).into()))?);
        if let Ok(mut others) = self.others.try_write() {
            others.truncate(MOST_VARIANTS - 1);
            others.insert(0, variant.clone());
        }
        Ok(variant)
    }

    /// The formula.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The names of the results, in order; `None` for one that was not assigned.
    pub fn result_names(&self) -> impl Iterator<Item = Option<&str>> {
        self.first.results().map(|o| o.name.as_deref())
    }

    /// What the results will be for these inputs. Masks are counted for it.
    pub(super) fn result_types(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
    ) -> Result<Vec<ResultType>, Error> {
        self.drive(inputs, |bound| {
            let outputs = bound.variant.results();
            if bound.variant.compiled.plan.counting_passes() == 0 {
                return Ok(outputs.map(|o| (o.name.clone(), o.dtype, bound.shape(&o.dims))).collect());
            }
            let run = bound.run(session, &Manner::default());
            let running = exec::begin(&run)?;
            Ok(outputs.map(|o| (o.name.clone(), o.dtype, running.shape(&o.dims))).collect())
        })
    }

    /// Whether these are inputs of the names and types that the program was compiled for.
    pub(super) fn fits<'a>(&self, mut inputs: impl Iterator<Item = Given<'a>>) -> bool {
        let mut types = self.types.iter();
        let all = inputs.all(|given| types.next().is_some_and(|ty| given.is_of(ty)));
        all && types.next().is_none()
    }

    /// As [`fits`](Program::fits), of inputs by position, which may be changed where there is something in `written`.
    pub(super) fn fits_positions(&self, inputs: &[InputRef<'_>], written: &[Option<ViewMut<'_>>]) -> bool {
        let writable = |at: usize| written.get(at).is_some_and(Option::is_some);
        let mut types = self.types.iter().zip(inputs).enumerate();
        self.types.len() == inputs.len()
            && types.all(|(at, (ty, &input))| ty.writable == writable(at) && fits(ty, input))
    }

    pub(super) fn expect_results(&self, expected: usize) -> Result<(), Error> {
        let actual = self.first.results().count();
        if actual == expected { Ok(()) } else { Err(Error::Results { actual, expected }) }
    }

    /// Runs the program, making its results. `written` are the arrays of the inputs that may be changed, at the inputs'
    /// places.
    pub(super) fn run(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
        written: &mut [Option<ViewMut<'_>>],
        manner: &Manner<'_>,
    ) -> Result<SmallVec<[Array; 1]>, Error> {
        let small = |bound: &Bound<'_>| -> Result<Option<SmallVec<[Array; 1]>>, Error> {
            let compiled = &bound.variant.compiled;
            let [output] = compiled.plan.outputs.as_slice() else { return Ok(None) };
            let is_plain = compiled.plan.counting_passes() == 0 && compiled.plan.temps.is_empty();
            if !is_plain || output.into.is_some() || manner.memory != usize::MAX {
                return Ok(None);
            }
            let shape = bound.shape(&output.dims);
            if !exec::is_small(&shape) {
                return Ok(None);
            }
            let mut array = Array::from_pool(&session.pool, output.dtype, &shape)?.laid_out(manner.order);
            let done = exec::run_small(compiled, &bound.operands, &mut ViewMut::from(&mut array));
            Ok(done.then(|| smallvec::smallvec![array]))
        };
        self.drive(inputs, |bound| {
            if let Some(arrays) = small(bound)? {
                return Ok(arrays);
            }
            let run = bound.run(session, manner);
            let mut running = exec::begin(&run)?;
            let mut arrays = SmallVec::new();
            for output in bound.variant.results() {
                let shape = running.shape(&output.dims);
                arrays.push(running.allocate(output.dtype, &shape)?.laid_out(manner.order));
            }
            let mut views: SmallVec<[ViewMut<'_>; 1]> = arrays.iter_mut().map(ViewMut::from).collect();
            let mut places: SmallVec<[_; 4]> = written.iter_mut().map(Option::as_mut).collect();
            for (input, output) in bound.variant.updates() {
                let out = places[input.index()].take();
                let out = out.expect("changed only where it was given as writable, and once");
                expect(output.dtype, &running.shape(&output.dims), out)?;
                views.push(out.reborrow());
            }
            running.finish(&mut views)?;
            drop(views);
            Ok(arrays)
        })
    }

    /// Runs a small call of arrays of one shape into memory that `make` gives; `None` if this is no such call.
    pub(super) fn run_small<T>(
        &self,
        inputs: &[InputRef<'_>],
        make: impl FnOnce(DType, &[usize]) -> Result<T, Error>,
        view: impl FnOnce(&mut T) -> ViewMut<'_>,
    ) -> Result<Option<T>, Error> {
        let is_array = |input: &&InputRef<'_>| matches!(input, InputRef::View(_));
        let shape = inputs.iter().find(is_array).map(|input| input.shape());
        let [output] = self.first.compiled.plan.outputs.as_slice() else { return Ok(None) };
        let Some(shape) = shape.filter(|shape| exec::is_small(shape) && self.is_direct(inputs, shape)) else {
            return Ok(None);
        };
        let mut made = make(output.dtype, shape)?;
        let done = exec::run_small(&self.first.compiled, &operands(inputs), &mut view(&mut made));
        Ok(done.then_some(made))
    }

    /// Whether the program makes one new array of that shape from inputs of that shape, and nothing has to be looked at
    /// before.
    fn is_direct(&self, inputs: &[InputRef<'_>], shape: &[usize]) -> bool {
        let [output] = self.first.compiled.plan.outputs.as_slice() else { return false };
        output.into.is_none()
            && self.first.weak_fits.is_empty()
            && self.first.plain
            && self.is_shape_of_inputs(inputs, shape)
            && self.is_shape(&output.dims, inputs, shape)
    }

    /// Runs with the plan that the inputs need, and again where the values of a mask ask for another one.
    fn drive<'a, T>(
        &self,
        inputs: &[InputRef<'a>],
        mut run: impl FnMut(&Bound<'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut counts = Vec::new();
        loop {
            let bound = self.bind(self.variant(inputs, &counts)?, inputs)?;
            match run(&bound) {
                Err(Error::Run(exec::Error::Recount { counts: found })) if found != counts => counts = found,
                Err(Error::Run(error)) => return Err(self.located(error)),
                other => return other,
            }
        }
    }

    /// Runs the program into arrays of the results' dtypes and shapes.
    pub(super) fn run_into(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
        outs: &mut [ViewMut<'_>],
        manner: &Manner<'_>,
    ) -> Result<(), Error> {
        self.expect_results(outs.len())?;
        if let ([out], [output]) = (&mut *outs, self.first.compiled.plan.outputs.as_slice())
            && out.dtype() == output.dtype
            && self.is_direct(inputs, out.shape())
            && exec::run_small(&self.first.compiled, &operands(inputs), out)
        {
            return Ok(());
        }
        self.drive(inputs, |bound| {
            let run = bound.run(session, manner);
            let running = exec::begin(&run)?;
            for (output, out) in bound.variant.compiled.plan.outputs.iter().zip(outs.iter()) {
                expect(output.dtype, &running.shape(&output.dims), out)?;
            }
            Ok(running.finish(outs)?)
        })
    }

    /// Whether the dimensions have these sizes.
    fn is_shape(&self, dims: &[Dim], inputs: &[InputRef<'_>], shape: &[usize]) -> bool {
        let size = |dim: &Dim| match dim {
            Dim::One => 1,
            Dim::Size(id) => {
                let DimOrigin::Input { input, axis } = self.first.compiled.plan.dims[id.index()].origin
                else {
                    unreachable!("asked of plans whose sizes are all axes of inputs");
                };
                inputs[input.index()].shape()[axis as usize]
            }
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

    /// Errors that point into the formula become diagnostics of it.
    fn located(&self, error: exec::Error) -> Error {
        let diagnostic = Diagnostic::new(error.code(), error.to_string());
        let diagnostic = match error {
            exec::Error::Guard { span, kind } => match kind {
                GuardKind::NegativePower => diagnostic
                    .at(span, "an exponent here is negative")
                    .help("raise a float instead, as in `float64(x) ** y`"),
                GuardKind::NonAscii => diagnostic.at(span, "this is cast"),
                GuardKind::OutOfRange(_) => diagnostic.at(span, "computed here"),
                GuardKind::UnitOverflow(_) => diagnostic.at(span, "a time here is too far away"),
                GuardKind::IndexOutOfRange => diagnostic.at(span, "one of these"),
            },
            exec::Error::Index { span, .. } => diagnostic.at(span, ""),
            exec::Error::Counted { span, .. } => diagnostic.at(span, "met here"),
            error @ (exec::Error::Alloc { .. } | exec::Error::TooBig | exec::Error::Cancelled) => {
                return Error::Run(error);
            }
            error @ (exec::Error::MemoryLimit { .. } | exec::Error::TimeLimit) => return Error::Run(error),
            error @ (exec::Error::EmptyReduction { .. } | exec::Error::Panic { .. }) => {
                return Error::Run(error);
            }
            error @ exec::Error::Recount { .. } => return Error::Run(error),
        };
        Error::Values { text: (&*self.text).into(), diagnostic }
    }

    /// Looks at the inputs' sizes and values as far as the plan depends on them.
    fn bind<'a>(&self, variant: Arc<Variant>, inputs: &[InputRef<'a>]) -> Result<Bound<'a>, Error> {
        let sizes = variant.sizes(inputs, &[]);
        let counted = &variant.compiled.plan.counted;
        let differ =
            |c: &&Constraint| sizes[c.left.index()] != sizes[c.right.index()] && !counted.contains(c);
        let wrong = variant.constraints.iter().filter(differ);
        let mut wrong: Vec<Diagnostic> = wrong.map(|c| self.mismatch(&variant, c, inputs, &sizes)).collect();
        wrong.extend(variant.weak_fits.iter().filter_map(|fit| misfit(fit, inputs)));
        if !wrong.is_empty() {
            return Err(Error::formula(&self.text, wrong));
        }
        Ok(Bound { sizes, operands: operands(inputs), variant })
    }

    fn mismatch(
        &self,
        variant: &Variant,
        constraint: &Constraint,
        inputs: &[InputRef<'_>],
        sizes: &[usize],
    ) -> Diagnostic {
        let side = |d: DimId| match variant.compiled.plan.dims[d.index()].origin {
            DimOrigin::Input { input, .. } => {
                let shape = inputs[input.index()].shape();
                format!("`{}` has shape {}", self.types[input.index()].name.escape_debug(), tuple(shape))
            }
            DimOrigin::Slice { .. } => format!("a view has an axis of {}", sizes[d.index()]),
            DimOrigin::Literal(size) => format!("a generator has an axis of {size}"),
            DimOrigin::Counted(_) => format!("a mask selects {}", sizes[d.index()]),
            DimOrigin::Product(..) => {
                format!("what is flattened has shape {}", tuple(&[sizes[d.index()]]))
            }
        };
        Diagnostic::new("shape-mismatch", "the shapes cannot be broadcast together")
            .at(constraint.span, format!("{}, {}", side(constraint.left), side(constraint.right)))
    }
}

/// Text to syntax tree.
///
/// # Errors
/// [`Error::Formula`].
pub fn parsed(text: &str) -> Result<syntax::ast::Program, Error> {
    syntax::parse(text)
        .map_err(|errors| Error::formula(text, errors.iter().map(syntax::Error::diagnostic).collect()))
}

/// Text to typed graph.
pub(crate) fn graph(text: &str, types: &[InputType], options: &Options) -> Result<Graph, Error> {
    check::lower(&parsed(text)?, types, options).map_err(|errors| formula_errors(text, &errors))
}

fn formula_errors(text: &str, errors: &[check::Error]) -> Error {
    Error::formula(text, errors.iter().map(check::Error::diagnostic).collect())
}

/// Inputs with the sizes that they give to dimensions.
struct Bound<'a> {
    sizes: SmallVec<[usize; 8]>,
    operands: SmallVec<[Operand<'a>; 4]>,
    variant: Arc<Variant>,
}

impl Bound<'_> {
    fn run<'r>(&'r self, session: &'r Session, manner: &Manner<'r>) -> Run<'r> {
        Run {
            compiled: &self.variant.compiled,
            inputs: &self.operands,
            pool: &session.pool,
            memory: manner.memory,
            control: session.control(manner),
        }
    }

    fn shape(&self, dims: &[Dim]) -> Shape {
        let size = |d: &Dim| match d {
            Dim::One => 1,
            Dim::Size(id) => self.sizes[id.index()],
        };
        dims.iter().map(size).collect()
    }
}

/// Whether an array has the dtype and the shape of what goes into it.
fn expect(dtype: DType, shape: &[usize], out: &ViewMut<'_>) -> Result<(), array::Error> {
    if out.dtype() != dtype {
        return Err(array::Error::DType { expected: dtype, actual: out.dtype() });
    }
    if out.shape() != shape {
        return Err(array::Error::Shape { expected: shape.into(), actual: out.shape().into() });
    }
    Ok(())
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
