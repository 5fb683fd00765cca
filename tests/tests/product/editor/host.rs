//! The plugin in a host that has a window for it.

use std::path::Path;
use std::time::{Duration, Instant};

use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiError, GuiSize, PluginGui, Window};
use clack_host::prelude::PluginMainThreadHandle;
use tagline_host::vst3::{Vst3Plugin, Vst3View};
use tagline_host::{
    BlockOptions, Guest, HostEvent, HostEventKind, HostedPlugin, Rendering, Transport,
    state_with_model,
};
use tagline_tests::Random;

const SAMPLE_RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: usize = 512;

/// What is played.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Nothing.
    Silence,
    /// White noise.
    Noise,
}

/// A format, with the way in which its hosts show an editor in a window.
pub trait Windowed: Guest {
    /// What is open.
    type View;

    /// Opens the editor in `window`.
    fn open_in(&mut self, window: u32) -> Self::View;

    /// Closes it.
    fn close(&mut self, view: Self::View);
}

impl Windowed for HostedPlugin {
    type View = ();

    fn open_in(&mut self, window: u32) {
        self.with_editor(|handle, gui| {
            let configuration = GuiConfiguration {
                api_type: GuiApiType::X11,
                is_floating: false,
            };
            gui.create(handle, configuration).expect("an editor");
            let window = Window::from_x11_handle(window.into());
            // SAFETY: an X11 window is an id that the server checks; the tests destroy theirs after the
            // editor.
            unsafe { gui.set_parent(handle, window) }.expect("the editor takes its parent");
            gui.show(handle).expect("the editor is shown");
        })
        .expect("the plugin has an editor");
    }

    fn close(&mut self, (): ()) {
        let closed = self.with_editor(|handle, gui| gui.destroy(handle));
        closed.expect("the plugin has an editor");
    }
}

impl Windowed for Vst3Plugin {
    type View = Vst3View;

    fn open_in(&mut self, window: u32) -> Vst3View {
        let mut view = self.view().expect("a view");
        view.attach(window as usize).expect("attached");
        view
    }

    fn close(&mut self, mut view: Vst3View) {
        view.remove();
    }
}

fn to_clap((width, height): (u16, u16)) -> GuiSize {
    GuiSize {
        width: width.into(),
        height: height.into(),
    }
}

fn of_clap(size: GuiSize) -> (u16, u16) {
    (size.width as u16, size.height as u16)
}

/// An active instance of the CLAP.
pub type ClapHost = EditorHost<HostedPlugin>;

/// An active instance.
pub struct EditorHost<P: Windowed> {
    /// The plugin itself.
    pub plugin: P,
    view: Option<P::View>,
    sample_rate_hz: f64,
    events: Vec<HostEvent>,
    noise: Random,
}

impl<P: Windowed> EditorHost<P> {
    /// Loads the bundle and activates it, with the model that is built in.
    pub fn load_built_in(bundle: &Path, sample_rate_hz: f64) -> Self {
        let plugin = P::load(bundle).expect("the bundle loads");
        Self::activated(plugin, sample_rate_hz)
    }

    /// Loads the bundle, gives it the model of the models folder, and activates it.
    pub fn load(bundle: &Path) -> Self {
        Self::load_for(bundle, Rendering::Realtime)
    }

    /// The same for offline rendering, in which no update is left out on a busy machine.
    pub fn load_offline(bundle: &Path) -> Self {
        Self::load_for(bundle, Rendering::Offline)
    }

    fn load_for(bundle: &Path, rendering: Rendering) -> Self {
        let mut plugin = P::load(bundle).expect("the bundle loads");
        plugin.set_rendering(rendering).expect("the rendering");
        let models = std::env::var_os("TAGLINE_MODELS").expect("a models folder");
        let state = state_with_model(Some(&Path::new(&models).join("tiny.onnx")), 1.0);
        plugin
            .load_state(state.as_bytes())
            .expect("the state is loaded");
        Self::activated(plugin, SAMPLE_RATE_HZ)
    }

    fn activated(mut plugin: P, sample_rate_hz: f64) -> Self {
        plugin
            .activate(sample_rate_hz, BLOCK_FRAMES as u32)
            .expect("the plugin is activated");
        Self {
            plugin,
            view: None,
            sample_rate_hz,
            events: Vec::new(),
            noise: Random::new(1),
        }
    }

    /// Opens the editor in `window`.
    pub fn open(&mut self, window: u32) {
        self.view = Some(self.plugin.open_in(window));
    }

    /// What is open.
    pub fn view(&mut self) -> Option<&mut P::View> {
        self.view.as_mut()
    }

    /// Closes the editor, if it is open.
    pub fn close(&mut self) {
        if let Some(view) = self.view.take() {
            self.plugin.close(view);
        }
    }

    /// What a session would save.
    pub fn state(&mut self) -> serde_json::Value {
        let state = self.plugin.save_state().expect("a state");
        serde_json::from_slice(&state).expect("JSON")
    }

    /// Loads a state.
    pub fn load_state(&mut self, state: &serde_json::Value) {
        let bytes = state.to_string().into_bytes();
        self.plugin.load_state(&bytes).expect("the state is loaded");
    }

