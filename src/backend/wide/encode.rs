//! The function around a program: entry, loop, rest, exit; and its bytes.
//!
//! ```text
//!   rdi  pointers      rsi  iterations, then the end of the loop       rdx  elements of the rest
//!   rcx  index         rax  scratch                                    r8…r15, rbx  pointers to blocks
//! ```
//!
//! Where there are pairs, r15 is twice the index: an address scales an index by 8 at most, and a pair may have 16 bytes.

use super::Set;
use super::code::{Memory, Program, Width};
use super::registers::{Allocation, Numbered, Operand};
use crate::backend::Refusal;
use iced_x86::{Code, Encoder, FastFormatter, IcedError, Instruction, OpKind, Register};
use smallvec::SmallVec;

/// Registers for pointers; those from the sixth on are the caller's and are put back.
const POINTERS: [Register; 9] = [
    Register::R8,
    Register::R9,
    Register::R10,
    Register::R11,
    Register::RBX,
    Register::R12,
    Register::R13,
    Register::R14,
    Register::R15,
];
/// How many of them are the callee's own.
const OWN: usize = 4;
/// Twice the index, where there are pairs.
const TWICE: Register = Register::R15;

/// What is touched of a new frame: a page at a time, so that the stack's guard page is met.
const PAGE: i32 = 4096;

/// The mask and the vector register that are kept for the rest.
const REST_MASK: u8 = 7;
const REST_VECTOR: u8 = 31;

/// The bytes of a function with its constants before it, and where it begins.
pub(super) fn encode(
    program: &Program,
    allocation: &Allocation,
    listing: Option<&mut String>,
) -> Result<(Vec<u8>, usize), Refusal> {
    let mut writer = Writer::new(program, allocation, listing);
    writer.function().map_err(|e| Refusal::Unsupported(e.to_string()))?;
    Ok((writer.encoder.take_buffer(), writer.start))
}

struct Writer<'p> {
    program: &'p Program,
    allocation: &'p Allocation,
    encoder: Encoder,
    /// Where the function begins, and where the next instruction goes.
    start: usize,
    at: u64,
    /// The element that the rest's mask is for, if it holds one, and whether it is for pairs.
    masked: Option<(u32, bool)>,
    listing: Option<(&'p mut String, FastFormatter)>,
}

type Encoded = Result<(), IcedError>;

