//! `ec2:DescribeRegions`.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use lambda::CallError;
use policy::ids::Region;

use lambda::query::{EC2, query, texts};

const OPERATION: &str = "ec2:DescribeRegions";

/// The Regions that the account of these settings has enabled, asked in their Region.
///
/// A Region whose name is not understood must not look like one that is not there.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
pub async fn enabled_regions(config: &SdkConfig) -> Result<BTreeSet<Region>, CallError> {
    let answer = query(config, EC2, OPERATION, &[]).await?;
    let named: Option<BTreeSet<Region>> = texts(&answer, "regionName").map(|name| name?.parse().ok()).collect();
    named.filter(|regions| !regions.is_empty()).ok_or_else(|| CallError::left_out(OPERATION, "regionInfo"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda::NamedError;
    use support::Server;

    #[tokio::test]
    async fn the_enabled_regions_are_asked_for() {
        let server = Server::start().await;
        let item =
            |region: &str| format!("<item><regionName>{region}</regionName><regionEndpoint>e</regionEndpoint></item>");
        server.answers(
            200,
            &format!("<Response><regionInfo>{}{}</regionInfo></Response>", item("eu-west-1"), item("af-south-1")),
        );
        let regions = enabled_regions(&server.sdk_config()).await.unwrap();
        assert_eq!(regions.iter().map(Region::as_str).collect::<Vec<_>>(), ["af-south-1", "eu-west-1"]);
        assert_eq!(server.asked()[0].body, "Action=DescribeRegions&Version=2016-11-15");
    }

    #[tokio::test]
    async fn an_answer_with_a_region_that_is_not_understood_is_none() {
        let server = Server::start().await;
        for unreadable in [
            "<html><body>a proxy</body></html>",
            "<Response><regionInfo></regionInfo></Response>",
            "<Response><item><regionName>Europe!</regionName></item></Response>",
            "<Response><item><regionName><b/></regionName></item><item><regionName>eu-west-1</regionName></item></Response>",
            "<Response><item><regionName>eu-west-1</regionName></item><item><regionName>eu-ce",
            "<Response><item><regionName>eu-west-1</regionName></item><<regionName>eu-west-2</regionName></Response>",
        ] {
            server.answers(200, unreadable);
            let read = enabled_regions(&server.sdk_config()).await;
            assert_eq!(read.unwrap_err().name(), "ServiceUnavailable", "{unreadable}");
        }
    }
}
