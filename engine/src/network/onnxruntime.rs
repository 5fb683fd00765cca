//! ONNX Runtime, on the CPU or on a GPU. Its library is found at run time.

use std::path::PathBuf;

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::TensorRef;

use super::adapters::{self, Adapter};
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
    /// The graphics card, where one is asked for by its number.
    adapter: Option<Adapter>,
}

impl Provider {
    /// Finds the library. It is an error if the library lacks the provider of `backend`.
    pub fn find(backend: Backend, library_dirs: &[PathBuf]) -> Result<Self, String> {
        let adapter = match backend {
            Backend::DirectMl => Some(adapters::first()?),
            Backend::Tract | Backend::OnnxRuntimeCpu | Backend::Cuda => None,
        };
        if backend == Backend::Cuda && !cfg!(any(target_os = "windows", target_os = "linux")) {
            return Err("it exists on Linux and Windows only".to_owned());
        }
        let library = library::load(library_dirs)?;
        if !is_compiled_in(backend)? {
            let path = library.path.display();
            return Err(format!("the library {path} was built without it"));
        }
        if backend == Backend::DirectMl {
            library::check_direct_ml(&library.path)?;
        }
        Ok(Self {
            backend,
            library,
            adapter,
        })
    }

    /// What it runs on, if that has a name of its own.
    pub fn device(&self) -> Option<&str> {
        self.adapter.as_ref().map(|adapter| adapter.name.as_str())
    }

    /// Opens the model `onnx`. It is an error if a node does not run on the provider.
    pub fn open(&self, onnx: &[u8], input_shape: &[usize]) -> Result<Box<dyn Runner>, String> {
        let mut builder = self.builder().map_err(text)?;
        let session = builder.commit_from_memory(onnx).map_err(text)?;
        Ok(Box::new(OnnxRuntime {
            session,
            input_shape: input_shape.to_vec(),
        }))
    }

    fn builder(&self) -> ort::Result<SessionBuilder> {
        let builder = Session::builder(&self.library.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            // The other threads belong to the host.
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_parallel_execution(false)?
            .with_flush_to_zero()?;
        let Some(provider) = provider(self.backend, self.adapter.as_ref()) else {
            return Ok(builder);
        };
        builder
            // Without this, ONNX Runtime would silently run nodes on the CPU that the provider does not
            // take, even all of them. Now it refuses, so that the backend shown is the one that runs.
            .with_disable_cpu_fallback()?
            .with_memory_pattern(self.backend != Backend::DirectMl)?
            .with_execution_providers([provider.error_on_failure()])
            .map_err(Into::into)
    }
}

fn is_compiled_in(backend: Backend) -> Result<bool, String> {
    match backend {
        Backend::Cuda => ep::CUDA::is_available().map_err(text),
        Backend::DirectMl => ep::DirectML::is_available().map_err(text),
        Backend::Tract | Backend::OnnxRuntimeCpu => Ok(true),
    }
}

fn provider(backend: Backend, adapter: Option<&Adapter>) -> Option<ExecutionProviderDispatch> {
    match backend {
        // TF32 would round the factors of all products to 10 bits.
        Backend::Cuda => Some(ep::CUDA::default().with_tf32(false).build()),
        Backend::DirectMl => {
            let number = adapter.map_or(0, |adapter| adapter.number);
            Some(ep::DirectML::default().with_device_id(number).build())
        }
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
    plain(&error.to_string())
}

/// A message of ONNX Runtime on one line, without the places in its source and its memory that it was
/// written at.
fn plain(message: &str) -> String {
    let mut words = Vec::new();
    let mut rest = message.split_whitespace();
    while let Some(word) = rest.next() {
        if word == "(caller:" {
            // The next word is the caller's address.
            rest.next();
        } else if !is_place(word) {
            words.push(word);
        }
    }
    words.join(" ")
}

/// Whether a word names a line of a C++ file, or the exception and the thread that Windows' own macros tell.
fn is_place(word: &str) -> bool {
    let is_line = [".cc", ".cpp", ".h"].iter().any(|ending| {
        word.match_indices(ending).any(|(at, _)| {
            let after = &word[at + ending.len()..];
            let number = after.strip_prefix([':', '(']).unwrap_or_default();
            number.starts_with(|c: char| c.is_ascii_digit())
        })
    });
    let is_mark = |name| word.starts_with(name) && word.ends_with(')');
    is_line || is_mark("Exception(") || is_mark("tid(")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_message_says_nothing_of_where_in_the_source_it_was_written() {
        let windows = "Non-zero status code returned. D:\\a\\_work\\1\\s\\onnxruntime\\core\\\
            providers\\dml\\dml_provider_factory.cc(416)\\onnxruntime.dll!00007FFD8A1B4C5F: (caller: \
            00007FFD8A17D46E) Exception(1) tid(1f4c) 80070057 The parameter is incorrect.";
        assert_eq!(
            plain(windows),
            "Non-zero status code returned. 80070057 The parameter is incorrect."
        );
        let linux = "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1778 Failed to \
            load\nlibrary libonnxruntime_providers_cuda.so";
        assert_eq!(
            plain(linux),
            "Failed to load library libonnxruntime_providers_cuda.so"
        );
        let other = "model.h5 and a.cc remain (caller of nothing)";
        assert_eq!(plain(other), other);
    }
}
