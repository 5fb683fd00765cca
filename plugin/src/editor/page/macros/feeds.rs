//! What a macro feeds, at a glance.

use egui::{Frame, Label, Margin, RichText, Ui};

use super::outputs::name_of;
use crate::core::macros::{Macro, Source};
use crate::core::params::MACROS_AT;
use crate::core::view::Snapshot;
use crate::editor::theme;

/// Draws what the macro at `index` feeds, as a line of labels.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, index: usize) {
    let described = &snapshot.macros[index];
    let mut feeds = vec![format!("Parameter {}", MACROS_AT + index)];
    feeds.extend(midi(described));
    if snapshot.osc.on {
        feeds.push(format!("{}/macro/{}", snapshot.osc.prefix, index + 1));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 4.0);
        let word = |text: &str, ink| RichText::new(text).font(theme::regular(11.5)).color(ink);
        ui.label(word("Feeds", theme::text_faint()));
        for feed in &feeds {
            Frame::new()
                .fill(theme::control())
                .corner_radius(theme::RADIUS)
                .inner_margin(Margin::symmetric(7, 2))
                .show(ui, |ui| {
                    ui.add(Label::new(word(feed, theme::text_soft())).extend());
                });
        }
    });
    ui.add_space(4.0);
}

/// What a macro listens to and what it feeds, as short as a list needs it.
pub fn in_short(described: &Macro) -> String {
    let source = match &described.source {
        Source::Off => "off".to_owned(),
        Source::Tag { tag } => tag.clone(),
        Source::Larger { tags } => format!("{} or {}", tags[0], tags[1]),
        Source::Smaller { tags } => format!("{} and {}", tags[0], tags[1]),
        Source::Sum { tags } => format!("{} + {}", tags[0], tags[1]),
        Source::Difference { tags } => format!("{} − {}", tags[0], tags[1]),
        Source::Group { group } => group.clone(),
        Source::Certainty { group } => format!("sure of {group}"),
        Source::Loudness => "loudness".to_owned(),
        Source::OtherTag { name, tag, .. } => format!("{tag} of {name}"),
        Source::OtherMacro { name, number, .. } => format!("macro {number} of {name}"),
    };
    let midi = midi(described);
    if midi.is_empty() {
        return source;
    }
    format!("{source} to {}", midi.join(", "))
}

/// Where the macro goes as MIDI.
fn midi(described: &Macro) -> Vec<String> {
    let cc = described
        .midi_cc
        .map(|cc| format!("CC {} · ch {}", cc.number, cc.channel));
    let note = described.note.filter(|_| described.threshold.is_some());
    let note = note.map(|note| format!("{} · ch {}", name_of(note.number), note.channel));
    cc.into_iter().chain(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::macros::{ControlChange, NoteOutput};

    #[test]
    fn a_macro_says_in_short_what_it_listens_to_and_feeds() {
        let mut described = Macro {
            source: Source::Difference {
                tags: ["jazz".into(), "rock".into()],
            },
            ..Macro::default()
        };
        assert_eq!(in_short(&described), "jazz − rock");
        described.midi_cc = Some(ControlChange {
            channel: 2,
            number: 74,
        });
        described.note = Some(NoteOutput {
            channel: 10,
            length_seconds: None,
            number: 36,
            velocity: None,
        });
        assert_eq!(in_short(&described), "jazz − rock to CC 74 · ch 2");
        described.threshold = Some(50.0);
        assert_eq!(
            in_short(&described),
            "jazz − rock to CC 74 · ch 2, C2 · ch 10"
        );
    }
}
