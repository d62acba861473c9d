//! Roles: AssumeRole and AssumeRoleWithWebIdentity.

use super::StsEndpoint;
use super::check::{self, ROLE};
use super::request::{FORM, HttpRequest, Parameters, form};
use crate::error::{Error, Field};
use alloc::string::ToString;
use core::fmt;
use core::time::Duration;

/// AssumeRole: the keys of a user, or of a session, for those of a role.
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::sts::{AssumeRole, StsEndpoint};
/// use s3_sigv4::{Credentials, Signer, Timestamp};
///
/// let now = Timestamp::parse("20190715T222833Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = Signer::new(credentials, "us-east-1", now)?;
///
/// // The example of AWS's document.
/// let tags = [("Project", "Pegasus"), ("Cost-Center", "12345")];
/// let role = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "John-session")?
///     .with_duration(Duration::from_secs(1800))?
///     .with_tags(&tags)?
///     .with_external_id("123ABC")?;
/// let request = signer.sign_sts(&role, &StsEndpoint::global(), now)?;
/// assert_eq!(
///     request.body(),
///     "Action=AssumeRole&Version=2011-06-15\
///      &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName=John-session&DurationSeconds=1800\
///      &Tags.member.1.Key=Project&Tags.member.1.Value=Pegasus\
///      &Tags.member.2.Key=Cost-Center&Tags.member.2.Value=12345&ExternalId=123ABC"
/// );
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
#[derive(Clone, Copy)]
pub struct AssumeRole<'a> {
    role: Role<'a>,
    tags: &'a [(&'a str, &'a str)],
    transitive: &'a [&'a str],
    external_id: Option<&'a str>,
    mfa: Option<(&'a str, &'a str)>,
    source_identity: Option<&'a str>,
}

impl<'a> AssumeRole<'a> {
    /// The role of this ARN, for a session of this name, which stands in the session's ARN and in CloudTrail.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`] or [`Error::StsLength`].
    pub fn new(role_arn: &'a str, session_name: &'a str) -> Result<Self, Error> {
        let role = Role::new(role_arn, session_name)?;
        Ok(Self { role, tags: &[], transitive: &[], external_id: None, mfa: None, source_identity: None })
    }

    /// The same for this long, in place of one hour: 900 to 43200 whole seconds, and no more than the role's own
    /// maximum. With a session's keys (role chaining) AWS grants 3600 at most.
    ///
    /// ```
    /// # use {core::time::Duration, s3_sigv4::sts::AssumeRole};
    /// let role = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "John-session")?;
    /// let error = role.with_duration(Duration::from_secs(600)).unwrap_err();
    /// assert_eq!(error.to_string(), "such a session lasts 900 to 43200 whole seconds, not 600");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::SessionDuration`].
    pub fn with_duration(mut self, duration: Duration) -> Result<Self, Error> {
        self.role.duration = Some(check::seconds(duration, ROLE)?);
        Ok(self)
    }

