//! Grouped vertical bars.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::ChartError;
use super::sheet::{self, AXIS, Drawn, INK, RULE, Sheet, TEXT, colour, failed, number};

/// Part of a group's width that its bars fill.
const FILLED: f64 = 0.8;

/// Bars in groups. Each group has one bar of each series.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupedBars<'a> {
    /// Title of the figure.
    pub title: &'a str,
    /// Title of the horizontal axis.
    pub x_label: &'a str,
    /// Title of the vertical axis, with its unit.
    pub y_label: &'a str,
    /// Names of the groups, from left to right.
    pub groups: Vec<String>,
    /// The series, in the order of the legend.
    pub series: Vec<Bars>,
}

/// One series of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Name in the legend.
    pub name: String,
    /// One value a group, from 0 up.
    pub values: Vec<f64>,
}

impl GroupedBars<'_> {
    /// Draws the figure, 860 × 460 pixels, with each bar's value on top of it.
    ///
    /// # Errors
    /// [`ChartError`] if a series does not have one value a group, or the drawing library fails.
    pub fn svg(&self) -> Result<String, ChartError> {
        let needed = self.groups.len();
        if let Some(bars) = self.series.iter().find(|bars| bars.values.len() != needed) {
            return Err(ChartError::Length {
                series: bars.name.clone(),
                found: bars.values.len(),
                needed,
            });
        }
        let names: Vec<&str> = self.series.iter().map(|bars| bars.name.as_str()).collect();
        sheet::svg((860, 460), self.title, &names, |area| self.draw(area))
    }

    fn draw(&self, area: &Sheet) -> Drawn {
        let values = self.series.iter().flat_map(|bars| &bars.values).copied();
        let top = sheet::range(values.chain([0.0])).end * 1.1;
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .x_label_area_size(56)
            .y_label_area_size(64)
            .build_cartesian_2d(0.0..self.groups.len().max(1) as f64, 0.0..top)
            .map_err(failed)?;
        let text = sheet::anchored(TEXT, HPos::Center, VPos::Center);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS)
            .set_tick_mark_size(LabelAreaPosition::Bottom, 0)
            .x_label_formatter(&|_| String::new())
            .y_label_formatter(&number)
            .x_desc(self.x_label)
            .y_desc(self.y_label)
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()
            .map_err(failed)?;
        let width = FILLED / self.series.len().max(1) as f64;
        for (index, bars) in self.series.iter().enumerate() {
            let left = |group: usize| group as f64 + (1.0 - FILLED) / 2.0 + index as f64 * width;
            let bar = |(group, &value): (usize, &f64)| {
                let corners = [(left(group), 0.0), (left(group) + width, value)];
                Rectangle::new(corners, colour(index).mix(0.8).filled())
            };
            chart
                .draw_series(bars.values.iter().enumerate().map(bar))
                .map_err(failed)?;
            let style = sheet::anchored(TEXT - 3, HPos::Center, VPos::Bottom).color(&INK);
            let label = |(group, &value): (usize, &f64)| {
                Text::new(
                    number(&value),
                    (left(group) + width / 2.0, value),
                    style.clone(),
                )
            };
            chart
                .draw_series(bars.values.iter().enumerate().map(label))
                .map_err(failed)?;
        }
        let style = sheet::anchored(TEXT, HPos::Center, VPos::Top);
        let (base_x, base_y) = area.get_base_pixel();
        for (group, name) in self.groups.iter().enumerate() {
            let (x, y) = chart
                .plotting_area()
                .map_coordinate(&(group as f64 + 0.5, 0.0));
            let at = (x - base_x, y - base_y + 8);
            area.draw_text(name, &style, at).map_err(failed)?;
        }
        Ok(())
    }
}
