//! The reaction as text: each change in a line, and the table of the manual.

use super::{ChangeReport, ReactionReport};

/// Each change in a line, and after them a Markdown table of all.
pub fn text(reports: &[ReactionReport]) -> String {
    let mut text = String::new();
    for report in reports {
        text += &format!("focus {}\n", focus(report));
        for change in &report.changes {
            text += &format!(
                "  {} → {}: leads after {}, the old tag is gone after {}\n",
                change.old,
                change.new,
                seconds(change.leads_after_seconds),
                seconds(change.gone_after_seconds)
            );
        }
    }
    if !reports.is_empty() {
        text += "\n";
        text += &table(reports);
    }
    text
}

/// The table of the manual.
fn table(reports: &[ReactionReport]) -> String {
    let mut table =
        "| Focus | the new tag leads after | the old one is below its threshold after | \
                     analysis, 4 updates a second | shifts of up to 20 ms move a tag by | and one at rest |\n\
                     |---|---|---|---|---|---|\n"
            .to_owned();
    for report in reports {
        let range = |of: fn(&ChangeReport) -> Option<f64>| range(report.changes.iter().map(of));
        let cpu = report.core_share.map_or_else(
            || "not known".to_owned(),
            |share| format!("{:.1} % of one core", 100.0 * share),
        );
        let steadiness = &report.steadiness;
        table += &format!(
            "| {} | {} | {} | {cpu} | {:.1} points on average, {:.0} at most; up to 3 in {:.0} % | up to 3 in {:.0} % |\n",
            focus(report),
            range(|change| change.leads_after_seconds),
            range(|change| change.gone_after_seconds),
            steadiness.mean_points,
            steadiness.most_points,
            100.0 * steadiness.steady_share,
            100.0 * steadiness.steady_share_at_rest,
        );
    }
    table
}

fn focus(report: &ReactionReport) -> String {
    report.focus_seconds.map_or_else(
        || "whole window".to_owned(),
        |seconds| format!("{seconds} s"),
    )
}

/// The least and the most of times; `None` stands for longer than the song.
fn range(times: impl Iterator<Item = Option<f64>>) -> String {
    let times: Vec<f64> = times.map(|time| time.unwrap_or(f64::INFINITY)).collect();
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    let most = times.iter().copied().fold(0.0, f64::max);
    if most.is_infinite() {
        format!("{least:.1} s to more than the song")
    } else {
        format!("{least:.1}–{most:.1} s")
    }
}

fn seconds(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "more than the song".to_owned(), |s| format!("{s:.1} s"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::reaction::Steadiness;

    #[test]
    fn the_table_has_a_row_for_each_focus_with_the_least_and_the_most() {
        let change = |leads, gone| ChangeReport {
            old: "piano".to_owned(),
            new: "electronic".to_owned(),
            leads_after_seconds: Some(leads),
            gone_after_seconds: gone,
        };
        let report = ReactionReport {
            focus_seconds: Some(3.0),
            changes: vec![change(0.61, Some(2.0)), change(2.58, None)],
            core_share: Some(0.0149),
            steadiness: Steadiness {
                mean_points: 2.06,
                most_of_99_percent_points: 20.0,
                most_points: 57.6,
                steady_share: 0.823,
                steady_share_at_rest: 0.977,
                most_of_99_percent_at_rest_points: 4.1,
            },
        };
        let text = text(&[report]);
        let expected = "| 3 s | 0.6–2.6 s | 2.0 s to more than the song | 1.5 % of one core | \
                        2.1 points on average, 58 at most; up to 3 in 82 % | up to 3 in 98 % |";
        assert_eq!(text.lines().last(), Some(expected));
        assert!(
            text.contains("piano → electronic: leads after 0.6 s"),
            "{text}"
        );
    }
}
