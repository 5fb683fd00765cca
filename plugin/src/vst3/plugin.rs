//! The one object that is component, processor and controller at once.
//!
//! Both halves share the core's instance, so there is no message to send between them, no second
//! copy of the values to fall behind, and a host that asks either half gets the same answer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use vst3::Steinberg::Vst::ChannelContext::IInfoListener;
use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IComponentHandler, IEditController, IProcessContextRequirements,
    IUnitInfo, SpeakerArrangement,
};
use vst3::Steinberg::{FUnknown, IPlugFrame, IPlugFrameTrait, IPlugView, ViewRect};
use vst3::{Class, ComPtr};

use super::arrangement;
use super::audio_side::{AudioSide, Setup};
use super::gestures::{Gestures, Told};
use super::host::{News, Requests, hears_while_loading};
use super::location;
use super::menu;
use super::outputs::Unheard;
use super::serial::{Serial, this_thread};
use super::shown::Shown;
use super::timer::{Ticked, Timer};
use crate::bundle::library_dirs;
use crate::core::{Host, Input, Instance};

/// The object that hosts get.
pub(super) struct Plugin {
    pub(super) inner: Arc<Inner>,
}

impl Class for Plugin {
    type Interfaces = (
        IComponent,
        IAudioProcessor,
        IProcessContextRequirements,
        IEditController,
        IUnitInfo,
        IInfoListener,
    );
}

/// What the object, its timer and its views share.
pub(super) struct Inner {
    /// What the main thread has.
    pub(super) main: Serial<Main>,
    /// What the audio thread has. It never waits for it; the main thread may.
    audio: Mutex<AudioSide>,
    /// Gestures on their way from the audio thread to the main thread.
    pub(super) gestures: Gestures,
    /// What the controller has been told and the processor has not.
    pub(super) shown: Shown,
    requests: Arc<Requests>,
    /// The host's context, as the factory was given it.
    factory_context: Option<ComPtr<FUnknown>>,
    /// The host's main thread, as far as it is known: 0, or its number.
    main_thread: AtomicUsize,
    /// Main thread: gestures that the host knows of.
    told: Told,
    /// Main thread: the timer, and whether a view's frame has it.
    timer: RefCell<Option<(Timer, bool)>>,
    me: Weak<dyn Ticked>,
}

/// What the main thread has.
pub(super) struct Main {
    /// The plugin itself, from `initialize` to `terminate`.
    instance: RefCell<Option<Rc<Instance<'static>>>>,
    news: Rc<News>,
    handler: RefCell<Option<ComPtr<IComponentHandler>>>,
    /// The view that is in a window, or null. It is taken away before it goes.
    view: Cell<*mut IPlugView>,
    /// The frame of the newest view.
    frame: RefCell<Option<ComPtr<IPlugFrame>>>,
    pub(super) setup: Cell<Setup>,
    pub(super) arrangement: Cell<SpeakerArrangement>,
    pub(super) is_active: Cell<bool>,
    /// Whether the host may be told of values while it gives the controller a state.
    hears_while_loading: Cell<bool>,
    /// Blocks that had been processed when the timer came last, and how often it has come since.
    idle: Cell<(u64, u32)>,
}

/// After so many times of the timer without a block, what waits for a block is told without one.
const IDLE_TICKS: u32 = 8;

impl Plugin {
    /// A fresh object; it opens no file and starts no thread.
    pub(super) fn new(factory_context: Option<ComPtr<FUnknown>>) -> Self {
        let main = Main {
            instance: RefCell::default(),
            news: Rc::default(),
            handler: RefCell::default(),
            view: Cell::new(std::ptr::null_mut()),
            frame: RefCell::default(),
            setup: Cell::default(),
            arrangement: Cell::new(arrangement::DEFAULT),
            is_active: Cell::new(false),
            hears_while_loading: Cell::new(true),
            idle: Cell::default(),
        };
        // The object belongs to its host's threads, which the interfaces name for each method.
        #[allow(clippy::arc_with_non_send_sync)]
        let inner = Arc::new_cyclic(|me| Inner {
            main: Serial::new(main),
            audio: Mutex::default(),
            gestures: Gestures::default(),
            shown: Shown::default(),
            requests: Arc::default(),
            factory_context,
            main_thread: AtomicUsize::new(0),
            told: Told::default(),
            timer: RefCell::default(),
            me: Weak::clone(me) as Weak<dyn Ticked>,
        });
        Self { inner }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // A host that never terminates what it has initialized.
        super::abi::guarded((), || self.inner.terminate());
    }
}

