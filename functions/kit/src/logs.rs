//! Logs as JSON lines with a timestamp and a level, which Lambda's JSON log format passes through as they are.

use tracing_subscriber::EnvFilter;

/// Sends the process's logs to standard output, from `LOG_LEVEL` upward (`info` when it is not set).
///
/// The SDK's own logs stay out: at `debug` they hold credentials.
pub fn start() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(format!("{level},aws=warn,aws_config=warn,aws_smithy=warn,hyper=warn,rustls=warn"))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    // A second subscriber can only be a test's own, which then stays.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .try_init();
}
