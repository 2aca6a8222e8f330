//! Complex elements in memory to the registers of their parts, and back, by shuffles of two registers.

use super::emit::{Emitter, Regs, vector};
use crate::backend::Part;
use crate::dtype::Lane;
use crate::kernel::Value;
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData};

/// The shuffle of two registers with elements of `size` bytes that takes these, counted through both.
fn taking(size: usize, elements: impl IntoIterator<Item = usize>) -> [u8; 16] {
    let mut bytes = elements.into_iter().flat_map(|e| e * size..(e + 1) * size);
    std::array::from_fn(|_| bytes.next().unwrap_or_default() as u8)
}

impl Emitter<'_, '_> {
    /// The registers of one part of an operand's elements.
    pub(super) fn load_part(&mut self, operand: usize, part: Part) -> Regs {
        let lane = self.kernel.operands[operand].lane;
        let (size, ty) = (lane.size(), vector(lane));
        let address = self.address(operand, 2 * size);
        let first = usize::from(part == Part::Imag);
        let mask = taking(size, (first..2 * 16 / size).step_by(2));
        let load = |e: &mut Self, r: usize| {
            let [a, b] = [0, 16].map(|at| e.load_register(ty, address, (32 * r + at) as i32));
            e.combine(lane, a, b, mask)
        };
        (0..self.layout.registers(size)).map(|r| load(self, r)).collect()
    }

    /// Stores elements of these parts.
    pub(super) fn store_pair(&mut self, pointer: usize, parts: [Value; 2]) {
        let lane = self.kernel.lane(parts[0]);
        let (size, count) = (lane.size(), 16 / lane.size());
        let [re, im] = parts.map(|part| self.regs(part));
        let address = self.address(pointer, 2 * size);
        let flags = MemFlagsData::new().with_notrap();
        for (r, (&re, &im)) in re.iter().zip(&im).enumerate() {
            for half in 0..2 {
                let first = half * count / 2;
                let mask = taking(size, (first..first + count / 2).flat_map(|e| [e, e + count]));
                let joined = self.combine(lane, re, im, mask);
                self.b.ins().store(flags, joined, address, (32 * r + 16 * half) as i32);
            }
        }
    }

    fn combine(&mut self, lane: Lane, a: ir::Value, b: ir::Value, mask: [u8; 16]) -> ir::Value {
        let shuffled = self.shuffle(a, b, &mask);
        self.bitcast(vector(lane), shuffled)
    }
}
