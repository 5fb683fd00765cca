//! Undo and redo of what the user changes in the editor.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Rect, Ui, pos2, vec2};
use tagline_engine::{History, ModelPlace, Spectrogram};

use super::text_button;
use crate::core::compare::Compared;
use crate::core::labels::Labels;
use crate::core::macros::{MACROS, Macro, Macros};
use crate::core::osc::OscSettings;
use crate::core::presets::Preset;
use crate::core::settings::{Setting, Settings};
use crate::core::view::{EditorSource, Snapshot};
use crate::core::window::WindowPlace;

/// Most steps that can be undone.
const MOST_STEPS: usize = 100;

/// Width of the two buttons, in points.
pub const WIDTH: f32 = 96.0;

/// What a step may change.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    settings: Settings,
    macros: Arc<Macros>,
    osc: Arc<OscSettings>,
    preset: Arc<str>,
    pinned: Arc<Vec<String>>,
    labels: Arc<Labels>,
    compared: Compared,
}

impl Kept {
    fn of(snapshot: &Snapshot) -> Self {
        Self {
            settings: snapshot.settings,
            macros: Arc::clone(&snapshot.macros),
            osc: Arc::clone(&snapshot.osc),
            preset: Arc::clone(&snapshot.preset),
            pinned: Arc::clone(&snapshot.pinned),
            labels: Arc::clone(&snapshot.labels),
            compared: snapshot.compared.clone(),
        }
    }
}

/// One change of the user's. What the host changes meanwhile is none of it.
#[derive(Debug)]
struct Step {
    before: Kept,
    after: Kept,
}

/// The steps that can be undone and done again.
#[derive(Debug, Default)]
pub struct Undo {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// What held before a change whose effect the next snapshot shows.
    begun: Option<Kept>,
    /// The press of the pointer that has made the last change, if it is one: all changes of a drag are one
    /// step.
    press: Option<f64>,
}

impl Undo {
    /// Looks at the snapshot that shows what the last changes have done. To be called with every one.
    pub fn see(&mut self, snapshot: &Snapshot) {
        let Some(before) = self.begun.take() else {
            return;
        };
        let after = Kept::of(snapshot);
        if before != after {
            self.undone.clear();
            self.done.push(Step { before, after });
            let surplus = self.done.len().saturating_sub(MOST_STEPS);
            self.done.drain(..surplus);
        }
    }

    /// The user has changed something, while `snapshot` was shown. `press` is when the pointer was pressed,
    /// if it is down.
    pub fn changed(&mut self, snapshot: &Snapshot, press: Option<f64>) {
        let goes_on = press.is_some() && press == self.press;
        self.press = press;
        let before = self.done.pop_if(|_| goes_on).map(|step| step.before);
        self.begun = Some(before.unwrap_or_else(|| Kept::of(snapshot)));
    }

    /// Takes the last step back.
    pub fn undo(&mut self, source: &dyn EditorSource) {
        if let Some(step) = self.done.pop() {
            go(source, &step.after, &step.before);
            self.undone.push(step);
        }
    }

    /// Does the last step that was taken back again.
    pub fn redo(&mut self, source: &dyn EditorSource) {
        if let Some(step) = self.undone.pop() {
            go(source, &step.before, &step.after);
            self.done.push(step);
        }
    }
}

/// Changes whatever differs between `from` and `to`.
fn go(source: &dyn EditorSource, from: &Kept, to: &Kept) {
    let settings = from.settings.all().into_iter().zip(to.settings.all());
    for (before, after) in settings {
        if before != after {
            source.set(after);
        }
    }
    for index in 0..MACROS {
        if from.macros[index] != to.macros[index] {
            source.set_macro(index, to.macros[index].clone());
        }
    }
    if from.osc != to.osc {
        source.set_osc(OscSettings::clone(&to.osc));
    }
    if from.preset != to.preset {
        source.preset_saved(&to.preset);
    }
    if from.labels != to.labels {
        source.set_labels(Labels::clone(&to.labels));
    }
    if from.compared != to.compared {
        source.set_compared(to.compared.clone());
    }
    for (tags, others, on) in [
        (&from.pinned, &to.pinned, false),
        (&to.pinned, &from.pinned, true),
    ] {
        for tag in tags.iter().filter(|tag| !others.contains(tag)) {
            source.pin(tag, on);
        }
    }
}

