//! The CLAP entry: one plugin, which remembers where its library lies, and its presets.

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Arc;

use clack_extensions::preset_discovery::prelude::PresetDiscoveryFactoryWrapper;
use clack_plugin::entry::prelude::*;
use clack_plugin::factory::{FactoryImplementation, FactoryWrapper};
use clap_sys::factory::plugin_factory::clap_plugin_factory;
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};

use super::calls;
use super::host::{AnyThread, Shared, takes_live_values};
use super::main_thread::MainThread;
use super::plugin::{Tagline, descriptor};
use super::presets::Providers;
use crate::bundle::library_dirs;

/// The entry of the library.
pub struct TaglineEntry {
    factory: PluginTable,
    presets: PresetDiscoveryFactoryWrapper<Providers>,
}

impl Entry for TaglineEntry {
    fn new(bundle_path: Option<&CStr>) -> Result<Self, EntryLoadError> {
        let path = bundle_path.and_then(|path| path.to_str().ok());
        Ok(Self {
            factory: PluginTable::new(Factory {
                descriptor: descriptor(),
                library_dirs: path.map_or_else(Vec::new, |path| library_dirs(Path::new(path))),
            }),
            presets: PresetDiscoveryFactoryWrapper::new(Providers::new()),
        })
    }

    fn declare_factories<'a>(&'a self, builder: &mut EntryFactories<'a>) {
        builder
            .register_factory(&self.factory)
            .register_factory(&self.presets);
    }
}

/// clack's factory, whose plugins get the [calls] of the audio thread put in.
struct PluginTable(FactoryWrapper<clap_plugin_factory, PluginFactoryWrapper<Factory>>);

type Wrapped = FactoryWrapper<clap_plugin_factory, PluginFactoryWrapper<Factory>>;

impl PluginTable {
    fn new(factory: Factory) -> Self {
        let table = clap_plugin_factory {
            get_plugin_count: Some(plugin_count),
            get_plugin_descriptor: Some(plugin_descriptor),
            create_plugin: Some(create_plugin),
        };
        Self(FactoryWrapper::new(
            table,
            PluginFactoryWrapper::new(factory),
        ))
    }
}

// SAFETY: the functions of the table do what CLAP says of a plugin factory, and expect the pointer
// of this wrapper.
unsafe impl<'a> FactoryImplementation<'a> for PluginTable {
    type Factory = <PluginFactoryWrapper<Factory> as FactoryImplementation<'a>>::Factory;
    type Wrapped = PluginFactoryWrapper<Factory>;

    fn wrapper(&self) -> &Wrapped {
        &self.0
    }
}

unsafe extern "C" fn plugin_count(factory: *const clap_plugin_factory) -> u32 {
    // SAFETY: the host gives back the pointer of the wrapper.
    unsafe { Wrapped::handle(factory, |inner| Ok(inner.factory().plugin_count())) }.unwrap_or(0)
}

unsafe extern "C" fn plugin_descriptor(
    factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    // SAFETY: the host gives back the pointer of the wrapper.
    let found = unsafe {
        Wrapped::handle(factory, |inner| {
            let descriptor = inner.factory().plugin_descriptor(index);
            Ok(descriptor.map_or(ptr::null(), |descriptor| ptr::from_ref(descriptor.as_raw())))
        })
    };
    found.unwrap_or(ptr::null())
}

unsafe extern "C" fn create_plugin(
    factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || id.is_null() {
        return ptr::null();
    }
    // SAFETY: the host gives back the pointer of the wrapper, a table of its own that outlives the
    // plugin, and a C string. clack's table has all of its functions.
    let made = unsafe {
        Wrapped::handle(factory, |inner| {
            let clacks = inner.as_raw_ptr();
            let create = (*clacks).create_plugin;
            let plugin = create.map_or(ptr::null(), |create| create(clacks, host, id));
            calls::take_over(plugin);
            Ok(plugin)
        })
    };
    made.unwrap_or(ptr::null())
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
            |host| {
                Ok(Shared {
                    host: Arc::<AnyThread>::default(),
                    library_dirs: self.library_dirs.clone(),
                    takes_live_values: takes_live_values(host.as_info()),
                })
            },
            |host, shared| Ok(MainThread::new(host, shared)),
        ))
    }
}