impl Inner {
    /// Makes the instance. Returns `false` if there is one already.
    pub(super) fn initialize(&self, context: Option<ComPtr<FUnknown>>) -> bool {
        self.main_thread.store(this_thread(), Ordering::Relaxed);
        let hears = [&context, &self.factory_context]
            .into_iter()
            .all(|context| hears_while_loading(context.as_ref()));
        let is_new = self.main.with(|main| {
            main.hears_while_loading.set(hears);
            if main.instance.borrow().is_some() {
                return false;
            }
            let any_thread = Arc::clone(&self.requests) as Arc<dyn Host>;
            let main_thread = Box::new(Rc::clone(&main.news));
            let folders = location::bundle().map_or_else(Vec::new, |path| library_dirs(&path));
            let instance = Instance::new(any_thread, main_thread, folders);
            *main.instance.borrow_mut() = Some(Rc::new(instance));
            true
        });
        if is_new {
            let of_context = |context: &Option<ComPtr<FUnknown>>| {
                let context = context.as_ref()?;
                Timer::in_run_loop_of(context.as_com_ref(), &self.me)
            };
            let timer = Timer::of_system(&self.me)
                .or_else(|| of_context(&context))
                .or_else(|| of_context(&self.factory_context));
            self.set_timer(timer.map(|timer| (timer, false)));
        }
        is_new
    }

    /// Ends everything; the object may be initialized again.
    pub(super) fn terminate(&self) {
        self.set_active(false);
        self.gestures.end_all();
        self.end_gestures();
        self.set_timer(None);
        let (instance, handler) = self.main.with(|main| {
            (
                main.instance.borrow_mut().take(),
                main.handler.borrow_mut().take(),
            )
        });
        drop(instance);
        drop(handler);
    }

    /// The instance; `None` before `initialize` and after `terminate`.
    pub(super) fn instance<R>(&self, action: impl FnOnce(&Instance<'static>) -> R) -> Option<R> {
        self.main.with(|main| {
            let instance = main.instance.borrow().clone();
            instance.map(|instance| action(&instance))
        })
    }

    /// What the audio thread has, for the main thread.
    pub(super) fn audio(&self) -> MutexGuard<'_, AudioSide> {
        self.audio.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the audio thread has, for the audio thread: `None` while the main thread has it, which
    /// only a host brings about that activates and processes at once.
    pub(super) fn try_audio(&self) -> Option<MutexGuard<'_, AudioSide>> {
        self.audio.try_lock().ok()
    }

    /// Activates or deactivates the plugin. Returns whether it is what it should be now.
    pub(super) fn set_active(&self, active: bool) -> bool {
        let is_done = self.main.with(|main| {
            let instance = main.instance.borrow().clone();
            let Some(instance) = instance else {
                return !active;
            };
            if main.is_active.replace(active) == active {
                return true;
            }
            if active {
                let Setup {
                    sample_rate_hz,
                    max_frames,
                    is_offline,
                } = main.setup.get();
                instance.set_offline(is_offline);
                instance.set_channels(arrangement::channels(main.arrangement.get()));
                let processor = instance.activate(sample_rate_hz, max_frames);
                self.audio().processor = Some(processor);
            } else if let Some(processor) = { self.audio().processor.take() } {
                instance.deactivate(processor);
                // The ends of gestures above all.
                main.news.take_flush();
                instance.flush(self.unheard(&instance), &mut Unheard(&self.gestures));
            }
            true
        });
        if self.is_main_thread() {
            self.tell();
        }
        is_done
    }

    // The host.

    fn is_main_thread(&self) -> bool {
        self.main_thread.load(Ordering::Relaxed) == this_thread()
    }

    fn has_timer(&self) -> bool {
        self.timer.borrow().is_some()
    }

    fn handler(&self) -> Option<ComPtr<IComponentHandler>> {
        self.main.with(|main| main.handler.borrow().clone())
    }

    /// The controller has been given a state: the host is told at once that the values are others, unless it
    /// holds a lock meanwhile. Some read them only then, and some have no run loop for a timer.
    pub(super) fn tell_loaded(&self) {
        if !self.is_main_thread() {
            return;
        }
        let news = self.main.with(|main| {
            let instance = main.instance.borrow().clone();
            if let Some(instance) = instance {
                instance.on_main_thread();
            }
            main.hears_while_loading
                .get()
                .then(|| Rc::clone(&main.news))
        });
        if let (Some(news), Some(handler)) = (news, self.handler()) {
            news.tell_values(&handler);
        }
    }

    fn tell(&self) {
        self.main.with(|main| {
            let instance = main.instance.borrow().clone();
            let Some(instance) = instance else { return };
            if self.requests.take() {
                instance.on_main_thread();
            }
            let waits = main.news.take_flush();
            let is_due = waits || self.shown.has_settings();
            if is_due && !self.flush(main, &instance) && waits {
                main.news.flush_later();
            }
        });
        let handler = self.handler();
        if !self.has_timer() {
            self.gestures.forget_past();
        }
        if let Some(handler) = handler {
            if self.has_timer() {
                self.told.tell(&self.gestures, &handler);
            }
            let news = self.main.with(|main| Rc::clone(&main.news));
            news.tell(&handler);
        }
        self.tell_view();
    }

