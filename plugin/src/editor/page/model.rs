//! The page of the model: which is in force, what runs it, and others to choose from.

use egui::{Frame, Label, Margin, Rect, RichText, ScrollArea, Ui, UiBuilder};
use tagline_engine::{Backend, BackendChoice};

use crate::core::view::{EditorSource, ModelInForce, Snapshot};
use crate::editor::chooser::Chooser;
use crate::editor::{message, theme};

/// Draws the page into `ui`.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, chooser: &mut Chooser, source: &dyn EditorSource) {
    if let Some(text) = &snapshot.message {
        message::card(ui, text);
        ui.add_space(10.0);
    }
    let area = ui.available_rect_before_wrap();
    let middle = area.left() + area.width() * 0.46;
    let left = area.with_max_x(middle - 8.0);
    let right = area.with_min_x(middle + 8.0);
    card(ui, left, "choose", |ui| {
        chooser.show(ui, snapshot, source);
    });
    card(ui, right, "in force", |ui| {
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| match &snapshot.model {
                Some(model) => details(ui, model, snapshot),
                None => {
                    ui.label(RichText::new("No model is in force.").color(theme::text_soft()));
                }
            });
    });
}

fn card(ui: &mut Ui, area: Rect, id: &str, content: impl FnOnce(&mut Ui)) {
    let margin = Margin::same(14);
    ui.painter().rect_filled(area, 7.0, theme::surface());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(area - margin).id_salt(id));
    Frame::new().show(&mut ui, content);
}

fn details(ui: &mut Ui, model: &ModelInForce, snapshot: &Snapshot) {
    let info = &model.info;
    heading(ui, &info.name);
    fact(ui, "Version", &info.version);
    fact(ui, "Licence", &info.licence);
    fact(ui, "Tags", &tags(model, snapshot));
    fact(ui, "Made from", &info.provenance);
    fact(ui, "File", &model.place.to_string());

    ui.add_space(8.0);
    let running = snapshot.running.map_or("nothing", Backend::name);
    heading(ui, &format!("Runs on {running}"));
    if let Some(text) = in_its_place(model, snapshot) {
        paragraph(ui, &text);
    }
    fact(ui, "Speed", &speed(snapshot));
    fact(
        ui,
        "Memory",
        &memory(model.place.bytes(), snapshot.kept_bytes),
    );
    let counts = format!(
        "{}, {} late, {} samples missed",
        snapshot.updates, snapshot.late_updates, snapshot.dropped_samples
    );
    fact(ui, "Updates", &counts);
    if model.report.lines.is_empty() {
        return;
    }
    ui.add_space(8.0);
    heading(ui, "What was tried");
    for line in &model.report.lines {
        paragraph(ui, line);
    }
    let why = match snapshot.settings.backend {
        BackendChoice::Auto => {
            "The fastest that gives tract's tags runs. Another one replaces tract if it takes at most four fifths \
             of its time."
        }
        BackendChoice::Only(_) => "You have chosen what runs. With Auto, all are tried and timed.",
    };
    ui.add_space(2.0);
    ui.label(
        RichText::new(why)
            .font(theme::regular(12.0))
            .color(theme::text_faint()),
    );
}

/// How many tags there are, how much of the music they rest on, and how many of them are weak.
fn tags(model: &ModelInForce, snapshot: &Snapshot) -> String {
    let count = model.info.tags.len();
    let notes = model.info.notes.iter().flatten();
    let weak = notes.filter(|note| note.weak.is_some()).count();
    let seconds = snapshot.window_seconds();
    match weak {
        0 => format!("{count}, from {seconds:.1} s"),
        1 => format!("{count}, from {seconds:.1} s; one of them is weak and has a ?"),
        _ => format!("{count}, from {seconds:.1} s; {weak} of them are weak and have a ?"),
    }
}

