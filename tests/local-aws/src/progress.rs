//! Progress on the terminal: bars for people, plain lines for logs, nothing for tests.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

const STEP_WIDTH: usize = 24;
/// How long a step may take without a line in a log.
const SILENCE: Duration = Duration::from_secs(20);

/// Where steps report to.
#[derive(Clone, Debug)]
pub struct Progress(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Silent,
    Lines,
    Bars(MultiProgress),
}

impl Progress {
    /// Says nothing.
    pub fn silent() -> Self {
        Self(Kind::Silent)
    }

    /// Bars when standard error is a terminal, else a line at the end of each step.
    pub fn terminal() -> Self {
        let bars = MultiProgress::new();
        if bars.is_hidden() { Self(Kind::Lines) } else { Self(Kind::Bars(bars)) }
    }

    /// Begins a step; with a length it shows a bar, without one a spinner.
    pub(crate) fn step(&self, name: impl Into<Cow<'static, str>>, length: Option<u64>) -> Step {
        let name = name.into();
        let bar = match &self.0 {
            Kind::Silent | Kind::Lines => ProgressBar::hidden(),
            Kind::Bars(bars) => bars.add(ProgressBar::no_length()),
        };
        bar.set_prefix(format!("{name:STEP_WIDTH$}"));
        bar.set_style(running(length.is_some()));
        if let Some(length) = length {
            bar.set_length(length);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Step {
            bar,
            name,
            lines: matches!(self.0, Kind::Lines),
            started: Instant::now(),
            spoke: Cell::new(Instant::now()),
            over: false,
        }
    }

    /// Writes a line above the bars.
    pub fn line(&self, text: &str) {
        match &self.0 {
            Kind::Silent => {}
            Kind::Lines => eprintln!("{text}"),
            Kind::Bars(bars) => {
                // A terminal that went away is no reason to fail.
                let _ = bars.println(text);
            }
        }
    }
}

/// A step under way; one that is dropped before it is done shows as not finished.
#[derive(Debug)]
pub(crate) struct Step {
    bar: ProgressBar,
    name: Cow<'static, str>,
    lines: bool,
    started: Instant,
    spoke: Cell<Instant>,
    over: bool,
}

impl Step {
    /// Says what is being done right now.
    pub(crate) fn note(&self, text: impl Into<Cow<'static, str>>) {
        let text = text.into();
        // After this line cargo says nothing for as long as it waits.
        let waits = text.starts_with("Blocking");
        if self.lines && (waits || self.spoke.get().elapsed() > SILENCE) {
            self.spoke.set(Instant::now());
            eprintln!("… {:STEP_WIDTH$} {text}", self.name);
        }
        self.bar.set_message(text);
    }

    /// How far it is.
    pub(crate) fn position(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// One more done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// The step is done, with this result.
    pub(crate) fn done(mut self, result: &str) {
        self.finish("✓", result);
    }

    fn finish(&mut self, mark: &str, result: &str) {
        self.over = true;
        let seconds = self.started.elapsed().as_secs_f64();
        let line = format!("{mark} {:STEP_WIDTH$} {result} ({seconds:.1} s)", self.name);
        if self.lines {
            eprintln!("{line}");
        }
        self.bar.set_style(plain());
        self.bar.finish_with_message(line);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.over {
            self.finish("✗", "not finished");
        }
    }
}

fn running(bar: bool) -> ProgressStyle {
    let template = if bar {
        "{spinner} {prefix} {bar:28.cyan/dim} {pos}/{len} {wide_msg:.dim}"
    } else {
        "{spinner} {prefix} {wide_msg:.dim}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━─")
}

fn plain() -> ProgressStyle {
    ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar())
}
