//! Indexing: which view is meant, and moving it to where elements lie in memory.
//!
//! A view of what is computed elementwise is the same computation on views of its operands, through broadcasting: an
//! axis of one stays, a missing axis stays missing. It ends at inputs, at what generators number, and at
//! what reductions keep; it never goes into a reduction.

use super::error::{Error, ErrorKind};
use super::statement::Lowering;
use super::value::{Number, Operand, Step, Stop, Value, stop};
use crate::ir::{Dim, Dims, IndexFit, Node, NodeId, Pick, Picks, Slice, ViewAxes, ViewId, place_of};
use crate::op::Op;
use crate::shape::MAX_RANK;
use crate::span::Span;
use crate::syntax::ast::{ExprId, IndexItem, List};

/// A view as it is written, for operands of certain axes.
#[derive(Clone, Debug)]
struct Written {
    picks: Picks,
    axes: ViewAxes,
}

impl Lowering<'_> {
    /// `base[items]`.
    pub(super) fn index(&mut self, base: ExprId, items: List<IndexItem>, span: Span) -> Step<Number> {
        let items = self.program.items(items);
        if let (Value::Pair(first, second), &[IndexItem::At(index)]) = (self.value(base), items) {
            return match self.written_integer(index)? {
                Some(0 | -2) => Ok(first),
                Some(1 | -1) => Ok(second),
                Some(index) => {
                    let kind = ErrorKind::IndexOutOfBounds { index, axis: 0, size: 2 };
                    stop(kind, span)
                }
                None => stop(INDEX, span),
            };
        }
        let operand = self.operand(base)?;
        let dims = self.array_dims(operand)?;
        if let &[IndexItem::At(index)] = items
            && let Value::Number(Number::Strong(by) | Number::Weak(by)) = self.value(index)
        {
            let at = Operand { number: Number::Strong(by), span: self.program.span(index) };
            return self.elements(operand, at, by, span);
        }
        let written = self.written(items, &dims, span)?;
        self.each_plane(operand.number, |lowering, node| Ok(lowering.viewed(node, &written, span)))
    }

    /// `base.T`.
    pub(super) fn transpose(&mut self, base: Operand, span: Span) -> Step<Number> {
        if let Number::Int(_)
        | Number::Float(_)
        | Number::Complex(..)
        | Number::Weak(_)
        | Number::WeakPlanes(..) = base.number
        {
            return Ok(base.number);
        }
        let rank = self.array_dims(base)?.len();
        let axes = (0..rank as u32).rev().map(Some).collect();
        let written = Written { picks: Picks::from_elem(Pick::All, rank), axes };
        self.each_plane(base.number, |lowering, node| Ok(lowering.viewed(node, &written, span)))
    }

    /// A slice along one axis.
    pub(super) fn sliced_along(&mut self, of: Number, axis: usize, slice: Slice, span: Span) -> Step<Number> {
        self.each_plane(of, |lowering, node| {
            let rank = lowering.graph.ty(node).dims.len();
            let mut picks = Picks::from_elem(Pick::All, rank);
            picks[axis] = Pick::Slice(slice);
            let axes = (0..rank as u32).map(Some).collect();
            Ok(lowering.viewed(node, &Written { picks, axes }, span))
        })
    }

    /// The dimensions of something that has axes, or could have.
    pub(super) fn array_dims(&self, operand: Operand) -> Step<Dims> {
        match operand.number {
            Number::Strong(node) | Number::Text(node) => Ok(self.graph.ty(node).dims.clone()),
            Number::Planes(node, _) | Number::Time(node, _) => Ok(self.graph.ty(node).dims.clone()),
            Number::Weak(_)
            | Number::WeakPlanes(..)
            | Number::Int(_)
            | Number::Float(_)
            | Number::Complex(..) => Err(operand.error(ErrorKind::NotAnArray)),
        }
    }

    /// The same of each plane of a number that is an array.
    pub(super) fn each_plane(
        &mut self,
        number: Number,
        mut of: impl FnMut(&mut Self, NodeId) -> Step<NodeId>,
    ) -> Step<Number> {
        Ok(match number {
            Number::Strong(node) => Number::Strong(of(self, node)?),
            Number::Time(node, dtype) => Number::Time(of(self, node)?, dtype),
            Number::Text(node) => Number::Text(of(self, node)?),
            Number::Planes(re, im) => Number::Planes(of(self, re)?, of(self, im)?),
            Number::Weak(_) | Number::WeakPlanes(..) => number,
            Number::Int(_) | Number::Float(_) | Number::Complex(..) => number,
        })
    }

    /// What the items between the brackets say of an array's axes.
    fn written(&mut self, items: &[IndexItem], dims: &Dims, span: Span) -> Step<Written> {
        let is_axis = |item: &&IndexItem| matches!(item, IndexItem::At(_) | IndexItem::Slice { .. });
        let (rank, indexed) = (dims.len(), items.iter().filter(is_axis).count());
        if indexed > rank {
            return stop(ErrorKind::TooManyIndices { rank, indices: indexed }, span);
        }
        if items.iter().filter(|item| **item == IndexItem::Ellipsis).count() > 1 {
            return stop(ErrorKind::TwoEllipses, span);
        }
        let mut written = Written { picks: Picks::new(), axes: ViewAxes::new() };
        let keep = |written: &mut Written, pick: Pick| {
            written.axes.push(Some(written.picks.len() as u32));
            written.picks.push(pick);
        };
        for item in items {
            match *item {
                IndexItem::At(index) => {
                    let axis = written.picks.len();
                    let index = self.index_at(index, dims[axis], axis)?;
                    written.picks.push(Pick::At(index));
                }
                IndexItem::Slice { start, stop, step } => {
                    let slice = self.slice(start, stop, step)?;
                    let is_all = slice.is_whole() && slice.step == 1;
                    keep(&mut written, if is_all { Pick::All } else { Pick::Slice(slice) });
                }
                IndexItem::NewAxis => written.axes.push(None),
                IndexItem::Ellipsis => (indexed..rank).for_each(|_| keep(&mut written, Pick::All)),
            }
        }
        while written.picks.len() < rank {
            keep(&mut written, Pick::All);
        }
        let limit = written.axes.len() <= MAX_RANK;
        if limit { Ok(written) } else { stop(ErrorKind::TooManyAxes { name: "this".to_owned() }, span) }
    }

    /// An integer that is written as an index, noted if only the arrays tell whether it is inside its axis.
    fn index_at(&mut self, index: ExprId, dim: Dim, axis: usize) -> Step<i64> {
        let span = self.program.span(index);
        let value = self.written_integer(index)?.ok_or(Stop::Error(Error { kind: INDEX, span }))?;
        match dim {
            Dim::One if place_of(value, 1).is_none() => {
                return stop(ErrorKind::IndexOutOfBounds { index: value, axis, size: 1 }, span);
            }
            Dim::One => {}
            Dim::Size(dim) => {
                self.graph.index_fits.push(IndexFit { dim, index: value, axis: axis as u32, span });
            }
        }
        Ok(value)
    }

    fn slice(&self, start: Option<ExprId>, stop: Option<ExprId>, step: Option<ExprId>) -> Step<Slice> {
        let bound = |bound: Option<ExprId>| bound.map_or(Ok(None), |bound| self.written_integer(bound));
        let (start, stop_, step_) = (bound(start)?, bound(stop)?, bound(step)?.unwrap_or(1));
        match step {
            Some(step) if step_ == 0 => stop_at_zero(self.program.span(step)),
            Some(_) | None => Ok(Slice { start, stop: stop_, step: step_ }),
        }
    }

    /// An integer literal, as near as 64 bits come to it, or nothing for `None`.
    fn written_integer(&self, id: ExprId) -> Step<Option<i64>> {
        let span = self.program.span(id);
        match self.value(id) {
            Value::Poison => Err(Stop::Poison),
            Value::None => Ok(None),
            Value::Number(Number::Int(value)) => {
                Ok(Some(value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64))
            }
            Value::Number(Number::Strong(_) | Number::Weak(_)) => {
                let (what, instead) = ("an index or a bound that is no literal, here", "write the number");
                stop(ErrorKind::Unsupported { what, instead }, span)
            }
            Value::Tuple(_) => {
                let (what, instead) = ("a list of indices", "give the indices as an array");
                stop(ErrorKind::Unsupported { what, instead }, span)
            }
            Value::Number(_) | Value::Pair(..) | Value::DType(_) => stop(INDEX, span),
        }
    }

    fn viewed(&mut self, node: NodeId, written: &Written, span: Span) -> NodeId {
        let dims = self.graph.ty(node).dims.clone();
        match self.rule(&dims, written.picks.clone(), written.axes.clone()) {
            Some(view) => self.view_of(node, view, span),
            None => node,
        }
    }

    /// The rule of a view, or `None` if it changes nothing.
    fn rule(&mut self, of: &Dims, picks: Picks, axes: ViewAxes) -> Option<ViewId> {
        let map = self.graph.view_map(of, picks, axes);
        if map.is_identity() { None } else { Some(self.graph.view_id(map)) }
    }

    /// A view of a node, moved to the operands of what is elementwise.
    fn view_of(&mut self, node: NodeId, view: ViewId, span: Span) -> NodeId {
        let mut work = vec![(node, view)];
        while let Some(&(node, view)) = work.last() {
            if self.pushed.contains_key(&(node, view)) {
                work.pop();
                continue;
            }
            let operands = self.moved_to(node);
            let moved: Vec<(NodeId, Option<ViewId>)> =
                operands.iter().map(|&operand| (operand, self.operand_view(node, operand, view))).collect();
            let wanted = moved.iter().filter_map(|&(operand, view)| Some((operand, view?)));
            let missing: Vec<_> = wanted.filter(|key| !self.pushed.contains_key(key)).collect();
            if !missing.is_empty() {
                work.extend(missing);
                continue;
            }
            let now = |operand: NodeId| {
                let moved = moved.iter().find(|(known, _)| *known == operand);
                moved.and_then(|&(_, view)| self.pushed.get(&(operand, view?)).copied()).unwrap_or(operand)
            };
            let built = match (self.graph.node(node), operands.is_empty()) {
                (Node::Take { of, at }, _) => Node::Take { of, at: now(at) },
                (_, true) => Node::View { of: node, view },
                (elementwise, false) => elementwise.map(now),
            };
            let built =
                self.graph.add(built, span).expect("views of operands have types as the operands had");
            self.pushed.insert((node, view), built);
            work.pop();
        }
        self.pushed[&(node, view)]
    }

    /// The operands that a view of a node is moved to; none if it stays.
    fn moved_to(&self, node: NodeId) -> Vec<NodeId> {
        match self.graph.node(node) {
            Node::Apply(_, args) | Node::Text(_, args) => args.to_vec(),
            Node::Literal(_) | Node::Scan { .. } => vec![],
            Node::Cast(_, of) => vec![of],
            Node::Broadcast { of, like } => vec![of, like],
            Node::Take { at, .. } => vec![at],
            Node::Input(..) | Node::Const(_) | Node::Count { .. } | Node::Reduce { .. } => vec![],
            Node::View { .. } | Node::Index { .. } | Node::Nonzero { .. } => vec![],
        }
    }

    /// What a view of an elementwise result is of one of its operands; `None` if the operand stays as it is.
    fn operand_view(&mut self, result: NodeId, operand: NodeId, view: ViewId) -> Option<ViewId> {
        let (whole, own) = (self.graph.ty(result).dims.clone(), self.graph.ty(operand).dims.clone());
        let map = self.graph.view(view);
        let lead = whole.len() - own.len();
        let pick = |k: usize| match map.picks[k + lead] {
            Pick::At(_) if own[k] == Dim::One => Pick::At(0),
            Pick::Slice(_) if own[k] == Dim::One && whole[k + lead] != Dim::One => Pick::All,
            pick @ (Pick::All | Pick::At(_) | Pick::Slice(_)) => pick,
        };
        let picks = (0..own.len()).map(pick).collect();
        let axes = map.axes.iter().map(|axis| axis.and_then(|k| k.checked_sub(lead as u32)));
        // An operand of all axes makes the new ones in front; others need not have them.
        let axes: ViewAxes =
            if lead > 0 { axes.skip_while(Option::is_none).collect() } else { axes.collect() };
        self.rule(&own, picks, axes)
    }

    /// `node[..., None, None]` with as many new axes.
    pub(super) fn with_new_axes(&mut self, node: NodeId, new: usize, span: Span) -> NodeId {
        let rank = self.graph.ty(node).dims.len();
        let axes = (0..rank as u32).map(Some).chain(std::iter::repeat_n(None, new)).collect();
        self.viewed(node, &Written { picks: Picks::from_elem(Pick::All, rank), axes }, span)
    }

    /// `at * count + number` for elements at `at` along the first axes and anywhere along the rest.
    pub(super) fn flat_numbers(&mut self, at: NodeId, of: NodeId, first: usize, span: Span) -> NodeId {
        let dims = self.graph.ty(of).dims.clone();
        let rest: Dims = dims[first..].into();
        if rest.is_empty() {
            return at;
        }
        let at = self.with_new_axes(at, rest.len(), span);
        let axes =
            (first..dims.len()).fold(crate::ir::Axes::default(), |axes, k| crate::ir::Axes(axes.0 | 1 << k));
        let count = self.graph.add(Node::Count { of, axes }, span).expect("the axes are the operand's");
        let along = crate::ir::Axes::all(rest.len());
        let shape = self.graph.shape_id(rest);
        let number = self.graph.add(Node::Index { shape, along }, span).expect("all axes are the shape's");
        let scaled = self.apply(Op::Mul, &[at, count], span);
        self.apply(Op::Add, &[scaled, number], span)
    }
}

fn stop_at_zero(span: Span) -> Step<Slice> {
    stop(ErrorKind::ZeroStep, span)
}

const INDEX: ErrorKind = ErrorKind::IndexValue;
