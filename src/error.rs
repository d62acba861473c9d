#[cfg(feature = "post")]
use crate::limits::MAX_POST_FIELDS;
use crate::limits::{MAX_CHUNK, MAX_HEADERS, MAX_PARAMETERS, MAX_PART_NUMBER, MAX_QUERY, MAX_TRAILERS, MIN_CHUNK};
use crate::timestamp::Timestamp;
use core::fmt;

/// Everything that can be wrong with what the caller passed in.
///
/// Each message is one sentence that says what was found and where, so that the mistake can be mended from the text
/// alone. No message and no `Debug` output holds a secret, a token or a signature. Positions are byte offsets, counted
/// from 0.
///
/// ```
/// use s3_sigv4::Credentials;
///
/// let error = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n").unwrap_err();
/// assert_eq!(error.to_string(), "the secret access key has a line feed at byte offset 40");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that must not be empty is empty.
    #[error("{field} is empty")]
    Empty {
        /// Which text.
        field: Field,
    },

    /// A text holds a byte that has no place there.
    #[error("{field} has {found} at byte offset {position}")]
    Character {
        /// Which text.
        field: Field,
        /// The byte.
        found: Found,
        /// Where it stands.
        position: usize,
    },

    /// An access key id of a session (`ASIA…`) came without its session token.
    #[error("the access key id starts with ASIA, so it belongs to a session, but there is no session token")]
    SessionTokenMissing,

    /// An access key id stands where the secret belongs, or the secret for both. Signed so, the secret would be sent.
    #[error("access key id and secret access key are exchanged, or one of them was given for both")]
    KeysExchanged,

    /// The credentials had expired at the instant of signing.
    #[error("the credentials expired at {expired:#}, and the signature is dated {now:#}")]
    CredentialsExpired {
        /// When they expired.
        expired: Timestamp,
        /// The instant of signing.
        now: Timestamp,
    },

    /// The instant cannot be written with a year of four digits.
    #[error("the instant lies outside the years 0000 to 9999")]
    YearOutOfRange,

    /// The text is not a timestamp of the form `20130524T000000Z`.
    #[error("the timestamp differs from the form 20130524T000000Z at byte offset {position}")]
    TimestampSyntax {
        /// Where it differs first, or its end if it is too short.
        position: usize,
    },

    /// The text is not an instant of ISO 8601.
    #[error("the instant is not of a form such as 2013-05-24T00:00:00Z")]
    InstantSyntax,

    /// The timestamp has the right form and names no instant, such as a 30th of February.
    #[error("the timestamp has the right form, but there is no such day or time")]
    NoSuchInstant,

    /// The text is not a credential scope of the form `20130524/us-east-1/s3/aws4_request`.
    #[error("the credential scope differs from the form 20130524/us-east-1/s3/aws4_request in its {part}")]
    ScopeSyntax {
        /// Which part.
        part: &'static str,
    },

    /// The text is not a SHA-256 in 64 lower-case hexadecimal digits nor one of AWS's literals.
    #[error("a payload hash is 64 lower-case hexadecimal digits, UNSIGNED-PAYLOAD, or one of the STREAMING-… literals")]
    PayloadHashSyntax,

    /// The text is not an exported signing key.
    #[error(
        "an exported signing key has the form 20130524/us-east-1/s3/aws4_request=, then 64 lower-case hexadecimal \
         digits: this has {part}"
    )]
    ExportedKeySyntax {
        /// What it has in place of that.
        part: &'static str,
    },

    /// The text is not a signature.
    #[error("a signature is 64 lower-case hexadecimal digits")]
    SignatureSyntax,

    /// A signing key was asked to sign for another day, and the secret that could derive that day's key is not there.
    #[error(
        "the signing key is for the day {}-{}-{}, and the signature is dated {now:#}",
        .day[..4].escape_ascii(),
        .day[4..6].escape_ascii(),
        .day[6..].escape_ascii()
    )]
    KeyOfAnotherDay {
        /// The key's day in ASCII digits, `20130524`.
        day: [u8; 8],
        /// The instant of signing.
        now: Timestamp,
    },

    /// A signing key was to be used for another region or service than its own.
    #[error("the signing key is for another {part} than {wanted}")]
    KeyOfAnotherScope {
        /// `region` or `service`.
        part: &'static str,
        /// Which one it was to be used for.
        wanted: Excerpt,
    },

    /// A raw path does not start with a slash.
    #[error("the path does not start with a slash")]
    PathNotAbsolute,

    /// A link's path has a `.` or `..` segment.
    #[error(
        "the path has the segment {segment} at byte offset {position}, which browsers and many HTTP clients resolve \
         before sending, so the link would fail or reach another object; Request::allow_dot_segments permits it"
    )]
    DotSegment {
        /// `.` or `..`.
        segment: &'static str,
        /// Where the segment starts.
        position: usize,
    },

    /// An object key is empty: the request would act on the bucket itself.
    #[error("the object key is empty: the request would act on the bucket itself, which Bucket::on_bucket is for")]
    EmptyObjectKey,

    /// The number of a part is outside 1 to 10000.
    #[error("a part's number is 1 to {MAX_PART_NUMBER}, not {found}")]
    PartNumber {
        /// The number.
        found: u32,
    },

    /// A header's name or value holds a byte that cannot be sent.
    #[error("the {part} of header {index} ({name}) has {found} at byte offset {position}")]
    Header {
        /// Which of the request's headers, counted from 0.
        index: usize,
        /// The header's name.
        name: Excerpt,
        /// Whether the byte stands in the name or in the value.
        part: HeaderPart,
        /// The byte.
        found: Found,
        /// Where it stands.
        position: usize,
    },

    /// A header's name is empty.
    #[error("header {index} has an empty name")]
    HeaderNameEmpty {
        /// Which of the request's headers, counted from 0.
        index: usize,
    },

    /// A header of a presigned link is not UTF-8, so that it could not be told to whoever is to send it.
    #[error("the value of header {index} ({name}) is not UTF-8")]
    HeaderNotText {
        /// Which of the request's headers, counted from 0.
        index: usize,
        /// The header's name.
        name: Excerpt,
    },

    /// More headers than can be signed.
    #[error("{count} headers are more than the {} that can be signed", MAX_HEADERS)]
    TooManyHeaders {
        /// How many there are.
        count: usize,
    },

    /// More query parameters than can be signed.
    #[error("{count} query parameters are more than the {} that can be signed", MAX_PARAMETERS)]
    TooManyParameters {
        /// How many there are.
        count: usize,
    },

    /// The `host` header is there twice.
    #[error("there is more than one host header")]
    HostRepeated,

    /// There is no host to sign.
    #[error("the request names no host, neither in its URI nor in a host header")]
    HostMissing,

    /// A header that must be signed was listed as not to be signed.
    #[error("the header {name} cannot be left unsigned: host and every x-amz-… header must be signed")]
    HeaderMustBeSigned {
        /// The header's name.
        name: Excerpt,
    },

    /// The header `x-amz-content-sha256` of a presigned request differs from the payload hash that is signed.
    #[error("the header x-amz-content-sha256 differs from the payload hash that is signed")]
    PayloadHashConflict,

    /// The query already carries a parameter of query authentication.
    #[error("the query already has the authentication parameter {name}")]
    AuthenticationParameter {
        /// The parameter's name.
        name: &'static str,
    },

    /// The query names a parameter that belongs to the operation itself.
    #[error("the query has the parameter {name}, which the operation has already")]
    OwnParameter {
        /// The parameter's name.
        name: &'static str,
    },

    /// An encoded query holds a `+`, which some servers read as a space and others as a plus.
    #[error(
        "the query has a + at byte offset {position}, which some servers read as a space and some as a plus: write \
         %20 or %2B"
    )]
    PlusInQuery {
        /// Where it stands.
        position: usize,
    },

    /// An encoded path by S3's rules holds a `+`, which S3 reads as a space and some servers as a plus.
    #[error(
        "the path has a + at byte offset {position}, which S3 reads as a space and some servers as a plus: write %20 or %2B"
    )]
    PlusInPath {
        /// Where it stands.
        position: usize,
    },

    /// An encoded query is longer than 65000 bytes, which no server takes.
    #[error("the query has {length} bytes, and the limit is {MAX_QUERY}")]
    QueryTooLong {
        /// How many bytes there are.
        length: usize,
    },

    /// The lifetime of a link or a form is outside 1 second to 7 days.
    #[error("a lifetime is 1 to 604800 seconds (7 days), not {seconds}")]
    Lifetime {
        /// The whole seconds asked for.
        seconds: u64,
    },

    /// A link was to live its full lifetime, and nobody said when the session ends that signs it.
    #[error("no full lifetime: when the session ends is not known (with_expiration says it)")]
    SessionEndUnknown,

    /// A link or a form would outlive its credentials, and its full lifetime was required.
    #[error("the credentials expire at {expires:#}, before the full lifetime that was required ends at {until:#}")]
    OutlivesCredentials {
        /// When the credentials expire.
        expires: Timestamp,
        /// When its lifetime would end.
        until: Timestamp,
    },

    /// The chunks of an aws-chunked body are too small, or larger than any part.
    #[error("chunks are of {found} bytes, and S3 takes {MIN_CHUNK} to {MAX_CHUNK}, but for the last one")]
    ChunkSize {
        /// The size asked for.
        found: usize,
    },

    /// An aws-chunked body is so long that the length of all that is sent fits in no number.
    #[error("the body is longer than anything that can be sent")]
    BodyTooLong,

    /// A chunk has another length than the announced body wants.
    #[error("the chunk has {found} bytes where the announced body wants {expected}")]
    ChunkLength {
        /// What the announced body wants.
        expected: u64,
        /// What was given.
        found: u64,
    },

    /// An aws-chunked body ends before its announced length.
    #[error("the body ends after {sent} bytes, and {length} were announced")]
    BodyEndsEarly {
        /// How many bytes there were.
        sent: u64,
        /// How many were announced.
        length: u64,
    },

    /// An aws-chunked body goes on after its announced length.
    #[error("the body goes on after the {length} bytes that were announced")]
    BodyGoesOn {
        /// How many bytes were announced.
        length: u64,
    },

    /// More trailing headers than an aws-chunked body may have.
    #[error("{count} trailing headers are more than the {MAX_TRAILERS} that a body may have")]
    TooManyTrailers {
        /// How many there are.
        count: usize,
    },

    /// A trailing header is there twice.
    #[error("the trailing header {name} is there twice")]
    TrailerRepeated {
        /// The header's name.
        name: Excerpt,
    },

    /// A trailing header was not announced with the body.
    #[error("the trailing header {name} was not announced")]
    TrailerNotAnnounced {
        /// The header's name.
        name: Excerpt,
    },

    /// A trailing header was announced with the body and is not there.
    #[error("the trailing header {name} was announced and is missing")]
    TrailerMissing {
        /// The header's name.
        name: Excerpt,
    },

    /// A trailing header's value has another length than was announced.
    #[error("the value of the trailing header {name} has {found} bytes, and {announced} were announced")]
    TrailerLength {
        /// The header's name.
        name: Excerpt,
        /// How many bytes were announced.
        announced: usize,
        /// How many there are.
        found: usize,
    },

    /// An address does not start with `https://` or `http://`.
    #[error("{field} does not start with https:// or http:// in lower case")]
    Scheme {
        /// Which address.
        field: Field,
    },

    /// A port is not a number from 1 to 65535.
    // What stands there is not shown, here and in the next two: in an address with user information it may be a secret.
    #[error("the port is not a number from 1 to 65535 without leading zeros")]
    Port,

    /// A host ends in a number and is not an IPv4 address in four decimal parts.
    #[error("the host ends in a number, but is no IPv4 address in four decimal parts")]
    Ipv4,

    /// The brackets of an address do not hold an IPv6 address.
    #[error("the host starts with a bracket, but is no IPv6 address in brackets")]
    Ipv6,

    /// A host has two dots in a row, or starts with one.
    #[error("the host has an empty label at byte offset {position}")]
    HostLabel {
        /// Where it stands.
        position: usize,
    },

    /// An endpoint's path is not a plain prefix.
    #[error(
        "the endpoint's path is no plain prefix: it may hold letters, digits, - . _ ~ and single slashes, but no dot \
         segments, and the segment at byte offset {position} differs"
    )]
    EndpointPath {
        /// Where the segment starts in the address.
        position: usize,
    },

    /// A bucket's name cannot be part of an address.
    #[error("the bucket name {reason}")]
    BucketName {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A region of AWS was asked for, and the text is none.
    #[error("the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1")]
    RegionSyntax,

    /// AWS has no such endpoint.
    #[error("there is no {option} {to}")]
    NotOffered {
        /// What was asked for.
        option: &'static str,
        /// Where it is not to be had.
        to: &'static str,
    },

    /// The text is not the ARN of an access point that can be addressed.
    #[error("the ARN {reason}")]
    Arn {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A Multi-Region Access Point was to be addressed.
    #[error("a Multi-Region Access Point has no region, and takes signatures by SigV4A alone, not those of Signer")]
    MultiRegionAccessPoint,

    /// A signer was to be made for an address that does not tell its region.
    #[error("the address does not tell its region: make the signer with Signer::for_service")]
    RegionUnknown,

    /// A bucket's name was to go in front of an IP address.
    #[error("a bucket name cannot go in front of an IP address: use Bucket::path_style")]
    VirtualHostOnIpAddress,

    /// The sink that the caller gave refused the text.
    #[error("the writer refused the text")]
    Write,

    /// A field of a POST policy cannot be as it was given.
    #[cfg(feature = "post")]
    #[error("the form field {name} {reason}")]
    PostField {
        /// The field's name.
        name: Excerpt,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The value of a form's field holds a byte that browsers change.
    #[cfg(feature = "post")]
    #[error("the value of the form field {name} has {found} at byte offset {position}, which browsers change")]
    PostValue {
        /// The field's name.
        name: Excerpt,
        /// The byte.
        found: Found,
        /// Where it stands.
        position: usize,
    },

    /// No file has a length in the range.
    #[cfg(feature = "post")]
    #[error("the content-length-range starts at {min}, behind its end {max}")]
    PostLengthRange {
        /// The least number of bytes.
        min: u64,
        /// The greatest.
        max: u64,
    },

    /// A form is larger than S3 takes.
    #[cfg(feature = "post")]
    #[error("the form's names and values have {bytes} bytes, and S3 takes {} at most before the file", MAX_POST_FIELDS)]
    PostTooLarge {
        /// How many they have, the policy with its conditions among them.
        bytes: usize,
    },

    /// A text for STS is shorter or longer than it takes.
    #[cfg(feature = "sts")]
    #[error("{field} has {found} characters, and STS takes {min} to {max}")]
    StsLength {
        /// Which text.
        field: Field,
        /// How many characters it has.
        found: usize,
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },

    /// More of something than STS takes in one request.
    #[cfg(feature = "sts")]
    #[error("{count} {things} are more than the {max} that STS takes")]
    StsCount {
        /// What there are too many of.
        things: &'static str,
        /// How many there are.
        count: usize,
        /// The most.
        max: usize,
    },

    /// A session was to last shorter or longer than it can.
    #[cfg(feature = "sts")]
    #[error("such a session lasts 900 to {max} whole seconds, not {seconds}")]
    SessionDuration {
        /// The whole seconds asked for, a part of one counted as one.
        seconds: u64,
        /// The most.
        max: u64,
    },

    /// Somebody was to sign in to the console by keys that it does not take.
    #[cfg(feature = "sts")]
    #[error("the console's federation endpoint takes the keys of a session alone, and {reason}")]
    ConsoleCredentials {
        /// What is wrong with these.
        reason: &'static str,
    },

    /// The link would not survive the conversion to a `url::Url`.
    #[cfg(feature = "url")]
    #[error("url::Url would change the link from byte offset {position} on, and a changed link fails")]
    ChangedByUrl {
        /// Where the two differ first.
        position: usize,
    },
}

impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        Self::Write
    }
}

