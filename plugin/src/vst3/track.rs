//! What a VST3 host says of the plugin's track.

use vst3::ComRef;
use vst3::Steinberg::Vst::ChannelContext::{IInfoListenerTrait, kChannelColorKey, kChannelNameKey};
use vst3::Steinberg::Vst::{IAttributeList, IAttributeListTrait, TChar};
use vst3::Steinberg::{kInternalError, kInvalidArgument, kResultOk, tresult};

use super::abi::guarded;
use super::plugin::Plugin;
use super::text::read_wide;
use crate::core::surroundings::{Track, short};

/// Length of the texts of the interfaces, in UTF-16 units.
const UNITS: usize = 128;

/// The track that `list` describes.
fn track_of(list: ComRef<'_, IAttributeList>) -> Track {
    let mut name: [TChar; UNITS] = [0; UNITS];
    let mut colour = 0;
    // SAFETY: the list is the host's for the length of the call, the keys are the interface's, and the places
    // have the sizes that are said.
    let (has_name, has_colour) = unsafe {
        let bytes = size_of_val(&name) as u32;
        (
            list.getString(kChannelNameKey, name.as_mut_ptr(), bytes) == kResultOk,
            list.getInt(kChannelColorKey, &mut colour) == kResultOk,
        )
    };
    name[UNITS - 1] = 0;
    // SAFETY: the text ends with a zero.
    let name = has_name
        .then(|| unsafe { read_wide(name.as_ptr()) })
        .flatten();
    // Alpha, red, green, blue, from the highest byte.
    let [_, red, green, blue] = (colour as u32).to_be_bytes();
    Track {
        name: name.map_or_else(String::new, |name| short(&name)),
        colour: has_colour.then_some([red, green, blue]),
    }
}

impl IInfoListenerTrait for Plugin {
    unsafe fn setChannelContextInfos(&self, list: *mut IAttributeList) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or a list of the host's.
            let Some(list) = (unsafe { ComRef::from_raw(list) }) else {
                return kInvalidArgument;
            };
            let track = track_of(list);
            self.inner.instance(|instance| instance.set_track(track));
            kResultOk
        })
    }
}