    /// The same with this policy in JSON: the session may do what both the role and it permit.
    ///
    /// ```
    /// # use s3_sigv4::sts::AssumeRole;
    /// let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    /// let role = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "John-session")?
    ///     .with_policy(policy)?
    ///     .with_policy_arns(&["arn:aws:iam::123456789012:policy/Role1policy"])?
    ///     .with_source_identity("John")?;
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`AssumeRole::new`].
    pub fn with_policy(mut self, policy: &'a str) -> Result<Self, Error> {
        self.role.policy = Some(check::policy(policy)?);
        Ok(self)
    }

    /// The same with these managed policies besides, up to 10.
    ///
    /// # Errors
    /// As [`AssumeRole::new`], and [`Error::StsCount`].
    pub fn with_policy_arns(mut self, arns: &'a [&'a str]) -> Result<Self, Error> {
        self.role.policy_arns = check::policy_arns(arns)?;
        Ok(self)
    }

    /// The same with these tags, keys and values, up to 50.
    ///
    /// # Errors
    /// As [`AssumeRole::new`], and [`Error::StsCount`].
    pub fn with_tags(mut self, tags: &'a [(&'a str, &'a str)]) -> Result<Self, Error> {
        self.tags = check::tags(tags)?;
        Ok(self)
    }

    /// The same with the tags of these keys passed on to the roles that the session assumes.
    ///
    /// # Errors
    /// As [`AssumeRole::new`], and [`Error::StsCount`].
    pub fn with_transitive_tag_keys(mut self, keys: &'a [&'a str]) -> Result<Self, Error> {
        self.transitive = check::tag_keys(keys)?;
        Ok(self)
    }

    /// The same with the id that another account's role asks for.
    ///
    /// # Errors
    /// As [`AssumeRole::new`].
    pub fn with_external_id(mut self, external_id: &'a str) -> Result<Self, Error> {
        self.external_id = Some(check::id(Field::ExternalId, external_id, 2..=1224)?);
        Ok(self)
    }

    /// The same with the serial number (or the ARN) of an MFA device, and the six digits that it shows.
    ///
    /// # Errors
    /// As [`AssumeRole::new`].
    pub fn with_mfa(mut self, serial_number: &'a str, token_code: &'a str) -> Result<Self, Error> {
        self.mfa = Some((check::id(Field::SerialNumber, serial_number, 9..=256)?, check::token_code(token_code)?));
        Ok(self)
    }

    /// The same with a name for whoever is behind the session, which stays through all roles that it assumes.
    ///
    /// # Errors
    /// As [`AssumeRole::new`].
    pub fn with_source_identity(mut self, source_identity: &'a str) -> Result<Self, Error> {
        self.source_identity = Some(check::name(Field::SourceIdentity, source_identity, 2..=64)?);
        Ok(self)
    }
}

impl Parameters for AssumeRole<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "AssumeRole");
        put("Version", VERSION);
        self.role.each(put);
        each_tag(self.tags, put);
        for (i, key) in self.transitive.iter().enumerate() {
            put(&check::member("TransitiveTagKeys", i, ""), key);
        }
        self.external_id.iter().for_each(|id| put("ExternalId", id));
        each_mfa(self.mfa, put);
        self.source_identity.iter().for_each(|name| put("SourceIdentity", name));
    }
}

impl fmt::Debug for AssumeRole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole").field("role", &self.role.arn).finish_non_exhaustive()
    }
}

/// AssumeRoleWithWebIdentity: the token of an identity provider for the keys of a role. It is not signed, since whoever
/// asks has no keys yet; the token is the proof.
///
/// ```
/// use s3_sigv4::sts::{AssumeRoleWithWebIdentity, StsEndpoint};
///
/// let role = "arn:aws:iam::123456789012:role/FederatedWebIdentityRole";
/// let token = "Atza|IQEBLjAsAhRFiXuWpUXuRvQ9PZL3GMFcYevydwIUFAHZwEXAMPLE";
/// let request = AssumeRoleWithWebIdentity::new(role, "app1", token)?
///     .with_provider_id("www.amazon.com")?
///     .request(&StsEndpoint::regional("us-east-1")?);
/// assert!(request.body().starts_with("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam"));
/// assert_eq!(request.headers().count(), 1);
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>.
#[derive(Clone, Copy)]
pub struct AssumeRoleWithWebIdentity<'a> {
    role: Role<'a>,
    token: &'a str,
    provider_id: Option<&'a str>,
}

impl<'a> AssumeRoleWithWebIdentity<'a> {
    /// The role of this ARN, for a session of this name, by an OpenID Connect or OAuth 2.0 token.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`] or [`Error::StsLength`]. The token is visible ASCII: a line feed behind one
    /// that was read from a file is the usual slip.
    pub fn new(role_arn: &'a str, session_name: &'a str, token: &'a str) -> Result<Self, Error> {
        let role = Role::new(role_arn, session_name)?;
        let token = check::graphic(Field::WebIdentityToken, token, 4..=20_000)?;
        Ok(Self { role, token, provider_id: None })
    }

    /// The same with the host of the identity provider: for OAuth 2.0 access tokens alone, not for OpenID Connect.
    ///
    /// # Errors
    /// As [`AssumeRoleWithWebIdentity::new`].
    pub fn with_provider_id(mut self, provider_id: &'a str) -> Result<Self, Error> {
        self.provider_id = Some(check::graphic(Field::ProviderId, provider_id, 4..=2048)?);
        Ok(self)
    }

