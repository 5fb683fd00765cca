//! The CLAP entry: one plugin, which remembers where its library lies.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use clack_plugin::entry::prelude::*;

use crate::main_thread::MainThread;
use crate::plugin::{Shared, Tagline, descriptor};

/// The entry of the library.
pub struct TaglineEntry {
    factory: PluginFactoryWrapper<Factory>,
}

impl Entry for TaglineEntry {
    fn new(bundle_path: Option<&CStr>) -> Result<Self, EntryLoadError> {
        let path = bundle_path.and_then(|path| path.to_str().ok());
        Ok(Self {
            factory: PluginFactoryWrapper::new(Factory {
                descriptor: descriptor(),
                library_dirs: path.map_or_else(Vec::new, |path| library_dirs(Path::new(path))),
            }),
        })
    }

    fn declare_factories<'a>(&'a self, builder: &mut EntryFactories<'a>) {
        builder.register_factory(&self.factory);
    }
}

/// Where a shared library that comes with the plugin may lie: beside the bundle, and in the
/// folders a bundle has for it.
fn library_dirs(bundle: &Path) -> Vec<PathBuf> {
    let inside = [
        "",
        "Contents/Frameworks",
        "Contents/Resources",
        "Contents/x86_64-linux",
        "Contents/x86_64-win",
    ];
    bundle
        .parent()
        .map(Path::to_path_buf)
        .into_iter()
        .chain(inside.map(|folder| bundle.join(folder)))
        .collect()
}

struct Factory {
    descriptor: PluginDescriptor,
    library_dirs: Vec<PathBuf>,
}

impl PluginFactoryImpl for Factory {
    fn plugin_count(&self) -> u32 {
        1
    }

    fn plugin_descriptor(&self, index: u32) -> Option<&PluginDescriptor> {
        (index == 0).then_some(&self.descriptor)
    }

    fn create_plugin<'a>(
        &'a self,
        host: HostInfo<'a>,
        plugin_id: &CStr,
    ) -> Option<PluginInstance<'a>> {
        if Some(plugin_id) != self.descriptor.id() {
            return None;
        }
        Some(PluginInstance::new::<Tagline>(
            host,
            &self.descriptor,
            |host| Ok(Shared::new(host, self.library_dirs.clone())),
            |host, shared| Ok(MainThread::new(host, shared)),
        ))
    }
}
