//! From a kernel to instructions: operands, constants, stores, and one arm a cell of the table.

use super::Set;
use super::code::{About, Class, Dest, Form, Inst, Memory, Program, Reg, Width, repeated};
use super::names::{self, Name};
use super::pair::Pairs;
use super::table::{self, Cell, Expansion};
use crate::backend::{Part, Refusal};
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::{self, Access, Kernel, Stored, Value};
use crate::op::Op;
use iced_x86::Code;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

/// The registers of one value. One that is the same in every lane has one register, which stands for all.
pub(super) type Regs = SmallVec<[Reg; 4]>;

/// What a kernel's value is in the code.
#[derive(Clone, Debug)]
pub(super) enum Repr {
    Numbers(Regs),
    /// A bool, for each element size (in bytes) that it has been made for.
    Mask(SmallVec<[(usize, Regs); 2]>),
    /// A constant bool.
    Constant(bool),
}

/// The program of a kernel with so many elements an iteration.
pub(super) fn program(kernel: &Kernel, set: Set, elements: usize) -> Result<Program, Refusal> {
    let program = Program {
        set,
        elements,
        pointers: kernel.operands.len() + kernel.stores.len(),
        pairs: kernel.parts().next().is_some(),
        regs: Vec::new(),
        before: Vec::new(),
        body: Vec::new(),
        pool: Vec::new(),
    };
    let invariant = kernel.invariant();
    let mut emitter = Emitter {
        set,
        kernel,
        program,
        values: Vec::with_capacity(kernel.body.len()),
        constants: FxHashMap::default(),
        pairs: Pairs::of(kernel),
        invariant,
        before: false,
        refused: None,
    };
    emitter.emit();
    emitter.refused.map_or(Ok(emitter.program), Err)
}

/// Writes one program.
pub(super) struct Emitter<'k> {
    pub(super) set: Set,
    pub(super) kernel: &'k Kernel,
    program: Program,
    values: Vec<Repr>,
    constants: FxHashMap<u64, Reg>,
    pub(super) pairs: Pairs,
    invariant: Vec<bool>,
    /// Whether what is emitted runs before the loop.
    before: bool,
    /// Why there is no program, if there is none.
    refused: Option<Refusal>,
}

