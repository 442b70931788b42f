//! A call to AWS that failed, and what that means for the run.

use std::fmt;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::named_error::message;

/// A call to AWS that failed. The variant says what the state machine should do about it.
#[derive(Debug, Error, IntoStaticStr, VariantNames)]
pub enum CallError {
    /// Too many requests; passes by itself.
    #[error("AWS throttled the call: {0}")]
    Throttled(CallFailure),
    /// No answer, or one that says that the service is at fault; passes by itself.
    #[error("the service did not answer as it should: {0}")]
    ServiceUnavailable(CallFailure),
    /// The member role's session is no good any more; a new one is made on the next try.
    #[error("the session with the member role has ended: {0}")]
    SessionExpired(CallFailure),
    /// What was read a moment ago has gone or changed since; the next try reads it again.
    #[error("somebody else changed this at the same time: {0}")]
    ChangedMeanwhile(CallFailure),
    /// The service is still applying an earlier change of the setting; passes by itself.
    #[error("an earlier change of the setting is still under way: {0}")]
    SettingPending(CallFailure),
    /// The role may not do this.
    #[error("access was denied: {0}")]
    AccessDenied(CallFailure),
    /// A service control policy denies even to look at what is there, as one that denies the whole Region does.
    #[error("denied by a service control policy: {0}")]
    RegionDenied(CallFailure),
    /// The account has not enabled the Region.
    #[error("the Region is not enabled in this account: {0}")]
    RegionDisabled(CallFailure),
    /// A service quota of the account is used up.
    #[error("a service quota is used up: {0}")]
    QuotaExceeded(CallFailure),
    /// The policy names a document that this Region does not have.
    #[error("the document is not there: {0}")]
    DocumentNotFound(CallFailure),
    /// The policy names a role for DHMC that the account does not have.
    #[error("the role for Default Host Management Configuration is not there: {0}")]
    DhmcRoleMissing(CallFailure),
    /// The policy gives a document a parameter that it does not have.
    #[error("a document does not have the parameter: {0}")]
    UnknownParameter(CallFailure),
    /// The service refuses the request as it is.
    #[error("the service refused the request: {0}")]
    RequestRefused(CallFailure),
}

/// Which call failed, and what the service said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFailure {
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

impl std::error::Error for CallFailure {}

impl CallFailure {
    /// A failure of which the service itself says nothing.
    #[must_use]
    pub fn without_answer(operation: &'static str, message: impl Into<String>) -> Self {
        Self { operation, code: None, message: message.into(), request_id: None }
    }

    /// Whether the service says so: `with an explicit deny in a service control policy`, or `because no service control policy
    /// allows` it.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    #[must_use]
    pub fn is_by_service_control_policy(&self) -> bool {
        self.message.contains("service control policy")
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, ": {code}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

/// The failure in every variant, by reference or by mutable reference.
macro_rules! each_failure {
    ($error:expr) => {
        match $error {
            CallError::Throttled(failure)
            | CallError::ServiceUnavailable(failure)
            | CallError::SessionExpired(failure)
            | CallError::ChangedMeanwhile(failure)
            | CallError::SettingPending(failure)
            | CallError::AccessDenied(failure)
            | CallError::RegionDenied(failure)
            | CallError::RegionDisabled(failure)
            | CallError::QuotaExceeded(failure)
            | CallError::DocumentNotFound(failure)
            | CallError::DhmcRoleMissing(failure)
            | CallError::UnknownParameter(failure)
            | CallError::RequestRefused(failure) => failure,
        }
    };
}

impl CallError {
    fn new<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answered_with = error.raw_response().map(|response| response.status().as_u16());
        let failure = CallFailure {
            operation,
            code: error.code().map(ToOwned::to_owned),
            message: error.message().map_or_else(|| message(error), ToOwned::to_owned),
            request_id: error.request_id().map(ToOwned::to_owned),
        };
        match error {
            SdkError::ServiceError(_) => Self::of_code(failure, answered_with),
            SdkError::ConstructionFailure(_) => Self::RequestRefused(failure),
            _ => Self::ServiceUnavailable(failure),
        }
    }

    /// Several services throttle and deny under names of their own, and none of them models all of these errors.
    #[must_use]
    pub fn of_code(failure: CallFailure, status: Option<u16>) -> Self {
        match failure.code.as_deref().unwrap_or_default() {
            "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "SlowDown"
            | "TooManyUpdates"
            | "ProvisionedThroughputExceededException" => Self::Throttled(failure),
            "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "AuthFailure" => Self::SessionExpired(failure),
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                if LOOKING.contains(&failure.operation) && failure.is_by_service_control_policy() {
                    Self::RegionDenied(failure)
                } else {
                    Self::AccessDenied(failure)
                }
            }
            "RegionDisabledException" | "OptInRequired" => Self::RegionDisabled(failure),
            "DoesNotExistException"
            | "InvalidResourceId"
            | "IdempotentParameterMismatch"
            | "TargetInUseException"
            | "PreconditionFailed"
            | "ConditionalRequestConflict" => Self::ChangedMeanwhile(failure),
            "ResourceLimitExceededException" => Self::QuotaExceeded(failure),
            "InvalidDocument" => Self::DocumentNotFound(failure),
            _ if status.is_some_and(|status| status == 429) => Self::Throttled(failure),
            _ if status.is_some_and(|status| status >= 500) => Self::ServiceUnavailable(failure),
            _ => Self::RequestRefused(failure),
        }
    }

