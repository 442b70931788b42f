//! Work in member accounts: sessions with their configuration role, and clients that use them.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use lambda::call::{Called, ENTERING};
use lambda::env::{self, EnvError};
use lambda::{CallError, Cause};
use lru::LruCache;
use patching::token::Place;
use policy::ids::{AccountId, Region, RunId};
use policy::{RoleArn, RoleName};

/// How many accounts' sessions, and how many accounts' and Regions' clients, one environment keeps.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);
/// A session is not used in its last minutes: an invocation must not outlive it.
const MARGIN: Duration = Duration::from_mins(5);

/// Where the configuration role stands in every account.
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

    /// The role's ARN in `account`.
    #[must_use]
    pub fn arn(&self, account: &AccountId) -> RoleArn {
        self.other_arn(account, &self.name)
    }

    /// The ARN of the role `name` beside it in `account`.
    #[must_use]
    pub fn other_arn(&self, account: &AccountId, name: &RoleName) -> RoleArn {
        RoleArn::new(&self.partition, account, name)
    }
}

/// Makes and keeps sessions with the configuration role.
///
/// A session serves all Regions, as it comes from a Regional STS endpoint; it is kept for the run's following invocations of
/// this environment until shortly before it ends. What is used least goes first.
#[derive(Debug)]
pub struct MemberSessions {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    role: MemberRole,
    sessions: Mutex<LruCache<(RunId, AccountId), Session>>,
    clients: Mutex<LruCache<(AccountId, Region), (Credentials, aws_sdk_ssm::Client)>>,
}

#[derive(Clone, Debug)]
struct Session {
    credentials: Credentials,
    usable_until: SystemTime,
}

impl MemberSessions {
    /// No session is made until one is needed.
    #[must_use]
    pub fn new(config: &SdkConfig, role: MemberRole) -> Self {
        Self {
            config: config.clone(),
            sts: aws_sdk_sts::Client::new(config),
            role,
            sessions: Mutex::new(LruCache::new(KEPT)),
            clients: Mutex::new(LruCache::new(KEPT)),
        }
    }

    /// Does `work` with settings for a client of any service in `account`: the session's credentials, the function's own Region.
    ///
    /// A session that turns out to be no good is replaced as with [`with_ssm`](Self::with_ssm).
    pub async fn with_config<T>(
        &self,
        run: &RunId,
        account: &AccountId,
        work: impl AsyncFn(&SdkConfig) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let with_session = async || {
            let provider = SharedCredentialsProvider::new(self.session(run, account).await?.credentials);
            work(&self.config.to_builder().credentials_provider(provider).build()).await
        };
        self.with_a_good_session(run, account, with_session).await
    }

    /// Does `work` with the SSM client of `place`'s account and Region. When an error says that the session is no good, it is
    /// dropped and the work tried once more with a new one; so is what was denied to a session that was kept from before,
    /// as the role may be another one by now.
    pub async fn with_ssm<T>(
        &self,
        place: &Place,
        work: impl AsyncFn(&aws_sdk_ssm::Client) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let with_client = async || work(&self.ssm(place).await?).await;
        let result = self.with_a_good_session(&place.run, &place.account, with_client).await;
        result.map_err(CallError::of_a_new_session)
    }

    /// Does `work` with settings for a client of any service in `place`'s account and Region, as often as
    /// [`with_ssm`](Self::with_ssm) does.
    pub async fn in_region<T>(
        &self,
        place: &Place,
        work: impl AsyncFn(&SdkConfig) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let region = SdkRegion::new(place.region.to_string());
        let in_region = async |config: &SdkConfig| work(&config.to_builder().region(region.clone()).build()).await;
        self.with_config(&place.run, &place.account, in_region).await.map_err(CallError::of_a_new_session)
    }

    async fn with_a_good_session<T>(
        &self,
        run: &RunId,
        account: &AccountId,
        work: impl AsyncFn() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let is_kept = locked(&self.sessions).contains(&key(run, account));
        match work().await {
            Err(error) if error.cause == Cause::SessionExpired => {}
            Err(error) if error.cause == Cause::AccessDenied && is_kept => {}
            result => return result,
        }
        self.forget(run, account);
        work().await.inspect_err(|error| {
            if error.cause == Cause::SessionExpired {
                self.forget(run, account);
            }
        })
    }

    /// A client goes with its session: that of another one is made anew.
    async fn ssm(&self, place: &Place) -> Result<aws_sdk_ssm::Client, CallError> {
        let credentials = self.session(&place.run, &place.account).await?.credentials;
        let key = (place.account.clone(), place.region.clone());
        if let Some((of, client)) = locked(&self.clients).get(&key)
            && *of == credentials
        {
            return Ok(client.clone());
        }
        let client = aws_sdk_ssm::Client::from_conf(
            aws_sdk_ssm::config::Builder::from(&self.config)
                .region(SdkRegion::new(place.region.to_string()))
                .credentials_provider(credentials.clone())
                .build(),
        );
        locked(&self.clients).put(key, (credentials, client.clone()));
        Ok(client)
    }

    async fn session(&self, run: &RunId, account: &AccountId) -> Result<Session, CallError> {
        if let Some(session) = locked(&self.sessions).get(&key(run, account))
            && session.usable_until > SystemTime::now()
        {
            return Ok(session.clone());
        }
        let session = self.assume(run, account).await?;
        locked(&self.sessions).put(key(run, account), session.clone());
        Ok(session)
    }

    async fn assume(&self, run: &RunId, account: &AccountId) -> Result<Session, CallError> {
        let answer = self
            .sts
            .assume_role()
            .role_arn(self.role.arn(account).as_str())
            .role_session_name(session_name(run))
            .send()
            .await
            .called(ENTERING)?;
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
        Ok(Session { credentials, usable_until: expires.checked_sub(MARGIN).unwrap_or(expires) })
    }

    fn forget(&self, run: &RunId, account: &AccountId) {
        locked(&self.sessions).pop(&key(run, account));
    }
}

/// A session has its run's name, so that CloudTrail tells the run: another run makes its own.
fn key(run: &RunId, account: &AccountId) -> (RunId, AccountId) {
    (run.clone(), account.clone())
}

/// A session name takes 64 characters, a run's id up to 80.
fn session_name(run: &RunId) -> String {
    format!("patch-manager-{run}").chars().take(64).collect()
}

/// A cache is whole after a panic in another invocation: it is never left half changed.
fn locked<T>(cache: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
