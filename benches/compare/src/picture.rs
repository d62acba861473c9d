//! The two pictures. They have a background of their own: a page may be light or dark.

use crate::cases::{Case, FLOOR, OURS};
use crate::growth::Series;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(31, 35, 40);
const GRID: RGBColor = RGBColor(216, 222, 228);
const OUR_BLUE: RGBColor = RGBColor(9, 105, 218);
const FLOOR_GREEN: RGBColor = RGBColor(26, 127, 55);
const PEER_GREY: RGBColor = RGBColor(140, 149, 159);

/// One bar for each implementation, the quickest on top.
pub fn compare(path: &Path, case: &Case) -> Result<(), Box<dyn Error>> {
    let mut bars: Vec<_> = case
        .subjects
        .iter()
        .filter(|subject| !subject.implementation.contains(','))
        .map(|subject| (subject.implementation, subject.ns()))
        .collect();
    bars.sort_by(|a, b| a.1.total_cmp(&b.1));
    let longest = bars.last().ok_or("no bars")?.1;

    let (row, left, right, top) = (34, 175, 90, 64);
    let (width, height) = (860, top + row * bars.len() as i32 + 20);
    let area = SVGBackend::new(path, (width as u32, height as u32)).into_drawing_area();
    area.fill(&PAPER)?;
    let text = |size: u32, anchor| TextStyle::from(("sans-serif", size).into_font()).color(&INK).pos(anchor);
    let title = "Nanoseconds for a presigned link (AWS's documented GET), less is better";
    area.draw_text(title, &text(22, Pos::new(HPos::Left, VPos::Center)), (20, 30))?;
    for (at, (name, ns)) in bars.iter().enumerate() {
        let y = top + row * at as i32;
        let end = left + (f64::from(width - left - right) * ns / longest) as i32;
        let colour = match *name {
            FLOOR => FLOOR_GREEN,
            OURS => OUR_BLUE,
            _ => PEER_GREY,
        };
        let label = if *name == FLOOR { "floor: SHA-256 alone" } else { name };
        area.draw(&Rectangle::new([(left, y), (end, y + row - 10)], colour.filled()))?;
        let middle = y + (row - 10) / 2;
        area.draw_text(label, &text(17, Pos::new(HPos::Right, VPos::Center)), (left - 10, middle))?;
        area.draw_text(&thousands(*ns), &text(17, Pos::new(HPos::Left, VPos::Center)), (end + 8, middle))?;
    }
    area.present()?;
    Ok(())
}

/// A panel for each series: the points, the line fitted to them, and the floor.
pub fn growth(path: &Path, all: &[Series]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(path, (1080, 380)).into_drawing_area();
    area.fill(&PAPER)?;
    let text = |size: u32| TextStyle::from(("sans-serif", size).into_font()).color(&INK);
    for (panel, series) in area.split_evenly((1, all.len())).iter().zip(all) {
        let (ours, floor, fit) = (series.ours(), series.floor(), series.fit());
        let (right, top) = *ours.last().ok_or("no points")?;
        let mut chart = ChartBuilder::on(panel)
            .margin(14)
            .caption(format!("{}: ns by {}", series.name, series.unit), text(19))
            .x_label_area_size(30)
            .y_label_area_size(54)
            .build_cartesian_2d(0.0..right * 1.03, 0.0..top * 1.1)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(text(14))
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| format!("{x:.0}"))
            .y_label_formatter(&|y| format!("{y:.0}"))
            .draw()?;
        let line = [0.0, right].map(|x| (x, fit.at_zero + fit.slope * x));
        chart.draw_series(LineSeries::new(line, OUR_BLUE.stroke_width(1)))?;
        chart.draw_series(ours.iter().map(|point| Circle::new(*point, 3, OUR_BLUE.filled())))?;
        chart.draw_series(LineSeries::new(floor.iter().copied(), FLOOR_GREEN.stroke_width(2)))?;
        let legend = [(format!("s3-sigv4: {:.1} ns each", fit.slope), OUR_BLUE, 48), ("floor".into(), FLOOR_GREEN, 66)];
        for (label, colour, y) in legend {
            panel.draw_text(&label, &text(15).color(&colour), (84, y))?;
        }
    }
    area.present()?;
    Ok(())
}

fn thousands(ns: f64) -> String {
    let digits = format!("{ns:.0}");
    if digits.len() > 3 { digits[..digits.len() - 3].to_string() + "," + &digits[digits.len() - 3..] } else { digits }
}
