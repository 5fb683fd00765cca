//! The editor without a window: the same pages, drawn into memory by the processor. Pictures and measurements
//! are made with it.

mod raster;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use egui::epaint::ClippedPrimitive;
use egui::{
    Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, ViewportId, pos2, vec2,
};

use self::raster::Textures;
use super::app::EditorApp;
use super::page::Page;
use super::theme::{self, Look};
use crate::core::view::EditorSource;

/// Seconds between two frames.
const FRAME_SECONDS: f64 = 1.0 / 60.0;

/// A picture in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// `[row][column]`: red, green, blue.
    pub rgb: Vec<[u8; 3]>,
}

/// An editor that no platform knows of. Its time runs by its frames, so that what it draws depends on its
/// source alone.
pub struct Offscreen {
    ctx: Context,
    app: EditorApp,
    textures: Textures,
    primitives: Vec<ClippedPrimitive>,
    events: Vec<Event>,
    size: (f32, f32),
    scale: f32,
    frames: u64,
}

impl Offscreen {
    /// An editor of `source`, on `page` and in `look`: `size` points large, with so many pixels to a point.
    #[must_use]
    pub fn new(
        source: Arc<dyn EditorSource>,
        (page, look): (Page, Look),
        size: (f32, f32),
        scale: f32,
    ) -> Self {
        let mut app = EditorApp::new(source, Arc::new(AtomicBool::new(true)), None);
        app.page = page;
        app.preferences.look = look;
        let ctx = Context::default();
        theme::apply(&ctx);
        Self {
            ctx,
            app,
            textures: Textures::default(),
            primitives: Vec::new(),
            events: Vec::new(),
            size,
            scale,
            frames: 0,
        }
    }

    /// Lays out and tessellates the next frames, as a window does before its GPU draws them.
    pub fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.frame();
        }
    }

    fn frame(&mut self) {
        let (width, height) = self.size;
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(self.frames as f64 * FRAME_SECONDS),
            predicted_dt: FRAME_SECONDS as f32,
            events: std::mem::take(&mut self.events),
            max_texture_side: Some(8_192),
            focused: true,
            ..RawInput::default()
        };
        let window = input.viewports.entry(ViewportId::ROOT).or_default();
        window.native_pixels_per_point = Some(self.scale);
        self.frames += 1;
        let app = &mut self.app;
        let output = self.ctx.run_ui(input, |ui| {
            app.draw(ui);
        });
        self.primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        self.textures.take(output.textures_delta);
    }

    /// Has the page Hears ask where a tag is heard.
    pub fn ask_where(&mut self, tag: &str) {
        self.app.hears.ask(tag);
    }

    /// Moves the pointer to a point of the window.
    pub fn point_at(&mut self, x: f32, y: f32) {
        self.events.push(Event::PointerMoved(pos2(x, y)));
        self.frame();
    }

    /// Clicks at a point of the window.
    pub fn click(&mut self, x: f32, y: f32) {
        self.point_at(x, y);
        for pressed in [true, false] {
            self.events.push(Event::PointerButton {
                pos: pos2(x, y),
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::default(),
            });
            self.frame();
        }
    }

    /// Draws the newest frame. Black before the first.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let pixels = |points: f32| (points * self.scale).round() as usize;
        let (width, height) = (pixels(self.size.0), pixels(self.size.1));
        let ground = self.app.preferences.look.ground();
        let rgb = self
            .textures
            .draw(&self.primitives, (width, height), self.scale, ground);
        Picture { width, height, rgb }
    }
}
