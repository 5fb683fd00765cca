//! Presets as a CLAP host finds and loads them.

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use clack_extensions::preset_discovery::PluginPresetLoad;
use clack_extensions::preset_discovery::factory::PresetDiscoveryFactory;
use clack_extensions::preset_discovery::indexer::IndexerImpl;
use clack_extensions::preset_discovery::metadata_receiver::MetadataReceiverImpl;
use clack_extensions::preset_discovery::preset_data::{
    FileType, Flags, Location, LocationInfo, Soundpack,
};
use clack_extensions::preset_discovery::provider::Provider;
use clack_host::prelude::*;
use clack_host::utils::{Timestamp, UniversalPluginId};

use super::{HostedPlugin, refused};
use crate::HostingError;

/// A preset that a host has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPreset {
    /// Name for people.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Ids of the plugins that it is for.
    pub plugins: Vec<String>,
    /// What it is loaded by, if it is inside the plugin.
    pub key: Option<String>,
    /// Its file, if it is not.
    pub path: Option<PathBuf>,
    /// Whether it came with the plugin.
    pub is_factory: bool,
    /// Why it cannot be used.
    pub error: Option<String>,
}

/// All presets that a bundle's providers tell of, the providers in their order.
///
/// # Errors
/// [`HostingError`] if the bundle cannot be loaded or a provider refuses.
pub fn presets(bundle: &Path) -> Result<Vec<FoundPreset>, HostingError> {
    let entry = super::load_entry(bundle)?;
    let host = super::host_info()?;
    let factory: PresetDiscoveryFactory<'_> = entry
        .get_factory()
        .ok_or(HostingError::NoExtension("clap.preset-discovery-factory/2"))?;
    let mut found = Vec::new();
    for descriptor in factory.provider_descriptors() {
        let id = descriptor.id().unwrap_or_default();
        let provider = Provider::instantiate(Index::default(), &entry, id, &host);
        let mut provider = provider.map_err(|error| refused("a provider of presets", &error))?;
        let Index { places, endings } = provider.indexer().clone();
        for place in places {
            let files = match &place {
                None => vec![None],
                Some(folder) => files_in(folder, &endings).into_iter().map(Some).collect(),
            };
            for file in files {
                let path = file.as_deref().map(as_c);
                let location = path
                    .as_deref()
                    .map_or(Location::Plugin, |path| Location::File { path });
                let mut receiver = Receiver {
                    path: file.clone(),
                    ..Receiver::default()
                };
                provider.get_metadata(location, &mut receiver);
                found.append(&mut receiver.found);
            }
        }
    }
    Ok(found)
}

impl HostedPlugin {
    /// Loads a preset that has been found.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses it.
    pub fn load_preset(&mut self, preset: &FoundPreset) -> Result<(), HostingError> {
        let handle = self.instance.plugin_handle();
        let extension: PluginPresetLoad = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.preset-load/2"))?;
        let path = preset.path.as_deref().map(as_c);
        let key = preset.key.as_deref().map(c_text);
        let location = path
            .as_deref()
            .map_or(Location::Plugin, |path| Location::File { path });
        let loaded = extension.load_from_location(&handle, location, key.as_deref());
        loaded.map_err(|error| refused("this preset", &error))
    }
}

fn files_in(folder: &Path, endings: &[String]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let ending = path.extension().unwrap_or_default();
            endings.iter().any(|known| ending == known.as_str())
        })
        .collect();
    files.sort();
    files
}

fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

fn as_c(path: &Path) -> CString {
    c_text(&path.to_string_lossy())
}

fn text(text: Option<&CStr>) -> Option<String> {
    text.map(|text| text.to_string_lossy().into_owned())
}

/// What a provider declares.
#[derive(Clone, Debug, Default)]
struct Index {
    /// Folders; `None` for the plugin itself.
    places: Vec<Option<PathBuf>>,
    endings: Vec<String>,
}

impl IndexerImpl for Index {
    fn declare_filetype(&mut self, file_type: FileType<'_>) -> Result<(), HostError> {
        self.endings.extend(text(file_type.file_extension));
        Ok(())
    }

    fn declare_location(&mut self, location: LocationInfo<'_>) -> Result<(), HostError> {
        let path = text(location.location.file_path());
        self.places.push(path.map(PathBuf::from));
        Ok(())
    }

    fn declare_soundpack(&mut self, _soundpack: Soundpack<'_>) -> Result<(), HostError> {
        Ok(())
    }
}

/// Takes what a provider says of one place.
#[derive(Default)]
struct Receiver {
    path: Option<PathBuf>,
    found: Vec<FoundPreset>,
}

impl Receiver {
    fn last(&mut self) -> &mut FoundPreset {
        if self.found.is_empty() {
            self.found.push(FoundPreset {
                path: self.path.clone(),
                ..FoundPreset::default()
            });
        }
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl MetadataReceiverImpl for Receiver {
    fn on_error(&mut self, _error_code: i32, message: Option<&CStr>) {
        self.last().error = Some(text(message).unwrap_or_default());
    }

    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        self.found.push(FoundPreset {
            name: text(name).unwrap_or_default(),
            key: text(key),
            path: self.path.clone(),
            ..FoundPreset::default()
        });
        Ok(())
    }

    fn add_plugin_id(&mut self, plugin_id: UniversalPluginId<'_>) {
        let id = plugin_id.id.to_string_lossy().into_owned();
        self.last().plugins.push(id);
    }

    fn set_soundpack_id(&mut self, _soundpack_id: &CStr) {}

    fn set_flags(&mut self, flags: Flags) {
        self.last().is_factory = flags.contains(Flags::IS_FACTORY_CONTENT);
    }

    fn add_creator(&mut self, _creator: &CStr) {}

    fn set_description(&mut self, description: &CStr) {
        self.last().about = description.to_string_lossy().into_owned();
    }

    fn set_timestamps(&mut self, _created: Option<Timestamp>, _modified: Option<Timestamp>) {}

    fn add_feature(&mut self, _feature: &CStr) {}

    fn add_extra_info(&mut self, _key: &CStr, _value: &CStr) {}
}
