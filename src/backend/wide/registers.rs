//! Numbers for registers: one scan over straight-line code.
//!
//! Where none is free, the value whose next use is farthest gives up its own; it is written to a slot of the
//! frame unless it is in memory anyway. Values from memory that are used once are read by the instruction that
//! uses them. What is the same in every iteration keeps a register through the loop as far as the loop leaves
//! any, the most used first; the others are read from memory, constants by broadcasting where the instruction can.

use super::Set;
use super::code::{Class, Dest, Form, Inst, Memory, Program, Reg, Width};
use super::names::{self, Name};
use crate::dtype::Lane;
use iced_x86::Code;
use smallvec::SmallVec;

/// An operand of a finished instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operand {
    Vector(u8, Width),
    Mask(u8),
    /// In memory, one element for all if so said; as wide as the register it stands for.
    Memory(Memory, bool, Width),
    Immediate(u8),
}

/// A finished instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Numbered {
    pub(super) code: Code,
    pub(super) operands: SmallVec<[Operand; 4]>,
    /// The mask register that it runs under, and whether elements outside become 0.
    pub(super) under: Option<(u8, bool)>,
}

/// A program with numbers.
#[derive(Debug)]
pub(super) struct Allocation {
    pub(super) before: Vec<Numbered>,
    pub(super) body: Vec<Numbered>,
    /// Slots of the frame.
    pub(super) slots: u32,
}

/// Mask registers 1 to 6 are for values: 0 means none, and the last is kept for the rest.
const MASKS: std::ops::Range<usize> = 1..7;

/// The most registers of a class that an instruction names.
const NAMED: usize = 4;

/// The registers that an instruction reads.
type Sources = SmallVec<[(Reg, Width); 3]>;

/// Places of the uses of each register, the next one last.
type Uses = Vec<SmallVec<[u32; 4]>>;

fn uses(program: &Program, code: &[Inst]) -> Uses {
    let mut uses: Uses = vec![SmallVec::new(); program.regs.len()];
    for (at, inst) in code.iter().enumerate().rev() {
        for reg in sources(inst) {
            uses[reg.index()].push(at as u32);
        }
    }
    uses
}

fn sources(inst: &Inst) -> impl Iterator<Item = Reg> {
    inst.uses.iter().map(|u| u.0).chain(inst.under.map(|u| u.0))
}

/// Whether the loop's own values fit the registers, and leave a few vectors for what is the same throughout.
pub(super) fn fits(program: &Program) -> bool {
    most_live(program, Class::Vector) + NAMED <= program.set.vectors()
        && most_live(program, Class::Mask) <= MASKS.len()
}

fn most_live(program: &Program, class: Class) -> usize {
    let uses = uses(program, &program.body);
    let mut change = vec![0i32; program.body.len() + 1];
    let counts = |reg: usize| program.regs[reg].class == class && !program.regs[reg].invariant;
    for (at, inst) in program.body.iter().enumerate() {
        if let Dest::Reg(reg, _) = inst.dest
            && counts(reg.index())
        {
            change[at] += 1;
            let last = uses[reg.index()].first().map_or(at, |&l| l as usize);
            change[last.max(at + 1).min(program.body.len())] -= 1;
        }
    }
    for (reg, about) in program.regs.iter().enumerate().filter(|&(r, a)| counts(r) && a.home.is_some()) {
        debug_assert!(about.class == Class::Vector, "masks have no home");
        if let [last, .., first] = uses[reg].as_slice() {
            change[*first as usize] += 1;
            change[*last as usize] -= 1;
        }
    }
    let mut live = 0;
    let counted = change.iter().map(|c| {
        live += c;
        live as usize
    });
    counted.max().unwrap_or(0)
}

/// Numbers the registers of a program.
pub(super) fn number(program: &Program) -> Allocation {
    let mut allocator = Allocator {
        program,
        place: vec![None; program.regs.len()],
        slot: vec![None; program.regs.len()],
        pinned: vec![false; program.regs.len()],
        uses: uses(program, &program.before),
        vectors: [None; 32],
        masks: [None; 8],
        free_slots: Vec::new(),
        slots: 0,
        stored: false,
        out: Vec::with_capacity(program.before.len()),
    };
    allocator.pin();
    for inst in &program.before {
        allocator.place_inst(inst);
    }
    let before = std::mem::take(&mut allocator.out);
    allocator.leave_before();
    allocator.out.reserve(program.body.len());
    for inst in &program.body {
        allocator.place_inst(inst);
    }
    Allocation { before, body: allocator.out, slots: allocator.slots }
}

