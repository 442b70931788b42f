//! The shared settings of all AWS clients.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector, tls};

const TLS: tls::Provider = tls::Provider::Rustls(CryptoMode::Ring);
/// One try of a call. Most calls take well under a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All tries of a call with the pauses between them: six of them fit a function's 120 s.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(18);
/// Pauses that double up to the SDK's 20 s make two minutes.
const PATIENT_TRIES: u32 = 10;
/// A page holds more than the answers of other calls.
const PATIENT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
const PATIENT_OPERATION_TIMEOUT: Duration = Duration::from_mins(2);

/// HTTPS for what is no call of an SDK's client.
pub fn connector() -> Connector {
    Connector::builder().tls_provider(TLS).build()
}

/// The function's own credentials and Region, timeouts, and one connection pool for all clients made from it.
///
/// The SDK tries a call up to three times, pausing longer each time; what still fails is left to the state machine.
pub async fn shared_config() -> SdkConfig {
    config(RetryConfig::standard(), ATTEMPT_TIMEOUT, OPERATION_TIMEOUT).await
}

/// The same for who reads some hundred pages one after the other, and would begin with the first one again: what is throttled is
/// tried for two minutes, and makes all that follows slower.
pub async fn patient_config() -> SdkConfig {
    let retries = RetryConfig::adaptive().with_max_attempts(PATIENT_TRIES);
    config(retries, PATIENT_ATTEMPT_TIMEOUT, PATIENT_OPERATION_TIMEOUT).await
}

async fn config(retries: RetryConfig, attempt: Duration, operation: Duration) -> SdkConfig {
    let https = Builder::new().tls_provider(TLS).build_https();
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(operation).build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(https)
        .retry_config(retries)
        .timeout_config(timeouts)
        .load()
        .await
}
