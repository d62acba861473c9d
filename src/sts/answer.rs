//! What STS answers.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::instant;
use crate::limits::{MAX_ERROR_BODY, MAX_ERROR_DEPTH};
use crate::shown::show_message;
use crate::timestamp::Timestamp;
use crate::xml::{Elements, Kind};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::mem::take;
use zeroize::Zeroizing;

/// The elements of all answers that are read.
const NAMES: [&str; 17] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
    "Arn",
    "AssumedRoleId",
    "FederatedUserId",
    "PackedPolicySize",
    "SourceIdentity",
    "SubjectFromWebIdentityToken",
    "Provider",
    "Audience",
    "UserId",
    "Account",
    "RequestId",
    "Code",
    "Message",
];

/// What STS gave for [`AssumeRole`](super::AssumeRole),
/// [`AssumeRoleWithWebIdentity`](super::AssumeRoleWithWebIdentity), [`GetSessionToken`](super::GetSessionToken) or
/// [`GetFederationToken`](super::GetFederationToken): credentials that know when they expire, and whose they are.
///
/// ```
/// use s3_sigv4::sts::Session;
///
/// // The example of AWS's document.
/// let session = Session::parse(
///     r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
///     <AssumeRoleResult>
///     <Credentials>
///       <SessionToken>
///        AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW
///        LWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd
///       </SessionToken>
///       <SecretAccessKey>
///        wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY
///       </SecretAccessKey>
///       <Expiration>2019-07-15T23:28:33.359Z</Expiration>
///       <AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>
///     </Credentials>
///     <AssumedRoleUser>
///       <Arn>arn:aws:sts::123456789012:assumed-role/demo/John</Arn>
///       <AssumedRoleId>ARO123EXAMPLE123:John</AssumedRoleId>
///     </AssumedRoleUser>
///     <PackedPolicySize>8</PackedPolicySize>
///     </AssumeRoleResult>
///     </AssumeRoleResponse>"#,
/// )?;
/// assert_eq!(session.credentials().access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// assert_eq!(session.expiration().to_string(), "20190715T232833Z");
/// assert_eq!(session.arn(), Some("arn:aws:sts::123456789012:assumed-role/demo/John"));
/// assert_eq!(session.user_id(), Some("ARO123EXAMPLE123:John"));
/// assert_eq!(session.packed_policy_size(), Some(8));
/// # Ok::<(), s3_sigv4::sts::StsError>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html>.
#[derive(Clone)]
pub struct Session {
    credentials: Credentials,
    expiration: Timestamp,
    arn: Option<String>,
    user_id: Option<String>,
    packed_policy_size: Option<u32>,
    source_identity: Option<String>,
    subject: Option<String>,
    provider: Option<String>,
    audience: Option<String>,
    request_id: Option<String>,
}

impl Session {
    /// Reads the body of STS's answer, whatever its status: a refusal is an error that says what STS said.
    ///
    /// The body is a stranger's: 256 KiB of it are read, elements 16 deep, no entity is expanded but XML's own, and
    /// what does not end is refused, as it may hold half of a token.
    ///
    /// # Errors
    /// [`StsError`].
    pub fn parse(body: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self, StsError> {
        let answer = Answer::read(body.as_ref())?;
        let (id, secret) = (answer.required("AccessKeyId")?, answer.required("SecretAccessKey")?);
        let mut token = unwrapped(answer.required("SessionToken")?);
        let expiration = answer.required("Expiration")?;
        let expiration = instant::read(expiration).ok_or(StsError::Unreadable { element: "Expiration" })?;
        let credentials = Credentials::new(id, secret);
        let credentials = credentials.and_then(|credentials| credentials.with_session_token(take(&mut *token)));
        let credentials = credentials.map_err(|error| StsError::Credentials { error })?.with_expiration(expiration);
        let size = answer.elements.get("PackedPolicySize").map(str::parse).transpose();
        Ok(Self {
            credentials,
            expiration,
            arn: answer.text("Arn"),
            user_id: answer.text("AssumedRoleId").or_else(|| answer.text("FederatedUserId")),
            packed_policy_size: size.map_err(|_| StsError::Unreadable { element: "PackedPolicySize" })?,
            source_identity: answer.text("SourceIdentity"),
            subject: answer.text("SubjectFromWebIdentityToken"),
            provider: answer.text("Provider"),
            audience: answer.text("Audience"),
            request_id: answer.text("RequestId"),
        })
    }

    /// The session's keys.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_credentials(self) -> Credentials {
        self.credentials
    }

    /// When the session ends. A part of a second is dropped.
    #[must_use]
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// Whose session it is: the assumed role's ARN with the session's name, or the federated user's. GetSessionToken
    /// does not tell.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// The id that goes with the ARN: `AssumedRoleId` or `FederatedUserId`.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// How much of the room for packed policies and tags is used, in percent.
    #[must_use]
    pub fn packed_policy_size(&self) -> Option<u32> {
        self.packed_policy_size
    }

    /// Who is behind the session, if that was said.
    #[must_use]
    pub fn source_identity(&self) -> Option<&str> {
        self.source_identity.as_deref()
    }