impl From<core::convert::Infallible> for Error {
    fn from(never: core::convert::Infallible) -> Self {
        match never {}
    }
}

/// A text that the caller passed in, as error messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The access key id.
    AccessKeyId,
    /// The secret access key.
    SecretAccessKey,
    /// The session token.
    SessionToken,
    /// The region.
    Region,
    /// The service.
    Service,
    /// The method.
    Method,
    /// The host, with or without a port.
    Host,
    /// An encoded path.
    Path,
    /// An encoded query.
    Query,
    /// A URL.
    Url,
    /// An endpoint's address.
    Endpoint,
    /// A bucket's name.
    BucketName,
    /// The id of a multipart upload.
    UploadId,
    /// The id of an object's version.
    VersionId,
    /// The name of a file.
    FileName,
    /// The name of a cluster.
    #[cfg(feature = "tokens")]
    Cluster,
    /// The name of a database's user.
    #[cfg(feature = "tokens")]
    User,
    /// A POST policy in base64.
    Policy,
    /// The ARN of a role.
    #[cfg(feature = "sts")]
    RoleArn,
    /// The name of a role's session.
    #[cfg(feature = "sts")]
    RoleSessionName,
    /// The policy of a session.
    #[cfg(feature = "sts")]
    SessionPolicy,
    /// The ARN of a managed policy.
    #[cfg(feature = "sts")]
    PolicyArn,
    /// The key of a session's tag.
    #[cfg(feature = "sts")]
    TagKey,
    /// The value of a session's tag.
    #[cfg(feature = "sts")]
    TagValue,
    /// The external id that a role asks for.
    #[cfg(feature = "sts")]
    ExternalId,
    /// The serial number of an MFA device.
    #[cfg(feature = "sts")]
    SerialNumber,
    /// The code that an MFA device shows.
    #[cfg(feature = "sts")]
    TokenCode,
    /// Who is behind a session.
    #[cfg(feature = "sts")]
    SourceIdentity,
    /// The token of an identity provider.
    #[cfg(feature = "sts")]
    WebIdentityToken,
    /// The host of an identity provider.
    #[cfg(feature = "sts")]
    ProviderId,
    /// The name of a federated user.
    #[cfg(feature = "sts")]
    FederatedUser,
    /// Who sends somebody to the console.
    #[cfg(feature = "sts")]
    Issuer,
    /// The page of the console that somebody is sent to.
    #[cfg(feature = "sts")]
    Destination,
    /// The console's sign-in token.
    #[cfg(feature = "sts")]
    SigninToken,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessKeyId => "the access key id",
            Self::SecretAccessKey => "the secret access key",
            Self::SessionToken => "the session token",
            Self::Region => "the region",
            Self::Service => "the service",
            Self::Method => "the method",
            Self::Host => "the host",
            Self::Path => "the path",
            Self::Query => "the query",
            Self::Url => "the URL",
            Self::Endpoint => "the endpoint",
            Self::BucketName => "the bucket name",
            Self::UploadId => "the upload id",
            Self::VersionId => "the version id",
            Self::FileName => "the file name",
            #[cfg(feature = "tokens")]
            Self::Cluster => "the cluster",
            #[cfg(feature = "tokens")]
            Self::User => "the user",
            Self::Policy => "the policy",
            #[cfg(feature = "sts")]
            Self::RoleArn => "the role's ARN",
            #[cfg(feature = "sts")]
            Self::RoleSessionName => "the role session name",
            #[cfg(feature = "sts")]
            Self::SessionPolicy => "the session policy",
            #[cfg(feature = "sts")]
            Self::PolicyArn => "the policy's ARN",
            #[cfg(feature = "sts")]
            Self::TagKey => "the tag key",
            #[cfg(feature = "sts")]
            Self::TagValue => "the tag value",
            #[cfg(feature = "sts")]
            Self::ExternalId => "the external id",
            #[cfg(feature = "sts")]
            Self::SerialNumber => "the MFA device's serial number",
            #[cfg(feature = "sts")]
            Self::TokenCode => "the MFA device's code",
            #[cfg(feature = "sts")]
            Self::SourceIdentity => "the source identity",
            #[cfg(feature = "sts")]
            Self::WebIdentityToken => "the web identity token",
            #[cfg(feature = "sts")]
            Self::ProviderId => "the identity provider's host",
            #[cfg(feature = "sts")]
            Self::FederatedUser => "the federated user's name",
            #[cfg(feature = "sts")]
            Self::Issuer => "the issuer",
            #[cfg(feature = "sts")]
            Self::Destination => "the destination",
            #[cfg(feature = "sts")]
            Self::SigninToken => "the sign-in token",
        })
    }
}

