//! One instance of the plugin's class.

use std::path::Path;
use std::rc::Rc;

use vst3::ComPtr;
use vst3::Interface;
use vst3::Steinberg::Vst::ChannelContext::{IInfoListener, IInfoListenerTrait};
use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IEditController, IEditControllerTrait, RestartFlags_,
};
use vst3::Steinberg::{IPluginBaseTrait, IPluginFactoryTrait, TUID, kResultOk};

use super::attributes;
use super::context::Context;
use super::handler::Handler;
use super::setup::Setup;
use super::{Asked, EventList, HandlerCall, ParameterChanges, RunLoop, Vst3Module};
use crate::ports::Buffers;
use crate::{HostingError, Track};

/// Parameters of one block for which there is room.
const CHANGED_PARAMETERS: usize = 128;

/// Where the host shows its run loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunLoopFrom {
    /// It has none.
    Nowhere,
    /// In its context, which the factory and each instance are given.
    #[default]
    Context,
    /// In the frame of a view alone.
    Frame,
}

/// What kind of host this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vst3Host {
    /// Where it shows its run loop.
    pub run_loop: RunLoopFrom,
    /// Whether it gives a component handler.
    pub has_handler: bool,
    /// Whether it gives a context; without one, instances get a null pointer.
    pub has_context: bool,
}

impl Default for Vst3Host {
    fn default() -> Self {
        Self {
            run_loop: RunLoopFrom::default(),
            has_handler: true,
            has_context: true,
        }
    }
}

/// One instance of the plugin, on the thread that made it.
///
/// The raw interfaces are public: tests of odd calls need them.
pub struct Vst3Plugin {
    /// The component.
    pub component: ComPtr<IComponent>,
    /// Its processor.
    pub processor: ComPtr<IAudioProcessor>,
    /// Its controller.
    pub controller: ComPtr<IEditController>,
    pub(super) host: Vst3Host,
    pub(super) handler: Option<Handler>,
    /// What has been told and no block has taken yet.
    pub(super) calls: Vec<HandlerCall>,
    rescans: u32,
    pub(super) run_loop: Rc<RunLoop>,
    pub(super) setup: Setup,
    pub(super) buffers: Buffers,
    pub(super) input_changes: ParameterChanges,
    pub(super) output_changes: ParameterChanges,
    pub(super) input_events: EventList,
    pub(super) output_events: EventList,
    pub(super) position_samples: u64,
    _context: Context,
    module: Rc<Vst3Module>,
}

impl Vst3Plugin {
    /// Loads the first class of a bundle into a host with a run loop, a context and a handler.
    ///
    /// # Errors
    /// [`HostingError`] if there is no bundle, or none that works.
    pub fn load(bundle: &Path) -> Result<Self, HostingError> {
        Self::of(&Vst3Module::load(bundle)?, Vst3Host::default())
    }

