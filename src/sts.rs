//! Sessions (feature `sts`): requests to AWS's Security Token Service as plain data for any client, its answers read
//! into [`Credentials`], and the console's sign-in by them.
//!
//! | operation | asked with | gives | lasts, unless said otherwise |
//! |---|---|---|---|
//! | [`AssumeRole`] | a user's keys, or a session's | [`Session`] | 1 hour, up to 12 |
//! | [`AssumeRoleWithWebIdentity`] | an identity provider's token, unsigned | [`Session`] | 1 hour, up to 12 |
//! | [`GetSessionToken`] | a user's keys | [`Session`] | 12 hours, up to 36 |
//! | [`GetFederationToken`] | a user's keys | [`Session`] | 12 hours, up to 36 |
//! | [`GetCallerIdentity`] | any keys | [`CallerIdentity`] | |
//!
//! What is made by a session's keys ends with the session, so put its [`Session::credentials`] into a
//! [`Signer`]: they know when they expire, and links made with them report it.
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::sts::{AssumeRole, Session, StsEndpoint};
//! use s3_sigv4::{Bucket, Credentials, Limit, Signer, Timestamp};
//!
//! let now = Timestamp::parse("20190715T222833Z")?;
//! let user = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let signer = Signer::new(user, "us-east-1", now)?;
//!
//! let role = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "John-session")?;
//! let request = signer.sign_sts(&role, &StsEndpoint::regional("us-east-1")?, now)?;
//! assert_eq!(request.method(), "POST");
//! assert_eq!(request.url(), "https://sts.us-east-1.amazonaws.com/");
//! assert_eq!(
//!     request.body(),
//!     "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo\
//!      &RoleSessionName=John-session"
//! );
//! let send = |_method, _url, _headers: Vec<(&str, &str)>, _body| {
//!     // Any HTTP client. What came back:
//! #   "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
//! #    <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY\
//! #    </SecretAccessKey><SessionToken>AQoDYXdzEPT//////////wEXAMPLE</SessionToken>\
//! #    <Expiration>2019-07-15T23:28:33.359Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
//! };
//! let answer = send(request.method(), request.url(), request.headers().collect(), request.body());
//!
//! let session = Session::parse(answer)?;
//! assert_eq!(session.expiration().to_string(), "20190715T232833Z");
//! let signer = Signer::new(session.into_credentials(), "eu-west-1", now)?;
//! let link = signer.presign(&Bucket::aws("eu-west-1", "photos")?.get("cat.jpg")?, Duration::from_secs(86400), now)?;
//! assert_eq!(link.limited_by(), Limit::Credentials);
//! assert_eq!(link.valid_until().to_string(), "20190715T232833Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The console by the same session:
//!
//! ```
//! # use s3_sigv4::{Credentials, Timestamp};
//! use s3_sigv4::sts::{ConsoleEndpoint, GetSigninToken, SigninToken};
//! # let now = Timestamp::parse("20190715T222833Z")?;
//! # let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY")?;
//! # let credentials = credentials.with_session_token("AQoDYXdzEPT//////////wEXAMPLE")?;
//! # let send = |_method, _url, _headers: Vec<(&str, &str)>, _body| r#"{"SigninToken":"VCQgs5qZZt3Q6fn8Tr5EXAMPLE"}"#;
//!
//! let console = ConsoleEndpoint::aws("eu-west-1")?;
//! let request = GetSigninToken::new(&credentials)?.request(&console, now)?;
//! let answer = send(request.method(), request.url(), request.headers().collect(), request.body());
//!
//! let token = SigninToken::parse(answer, now)?;
//! let link = console.link(&token, "https://eu-west-1.console.aws.amazon.com/s3/", "https://example.com")?;
//! println!("{link} is good until {}", link.valid_until());
//! # assert_eq!(link.valid_until().to_string(), "20190715T224333Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! AWS's, each checked where the text is given, in characters; beyond them lies [`Error::StsLength`], and for what may
//! not stand there [`Error::Character`]. What only AWS can know is left to it: the role's own maximum, the root user's
//! one hour, and the packed size of policies and tags, which [`Session::packed_policy_size`] tells.
//!
//! | of | characters | which |
//! |---|---|---|
//! | a role's or a policy's ARN | 20 to 2048 | no control characters |
//! | the name of a session, the source identity | 2 to 64 | letters, digits, `_+=,.@-` |
//! | the name of a federated user | 2 to 32 | the same |
//! | an external id | 2 to 1224 | the same and `:/` |
//! | the serial number of an MFA device | 9 to 256 | the same and `:/` |
//! | the code of an MFA device | 6 | digits |
//! | a session policy | 1 to 2048 | tab, line feed, carriage return, U+0020 to U+00FF |
//! | a tag's key, and its value | 1 to 128, 0 to 256 | letters, digits, blanks, `_.:/=+-@` of all scripts |
//! | a web identity token | 4 to 20000 | visible ASCII |
//! | the host of an identity provider | 4 to 2048 | visible ASCII |
//!
//! Besides: 50 tags, 50 transitive tag keys and 10 managed policies ([`Error::StsCount`]), and the durations
//! ([`Error::SessionDuration`]): 900 to 43200 seconds for a role, 900 to 129600 for the other two.
//!
//! **Role chaining**: a role that is assumed with a session's keys lasts one hour at most. A longer duration is refused
//! by AWS, not here, since other servers take it.
//!
//! Sources: the API reference, page by page at each operation;
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>;
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>.