struct Allocator<'p> {
    program: &'p Program,
    /// The register's number, while it has one.
    place: Vec<Option<u8>>,
    slot: Vec<Option<u32>>,
    /// Whether the number is kept throughout.
    pinned: Vec<bool>,
    uses: Uses,
    vectors: [Option<Reg>; 32],
    masks: [Option<Reg>; 8],
    free_slots: Vec<u32>,
    slots: u32,
    /// Whether the iteration has begun to store, after which blocks are not read: they may have been written.
    stored: bool,
    out: Vec<Numbered>,
}

impl Allocator<'_> {
    fn set(&self) -> Set {
        self.program.set
    }

    fn class(&self, reg: Reg) -> Class {
        self.program.regs[reg.index()].class
    }

    /// Gives the most used invariants registers for good, and reads those that are constants.
    fn pin(&mut self) {
        let in_loop = uses(self.program, &self.program.body);
        for class in [Class::Vector, Class::Mask] {
            let numbers = self.numbers(class);
            let room = numbers.len().saturating_sub(most_live(self.program, class));
            let mut wanted: Vec<Reg> = (0..self.program.regs.len() as u32).map(Reg).collect();
            wanted.retain(|r| {
                let about = &self.program.regs[r.index()];
                about.class == class && about.invariant && !in_loop[r.index()].is_empty()
            });
            wanted.sort_by_key(|r| std::cmp::Reverse(in_loop[r.index()].len()));
            // What does not stay in a register may need one for a moment.
            let room = if wanted.len() <= room { room } else { room.saturating_sub(2) };
            let room = room.min(numbers.len() - NAMED);
            for (&reg, number) in wanted.iter().zip(numbers.rev().take(room)) {
                self.pinned[reg.index()] = true;
                self.occupy(reg, number);
                if let Some(home @ Memory::Constant(_)) = self.program.regs[reg.index()].home {
                    self.read(number as u8, home);
                }
            }
        }
    }

    fn numbers(&self, class: Class) -> std::ops::Range<usize> {
        match class {
            Class::Vector => 0..self.set().vectors(),
            Class::Mask => MASKS,
        }
    }

    /// Turns to the loop: what has no register for good is in memory from here on.
    fn leave_before(&mut self) {
        self.uses = uses(self.program, &self.program.body);
        for reg in (0..self.program.regs.len() as u32).map(Reg) {
            if !self.pinned[reg.index()] {
                self.vacate(reg);
            }
        }
    }

    fn occupants(&mut self, class: Class) -> &mut [Option<Reg>] {
        match class {
            Class::Vector => &mut self.vectors,
            Class::Mask => &mut self.masks,
        }
    }

    fn occupy(&mut self, reg: Reg, number: usize) {
        self.place[reg.index()] = Some(number as u8);
        let class = self.class(reg);
        self.occupants(class)[number] = Some(reg);
    }

    fn vacate(&mut self, reg: Reg) {
        if let Some(number) = self.place[reg.index()].take() {
            let class = self.class(reg);
            self.occupants(class)[usize::from(number)] = None;
        }
    }

    /// Where a register's value is in memory, if it is.
    fn in_memory(&self, reg: Reg) -> Option<Memory> {
        let home = match self.program.regs[reg.index()].home {
            Some(Memory::Block { .. }) if self.stored => None,
            home => home,
        };
        home.or(self.slot[reg.index()].map(Memory::Slot))
    }

    /// Reads what is still wanted of blocks, before the first store.
    fn begin_to_store(&mut self) {
        self.stored = true;
        for reg in (0..self.program.regs.len() as u32).map(Reg) {
            let home = self.program.regs[reg.index()].home;
            if let Some(block @ Memory::Block { .. }) = home
                && self.place[reg.index()].is_none()
                && !self.uses[reg.index()].is_empty()
            {
                let number = self.vacancy(Class::Vector, &[]);
                self.occupy(reg, number);
                self.read(number as u8, block);
            }
        }
    }

    fn new_slot(&mut self) -> u32 {
        self.free_slots.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        })
    }

    /// A number for a register of that class, none of `locked`'s: a free one, or that of the value whose next use
    /// is farthest.
    fn vacancy(&mut self, class: Class, locked: &[Reg]) -> usize {
        let numbers = self.numbers(class);
        let taken = match class {
            Class::Vector => &self.vectors[..],
            Class::Mask => &self.masks[..],
        };
        if let Some(free) = numbers.clone().find(|&n| taken[n].is_none()) {
            return free;
        }
        let next = |reg: Reg| self.uses[reg.index()].last().copied().unwrap_or(u32::MAX);
        let candidates = numbers.filter_map(|n| taken[n].map(|reg| (n, reg)));
        let victim = candidates
            .filter(|(_, reg)| !self.pinned[reg.index()] && !locked.contains(reg))
            .max_by_key(|&(_, reg)| next(reg));
        let (number, reg) = victim.expect("an instruction names fewer registers than there are");
        if self.in_memory(reg).is_none() {
            self.spill(reg, number as u8);
        }
        self.vacate(reg);
        number
    }

    fn spill(&mut self, reg: Reg, number: u8) {
        let slot = self.new_slot();
        self.slot[reg.index()] = Some(slot);
        let (code, from) = match (self.class(reg), self.set()) {
            (Class::Vector, Set::Avx2) => {
                (Code::VEX_Vmovups_ymmm256_ymm, Operand::Vector(number, Width::Full))
            }
            (Class::Vector, Set::Avx512) => {
                (Code::EVEX_Vmovups_zmmm512_k1z_zmm, Operand::Vector(number, Width::Full))
            }
            (Class::Mask, _) => (Code::VEX_Kmovq_m64_kr, Operand::Mask(number)),
        };
        let to = Operand::Memory(Memory::Slot(slot), false, Width::Full);
        self.out.push(Numbered { code, operands: SmallVec::from_slice(&[to, from]), under: None });
    }

    /// Reads a value from memory into a register.
    fn read(&mut self, number: u8, memory: Memory) {
        let (code, width) = load_code(self.set(), memory);
        let operands =
            SmallVec::from_slice(&[Operand::Vector(number, width), Operand::Memory(memory, false, width)]);
        self.out.push(Numbered { code, operands, under: None });
    }

    fn ensure(&mut self, reg: Reg, locked: &[Reg]) -> u8 {
        if let Some(number) = self.place[reg.index()] {
            return number;
        }
        let class = self.class(reg);
        let number = self.vacancy(class, locked);
        self.occupy(reg, number);
        let memory = self.in_memory(reg).expect("a value is in a register or in memory");
        match class {
            Class::Vector => self.read(number as u8, memory),
            Class::Mask => {
                let operands = [Operand::Mask(number as u8), Operand::Memory(memory, false, Width::Full)];
                let operands = SmallVec::from_slice(&operands);
                self.out.push(Numbered { code: Code::VEX_Kmovq_kr_km64, operands, under: None });
            }
        }
        number as u8
    }

    /// The operand in memory that a source may be, if the instruction can read it there.
    fn folded(&self, form: Form, reg: Reg, width: Width) -> Option<Operand> {
        if self.place[reg.index()].is_some() || self.class(reg) == Class::Mask {
            return None;
        }
        let about = &self.program.regs[reg.index()];
        let memory = self.in_memory(reg)?;
        let (reads, broadcast) = match memory {
            Memory::Constant(_) if self.set() == Set::Avx512 && form.memory > 8 => {
                (form.broadcast != 0, form.broadcast != 0)
            }
            Memory::Constant(_) | Memory::Slot(_) => (true, false),
            Memory::Block { bytes, .. } => (bytes >= form.memory, false),
            Memory::Scalar { .. } => (false, false),
        };
        let once = about.invariant || self.uses[reg.index()].len() <= 1;
        (reads && once).then_some(Operand::Memory(memory, broadcast, width))
    }

    /// The sources in order, and of them the one that is read from memory.
    fn fold(&self, inst: &Inst) -> (Sources, Option<(usize, Operand)>) {
        let mut sources = inst.uses.clone();
        let Some(at) = inst.form.fold.map(usize::from) else { return (sources, None) };
        let alone = |at: usize, all: &[(Reg, Width)]| all.iter().filter(|u| u.0 == all[at].0).count() == 1;
        let can = |at: usize, all: &[(Reg, Width)]| {
            let (reg, width) = all[at];
            if alone(at, all) { self.folded(inst.form, reg, width) } else { None }
        };
        if let Some(operand) = can(at, &sources) {
            return (sources, Some((at, operand)));
        }
        if inst.form.commutes {
            sources.swap(0, 1);
            if let Some(operand) = can(at, &sources) {
                return (sources, Some((at, operand)));
            }
        }
        (sources, None)
    }

    fn place_inst(&mut self, inst: &Inst) {
        if !self.stored && matches!(inst.dest, Dest::Memory(_)) {
            self.begin_to_store();
        }
        let (sources, folded) = self.fold(inst);
        let locked: SmallVec<[Reg; 4]> = self::sources(inst).collect();
        let mut operands: SmallVec<[Operand; 4]> = SmallVec::new();
        for (at, &(reg, width)) in sources.iter().enumerate() {
            operands.push(match folded {
                Some((k, operand)) if k == at => operand,
                _ => {
                    let number = self.ensure(reg, &locked);
                    match self.class(reg) {
                        Class::Vector => Operand::Vector(number, width),
                        Class::Mask => Operand::Mask(number),
                    }
                }
            });
        }
        let under = inst.under.map(|(mask, zero)| (self.ensure(mask, &locked), zero));
        operands.extend(inst.source.map(|m| Operand::Memory(m, false, Width::Full)));
        operands.extend(inst.immediate.map(Operand::Immediate));
        for &reg in &locked {
            self.uses[reg.index()].pop();
        }
        for &reg in &locked {
            self.release(reg);
        }
        let made = match inst.dest {
            Dest::Memory(memory) => {
                operands.insert(0, Operand::Memory(memory, false, Width::Full));
                None
            }
            Dest::Reg(reg, width) => {
                let number = match self.place[reg.index()] {
                    Some(number) => usize::from(number),
                    None => self.vacancy(self.class(reg), &[]),
                };
                self.occupy(reg, number);
                let class = self.class(reg);
                operands.insert(
                    0,
                    match class {
                        Class::Vector => Operand::Vector(number as u8, width),
                        Class::Mask => Operand::Mask(number as u8),
                    },
                );
                Some((reg, number as u8))
            }
        };
        self.out.push(Numbered { code: inst.form.code, operands, under });
        if let Some((reg, number)) = made {
            // The loop finds an invariant in its register or in its slot.
            if self.program.regs[reg.index()].invariant && !self.pinned[reg.index()] {
                self.spill(reg, number);
            }
            self.release(reg);
        }
    }

    /// Frees a register that is used no more here.
    fn release(&mut self, reg: Reg) {
        if !self.uses[reg.index()].is_empty() || self.pinned[reg.index()] {
            return;
        }
        self.vacate(reg);
        if !self.program.regs[reg.index()].invariant
            && let Some(slot) = self.slot[reg.index()].take()
        {
            self.free_slots.push(slot);
        }
    }
}

