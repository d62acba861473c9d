#[cfg(feature = "post")]
use super::policy::PostMismatch;
use crate::canonical::Refused;
use crate::error::Excerpt;
#[cfg(feature = "post")]
use crate::limits::MAX_POST_FIELDS;
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, MAX_QUERY, MAX_TRAILER_BYTES};
use crate::timestamp::Timestamp;
use core::fmt;

/// Why a request that somebody sent is not verified.
///
/// It is for the server's log: each message is one sentence that says what was found and where. None holds a secret, a
/// token or a signature, neither the one that was sent nor the one that would be right.
/// [`VerifyError::client_message`] is what the sender may be told.
///
/// ```
/// use s3_sigv4::{Claim, Request, VerifyError};
///
/// let error = Claim::parse(&Request::received("GET", "photos.example.com", "/cat.jpg")?).unwrap_err();
/// assert_eq!(error, VerifyError::NotSigned);
/// assert_eq!(error.to_string(), "the request is not signed");
/// assert_eq!((error.client_message().code(), error.client_message().status()), ("AccessDenied", 403));
/// # Ok::<(), VerifyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is neither an `Authorization` header nor any parameter of query authentication: an anonymous request.
    #[error("the request is not signed")]
    NotSigned,

    /// The request has an `Authorization` header and parameters of query authentication.
    #[error("the request is signed both in the Authorization header and in the query")]
    SignedTwice,

    /// The algorithm is another one than `AWS4-HMAC-SHA256`.
    #[error("{part} names another algorithm than AWS4-HMAC-SHA256")]
    Algorithm {
        /// Where it stands.
        part: Part,
    },

    /// A part that is needed is not there.
    #[error("{part} is missing")]
    Missing {
        /// Which part.
        part: Part,
    },

    /// A part that may be there once is there more than once.
    #[error("{part} is there more than once")]
    Repeated {
        /// Which part.
        part: Part,
    },

    /// A part does not have the form that it must have.
    #[error("{part} is not well formed")]
    Malformed {
        /// Which part.
        part: Part,
    },

    /// A header's name or value could not have been sent: the name is no token, or the value has a line end or a NUL.
    #[error("the header {name} has a name or a value that no header can have")]
    MalformedHeader {
        /// The header's name.
        name: Excerpt,
    },

    /// The `host` header differs from the host that the request was sent to.
    #[error("the host header differs from the host in the request's target")]
    HostConflict,

    /// An encoded path by S3's rules holds a `+`, which S3 reads as a space and some servers as a plus.
    #[error("the path has a + at byte offset {position}, which S3 reads as a space and some servers as a plus")]
    PlusInPath {
        /// Where it stands.
        position: usize,
    },

    /// More headers than are looked at.
    #[error("{count} headers are more than the {} that are taken besides those of authentication", MAX_HEADERS)]
    TooManyHeaders {
        /// How many there are.
        count: usize,
    },

    /// More query parameters than are looked at.
    #[error(
        "{count} query parameters are more than the {} that are taken besides those of authentication",
        MAX_PARAMETERS
    )]
    TooManyParameters {
        /// How many there are.
        count: usize,
    },

    /// The query is longer than what is looked at.
    #[error("a query of {length} bytes is longer than the {} that are taken", MAX_QUERY)]
    QueryTooLong {
        /// How many bytes it has.
        length: usize,
    },

    /// The credential scope is for another day than that on which the request is dated.
    #[error("the day in {part} is not the day on which the request is dated")]
    ScopeDay {
        /// Where the scope stands.
        part: Part,
    },

    /// The credential scope is for another region.
    #[error("the region in {part} is not the verifier's")]
    ScopeRegion {
        /// Where the scope stands.
        part: Part,
    },

    /// The credential scope is for another service.
    #[error("the service in {part} is not the verifier's")]
    ScopeService {
        /// Where the scope stands.
        part: Part,
    },

    /// The request is dated too far from the verifier's time, in the past or in the future.
    #[error("the request is dated {dated:#}, too far from the present, {now:#}")]
    Skewed {
        /// The instant of signing, as the request says.
        dated: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },

    /// A link is dated in the future.
    #[error("the link is good from {from:#} on, and it is {now:#}")]
    NotYetGood {
        /// The instant of signing, as the link says.
        from: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },

    /// A link's lifetime is over.
    #[error("the link was good until {until:#}, and it is {now:#}")]
    Expired {
        /// When its lifetime ended.
        until: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },

    /// A link's lifetime is outside 1 second to 7 days, or longer than the verifier takes.
    #[error("the link's lifetime is not 1 to {longest} seconds")]
    Lifetime {
        /// The longest lifetime that the verifier takes.
        longest: u32,
    },

    /// The header `host` is not signed.
    #[error("the host is not signed")]
    HostNotSigned,

    /// A header is there that must be signed if it is, and is not signed.
    #[error("the header {name} is not signed")]
    HeaderNotSigned {
        /// The header's name.
        name: Excerpt,
    },

    /// A header that was signed is not there.
    #[error("the header {name} was signed, and is not there")]
    SignedHeaderMissing {
        /// The header's name.
        name: Excerpt,
    },

    /// A link signs one of the `STREAMING-…` literals, which only headers may.
    #[error("a link cannot have a streaming body")]
    StreamingLink,

    /// The payload line is a literal of another algorithm.
    #[error("the body is signed by another algorithm than AWS4-HMAC-SHA256")]
    PayloadAlgorithm,

    /// The body's hash is part of what is signed, and the request does not name it: see [`Claim::with_payload`].
    ///
    /// [`Claim::with_payload`]: crate::Claim::with_payload
    #[error("the body's hash is signed and not named in the request, so that the body is needed")]
    PayloadUnknown,

    /// Nobody has this access key id.
    #[error("the access key id is not known")]
    UnknownKey,

    /// The signature is not that of this request under this key.
    #[error("the signature does not match")]
    SignatureMismatch,

    /// A link's session token stands in its query, and here such a header came with it.
    #[error("a link has its session token in its query, and not in the header {name}")]
    TokenBesideLink {
        /// The header's name, in lower case.
        name: &'static str,
    },

    /// The credentials have a session token, and the request has none.
    #[error("the session token is missing")]
    TokenMissing,

    /// The credentials have no session token, or not under this name, and the request has one.
    #[error("there is a session token, and the credentials have none of that name")]
    TokenUnexpected,

    /// The request has another session token than the credentials.
    #[error("the session token is not that of the credentials")]
    TokenMismatch,

    /// The credentials have expired.
    #[error("the credentials expired at {expired:#}, and it is {now:#}")]
    CredentialsExpired {
        /// When they expired.
        expired: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },

    /// The credentials that were looked up are those of another access key id: a mistake of the server's.
    #[error("the credentials that were looked up have another access key id than the request")]
    OtherCredentials,

    /// The signing key that was looked up is for another scope than the request's: a mistake of the server's.
    #[error("the signing key that was looked up is for another day, region or service than the request")]
    OtherKey,

    /// The body is not the one that was signed.
    #[error("the body is not the one that was signed")]
    BodyMismatch,

    /// The body is framed as aws-chunked and has to be decoded to be checked.
    #[error("the body is aws-chunked, and is checked as it is decoded")]
    BodyChunked,

    /// A body that is not aws-chunked, or signed by SigV4A, was to be decoded.
    #[error("the body is not aws-chunked, or signed by another algorithm than AWS4-HMAC-SHA256")]
    BodyNotChunked,

    /// Trailing headers are named, and the payload has none.
    #[error("the header x-amz-trailer names trailing headers, and x-amz-content-sha256 says that none follow")]
    TrailersUnexpected,

    /// The line before a chunk cannot be read.
    #[error(
        "the chunk at byte offset {position} does not start with its length in 1 to 16 hexadecimal digits and at most a \
         chunk-signature"
    )]
    ChunkSyntax {
        /// Where the chunk starts in the framed body.
        position: u64,
    },

    /// CR LF is not where a line or a chunk ends.
    #[error("the body does not have CR LF at byte offset {position}, where a line or a chunk ends")]
    LineEndMissing {
        /// Where it should be in the framed body.
        position: u64,
    },

    /// A chunk has no signature, and the request says that chunks have.
    #[error("the chunk at byte offset {position} has no chunk-signature, and the request says that chunks are signed")]
    ChunkSignatureMissing {
        /// Where the chunk starts in the framed body.
        position: u64,
    },

    /// A chunk has a signature, and the request says that chunks have none.
    #[error("the chunk at byte offset {position} has a chunk-signature, and the request says that chunks are unsigned")]
    ChunkSignatureUnexpected {
        /// Where the chunk starts in the framed body.
        position: u64,
    },

    /// A chunk's signature cannot be one.
    #[error("the chunk-signature of the chunk at byte offset {position} is not 64 lower-case hexadecimal digits")]
    ChunkSignatureSyntax {
        /// Where the chunk starts in the framed body.
        position: u64,
    },

    /// A chunk's signature is wrong: the chunk, or one before it, is not what was signed.
    #[error("the chunk-signature of the chunk at byte offset {position} does not match")]
    ChunkSignatureMismatch {
        /// Where the chunk starts in the framed body.
        position: u64,
    },

    /// A chunk that is not the last is too short.
    #[error("the chunk at byte offset {position} has {length} bytes, and only the last may have fewer than {min}")]
    ChunkTooSmall {
        /// The chunk's length.
        length: u64,
        /// The least length of a chunk that is not the last.
        min: usize,
        /// Where it starts in the framed body.
        position: u64,
    },

    /// A signed chunk is longer than may be held in memory.
    #[error("the signed chunk at byte offset {position} has {length} bytes, and {max} are taken at most")]
    ChunkTooLarge {
        /// The chunk's length.
        length: u64,
        /// The greatest length that is taken.
        max: usize,
        /// Where it starts in the framed body.
        position: u64,
    },

    /// The chunks hold more than was announced.
    #[error("the chunks have more than the {announced} bytes of x-amz-decoded-content-length")]
    BodyTooLong {
        /// The announced length.
        announced: u64,
    },

    /// The chunks hold less than was announced.
    #[error("the chunks have {found} of the {announced} bytes of x-amz-decoded-content-length")]
    BodyTooShort {
        /// How many bytes they have.
        found: u64,
        /// The announced length.
        announced: u64,
    },

    /// The framed body ends too early.
    #[error("the body ends at byte offset {position}, before its last chunk and its trailing headers are complete")]
    BodyTruncated {
        /// The framed body's length so far.
        position: u64,
    },

    /// Something follows the framed body.
    #[error("the body goes on at byte offset {position}, behind its end")]
    BodyGoesOn {
        /// The framed body's length.
        position: u64,
    },

    /// A trailing header cannot be read.
    #[error(
        "the trailing header at byte offset {position} is not a name (in lower case where it is signed), a colon and a value \
         without control characters"
    )]
    TrailerSyntax {
        /// Where its line starts in the framed body.
        position: u64,
    },

    /// There are too many bytes of trailing headers.
    #[error("the trailing headers have more than {} bytes", MAX_TRAILER_BYTES)]
    TrailersTooLong,

    /// A trailing header was not announced.
    #[error("the trailing header {name} is not announced in x-amz-trailer")]
    TrailerNotAnnounced {
        /// Its name.
        name: Excerpt,
    },

    /// A trailing header came twice.
    #[error("the trailing header {name} is there more than once")]
    TrailerRepeated {
        /// Its name.
        name: Excerpt,
    },

    /// A trailing header was announced and did not come.
    #[error("the trailing header {name} is announced in x-amz-trailer and missing")]
    TrailerMissing {
        /// Its name.
        name: Excerpt,
    },

    /// The signature of the trailing headers did not come.
    #[error("the trailing headers have no x-amz-trailer-signature, and the request says that they are signed")]
    TrailerSignatureMissing,

    /// The signature of the trailing headers cannot be one.
    #[error("the x-amz-trailer-signature at byte offset {position} is not 64 lower-case hexadecimal digits")]
    TrailerSignatureSyntax {
        /// Where its line starts in the framed body.
        position: u64,
    },

    /// The signature of the trailing headers is wrong.
    #[error("the x-amz-trailer-signature does not match")]
    TrailerSignatureMismatch,

    /// A line follows the signature of the trailing headers.
    #[error("the trailing headers go on at byte offset {position}, behind their signature")]
    TrailersGoOn {
        /// Where the line starts in the framed body.
        position: u64,
    },

    /// A form is larger before its file than S3 takes.
    #[cfg(feature = "post")]
    #[error("the form's names and values have {bytes} bytes, and {} are taken at most", MAX_POST_FIELDS)]
    FormTooLarge {
        /// How many they have.
        bytes: usize,
    },

    /// A form has more fields than are looked at.
    #[cfg(feature = "post")]
    #[error("{count} form fields are more than the {} that are taken", MAX_PARAMETERS)]
    TooManyFields {
        /// How many there are.
        count: usize,
    },

    /// A form's policy cannot be read.
    #[cfg(feature = "post")]
    #[error("the policy {reason}")]
    PolicySyntax {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A form's policy does not fix who signs and when, so that a signature for one could be used for another.
    #[cfg(feature = "post")]
    #[error("the policy has no condition that fixes {part}")]
    PolicyOpen {
        /// The field that it leaves open.
        part: Part,
    },

    /// A form is good no longer: its policy has expired, or its signature is older than the verifier takes.
    #[cfg(feature = "post")]
    #[error("the form was good until {until:#}, and it is {now:#}")]
    FormExpired {
        /// When it ended.
        until: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },

    /// A field of a form has no condition.
    #[cfg(feature = "post")]
    #[error("the form field {field} has no condition in the policy")]
    FieldUnconditioned {
        /// The field's name.
        field: Excerpt,
    },

    /// A field of a form is there more than once.
    #[cfg(feature = "post")]
    #[error("the form field {field} is there more than once")]
    FieldRepeated {
        /// The field's name.
        field: Excerpt,
    },

    /// A field that the policy has a condition for is not there.
    #[cfg(feature = "post")]
    #[error("the form field {field} is missing, and the policy has a condition for it")]
    FieldMissing {
        /// The field's name.
        field: Excerpt,
    },

    /// A field of a form, or the bucket that it was posted to, is not what its condition requires.
    #[cfg(feature = "post")]
    #[error("the form field {field} is not what its condition in the policy requires")]
    FieldMismatch {
        /// The field's name.
        field: Excerpt,
    },

    /// The file of a form is too short or too long.
    #[cfg(feature = "post")]
    #[error("the file has {length} bytes, and the content-length-range is {min} to {max}")]
    FileLength {
        /// How long the file is.
        length: u64,
        /// How long it must be at least.
        min: u64,
        /// How long it may be at most.
        max: u64,
    },
}

