//! Figures: every figure is drawn whole, whatever the numbers are.

use trainer::charts::{Bars, ChartError, GroupedBars, Line, LineChart, RankedBar, RankedBars};

fn lines(points: Vec<Vec<(f64, f64)>>) -> String {
    let lines = points.into_iter().enumerate().map(|(index, points)| Line {
        name: format!("series {index}"),
        points,
    });
    let chart = LineChart {
        title: "Learning curves",
        x_label: "epoch",
        y_label: "validation ROC-AUC",
        lines: lines.collect(),
    };
    chart.svg().unwrap()
}

/// The figure is complete and has no NaN.
#[track_caller]
fn assert_sound(svg: &str) {
    assert!(
        svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
        "{svg}"
    );
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn a_line_chart_names_its_axes_and_its_series() {
    let svg = lines(vec![
        vec![(1.0, 0.7), (2.0, 0.8)],
        vec![(1.0, 0.6), (2.0, 0.85)],
    ]);
    assert_sound(&svg);
    for text in [
        "Learning curves",
        "epoch",
        "validation ROC-AUC",
        "series 0",
        "series 1",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    for colour in ["#0072B2", "#D55E00"] {
        let line = format!("stroke=\"{colour}\"");
        let drawn = svg
            .lines()
            .filter(|element| element.starts_with("<polyline"));
        assert_eq!(drawn.filter(|element| element.contains(&line)).count(), 1);
    }
}

#[test]
fn odd_numbers_leave_a_sound_figure() {
    assert_sound(&lines(vec![]));
    assert_sound(&lines(vec![vec![]]));
    assert_sound(&lines(vec![vec![(3.0, 0.5)]]));
    assert_sound(&lines(vec![vec![
        (0.0, f64::NAN),
        (1.0, 0.5),
        (2.0, f64::INFINITY),
    ]]));
    assert_sound(&lines(vec![
        (0..500).map(|x| (f64::from(x), 0.0)).collect(),
    ]));
}

#[test]
fn names_cannot_break_the_file() {
    let svg = RankedBars {
        title: "a < b & \"c\"",
        x_label: "ROC-AUC",
        from: 0.5,
        bars: vec![RankedBar {
            name: "</text><script>".into(),
            value: 0.9,
            interval: Some([0.85, 0.93]),
        }],
    };
    let svg = svg.svg().unwrap();
    assert_sound(&svg);
    assert!(!svg.contains("<script>"), "{svg}");
}

#[test]
fn a_missing_bar_is_refused() {
    let chart = GroupedBars {
        title: "t",
        x_label: "x",
        y_label: "y",
        groups: vec!["a".into(), "b".into()],
        series: vec![Bars {
            name: "mel".into(),
            values: vec![1.0],
        }],
    };
    let error = chart.svg().unwrap_err();
    assert!(matches!(
        error,
        ChartError::Length {
            found: 1,
            needed: 2,
            ..
        }
    ));
    assert_eq!(error.to_string(), "mel: 1 values for 2 groups");
}