    /// Makes an instance of a module's first class, in a host of this kind.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn of(module: &Rc<Vst3Module>, host: Vst3Host) -> Result<Self, HostingError> {
        let run_loop = RunLoop::new();
        let in_context = host.run_loop == RunLoopFrom::Context;
        let context = Context::new(in_context.then(|| Rc::clone(&run_loop)));
        if host.has_context {
            module.set_context(&context);
        }
        let component = create(module)?;
        let given = if host.has_context {
            context.unknown().into_raw()
        } else {
            std::ptr::null_mut()
        };
        // SAFETY: null, or an object that lives; what `into_raw` counted is given back behind it.
        let initialized = unsafe {
            let result = component.initialize(given);
            drop(ComPtr::from_raw(given));
            result
        };
        if initialized != kResultOk {
            return Err(HostingError::answered("to be initialized", initialized));
        }
        let (Some(processor), Some(controller)) = (
            component.cast::<IAudioProcessor>(),
            component.cast::<IEditController>(),
        ) else {
            return Err(HostingError::NoExtension("processor and controller"));
        };
        let handler = host.has_handler.then(|| Handler::new(controller.clone()));
        if let Some(handler) = &handler {
            let interface = handler.interface();
            // SAFETY: the handler is alive, and the controller counts its own reference to it.
            unsafe { controller.setComponentHandler(interface.as_ptr()) };
        }
        let mut plugin = Self {
            component,
            processor,
            controller,
            host,
            handler,
            calls: Vec::new(),
            rescans: 0,
            run_loop,
            setup: Setup::default(),
            buffers: Buffers::default(),
            input_changes: ParameterChanges::new(CHANGED_PARAMETERS),
            output_changes: ParameterChanges::new(CHANGED_PARAMETERS),
            input_events: EventList::default(),
            output_events: EventList::default(),
            position_samples: 0,
            _context: context,
            module: Rc::clone(module),
        };
        plugin.setup.channels = plugin.read_channels();
        Ok(plugin)
    }

    /// The module that the instance is of.
    #[must_use]
    pub fn module(&self) -> &Rc<Vst3Module> {
        &self.module
    }

    /// The host's run loop.
    #[must_use]
    pub fn run_loop(&self) -> &Rc<RunLoop> {
        &self.run_loop
    }

    /// Does what a host's main thread does all the time; here it happens between blocks.
    pub fn run_callbacks(&mut self) {
        self.run_loop.run();
        self.hear();
    }

    /// Takes over what the plugin has told the handler.
    pub(super) fn hear(&mut self) {
        let Some(handler) = &self.handler else { return };
        let calls = handler.take();
        let anew = RestartFlags_::kParamTitlesChanged | RestartFlags_::kParamValuesChanged;
        let restarts = calls
            .iter()
            .filter(|call| matches!(call.asked, Asked::Restart(flags) if flags & anew as i32 != 0));
        self.rescans += restarts.count() as u32;
        self.calls.extend(calls);
    }

    /// Times the plugin asked the host to read its parameters anew.
    #[must_use]
    pub fn rescans(&self) -> u32 {
        self.rescans
    }

    /// What the plugin has told the handler and no block has taken, oldest first. A block takes
    /// gestures and nothing else.
    pub fn take_calls(&mut self) -> Vec<HandlerCall> {
        self.hear();
        std::mem::take(&mut self.calls)
    }

    /// Puts the plugin on a track, and tells it so.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin does not want to know.
    pub fn set_track(&mut self, track: &Track) -> Result<(), HostingError> {
        let listener = self.controller.cast::<IInfoListener>();
        let listener = listener.ok_or(HostingError::NoExtension("IInfoListener"))?;
        let list = attributes::of(track);
        // SAFETY: the list lives as long as the call.
        let result = unsafe { listener.setChannelContextInfos(list.as_ptr()) };
        if result == kResultOk {
            Ok(())
        } else {
            Err(HostingError::answered("this track", result))
        }
    }

    /// The host's menus that the plugin asked for since [`Self::take_calls`], oldest first: the parameter,
    /// and where.
    pub fn menus(&mut self) -> Vec<(u32, (i32, i32))> {
        self.hear();
        let menu = |call: &HandlerCall| match call.asked {
            Asked::Menu(id, at) => Some((id, at)),
            _ => None,
        };
        self.calls.iter().filter_map(menu).collect()
    }

    /// What the plugin logged. The format has no log.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An object of the module's first class.
fn create(module: &Vst3Module) -> Result<ComPtr<IComponent>, HostingError> {
    let class = module.class().ok_or(HostingError::NoExtension("class"))?;
    let mut object = std::ptr::null_mut();
    let id: TUID = class.id.map(|byte| byte as i8 as _);
    // SAFETY: both ids are of 16 bytes, and the object is what the second one names.
    let component = unsafe {
        let result = module.factory().createInstance(
            id.as_ptr().cast(),
            IComponent::IID.as_ptr().cast(),
            &mut object,
        );
        if result != kResultOk {
            return Err(HostingError::answered("an instance", result));
        }
        ComPtr::from_raw(object.cast::<IComponent>())
    };
    component.ok_or_else(|| HostingError::answered("an instance", kResultOk))
}

impl Drop for Vst3Plugin {
    fn drop(&mut self) {
        self.deactivate();
        if let Some(handler) = &self.handler {
            handler.forget();
        }
        // SAFETY: a host without a handler says so with a null pointer, and every instance is
        // terminated once.
        unsafe {
            self.controller.setComponentHandler(std::ptr::null_mut());
            self.component.terminate();
        }
    }
}