/// Draws the two buttons at the right end of `area`, and does what they say.
pub fn show(ui: &Ui, area: Rect, undo: &mut Undo, source: &dyn EditorSource) {
    let left = area.right() - WIDTH;
    let half = vec2(WIDTH / 2.0, area.height());
    let buttons = [
        ("Undo", "Take the last change back", undo.done.is_empty()),
        ("Redo", "Do it again", undo.undone.is_empty()),
    ];
    for (index, (name, about, is_empty)) in buttons.into_iter().enumerate() {
        let at = pos2(left + half.x * index as f32, area.top());
        let button = Rect::from_min_size(at, half);
        if text_button::show(ui, button, name, about, !is_empty) {
            match index {
                0 => undo.undo(source),
                _ => undo.redo(source),
            }
        }
    }
}

/// A source that notes whether the user changes anything.
pub struct Watched<'a> {
    source: &'a dyn EditorSource,
    is_touched: AtomicBool,
}

impl<'a> Watched<'a> {
    /// Watches `source`.
    pub fn new(source: &'a dyn EditorSource) -> Self {
        Self {
            source,
            is_touched: AtomicBool::new(false),
        }
    }

    /// Whether anything has been changed that can be undone.
    pub fn is_touched(&self) -> bool {
        self.is_touched.load(Ordering::Relaxed)
    }

    fn touched(&self) -> &dyn EditorSource {
        self.is_touched.store(true, Ordering::Relaxed);
        self.source
    }
}