    /// Whom the identity provider's token names (AssumeRoleWithWebIdentity).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Who issued that token.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// For whom that token is.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// The request's id, for AWS's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("credentials", &self.credentials)
            .field("arn", &self.arn)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// What STS said to [`GetCallerIdentity`](super::GetCallerIdentity).
///
/// ```
/// use s3_sigv4::sts::CallerIdentity;
///
/// // The example of AWS's document.
/// let identity = CallerIdentity::parse(
///     r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
///      <GetCallerIdentityResult>
///       <Arn>arn:aws:iam::123456789012:user/Alice</Arn>
///       <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>
///       <Account>123456789012</Account>
///      </GetCallerIdentityResult>
///      <ResponseMetadata>
///       <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
///      </ResponseMetadata>
///     </GetCallerIdentityResponse>"#,
/// )?;
/// assert_eq!(identity.arn(), "arn:aws:iam::123456789012:user/Alice");
/// assert_eq!(identity.account(), "123456789012");
/// # Ok::<(), s3_sigv4::sts::StsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    arn: String,
    user_id: String,
    account: String,
    request_id: Option<String>,
}

impl CallerIdentity {
    /// Reads the body of STS's answer, as [`Session::parse`] does.
    ///
    /// # Errors
    /// [`StsError`].
    pub fn parse(body: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self, StsError> {
        let answer = Answer::read(body.as_ref())?;
        let required = |element| answer.required(element).map(String::from);
        Ok(Self {
            arn: required("Arn")?,
            user_id: required("UserId")?,
            account: required("Account")?,
            request_id: answer.text("RequestId"),
        })
    }

    /// Whose keys they are.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The id of the user, or of the role with the name of its session.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The account's number.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The request's id, for AWS's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// Why an answer of STS's, or of the console's federation endpoint, gives nothing. It holds no secret.
///
/// ```
/// use s3_sigv4::sts::{Session, StsError};
///
/// let error = Session::parse("<html><h1>502 Bad Gateway</h1></html>").unwrap_err();
/// assert_eq!(error.to_string(), "the answer is an HTML page, where STS's XML was expected");
///
/// let cut_off = "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><SessionToken>AQoEXAMPLEH4";
/// assert_eq!(Session::parse(cut_off).unwrap_err(), StsError::Incomplete);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StsError {
    /// STS refused the request.
    #[error("STS refused the request: {0}")]
    Refused(Box<Refusal>),

    /// The answer is of another kind, such as a proxy's page.
    #[error("the answer is {found}, where {wanted} was expected")]
    Kind {
        /// What it is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },

    /// The answer was cut off, or is no answer of STS's.
    #[error(
        "the answer does not end: it was cut off, has more than {MAX_ERROR_BODY} bytes, or elements more than \
         {MAX_ERROR_DEPTH} deep"
    )]
    Incomplete,

    /// The answer of the console's federation endpoint is longer than any.
    #[error("the answer has {length} bytes, and {max} are read")]
    TooLong {
        /// How many it has.
        length: usize,
        /// The most.
        max: usize,
    },

    /// The answer lacks something.
    #[error("the answer has no {element}")]
    Missing {
        /// What.
        element: &'static str,
    },

    /// A value of the answer is not of its form.
    #[error("the answer's {element} cannot be read")]
    Unreadable {
        /// Which.
        element: &'static str,
    },

    /// The answer's credentials, or its sign-in token, cannot be used.
    #[error("the answer's credentials cannot be used: {error}")]
    Credentials {
        /// Why not.
        error: Error,
    },
}

/// STS's own words for why it refused a request. What may be a signature or a token in them is hidden.
///
/// For `SignatureDoesNotMatch` and its like, `ErrorResponse` (feature `explain`) takes the same body and says more.
///
/// ```
/// use s3_sigv4::sts::{Session, StsError};
///
/// let body = r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
///     <Error>
///       <Type>Sender</Type>
///       <Code>InvalidClientTokenId</Code>
///       <Message>The security token included in the request is invalid.</Message>
///     </Error>
///     <RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId>
///   </ErrorResponse>"#;
/// let Err(StsError::Refused(refusal)) = Session::parse(body) else { panic!() };
/// assert_eq!(refusal.code(), "InvalidClientTokenId");
/// assert_eq!(refusal.request_id(), Some("ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: String,
    message: String,
    request_id: Option<String>,
}

impl Refusal {
    /// The code: `AccessDenied`, `ExpiredToken`, `MalformedPolicyDocument`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence that came with it, shortened to 240 characters. It may be empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The request's id, for AWS's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        self.request_id.iter().try_for_each(|id| write!(f, " (request {id})"))
    }
}

/// An answer that is no refusal.
struct Answer {
    elements: Elements,
}

impl Answer {
    fn read(body: &[u8]) -> Result<Self, StsError> {
        let elements = Elements::read(&NAMES, body);
        let wanted = "STS's XML";
        match elements.kind() {
            Kind::Xml => {}
            kind => return Err(StsError::Kind { found: kind.in_words(), wanted }),
        }
        let this = Self { elements };
        // Of a refusal, what is there is worth more than what may be missing.
        if let Some(code) = this.elements.get("Code") {
            let message = this.elements.get("Message").map(show_message).unwrap_or_default();
            let request_id = this.elements.get("RequestId").map(show_message);
            return Err(StsError::Refused(Box::new(Refusal { code: show_message(code), message, request_id })));
        }
        if this.elements.are_whole() { Ok(this) } else { Err(StsError::Incomplete) }
    }

    fn required(&self, element: &'static str) -> Result<&str, StsError> {
        self.elements.get(element).ok_or(StsError::Missing { element })
    }

    fn text(&self, element: &str) -> Option<String> {
        self.elements.get(element).map(String::from)
    }
}

/// A token without the line breaks that a printer of XML may have put into it, as AWS's documents have.
fn unwrapped(text: &str) -> Zeroizing<String> {
    let mut token = Zeroizing::new(String::with_capacity(text.len()));
    text.split_ascii_whitespace().for_each(|line| token.push_str(line));
    token
}
