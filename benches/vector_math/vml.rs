//! Intel's vector math library, loaded at run time.
#![expect(unsafe_code, reason = "loads a library and calls it")]

use crate::N;
use crate::functions::{Function, Libm, Pair};
use std::ffi::{CString, c_void};
use std::hint::black_box;

/// High accuracy.
const VML_HA: i64 = 0x2;

/// The libraries of the PyPI package `mkl`, found through `NUMFUSE_MKL`, the folder that they are in.
pub(crate) struct Vml {
    runtime: *mut c_void,
    kernels: *mut c_void,
}

impl Vml {
    pub(crate) fn load() -> Option<Vml> {
        let folder = std::env::var("NUMFUSE_MKL").ok()?;
        let open = |file: &str| {
            let path = CString::new(format!("{folder}/{file}")).ok()?;
            // SAFETY: loads a library of the user's choice, which runs its constructors.
            let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY | libc::RTLD_GLOBAL) };
            (!handle.is_null()).then_some(handle)
        };
        let runtime = open("libmkl_rt.so.3").or_else(|| open("libmkl_rt.so.2"))?;
        let has_avx512 = std::arch::is_x86_feature_detected!("avx512f");
        let find_kernels = || {
            open("libmkl_core.so.3").or_else(|| open("libmkl_core.so.2"))?;
            open("libmkl_vml_avx512.so.3").or_else(|| open("libmkl_vml_avx512.so.2"))
        };
        let kernels = if has_avx512 { find_kernels() } else { None };
        Some(Vml { runtime, kernels: kernels.unwrap_or(std::ptr::null_mut()) })
    }

    fn symbol(handle: *mut c_void, name: &str) -> Option<*mut c_void> {
        let name = CString::new(name).ok()?;
        // SAFETY: looks a name up in a library that stays loaded.
        let found = if handle.is_null() { handle } else { unsafe { libc::dlsym(handle, name.as_ptr()) } };
        (!found.is_null()).then_some(found)
    }

    /// A call of VML's function, or of its kernel for AVX-512.
    pub(crate) fn call<'x>(
        &self,
        f: &Function,
        single: bool,
        kernel: bool,
        x: Pair<'x, f64>,
        x32: Pair<'x, f32>,
    ) -> Option<Box<dyn FnMut() + 'x>> {
        let letter = if single { 's' } else { 'd' };
        let address = match kernel {
            true => Vml::symbol(self.kernels, &format!("mkl_vml_kernel_{letter}{}_Z0HAynn", f.vml))?,
            false => Vml::symbol(self.runtime, &format!("vm{letter}{}", f.vml))?,
        };
        let mut out = vec![0.0f64; N];
        let (a, b): (*const c_void, *const c_void) = match single {
            true => (x32.0.as_ptr().cast(), x32.1.as_ptr().cast()),
            false => (x.0.as_ptr().cast(), x.1.as_ptr().cast()),
        };
        let n = N as i32;
        if matches!(f.libm, Libm::Unary(..)) {
            // SAFETY: the C interface of functions of one operand.
            let of: unsafe extern "C" fn(i32, *const c_void, *mut c_void, i64) =
                unsafe { std::mem::transmute(address) };
            return Some(Box::new(move || {
                // SAFETY: `N` elements at both.
                unsafe { of(n, a, out.as_mut_ptr().cast(), VML_HA) };
                black_box(&out);
            }));
        }
        // SAFETY: the C interface of functions of two operands.
        let of: unsafe extern "C" fn(i32, *const c_void, *const c_void, *mut c_void, i64) =
            unsafe { std::mem::transmute(address) };
        Some(Box::new(move || {
            // SAFETY: `N` elements at all three.
            unsafe { of(n, a, b, out.as_mut_ptr().cast(), VML_HA) };
            black_box(&out);
        }))
    }
}
