//! The definition as a picture, for `statemachine/README.md`.

mod canvas;
mod graph;
mod layout;

use crate::definition;
use graph::Graph;
use layout::Picture;

/// Where the picture is.
pub const PATH: &str = "statemachine/rollout.svg";

const MARGIN: f64 = 10.0;

/// Light or dark as the reader has it. Text stays text.
const STYLE: &str = "
svg { font: 13px ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif;
  --ink: #1f2937; --line: #57606a; --page: #fff; --map: #f3f6fa; --task: #0969da; --good: #1a7f37; --bad: #cf222e }
@media (prefers-color-scheme: dark) { svg {
  --ink: #e6edf3; --line: #9198a1; --page: #0d1117; --map: #161b22; --task: #4493f8; --good: #3fb950; --bad: #f85149 } }
rect { fill: var(--page); stroke: var(--line) }
.page { stroke: none }
.Task, .Map { stroke: var(--task); stroke-width: 1.5 }
.Map { fill: var(--map) }
.Succeed { stroke: var(--good); stroke-width: 2 }
.Fail { stroke: var(--bad); stroke-width: 2 }
text { fill: var(--ink); text-anchor: middle; dominant-baseline: central }
.label, .note { font-size: 11px; fill: var(--line) }
.label { paint-order: stroke; stroke: var(--page); stroke-width: 4px }
path { fill: none; stroke: var(--line) }
.caught { stroke: var(--bad); stroke-dasharray: 4 4 }
marker path { fill: var(--line); stroke: none }
#caught path { fill: var(--bad) }
";

/// The definition as SVG: Maps hold their states, and what is taken only after an error is dashed.
///
/// # Panics
///
/// When the definition has a condition that there are no words for yet.
pub fn svg() -> String {
    let picture = Picture::of(&Graph::of(&definition::load(), &definition::text()));
    let [width, height] = [picture.width, picture.height].map(|length| length.ceil() + 2.0 * MARGIN);
    let heads = ["to", "caught"].map(|name| {
        format!(
            "<marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker>"
        )
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>The rollout's state machine</title>\n<style>{STYLE}</style>\n<defs>{}</defs>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">\n{}</g>\n</svg>\n",
        heads.concat(),
        picture.content
    )
}
