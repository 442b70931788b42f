//! The tree as text: what failed in full, what succeeded in a line.

use anstyle::{AnsiColor, Style};

use super::cause::message;
use super::{Node, Run, Status};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
/// No narrower, however deep in the tree.
const NARROWEST: usize = 24;

/// The run in so many columns, coloured; whoever prints it takes the colours out where they are not wanted.
///
/// With `all`, what succeeded is written in full as well.
pub(crate) fn text(run: &Run, width: usize, all: bool) -> String {
    let mut writer = Writer { lines: Vec::new(), width, all };
    writer.head(run);
    writer.children(&run.execution, "");
    writer.lines.join("\n")
}

struct Writer {
    lines: Vec<String>,
    width: usize,
    all: bool,
}

impl Writer {
    fn head(&mut self, run: &Run) {
        let node = &run.execution;
        let status = node.status.text();
        let how = run.error.as_ref().map_or_else(|| status.to_owned(), |error| format!("{status}: {error}"));
        let name = paint(BOLD, &node.name);
        self.lines.push(format!("{} {name}  {}", mark(node.status), paint(color(node.status), &how)));
        let mut facts = vec![format!("started {}", run.started)];
        facts.extend(node.seconds.map(|seconds| format!("took {}", duration(seconds))));
        facts.extend(run.transitions.map(|transitions| format!("{transitions} state transitions")));
        self.lines.push(format!("  {}", facts.join(" · ")));
        if !run.counts.is_empty() {
            self.lines.push(format!("  accounts: {}", counts(&run.counts)));
        }
        self.failures(node, "  ");
    }

    fn children(&mut self, node: &Node, indent: &str) {
        // A line for each account, but one for all of an account's Regions that are well.
        let grouped = !self.all && node.is_map && node.map_run.is_none();
        let (fine, shown): (Vec<_>, Vec<_>) = node.children.iter().partition(|child| grouped && child.is_fine());
        let mut left = shown.len() + node.unread.len() + usize::from(!fine.is_empty());
        let mut branch = || {
            left -= 1;
            if left == 0 { ("└─ ", "   ") } else { ("├─ ", "│  ") }
        };
        for child in shown {
            let (turn, down) = branch();
            self.node(child, &format!("{indent}{turn}"), &format!("{indent}{down}"));
        }
        if !fine.is_empty() {
            let (turn, down) = branch();
            let names: Vec<_> = fine.iter().map(|child| child.name.as_str()).collect();
            let lead = format!("{} ", mark(Status::Succeeded));
            self.wrapped(
                &names.join(", "),
                &format!("{indent}{turn}"),
                &format!("{indent}{down}"),
                &lead,
                Style::new(),
            );
        }
        for (status, count) in &node.unread {
            let (turn, _) = branch();
            let more = paint(DIM, &format!("… and {count} more that {}", verb(*status)));
            self.lines.push(format!("{}{more}", paint(DIM, &format!("{indent}{turn}"))));
        }
    }

    fn node(&mut self, node: &Node, turn: &str, down: &str) {
        let mut facts: Vec<String> =
            node.seconds.filter(|seconds| *seconds >= 0.05).map(duration).into_iter().collect();
        if node.status != Status::Succeeded && node.status != Status::Failed {
            facts.push(node.status.text().to_owned());
        }
        if node.attempts > 1 {
            facts.push(format!("{} attempts", node.attempts));
        }
        // Accounts are always shown, what is in them only when something failed.
        let open = self.all || !node.is_fine() || node.map_run.is_some();
        if !open {
            facts.extend((node.attempts <= 1 && node.retries() > 0).then(|| format!("{} retries", node.retries())));
            facts.extend(inside(node));
        }
        let name = if node.status == Status::Succeeded { node.name.clone() } else { paint(BOLD, &node.name) };
        let facts = if facts.is_empty() { String::new() } else { paint(DIM, &format!("  {}", facts.join(" · "))) };
        let mark = if node.status == Status::Succeeded && !node.is_fine() { caught() } else { mark(node.status) };
        self.lines.push(format!("{}{mark} {name}{facts}", paint(DIM, turn)));
        self.failures(node, &format!("{down}  "));
        if open {
            self.children(node, down);
        }
    }

