//! The shared settings of all AWS clients.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector, tls};

const TLS: tls::Provider = tls::Provider::Rustls(CryptoMode::Ring);
/// One try of a call. Most calls take well under a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All tries of a call with the pauses between them: six of them fit a function's 120 s.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(18);

/// HTTPS for what is no call of an SDK's client.
#[must_use]
pub fn connector() -> Connector {
    Connector::builder().tls_provider(TLS).build()
}

/// The function's own credentials and Region, timeouts, and one connection pool for all clients made from it.
///
/// The SDK tries a call up to three times, pausing longer each time; what still fails is left to the state machine.
pub async fn shared_config() -> SdkConfig {
    let https = Builder::new().tls_provider(TLS).build_https();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(https)
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(OPERATION_TIMEOUT)
                .build(),
        )
        .load()
        .await
}
