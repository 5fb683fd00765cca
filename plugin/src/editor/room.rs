//! Asks the host for room once everything is drawn in another zoom.
//!
//! egui-baseview 0.9 resizes its own window with the zoom, in the frame after the one in which that was chosen, and by
//! the size that the window has then. A host that resized it before that would have it enlarged twice.

use egui::Ui;

use crate::core::view::EditorSource;

/// Frames after which egui-baseview has resized the window.
const FRAMES: u8 = 3;

/// The zoom that was last seen.
#[derive(Debug, Default)]
pub struct Room {
    zoom: Option<f32>,
    /// Frames until the host is asked; 0 while there is nothing to ask.
    frames_left: u8,
}

impl Room {
    /// The size to ask the host for, if it is time for that, in the units of the platform's window interface.
    /// To be called with every frame.
    pub fn wanted(&mut self, ui: &Ui, source: &dyn EditorSource) -> Option<(u32, u32)> {
        let zoom = ui.ctx().zoom_factor();
        let before = self.zoom.replace(zoom);
        if before.is_some_and(|before| before != zoom) {
            self.frames_left = FRAMES;
        }
        if self.frames_left == 0 {
            return None;
        }
        self.frames_left -= 1;
        if self.frames_left > 0 {
            ui.ctx().request_repaint();
            return None;
        }
        let scale = if cfg!(target_os = "macos") {
            1.0
        } else {
            f64::from(ui.pixels_per_point() / zoom)
        };
        let place = source.window();
        let native = |points: f64| (points * place.zoom * scale).round().max(1.0) as u32;
        Some((native(place.width), native(place.height)))
    }
}
