//! Where everything goes: `layout-rs` places states and lines, from the innermost Map outwards.

use ::layout::core::base::Orientation;
use ::layout::core::geometry::{Point, Position};
use ::layout::core::style::StyleAttr;
use ::layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use ::layout::topo::layout::VisualGraph;

use super::canvas::Canvas;
use super::graph::{Graph, State};

/// Lengths are in pixels: a letter's width at 13 pixels' height, a box's height, what is left free around names.
const LETTER: f64 = 7.6;
const HEIGHT: f64 = 34.0;
const PADDING: f64 = 14.0;
/// A Map's name and what it does with its items.
pub(super) const TITLE: f64 = 30.0;
const NARROWEST_MAP: f64 = 280.0;
/// Half of what is left free between states above each other, and beside each other.
pub(super) const GAP: f64 = 34.0;
const BESIDE: f64 = 9.0;

/// A machine, drawn.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    /// SVG whose upper left corner is the origin.
    pub(super) content: String,
}

impl Picture {
    pub(super) fn of(graph: &Graph) -> Self {
        let insides = graph.states.iter().map(|state| state.inside.as_ref().map(|inside| Self::of(&inside.graph)));
        let insides: Vec<Option<Self>> = insides.collect();
        let mut plan = VisualGraph::new(Orientation::TopToBottom);
        let nodes = graph
            .states
            .iter()
            .zip(&insides)
            .map(|(state, inside)| plan.add_node(element(size(state, inside.as_ref()))));
        let nodes: Vec<_> = nodes.collect();
        for (number, edge) in graph.edges.iter().enumerate() {
            let arrow = Arrow::simple_with_properties(&edge.label, number.to_string());
            plan.add_edge(arrow, nodes[edge.from], nodes[edge.to]);
        }
        let mut canvas = Canvas::new(graph, insides);
        plan.do_it(false, false, false, &mut canvas);
        canvas.into_picture()
    }
}

fn size(state: &State, inside: Option<&Picture>) -> Point {
    if let Some(picture) = inside {
        return Point::new((picture.width + 2.0 * PADDING).max(NARROWEST_MAP), TITLE + picture.height + PADDING);
    }
    let letters = u32::try_from(state.name.chars().count()).unwrap_or(u32::MAX);
    Point::new(f64::from(letters) * LETTER + 2.0 * PADDING, HEIGHT)
}

fn element(size: Point) -> Element {
    let shape = ShapeKind::new_box("");
    let mut element = Element::create(shape, StyleAttr::simple(), Orientation::TopToBottom, size);
    element.pos = Position::new(Point::zero(), size, Point::zero(), Point::new(BESIDE, GAP));
    element
}
