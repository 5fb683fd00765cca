//! Shift, Control and the like, while the focus comes and goes.
//!
//! egui forgets them whenever the window loses the focus, and baseview takes the focus with every click, which
//! the editor gives back at once. egui-baseview 0.9 tells of modifiers only when they change, so a drag with
//! Shift would be one without. What was held before the focus went is held after it, until the next event of
//! the pointer says otherwise.

use egui::{Context, Event, Modifiers, Plugin, RawInput};

/// Keeps the modifiers.
#[derive(Debug, Default)]
pub struct KeptModifiers(Modifiers);

impl Plugin for KeptModifiers {
    fn debug_name(&self) -> &'static str {
        "kept modifiers"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        let mut has_lost_focus = false;
        for event in &input.events {
            match event {
                Event::ModifiersChanged(modifiers) => self.0 = *modifiers,
                Event::WindowFocused(false) => has_lost_focus = true,
                _ => {}
            }
        }
        if has_lost_focus {
            input.events.push(Event::ModifiersChanged(self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focus_that_goes_takes_no_modifier_with_it() {
        let shift = Modifiers::SHIFT;
        let ctx = Context::default();
        ctx.add_plugin(KeptModifiers::default());
        let mut held = Vec::new();
        for events in [
            vec![Event::ModifiersChanged(shift)],
            vec![Event::WindowFocused(false)],
            vec![Event::ModifiersChanged(Modifiers::NONE)],
            vec![Event::WindowFocused(false)],
        ] {
            let input = RawInput {
                events,
                ..RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| held.push(ui.input(|input| input.modifiers)));
            output.textures_delta.clear();
        }
        assert_eq!(held, [shift, shift, Modifiers::NONE, Modifiers::NONE]);
    }
}
