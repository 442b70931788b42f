//! SDK clients for the local AWS that look at no setting of the user's.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// The access key and secret of the management account's root.
pub const MANAGEMENT_KEY: &str = "test";

/// Where the local AWS listens, and the clients for it.
#[derive(Debug, Clone)]
pub struct Clients {
    /// All services but SSM and account management.
    pub endpoint: String,
    /// SSM and account management: the simulator.
    pub ssm_endpoint: String,
    /// The Region that the stack is in.
    pub home_region: String,
}

impl Clients {
    /// Step Functions in the management account.
    pub fn sfn(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::new(&self.management())
    }

    /// `DynamoDB` in the management account.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.management())
    }

    /// SQS in the management account.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.management())
    }

    /// `EventBridge` in the management account.
    pub fn events(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.management())
    }

    /// S3 in the management account.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.management())
            // Bucket names are no host names here.
            .force_path_style(true)
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Organizations in the management account.
    pub fn organizations(&self) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::new(&self.management())
    }

    /// CloudFormation in the management account.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        self.cloudformation_for(MANAGEMENT_KEY)
    }

    /// CloudFormation in the home Region of a member account, named by its id, as its root: what `StackSets` do on AWS.
    pub fn cloudformation_for(&self, account: &str) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&config(&self.endpoint, account, &self.home_region))
    }

    /// SSM in an account, named by its id, and a Region, as the account's root.
    pub fn ssm_for(&self, account: &str, region: &str) -> aws_sdk_ssm::Client {
        aws_sdk_ssm::Client::new(&config(&self.ssm_endpoint, account, region))
    }

    /// STS in the management account.
    pub fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.management())
    }

    /// Settings for a client of any service in the management account.
    pub fn management(&self) -> SdkConfig {
        config(&self.endpoint, MANAGEMENT_KEY, &self.home_region)
    }
}

/// Root of the account whose id the access key is; `test` stands for the management account.
fn config(endpoint: &str, access_key: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key, MANAGEMENT_KEY, None, None, "local-aws");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
