//! The lane instructions of the machine by name, lane and instruction set.

use super::Set;
use super::code::Form;
use crate::dtype::Lane;
use iced_x86::Code;

/// A lane instruction. It is there for some lanes of a set, and for some sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Name {
    Add,
    Sub,
    Mul,
    Div,
    Sqrt,
    /// The first where it is less, else the second; unsigned for unsigned integers.
    Min,
    /// The first where it is greater, else the second.
    Max,
    Abs,
    And,
    /// The second without the bits of the first.
    AndNot,
    Or,
    Xor,
    /// To integral; how is an immediate.
    Round,
    /// A mask; which comparison is an immediate.
    Compare,
    /// A mask: equal (AVX2).
    Equal,
    /// A mask: greater as signed integers (AVX2).
    Greater,
    /// A mask: of which class a float is, the classes an immediate (AVX-512).
    Class,
    /// A mask of the sign bits (AVX-512).
    Signs,
    /// A mask: whether the two have a bit in common (AVX-512).
    Test,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    /// The second where the mask is set, else the first. The mask is a third source (AVX2) or is run under.
    Select,
    /// A copy, to be run under a mask (AVX-512).
    Move,
    /// One element everywhere.
    Broadcast,
}

impl Name {
    fn commutes(self, lane: Lane) -> bool {
        match self {
            Name::Add | Name::Mul | Name::And | Name::Or | Name::Xor | Name::Equal | Name::Test => true,
            Name::Min | Name::Max => !lane.is_float(),
            Name::Sub | Name::Div | Name::Sqrt | Name::Abs | Name::AndNot | Name::Round => false,
            Name::Compare | Name::Greater | Name::Class | Name::Signs | Name::ShiftLeft => false,
            Name::ShiftRight | Name::ShiftRightSigned | Name::Select | Name::Move | Name::Broadcast => false,
        }
    }

    /// The source that may be in memory.
    fn fold(self, set: Set) -> Option<u8> {
        match self {
            Name::Add | Name::Sub | Name::Mul | Name::Div | Name::Min | Name::Max => Some(1),
            Name::And | Name::AndNot | Name::Or | Name::Xor | Name::Compare | Name::Equal => Some(1),
            Name::Greater | Name::Test | Name::Select => Some(1),
            Name::Sqrt | Name::Abs | Name::Round | Name::Class | Name::Move | Name::Broadcast => Some(0),
            Name::ShiftLeft | Name::ShiftRight | Name::ShiftRightSigned => match set {
                Set::Avx2 => None,
                Set::Avx512 => Some(0),
            },
            Name::Signs => None,
        }
    }
}

/// The instruction of a name for a lane; a bool is its byte. None if the set has none.
pub(super) fn form(name: Name, lane: Lane, set: Set) -> Option<Form> {
    let code = match set {
        Set::Avx2 => avx2(name, lane)?,
        Set::Avx512 => avx512(name, lane)?,
    };
    let logic = matches!(name, Name::And | Name::AndNot | Name::Or | Name::Xor);
    // Bitwise instructions have no elements of less than four bytes: they take eight.
    let element = if logic && lane.size() < 4 { 8 } else { lane.size() };
    let whole = name != Name::Move && name != Name::Broadcast && set == Set::Avx512;
    let broadcast = if whole && element >= 4 { element as u8 } else { 0 };
    let memory = if name == Name::Broadcast { lane.size() } else { set.bytes() };
    Some(Form { code, fold: name.fold(set), memory: memory as u8, broadcast, commutes: name.commutes(lane) })
}

/// One of two, for floats.
fn float(lane: Lane, single: Code, double: Code) -> Option<Code> {
    match lane {
        Lane::F32 => Some(single),
        Lane::F64 => Some(double),
        Lane::Bool | Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => None,
        Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 | Lane::F16 => None,
    }
}

/// One of four, by the size of the elements.
fn sized(lane: Lane, [one, two, four, eight]: [Option<Code>; 4]) -> Option<Code> {
    match lane.size() {
        1 => one,
        2 => two,
        4 => four,
        _ => eight,
    }
}

