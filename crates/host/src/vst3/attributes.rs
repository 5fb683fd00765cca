//! A list of attributes, as far as a track needs one.

use std::ffi::{CStr, c_void};

use vst3::Steinberg::Vst::ChannelContext::{kChannelColorKey, kChannelNameKey};
use vst3::Steinberg::Vst::IAttributeList_::AttrID;
use vst3::Steinberg::Vst::{IAttributeList, IAttributeListTrait, TChar};
use vst3::Steinberg::{
    int64, kInvalidArgument, kNotImplemented, kResultFalse, kResultOk, tresult, uint32,
};
use vst3::{Class, ComPtr, ComWrapper};

use super::text::put_wide;
use crate::Track;

struct Attributes {
    track: Track,
}

impl Class for Attributes {
    type Interfaces = (IAttributeList,);
}

/// The attributes of `track`.
pub(super) fn of(track: &Track) -> ComPtr<IAttributeList> {
    let list = ComWrapper::new(Attributes {
        track: track.clone(),
    });
    list.to_com_ptr()
        .expect("a list has the interface of lists")
}

/// Whether `id` is this key.
///
/// # Safety
/// Both are null, or texts that end with a zero.
unsafe fn is(id: AttrID, key: AttrID) -> bool {
    // SAFETY: as the caller promises.
    !id.is_null() && unsafe { CStr::from_ptr(id) == CStr::from_ptr(key) }
}

impl IAttributeListTrait for Attributes {
    unsafe fn setInt(&self, _id: AttrID, _value: int64) -> tresult {
        kNotImplemented
    }

    unsafe fn getInt(&self, id: AttrID, value: *mut int64) -> tresult {
        // SAFETY: the plugin's key and place.
        let (is_colour, value) = unsafe { (is(id, kChannelColorKey), value.as_mut()) };
        let Some(value) = value.filter(|_| is_colour) else {
            return kResultFalse;
        };
        let [red, green, blue] = self.track.colour;
        *value = u32::from_be_bytes([255, red, green, blue]).into();
        kResultOk
    }

    unsafe fn setFloat(&self, _id: AttrID, _value: f64) -> tresult {
        kNotImplemented
    }

    unsafe fn getFloat(&self, _id: AttrID, _value: *mut f64) -> tresult {
        kResultFalse
    }

    unsafe fn setString(&self, _id: AttrID, _text: *const TChar) -> tresult {
        kNotImplemented
    }

    unsafe fn getString(&self, id: AttrID, text: *mut TChar, bytes: uint32) -> tresult {
        // SAFETY: the plugin's key.
        if !unsafe { is(id, kChannelNameKey) } {
            return kResultFalse;
        }
        let units = bytes as usize / size_of::<TChar>();
        if text.is_null() || units == 0 {
            return kInvalidArgument;
        }
        let mut name = [0; 128];
        put_wide(&self.track.name, &mut name);
        let count = units.min(name.len());
        name[count - 1] = 0;
        // SAFETY: the plugin's place has as many bytes as it says.
        unsafe { std::ptr::copy_nonoverlapping(name.as_ptr(), text, count) };
        kResultOk
    }

    unsafe fn setBinary(&self, _id: AttrID, _data: *const c_void, _bytes: uint32) -> tresult {
        kNotImplemented
    }

    unsafe fn getBinary(
        &self,
        _id: AttrID,
        _data: *mut *const c_void,
        _bytes: *mut uint32,
    ) -> tresult {
        kResultFalse
    }
}
