//! A call to AWS that failed, and what that means for the run.

use std::error::Error;
use std::fmt;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use strum::{IntoStaticStr, VariantNames};

use crate::named_error::{NamedError, message};

/// What a failed call means for the run. The name is the error's, by which the state machine knows what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Cause {
    /// Too many requests; passes by itself.
    #[error("AWS throttled the call")]
    Throttled,
    /// No answer, or one that says that the service is at fault; passes by itself.
    #[error("the service did not answer as it should")]
    ServiceUnavailable,
    /// The member role's session is no good any more; a new one is made on the next try.
    #[error("the session with the member role has ended")]
    SessionExpired,
    /// What was read a moment ago has gone or changed since; the next try reads it again.
    #[error("somebody else changed this at the same time")]
    ChangedMeanwhile,
    /// The service is still applying an earlier change of the setting; passes by itself.
    #[error("an earlier change of the setting is still under way")]
    SettingPending,
    /// The role may not do this.
    #[error("access was denied")]
    AccessDenied,
    /// A service control policy denies even to look at what is there, as one that denies the whole Region does.
    #[error("denied by a service control policy")]
    RegionDenied,
    /// The account has not enabled the Region.
    #[error("the Region is not enabled in this account")]
    RegionDisabled,
    /// A service quota of the account is used up.
    #[error("a service quota is used up")]
    QuotaExceeded,
    /// The policy names a document that this Region does not have.
    #[error("the document is not there")]
    DocumentNotFound,
    /// The policy names a role for DHMC that the account does not have.
    #[error("the role for Default Host Management Configuration is not there")]
    DhmcRoleMissing,
    /// The policy gives a document a parameter that it does not have.
    #[error("a document does not have the parameter")]
    UnknownParameter,
    /// The service refuses the request as it is.
    #[error("the service refused the request")]
    RequestRefused,
}

/// A call to AWS that failed: which one, what the service said, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CallError {
    /// What it means for the run.
    pub cause: Cause,
    /// The operation, such as `ssm:CreateMaintenanceWindow`.
    pub operation: &'static str,
    /// The service's error code, when it answered.
    pub code: Option<String>,
    /// What the service said, or why there was no answer.
    pub message: String,
    /// The request's id, for AWS Support, when the service answered.
    pub request_id: Option<String>,
}

/// The call that begins a session in a member account: what it is denied, the role itself is not there for.
pub const ENTERING: &str = "sts:AssumeRole";

/// What the functions call first in a Region.
const LOOKING: [&str; 4] = [
    "ec2:DescribeInstances",
    "ssm:DescribeInstanceInformation",
    "ssm:DescribeMaintenanceWindows",
    "ssm:GetServiceSetting",
];

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.told())
    }
}

impl NamedError for CallError {
    fn name(&self) -> &'static str {
        self.cause.into()
    }

    fn names() -> Vec<&'static str> {
        Cause::VARIANTS.to_vec()
    }
}

impl CallError {
    /// A failure of which the service itself says nothing.
    pub fn new(cause: Cause, operation: &'static str, message: impl Into<String>) -> Self {
        Self { cause, operation, code: None, message: message.into(), request_id: None }
    }

    /// What the service answered `operation` with: error code and HTTP status say what it means.
    pub fn answered(
        operation: &'static str,
        code: Option<String>,
        message: String,
        request_id: Option<String>,
        status: Option<u16>,
    ) -> Self {
        let error = Self { cause: Cause::of_code(code.as_deref(), status), operation, code, message, request_id };
        let is_denied_to_look = error.cause == Cause::AccessDenied && LOOKING.contains(&operation);
        if is_denied_to_look && error.is_by_service_control_policy() { error.with(Cause::RegionDenied) } else { error }
    }

    /// The request for `operation` could not be put together.
    pub fn not_made(operation: &'static str, problem: impl fmt::Display) -> Self {
        Self::new(Cause::RequestRefused, operation, problem.to_string())
    }

    /// The service answered `operation` without the `member` that it always has.
    pub fn left_out(operation: &'static str, member: &str) -> Self {
        Self::new(Cause::ServiceUnavailable, operation, format!("the answer has no {member}"))
    }

    /// Which call failed and what the service said, without what that means.
    pub fn told(&self) -> String {
        let code = self.code.as_ref().map(|code| format!(" {code}:")).unwrap_or_default();
        let request = self.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
        format!("{}:{code} {}{request}", self.operation, self.message)
    }

    /// The same failure, which means something else where the caller made the call.
    #[must_use]
    pub fn with(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }

    /// What this error means of a call in a Region with a session that was just made: a Region that the account has not enabled knows none of its
    /// sessions. When the session could not be made it is the function's own that is no good.
    #[must_use]
    pub fn of_a_new_session(self) -> Self {
        let is_unknown = self.has_code(&["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"]);
        let is_in_region = self.cause == Cause::SessionExpired && self.operation != ENTERING;
        if is_in_region && is_unknown { self.with(Cause::RegionDisabled) } else { self }
    }

    /// This error with a message that tells of `other` as well.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self { message: format!("{}; and {other}", self.message), ..self }
    }

    /// Whether the service's code is one of these.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// Whether the service says so: `with an explicit deny in a service control policy`, or `because no service control policy
    /// allows` it.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    pub fn is_by_service_control_policy(&self) -> bool {
        self.message.contains("service control policy")
    }

    /// Whether it may be because what was just created is not known everywhere yet.
    pub fn may_settle(&self) -> bool {
        match self.cause {
            Cause::ChangedMeanwhile => true,
            Cause::AccessDenied => !self.message.contains("explicit deny"),
            _ => false,
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.cause,
            Cause::Throttled
                | Cause::ServiceUnavailable
                | Cause::SessionExpired
                | Cause::ChangedMeanwhile
                | Cause::SettingPending
        )
    }
}

