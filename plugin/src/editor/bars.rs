//! The tags as horizontal bars, the strongest on top.

mod menu;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Align2, Color32, CursorIcon, Rect, Role, ScrollArea, Sense, Ui, pos2, vec2};

use tagline_engine::{Past, TagNote};

pub use self::menu::Wanted;
use super::motion::{Bar, Motion};
use super::{focus, parameter, past, theme};
use crate::core::params::id::FIRST_TAG;
use crate::core::view::Snapshot;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 25.0;
/// Thickness of a bar, in points.
const THICKNESS: f32 = 9.0;
/// Room for the dot that pins a tag, in points.
const PIN_WIDTH: f32 = 18.0;
/// Width of the names, in points, where there is room.
const NAME_WIDTH: f32 = 166.0;
/// Width of the percentages, in points.
const PERCENT_WIDTH: f32 = 54.0;
/// Width of the mark at a tag's threshold, in points.
const MARK_WIDTH: f32 = 2.0;
/// How far the mark reaches beyond the bar on either side, in points.
const MARK_OVERHANG: f32 = 3.0;

/// What a row shows.
#[derive(Clone, Copy)]
struct Tag<'a> {
    name: &'a str,
    /// The model's name of it, where the user has given it another.
    own_name: Option<&'a str>,
    /// Whether the user has hidden it.
    hidden: bool,
    group: Option<&'a str>,
    /// What the model says of it.
    note: Option<&'a TagNote>,
    /// The value from which the tag is best taken as a yes.
    threshold: Option<f32>,
    /// Whether the host has set its value last.
    set_by_host: bool,
    /// Whether the user has pinned it.
    pinned: bool,
}

impl<'a> Tag<'a> {
    /// The group that the model gives it, or that its name begins with.
    fn of(snapshot: &'a Snapshot, tag: usize) -> Option<Self> {
        let full = snapshot.tags().get(tag)?;
        let (name, own_group) = name_and_group(full);
        let users = snapshot.labels.names.get(full);
        Some(Self {
            name: users.map_or(name, String::as_str),
            own_name: users.map(|_| full.as_str()),
            hidden: snapshot.is_hidden(tag),
            group: snapshot.group(tag).or(own_group),
            note: snapshot.note(tag),
            threshold: snapshot.threshold(tag),
            set_by_host: snapshot.set_by_host >> tag & 1 == 1,
            pinned: snapshot.is_pinned(tag),
        })
    }
}

/// Which tags are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// What they hold in their name or group.
    pub text: &'a str,
    /// Whether hidden ones are shown, too.
    pub shows_hidden: bool,
}

/// Draws the bars of the snapshot's tags that are looked for into `ui`. They are dimmed if they are not of
/// this moment. Returns what the user wants of one.
pub fn show(
    ui: &mut Ui,
    snapshot: &Snapshot,
    (motion, past): (&Motion, &Past),
    search: Search<'_>,
) -> Option<Wanted> {
    let mut wanted = None;
    ScrollArea::vertical()
        .id_salt("tags")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let count = found(snapshot, search);
            let size = vec2(ui.available_width(), ROW_HEIGHT * count as f32);
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            if !snapshot.active {
                ui.set_opacity(0.45);
            }
            // Found tags stand one below the other, in the order that they have among all.
            let mut rows: Vec<(usize, Bar)> = motion
                .bars()
                .filter(|(tag, _)| is_found(snapshot, *tag, search))
                .collect();
            if !search.text.trim().is_empty() {
                for (row, (_, bar)) in rows.iter_mut().enumerate() {
                    bar.row = row as f32;
                }
            }
            let place = |bar: &Bar| {
                let top = area.top() + bar.row * ROW_HEIGHT;
                Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), ROW_HEIGHT))
            };
            // A tag that rises slides over those it overtakes.
            for (tag, bar) in rows.iter().rev() {
                let row = place(bar);
                if let Some(about) = Tag::of(snapshot, *tag)
                    && ui.is_rect_visible(row)
                {
                    show_row(ui, row.with_min_x(row.left() + PIN_WIDTH), about, *bar);
                }
            }
            // Rows out of sight can be reached, too, with the keyboard, which goes from the first to the last.
            for (tag, bar) in &rows {
                if let Some(about) = Tag::of(snapshot, *tag) {
                    let row = place(bar);
                    let chosen = respond(ui, row, (*tag, about, bar.value), (snapshot, past));
                    if let Some(on) = pin(ui, row, *tag, about) {
                        wanted = Some(Wanted::Pin(*tag, on));
                    }
                    wanted = chosen.or(wanted);
                }
            }
        });
    wanted
}

/// How many of the snapshot's tags are found.
pub fn found(snapshot: &Snapshot, search: Search<'_>) -> usize {
    let tags = 0..snapshot.tags().len();
    tags.filter(|tag| is_found(snapshot, *tag, search)).count()
}

