//! Work in member accounts: sessions with a role there, for configuration or for inspection, and clients that use them.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use lambda::call::{Called, ENTERING};
use lambda::env::{self, EnvError};
use lambda::{CallError, Cause};
use lru::LruCache;
use patching::place::Place;
use policy::ids::{AccountId, RunId};
use policy::{RoleArn, RoleName};

/// How many accounts' sessions one environment keeps.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);
/// A session is not used in its last minutes: an invocation must not outlive it.
const MARGIN: Duration = Duration::from_mins(5);

/// Where the role stands in every account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRole {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The role's name, with its path.
    pub name: RoleName,
}

impl MemberRole {
    /// From `PARTITION` and `MEMBER_ROLE_NAME`.
    pub fn from_env() -> Result<Self, EnvError> {
        Ok(Self { partition: env::required("PARTITION")?, name: env::required("MEMBER_ROLE_NAME")? })
    }

    /// The ARN of a role beside it in `account`.
    pub fn beside(&self, account: &AccountId, name: &RoleName) -> RoleArn {
        RoleArn::new(&self.partition, account, name)
    }
}

/// Makes and keeps sessions with that role.
///
/// A session serves all Regions, as it comes from a Regional STS endpoint; it is kept for the run's following invocations of
/// this environment until shortly before it ends. What is used least goes first.
#[derive(Debug)]
pub struct MemberSessions {
    config: SdkConfig,
    role: MemberRole,
    kept: Mutex<Kept>,
}

/// A session has its run's name, so that CloudTrail tells the run: another run makes its own.
type Kept = LruCache<(RunId, AccountId), Session>;

/// Its credentials, and until when they may be used.
type Session = (SharedCredentialsProvider, SystemTime);

impl MemberSessions {
    /// No session is made until one is needed.
    pub fn new(config: &SdkConfig, role: MemberRole) -> Self {
        Self { config: config.clone(), role, kept: Mutex::new(LruCache::new(KEPT)) }
    }

    /// The role that sessions are made with.
    pub fn role(&self) -> &MemberRole {
        &self.role
    }

    /// Does `work` with the SSM client of `place`'s account and Region, as often as [`with_config`](Self::with_config) does.
    pub async fn with_ssm<T>(
        &self,
        place: &Place,
        work: impl AsyncFn(&aws_sdk_ssm::Client) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        self.in_region(place, async |config: &SdkConfig| work(&aws_sdk_ssm::Client::new(config)).await).await
    }

    /// Does `work` with settings for a client of any service in `place`'s account and Region, as often as
    /// [`with_config`](Self::with_config) does.
    pub async fn in_region<T>(
        &self,
        place: &Place,
        work: impl AsyncFn(&SdkConfig) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let region = SdkRegion::new(place.region.to_string());
        let in_region = async |config: &SdkConfig| work(&config.to_builder().region(region.clone()).build()).await;
        self.with_config(&place.run, &place.account, in_region).await.map_err(CallError::of_a_new_session)
    }

    /// Does `work` with settings for a client of any service in `account`: the session's credentials, the function's own Region.
    ///
    /// When an error says that the session is no good, it is dropped and the work tried once more with a new one; so is what was
    /// denied to a session that was kept from before, as the role may be another one by now.
    pub async fn with_config<T>(
        &self,
        run: &RunId,
        account: &AccountId,
        work: impl AsyncFn(&SdkConfig) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let key = (run.clone(), account.clone());
        let is_kept = self.kept().contains(&key);
        let with_session = async || {
            let credentials = self.session(&key).await?;
            work(&self.config.to_builder().credentials_provider(credentials).build()).await
        };
        match with_session().await {
            Err(error) if error.cause == Cause::SessionExpired => {}
            Err(error) if error.cause == Cause::AccessDenied && is_kept => {}
            result => return result,
        }
        self.kept().pop(&key);
        with_session().await.inspect_err(|error| {
            if error.cause == Cause::SessionExpired {
                self.kept().pop(&key);
            }
        })
    }

    async fn session(&self, key: &(RunId, AccountId)) -> Result<SharedCredentialsProvider, CallError> {
        if let Some((credentials, usable_until)) = self.kept().get(key)
            && *usable_until > SystemTime::now()
        {
            return Ok(credentials.clone());
        }
        let session = self.assume(key).await?;
        self.kept().put(key.clone(), session.clone());
        Ok(session.0)
    }

    async fn assume(&self, (run, account): &(RunId, AccountId)) -> Result<Session, CallError> {
        let role = self.role.beside(account, &self.role.name);
        let call = aws_sdk_sts::Client::new(&self.config).assume_role().role_arn(role.as_str());
        let answer = call.role_session_name(session_name(run)).send().await.called(ENTERING)?;
        let left_out = || CallError::left_out(ENTERING, "Credentials");
        let found = answer.credentials.filter(|found| !found.access_key_id.is_empty()).ok_or_else(left_out)?;
        let expires = SystemTime::try_from(found.expiration).unwrap_or_else(|_| SystemTime::now());
        tracing::debug!(%run, account.id = %account, "assumed the member role");
        let credentials = Credentials::new(
            found.access_key_id,
            found.secret_access_key,
            Some(found.session_token),
            Some(expires),
            "AssumeRole",
        );
        let usable_until = expires.checked_sub(MARGIN).unwrap_or(expires);
        Ok((SharedCredentialsProvider::new(credentials), usable_until))
    }

    /// It is whole after a panic in another invocation: it is never left half changed.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session name takes 64 characters, a run's id up to 80.
fn session_name(run: &RunId) -> String {
    format!("patch-manager-{run}").chars().take(64).collect()
}