/// Codes by size; `_` where there is none.
macro_rules! sizes {
    ($lane:expr, $one:tt $two:tt $four:tt $eight:tt) => {
        sized($lane, [sizes!($one), sizes!($two), sizes!($four), sizes!($eight)])
    };
    (_) => {
        None
    };
    ($code:ident) => {
        Some(Code::$code)
    };
}

/// Codes for single and double; else by size.
macro_rules! both {
    ($lane:expr, $single:ident $double:ident; $($rest:tt)*) => {
        if $lane.is_float() {
            float($lane, Code::$single, Code::$double)
        } else {
            sizes!($lane, $($rest)*)
        }
    };
}

#[rustfmt::skip]
fn avx512(name: Name, lane: Lane) -> Option<Code> {
    let signed = lane.is_signed();
    match name {
        Name::Add => both!(lane, EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er;
            EVEX_Vpaddb_zmm_k1z_zmm_zmmm512 EVEX_Vpaddw_zmm_k1z_zmm_zmmm512 EVEX_Vpaddd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpaddq_zmm_k1z_zmm_zmmm512b64),
        Name::Sub => both!(lane, EVEX_Vsubps_zmm_k1z_zmm_zmmm512b32_er EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er;
            EVEX_Vpsubb_zmm_k1z_zmm_zmmm512 EVEX_Vpsubw_zmm_k1z_zmm_zmmm512 EVEX_Vpsubd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpsubq_zmm_k1z_zmm_zmmm512b64),
        Name::Mul => both!(lane, EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er;
            _ EVEX_Vpmullw_zmm_k1z_zmm_zmmm512 EVEX_Vpmulld_zmm_k1z_zmm_zmmm512b32 EVEX_Vpmullq_zmm_k1z_zmm_zmmm512b64),
        Name::Div => float(lane, Code::EVEX_Vdivps_zmm_k1z_zmm_zmmm512b32_er, Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er),
        Name::Sqrt => float(lane, Code::EVEX_Vsqrtps_zmm_k1z_zmmm512b32_er, Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er),
        Name::Min if signed => sizes!(lane, EVEX_Vpminsb_zmm_k1z_zmm_zmmm512 EVEX_Vpminsw_zmm_k1z_zmm_zmmm512
            EVEX_Vpminsd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpminsq_zmm_k1z_zmm_zmmm512b64),
        Name::Min => both!(lane, EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae EVEX_Vminpd_zmm_k1z_zmm_zmmm512b64_sae;
            EVEX_Vpminub_zmm_k1z_zmm_zmmm512 EVEX_Vpminuw_zmm_k1z_zmm_zmmm512
            EVEX_Vpminud_zmm_k1z_zmm_zmmm512b32 EVEX_Vpminuq_zmm_k1z_zmm_zmmm512b64),
        Name::Max if signed => sizes!(lane, EVEX_Vpmaxsb_zmm_k1z_zmm_zmmm512 EVEX_Vpmaxsw_zmm_k1z_zmm_zmmm512
            EVEX_Vpmaxsd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpmaxsq_zmm_k1z_zmm_zmmm512b64),
        Name::Max => both!(lane, EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae EVEX_Vmaxpd_zmm_k1z_zmm_zmmm512b64_sae;
            EVEX_Vpmaxub_zmm_k1z_zmm_zmmm512 EVEX_Vpmaxuw_zmm_k1z_zmm_zmmm512
            EVEX_Vpmaxud_zmm_k1z_zmm_zmmm512b32 EVEX_Vpmaxuq_zmm_k1z_zmm_zmmm512b64),
        Name::Abs if lane.is_float() => None,
        Name::Abs => sizes!(lane, EVEX_Vpabsb_zmm_k1z_zmmm512 EVEX_Vpabsw_zmm_k1z_zmmm512
            EVEX_Vpabsd_zmm_k1z_zmmm512b32 EVEX_Vpabsq_zmm_k1z_zmmm512b64),
        Name::And => both!(lane, EVEX_Vandps_zmm_k1z_zmm_zmmm512b32 EVEX_Vandpd_zmm_k1z_zmm_zmmm512b64;
            EVEX_Vpandq_zmm_k1z_zmm_zmmm512b64 EVEX_Vpandq_zmm_k1z_zmm_zmmm512b64
            EVEX_Vpandd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpandq_zmm_k1z_zmm_zmmm512b64),
        Name::AndNot => both!(lane, EVEX_Vandnps_zmm_k1z_zmm_zmmm512b32 EVEX_Vandnpd_zmm_k1z_zmm_zmmm512b64;
            EVEX_Vpandnq_zmm_k1z_zmm_zmmm512b64 EVEX_Vpandnq_zmm_k1z_zmm_zmmm512b64
            EVEX_Vpandnd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpandnq_zmm_k1z_zmm_zmmm512b64),
        Name::Or => both!(lane, EVEX_Vorps_zmm_k1z_zmm_zmmm512b32 EVEX_Vorpd_zmm_k1z_zmm_zmmm512b64;
            EVEX_Vporq_zmm_k1z_zmm_zmmm512b64 EVEX_Vporq_zmm_k1z_zmm_zmmm512b64
            EVEX_Vpord_zmm_k1z_zmm_zmmm512b32 EVEX_Vporq_zmm_k1z_zmm_zmmm512b64),
        Name::Xor => both!(lane, EVEX_Vxorps_zmm_k1z_zmm_zmmm512b32 EVEX_Vxorpd_zmm_k1z_zmm_zmmm512b64;
            EVEX_Vpxorq_zmm_k1z_zmm_zmmm512b64 EVEX_Vpxorq_zmm_k1z_zmm_zmmm512b64
            EVEX_Vpxord_zmm_k1z_zmm_zmmm512b32 EVEX_Vpxorq_zmm_k1z_zmm_zmmm512b64),
        Name::Round => float(lane, Code::EVEX_Vrndscaleps_zmm_k1z_zmmm512b32_imm8_sae, Code::EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae),
        Name::Compare if signed => sizes!(lane, EVEX_Vpcmpb_kr_k1_zmm_zmmm512_imm8 EVEX_Vpcmpw_kr_k1_zmm_zmmm512_imm8
            EVEX_Vpcmpd_kr_k1_zmm_zmmm512b32_imm8 EVEX_Vpcmpq_kr_k1_zmm_zmmm512b64_imm8),
        Name::Compare => both!(lane, EVEX_Vcmpps_kr_k1_zmm_zmmm512b32_imm8_sae EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae;
            EVEX_Vpcmpub_kr_k1_zmm_zmmm512_imm8 EVEX_Vpcmpuw_kr_k1_zmm_zmmm512_imm8
            EVEX_Vpcmpud_kr_k1_zmm_zmmm512b32_imm8 EVEX_Vpcmpuq_kr_k1_zmm_zmmm512b64_imm8),
        Name::Equal | Name::Greater => None,
        Name::Class => float(lane, Code::EVEX_Vfpclassps_kr_k1_zmmm512b32_imm8, Code::EVEX_Vfpclasspd_kr_k1_zmmm512b64_imm8),
        Name::Signs => sizes!(lane, EVEX_Vpmovb2m_kr_zmm EVEX_Vpmovw2m_kr_zmm EVEX_Vpmovd2m_kr_zmm EVEX_Vpmovq2m_kr_zmm),
        Name::Test => sizes!(lane, EVEX_Vptestmb_kr_k1_zmm_zmmm512 EVEX_Vptestmw_kr_k1_zmm_zmmm512
            EVEX_Vptestmd_kr_k1_zmm_zmmm512b32 EVEX_Vptestmq_kr_k1_zmm_zmmm512b64),
        Name::ShiftLeft => sizes!(lane, _ EVEX_Vpsllw_zmm_k1z_zmmm512_imm8 EVEX_Vpslld_zmm_k1z_zmmm512b32_imm8 EVEX_Vpsllq_zmm_k1z_zmmm512b64_imm8),
        Name::ShiftRight => sizes!(lane, _ EVEX_Vpsrlw_zmm_k1z_zmmm512_imm8 EVEX_Vpsrld_zmm_k1z_zmmm512b32_imm8 EVEX_Vpsrlq_zmm_k1z_zmmm512b64_imm8),
        Name::ShiftRightSigned => sizes!(lane, _ EVEX_Vpsraw_zmm_k1z_zmmm512_imm8 EVEX_Vpsrad_zmm_k1z_zmmm512b32_imm8 EVEX_Vpsraq_zmm_k1z_zmmm512b64_imm8),
        Name::Select => both!(lane, EVEX_Vblendmps_zmm_k1z_zmm_zmmm512b32 EVEX_Vblendmpd_zmm_k1z_zmm_zmmm512b64;
            EVEX_Vpblendmb_zmm_k1z_zmm_zmmm512 EVEX_Vpblendmw_zmm_k1z_zmm_zmmm512
            EVEX_Vpblendmd_zmm_k1z_zmm_zmmm512b32 EVEX_Vpblendmq_zmm_k1z_zmm_zmmm512b64),
        Name::Move => sizes!(lane, EVEX_Vmovdqu8_zmm_k1z_zmmm512 EVEX_Vmovdqu16_zmm_k1z_zmmm512
            EVEX_Vmovdqu32_zmm_k1z_zmmm512 EVEX_Vmovdqu64_zmm_k1z_zmmm512),
        Name::Broadcast => sizes!(lane, EVEX_Vpbroadcastb_zmm_k1z_xmmm8 EVEX_Vpbroadcastw_zmm_k1z_xmmm16
            EVEX_Vpbroadcastd_zmm_k1z_xmmm32 EVEX_Vpbroadcastq_zmm_k1z_xmmm64),
    }
}