impl VerifyError {
    /// What the sender may be told: S3's error code, its HTTP status and a sentence, none of which says more than the
    /// sender knows already.
    ///
    /// An unknown access key id and a wrong signature get the same answer (S3 tells them apart, and so tells which key
    /// ids exist; whoever wants that matches on [`VerifyError::UnknownKey`]).
    ///
    /// ```
    /// use s3_sigv4::VerifyError;
    ///
    /// let message = VerifyError::SignatureMismatch.client_message();
    /// assert_eq!((message.code(), message.status()), ("SignatureDoesNotMatch", 403));
    /// assert_eq!(VerifyError::UnknownKey.client_message(), message);
    /// ```
    ///
    /// Source: "List of error codes" in <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
    #[must_use]
    pub fn client_message(&self) -> ClientMessage {
        let (code, status, message) = match *self {
            Self::NotSigned => ("AccessDenied", 403, "the request is not signed"),
            Self::SignedTwice => ("InvalidArgument", 400, "the request is signed in more than one way"),
            Self::Algorithm { part: Part::Header(_) } => {
                ("InvalidRequest", 400, "the authorization mechanism is not supported: use AWS4-HMAC-SHA256")
            }
            Self::Algorithm { part } => part.answer("the algorithm is not supported"),
            Self::Missing { part: Part::Header("x-amz-date") } => {
                ("AccessDenied", 403, "a valid x-amz-date header is required")
            }
            Self::Missing { part: Part::Header("x-amz-decoded-content-length") } => {
                ("MissingContentLength", 411, "the header x-amz-decoded-content-length is required")
            }
            Self::Missing { part: Part::Header("x-amz-trailer") } => {
                ("MalformedTrailerError", 400, "the header x-amz-trailer is required")
            }
            Self::Missing { part: Part::Header("x-amz-content-sha256") } => {
                ("InvalidRequest", 400, "the header x-amz-content-sha256 is required")
            }
            Self::Missing { part } => part.answer("a part of the authentication is missing"),
            Self::Repeated { part } => part.answer("a part of the authentication is there more than once"),
            Self::Malformed { part } => part.answer("a part of the authentication is not well formed"),
            Self::MalformedHeader { .. } => ("InvalidRequest", 400, "a header is not well formed"),
            Self::HostConflict => ("InvalidRequest", 400, "the request names two hosts"),
            Self::PlusInPath { .. } => ("InvalidURI", 400, "the path has a plus that is not encoded"),
            Self::TooManyHeaders { .. } => ("RequestHeaderSectionTooLarge", 400, "there are too many headers"),
            Self::TooManyParameters { .. } => ("InvalidRequest", 400, "there are too many query parameters"),
            Self::QueryTooLong { .. } => ("InvalidURI", 400, "the query is too long"),
            Self::ScopeDay { part } => part.answer("the credential is for another day than the request's"),
            Self::ScopeRegion { part } => part.answer("the region in the credential is wrong"),
            Self::ScopeService { part } => part.answer("the service in the credential is wrong"),
            Self::Skewed { .. } => {
                ("RequestTimeTooSkewed", 403, "the request's time differs too much from the server's")
            }
            Self::NotYetGood { .. } => ("AccessDenied", 403, "the link is not good yet"),
            Self::Expired { .. } => ("AccessDenied", 403, "the link has expired"),
            Self::Lifetime { .. } => ("AuthorizationQueryParametersError", 400, "the lifetime is out of range"),
            Self::HostNotSigned | Self::HeaderNotSigned { .. } => {
                ("AccessDenied", 403, "there are headers that must be signed and are not")
            }
            Self::SignedHeaderMissing { .. } => ("SignatureDoesNotMatch", 403, "a header that was signed is missing"),
            Self::StreamingLink | Self::PayloadAlgorithm => {
                ("InvalidRequest", 400, "the payload hash is not supported here")
            }
            Self::UnknownKey | Self::SignatureMismatch => {
                ("SignatureDoesNotMatch", 403, "the signature does not match the request and the access key id")
            }
            Self::TokenBesideLink { .. } => ("InvalidRequest", 400, "a link has its session token in its query"),
            Self::TokenMissing | Self::TokenUnexpected | Self::TokenMismatch => {
                ("InvalidToken", 400, "the session token is not valid")
            }
            Self::CredentialsExpired { .. } => ("ExpiredToken", 400, "the session token has expired"),
            Self::ChunkSyntax { .. }
            | Self::LineEndMissing { .. }
            | Self::BodyTooLong { .. }
            | Self::BodyTooShort { .. }
            | Self::BodyTruncated { .. }
            | Self::BodyGoesOn { .. } => {
                ("IncompleteBody", 400, "the body is not framed as announced, or not of the announced length")
            }
            Self::ChunkTooSmall { .. } => ("InvalidChunkSizeError", 403, "only the last chunk may be so short"),
            Self::ChunkTooLarge { .. } => ("InvalidChunkSizeError", 403, "a chunk is too long"),
            Self::ChunkSignatureMissing { .. }
            | Self::ChunkSignatureUnexpected { .. }
            | Self::ChunkSignatureSyntax { .. } => ("IncompleteBody", 400, "a chunk is not signed as announced"),
            Self::ChunkSignatureMismatch { .. } | Self::TrailerSignatureMismatch => {
                ("SignatureDoesNotMatch", 403, "the signature does not match the body")
            }
            Self::TrailersUnexpected
            | Self::TrailerSyntax { .. }
            | Self::TrailersTooLong
            | Self::TrailerNotAnnounced { .. }
            | Self::TrailerRepeated { .. }
            | Self::TrailerMissing { .. }
            | Self::TrailerSignatureMissing
            | Self::TrailerSignatureSyntax { .. }
            | Self::TrailersGoOn { .. } => ("MalformedTrailerError", 400, "the trailing headers are not as announced"),
            #[cfg(feature = "post")]
            Self::FormTooLarge { .. } | Self::TooManyFields { .. } => {
                ("MaxPostPreDataLengthExceeded", 400, "the form has too much in front of its file")
            }
            #[cfg(feature = "post")]
            Self::PolicySyntax { .. } => ("InvalidPolicyDocument", 400, "the policy is not well formed"),
            #[cfg(feature = "post")]
            Self::FormExpired { .. } => ("AccessDenied", 403, "the form has expired"),
            #[cfg(feature = "post")]
            Self::FileLength { length, max, .. } if length > max => {
                ("EntityTooLarge", 400, "the file is longer than the policy allows")
            }
            #[cfg(feature = "post")]
            Self::FileLength { .. } => ("EntityTooSmall", 400, "the file is shorter than the policy allows"),
            #[cfg(feature = "post")]
            Self::PolicyOpen { .. }
            | Self::FieldUnconditioned { .. }
            | Self::FieldRepeated { .. }
            | Self::FieldMissing { .. }
            | Self::FieldMismatch { .. } => ("AccessDenied", 403, "the form does not fit its policy"),
            Self::PayloadUnknown
            | Self::OtherCredentials
            | Self::OtherKey
            | Self::BodyChunked
            | Self::BodyNotChunked => ("InternalError", 500, "the request could not be verified"),
            Self::BodyMismatch => {
                ("XAmzContentSHA256Mismatch", 400, "the body does not match the hash that was signed")
            }
        };
        ClientMessage { code, status, message }
    }
}

