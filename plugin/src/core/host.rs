//! What the plugin needs of its host, for the shells to implement.

/// The host, for every thread.
pub trait Host: Send + Sync {
    /// Asks for a call of [`Instance::on_main_thread`](super::Instance::on_main_thread) on the main
    /// thread. Every thread may ask. The audio thread does so only when it gives up the analysis.
    /// It must do nothing once the host's side of the instance has gone.
    fn request_main_thread(&self);
}

/// The host, for the main thread. [`Instance`](super::Instance) calls these only from within its
/// own methods, with nothing locked or borrowed, so a host may call back.
pub trait MainHost {
    /// Parameters have changed, and not through an [`Output`](super::Output): the host must read them
    /// again. Only [`Instance::on_main_thread`](super::Instance::on_main_thread) calls it, because
    /// some hosts cannot be called back while they load a state.
    fn parameters_changed(&self, changed: Changed);

    /// The state would be saved differently, without a parameter being the reason.
    fn state_changed(&self);

    /// Something waits in [`Instance::flush`](super::Instance::flush), or in the next block.
    fn request_flush(&self);

    /// Whether the host has a menu of its own for parameters.
    fn has_menus(&self) -> bool {
        false
    }
    /// Shows the host's menu for the parameter `id` at a point of the editor's window, in the units of the
    /// platform's window interface.
    fn show_menu(&self, id: u32, at: (i32, i32)) {
        let _ = (id, at);
    }
    /// Asks the host to give the editor's window another size, in the units of the platform's window
    /// interface.
    fn resize_editor(&self, width: u32, height: u32) {
        let _ = (width, height);
    }
    /// Tells people what is wrong and what to do.
    fn log(&self, severity: Severity, message: &str);
}

/// What has changed of the parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Their values.
    pub values: bool,
    /// The texts of their values.
    pub texts: bool,
    /// Their names or groups.
    pub infos: bool,
}

impl Changed {
    /// Whether nothing has changed.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            values: self.values | other.values,
            texts: self.texts | other.texts,
            infos: self.infos | other.infos,
        }
    }
}

/// How bad a message to people is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The plugin goes on with something else than was asked for.
    Warning,
    /// Something that was asked for does not work.
    Error,
}
