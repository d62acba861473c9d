//! Users: GetSessionToken, GetFederationToken and GetCallerIdentity.

use super::check::{self, USER};
use super::request::Parameters;
use super::role::{VERSION, each_mfa, each_policy_arn, each_tag};
use crate::error::{Error, Field};
use alloc::string::ToString;
use core::fmt;
use core::time::Duration;

/// GetSessionToken: a user's keys for a session of the same user, by an MFA device for instance.
///
/// AWS takes it from long-lived keys alone. The console does not take the session
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>).
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::sts::{GetSessionToken, StsEndpoint};
/// # use s3_sigv4::{Credentials, Signer, Timestamp};
/// # let now = Timestamp::parse("20110711T192529Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
///
/// let session = GetSessionToken::new()
///     .with_duration(Duration::from_secs(7200))?
///     .with_mfa("arn:aws:iam::123456789012:mfa/user", "123456")?;
/// assert_eq!(
///     signer.sign_sts(&session, &StsEndpoint::global(), now)?.body(),
///     "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=7200\
///      &SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fuser&TokenCode=123456"
/// );
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>.
#[derive(Clone, Copy, Default)]
pub struct GetSessionToken<'a> {
    duration: Option<u64>,
    mfa: Option<(&'a str, &'a str)>,
}

impl<'a> GetSessionToken<'a> {
    /// A session of 12 hours, for the root user of one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for this long: 900 to 129600 whole seconds. AWS grants the root user 3600 at most.
    ///
    /// # Errors
    /// [`Error::SessionDuration`].
    pub fn with_duration(mut self, duration: Duration) -> Result<Self, Error> {
        self.duration = Some(check::seconds(duration, USER)?);
        Ok(self)
    }

    /// The same with the serial number (or the ARN) of an MFA device, and the six digits that it shows.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`] or [`Error::StsLength`].
    pub fn with_mfa(mut self, serial_number: &'a str, token_code: &'a str) -> Result<Self, Error> {
        self.mfa = Some((check::id(Field::SerialNumber, serial_number, 9..=256)?, check::token_code(token_code)?));
        Ok(self)
    }
}

impl Parameters for GetSessionToken<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "GetSessionToken");
        put("Version", VERSION);
        self.duration.iter().for_each(|seconds| put("DurationSeconds", &seconds.to_string()));
        each_mfa(self.mfa, put);
    }
}

impl fmt::Debug for GetSessionToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetSessionToken").field("duration", &self.duration).finish_non_exhaustive()
    }
}

/// GetFederationToken: a user's keys for a session of somebody whom AWS does not know, with no more rights than the
/// policies say that are given here. Without any it may do nothing but what resources permit it by name.
///
/// AWS takes it from long-lived keys alone.
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::sts::{GetFederationToken, StsEndpoint};
/// # use s3_sigv4::{Credentials, Signer, Timestamp};
/// # let now = Timestamp::parse("20190415T225833Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
///
/// let policies = ["arn:aws:iam::123456789012:policy/Role1policy"];
/// let jane = GetFederationToken::new("Jane-session")?
///     .with_policy_arns(&policies)?
///     .with_duration(Duration::from_secs(1800))?;
/// assert_eq!(
///     signer.sign_sts(&jane, &StsEndpoint::global(), now)?.body(),
///     "Action=GetFederationToken&Version=2011-06-15&Name=Jane-session\
///      &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2FRole1policy&DurationSeconds=1800"
/// );
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>.
#[derive(Clone, Copy)]
pub struct GetFederationToken<'a> {
    name: &'a str,
    policy: Option<&'a str>,
    policy_arns: &'a [&'a str],
    duration: Option<u64>,
    tags: &'a [(&'a str, &'a str)],
}

impl<'a> GetFederationToken<'a> {
    /// For a user of this name, which stands in the session's ARN: 12 hours, by the root user's keys one.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`] or [`Error::StsLength`].
    pub fn new(name: &'a str) -> Result<Self, Error> {
        let name = check::name(Field::FederatedUser, name, 2..=32)?;
        Ok(Self { name, policy: None, policy_arns: &[], duration: None, tags: &[] })
    }

    /// The same with this policy in JSON: the session may do what both the user and it permit.
    ///
    /// # Errors
    /// As [`GetFederationToken::new`].
    pub fn with_policy(mut self, policy: &'a str) -> Result<Self, Error> {
        self.policy = Some(check::policy(policy)?);
        Ok(self)
    }

    /// The same with these managed policies besides, up to 10.
    ///
    /// # Errors
    /// As [`GetFederationToken::new`], and [`Error::StsCount`].
    pub fn with_policy_arns(mut self, arns: &'a [&'a str]) -> Result<Self, Error> {
        self.policy_arns = check::policy_arns(arns)?;
        Ok(self)
    }

    /// The same for this long: 900 to 129600 whole seconds. AWS grants the root user 3600 at most.
    ///
    /// # Errors
    /// [`Error::SessionDuration`].
    pub fn with_duration(mut self, duration: Duration) -> Result<Self, Error> {
        self.duration = Some(check::seconds(duration, USER)?);
        Ok(self)
    }

    /// The same with these tags, keys and values, up to 50.
    ///
    /// # Errors
    /// As [`GetFederationToken::new`], and [`Error::StsCount`].
    pub fn with_tags(mut self, tags: &'a [(&'a str, &'a str)]) -> Result<Self, Error> {
        self.tags = check::tags(tags)?;
        Ok(self)
    }
}

impl Parameters for GetFederationToken<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "GetFederationToken");
        put("Version", VERSION);
        put("Name", self.name);
        self.policy.iter().for_each(|policy| put("Policy", policy));
        each_policy_arn(self.policy_arns, put);
        self.duration.iter().for_each(|seconds| put("DurationSeconds", &seconds.to_string()));
        each_tag(self.tags, put);
    }
}

impl fmt::Debug for GetFederationToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetFederationToken").field("name", &self.name).finish_non_exhaustive()
    }
}

/// GetCallerIdentity: whose keys these are. No permission is needed for it, and none can take it away.
///
/// The example is at [`Signer::sign_sts`](crate::Signer::sign_sts), its answer is a
/// [`CallerIdentity`](super::CallerIdentity).
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "the operation has no parameters")]
pub struct GetCallerIdentity;

impl Parameters for GetCallerIdentity {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "GetCallerIdentity");
        put("Version", VERSION);
    }
}