impl<'p> Writer<'p> {
    fn new(program: &'p Program, allocation: &'p Allocation, listing: Option<&'p mut String>) -> Writer<'p> {
        let entry = constant_bytes(program.set);
        let mut bytes = Vec::with_capacity(program.pool.len() * entry + 16 * allocation.body.len() + 512);
        for word in &program.pool {
            (0..entry / 8).for_each(|_| bytes.extend_from_slice(&word.to_le_bytes()));
        }
        // A zero behind the constants, and the function on a cache line.
        bytes.resize((bytes.len() + 8).next_multiple_of(64), 0);
        let start = bytes.len();
        let mut encoder = Encoder::new(64);
        encoder.set_buffer(bytes);
        let listing = listing.map(|text| (text, FastFormatter::new()));
        Writer { program, allocation, encoder, start, at: start as u64, masked: None, listing }
    }

    fn zero(&self) -> u64 {
        (self.program.pool.len() * constant_bytes(self.program.set)) as u64
    }

    fn put(&mut self, mut instruction: Instruction) -> Encoded {
        let length = self.encoder.encode(&instruction, self.at)?;
        if let Some((text, formatter)) = &mut self.listing {
            instruction.set_ip(self.at);
            instruction.set_len(length);
            let mut line = String::new();
            formatter.format(&instruction, &mut line);
            text.push_str(&format!("  {:04x}  {line}\n", self.at));
        }
        self.at += length as u64;
        Ok(())
    }

    fn label(&mut self, name: &str) -> u64 {
        if let Some((text, _)) = &mut self.listing {
            text.push_str(&format!("{name}:\n"));
        }
        self.at
    }

    fn function(&mut self) -> Encoded {
        let allocation = self.allocation;
        self.label("entry");
        let pushed = self.enter()?;
        for (k, &register) in pointers(self.program).iter().enumerate() {
            self.put(Instruction::with2(Code::Mov_r64_rm64, register, pointer_argument(k))?)?;
        }
        self.section(&allocation.before)?;
        self.put(Instruction::with2(Code::Xor_r32_rm32, Register::ECX, Register::ECX)?)?;
        let elements = self.program.elements as i32;
        self.put(Instruction::with3(Code::Imul_r64_rm64_imm32, Register::RSI, Register::RSI, elements)?)?;
        let skip = match self.program.set {
            // Never called for less than an iteration.
            Set::Avx2 => None,
            Set::Avx512 => {
                self.put(Instruction::with2(Code::Test_rm64_r64, Register::RSI, Register::RSI)?)?;
                Some(self.forward("rest")?)
            }
        };
        self.align()?;
        let top = self.label("loop");
        self.double_index()?;
        self.section(&allocation.body)?;
        self.put(Instruction::with2(Code::Add_rm64_imm32, Register::RCX, elements)?)?;
        self.put(Instruction::with2(Code::Cmp_r64_rm64, Register::RCX, Register::RSI)?)?;
        self.put(Instruction::with_branch(Code::Jb_rel32_64, top)?)?;
        if let Some(skip) = skip {
            self.arrive(skip)?;
            self.rest()?;
        }
        self.leave(pushed)
    }

    /// Makes the index of pairs.
    fn double_index(&mut self) -> Encoded {
        if !self.program.pairs {
            return Ok(());
        }
        let twice = iced_x86::MemoryOperand::with_base_index(Register::RCX, Register::RCX);
        self.put(Instruction::with2(Code::Lea_r64_m, TWICE, twice)?)
    }

    /// Instructions, with pointers fetched that have no register.
    fn section(&mut self, code: &[Numbered]) -> Encoded {
        for inst in code {
            self.fetch(inst)?;
            self.put(instruction(self.program, inst))?;
        }
        Ok(())
    }

    /// Reads the pointer of an operand from memory, if it has no register.
    fn fetch(&mut self, inst: &Numbered) -> Encoded {
        match pointer(inst) {
            Some(pointer) if usize::from(pointer) >= pointers(self.program).len() => {
                let from = pointer_argument(usize::from(pointer));
                self.put(Instruction::with2(Code::Mov_r64_rm64, Register::RAX, from)?)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// One more iteration, with every access to a block under a mask.
    fn rest(&mut self) -> Encoded {
        let allocation = self.allocation;
        self.label("rest");
        self.put(Instruction::with2(Code::Test_rm64_r64, Register::RDX, Register::RDX)?)?;
        let skip = self.forward("exit")?;
        self.put(Instruction::with2(Code::Mov_rm64_imm32, Register::RSI, -1)?)?;
        self.double_index()?;
        for inst in &allocation.body {
            match block(inst) {
                Some((size, pair, offset)) => {
                    self.rest_mask(u32::from(offset / u16::from(size)), pair)?;
                    self.masked(inst, size)?;
                }
                None => self.put(instruction(self.program, inst))?,
            }
        }
        self.arrive(skip)?;
        self.label("exit");
        Ok(())
    }

    /// An instruction with an operand in a block, as one on those elements that are there.
    fn masked(&mut self, inst: &Numbered, size: u8) -> Encoded {
        self.fetch(inst)?;
        let mut inst = inst.clone();
        let loads = load_under(size);
        if let Operand::Memory(..) = inst.operands[0] {
            let Operand::Vector(number, _) = inst.operands[1] else { return Ok(()) };
            inst.code = store_under(size);
            inst.operands[1] = Operand::Vector(number, Width::Full);
            inst.under = Some((REST_MASK, false));
            return self.put(instruction(self.program, &inst));
        }
        let Some(at) = inst.operands.iter().position(|o| matches!(o, Operand::Memory(..))) else {
            return Ok(());
        };
        let Operand::Memory(memory, _, width) = inst.operands[at] else { return Ok(()) };
        // A plain load goes where it did; for the others a register stands in.
        let plain = is_load(inst.code);
        let number = match inst.operands[0] {
            Operand::Vector(number, _) if plain => number,
            Operand::Vector(..) | Operand::Mask(_) | Operand::Memory(..) | Operand::Immediate(_) => {
                REST_VECTOR
            }
        };
        let from = Operand::Memory(memory, false, Width::Full);
        let operands = SmallVec::from_slice(&[Operand::Vector(number, Width::Full), from]);
        let load = Numbered { code: loads, operands, under: Some((REST_MASK, true)) };
        self.put(instruction(self.program, &load))?;
        if plain {
            return Ok(());
        }
        inst.operands[at] = Operand::Vector(REST_VECTOR, width);
        self.put(instruction(self.program, &inst))
    }

    /// Makes the mask of the elements (of pairs, the parts) from number `from` of the iteration on that are there.
    fn rest_mask(&mut self, from: u32, pair: bool) -> Encoded {
        if self.masked == Some((from, pair)) {
            return Ok(());
        }
        self.masked = Some((from, pair));
        self.put(Instruction::with2(Code::Mov_r32_rm32, Register::EAX, Register::EDX)?)?;
        if pair {
            self.put(Instruction::with2(Code::Add_rm32_r32, Register::EAX, Register::EAX)?)?;
        }
        if from > 0 {
            self.put(Instruction::with2(Code::Sub_rm32_imm32, Register::EAX, from as i32)?)?;
            let zero = relative(self.zero());
            self.put(Instruction::with2(Code::Cmovb_r32_rm32, Register::EAX, zero)?)?;
        }
        let bits = (Register::RAX, Register::RSI, Register::RAX);
        self.put(Instruction::with3(Code::VEX_Bzhi_r64_rm64_r64, bits.0, bits.1, bits.2)?)?;
        self.put(Instruction::with2(Code::VEX_Kmovq_kr_r64, mask(REST_MASK), Register::RAX)?)
    }

    /// Keeps the caller's registers, and makes a frame for the slots; how many were pushed.
    fn enter(&mut self) -> Result<usize, IcedError> {
        let kept = kept(self.program);
        self.put(Instruction::with1(Code::Push_r64, Register::RBP)?)?;
        self.put(Instruction::with2(Code::Mov_r64_rm64, Register::RBP, Register::RSP)?)?;
        for &register in &kept {
            self.put(Instruction::with1(Code::Push_r64, register)?)?;
        }
        let slots = self.allocation.slots as i32 * self.program.set.bytes() as i32;
        if slots > 0 {
            for page in 1..=slots / PAGE {
                let below = iced_x86::MemoryOperand::with_base_displ(Register::RSP, i64::from(-page * PAGE));
                self.put(Instruction::with2(Code::Or_rm32_imm8, below, 0)?)?;
            }
            self.put(Instruction::with2(Code::Sub_rm64_imm32, Register::RSP, slots)?)?;
            self.put(Instruction::with2(Code::And_rm64_imm8, Register::RSP, -64)?)?;
        }
        Ok(kept.len())
    }

    fn leave(&mut self, pushed: usize) -> Encoded {
        if self.allocation.slots > 0 {
            let saved = iced_x86::MemoryOperand::with_base_displ(Register::RBP, pushed as i64 * -8);
            self.put(Instruction::with2(Code::Lea_r64_m, Register::RSP, saved)?)?;
        }
        for &register in kept(self.program).iter().rev() {
            self.put(Instruction::with1(Code::Pop_r64, register)?)?;
        }
        self.put(Instruction::with1(Code::Pop_r64, Register::RBP)?)?;
        self.put(Instruction::with(Code::VEX_Vzeroupper))?;
        self.put(Instruction::with(Code::Retnq))
    }

    /// Pads up to a cache line's half, so that the loop is fetched well.
    fn align(&mut self) -> Encoded {
        while !self.at.is_multiple_of(32) {
            self.put(Instruction::with(Code::Nopd))?;
        }
        Ok(())
    }

    /// A jump on zero to what comes later; where its distance stands.
    fn forward(&mut self, label: &str) -> Result<usize, IcedError> {
        if let Some((text, _)) = &mut self.listing {
            text.push_str(&format!("  {:04x}  je {label}\n", self.at));
        }
        let jump = Instruction::with_branch(Code::Je_rel32_64, self.at)?;
        self.at += self.encoder.encode(&jump, self.at)? as u64;
        Ok(self.at as usize - 4)
    }

    /// Lets a jump arrive here.
    fn arrive(&mut self, distance: usize) -> Encoded {
        let mut bytes = self.encoder.take_buffer();
        let jump = (self.at as usize - (distance + 4)) as u32;
        bytes[distance..distance + 4].copy_from_slice(&jump.to_le_bytes());
        self.encoder.set_buffer(bytes);
        Ok(())
    }
}

/// The registers of the first pointers.
fn pointers(program: &Program) -> &'static [Register] {
    let room = if program.pairs { POINTERS.len() - 1 } else { POINTERS.len() };
    &POINTERS[..program.pointers.min(room)]
}

/// The registers of the caller that are used.
fn kept(program: &Program) -> SmallVec<[Register; 5]> {
    let own = pointers(program).iter().skip(OWN).copied();
    own.chain(program.pairs.then_some(TWICE)).collect()
}

/// Bytes of a constant in the pool: AVX-512 broadcasts it, AVX2 reads it whole.
fn constant_bytes(set: Set) -> usize {
    match set {
        Set::Avx2 => 32,
        Set::Avx512 => 8,
    }
}

/// The block that an instruction reads or writes: the size of its elements, whether they are pairs, and the offset.
fn block(inst: &Numbered) -> Option<(u8, bool, u16)> {
    inst.operands.iter().find_map(|operand| match *operand {
        Operand::Memory(Memory::Block { size, pair, offset, .. }, ..) => Some((size, pair, offset)),
        Operand::Memory(..) | Operand::Vector(..) | Operand::Mask(_) | Operand::Immediate(_) => None,
    })
}

/// The pointer that an instruction needs.
fn pointer(inst: &Numbered) -> Option<u16> {
    inst.operands.iter().find_map(|operand| match *operand {
        Operand::Memory(Memory::Block { pointer, .. } | Memory::Scalar { pointer }, ..) => Some(pointer),
        Operand::Memory(..) | Operand::Vector(..) | Operand::Mask(_) | Operand::Immediate(_) => None,
    })
}

/// Whether it only reads a register from memory.
fn is_load(code: Code) -> bool {
    let loads = [
        Code::EVEX_Vmovups_zmm_k1z_zmmm512,
        Code::EVEX_Vmovups_ymm_k1z_ymmm256,
        Code::EVEX_Vmovups_xmm_k1z_xmmm128,
        Code::EVEX_Vmovq_xmm_xmmm64,
    ];
    loads.contains(&code)
}

fn load_under(size: u8) -> Code {
    match size {
        1 => Code::EVEX_Vmovdqu8_zmm_k1z_zmmm512,
        2 => Code::EVEX_Vmovdqu16_zmm_k1z_zmmm512,
        4 => Code::EVEX_Vmovdqu32_zmm_k1z_zmmm512,
        _ => Code::EVEX_Vmovdqu64_zmm_k1z_zmmm512,
    }
}

fn store_under(size: u8) -> Code {
    match size {
        1 => Code::EVEX_Vmovdqu8_zmmm512_k1z_zmm,
        2 => Code::EVEX_Vmovdqu16_zmmm512_k1z_zmm,
        4 => Code::EVEX_Vmovdqu32_zmmm512_k1z_zmm,
        _ => Code::EVEX_Vmovdqu64_zmmm512_k1z_zmm,
    }
}

fn pointer_argument(k: usize) -> iced_x86::MemoryOperand {
    iced_x86::MemoryOperand::with_base_displ(Register::RDI, k as i64 * 8)
}

fn relative(to: u64) -> iced_x86::MemoryOperand {
    iced_x86::MemoryOperand::with_base_displ(Register::RIP, to as i64)
}

fn mask(number: u8) -> Register {
    Register::K0 + u32::from(number)
}

fn vector(set: Set, number: u8, width: Width) -> Register {
    let first = match (width, set) {
        (Width::Full, Set::Avx512) => Register::ZMM0,
        (Width::Full, Set::Avx2) | (Width::Y, _) => Register::YMM0,
        (Width::X, _) => Register::XMM0,
    };
    first + u32::from(number)
}

/// The instruction as the encoder takes it.
fn instruction(program: &Program, inst: &Numbered) -> Instruction {
    let mut instruction = Instruction::new();
    instruction.set_code(inst.code);
    for (k, operand) in inst.operands.iter().enumerate() {
        let k = k as u32;
        match *operand {
            Operand::Vector(number, width) => {
                instruction.set_op_kind(k, OpKind::Register);
                instruction.set_op_register(k, vector(program.set, number, width));
            }
            Operand::Mask(number) => {
                instruction.set_op_kind(k, OpKind::Register);
                instruction.set_op_register(k, mask(number));
            }
            Operand::Memory(memory, broadcast, _) => {
                instruction.set_op_kind(k, OpKind::Memory);
                instruction.set_is_broadcast(broadcast);
                address(&mut instruction, program, memory);
            }
            Operand::Immediate(value) => {
                instruction.set_op_kind(k, OpKind::Immediate8);
                instruction.set_immediate8(value);
            }
        }
    }
    if let Some((number, zero)) = inst.under {
        instruction.set_op_mask(mask(number));
        instruction.set_zeroing_masking(zero);
    }
    instruction
}

fn address(instruction: &mut Instruction, program: &Program, memory: Memory) {
    let set = program.set;
    let register =
        |pointer: u16| pointers(program).get(usize::from(pointer)).copied().unwrap_or(Register::RAX);
    let (base, displacement) = match memory {
        Memory::Block { pointer, size, pair, offset, .. } => {
            instruction.set_memory_index(if pair { TWICE } else { Register::RCX });
            instruction.set_memory_index_scale(u32::from(size));
            (register(pointer), u64::from(offset))
        }
        Memory::Scalar { pointer } => (register(pointer), 0),
        Memory::Constant(number) => (Register::RIP, u64::from(number) * constant_bytes(set) as u64),
        Memory::Slot(slot) => (Register::RSP, u64::from(slot) * set.bytes() as u64),
    };
    instruction.set_memory_base(base);
    instruction.set_memory_displacement64(displacement);
    let sized = match (base, displacement) {
        (Register::RIP, _) => 8,
        (_, 0) => 0,
        (_, _) => 1,
    };
    instruction.set_memory_displ_size(sized);
}