impl EditorSource for Watched<'_> {
    fn fill(&self, snapshot: &mut Snapshot) {
        self.source.fill(snapshot);
    }

    fn history(&self) -> Option<Arc<History>> {
        self.source.history()
    }

    fn spectrogram(&self) -> Option<Arc<Spectrogram>> {
        self.source.spectrogram()
    }

    fn set(&self, setting: Setting) {
        self.touched().set(setting);
    }

    fn set_macro(&self, index: usize, described: Macro) {
        self.touched().set_macro(index, described);
    }

    fn pin(&self, tag: &str, on: bool) {
        self.touched().pin(tag, on);
    }

    fn set_labels(&self, labels: Labels) {
        self.touched().set_labels(labels);
    }

    fn switch_compared(&self) {
        self.touched().switch_compared();
    }

    fn set_compared(&self, compared: Compared) {
        self.touched().set_compared(compared);
    }

    fn window(&self) -> WindowPlace {
        self.source.window()
    }

    fn set_window(&self, place: WindowPlace) {
        self.source.set_window(place);
    }

    fn resize_window(&self, width: u32, height: u32) {
        self.source.resize_window(width, height);
    }

    fn show_menu(&self, id: u32, at: (i32, i32)) {
        self.source.show_menu(id, at);
    }

    fn set_osc(&self, settings: OscSettings) {
        self.touched().set_osc(settings);
    }

    fn load_preset(&self, preset: &Preset) {
        self.touched().load_preset(preset);
    }

    fn preset_saved(&self, name: &str) {
        self.source.preset_saved(name);
    }

    fn choose_model(&self, place: ModelPlace) {
        self.source.choose_model(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::shared::Shared;
    use crate::core::tests::Noted;

    /// An editor without a window.
    struct Desk {
        source: Shared,
        undo: Undo,
        snapshot: Snapshot,
    }

    impl Desk {
        fn new() -> Self {
            let mut desk = Self {
                source: Shared::new(Arc::<Noted>::default()),
                undo: Undo::default(),
                snapshot: Snapshot::default(),
            };
            desk.look();
            desk
        }

        fn look(&mut self) {
            self.source.fill(&mut self.snapshot);
            self.undo.see(&self.snapshot);
        }

        fn change(&mut self, press: Option<f64>, change: impl FnOnce(&dyn EditorSource)) {
            let watched = Watched::new(&self.source);
            change(&watched);
            assert!(watched.is_touched());
            self.undo.changed(&self.snapshot, press);
            self.look();
        }

        fn undo(&mut self) {
            self.undo.undo(&self.source);
            self.look();
        }

        fn redo(&mut self) {
            self.undo.redo(&self.source);
            self.look();
        }
    }

    #[test]
    fn each_kind_of_change_is_taken_back_and_done_again() {
        let mut desk = Desk::new();
        let before = Kept::of(&desk.snapshot);
        desk.change(None, |source| source.set(Setting::Smoothing(2.0)));
        desk.change(None, |source| source.pin("jazz", true));
        let named = |name: &str| Macro {
            name: name.to_owned(),
            ..Macro::default()
        };
        desk.change(None, |source| source.set_macro(3, named("Gate")));
        desk.change(None, |source| {
            source.set_osc(OscSettings {
                on: true,
                ..OscSettings::default()
            });
        });
        desk.change(None, |source| {
            source.set_labels(Labels::default().renamed("jazz", "Swing"));
        });
        let after = Kept::of(&desk.snapshot);
        assert_eq!(after.labels.name("jazz"), "Swing");
        assert!(after.settings.smoothing_seconds == 2.0 && after.osc.on);
        assert_eq!(
            (after.pinned.len(), after.macros[3].name.as_str()),
            (1, "Gate")
        );
        (0..5).for_each(|_| desk.undo());
        assert_eq!(Kept::of(&desk.snapshot), before);
        desk.undo();
        assert_eq!(Kept::of(&desk.snapshot), before, "there is nothing left");
        (0..6).for_each(|_| desk.redo());
        assert_eq!(Kept::of(&desk.snapshot), after);
    }

    #[test]
    fn a_drag_is_one_step_and_another_change_forgets_what_was_taken_back() {
        let mut desk = Desk::new();
        for tenth in 1..=9 {
            let seconds = f64::from(tenth) / 10.0;
            desk.change(Some(7.0), |source| source.set(Setting::Smoothing(seconds)));
        }
        desk.undo();
        assert_eq!(desk.snapshot.settings.smoothing_seconds, 0.0);
        desk.change(None, |source| source.set(Setting::Focus(0)));
        desk.redo();
        assert_eq!(desk.snapshot.settings.smoothing_seconds, 0.0);
        assert_eq!(desk.snapshot.settings.focus, 0);
    }

    #[test]
    fn a_switch_between_the_sets_is_taken_back_whole() {
        let mut desk = Desk::new();
        desk.change(None, |source| source.set(Setting::Smoothing(1.0)));
        desk.change(None, |source| source.switch_compared());
        assert_eq!(desk.snapshot.settings.smoothing_seconds, 1.0, "a copy of A");
        desk.change(None, |source| source.set(Setting::Smoothing(3.0)));
        let in_b = Kept::of(&desk.snapshot);
        desk.change(None, |source| source.switch_compared());
        let in_a = Kept::of(&desk.snapshot);
        assert_eq!(
            (in_a.settings.smoothing_seconds, in_a.compared.is_b),
            (1.0, false)
        );
        desk.undo();
        assert_eq!(Kept::of(&desk.snapshot), in_b);
        desk.redo();
        assert_eq!(Kept::of(&desk.snapshot), in_a);
        desk.change(None, |source| source.switch_compared());
        assert_eq!(desk.snapshot.settings.smoothing_seconds, 3.0);
    }

    #[test]
    fn what_the_host_changes_meanwhile_stays() {
        let mut desk = Desk::new();
        desk.change(None, |source| source.set(Setting::Smoothing(2.0)));
        desk.source.set(Setting::Bypass(true));
        desk.look();
        desk.undo();
        assert!(desk.snapshot.settings.bypass);
        assert_eq!(desk.snapshot.settings.smoothing_seconds, 0.0);
    }
}