#[rustfmt::skip]
fn avx2(name: Name, lane: Lane) -> Option<Code> {
    let signed = lane.is_signed();
    match name {
        Name::Add => both!(lane, VEX_Vaddps_ymm_ymm_ymmm256 VEX_Vaddpd_ymm_ymm_ymmm256;
            VEX_Vpaddb_ymm_ymm_ymmm256 VEX_Vpaddw_ymm_ymm_ymmm256 VEX_Vpaddd_ymm_ymm_ymmm256 VEX_Vpaddq_ymm_ymm_ymmm256),
        Name::Sub => both!(lane, VEX_Vsubps_ymm_ymm_ymmm256 VEX_Vsubpd_ymm_ymm_ymmm256;
            VEX_Vpsubb_ymm_ymm_ymmm256 VEX_Vpsubw_ymm_ymm_ymmm256 VEX_Vpsubd_ymm_ymm_ymmm256 VEX_Vpsubq_ymm_ymm_ymmm256),
        Name::Mul => both!(lane, VEX_Vmulps_ymm_ymm_ymmm256 VEX_Vmulpd_ymm_ymm_ymmm256;
            _ VEX_Vpmullw_ymm_ymm_ymmm256 VEX_Vpmulld_ymm_ymm_ymmm256 _),
        Name::Div => float(lane, Code::VEX_Vdivps_ymm_ymm_ymmm256, Code::VEX_Vdivpd_ymm_ymm_ymmm256),
        Name::Sqrt => float(lane, Code::VEX_Vsqrtps_ymm_ymmm256, Code::VEX_Vsqrtpd_ymm_ymmm256),
        Name::Min if signed => sizes!(lane, VEX_Vpminsb_ymm_ymm_ymmm256 VEX_Vpminsw_ymm_ymm_ymmm256 VEX_Vpminsd_ymm_ymm_ymmm256 _),
        Name::Min => both!(lane, VEX_Vminps_ymm_ymm_ymmm256 VEX_Vminpd_ymm_ymm_ymmm256;
            VEX_Vpminub_ymm_ymm_ymmm256 VEX_Vpminuw_ymm_ymm_ymmm256 VEX_Vpminud_ymm_ymm_ymmm256 _),
        Name::Max if signed => sizes!(lane, VEX_Vpmaxsb_ymm_ymm_ymmm256 VEX_Vpmaxsw_ymm_ymm_ymmm256 VEX_Vpmaxsd_ymm_ymm_ymmm256 _),
        Name::Max => both!(lane, VEX_Vmaxps_ymm_ymm_ymmm256 VEX_Vmaxpd_ymm_ymm_ymmm256;
            VEX_Vpmaxub_ymm_ymm_ymmm256 VEX_Vpmaxuw_ymm_ymm_ymmm256 VEX_Vpmaxud_ymm_ymm_ymmm256 _),
        Name::Abs if lane.is_float() => None,
        Name::Abs => sizes!(lane, VEX_Vpabsb_ymm_ymmm256 VEX_Vpabsw_ymm_ymmm256 VEX_Vpabsd_ymm_ymmm256 _),
        Name::And if lane.is_float() => float(lane, Code::VEX_Vandps_ymm_ymm_ymmm256, Code::VEX_Vandpd_ymm_ymm_ymmm256),
        Name::And => Some(Code::VEX_Vpand_ymm_ymm_ymmm256),
        Name::AndNot if lane.is_float() => float(lane, Code::VEX_Vandnps_ymm_ymm_ymmm256, Code::VEX_Vandnpd_ymm_ymm_ymmm256),
        Name::AndNot => Some(Code::VEX_Vpandn_ymm_ymm_ymmm256),
        Name::Or if lane.is_float() => float(lane, Code::VEX_Vorps_ymm_ymm_ymmm256, Code::VEX_Vorpd_ymm_ymm_ymmm256),
        Name::Or => Some(Code::VEX_Vpor_ymm_ymm_ymmm256),
        Name::Xor if lane.is_float() => float(lane, Code::VEX_Vxorps_ymm_ymm_ymmm256, Code::VEX_Vxorpd_ymm_ymm_ymmm256),
        Name::Xor => Some(Code::VEX_Vpxor_ymm_ymm_ymmm256),
        Name::Round => float(lane, Code::VEX_Vroundps_ymm_ymmm256_imm8, Code::VEX_Vroundpd_ymm_ymmm256_imm8),
        Name::Compare => float(lane, Code::VEX_Vcmpps_ymm_ymm_ymmm256_imm8, Code::VEX_Vcmppd_ymm_ymm_ymmm256_imm8),
        Name::Equal => sizes!(lane, VEX_Vpcmpeqb_ymm_ymm_ymmm256 VEX_Vpcmpeqw_ymm_ymm_ymmm256
            VEX_Vpcmpeqd_ymm_ymm_ymmm256 VEX_Vpcmpeqq_ymm_ymm_ymmm256),
        Name::Greater => sizes!(lane, VEX_Vpcmpgtb_ymm_ymm_ymmm256 VEX_Vpcmpgtw_ymm_ymm_ymmm256
            VEX_Vpcmpgtd_ymm_ymm_ymmm256 VEX_Vpcmpgtq_ymm_ymm_ymmm256),
        Name::Class | Name::Signs | Name::Test | Name::Move => None,
        Name::ShiftLeft => sizes!(lane, _ VEX_Vpsllw_ymm_ymm_imm8 VEX_Vpslld_ymm_ymm_imm8 VEX_Vpsllq_ymm_ymm_imm8),
        Name::ShiftRight => sizes!(lane, _ VEX_Vpsrlw_ymm_ymm_imm8 VEX_Vpsrld_ymm_ymm_imm8 VEX_Vpsrlq_ymm_ymm_imm8),
        Name::ShiftRightSigned => sizes!(lane, _ VEX_Vpsraw_ymm_ymm_imm8 VEX_Vpsrad_ymm_ymm_imm8 _),
        Name::Select => both!(lane, VEX_Vblendvps_ymm_ymm_ymmm256_ymm VEX_Vblendvpd_ymm_ymm_ymmm256_ymm;
            VEX_Vpblendvb_ymm_ymm_ymmm256_ymm VEX_Vpblendvb_ymm_ymm_ymmm256_ymm
            VEX_Vpblendvb_ymm_ymm_ymmm256_ymm VEX_Vpblendvb_ymm_ymm_ymmm256_ymm),
        Name::Broadcast => sizes!(lane, VEX_Vpbroadcastb_ymm_xmmm8 VEX_Vpbroadcastw_ymm_xmmm16
            VEX_Vpbroadcastd_ymm_xmmm32 VEX_Vpbroadcastq_ymm_xmmm64),
    }
}