/// The two parts of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a header has a name and a value, and nothing else")]
pub enum HeaderPart {
    /// The name.
    Name,
    /// The value.
    Value,
}

impl fmt::Display for HeaderPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Value => "value",
        })
    }
}

/// A byte that has no place where it was found, shown in words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Found(pub(crate) u8);

impl Found {
    /// The byte.
    #[must_use]
    pub fn byte(&self) -> u8 {
        self.0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\n' => f.write_str("a line feed"),
            b'\r' => f.write_str("a carriage return"),
            b'\t' => f.write_str("a tab"),
            0 => f.write_str("a NUL"),
            b' ' => f.write_str("a space"),
            0x01..=0x1f | 0x7f => write!(f, "a control character (0x{:02x})", self.0),
            0x80.. => write!(f, "a byte outside ASCII (0x{:02x})", self.0),
            _ => write!(f, "the character {}", char::from(self.0)),
        }
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({self})")
    }
}

/// The first 40 bytes of a name, for an error message that lives without a heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    bytes: [u8; 40],
    len: u8,
    cut: bool,
}

impl Excerpt {
    pub(crate) fn of(text: &str) -> Self {
        let mut bytes = [0; 40];
        let len = text.len().min(bytes.len());
        bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
        Self { bytes, len: len as u8, cut: len < text.len() }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.bytes[..self.len.into()].escape_ascii())?;
        if self.cut { f.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The error for the first byte of a text that is not allowed in it.
pub(crate) fn check(field: Field, text: &str, allowed: impl Fn(u8) -> bool) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::Empty { field });
    }
    match text.bytes().position(|byte| !allowed(byte)) {
        Some(position) => Err(Error::Character { field, found: Found(text.as_bytes()[position]), position }),
        None => Ok(()),
    }
}