fn is_found(snapshot: &Snapshot, tag: usize, search: Search<'_>) -> bool {
    if snapshot.is_hidden(tag) && !search.shows_hidden {
        return false;
    }
    let wanted = search.text.trim().to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&wanted);
    let name = snapshot.tags().get(tag);
    name.is_some_and(|name| holds(name) || holds(snapshot.labels.name(name)))
        || snapshot.group(tag).is_some_and(holds)
}

/// Draws the dot before a tag, which pins it. Returns whether it is to be pinned, if it was clicked.
fn pin(ui: &Ui, row: Rect, number: usize, tag: Tag<'_>) -> Option<bool> {
    let on = tag.pinned;
    let area = row.with_max_x(row.left() + PIN_WIDTH);
    let response = ui
        .interact(area, ui.scope_id().with(("pin", number)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    let middle = pos2(row.left() + 4.0, row.center().y);
    if on {
        ui.painter().circle_filled(middle, 3.5, theme::accent());
    } else {
        let colour = if response.hovered() {
            theme::text()
        } else {
            theme::control_hovered()
        };
        ui.painter().circle_stroke(middle, 3.0, (1.0, colour));
    }
    let kind = (Role::CheckBox, on);
    focus::name_selected(ui, &response, kind, &format!("Pin {}", tag.name));
    focus::ring(ui, &response);
    let clicked = response.clicked();
    let about = if on { "Let it go" } else { "Pin it to the top" };
    response.on_hover_text(about);
    clicked.then_some(!on)
}

fn show_row(ui: &Ui, row: Rect, tag: Tag<'_>, bar: Bar) {
    let painter = ui.painter();
    if bar.row.fract() != 0.0 {
        painter.rect_filled(row, 0.0, theme::background());
    }
    let value = bar.value.clamp(0.0, 1.0);
    let text = text_colour(value);
    let name_width = NAME_WIDTH.min(row.width() * 0.3);

    let names = Rect::from_min_size(row.min, vec2(name_width, row.height()));
    show_name(ui, names, tag, text);

    let track = Rect::from_x_y_ranges(
        names.right() + 12.0..=row.right() - PERCENT_WIDTH - 14.0,
        row.center().y - THICKNESS / 2.0..=row.center().y + THICKNESS / 2.0,
    );
    // A value that the host has set is grey.
    let colour = if tag.set_by_host {
        theme::text_soft()
    } else {
        theme::bar(value)
    };
    show_value(ui, track, value, colour);
    if let Some(threshold) = tag.threshold {
        show_mark(ui, track, threshold, bar.reached);
    }

    painter.text(
        pos2(row.right() - 10.0, row.center().y),
        Align2::RIGHT_CENTER,
        percent(value),
        theme::regular(13.5),
        text,
    );
}

/// Draws a bar of `value` in its track.
pub fn show_value(ui: &Ui, track: Rect, value: f32, colour: Color32) {
    ui.painter()
        .rect_filled(track, THICKNESS / 2.0, theme::control());
    // A bar shorter than its own rounding would look like a splinter, so it fades in as a dot.
    let length = (track.width() * value).max(THICKNESS);
    let presence = (track.width() * value / THICKNESS).min(1.0);
    let filled = Rect::from_min_size(track.min, vec2(length, THICKNESS));
    let colour = colour.gamma_multiply(presence);
    ui.painter().rect_filled(filled, THICKNESS / 2.0, colour);
}

/// Draws the mark at a tag's threshold, brighter where the bar reaches it.
pub fn show_mark(ui: &Ui, track: Rect, threshold: f32, reached: bool) {
    // Within the track's rounded ends, whatever the threshold.
    let inside = track.x_range().shrink(MARK_WIDTH);
    let at = track.left() + track.width() * threshold.clamp(0.0, 1.0);
    let mark = Rect::from_center_size(
        pos2(inside.clamp(at), track.center().y),
        vec2(MARK_WIDTH, THICKNESS + 2.0 * MARK_OVERHANG),
    );
    // A gap on either side keeps it apart from the bar.
    let gap = mark.expand2(vec2(1.0, 0.0)).intersect(track);
    ui.painter().rect_filled(gap, 0.0, theme::background());
    let colour = if reached {
        theme::text()
    } else {
        theme::text_faint()
    };
    ui.painter().rect_filled(mark, MARK_WIDTH / 2.0, colour);
}

/// Says on hover what the row shows, draws the tag's last minutes, and opens its menu. Returns what was
/// chosen there.
fn respond(
    ui: &Ui,
    row: Rect,
    (number, tag, value): (usize, Tag<'_>, f32),
    (snapshot, past): (&Snapshot, &Past),
) -> Option<Wanted> {
    let response = ui.interact(row, ui.scope_id().with(("tag", number)), Sense::click());
    let name = format!("{} {}", tag.name, percent(value));
    focus::name(ui, &response, Role::Button, &name);
    focus::ring(ui, &response);
    if response.gained_focus() {
        ui.scroll_to_rect(row, None);
    }
    let indication = snapshot.indications.get(&(FIRST_TAG + number as u32));
    if let Some(indication) = indication {
        let at = row.with_max_x(row.right() - 2.0).shrink2(vec2(0.0, 5.0));
        parameter::mark(ui, at, indication);
    }
    let entry = menu::Entry {
        tag: number,
        pinned: tag.pinned,
        hidden: tag.hidden,
        host_menu: snapshot.has_menus,
    };
    let wanted = menu::show(ui, &response, entry);
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(explanation(tag, value));
        if let Some(indication) = indication {
            ui.label(parameter::text(indication));
        }
        past::show(ui, past, number, tag.threshold);
    });
    wanted
}

fn explanation(tag: Tag<'_>, value: f32) -> String {
    let Tag {
        name,
        group,
        note,
        threshold,
        set_by_host,
        pinned: _,
        own_name,
        hidden,
    } = tag;
    let mut text = match group {
        Some(group) => format!("{name} ({group}): {}", percent(value)),
        None => format!("{name}: {}", percent(value)),
    };
    if let Some(own_name) = own_name {
        text += &format!("\nThe model's name: {own_name}");
    }
    if hidden {
        text += "\nHidden";
    }
    if let Some(TagNote { means, weak }) = note {
        text += &format!("\n{means}");
        if let Some(why) = weak {
            text += &format!("\nA weak tag: {why}");
        }
    }
    if let Some(threshold) = threshold {
        text += &format!(
            "\nThe mark at {}: from there on, count the tag as heard. With it, the model made the fewest \
             mistakes on music that it was checked with (highest F1)",
            percent(threshold)
        );
    }
    if set_by_host {
        text += "\nThe host has set this value";
    }
    text
}

/// Draws a tag's name and, fainter, its group into `area`, cut off where they are too long.
fn show_name(ui: &Ui, area: Rect, tag: Tag<'_>, colour: Color32) {
    let Tag { name, group, .. } = tag;
    let weak = tag.note.is_some_and(|note| note.weak.is_some());
    let format = |size, color| TextFormat {
        valign: Align::BOTTOM,
        ..TextFormat::simple(theme::regular(size), color)
    };
    let mut job = LayoutJob::default();
    job.append(name, 0.0, format(14.0, colour));
    if weak {
        job.append("?", 2.0, format(14.0, theme::text_faint()));
    }
    if let Some(group) = group {
        job.append(group, 7.0, format(11.0, theme::text_faint()));
    }
    job.wrap = TextWrapping::truncate_at_width(area.width());
    let galley = ui.painter().layout_job(job);
    let top = area.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(area.left(), top), galley, colour);
}

