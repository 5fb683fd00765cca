//! Main thread: presets as CLAP hosts list and load them.
//!
//! Each preset of the plugin has a provider of its own, and the user's folder has one. CLAP lets one
//! provider list many presets of the plugin as well, but clap-validator 0.4.1 waits for itself for
//! ever on the second one. The folder is only declared where it is there, and no file is opened
//! before a host asks for its metadata.

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use clack_extensions::preset_discovery::prelude::*;
use clack_plugin::plugin::PluginError;

use super::main_thread::MainThread;
use super::plugin::ID;
use crate::core::presets::{
    FILE_ENDING, FactoryPreset, Preset, PresetError, Read, factory_presets, preset_folder,
    read_preset,
};

/// What the providers' ids begin with.
const PROVIDER: &str = "audio.tagline.presets";

/// The providers of presets.
pub struct Providers(Vec<(ProviderDescriptor, Origin)>);

/// Where a provider's presets are.
#[derive(Clone, Copy)]
enum Origin {
    Plugin(&'static FactoryPreset),
    Folder,
}

impl Providers {
    /// All of them.
    pub fn new() -> Self {
        let descriptor = |id: String, name: &str| {
            let name = name.replace('\0', " ");
            ProviderDescriptor::new(&id, &name).with_vendor("Tagline")
        };
        let of_plugin = factory_presets().iter().map(|factory| {
            let id = format!("{PROVIDER}.{}", factory.key);
            (
                descriptor(id, &factory.preset.name),
                Origin::Plugin(factory),
            )
        });
        let of_user = (
            descriptor(format!("{PROVIDER}.user"), "Your presets"),
            Origin::Folder,
        );
        Self(of_plugin.chain(std::iter::once(of_user)).collect())
    }
}

impl PresetDiscoveryFactoryImpl for Providers {
    fn provider_count(&self) -> u32 {
        self.0.len() as u32
    }

    fn provider_descriptor(&self, index: u32) -> Option<&ProviderDescriptor> {
        let provider = self.0.get(index as usize);
        provider.map(|(descriptor, _)| descriptor)
    }

    fn create_provider<'a>(
        &'a self,
        host_info: IndexerInfo<'a>,
        provider_id: &CStr,
    ) -> Option<ProviderInstance<'a>> {
        let is_asked =
            |(descriptor, _): &&(ProviderDescriptor, Origin)| descriptor.id() == Some(provider_id);
        let (descriptor, origin) = self.0.iter().find(is_asked)?;
        let provider = Provider(*origin);
        Some(ProviderInstance::new(
            host_info,
            descriptor,
            move |indexer| {
                provider.declare(indexer)?;
                Ok(provider)
            },
        ))
    }
}

/// A provider for a host.
#[derive(Clone, Copy)]
struct Provider(Origin);

impl Provider {
    fn declare(self, mut indexer: Indexer<'_>) -> Result<(), PluginError> {
        let refused = |_| PluginError::Message("the host takes no presets");
        let ending = CString::new(FILE_ENDING).unwrap_or_default();
        match self.0 {
            Origin::Plugin(_) => indexer
                .declare_location(LocationInfo {
                    name: c"Tagline's presets",
                    flags: Flags::IS_FACTORY_CONTENT,
                    location: Location::Plugin,
                })
                .map_err(refused),
            Origin::Folder => {
                let file_type = FileType {
                    name: c"Tagline preset",
                    description: Some(c"Macros and how tags are computed, as JSON text"),
                    file_extension: Some(&ending),
                };
                indexer.declare_filetype(file_type).map_err(refused)?;
                let folder = preset_folder().filter(|folder| folder.is_dir());
                let folder = folder.as_deref().and_then(as_c);
                let Some(folder) = folder else { return Ok(()) };
                let location = LocationInfo {
                    name: c"Your presets",
                    flags: Flags::IS_USER_CONTENT,
                    location: Location::File { path: &folder },
                };
                indexer.declare_location(location).map_err(refused)
            }
        }
    }
}

impl<'a> ProviderImpl<'a> for Provider {
    fn get_metadata(
        &mut self,
        location: Location<'_>,
        receiver: &mut MetadataReceiver<'_>,
    ) -> Result<(), PluginError> {
        match (location, self.0) {
            (Location::Plugin, Origin::Plugin(factory)) => {
                let key = text(factory.key);
                let flags = Flags::IS_FACTORY_CONTENT;
                describe(receiver, &factory.preset, Some(&key), flags)
            }
            (Location::File { path }, Origin::Folder) => {
                let read = read_preset(&as_path(path)).map_err(refused)?;
                describe(receiver, &read.preset, None, Flags::IS_USER_CONTENT)
            }
            // Nothing of this provider's.
            _ => Ok(()),
        }
    }
}

fn describe(
    receiver: &mut MetadataReceiver<'_>,
    preset: &Preset,
    key: Option<&CStr>,
    flags: Flags,
) -> Result<(), PluginError> {
    let plugin = text(ID);
    let begun = receiver.begin_preset(Some(&text(&preset.name)), key);
    let begun = begun.map_err(|_| PluginError::Message("the host takes no preset"))?;
    begun
        .add_plugin_id(UniversalPluginId::clap(&plugin))
        .set_flags(flags);
    if flags == Flags::IS_FACTORY_CONTENT {
        begun.add_creator(c"Tagline");
    }
    if !preset.about.is_empty() {
        begun.set_description(&text(&preset.about));
    }
    Ok(())
}

/// A text for a host. None of a preset's has a zero byte.
fn text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

fn refused(error: PresetError) -> PluginError {
    PluginError::Error(Box::new(error))
}

#[cfg(unix)]
fn as_c(path: &Path) -> Option<CString> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes()).ok()
}

#[cfg(unix)]
fn as_path(path: &CStr) -> PathBuf {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(path.to_bytes()).into()
}

#[cfg(not(unix))]
fn as_c(path: &Path) -> Option<CString> {
    CString::new(path.to_str()?).ok()
}

#[cfg(not(unix))]
fn as_path(path: &CStr) -> PathBuf {
    path.to_string_lossy().into_owned().into()
}

impl PluginPresetLoadImpl for MainThread<'_> {
    fn load_from_location(
        &self,
        location: Location<'_>,
        load_key: Option<&CStr>,
    ) -> Result<(), PluginError> {
        match found(location, load_key) {
            Ok(read) => {
                self.instance.load_preset(read);
                self.preset_is_loaded(location, load_key);
                Ok(())
            }
            Err(error) => {
                self.instance.refuse_preset(&error);
                let message = text(&error.to_string().replace('\0', " "));
                self.preset_is_refused(location, load_key, error.os_code(), &message);
                Err(refused(error))
            }
        }
    }
}

fn found(location: Location<'_>, key: Option<&CStr>) -> Result<Read, PresetError> {
    match location {
        Location::File { path } => read_preset(&as_path(path)),
        Location::Plugin => {
            let key = key.unwrap_or_default().to_string_lossy();
            let named = |factory: &&FactoryPreset| factory.key == key;
            let factory = factory_presets().iter().find(named);
            let factory = factory.ok_or_else(|| PresetError::Unknown(key.into_owned()))?;
            Ok(Read {
                preset: factory.preset.clone(),
                unknown: Vec::new(),
            })
        }
    }
}
