//! Logs as JSON lines with a timestamp and a level, which Lambda's JSON log format passes through as they are.

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// First parts of the names of libraries that say too much; at `debug` the SDK's logs hold credentials.
const QUIET: [&str; 5] = ["aws", "h2", "hyper", "lambda_runtime", "rustls"];
/// Tells what an invocation failed with once more, and not whose it was.
const SAID_ALREADY: &str = "lambda_runtime::layers::panic";

/// Sends the process's logs to standard output, from `LOG_LEVEL` upward (`info` when it is not set).
pub fn start() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    // A second subscriber can only be a test's own, which then stays.
    let _ = subscriber(level, std::io::stdout).try_init();
}

/// The one line of a writing call that succeeded, of `operation` as an IAM policy writes it.
pub fn written(operation: &'static str, what: impl std::fmt::Display, request_id: Option<&str>) {
    tracing::info!(operation, request_id, "{operation}: {what}");
}

/// What writes the lines from `level` upward, each with the span of its invocation.
pub fn subscriber<W>(level: Level, writer: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    let filter = Targets::new()
        .with_default(level)
        .with_targets(QUIET.map(|library| (library, LevelFilter::WARN.min(level.into()))))
        .with_target(SAID_ALREADY, LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(filter).with(lines)
}