#[cfg(feature = "post")]
impl From<PostMismatch> for VerifyError {
    fn from(mismatch: PostMismatch) -> Self {
        match mismatch {
            PostMismatch::Unconditioned { field } => Self::FieldUnconditioned { field },
            PostMismatch::Repeated { field } => Self::FieldRepeated { field },
            PostMismatch::Missing { field } => Self::FieldMissing { field },
            PostMismatch::NotExact { field, .. } | PostMismatch::NotPrefixed { field, .. } => {
                Self::FieldMismatch { field }
            }
            PostMismatch::FileLength { length, min, max } => Self::FileLength { length, min, max },
        }
    }
}

impl From<Refused> for VerifyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Headers(count) => Self::TooManyHeaders { count },
            Refused::Parameters(count) => Self::TooManyParameters { count },
            Refused::QueryTooLong(length) => Self::QueryTooLong { length },
            Refused::HeaderMissing(name) => Self::SignedHeaderMissing { name },
        }
    }
}

/// A part of a received request, as error messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// A header, by its name in lower case.
    Header(&'static str),
    /// A component of the `Authorization` header: `Credential`, `SignedHeaders` or `Signature`.
    Authorization(&'static str),
    /// A parameter of the query.
    Parameter(&'static str),
    /// A field of a form.
    #[cfg(feature = "post")]
    Field(&'static str),
    /// The method.
    Method,
    /// The host that the request was sent to.
    Host,
    /// The request's target: path and query.
    Target,
}

impl Part {
    /// S3's code and status for a slip in this part.
    fn answer(self, message: &'static str) -> (&'static str, u16, &'static str) {
        let code = match self {
            Self::Authorization(_) | Self::Header("authorization") => "AuthorizationHeaderMalformed",
            Self::Parameter(_) => "AuthorizationQueryParametersError",
            Self::Header("x-amz-content-sha256") => "InvalidArgument",
            Self::Target => "InvalidURI",
            #[cfg(feature = "post")]
            Self::Field(_) => "InvalidArgument",
            Self::Header(_) | Self::Method | Self::Host => "InvalidRequest",
        };
        (code, 400, message)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "the header {name}"),
            Self::Authorization(name) => write!(f, "{name} in the Authorization header"),
            Self::Parameter(name) => write!(f, "the parameter {name}"),
            #[cfg(feature = "post")]
            Self::Field(name) => write!(f, "the form field {name}"),
            Self::Method => f.write_str("the method"),
            Self::Host => f.write_str("the host"),
            Self::Target => f.write_str("the request's target"),
        }
    }
}

/// What the sender of a refused request may be told: see [`VerifyError::client_message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientMessage {
    code: &'static str,
    status: u16,
    message: &'static str,
}

impl ClientMessage {
    /// S3's error code, `SignatureDoesNotMatch` for instance: `<Code>` in S3's XML.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A sentence: `<Message>` in S3's XML.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }
}

impl fmt::Display for ClientMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