/// The instruction that reads a register's value from memory, and how it names the register.
fn load_code(set: Set, memory: Memory) -> (Code, Width) {
    let bytes = match memory {
        Memory::Block { bytes, .. } => usize::from(bytes),
        Memory::Constant(_) if set == Set::Avx512 => {
            let form = names::form(Name::Broadcast, Lane::U64, set);
            return (form.map_or(Code::INVALID, |f| f.code), Width::Full);
        }
        Memory::Constant(_) | Memory::Slot(_) | Memory::Scalar { .. } => set.bytes(),
    };
    match (set, bytes) {
        (Set::Avx512, 64) => (Code::EVEX_Vmovups_zmm_k1z_zmmm512, Width::Full),
        (Set::Avx512, 32) => (Code::EVEX_Vmovups_ymm_k1z_ymmm256, Width::Y),
        (Set::Avx512, 16) => (Code::EVEX_Vmovups_xmm_k1z_xmmm128, Width::X),
        (Set::Avx512, _) => (Code::EVEX_Vmovq_xmm_xmmm64, Width::X),
        (Set::Avx2, 32) => (Code::VEX_Vmovups_ymm_ymmm256, Width::Full),
        (Set::Avx2, 16) => (Code::VEX_Vmovups_xmm_xmmm128, Width::X),
        (Set::Avx2, 8) => (Code::VEX_Vmovq_xmm_xmmm64, Width::X),
        (Set::Avx2, _) => (Code::VEX_Vmovd_xmm_rm32, Width::X),
    }
}