    /// Each error with its cause; attempts that failed in the same way are counted.
    fn failures(&mut self, node: &Node, indent: &str) {
        // What went well in the end has only failed for a while.
        let passing = matches!(node.status, Status::Succeeded | Status::Running);
        let style = if passing { AnsiColor::Yellow.on_default() } else { color(Status::Failed) };
        for same in node.failures.chunk_by(|one, other| one.error == other.error) {
            let Some(last) = same.last() else { continue };
            let often = if same.len() > 1 { format!(" ({}×)", same.len()) } else { String::new() };
            // A Fail says its name once.
            let error = if last.error == node.name { String::new() } else { format!("{}{often}", last.error) };
            let parts = [error, message(&last.cause)];
            let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
            for line in parts.join(": ").lines() {
                self.wrapped(line, indent, indent, "", style);
            }
        }
    }

    fn wrapped(&mut self, text: &str, first: &str, other: &str, lead: &str, style: Style) {
        let columns = |text: &str| textwrap::core::display_width(text);
        let room = self.width.saturating_sub(columns(other) + columns(lead)).max(NARROWEST);
        // Names with hyphens stay whole.
        let options = textwrap::Options::new(room).word_splitter(textwrap::WordSplitter::NoHyphenation);
        for (number, line) in textwrap::wrap(text, options).into_iter().enumerate() {
            let (indent, lead) =
                if number == 0 { (first, lead) } else { (other, if lead.is_empty() { "" } else { "  " }) };
            self.lines.push(format!("{}{lead}{}", paint(DIM, indent), paint(style, &line)));
        }
    }
}

/// What a line says of what it does not show: how many Regions of an account.
fn inside(node: &Node) -> Option<String> {
    let maps = if node.is_map { std::slice::from_ref(node) } else { node.children.as_slice() };
    match maps.iter().filter(|map| map.is_map).map(|map| map.children.len()).sum() {
        0 => None,
        1 => Some("1 Region".to_owned()),
        more => Some(format!("{more} Regions")),
    }
}

fn counts(counts: &[(Status, usize)]) -> String {
    let each = counts.iter().map(|(status, count)| paint(color(*status), &format!("{count} {}", status.text())));
    each.collect::<Vec<_>>().join(", ")
}

fn mark(status: Status) -> String {
    let mark = match status {
        Status::Succeeded => "✓",
        Status::Failed => "✗",
        Status::TimedOut => "⧖",
        Status::Aborted => "■",
        Status::Running => "…",
    };
    paint(color(status), mark)
}

/// Something inside failed, and what is around it went on.
fn caught() -> String {
    paint(AnsiColor::Yellow.on_default(), "!")
}

fn verb(status: Status) -> &'static str {
    match status {
        Status::Running => "are running",
        Status::Aborted => "were aborted",
        other => other.text(),
    }
}

fn color(status: Status) -> Style {
    let color = match status {
        Status::Succeeded => AnsiColor::Green,
        Status::Failed | Status::TimedOut => AnsiColor::Red,
        Status::Aborted => AnsiColor::Yellow,
        Status::Running => AnsiColor::Cyan,
    };
    color.on_default()
}

fn paint(style: Style, text: &str) -> String {
    if style == Style::new() || text.is_empty() { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

/// `0.3 s`, `2 min 5 s`, `1 h 10 min`
fn duration(seconds: f64) -> String {
    let span = std::time::Duration::from_secs_f64(seconds.max(0.0));
    match span.as_secs() {
        0..60 => format!("{seconds:.1} s"),
        whole @ 60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        whole => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}
