//! The window's content: pages, drawn from snapshots of the plugin.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use egui::{Align2, Context, Id, LayerId, Order, Rect, StrokeKind, Ui, UiBuilder, vec2};
use egui_baseview::baseview::HandlerError;
use egui_baseview::{App, Frame};
#[cfg(target_os = "linux")]
use tagline_engine::ModelPlace;

use super::chooser::Chooser;
use super::compare;
#[cfg(target_os = "linux")]
use super::drop::{Dragged, DropTarget};
use super::modifiers::KeptModifiers;
use super::motion::Motion;
use super::pacing::{self, Pacing};
use super::page::hears::HearsPage;
use super::page::macros::MacrosPage;
use super::page::tags::TagsPage;
use super::page::time::TimePage;
use super::page::{self, Page};
use super::preferences::Preferences;
use super::room::Room;
use super::thread_end::Alive;
use super::undo::{self, Undo, Watched};
#[cfg(target_os = "linux")]
use super::x11::X11Window;
use super::{footer, header, heard, message, theme};
use crate::core::view::{EditorSource, Snapshot};

/// Longest step of the bars' motion, in seconds. After a pause they move on from where they were.
const MAX_STEP_SECONDS: f32 = 0.1;

/// The editor as egui draws it.
pub struct EditorApp {
    source: Arc<dyn EditorSource>,
    visible: Arc<AtomicBool>,
    edits_text: Arc<AtomicBool>,
    snapshot: Snapshot,
    pub(super) page: Page,
    pub(super) preferences: Preferences,
    motion: Motion,
    chooser: Chooser,
    tags: TagsPage,
    macros: MacrosPage,
    time: TimePage,
    pub(super) hears: HearsPage,
    undo: Undo,
    room: Room,
    pacing: Pacing,
    /// Set by the first panic; from then on only a message is drawn.
    broken: bool,
    #[cfg(target_os = "linux")]
    x11: Option<X11Window>,
    #[cfg(target_os = "linux")]
    drops: Option<DropTarget>,
    /// Whether a file is held over the window.
    is_dragged_over: bool,
    alive: Option<Alive>,
}

impl EditorApp {
    /// An editor of `source` that draws while `visible`, on a thread that is `alive`.
    pub fn new(
        source: Arc<dyn EditorSource>,
        visible: Arc<AtomicBool>,
        alive: Option<Alive>,
    ) -> Self {
        Self {
            alive,
            source,
            visible,
            edits_text: Arc::default(),
            snapshot: Snapshot::default(),
            page: Page::default(),
            preferences: Preferences::default(),
            motion: Motion::default(),
            chooser: Chooser::default(),
            tags: TagsPage::default(),
            macros: MacrosPage::default(),
            time: TimePage::default(),
            hears: HearsPage::default(),
            undo: Undo::default(),
            room: Room::default(),
            pacing: Pacing::default(),
            broken: false,
            #[cfg(target_os = "linux")]
            x11: None,
            #[cfg(target_os = "linux")]
            drops: None,
            is_dragged_over: false,
        }
    }

