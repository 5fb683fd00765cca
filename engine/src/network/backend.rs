//! The backends: what runs a network, and what the user asks for.

/// What runs a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// tract, in this process, on the CPU.
    Tract,
    /// ONNX Runtime's CPU provider.
    OnnxRuntimeCpu,
    /// ONNX Runtime's CUDA provider.
    Cuda,
    /// ONNX Runtime's DirectML provider.
    DirectMl,
}

/// What a backend is called.
struct Names {
    /// For people.
    name: &'static str,
    /// In saved sessions.
    id: &'static str,
    /// On a command line.
    argument: &'static str,
}

impl Backend {
    /// Every backend, in the order of [`BackendChoice::index`], which never changes.
    pub const ALL: [Self; 4] = [
        Self::Tract,
        Self::OnnxRuntimeCpu,
        Self::Cuda,
        Self::DirectMl,
    ];

    /// Name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().name
    }

    const fn names(self) -> Names {
        let (name, id, argument) = match self {
            Self::Tract => ("tract", "tract", "tract"),
            Self::OnnxRuntimeCpu => ("ONNX Runtime CPU", "onnx_runtime_cpu", "ort-cpu"),
            Self::Cuda => ("CUDA", "cuda", "cuda"),
            Self::DirectMl => ("DirectML", "directml", "directml"),
        };
        Names { name, id, argument }
    }
}

/// What the user asks for.
///
/// ```
/// use tagline_engine::{Backend, BackendChoice};
///
/// let choice = BackendChoice::from_id("onnx_runtime_cpu").expect("a known backend");
/// assert_eq!(choice, BackendChoice::Only(Backend::OnnxRuntimeCpu));
/// assert_eq!(BackendChoice::from_index(choice.index()), Some(choice));
/// assert_eq!(choice.name(), "ONNX Runtime CPU");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BackendChoice {
    /// tract, or a backend that works on this machine and is at least a fifth faster.
    #[default]
    Auto,
    /// This backend, or tract where it does not work.
    Only(Backend),
}

impl BackendChoice {
    /// Every choice, in the order of [`Self::index`].
    pub const ALL: [Self; 5] = [
        Self::Auto,
        Self::Only(Backend::ALL[0]),
        Self::Only(Backend::ALL[1]),
        Self::Only(Backend::ALL[2]),
        Self::Only(Backend::ALL[3]),
    ];

    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().name
    }

    /// Name in saved sessions. It never changes.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.names().id
    }

    /// The choice with this [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.id() == id)
    }

    /// Word for it on a command line.
    #[must_use]
    pub fn argument(self) -> &'static str {
        self.names().argument
    }

    fn names(self) -> Names {
        match self {
            Self::Auto => Names {
                name: "Auto",
                id: "auto",
                argument: "auto",
            },
            Self::Only(backend) => backend.names(),
        }
    }

    /// Place of the choice in [`Self::ALL`]. It never changes.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Auto => 0,
            Self::Only(backend) => 1 + backend as usize,
        }
    }

    /// The choice in this place of [`Self::ALL`].
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }
}

/// Which backend runs, and why the others do not.
#[derive(Clone, Debug)]
pub struct BackendReport {
    /// The backend that runs.
    pub running: Backend,
    /// A line for each backend that was tried: its time for a window, or why it does not run.
    pub lines: Vec<String>,
    /// Whether each update computes all of its window, because nothing of the network can be kept from
    /// one update to the next. With another network it computes what is new.
    pub whole_windows: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_again_by_its_id_and_its_index() {
        for (index, choice) in BackendChoice::ALL.into_iter().enumerate() {
            assert_eq!(choice.index(), index);
            assert_eq!(BackendChoice::from_index(index), Some(choice));
            assert_eq!(BackendChoice::from_id(choice.id()), Some(choice));
        }
        assert_eq!(BackendChoice::from_id("other"), None);
        assert_eq!(BackendChoice::from_index(5), None);
    }
}