impl Cause {
    fn of_code(code: Option<&str>, status: Option<u16>) -> Self {
        let means = |codes: &str| codes.split(' ').any(|one| Some(one) == code);
        match CODES.iter().find(|(_, codes)| means(codes)) {
            Some((cause, _)) => *cause,
            None if status == Some(429) => Self::Throttled,
            None if status.is_some_and(|status| status >= 500) => Self::ServiceUnavailable,
            None => Self::RequestRefused,
        }
    }
}

/// Several services throttle and deny under names of their own, and none of them models all of these errors.
const CODES: [(Cause, &str); 7] = [
    (
        Cause::Throttled,
        "ThrottlingException Throttling ThrottledException TooManyRequestsException RequestLimitExceeded RequestThrottled \
         SlowDown TooManyUpdates ProvisionedThroughputExceededException",
    ),
    (
        Cause::SessionExpired,
        "ExpiredToken ExpiredTokenException RequestExpired UnrecognizedClientException InvalidClientTokenId AuthFailure",
    ),
    (Cause::AccessDenied, "AccessDenied AccessDeniedException UnauthorizedOperation"),
    (Cause::RegionDisabled, "RegionDisabledException OptInRequired"),
    (
        Cause::ChangedMeanwhile,
        "DoesNotExistException InvalidResourceId IdempotentParameterMismatch TargetInUseException PreconditionFailed \
         ConditionalRequestConflict",
    ),
    (Cause::QuotaExceeded, "ResourceLimitExceededException"),
    (Cause::DocumentNotFound, "InvalidDocument"),
];

/// What came of a call to AWS.
pub trait Called<T> {
    /// The answer, or what its failure means; `operation` is written as in an IAM policy.
    fn called(self, operation: &'static str) -> Result<T, CallError>;
}

impl<T, E: ProvideErrorMetadata + Error + 'static> Called<T> for Result<T, SdkError<E, HttpResponse>> {
    fn called(self, operation: &'static str) -> Result<T, CallError> {
        self.map_err(|error| {
            let code = error.code().map(ToOwned::to_owned);
            let text = error.message().map_or_else(|| message(&error), ToOwned::to_owned);
            let request_id = error.request_id().map(ToOwned::to_owned);
            let status = error.raw_response().map(|response| response.status().as_u16());
            let failed = CallError::answered(operation, code, text, request_id, status);
            match error {
                SdkError::ServiceError(_) => failed,
                SdkError::ConstructionFailure(_) => failed.with(Cause::RequestRefused),
                _ => failed.with(Cause::ServiceUnavailable),
            }
        })
    }
}

/// All that a list holds, page after page.
pub async fn every<T, E: ProvideErrorMetadata + Error + 'static>(
    pages: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    operation: &'static str,
) -> Result<Vec<T>, CallError> {
    pages.collect::<Result<_, _>>().await.called(operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(code: &str, status: u16) -> &'static str {
        CallError::answered("ssm:DeleteMaintenanceWindow", Some(code.to_owned()), String::new(), None, Some(status))
            .name()
    }

    #[test]
    fn an_error_code_decides_what_the_state_machine_does() {
        for (code, status, name) in [
            ("ThrottlingException", 400, "Throttled"),
            ("TooManyUpdates", 400, "Throttled"),
            ("Unheard", 429, "Throttled"),
            ("InternalServerError", 500, "ServiceUnavailable"),
            ("ExpiredTokenException", 400, "SessionExpired"),
            ("AccessDenied", 403, "AccessDenied"),
            ("AccessDeniedException", 400, "AccessDenied"),
            ("UnauthorizedOperation", 403, "AccessDenied"),
            ("UnrecognizedClientException", 400, "SessionExpired"),
            ("AuthFailure", 401, "SessionExpired"),
            ("DoesNotExistException", 400, "ChangedMeanwhile"),
            ("PreconditionFailed", 412, "ChangedMeanwhile"),
            ("ConditionalRequestConflict", 409, "ChangedMeanwhile"),
            ("ResourceLimitExceededException", 400, "QuotaExceeded"),
            ("InvalidDocument", 400, "DocumentNotFound"),
            ("ValidationException", 400, "RequestRefused"),
        ] {
            assert_eq!(classified(code, status), name, "{code}");
        }
    }

    #[test]
    fn a_region_is_denied_when_a_service_control_policy_denies_to_look_into_it() {
        let classified = |operation: &'static str, reason: &str| {
            let message = format!("User: us is not authorized to perform: {operation} {reason}");
            let code = Some("AccessDeniedException".to_owned());
            CallError::answered(operation, code, message, None, Some(400)).name()
        };
        let explicit = "with an explicit deny in a service control policy";
        let implicit = "because no service control policy allows the action";
        for operation in LOOKING {
            assert_eq!(classified(operation, explicit), "RegionDenied");
            assert_eq!(classified(operation, implicit), "RegionDenied");
            assert_eq!(classified(operation, "because no identity-based policy allows the action"), "AccessDenied");
        }
        assert_eq!(classified("ssm:CreateMaintenanceWindow", explicit), "AccessDenied");
    }

    #[test]
    fn the_message_names_operation_code_reason_and_request() {
        let [code, text, id] = ["AccessDeniedException", "not you", "r-1"].map(ToOwned::to_owned);
        assert_eq!(
            message(&CallError::answered("ssm:GetServiceSetting", Some(code), text, Some(id), Some(400))),
            "access was denied: ssm:GetServiceSetting: AccessDeniedException: not you (request r-1)"
        );
    }
}
