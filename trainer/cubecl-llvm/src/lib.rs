//! Stands in for cubecl's LLVM backend in builds with the feature `cuda`.
//!
//! The real one downloads LLVM while it is built, which this project never does. cubecl-cuda
//! compiles both of its backends and runs the one that its feature `cpp` selects: CUDA C++ through
//! NVRTC. So nothing here is ever called but the version of PTX, which then goes unused; whatever
//! asks for the LLVM backend all the same gets an error that says so.

pub mod nvptx;
pub mod shared;

use cubecl_core::ir::nvidia::SmArch;
use cubecl_core::prelude::KernelDefinition;
use cubecl_environment::backtrace::BackTrace;
use cubecl_runtime::compiler::CompilationError;
use cubecl_runtime::kernel::BufferIOAttr;

use nvptx::ptx_version::PtxVersion;

/// What code would be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlvmTarget {
    /// NVIDIA's PTX.
    Nvptx,
}

/// The compiler that is not there.
#[derive(Clone, Debug)]
pub struct PlironCompiler {
    /// What code would be made for.
    pub target: LlvmTarget,
}

/// What the compiler would be told.
#[derive(Clone, Debug, Default)]
pub struct PlironOptions {
    /// Architecture of other targets.
    pub arch: Option<String>,
    /// Architecture of the NVIDIA device.
    pub sm_arch: Option<SmArch>,
    /// Version of PTX that the driver loads.
    pub ptx_version: Option<PtxVersion>,
    /// Whether parameters are passed as grid constants.
    pub grid_constants: bool,
    /// Whether the code is optimised.
    pub optimised: bool,
}

/// What the compiler would give.
#[derive(Debug)]
#[non_exhaustive]
pub enum PlironArtifact {
    /// A module of PTX.
    NvptxCode(NvptxModule),
}

/// A module of PTX.
#[derive(Clone, Debug)]
pub struct NvptxModule {
    /// The code, ended by a zero.
    pub ptx: Vec<core::ffi::c_char>,
    /// Its text in LLVM's language.
    pub ir: String,
    /// Bytes of shared memory.
    pub shared_memory_size: usize,
    /// Which buffers are read and written.
    pub io: Vec<BufferIOAttr>,
}

impl PlironCompiler {
    /// Refuses.
    ///
    /// # Errors
    /// Always: this build compiles CUDA kernels by NVRTC.
    pub fn compile(
        &mut self,
        _kernel: KernelDefinition,
        _options: &PlironOptions,
    ) -> Result<PlironArtifact, CompilationError> {
        Err(CompilationError::Generic {
            reason: "cubecl's LLVM backend is not part of this build, which compiles CUDA kernels \
                     by NVRTC"
                .to_owned(),
            backtrace: BackTrace::capture(),
        })
    }

    /// Name of the language it would emit.
    #[must_use]
    pub fn lang_tag(&self) -> &'static str {
        "ptx"
    }
}