    /// Shows the host's menu, or asks for another size of the view, if the editor wants that.
    fn tell_view(&self) {
        let (news, view, frame) = self.main.with(|main| {
            let frame = main.frame.borrow().clone();
            (Rc::clone(&main.news), main.view.get(), frame)
        });
        if view.is_null() {
            return;
        }
        if let (Some((width, height)), Some(frame)) = (news.take_resize(), frame) {
            let mut rect = ViewRect {
                left: 0,
                top: 0,
                right: width as i32,
                bottom: height as i32,
            };
            // SAFETY: the frame is counted, the view is in a window, and this is the main thread. A host that
            // refuses keeps its window.
            unsafe { frame.resizeView(view, &mut rect) };
        }
        if let (Some((id, at)), Some(handler)) = (news.take_menu(), self.handler()) {
            // SAFETY: the view is in a window, and this is the main thread.
            unsafe { menu::show_menu(&handler, view, id, at) };
        }
    }

    /// A view is in a window now.
    pub(super) fn view_comes(&self, view: *mut IPlugView) {
        self.main.with(|main| main.view.set(view));
    }

    /// A view goes.
    pub(super) fn view_goes(&self, view: *mut IPlugView) {
        self.main.with(|main| {
            if main.view.get() == view {
                main.view.set(std::ptr::null_mut());
            }
        });
    }

    /// Tells what waits without a block: while the plugin is not active, or the host has not
    /// processed for a while. Returns whether it is told.
    fn flush(&self, main: &Main, instance: &Instance<'_>) -> bool {
        let mut unheard = Unheard(&self.gestures);
        if !main.is_active.get() {
            instance.flush(std::iter::empty(), &mut unheard);
            return true;
        }
        let Some(mut audio) = self.try_audio() else {
            return false;
        };
        let (blocks, ticks) = main.idle.get();
        if audio.blocks != blocks {
            main.idle.set((audio.blocks, 0));
            return false;
        }
        main.idle.set((blocks, ticks + 1));
        if ticks < IDLE_TICKS {
            return false;
        }
        if let Some(processor) = &mut audio.processor {
            processor.flush(self.unheard(instance), &mut unheard);
        }
        true
    }

    /// Settings that the host has told the controller alone.
    fn unheard(&self, instance: &Instance<'_>) -> impl Iterator<Item = Input> + use<> {
        let own = |id| instance.value(id).unwrap_or(0.0);
        let settings = self.shown.take_settings(own).into_iter();
        settings.map(|(id, value)| Input::Value { id, value })
    }

    /// Ends the gestures that the host knows of.
    fn end_gestures(&self) {
        if let Some(handler) = self.handler() {
            self.told.end_all(&handler);
        }
    }

    /// Takes the host's component handler, or none.
    pub(super) fn set_handler(&self, handler: Option<ComPtr<IComponentHandler>>) {
        self.end_gestures();
        let before = self
            .main
            .with(|main| std::mem::replace(&mut *main.handler.borrow_mut(), handler.clone()));
        drop(before);
        let has_menus = handler.as_ref().is_some_and(menu::has_menus);
        self.main.with(|main| main.news.set_menus(has_menus));
        // Some hosts are handler, frame and run loop at once.
        if let Some(handler) = handler
            && !self.has_timer()
        {
            let timer = Timer::in_run_loop_of(handler.as_com_ref(), &self.me);
            self.set_timer(timer.map(|timer| (timer, false)));
        }
    }

    /// A view has a frame of the host's, which may have its run loop.
    pub(super) fn frame_came(&self, frame: &ComPtr<IPlugFrame>) {
        let before = self
            .main
            .with(|main| main.frame.borrow_mut().replace(ComPtr::clone(frame)));
        drop(before);
        self.main_thread.store(this_thread(), Ordering::Relaxed);
        if !self.has_timer() {
            let timer = Timer::in_run_loop_of(frame.as_com_ref(), &self.me);
            self.set_timer(timer.map(|timer| (timer, true)));
        }
    }

    /// The view's frame goes.
    pub(super) fn frame_goes(&self) {
        let frame = self.main.with(|main| main.frame.borrow_mut().take());
        drop(frame);
        let is_of_frame = matches!(&*self.timer.borrow(), Some((_, true)));
        if is_of_frame {
            self.end_gestures();
            self.set_timer(None);
        }
    }

    fn set_timer(&self, timer: Option<(Timer, bool)>) {
        // What went by before there was a timer is not told.
        self.gestures.forget_past();
        let before = self.timer.replace(timer);
        drop(before);
    }
}

impl Ticked for Inner {
    /// Does what waits, and tells the host.
    fn tick(&self) {
        self.main_thread.store(this_thread(), Ordering::Relaxed);
        self.tell();
    }
}