mod answer;
mod check;
mod console;
mod request;
mod role;
mod user;

pub use answer::{CallerIdentity, Refusal, Session, StsError};
pub use console::{ConsoleEndpoint, ConsoleLink, GetSigninToken, SigninToken};
pub use request::HttpRequest;
pub use role::{AssumeRole, AssumeRoleWithWebIdentity};
pub use user::{GetCallerIdentity, GetFederationToken, GetSessionToken};

use crate::aws::suffix_of;
#[cfg(doc)]
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::Service;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use request::{FORM, Parameters, form};

/// What [`Signer::sign_sts`] signs: [`AssumeRole`], [`GetSessionToken`], [`GetFederationToken`] and
/// [`GetCallerIdentity`], and nothing from outside of this crate.
pub trait Operation: Parameters {}

impl Operation for AssumeRole<'_> {}
impl Operation for GetSessionToken<'_> {}
impl Operation for GetFederationToken<'_> {}
impl Operation for GetCallerIdentity {}

/// Where STS is asked.
///
/// ```
/// use s3_sigv4::sts::StsEndpoint;
///
/// assert_eq!(StsEndpoint::regional("eu-west-1")?.to_string(), "https://sts.eu-west-1.amazonaws.com/");
/// assert_eq!(StsEndpoint::regional("cn-north-1")?.to_string(), "https://sts.cn-north-1.amazonaws.com.cn/");
/// assert_eq!(StsEndpoint::global().to_string(), "https://sts.amazonaws.com/");
/// assert_eq!(StsEndpoint::custom("http://localhost:4566")?.to_string(), "http://localhost:4566/");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/general/latest/gr/sts.html>, and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsEndpoint {
    endpoint: Endpoint,
    /// Which it must be signed for.
    region: Option<String>,
}

impl StsEndpoint {
    /// The region's own, in every partition: what AWS recommends. Regions that an account has to opt in to must have
    /// been switched on for it.
    ///
    /// # Errors
    /// [`Error::RegionSyntax`].
    pub fn regional(region: &str) -> Result<Self, Error> {
        let endpoint = Endpoint::parse(&format!("https://sts.{region}.{}", suffix_of(region)?))?;
        Ok(Self { endpoint, region: Some(region.into()) })
    }

    /// The global one, which the partition `aws` alone has. It is signed for `us-east-1`, and the tokens that it gives
    /// out are taken in the regions that are on by default, unless the account says otherwise:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>.
    #[must_use]
    pub fn global() -> Self {
        let endpoint = Endpoint::parse("https://sts.amazonaws.com").expect("it is well formed");
        Self { endpoint, region: Some("us-east-1".into()) }
    }

    /// That of another server, or any host of AWS's: `https://sts-fips.us-east-1.amazonaws.com`. It is signed for the
    /// signer's region.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn custom<E: TryInto<Endpoint>>(endpoint: E) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        Ok(Self { endpoint: endpoint.try_into()?, region: None })
    }
}

impl core::fmt::Display for StsEndpoint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/", self.endpoint)
    }
}

impl Signer {
    /// Signs a request to STS (feature `sts`): a `POST` with a form, its parameters in the order of AWS's API model.
    ///
    /// The signer may be for any service, in the endpoint's region.
    ///
    /// ```
    /// use s3_sigv4::sts::{GetCallerIdentity, StsEndpoint};
    /// use s3_sigv4::{Credentials, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20160126T215751Z")?;
    /// let credentials = Credentials::new("AKIAI44QH8DHBEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let request = signer.sign_sts(&GetCallerIdentity, &StsEndpoint::global(), now)?;
    /// assert_eq!(request.body(), "Action=GetCallerIdentity&Version=2011-06-15");
    /// let names: Vec<_> = request.headers().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["content-type", "authorization", "x-amz-date"]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::KeyOfAnotherScope`] for a signer of another region than the endpoint's, or without a secret and for
    /// another service; [`Error::CredentialsExpired`]; [`Error::KeyOfAnotherDay`] for a signer without a secret.
    pub fn sign_sts(
        &self,
        operation: &impl Operation,
        endpoint: &StsEndpoint,
        now: Timestamp,
    ) -> Result<HttpRequest, Error> {
        let StsEndpoint { endpoint: at, region } = endpoint;
        if let Some(region) = region.as_deref().filter(|region| *region != self.key().scope().region()) {
            return Err(self.key().scope().refused(region, "sts"));
        }
        let body = form(operation);
        let (origin, path) = (format!("{}{}", at.scheme.prefix(), at.host), format!("{}/", at.prefix));
        let content_type = [("content-type", FORM)];
        let request = Request::new("POST", &origin, &path)?.with_headers(&content_type);
        let signer = self.clone().with_service(Service::new("sts")?)?;
        let signed = signer.sign(&request, PayloadHash::of(body.as_bytes()), now)?;
        let headers = content_type.into_iter().chain(signed.set_headers());
        Ok(HttpRequest::post(endpoint.to_string().into(), headers, body))
    }
}