    /// A parameter's value, as the host reads it.
    pub fn value(&mut self, id: u32) -> f64 {
        self.plugin.value(id).expect("a parameter")
    }

    /// A parameter's name.
    pub fn name(&mut self, id: u32) -> String {
        let parameters = self.plugin.parameters();
        let found = parameters.into_iter().find(|known| known.id == id);
        found.expect("a parameter").name
    }

    /// What the plugin has written into the host's log.
    pub fn log(&self) -> Vec<String> {
        self.plugin.log()
    }

    /// What the plugin has told since [`Self::forget_events`].
    pub fn events(&self) -> &[HostEvent] {
        &self.events
    }

    /// Whether the plugin has told this since [`Self::forget_events`].
    pub fn has_told(&self, kind: HostEventKind) -> bool {
        self.events.iter().any(|event| event.kind == kind)
    }

    pub fn forget_events(&mut self) {
        self.events.clear();
    }

    /// Plays for `time` by the clock, and checks that the sound passes unchanged.
    pub fn play(&mut self, sound: Sound, time: Duration) {
        let block = Duration::from_secs_f64(BLOCK_FRAMES as f64 / self.sample_rate_hz);
        let start = Instant::now();
        let mut played = Duration::ZERO;
        while played < time {
            self.play_block(sound);
            played += block;
            std::thread::sleep((start + played).saturating_duration_since(Instant::now()));
        }
    }

    /// Plays mono samples by the clock.
    pub fn play_samples(&mut self, samples: &[f32]) {
        let block = Duration::from_secs_f64(BLOCK_FRAMES as f64 / self.sample_rate_hz);
        let mut next = Instant::now();
        for input in samples.chunks_exact(BLOCK_FRAMES) {
            self.process(input);
            next += block;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }

    fn play_block(&mut self, sound: Sound) {
        let input: Vec<f32> = (0..BLOCK_FRAMES).map(|_| self.sample(sound)).collect();
        self.process(&input);
    }

    fn process(&mut self, input: &[f32]) {
        let mut left = vec![0.0; BLOCK_FRAMES];
        let mut right = vec![0.0; BLOCK_FRAMES];
        self.plugin
            .process(
                &[input, input],
                &mut [&mut left, &mut right],
                &BlockOptions {
                    transport: Some(Transport {
                        playing: true,
                        tempo_bpm: 120.0,
                    }),
                    ..BlockOptions::default()
                },
                &mut self.events,
            )
            .expect("the block is processed");
        assert!(left == input && right == input, "the sound has changed");
        self.plugin.run_callbacks();
    }

    fn sample(&mut self, sound: Sound) -> f32 {
        match sound {
            Sound::Silence => 0.0,
            Sound::Noise => 0.125 * self.noise.sample(),
        }
    }
}

impl ClapHost {
    fn gui<R>(&mut self, f: impl FnOnce(&PluginMainThreadHandle<'_>, PluginGui) -> R) -> R {
        self.plugin
            .with_editor(f)
            .expect("the plugin has an editor")
    }

    fn create_with(&mut self, is_floating: bool) -> Result<(), GuiError> {
        let configuration = GuiConfiguration {
            api_type: GuiApiType::X11,
            is_floating,
        };
        let created = self.gui(|handle, gui| gui.create(handle, configuration));
        if created.is_err() {
            println!("{:?}", self.plugin.log());
        }
        created
    }

    pub fn create(&mut self) -> Result<(), GuiError> {
        self.create_with(false)
    }

    pub fn create_floating(&mut self) -> Result<(), GuiError> {
        self.create_with(true)
    }

    pub fn set_scale(&mut self, scale: f64) -> Result<(), GuiError> {
        self.gui(|handle, gui| gui.set_scale(handle, scale))
    }

    pub fn size(&mut self) -> Option<(u16, u16)> {
        let size = self.gui(|handle, gui| gui.get_size(handle));
        size.map(of_clap).filter(|(width, _)| *width > 0)
    }

    pub fn adjust_size(&mut self, size: (u16, u16)) -> Option<(u16, u16)> {
        self.gui(|handle, gui| gui.adjust_size(handle, to_clap(size)))
            .map(of_clap)
    }

    pub fn set_size(&mut self, size: (u16, u16)) -> Result<(), GuiError> {
        self.gui(|handle, gui| gui.set_size(handle, to_clap(size)))
    }

    /// Embeds the editor in the X11 window `parent`.
    pub fn embed(&mut self, parent: u32) -> Result<(), GuiError> {
        let window = Window::from_x11_handle(parent.into());
        self.gui(|handle, gui| {
            // SAFETY: an X11 window is an id that the server checks; the tests destroy theirs
            // after the editor.
            unsafe { gui.set_parent(handle, window) }
        })
    }

    pub fn show(&mut self) -> Result<(), GuiError> {
        self.gui(|handle, gui| gui.show(handle))
    }

    pub fn hide(&mut self) -> Result<(), GuiError> {
        self.gui(|handle, gui| gui.hide(handle))
    }

    pub fn destroy(&mut self) {
        self.gui(|handle, gui| gui.destroy(handle));
    }
}
