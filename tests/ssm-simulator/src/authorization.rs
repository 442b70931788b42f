//! Whether a role may make a call: its policies are read from the upstream and evaluated here, since the upstream's
//! `SimulatePrincipalPolicy` leaves context keys such as a window's tags out of account.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use parking_lot::Mutex;
use serde_json::Value;

use crate::error::ServiceError;
use crate::lag::Lag;
use crate::operation::Operation;
use crate::permissions::{self, Permission};
use crate::policies;
use crate::state::Cell;
use crate::upstream::Upstream;

/// How long a role's policies are taken to be unchanged.
const FRESH: Duration = Duration::from_secs(30);

/// Holds the calls of sessions against the policies of their roles.
#[derive(Debug)]
pub(crate) struct Authorizer {
    /// Whose policies they are when the upstream does not tell a session's role.
    role: String,
    upstream: Upstream,
    /// By account and role.
    policies: Mutex<HashMap<(String, String), Arc<Cached>>>,
}

type Cached = tokio::sync::Mutex<Option<(Instant, Arc<PolicyEvaluator>)>>;

impl Authorizer {
    pub(crate) fn new(role: &str, upstream: Upstream) -> Self {
        Self { role: role.to_owned(), upstream, policies: Mutex::default() }
    }

    /// Forgets the policies, so that the next call reads them anew.
    pub(crate) fn forget(&self) {
        self.policies.lock().clear();
    }

    /// Refuses a call for which the role of the session lacks a permission.
    pub(crate) async fn check(
        &self,
        cell: &Cell,
        session: Option<&str>,
        permissions: &[Permission],
    ) -> Result<(), ServiceError> {
        let Cell { account, region, .. } = cell;
        let default = || format!("arn:aws:sts::{account}:assumed-role/{}/session", self.role);
        let session = session.map_or_else(default, str::to_owned);
        let role = session.split('/').nth(1).unwrap_or_default();
        let policies = self.policies_of(account, role).await;
        for permission in permissions {
            let request = request(&session, account, region, permission);
            let decision = match (&policies, request) {
                (Some(policies), Some(request)) => policies.evaluate(&request).map(|result| result.decision),
                _ => Ok(Decision::NotApplicable),
            };
            let reason = match decision {
                Ok(Decision::Allow) => continue,
                Ok(Decision::Deny) => "with an explicit deny in an identity-based policy".to_owned(),
                Ok(Decision::NotApplicable) => {
                    format!("because no identity-based policy allows the {} action", permission.action)
                }
                Err(error) => format!("because a policy of the role cannot be evaluated: {error}"),
            };
            return Err(refusal(&session, permission, &reason));
        }
        Ok(())
    }

    /// One reading at a time for each role; the others wait for it.
    async fn policies_of(&self, account: &str, role: &str) -> Option<Arc<PolicyEvaluator>> {
        let cached = Arc::clone(self.policies.lock().entry((account.to_owned(), role.to_owned())).or_default());
        let mut cached = cached.lock().await;
        if let Some((_, policies)) = cached.as_ref().filter(|(read, _)| read.elapsed() < FRESH) {
            return Some(Arc::clone(policies));
        }
        let policies = Arc::new(policies::of_role(&self.upstream, account, role).await?);
        *cached = Some((Instant::now(), Arc::clone(&policies)));
        Some(policies)
    }
}

/// The service control policies of an account, beside `FullAWSAccess`; those of the management account have no effect on AWS.
#[derive(Debug)]
pub(crate) struct ServiceControl(Result<PolicyEvaluator, String>);

impl ServiceControl {
    pub(crate) fn parse(policies: &[Value]) -> Self {
        let parsed: Result<Vec<_>, _> =
            policies.iter().map(|policy| IAMPolicy::from_json(&policy.to_string())).collect();
        Self(parsed.map(PolicyEvaluator::with_policies).map_err(|error| error.to_string()))
    }

    /// Refuses a call that one of the policies denies.
    pub(crate) fn check(&self, account: &str, region: &str, permissions: &[Permission]) -> Result<(), ServiceError> {
        let invalid = |error| ServiceError::validation(format!("a service control policy: {error}"));
        let policies = self.0.as_ref().map_err(invalid)?;
        let session = format!("arn:aws:sts::{account}:assumed-role/member/session");
        for permission in permissions {
            let Some(request) = request(&session, account, region, permission) else { continue };
            if policies.evaluate(&request).is_ok_and(|result| result.decision == Decision::Deny) {
                return Err(refusal(&session, permission, "with an explicit deny in a service control policy"));
            }
        }
        Ok(())
    }
}

/// Refuses to change a window whose tags IAM does not know yet, as a policy does that asks for one.
pub(crate) fn check_tags_are_known(
    lag: Lag,
    cell: &Cell,
    operation: Operation,
    body: &Value,
) -> Result<(), ServiceError> {
    let window = body.get("WindowId").and_then(Value::as_str).filter(|_| operation.is_writing());
    let mut holdings = cell.holdings.lock();
    let window = holdings.windows.iter_mut().find(|one| Some(one.id.as_str()) == window);
    if window.is_none_or(|window| !window.age_of_tags.is_missed(lag)) {
        return Ok(());
    }
    drop(holdings);
    let session = format!("arn:aws:sts::{}:assumed-role/member/session", cell.account);
    let permission = permissions::needed(operation, cell, body).swap_remove(0);
    let reason = format!("because no identity-based policy allows the {} action", permission.action);
    Err(refusal(&session, &permission, &reason))
}

fn request(session: &str, account: &str, region: &str, permission: &Permission) -> Option<IAMRequest> {
    let principal = Principal::Aws(PrincipalId::String(session.to_owned()));
    let text = |value: &str| ContextValue::String(value.to_owned());
    let mut context = Context::new();
    context.insert("aws:RequestedRegion".to_owned(), text(region));
    context.insert("aws:PrincipalAccount".to_owned(), text(account));
    context.insert("aws:SecureTransport".to_owned(), ContextValue::Boolean(true));
    for (key, value) in &permission.context {
        context.insert(key.clone(), text(value));
    }
    if let Some(keys) = &permission.tag_keys {
        context.insert("aws:TagKeys".to_owned(), ContextValue::StringList(keys.clone()));
    }
    let resource = Arn::parse(&permission.resource).ok()?;
    Some(IAMRequest::new_with_context(principal, permission.action.clone(), resource, context))
}

fn refusal(session: &str, permission: &Permission, reason: &str) -> ServiceError {
    let Permission { action, resource, .. } = permission;
    let message = format!("User: {session} is not authorized to perform: {action} on resource: {resource} {reason}");
    ServiceError::new("AccessDeniedException", message)
}

/// The tags of a resource under both of the keys by which a policy can ask for them.
pub(crate) fn resource_tags(tags: &BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    tags.iter().flat_map(|(key, value)| {
        [format!("ssm:resourceTag/{key}"), format!("aws:ResourceTag/{key}")].map(|key| (key, value.clone()))
    })
}
