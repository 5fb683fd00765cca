//! Main thread: what a CLAP host says of the plugin's track, of mapped controllers and automation, and the
//! pages of parameters that it shows on a controller.

use std::ffi::CStr;

use clack_extensions::param_indication::{ParamIndicationAutomation, PluginParamIndicationImpl};
use clack_extensions::remote_controls::{
    PluginRemoteControlsImpl, RemoteControlsPage, RemoteControlsPageWriter,
};
use clack_extensions::track_info::{HostTrackInfo, PluginTrackInfoImpl, TrackInfoBuffer};
use clack_plugin::utils::{ClapId, Color};

use super::main_thread::MainThread;
use crate::core::params::{MACROS, MACROS_AT, TAGS_AT, id};
use crate::core::surroundings::{Automation, Rgb, Track, short};
use tagline_engine::MAX_TAGS;

/// Parameters on a page.
const SLOTS: usize = 8;

/// Pages of tags.
const TAG_PAGES: usize = MAX_TAGS.div_ceil(SLOTS);

fn rgb(colour: Color) -> Rgb {
    [colour.red, colour.green, colour.blue]
}

fn text(text: Option<&CStr>) -> String {
    text.map_or_else(String::new, |text| short(&text.to_string_lossy()))
}

impl MainThread<'_> {
    /// Asks the host for its track.
    pub fn read_track(&self) {
        let mut host = self.host;
        let Some(extension) = host.get_extension::<HostTrackInfo>() else {
            return;
        };
        let mut buffer = TrackInfoBuffer::new();
        if let Some(info) = extension.get(&mut host, &mut buffer) {
            let name = info.name().map(String::from_utf8_lossy);
            let track = Track {
                name: name.map_or_else(String::new, |name| short(&name)),
                colour: info.color().map(rgb),
            };
            self.instance.set_track(track);
        }
    }
}

impl PluginTrackInfoImpl for MainThread<'_> {
    fn changed(&self) {
        self.read_track();
    }
}

impl PluginParamIndicationImpl for MainThread<'_> {
    fn set_mapping(
        &self,
        param_id: ClapId,
        has_mapping: bool,
        color: Option<Color>,
        label: Option<&CStr>,
        description: Option<&CStr>,
    ) {
        self.instance.indicate(param_id.get(), |indication| {
            let (label, about) = (text(label), text(description));
            let either = if about.is_empty() { label } else { about };
            indication.mapping = has_mapping.then_some(either);
            indication.colour = color.map(rgb);
        });
    }

    fn set_automation(
        &self,
        param_id: ClapId,
        automation_state: ParamIndicationAutomation,
        color: Option<Color>,
    ) {
        self.instance.indicate(param_id.get(), |indication| {
            indication.automation = match automation_state {
                ParamIndicationAutomation::None => Automation::None,
                ParamIndicationAutomation::Present => Automation::Present,
                ParamIndicationAutomation::Playing => Automation::Playing,
                ParamIndicationAutomation::Recording => Automation::Recording,
                ParamIndicationAutomation::Overriding => Automation::Overriding,
            };
            indication.colour = color.map(rgb);
        });
    }
}

/// The parameters of the page at `index`: the macros, the settings, and the tags in their order.
fn page(index: usize) -> Option<(String, Vec<u32>)> {
    match index {
        0 => Some((
            "Macros".to_owned(),
            (0..MACROS)
                .map(|index| (MACROS_AT + index) as u32)
                .collect(),
        )),
        1 => Some((
            "Settings".to_owned(),
            vec![
                id::MODE,
                id::UPDATE_EVERY,
                id::SMOOTHING,
                id::FOCUS,
                id::VALUES,
                id::BYPASS,
            ],
        )),
        _ => {
            let page = index.checked_sub(2).filter(|page| *page < TAG_PAGES)?;
            let tags = page * SLOTS..((page + 1) * SLOTS).min(MAX_TAGS);
            let name = format!("Tags {} to {}", tags.start + 1, tags.end);
            Some((name, tags.map(|tag| (TAGS_AT + tag) as u32).collect()))
        }
    }
}

impl PluginRemoteControlsImpl for MainThread<'_> {
    fn count(&self) -> u32 {
        2 + TAG_PAGES as u32
    }

    fn get(&self, index: u32, writer: &mut RemoteControlsPageWriter<'_>) {
        let Some((name, parameters)) = page(index as usize) else {
            return;
        };
        let mut param_ids = [None; SLOTS];
        for (slot, id) in param_ids.iter_mut().zip(parameters) {
            *slot = Some(ClapId::new(id));
        }
        writer.set(&RemoteControlsPage {
            section_name: b"Tagline",
            page_id: ClapId::new(index),
            page_name: name.as_bytes(),
            param_ids,
            is_for_preset: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::params::VISIBLE;

    #[test]
    fn every_visible_parameter_is_on_one_page_and_no_page_is_too_long() {
        let pages: Vec<_> = (0..).map_while(page).collect();
        assert_eq!(pages.len(), 2 + TAG_PAGES);
        assert!(pages.iter().all(|(_, ids)| ids.len() <= SLOTS));
        let mut ids: Vec<u32> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..VISIBLE as u32).collect::<Vec<_>>());
    }
}