/// Time of an update, and its share of a core.
fn speed(snapshot: &Snapshot) -> String {
    let ms = snapshot.inference_ms;
    if ms <= 0.0 {
        return "known after the first update".to_owned();
    }
    let seconds = snapshot.settings.update_seconds();
    let share = f64::from(ms) / (10.0 * seconds);
    format!("{ms:.1} ms for an update every {seconds} s: {share:.1} % of one core")
}

/// Size of the weights, and of what the network keeps of this instance's last windows.
fn memory(file: Option<u64>, kept: u64) -> String {
    let mb = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let file = file.map_or_else(
        || "the file has gone".to_owned(),
        |bytes| format!("{} file", mb(bytes)),
    );
    if kept == 0 {
        return file;
    }
    format!(
        "{file}, shared by all instances; {} for this one's window",
        mb(kept)
    )
}

/// What runs although another backend was chosen, and why; `None` where the chosen one runs.
fn in_its_place(model: &ModelInForce, snapshot: &Snapshot) -> Option<String> {
    let (chosen, running) = snapshot.replaced_backend()?;
    let (chosen, running) = (chosen.name(), running.name());
    let beginning = format!("{chosen}: ");
    let mut lines = model.report.lines.iter();
    let reason = lines.find_map(|line| line.strip_prefix(&beginning));
    Some(match reason {
        Some(reason) => {
            format!("{chosen} was chosen, and {running} runs in its place, because: {reason}.")
        }
        None => format!("{chosen} was chosen, and {running} runs in its place."),
    })
}

fn heading(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::medium(15.0))
        .color(theme::text());
    ui.add(Label::new(text).wrap());
}

fn fact(ui: &mut Ui, caption: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(
        RichText::new(caption)
            .font(theme::regular(11.0))
            .color(theme::text_faint()),
    );
    paragraph(ui, text);
    ui.add_space(5.0);
}

fn paragraph(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::regular(13.0))
        .color(theme::text_soft());
    ui.add(Label::new(text).wrap().selectable(true));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tagline_engine::BackendChoice;

    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn speed_and_memory_are_said_in_units_that_people_compare() {
        let mut snapshot = snapshot_of(&["jazz"]);
        assert_eq!(speed(&snapshot), "known after the first update");
        snapshot.inference_ms = 23.7;
        snapshot.settings.update_every = 1;
        assert_eq!(
            speed(&snapshot),
            "23.7 ms for an update every 0.5 s: 4.7 % of one core"
        );
        assert_eq!(memory(Some(3_457_108), 0), "3.5 MB file");
        let both = memory(Some(3_457_108), 5_400_000);
        assert!(both.ends_with("; 5.4 MB for this one's window"), "{both}");
        assert_eq!(memory(None, 0), "the file has gone");
    }

    #[test]
    fn a_choice_that_does_not_run_is_said_in_words_with_the_reason() {
        let mut snapshot = snapshot_of(&["rock"]);
        let model = snapshot.model.as_mut().expect("a model");
        let reason = "DirectML: Windows lists no graphics card";
        Arc::make_mut(model).report.lines = vec![reason.to_owned()];
        let said =
            |snapshot: &Snapshot| in_its_place(snapshot.model.as_ref().expect("a model"), snapshot);
        snapshot.running = Some(Backend::Tract);
        for backend in [BackendChoice::Auto, BackendChoice::Only(Backend::Tract)] {
            snapshot.settings.backend = backend;
            assert_eq!(said(&snapshot), None);
        }
        snapshot.settings.backend = BackendChoice::Only(Backend::DirectMl);
        assert_eq!(
            said(&snapshot).as_deref(),
            Some(
                "DirectML was chosen, and tract runs in its place, because: Windows lists no graphics \
                 card."
            )
        );
        snapshot.settings.backend = BackendChoice::Only(Backend::Cuda);
        assert_eq!(
            said(&snapshot).as_deref(),
            Some("CUDA was chosen, and tract runs in its place.")
        );
        snapshot.running = None;
        assert_eq!(said(&snapshot), None);
    }
}
