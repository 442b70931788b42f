//! Writes what `layout-rs` has placed as SVG.

use std::fmt::Write;

use ::layout::core::format::{ClipHandle, RenderBackend};
use ::layout::core::geometry::Point;
use ::layout::core::style::StyleAttr;

use super::graph::{Graph, State};
use super::layout::{GAP, Picture, TITLE};

/// How far from a state a line turns: where no other state can be.
const TURN: f64 = 0.9 * GAP;

/// States come in the order of the graph, lines with the number of their edge.
pub(super) struct Canvas<'g> {
    graph: &'g Graph,
    insides: std::vec::IntoIter<Option<Picture>>,
    drawn: usize,
    boxes: String,
    lines: String,
    /// The corners of all that is drawn.
    low: Point,
    high: Point,
}

impl<'g> Canvas<'g> {
    pub(super) fn new(graph: &'g Graph, insides: Vec<Option<Picture>>) -> Self {
        Self {
            graph,
            insides: insides.into_iter(),
            drawn: 0,
            boxes: String::new(),
            lines: String::new(),
            low: Point::splat(f64::MAX),
            high: Point::splat(f64::MIN),
        }
    }

    pub(super) fn into_picture(self) -> Picture {
        let Self { low, high, boxes, lines, .. } = self;
        let content = format!("<g transform=\"translate({:.1} {:.1})\">\n{boxes}{lines}</g>\n", -low.x, -low.y);
        Picture { width: high.x - low.x, height: high.y - low.y, content }
    }

    fn reach(&mut self, point: Point) {
        self.low = Point::new(self.low.x.min(point.x), self.low.y.min(point.y));
        self.high = Point::new(self.high.x.max(point.x), self.high.y.max(point.y));
    }

    fn state(&mut self, state: &State, picture: Option<&Picture>, at: Point, size: Point) {
        let radius = if state.kind == "Choice" { size.y / 2.0 } else { 6.0 };
        let name_at = if picture.is_some() { TITLE / 2.0 } else { size.y / 2.0 };
        let note = state.inside.as_ref().map_or("", |inside| inside.note);
        let note = if note.is_empty() { String::new() } else { format!(" <tspan class=\"note\">{note}</tspan>") };
        // Writing to a string does not fail.
        let _ = writeln!(
            self.boxes,
            "<rect class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{radius:.0}\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\">{}{note}</text>",
            state.kind,
            at.x,
            at.y,
            size.x,
            size.y,
            at.x + size.x / 2.0,
            at.y + name_at,
            state.name,
        );
        if let Some(picture) = picture {
            let left = at.x + (size.x - picture.width) / 2.0;
            let _ = write!(
                self.boxes,
                "<g transform=\"translate({left:.1} {:.1})\">\n{}</g>\n",
                at.y + TITLE,
                picture.content
            );
        }
    }
}

impl RenderBackend for Canvas<'_> {
    fn draw_rect(&mut self, xy: Point, size: Point, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.reach(xy);
        self.reach(Point::new(xy.x + size.x, xy.y + size.y));
        let graph = self.graph;
        let picture = self.insides.next().flatten();
        if let Some(state) = graph.states.get(self.drawn) {
            self.state(state, picture.as_ref(), xy, size);
        }
        self.drawn += 1;
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        _: (bool, bool),
        _: &StyleAttr,
        properties: Option<String>,
        _: &str,
    ) {
        let number = properties.and_then(|number| number.parse::<usize>().ok());
        let Some(edge) = number.and_then(|number| self.graph.edges.get(number)) else { return };
        let class = if edge.caught { "caught" } else { "to" };
        let _ = writeln!(self.lines, "<path class=\"{class}\" d=\"{}\" marker-end=\"url(#{class})\"/>", line(path));
        if !edge.label.is_empty() {
            // That is where the layout has made room for it.
            let at = path[path.len() / 2].1;
            let label = edge.label.replace('>', "&gt;");
            let _ = writeln!(self.lines, "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>", at.x, at.y);
        }
        for (_, point) in path {
            self.reach(*point);
        }
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, _: Point, _: &str, _: &StyleAttr) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

/// Turns right below the first state and right above the last one, where no states are, and goes straight down between them.
///
/// A path is the first point with the control point behind it, and then each point with the control point before it.
fn line(path: &[(Point, Point)]) -> String {
    let Some((&(start, leave), rest)) = path.split_first() else { return String::new() };
    let mut line = format!("M{:.1} {:.1}", start.x, start.y);
    let mut here = start;
    for (index, &(arrive, there)) in rest.iter().enumerate() {
        let turn = (there.y - here.y).min(TURN);
        let first = index == 0;
        if first && rest.len() > 1 {
            let (bend, down) = (Point::new(there.x, here.y + turn / 2.0), Point::new(there.x, here.y + turn));
            curve(&mut line, leave, bend, down);
            let _ = write!(line, "V{:.1}", there.y);
        } else if index + 1 == rest.len() && !first {
            let _ = write!(line, "V{:.1}", there.y - turn);
            curve(&mut line, Point::new(here.x, there.y - turn / 2.0), arrive, there);
        } else {
            let leave = if first { leave } else { Point::new(here.x, here.y + turn / 2.0) };
            curve(&mut line, leave, arrive, there);
        }
        here = there;
    }
    line
}

fn curve(line: &mut String, leave: Point, arrive: Point, there: Point) {
    let points = [leave.x, leave.y, arrive.x, arrive.y, there.x, there.y].map(|number| format!("{number:.1}"));
    let _ = write!(line, "C{}", points.join(" "));
}
