//! ONNX Runtime, on the CPU or on a GPU. Its library is found at run time.

use std::path::PathBuf;

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::TensorRef;

use super::backend::Backend;
use super::library;
use super::runner::Runner;

struct OnnxRuntime {
    session: Session,
    input_shape: Vec<usize>,
}

/// ONNX Runtime's library with one of its providers.
pub(super) struct Provider {
    backend: Backend,
    library: library::Loaded,
}

impl Provider {
    /// Finds the library. It is an error if the library lacks the provider of `backend`.
    pub fn find(backend: Backend, library_dirs: &[PathBuf]) -> Result<Self, String> {
        if backend == Backend::DirectMl && !cfg!(target_os = "windows") {
            return Err("it exists on Windows only".to_owned());
        }
        if backend == Backend::Cuda && !cfg!(any(target_os = "windows", target_os = "linux")) {
            return Err("it exists on Linux and Windows only".to_owned());
        }
        let library = library::load(library_dirs)?;
        if !is_compiled_in(backend)? {
            let path = library.path.display();
            return Err(format!("the library {path} was built without it"));
        }
        Ok(Self { backend, library })
    }

    /// Opens the model `onnx`. It is an error if a node does not run on the provider.
    pub fn open(&self, onnx: &[u8], input_shape: &[usize]) -> Result<Box<dyn Runner>, String> {
        let mut builder = builder(&self.library, self.backend).map_err(text)?;
        let session = builder.commit_from_memory(onnx).map_err(text)?;
        Ok(Box::new(OnnxRuntime {
            session,
            input_shape: input_shape.to_vec(),
        }))
    }
}

fn is_compiled_in(backend: Backend) -> Result<bool, String> {
    match backend {
        Backend::Cuda => ep::CUDA::is_available().map_err(text),
        Backend::DirectMl => ep::DirectML::is_available().map_err(text),
        Backend::Tract | Backend::OnnxRuntimeCpu => Ok(true),
    }
}

fn builder(library: &library::Loaded, backend: Backend) -> ort::Result<SessionBuilder> {
    let builder = Session::builder(&library.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        // The other threads belong to the host.
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_parallel_execution(false)?
        .with_flush_to_zero()?;
    let Some(provider) = provider(backend) else {
        return Ok(builder);
    };
    builder
        // Without this, ONNX Runtime would silently run nodes on the CPU that the provider does not
        // take, even all of them. Now it refuses, so that the backend shown is the one that runs.
        .with_disable_cpu_fallback()?
        .with_memory_pattern(backend != Backend::DirectMl)?
        .with_execution_providers([provider.error_on_failure()])
        .map_err(Into::into)
}

fn provider(backend: Backend) -> Option<ExecutionProviderDispatch> {
    match backend {
        // TF32 would round the factors of all products to 10 bits.
        Backend::Cuda => Some(ep::CUDA::default().with_tf32(false).build()),
        Backend::DirectMl => Some(ep::DirectML::default().build()),
        Backend::Tract | Backend::OnnxRuntimeCpu => None,
    }
}

impl Runner for OnnxRuntime {
    fn run(&mut self, input: &[f32], take: &mut dyn FnMut(&[f32])) -> Result<(), String> {
        let input =
            TensorRef::from_array_view((self.input_shape.as_slice(), input)).map_err(text)?;
        let outputs = self.session.run(ort::inputs![input]).map_err(text)?;
        if outputs.len() == 0 {
            return Err("it gave no output".to_owned());
        }
        let (_, values) = outputs[0].try_extract_tensor::<f32>().map_err(text)?;
        take(values);
        Ok(())
    }
}

fn text<R>(error: ort::Error<R>) -> String {
    // A message may have several lines.
    error
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