/// Splits tags such as MTG-Jamendo's "genre---jazz".
pub fn name_and_group(tag: &str) -> (&str, Option<&str>) {
    match tag.split_once("---") {
        Some((group, name)) if !group.is_empty() && !name.is_empty() => (name, Some(group)),
        _ => (tag, None),
    }
}

/// The name under which a tag of the model is shown.
pub fn shown_name<'a>(snapshot: &'a Snapshot, tag: &'a str) -> &'a str {
    let users = snapshot.labels.names.get(tag);
    users.map_or_else(|| name_and_group(tag).0, String::as_str)
}

/// One decimal below ten per cent, none above, so that strong tags stand still.
pub fn percent(value: f32) -> String {
    let percent = value * 100.0;
    if percent < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// The stronger a tag, the brighter its text.
pub fn text_colour(value: f32) -> Color32 {
    theme::text_faint().lerp_to_gamma(theme::text(), (value * 2.5).min(1.0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tagline_engine::{Calibration, ModelInfo};

    use super::*;
    use crate::core::labels::Labels;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn groups_stand_behind_the_names_of_tags() {
        assert_eq!(name_and_group("genre---jazz"), ("jazz", Some("genre")));
        for tag in ["jazz", "lo-fi", "---", "a---", "---b"] {
            assert_eq!(name_and_group(tag), (tag, None));
        }
    }

    #[test]
    fn a_models_groups_stand_behind_names_without_one() {
        let mut snapshot = snapshot_of(&["jazz", "mood---calm"]);
        let groups = |snapshot: &Snapshot| {
            [0, 1].map(|tag| {
                let tag = Tag::of(snapshot, tag).expect("a tag");
                (tag.name.to_owned(), tag.group.map(str::to_owned))
            })
        };
        let calm = ("calm".to_owned(), Some("mood".to_owned()));
        assert_eq!(groups(&snapshot), [("jazz".to_owned(), None), calm.clone()]);
        let info = info_of(&mut snapshot);
        info.groups = Some(vec!["genre".to_owned(), "mood".to_owned()]);
        let jazz = ("jazz".to_owned(), Some("genre".to_owned()));
        assert_eq!(groups(&snapshot), [jazz, calm]);
        assert!(Tag::of(&snapshot, 2).is_none());
    }

    #[test]
    fn a_threshold_is_marked_only_where_calibrated_values_are_shown() {
        let mut snapshot = snapshot_of(&["jazz"]);
        assert_eq!(snapshot.threshold(0), None);
        info_of(&mut snapshot).calibration = Some(vec![Calibration {
            threshold: 0.35,
            ..Calibration::NONE
        }]);
        assert_eq!(snapshot.threshold(0), Some(0.35));
        let tag = Tag::of(&snapshot, 0).expect("a tag");
        let text = explanation(tag, 0.5);
        assert!(
            text.starts_with("jazz: 50 %") && text.contains("The mark at 35 %"),
            "{text}"
        );
        snapshot.calibrated = false;
        assert_eq!(snapshot.threshold(0), None);
        let tag = Tag::of(&snapshot, 0).expect("a tag");
        assert_eq!(explanation(tag, 0.5), "jazz: 50 %");
    }

    #[test]
    fn a_value_that_the_host_has_set_is_marked_as_such() {
        let mut snapshot = snapshot_of(&["jazz", "calm"]);
        snapshot.set_by_host = 0b10;
        let text = |tag| explanation(Tag::of(&snapshot, tag).expect("a tag"), 0.5);
        assert!(!text(0).contains("host"));
        assert!(text(1).ends_with("The host has set this value"));
    }

    #[test]
    fn a_row_says_what_its_tag_means_and_why_it_is_weak() {
        let mut snapshot = snapshot_of(&["jazz", "happy"]);
        let note = |means: &str, weak: Option<&str>| TagNote {
            means: means.to_owned(),
            weak: weak.map(str::to_owned),
        };
        info_of(&mut snapshot).notes = Some(vec![
            note("Swing.", None),
            note("Bright.", Some("people disagree.")),
        ]);
        let text = |tag| explanation(Tag::of(&snapshot, tag).expect("a tag"), 0.5);
        assert_eq!(text(0), "jazz: 50 %\nSwing.");
        assert_eq!(
            text(1),
            "happy: 50 %\nBright.\nA weak tag: people disagree."
        );
    }

    fn info_of(snapshot: &mut Snapshot) -> &mut ModelInfo {
        let model = snapshot.model.as_mut().expect("a model");
        Arc::make_mut(&mut Arc::make_mut(model).info)
    }

    #[test]
    fn a_search_finds_names_and_groups_whatever_their_case() {
        let mut snapshot = snapshot_of(&["Female voice", "jazz", "drums"]);
        let groups = ["voice", "genre", "instrument"].map(str::to_owned);
        info_of(&mut snapshot).groups = Some(groups.to_vec());
        let names = |search: &str| -> Vec<usize> {
            (0..3)
                .filter(|tag| is_found(&snapshot, *tag, looking_for(search)))
                .collect()
        };
        assert_eq!(names(""), [0, 1, 2]);
        assert_eq!(names(" VOICE "), [0]);
        assert_eq!(names("gen"), [1]);
        assert_eq!(names("r"), [1, 2]);
        assert!(names("xyz").is_empty());
        assert_eq!(found(&snapshot, looking_for("r")), 2);
    }

    fn looking_for(text: &str) -> Search<'_> {
        Search {
            text,
            shows_hidden: false,
        }
    }

    #[test]
    fn a_renamed_tag_is_found_by_both_names_and_a_hidden_one_only_among_the_hidden() {
        let mut snapshot = snapshot_of(&["mood---calm", "jazz"]);
        let labels = Labels::default().renamed("mood---calm", "Quiet");
        snapshot.labels = Arc::new(labels.with_hidden("jazz", true));
        let calm = Tag::of(&snapshot, 0).expect("a tag");
        assert_eq!((calm.name, calm.group), ("Quiet", Some("mood")));
        assert!(explanation(calm, 0.5).contains("The model's name: mood---calm"));
        for text in ["quiet", "calm", "mood"] {
            assert!(is_found(&snapshot, 0, looking_for(text)), "{text}");
        }
        assert_eq!(found(&snapshot, looking_for("")), 1);
        let all = Search {
            text: "",
            shows_hidden: true,
        };
        assert_eq!(found(&snapshot, all), 2);
    }

    #[test]
    fn percentages_keep_their_width_around_ten() {
        for (value, text) in [
            (0.0, "0.0 %"),
            (0.0994, "9.9 %"),
            (0.0996, "10 %"),
            (0.731, "73 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(value), text);
        }
    }
}