    /// The same for this long, in place of one hour: 900 to 43200 whole seconds, and no more than the role's own
    /// maximum.
    ///
    /// # Errors
    /// [`Error::SessionDuration`].
    pub fn with_duration(mut self, duration: Duration) -> Result<Self, Error> {
        self.role.duration = Some(check::seconds(duration, ROLE)?);
        Ok(self)
    }

    /// The same with this policy in JSON. As the request is not signed, whoever carries it can take the policy out.
    ///
    /// # Errors
    /// As [`AssumeRoleWithWebIdentity::new`].
    pub fn with_policy(mut self, policy: &'a str) -> Result<Self, Error> {
        self.role.policy = Some(check::policy(policy)?);
        Ok(self)
    }

    /// The same with these managed policies besides, up to 10.
    ///
    /// # Errors
    /// As [`AssumeRoleWithWebIdentity::new`], and [`Error::StsCount`].
    pub fn with_policy_arns(mut self, arns: &'a [&'a str]) -> Result<Self, Error> {
        self.role.policy_arns = check::policy_arns(arns)?;
        Ok(self)
    }

    /// The request. It holds the token.
    #[must_use]
    pub fn request(&self, endpoint: &StsEndpoint) -> HttpRequest {
        HttpRequest::post(endpoint.to_string().into(), [("content-type", FORM)].into_iter(), form(self))
    }
}

impl Parameters for AssumeRoleWithWebIdentity<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        let Self { role, token, provider_id } = self;
        put("Action", "AssumeRoleWithWebIdentity");
        put("Version", VERSION);
        put("RoleArn", role.arn);
        put("RoleSessionName", role.session_name);
        put("WebIdentityToken", token);
        provider_id.iter().for_each(|host| put("ProviderId", host));
        role.each_limit(put);
    }
}

impl fmt::Debug for AssumeRoleWithWebIdentity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRoleWithWebIdentity").field("role", &self.role.arn).finish_non_exhaustive()
    }
}

/// What both ways to a role have in common.
#[derive(Clone, Copy)]
struct Role<'a> {
    arn: &'a str,
    session_name: &'a str,
    policy_arns: &'a [&'a str],
    policy: Option<&'a str>,
    duration: Option<u64>,
}

impl<'a> Role<'a> {
    fn new(arn: &'a str, session_name: &'a str) -> Result<Self, Error> {
        let arn = check::arn(Field::RoleArn, arn)?;
        let session_name = check::name(Field::RoleSessionName, session_name, 2..=64)?;
        Ok(Self { arn, session_name, policy_arns: &[], policy: None, duration: None })
    }

    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("RoleArn", self.arn);
        put("RoleSessionName", self.session_name);
        self.each_limit(put);
    }

    fn each_limit(&self, put: &mut dyn FnMut(&str, &str)) {
        each_policy_arn(self.policy_arns, put);
        self.policy.iter().for_each(|policy| put("Policy", policy));
        self.duration.iter().for_each(|seconds| put("DurationSeconds", &seconds.to_string()));
    }
}

/// The only version of STS's API.
pub(super) const VERSION: &str = "2011-06-15";

pub(super) fn each_policy_arn(arns: &[&str], put: &mut dyn FnMut(&str, &str)) {
    for (i, arn) in arns.iter().enumerate() {
        put(&check::member("PolicyArns", i, ".arn"), arn);
    }
}

pub(super) fn each_tag(tags: &[(&str, &str)], put: &mut dyn FnMut(&str, &str)) {
    for (i, (key, value)) in tags.iter().enumerate() {
        put(&check::member("Tags", i, ".Key"), key);
        put(&check::member("Tags", i, ".Value"), value);
    }
}

pub(super) fn each_mfa(mfa: Option<(&str, &str)>, put: &mut dyn FnMut(&str, &str)) {
    if let Some((serial_number, token_code)) = mfa {
        put("SerialNumber", serial_number);
        put("TokenCode", token_code);
    }
}