    /// Whether the user edits text, and keys are the editor's.
    pub fn edits_text(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.edits_text)
    }

    /// Whether anybody can see the window, as far as the platform says.
    fn is_seen(&mut self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(x11) = &mut self.x11 {
            return x11.is_viewable();
        }
        true
    }

    /// Leaves the keys to the host unless the user edits text.
    fn mind_the_keys(&mut self, ui: &Ui) {
        let edits_text = ui.ctx().egui_wants_keyboard_input();
        self.edits_text.store(edits_text, Ordering::Relaxed);
        #[cfg(target_os = "linux")]
        if let Some(x11) = &mut self.x11 {
            x11.mind_the_keys(edits_text);
        }
    }

    /// Takes a model that is dropped on the window. The page of the model then says what became of it.
    #[cfg(target_os = "linux")]
    fn take_drops(&mut self) {
        match self.drops.as_mut().and_then(DropTarget::poll) {
            None => {}
            Some(Dragged::Over) => self.is_dragged_over = true,
            Some(Dragged::Left) => self.is_dragged_over = false,
            Some(Dragged::Dropped(files)) => {
                self.is_dragged_over = false;
                if let Some(file) = files.into_iter().next() {
                    self.source.choose_model(ModelPlace::File(file));
                    self.page = Page::Model;
                }
            }
        }
    }

    /// Draws one frame. Returns whether something moves.
    pub(super) fn draw(&mut self, ui: &mut Ui) -> bool {
        theme::begin_frame(ui.ctx(), self.preferences.look);
        let source = Arc::clone(&self.source);
        source.fill(&mut self.snapshot);
        self.undo.see(&self.snapshot);
        #[cfg(target_os = "linux")]
        self.take_drops();
        self.macros
            .see(&self.snapshot, ui.input(|input| input.time));
        if let Some((width, height)) = self.room.wanted(ui, &*source) {
            source.resize_window(width, height);
        }
        let watched = Watched::new(&*source);
        let snapshot = &self.snapshot;
        let seconds = ui.input(|input| input.stable_dt).min(MAX_STEP_SECONDS);
        let moving = self.motion.advance(snapshot, seconds);

        let window = ui.max_rect();
        let (top, rest) = window.split_top_bottom_at_y(window.top() + header::HEIGHT);
        let (strip, rest) = rest.split_top_bottom_at_y(rest.top() + heard::HEIGHT);
        let (body, bottom) = rest.split_top_bottom_at_y(rest.bottom() - footer::HEIGHT);
        header::show(ui, top, snapshot, &mut self.page);
        heard::show(ui, strip, snapshot);
        // The line of text in the strip lies a little below its middle.
        let strip = strip
            .shrink2(vec2(theme::MARGIN, 0.0))
            .translate(vec2(0.0, 3.0));
        undo::show(ui, strip, &mut self.undo, &*source);
        let left = strip.with_max_x(strip.right() - undo::WIDTH - 12.0);
        compare::show(ui, left, snapshot, &watched);
        let mut inside = within(ui, body);
        match self.page {
            Page::Tags => {
                let shown = (&self.motion, &mut self.page);
                self.tags.show(&mut inside, snapshot, shown, &watched);
            }
            Page::Model => {
                page::model::show(&mut inside, snapshot, &mut self.chooser, &*source);
            }
            Page::Settings => {
                let before = self.preferences;
                let preferences = &mut self.preferences;
                page::settings::show(&mut inside, snapshot, preferences, &watched);
                if *preferences != before
                    && let Err(error) = preferences.save()
                {
                    tracing::warn!("the editor's preferences are not kept: {error}");
                }
            }
            Page::Hears => self.hears.show(&mut inside, snapshot, &*source),
            Page::Time => self.time.show(&mut inside, snapshot, &*source),
            Page::Macros => self.macros.show(&mut inside, snapshot, &watched),
        }
        footer::show(ui, bottom, snapshot, &watched);
        if watched.is_touched() {
            let press = ui.input(|input| {
                let pointer = &input.pointer;
                pointer.press_start_time().filter(|_| pointer.any_down())
            });
            self.undo.changed(&self.snapshot, press);
        }
        if self.is_dragged_over {
            invite(ui);
        }
        (moving && self.page == Page::Tags) || self.is_dragged_over
    }
}

/// A child of `ui` in `area` with the window's margins.
fn within(ui: &mut Ui, area: Rect) -> Ui {
    let inside = area.shrink2(vec2(theme::MARGIN, 0.0));
    let inside = inside.with_max_y(inside.bottom() - 10.0);
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside).id_salt("page"));
    child.set_clip_rect(area.intersect(ui.clip_rect()));
    child
}

impl App for EditorApp {
    fn build(&mut self, ctx: Context, frame: &mut Frame) -> Result<(), HandlerError> {
        if let Some(alive) = self.alive.take() {
            alive.until_thread_ends();
        }
        #[cfg(target_os = "linux")]
        {
            self.x11 = X11Window::of(frame.baseview_window());
            self.drops = DropTarget::of(frame.baseview_window());
        }
        #[cfg(not(target_os = "linux"))]
        let _ = frame;
        theme::apply(&ctx);
        ctx.add_plugin(KeptModifiers::default());
        ctx.options_mut(|options| {
            // The host decides how large the window is.
            options.zoom_with_keyboard = false;
        });
        self.preferences = Preferences::load();
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        // The painter writes gamma-encoded colours, so the clear colour has to be one, too.
        let [r, g, b, _] = self.preferences.look.ground().to_normalized_gamma_f32();
        frame.set_clear_color(egui::Rgba::from_rgb(r, g, b));
        let mut wait = pacing::WAITING;
        if !self.is_seen() {
            wait = pacing::UNSEEN;
        } else if self.broken {
            broken(ui);
        } else {
            match catch_unwind(AssertUnwindSafe(|| self.draw(ui))) {
                Ok(true) => wait = pacing::MOVING,
                Ok(false) => {}
                Err(_) => {
                    self.broken = true;
                    wait = Duration::ZERO;
                }
            }
        }
        self.mind_the_keys(ui);
        if self.visible.load(Ordering::Relaxed) {
            self.pacing.schedule(frame.baseview_window(), wait);
        }
    }
}

/// Says over all else that a file can be dropped.
fn invite(ui: &Ui) {
    let window = ui.max_rect();
    let painter = ui
        .ctx()
        .layer_painter(LayerId::new(Order::Foreground, Id::unique("drop")));
    painter.rect_filled(window, 0.0, theme::background().gamma_multiply(0.85));
    painter.rect_stroke(
        window.shrink(8.0),
        theme::RADIUS,
        (2.0, theme::accent()),
        StrokeKind::Inside,
    );
    painter.text(
        window.center(),
        Align2::CENTER_CENTER,
        "Drop a model file to open it",
        theme::medium(17.0),
        theme::text(),
    );
}

fn broken(ui: &Ui) {
    message::alone(
        ui,
        ui.max_rect(),
        "The editor has stopped",
        "This is a fault in Tagline. Tagging goes on; close this window and open it again.",
    );
}
