//! Line charts: learning curves, AUC against seconds heard.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::ChartError;
use super::sheet::{self, AXIS, Drawn, RULE, Sheet, TEXT, colour, failed, number};

/// A series with more points than this is drawn without dots.
const MAX_DOTS: usize = 40;

/// Lines over a common axis.
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart<'a> {
    /// Title of the figure.
    pub title: &'a str,
    /// Title of the horizontal axis, with its unit.
    pub x_label: &'a str,
    /// Title of the vertical axis, with its unit.
    pub y_label: &'a str,
    /// The lines, in the order of the legend.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Name in the legend. A single line has no legend.
    pub name: String,
    /// Points from left to right. Points that are not finite are left out.
    pub points: Vec<(f64, f64)>,
}

impl LineChart<'_> {
    /// Draws the figure, 860 × 500 pixels.
    ///
    /// # Errors
    /// [`ChartError`] if the drawing library fails.
    pub fn svg(&self) -> Result<String, ChartError> {
        let names: Vec<&str> = self.lines.iter().map(|line| line.name.as_str()).collect();
        sheet::svg((860, 500), self.title, &names, |area| self.draw(area))
    }

    fn draw(&self, area: &Sheet) -> Drawn {
        let points = || self.lines.iter().flat_map(|line| finite(&line.points));
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(24)
            .x_label_area_size(56)
            .y_label_area_size(76)
            .build_cartesian_2d(
                sheet::padded_range(points().map(|point| point.0)),
                sheet::padded_range(points().map(|point| point.1)),
            )
            .map_err(failed)?;
        let text = sheet::anchored(TEXT, HPos::Center, VPos::Center);
        chart
            .configure_mesh()
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS)
            .x_desc(self.x_label)
            .y_desc(self.y_label)
            .x_label_formatter(&number)
            .y_label_formatter(&number)
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()
            .map_err(failed)?;
        for (index, line) in self.lines.iter().enumerate() {
            let points: Vec<(f64, f64)> = finite(&line.points).collect();
            let style = colour(index).filled().stroke_width(2);
            let dots = points.len() <= MAX_DOTS;
            let series = LineSeries::new(points, style).point_size(if dots { 3 } else { 0 });
            chart.draw_series(series).map_err(failed)?;
        }
        Ok(())
    }
}

fn finite(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let is_finite = |point: &(f64, f64)| point.0.is_finite() && point.1.is_finite();
    points.iter().copied().filter(is_finite)
}
