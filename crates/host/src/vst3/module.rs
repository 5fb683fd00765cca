//! The loaded library of a VST3 bundle.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use libloading::Library;
use vst3::ComPtr;
use vst3::Steinberg::{
    IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3, IPluginFactory3Trait,
    IPluginFactoryTrait, PClassInfo2, PFactoryInfo, TUID, kResultOk,
};

use super::context::Context;
use super::text::narrow;
use crate::HostingError;

type Exit = unsafe extern "system" fn() -> bool;
type GetFactory = unsafe extern "system" fn() -> *mut IPluginFactory;

/// What the factory says of its first class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassInfo {
    /// The class id, as its bytes lie in memory.
    pub id: [u8; 16],
    /// What kind of object it makes.
    pub category: String,
    /// Name for people.
    pub name: String,
    /// Kinds of plugin, separated by bars.
    pub sub_categories: String,
    /// Who made it.
    pub vendor: String,
    /// Its version.
    pub version: String,
    /// The version of the interfaces it was made with.
    pub sdk_version: String,
    /// The factory's vendor.
    pub factory_vendor: String,
    /// Number of classes of the factory.
    pub classes: i32,
}

/// The library of a bundle. It is unloaded when the last instance and the last handle are gone.
pub struct Vst3Module {
    // The order of the fields is the order in which they end.
    factory: Option<ComPtr<IPluginFactory>>,
    library: Library,
}

/// Where in the bundle its library lies.
fn library_path(bundle: &Path) -> PathBuf {
    let name = bundle.file_stem().unwrap_or_default();
    let contents = bundle.join("Contents");
    if cfg!(target_os = "windows") {
        let folder = format!("{}-win", std::env::consts::ARCH);
        contents.join(folder).join(name).with_extension("vst3")
    } else if cfg!(target_os = "macos") {
        contents.join("MacOS").join(name)
    } else {
        let folder = format!("{}-linux", std::env::consts::ARCH);
        contents.join(folder).join(name).with_extension("so")
    }
}

const ENTRY: &[u8] = if cfg!(target_os = "windows") {
    b"InitDll\0"
} else if cfg!(target_os = "macos") {
    b"bundleEntry\0"
} else {
    b"ModuleEntry\0"
};

const EXIT: &[u8] = if cfg!(target_os = "windows") {
    b"ExitDll\0"
} else if cfg!(target_os = "macos") {
    b"bundleExit\0"
} else {
    b"ModuleExit\0"
};

impl Vst3Module {
    /// Loads the library of `bundle`, and enters it.
    ///
    /// # Errors
    /// [`HostingError`] if there is no bundle, or none that works.
    pub fn load(bundle: &Path) -> Result<Rc<Self>, HostingError> {
        if !bundle.exists() {
            return Err(HostingError::NoBundle(bundle.to_owned()));
        }
        let refused = |reason: String| HostingError::Load {
            path: bundle.to_owned(),
            reason,
        };
        // SAFETY: loading a library runs its code, which is what hosting a plugin means; the path
        // is the user's choice of a plugin.
        let library = unsafe { Library::new(library_path(bundle)) };
        let library = library.map_err(|error| refused(error.to_string()))?;
        let handle = std::ptr::from_ref(&library).cast_mut().cast::<c_void>();
        // SAFETY: these are the names and types of the entry points of every VST3 library.
        let factory = unsafe {
            if let Ok(enter) = library.get::<unsafe extern "system" fn(*mut c_void) -> bool>(ENTRY)
                && !enter(handle)
            {
                return Err(refused("its entry point refuses".to_owned()));
            }
            let get = library.get::<GetFactory>(b"GetPluginFactory\0");
            let get = get.map_err(|error| refused(error.to_string()))?;
            ComPtr::from_raw(get())
        };
        let factory = factory.ok_or_else(|| refused("it has no factory".to_owned()))?;
        Ok(Rc::new(Self {
            factory: Some(factory),
            library,
        }))
    }

    /// The factory.
    #[must_use]
    pub fn factory(&self) -> &ComPtr<IPluginFactory> {
        self.factory
            .as_ref()
            .expect("it is taken only when the module ends")
    }

    /// Hands `context` to the factory, as newer hosts do. Returns whether it takes one.
    pub(super) fn set_context(&self, context: &Context) -> bool {
        let Some(factory) = self.factory().cast::<IPluginFactory3>() else {
            return false;
        };
        // SAFETY: the context is an object that lives, and who keeps it counts it.
        unsafe { factory.setHostContext(context.unknown().as_ptr()) == kResultOk }
    }

    /// What the factory says of its first class.
    #[must_use]
    pub fn class(&self) -> Option<ClassInfo> {
        let factory = self.factory();
        // SAFETY: both are plain structures of numbers, for which zeros are values, and the factory
        // fills what it is given.
        unsafe {
            let mut of_factory: PFactoryInfo = std::mem::zeroed();
            let mut info: PClassInfo2 = std::mem::zeroed();
            factory.getFactoryInfo(&mut of_factory);
            let second = factory.cast::<IPluginFactory2>()?;
            (second.getClassInfo2(0, &mut info) == kResultOk).then(|| ClassInfo {
                id: bytes(&info.cid),
                category: narrow(&info.category),
                name: narrow(&info.name),
                sub_categories: narrow(&info.subCategories),
                vendor: narrow(&info.vendor),
                version: narrow(&info.version),
                sdk_version: narrow(&info.sdkVersion),
                factory_vendor: narrow(&of_factory.vendor),
                classes: factory.countClasses(),
            })
        }
    }
}

pub(super) fn bytes(id: &TUID) -> [u8; 16] {
    id.map(|byte| byte as u8)
}

impl Drop for Vst3Module {
    fn drop(&mut self) {
        drop(self.factory.take());
        // SAFETY: the name and type of the exit point of every VST3 library; nothing of it is in
        // use any more.
        unsafe {
            if let Ok(exit) = self.library.get::<Exit>(EXIT) {
                exit();
            }
        }
    }
}