impl Emitter<'_> {
    fn emit(&mut self) {
        let kernel = self.kernel;
        for (at, (inst, lane)) in kernel.body.iter().enumerate() {
            self.before = self.invariant[at];
            let value = match inst {
                kernel::Inst::Load(operand) => self.load(*operand as usize),
                kernel::Inst::LoadImag(operand) => Repr::Numbers(self.load_part(*operand, Part::Imag)),
                kernel::Inst::Const(scalar) if *lane == Lane::Bool => Repr::Constant(scalar.bits != 0),
                kernel::Inst::Const(scalar) => Repr::Numbers(smallvec![self.constant(*scalar)]),
                kernel::Inst::Apply(op, args) => self.apply(*op, args),
                kernel::Inst::Cast(of) => self.cast(kernel.lane(*of), *lane, *of),
            };
            self.values.push(value);
        }
        self.before = false;
        for k in 0..kernel.stores.len() {
            self.store(k);
        }
    }

    /// Says that the kernel is not for this tier.
    pub(super) fn refuse(&mut self, what: String) -> Regs {
        self.refused.get_or_insert(Refusal::Illegal(what));
        smallvec![self.register(Class::Vector, None)]
    }

    /// Registers of a varying value with elements of that many bytes.
    pub(super) fn registers(&self, size: usize) -> usize {
        (self.program.elements * size).div_ceil(self.set.bytes())
    }

    /// Registers of a value that is being made.
    pub(super) fn count(&self, size: usize) -> usize {
        if self.before { 1 } else { self.registers(size) }
    }

    /// A value computed before.
    pub(super) fn repr(&self, value: Value) -> &Repr {
        &self.values[value.index()]
    }

    pub(super) fn repr_mut(&mut self, value: Value) -> &mut Repr {
        &mut self.values[value.index()]
    }

    /// Emits before the loop if the value is known there.
    pub(super) fn beside<T>(&mut self, value: Value, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.before, self.invariant[value.index()]);
        let made = make(self);
        self.before = before;
        made
    }

    /// The registers of a value that is not a bool.
    pub(super) fn regs(&self, value: Value) -> Regs {
        match self.repr(value) {
            Repr::Numbers(regs) => regs.clone(),
            Repr::Mask(_) | Repr::Constant(_) => unreachable!("bools are read as masks"),
        }
    }

    /// Whether what is emitted runs before the loop.
    pub(super) fn is_before(&self) -> bool {
        self.before
    }

    /// Where a register's value is in memory from the start.
    pub(super) fn home(&self, reg: Reg) -> Option<Memory> {
        self.program.regs[reg.index()].home
    }

    /// A register whose value is in memory from the start.
    pub(super) fn homed(&mut self, home: Memory) -> Reg {
        self.register(Class::Vector, Some(home))
    }

    fn register(&mut self, class: Class, home: Option<Memory>) -> Reg {
        let constant = matches!(home, Some(Memory::Constant(_)));
        self.program.regs.push(About { class, home, invariant: self.before || constant });
        Reg(self.program.regs.len() as u32 - 1)
    }

    /// A constant in every lane.
    pub(super) fn constant(&mut self, scalar: Scalar) -> Reg {
        self.splat(scalar.lane, scalar.bits)
    }

    /// An integer constant with these bits in every element of a lane.
    pub(super) fn splat(&mut self, lane: Lane, bits: u64) -> Reg {
        let word = repeated(lane, bits);
        if let Some(&reg) = self.constants.get(&word) {
            return reg;
        }
        let home = Memory::Constant(self.program.pool.len() as u32);
        self.program.pool.push(word);
        let reg = self.register(Class::Vector, Some(home));
        self.constants.insert(word, reg);
        reg
    }

    /// A float constant in every lane.
    pub(super) fn float(&mut self, lane: Lane, value: f64) -> Reg {
        self.constant(Scalar::from_f64(lane, value))
    }

    fn push(&mut self, inst: Inst) {
        let to = if self.before { &mut self.program.before } else { &mut self.program.body };
        to.push(inst);
    }

    /// Emits an instruction of any form.
    pub(super) fn raw(
        &mut self,
        form: Form,
        (class, width): (Class, Width),
        uses: &[(Reg, Width)],
        immediate: Option<u8>,
        under: Option<(Reg, bool)>,
    ) -> Reg {
        let reg = self.register(class, None);
        let dest = Dest::Reg(reg, width);
        let uses = SmallVec::from_slice(uses);
        self.push(Inst { form, dest, uses, source: None, immediate, under });
        reg
    }

    /// Emits an instruction by name.
    pub(super) fn named(&mut self, name: Name, lane: Lane, args: &[Reg], immediate: Option<u8>) -> Reg {
        self.named_under(name, lane, args, immediate, None)
    }

    /// Emits an instruction by name, under a mask.
    pub(super) fn named_under(
        &mut self,
        name: Name,
        lane: Lane,
        args: &[Reg],
        immediate: Option<u8>,
        under: Option<(Reg, bool)>,
    ) -> Reg {
        let Some(form) = names::form(name, lane, self.set) else {
            return self.refuse(format!("{name:?} of {lane} in {:?}", self.set))[0];
        };
        let makes_mask = matches!(name, Name::Compare | Name::Class | Name::Signs | Name::Test);
        let class = if makes_mask && self.set == Set::Avx512 { Class::Mask } else { Class::Vector };
        let uses: SmallVec<[(Reg, Width); 3]> = args.iter().map(|&a| (a, Width::Full)).collect();
        self.raw(form, (class, Width::Full), &uses, immediate, under)
    }

    /// An instruction on two registers.
    pub(super) fn two(&mut self, name: Name, lane: Lane, x: Reg, y: Reg) -> Reg {
        self.named(name, lane, &[x, y], None)
    }

    /// Where the mask is set `x`, else `y`.
    pub(super) fn select(&mut self, lane: Lane, mask: Reg, x: Reg, y: Reg) -> Reg {
        match self.set {
            Set::Avx2 => self.named(Name::Select, lane, &[y, x, mask], None),
            Set::Avx512 => self.named_under(Name::Select, lane, &[y, x], None, Some((mask, false))),
        }
    }

    /// `x` where the mask is set, else zeros.
    pub(super) fn keep(&mut self, lane: Lane, mask: Reg, x: Reg) -> Reg {
        match self.set {
            Set::Avx2 => self.two(Name::And, lane, mask, x),
            Set::Avx512 => self.named_under(Name::Move, lane, &[x], None, Some((mask, true))),
        }
    }

    fn load(&mut self, operand: usize) -> Repr {
        let kernel::Operand { lane, access } = self.kernel.operands[operand];
        let pointer = operand as u16;
        let regs: Regs = match access {
            Access::Scalar => {
                let reg = self.register(Class::Vector, None);
                let form = names::form(Name::Broadcast, lane, self.set);
                let form = Form::registers(form.map_or(Code::INVALID, |f| f.code));
                let (dest, source) = (Dest::Reg(reg, Width::Full), Some(Memory::Scalar { pointer }));
                let uses = SmallVec::new();
                self.push(Inst { form, dest, uses, source, immediate: None, under: None });
                smallvec![reg]
            }
            Access::Contiguous => self
                .parts(lane)
                .map(|(offset, bytes)| {
                    let home = Memory::Block { pointer, size: lane.size() as u8, pair: false, offset, bytes };
                    self.register(Class::Vector, Some(home))
                })
                .collect(),
            Access::Pair => self.load_part(operand as u32, Part::Real),
        };
        if lane != Lane::Bool {
            return Repr::Numbers(regs);
        }
        // Any byte that is not zero is true.
        let mask = regs.iter().map(|&r| self.not_zero(Lane::U8, r)).collect();
        Repr::Mask(smallvec![(1, mask)])
    }

    /// The registers of an iteration's elements in memory: where each begins, and its bytes.
    fn parts(&self, lane: Lane) -> impl Iterator<Item = (u16, u8)> + use<> {
        let (bytes, whole) = (self.set.bytes(), self.program.elements * lane.size());
        (0..whole).step_by(bytes).map(move |at| (at as u16, bytes.min(whole - at) as u8))
    }

    /// The mask of the elements that are not zero.
    pub(super) fn not_zero(&mut self, lane: Lane, x: Reg) -> Reg {
        if lane.is_float() {
            let zero = self.splat(lane, 0);
            return self.named(Name::Compare, lane, &[x, zero], Some(table::NE));
        }
        match self.set {
            Set::Avx512 => self.named(Name::Test, lane, &[x, x], None),
            Set::Avx2 => {
                let zero = self.splat(lane, 0);
                let equal = self.two(Name::Equal, lane, x, zero);
                self.flip(lane, equal)
            }
        }
    }

    fn store(&mut self, k: usize) {
        let pointer = (self.kernel.operands.len() + k) as u16;
        let value = match self.kernel.stores[k] {
            Stored::Whole(value) => value,
            Stored::Pair(parts) => return self.store_pair(pointer, parts),
        };
        let lane = self.kernel.lane(value);
        let regs = if lane == Lane::Bool { self.of_bool(Lane::U8, value) } else { self.regs(value) };
        for (r, (offset, bytes)) in self.parts(lane).enumerate() {
            let reg = regs[r.min(regs.len() - 1)];
            self.store_register(
                reg,
                Memory::Block { pointer, size: lane.size() as u8, pair: false, offset, bytes },
                bytes,
            );
        }
    }

    /// Stores the first `bytes` bytes of a register.
    pub(super) fn store_register(&mut self, reg: Reg, memory: Memory, bytes: u8) {
        let (code, width) = store_code(self.set, bytes);
        let (form, dest) = (Form::registers(code), Dest::Memory(memory));
        let uses = smallvec![(reg, width)];
        self.push(Inst { form, dest, uses, source: None, immediate: None, under: None });
    }

    fn apply(&mut self, op: Op, args: &[Value]) -> Repr {
        let lane = self.kernel.lane(args[args.len() - 1]);
        match table::cell(op, lane, self.set) {
            Cell::Native(name, immediate) => {
                let made = self.each(lane, args, |e, x| e.named(name, lane, x, immediate));
                self.result(op, lane, made)
            }
            Cell::Expansion(Expansion::Select) => Repr::Numbers(self.select_all(lane, args)),
            Cell::Expansion(Expansion::Shift { left }) => Repr::Numbers(self.shift(left, lane, args)),
            Cell::Expansion(expansion) => {
                let made = self.each(lane, args, |e, x| e.expand(expansion, lane, x));
                self.result(op, lane, made)
            }
            Cell::Mask(logic) => self.logic(logic, args),
            Cell::Same => self.repr(args[0]).clone(),
            Cell::Fixed(value) => Repr::Constant(value),
            Cell::NotLane => Repr::Numbers(self.refuse(format!("{op:?} of {lane}"))),
        }
    }

    /// What an operator's registers are: numbers, or a mask for its lane.
    fn result(&self, op: Op, lane: Lane, made: Regs) -> Repr {
        if op.is_predicate() { Repr::Mask(smallvec![(lane.size(), made)]) } else { Repr::Numbers(made) }
    }

    /// Makes each register of a result from those of the operands, side by side.
    fn each(&mut self, lane: Lane, args: &[Value], mut make: impl FnMut(&mut Self, &[Reg]) -> Reg) -> Regs {
        let regs: SmallVec<[Regs; 3]> = args.iter().map(|&a| self.regs(a)).collect();
        let count = self.count(lane.size());
        let mut made = Regs::new();
        for r in 0..count {
            let args: SmallVec<[Reg; 3]> = regs.iter().map(|x| x[r.min(x.len() - 1)]).collect();
            made.push(make(self, &args));
        }
        made
    }

    fn select_all(&mut self, lane: Lane, args: &[Value]) -> Regs {
        let mask = self.mask(args[0], lane.size());
        let mut r = 0;
        self.each(lane, &args[1..], |e, x| {
            r += 1;
            e.select(lane, mask[(r - 1).min(mask.len() - 1)], x[0], x[1])
        })
    }

    fn expand(&mut self, expansion: Expansion, lane: Lane, args: &[Reg]) -> Reg {
        let (x, y) = (args[0], args[args.len() - 1]);
        match expansion {
            Expansion::FlipSign => self.flip_sign(lane, x),
            Expansion::ClearSign => self.clear_sign(lane, x),
            Expansion::FloatSign => self.float_sign(lane, x),
            Expansion::Copysign => self.copysign(lane, x, y),
            Expansion::Pick(name, nan) => self.pick(name, lane, args, usize::from(nan)),
            Expansion::WithItself(how) => self.named(Name::Compare, lane, &[x, x], Some(how)),
            Expansion::WithInfinity(how) => self.with_infinity(lane, x, how),
            Expansion::Negate => self.negate(lane, x),
            Expansion::Flip => self.flip(lane, x),
            Expansion::ClampToOne => self.clamp_to_one(lane, x),
            Expansion::AtMostOne => self.at_most_one(lane, x),
            Expansion::NotZero => self.one_if_not_zero(lane, x),
            Expansion::SignByMasks => self.sign_by_masks(lane, x),
            Expansion::AbsByMask => self.abs_by_mask(lane, x),
            Expansion::Extreme(name) => self.extreme(name, lane, x, y),
            Expansion::MulBytes => self.mul_bytes(x, y),
            Expansion::MulWide => self.mul_wide(x, y),
            Expansion::CompareBy(how) => self.compare_by(how, lane, x, y),
            Expansion::Negative => self.negative(lane, x),
            Expansion::Select | Expansion::Shift { .. } => unreachable!("these take whole values"),
        }
    }
}

/// The store of so many bytes, and how it names the register.
fn store_code(set: Set, bytes: u8) -> (Code, Width) {
    match (set, bytes) {
        (Set::Avx512, 64) => (Code::EVEX_Vmovups_zmmm512_k1z_zmm, Width::Full),
        (Set::Avx512, 32) => (Code::EVEX_Vmovups_ymmm256_k1z_ymm, Width::Y),
        (Set::Avx512, 16) => (Code::EVEX_Vmovups_xmmm128_k1z_xmm, Width::X),
        (Set::Avx512, _) => (Code::EVEX_Vmovq_xmmm64_xmm, Width::X),
        (Set::Avx2, 32) => (Code::VEX_Vmovups_ymmm256_ymm, Width::Full),
        (Set::Avx2, 16) => (Code::VEX_Vmovups_xmmm128_xmm, Width::X),
        (Set::Avx2, 8) => (Code::VEX_Vmovq_xmmm64_xmm, Width::X),
        (Set::Avx2, _) => (Code::VEX_Vmovd_rm32_xmm, Width::X),
    }
}
