//! Logs as JSON lines with a timestamp and a level, which Lambda's JSON log format passes through as they are.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// First parts of the names of libraries that say too much; at `debug` the SDK's logs hold credentials.
const QUIET: [&str; 5] = ["aws", "h2", "hyper", "lambda_runtime", "rustls"];

/// Sends the process's logs to standard output, from `LOG_LEVEL` upward (`info` when it is not set).
pub fn start() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    let filter = Targets::new()
        .with_default(level)
        .with_targets(QUIET.map(|library| (library, LevelFilter::WARN.min(level.into()))));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false);
    // A second subscriber can only be a test's own, which then stays.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
