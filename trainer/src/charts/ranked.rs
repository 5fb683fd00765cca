//! Horizontal bars, one in each row: the value of each tag with its confidence interval.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::ChartError;
use super::sheet::{self, AXIS, Drawn, INK, RULE, Sheet, TEXT, colour, failed, number, text_width};

/// Pixels a row.
const ROW: u32 = 20;
/// Most letters of a name that are drawn.
const MAX_NAME: usize = 36;
/// Pixels above and below the rows.
const AROUND: u32 = 130;

/// Bars in rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedBars<'a> {
    /// Title of the figure.
    pub title: &'a str,
    /// Title of the axis, with its unit.
    pub x_label: &'a str,
    /// Value at which the bars begin, such as 0.5 for ROC-AUC, which is chance.
    pub from: f64,
    /// The bars, from the top down.
    pub bars: Vec<RankedBar>,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedBar {
    /// Name of the row.
    pub name: String,
    /// Value at which it ends.
    pub value: f64,
    /// Ends of its whisker.
    pub interval: Option<[f64; 2]>,
}

impl RankedBars<'_> {
    /// Draws the figure, 860 pixels wide, with 20 pixels for each bar.
    ///
    /// # Errors
    /// [`ChartError`] if the drawing library fails.
    pub fn svg(&self) -> Result<String, ChartError> {
        let height = AROUND + ROW * self.bars.len().max(1) as u32;
        sheet::svg((860, height), self.title, &[], |area| self.draw(area))
    }

    fn draw(&self, area: &Sheet) -> Drawn {
        let ends = |bar: &RankedBar| {
            let [low, high] = bar.interval.unwrap_or([bar.value; 2]);
            [low, high, bar.value]
        };
        let values = self.bars.iter().flat_map(ends).chain([self.from]);
        let range = sheet::range(values);
        let margin = (range.end - range.start) / 20.0;
        // Bars stand on the axis, unless they go both ways.
        let left = if range.start < self.from {
            range.start - margin
        } else {
            self.from
        };
        let rows = self.bars.len().max(1) as f64;
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(24)
            .x_label_area_size(56)
            .y_label_area_size(self.names_width())
            .build_cartesian_2d(left..range.end + margin, rows..0.0)
            .map_err(failed)?;
        let text = sheet::anchored(TEXT, HPos::Center, VPos::Center);
        chart
            .configure_mesh()
            .disable_y_mesh()
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS)
            .set_tick_mark_size(LabelAreaPosition::Left, 0)
            .y_label_formatter(&|_| String::new())
            .x_label_formatter(&number)
            .x_desc(self.x_label)
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()
            .map_err(failed)?;
        let rectangle = |(row, bar): (usize, &RankedBar)| {
            let (top, bottom) = (row as f64 + 0.2, row as f64 + 0.8);
            let corners = [(self.from, top), (bar.value, bottom)];
            Rectangle::new(corners, colour(0).mix(0.75).filled())
        };
        let bars = self.bars.iter().enumerate();
        chart
            .draw_series(bars.clone().map(rectangle))
            .map_err(failed)?;
        let whisker = |(row, bar): (usize, &RankedBar)| {
            let [low, high] = bar.interval?;
            let y = row as f64 + 0.5;
            Some(PathElement::new(
                vec![(low, y), (high, y)],
                INK.stroke_width(1),
            ))
        };
        chart
            .draw_series(bars.clone().filter_map(whisker))
            .map_err(failed)?;
        let style = sheet::anchored(TEXT - 1, HPos::Right, VPos::Center);
        let (base_x, base_y) = area.get_base_pixel();
        for (row, bar) in bars {
            let (x, y) = chart
                .plotting_area()
                .map_coordinate(&(left, row as f64 + 0.5));
            let at = (x - base_x - 8, y - base_y);
            let name = shortened(&bar.name);
            area.draw_text(&name, &style, at).map_err(failed)?;
        }
        Ok(())
    }

    /// Room for the longest name, in pixels.
    fn names_width(&self) -> i32 {
        let names = self.bars.iter().map(|bar| shortened(&bar.name));
        names.map(|name| text_width(&name)).max().unwrap_or(0) + 24
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let kept: String = name.chars().take(MAX_NAME - 1).collect();
    format!("{kept}…")
}
