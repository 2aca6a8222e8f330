//! `a[mask]` and `a[index]`, which make arrays: elements at numbers that are data.

use super::error::ErrorKind;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, stop};
use crate::dtype::{DType, Kind};
use crate::ir::{Axes, Dim, GuardKind, Node, NodeId, Operands};
use crate::op::{Op, Reduction};
use crate::span::Span;
use smallvec::SmallVec;

impl Lowering<'_> {
    /// The elements of an array where a mask is true, or at integers.
    pub(super) fn elements(&mut self, of: Operand, index: Operand, by: NodeId, span: Span) -> Step<Number> {
        let array = match of.number {
            Number::Strong(node) | Number::Text(node) => node,
            Number::Planes(node, _) | Number::Time(node, _) => node,
            Number::Weak(_)
            | Number::WeakPlanes(..)
            | Number::Int(_)
            | Number::Float(_)
            | Number::Complex(..) => {
                return Err(of.error(ErrorKind::NotAnArray));
            }
        };
        let at = match self.graph.ty(by).dtype.kind() {
            Kind::Bool => self.selected(array, by, index.span)?,
            Kind::Signed | Kind::Unsigned => self.indexed(array, by, index.span)?,
            Kind::Float | Kind::Complex | Kind::Bytes | Kind::Text | Kind::Datetime | Kind::Timedelta => {
                return Err(index.error(ErrorKind::IndexValue));
            }
        };
        self.each_plane(of.number, |lowering, node| Ok(lowering.take(node, at, span)))
    }

    /// The numbers of an array's elements where a mask of its first axes is true.
    fn selected(&mut self, array: NodeId, mask: NodeId, span: Span) -> Step<NodeId> {
        let (dims, masked) = (self.graph.ty(array).dims.clone(), self.graph.ty(mask).dims.clone());
        if masked.is_empty() {
            let (what, instead) = ("a mask without axes", "use `where`");
            return stop(ErrorKind::Unsupported { what, instead }, span);
        }
        if masked.len() > dims.len() {
            return stop(ErrorKind::TooManyIndices { rank: dims.len(), indices: masked.len() }, span);
        }
        for (&left, &right) in dims.iter().zip(&masked) {
            match (left, right) {
                (Dim::One, Dim::One) => {}
                (Dim::Size(left), Dim::Size(right)) => self.graph.constrain(left, right, span),
                (Dim::One, Dim::Size(id)) | (Dim::Size(id), Dim::One) if self.graph.may_be_one(id) => {
                    self.graph.require_one(id, span);
                }
                (Dim::One, Dim::Size(_)) | (Dim::Size(_), Dim::One) => {
                    return stop(ErrorKind::MaskShape, span);
                }
            }
        }
        let at = match self.masks.get(&mask) {
            Some(&known) => known,
            None => {
                let dim = self.graph.counted_dim();
                let node = Node::Nonzero { mask, dim };
                let node = self.graph.add(node, span).expect("the mask is a bool");
                self.masks.insert(mask, node);
                node
            }
        };
        Ok(self.flat_numbers(at, array, masked.len(), span))
    }

    /// The numbers of an array's elements at indices of its first axis, which count from the end if negative.
    fn indexed(&mut self, array: NodeId, index: NodeId, span: Span) -> Step<NodeId> {
        if self.graph.ty(array).dims.is_empty() {
            return stop(ErrorKind::TooManyIndices { rank: 0, indices: 1 }, span);
        }
        let dtype = self.graph.ty(index).dtype;
        let place = self.cast(index, DType::I64, span);
        let count = Node::Count { of: array, axes: Axes(1) };
        let count = self.graph.add(count, span).expect("the array has a first axis");
        let negative = self.is_negative(place, span);
        let beyond = self.apply(Op::Ge, &[place, count], span);
        let (place, below) = match dtype.kind() == Kind::Signed {
            true => {
                let from_end = self.apply(Op::Add, &[place, count], span);
                let below = self.is_negative(from_end, span);
                let place = self.apply(Op::Where, &[negative, from_end, place], span);
                (place, self.apply(Op::BitAnd, &[negative, below], span))
            }
            // What an i64 does not hold became negative.
            false => (place, negative),
        };
        let outside = self.apply(Op::BitOr, &[below, beyond], span);
        let rank = self.graph.ty(outside).dims.len();
        let any = Node::Reduce {
            op: Reduction::Any,
            of: outside,
            imag: None,
            axes: Axes::all(rank),
            keepdims: false,
        };
        let any = if rank == 0 { outside } else { self.graph.add(any, span).expect("all axes are its own") };
        self.guard(any, GuardKind::IndexOutOfRange, span);
        Ok(self.flat_numbers(place, array, 1, span))
    }

    /// The elements of a node at numbers. Of what is elementwise over one space it is the same of the elements of
    /// its operands, so that nothing else is computed and kept.
    fn take(&mut self, node: NodeId, at: NodeId, span: Span) -> NodeId {
        let dims = self.graph.canonical(&self.graph.ty(node).dims);
        let mut taken: rustc_hash::FxHashMap<NodeId, NodeId> = rustc_hash::FxHashMap::default();
        let mut work = vec![node];
        while let Some(&node) = work.last() {
            if taken.contains_key(&node) {
                work.pop();
                continue;
            }
            let operands = self.taken_of(node, &dims);
            let missing: Vec<NodeId> = operands.iter().copied().filter(|o| !taken.contains_key(o)).collect();
            if !missing.is_empty() {
                work.extend(missing);
                continue;
            }
            let of = |operand: NodeId| taken.get(&operand).copied().unwrap_or(operand);
            let built = match self.graph.node(node) {
                _ if self.graph.ty(node).dims.is_empty() && !dims.is_empty() => None,
                Node::Index { along, .. } if along == Axes::all(dims.len()) => Some(at),
                Node::Apply(op, args) if !operands.is_empty() => {
                    let args: SmallVec<[NodeId; 3]> = args.iter().map(|&arg| of(arg)).collect();
                    Some(self.add_taken(Node::Apply(op, Operands::new(&args)), span))
                }
                Node::Cast(dtype, operand) if !operands.is_empty() => {
                    Some(self.add_taken(Node::Cast(dtype, of(operand)), span))
                }
                Node::Take { of: array, at: inner } if !operands.is_empty() => {
                    Some(self.add_taken(Node::Take { of: array, at: of(inner) }, span))
                }
                Node::Broadcast { of: value, .. } if self.graph.ty(value).dims.is_empty() => {
                    Some(self.add_taken(Node::Broadcast { of: value, like: at }, span))
                }
                Node::Text(op, args) if !operands.is_empty() => {
                    let args: SmallVec<[NodeId; 3]> = args.iter().map(|&arg| of(arg)).collect();
                    Some(self.add_taken(Node::Text(op, Operands::new(&args)), span))
                }
                Node::Apply(..) | Node::Text(..) | Node::Cast(..) => {
                    Some(self.add_taken(Node::Take { of: node, at }, span))
                }
                Node::Take { .. } | Node::Broadcast { .. } => {
                    Some(self.add_taken(Node::Take { of: node, at }, span))
                }
                Node::Input(..) | Node::Const(_) | Node::Count { .. } | Node::Reduce { .. } => {
                    Some(self.add_taken(Node::Take { of: node, at }, span))
                }
                Node::Literal(_) | Node::Scan { .. } => {
                    Some(self.add_taken(Node::Take { of: node, at }, span))
                }
                Node::View { .. } | Node::Index { .. } | Node::Nonzero { .. } => {
                    Some(self.add_taken(Node::Take { of: node, at }, span))
                }
            };
            taken.insert(node, built.unwrap_or(node));
            work.pop();
        }
        taken[&node]
    }

    fn add_taken(&mut self, node: Node, span: Span) -> NodeId {
        self.graph.add(node, span).expect("elements have the dtypes of what they are taken of")
    }

    /// The operands that taking is moved to: all of them, if each is over the whole space or has no axes.
    fn taken_of(&self, node: NodeId, dims: &[Dim]) -> Vec<NodeId> {
        let operands = match self.graph.node(node) {
            Node::Apply(_, args) | Node::Text(_, args) => args.to_vec(),
            Node::Literal(_) | Node::Scan { .. } => vec![],
            Node::Cast(_, of) => vec![of],
            Node::Take { at, .. } => vec![at],
            Node::Input(..) | Node::Const(_) | Node::Count { .. } | Node::Reduce { .. } => vec![],
            Node::View { .. } | Node::Index { .. } | Node::Nonzero { .. } | Node::Broadcast { .. } => vec![],
        };
        let is_over = |&operand: &NodeId| {
            let own = &self.graph.ty(operand).dims;
            own.is_empty() || self.graph.canonical(own).as_slice() == dims
        };
        if operands.iter().all(is_over) { operands } else { vec![] }
    }
}
