//! The plugin's class, as hosts list it.

use vst3::Steinberg::PClassInfo_::ClassCardinality_::kManyInstances;
use vst3::Steinberg::PFactoryInfo_::FactoryFlags_::kUnicode;
use vst3::Steinberg::{PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo, TUID, int32};
use vst3::uid;

use super::text::{put_narrow, put_wide};

/// The class id under which hosts remember the plugin. It never changes. It is the name-based UUID
/// (version 5, in the name space of domain names) of the plugin's CLAP id, `audio.tagline.tagline`.
pub(super) const CLASS_ID: TUID = uid(0xA6A6_B406, 0xCA9A_54B8, 0xB9A6_3BB9, 0x1A84_5C19);

const VENDOR: &str = "Tagline";
const NAME: &str = "Tagline";
const CATEGORY: &str = "Audio Module Class";
const SUB_CATEGORIES: &str = "Fx|Analyzer|Tools|Mono|Stereo";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Version of the interfaces that the `vst3` crate's bindings are of.
const SDK_VERSION: &str = "VST 3.8.0";

pub(super) fn put_factory_info(info: &mut PFactoryInfo) {
    put_narrow(VENDOR, &mut info.vendor);
    put_narrow("https://tagline.audio", &mut info.url);
    put_narrow("", &mut info.email);
    info.flags = kUnicode as int32;
}

pub(super) fn put_info(info: &mut PClassInfo) {
    info.cid = CLASS_ID;
    info.cardinality = kManyInstances as int32;
    put_narrow(CATEGORY, &mut info.category);
    put_narrow(NAME, &mut info.name);
}

pub(super) fn put_info_2(info: &mut PClassInfo2) {
    info.cid = CLASS_ID;
    info.cardinality = kManyInstances as int32;
    put_narrow(CATEGORY, &mut info.category);
    put_narrow(NAME, &mut info.name);
    // Component and controller are one object, so they cannot be on two machines.
    info.classFlags = 0;
    put_narrow(SUB_CATEGORIES, &mut info.subCategories);
    put_narrow(VENDOR, &mut info.vendor);
    put_narrow(VERSION, &mut info.version);
    put_narrow(SDK_VERSION, &mut info.sdkVersion);
}

pub(super) fn put_info_unicode(info: &mut PClassInfoW) {
    info.cid = CLASS_ID;
    info.cardinality = kManyInstances as int32;
    put_narrow(CATEGORY, &mut info.category);
    put_wide(NAME, &mut info.name);
    info.classFlags = 0;
    put_narrow(SUB_CATEGORIES, &mut info.subCategories);
    put_wide(VENDOR, &mut info.vendor);
    put_wide(VERSION, &mut info.version);
    put_wide(SDK_VERSION, &mut info.sdkVersion);
}