    /// What this error means of a call in a Region with a session that was just made: a Region that the account has not enabled knows none of its
    /// sessions. When the session could not be made it is the function's own that is no good.
    #[must_use]
    pub fn of_a_new_session(self) -> Self {
        match self {
            Self::SessionExpired(failure)
                if failure.operation != ENTERING
                    && matches!(
                        failure.code.as_deref(),
                        Some("UnrecognizedClientException" | "InvalidClientTokenId" | "AuthFailure")
                    ) =>
            {
                Self::RegionDisabled(failure)
            }
            other => other,
        }
    }

    /// The request for `operation` could not be put together.
    #[must_use]
    pub fn not_made(operation: &'static str, problem: impl fmt::Display) -> Self {
        Self::RequestRefused(CallFailure::without_answer(operation, problem.to_string()))
    }

    /// The service answered `operation` without the `member` that it always has.
    #[must_use]
    pub fn left_out(operation: &'static str, member: &str) -> Self {
        Self::ServiceUnavailable(CallFailure::without_answer(operation, format!("the answer has no {member}")))
    }

    /// This error with a message that tells of `other` as well.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let failure = self.failure_mut();
        failure.message = format!("{}; and {}", failure.message, message(other));
        self
    }

    /// Whether it may be because what was just created is not known everywhere yet.
    #[must_use]
    pub fn may_settle(&self) -> bool {
        match self {
            Self::ChangedMeanwhile(_) => true,
            Self::AccessDenied(failure) => !failure.message.contains("explicit deny"),
            _ => false,
        }
    }

    /// The failed call.
    #[must_use]
    pub fn failure(&self) -> &CallFailure {
        each_failure!(self)
    }

    fn failure_mut(&mut self) -> &mut CallFailure {
        each_failure!(self)
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Throttled(_)
                | Self::ServiceUnavailable(_)
                | Self::SessionExpired(_)
                | Self::ChangedMeanwhile(_)
                | Self::SettingPending(_)
        )
    }
}

crate::named_error!(CallError);

/// What came of a call to AWS.
pub trait Called<T> {
    /// The answer, or what its failure means; `operation` is written as in an IAM policy.
    fn called(self, operation: &'static str) -> Result<T, CallError>;
}

impl<T, E> Called<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn called(self, operation: &'static str) -> Result<T, CallError> {
        self.map_err(|error| CallError::new(operation, &error))
    }
}

/// All that a list holds, page after page.
pub async fn every<T, E>(
    pages: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    operation: &'static str,
) -> Result<Vec<T>, CallError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    pages.collect::<Result<_, _>>().await.called(operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedError;

    fn classified(code: &str, status: u16) -> &'static str {
        let failure = CallFailure {
            operation: "ssm:DeleteMaintenanceWindow",
            code: Some(code.to_owned()),
            message: "said so".to_owned(),
            request_id: Some("r-1".to_owned()),
        };
        CallError::of_code(failure, Some(status)).name()
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
            CallError::of_code(CallFailure { operation, code, message, request_id: None }, Some(400)).name()
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
        let failure = CallFailure {
            operation: "ssm:GetServiceSetting",
            code: Some("AccessDeniedException".to_owned()),
            message: "not you".to_owned(),
            request_id: Some("r-1".to_owned()),
        };
        assert_eq!(
            message(&CallError::AccessDenied(failure)),
            "access was denied: ssm:GetServiceSetting: AccessDeniedException: not you (request r-1)"
        );
    }
}
