use crate::timestamp::Timestamp;
use alloc::string::String;

/// Why a server refused a request, as far as its answer tells.
///
/// `Display` says what happened and what to do about it. Texts in the variants are short, with control characters
/// escaped, and hold no signature, token or customer's key; `signed` is what this crate signed, `received` what the
/// server has.
///
/// ```
/// use s3_sigv4::{Cause, ErrorResponse};
///
/// let body = "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20150604T232559Z</RequestTime>\
///     <ServerTime>2015-06-04T22:26:16Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>";
/// match ErrorResponse::new(body).explain_alone().cause() {
///     // What to add to the clock, to sign again at once.
///     Cause::Clock { signed: Some(signed), server: Some(server), .. } => {
///         assert_eq!(server.unix() - signed.unix(), -3583);
///     }
///     Cause::Region { expected: Some(region), .. } => println!("sign for {region}"),
///     other => println!("{other}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The request came with another method.
    Method {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The request came for another host.
    Host {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The request came for another port of the same host.
    Port {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The path stands for the same, or nearly so, in another encoding.
    PathRewritten {
        /// How its encoding was changed.
        rewrite: Rewrite,
    },

    /// The path lost its `.`, `..` or empty segments.
    PathNormalized {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// A slash at the path's end was added or removed.
    PathSlash {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The path came with something in front of it: a bucket's name, a folder of a proxy.
    PathPrefixAdded {
        /// What stands in front.
        prefix: String,
    },

    /// The path came without its beginning.
    PathPrefixRemoved {
        /// What is gone.
        prefix: String,
    },

    /// The query arrived as a part of the path.
    QueryInPath,

    /// The request came for another path.
    Path {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The same parameters, sorted in another order.
    QueryReordered,

    /// A parameter without a value was taken without its `=`.
    ParameterWithoutEquals,

    /// A parameter stands for the same, or nearly so, in another encoding.
    ParameterRewritten {
        /// The parameter's name.
        name: String,
        /// How its encoding was changed.
        rewrite: Rewrite,
    },

    /// A parameter was added.
    ParameterAdded {
        /// The parameter's name.
        name: String,
    },

    /// A parameter was removed.
    ParameterRemoved {
        /// The parameter's name.
        name: String,
    },

    /// Of a parameter that was given more than once, not all are there.
    ParameterOnce {
        /// The parameter's name.
        name: String,
    },

    /// A parameter's value was changed.
    Parameter {
        /// Its name.
        name: String,
        /// Its value as it was signed.
        signed: String,
        /// Its value as the server has it.
        received: String,
    },

    /// A header that was signed did not arrive. [`Presigned::headers`](crate::Presigned::headers) lists a link's.
    HeaderRemoved {
        /// The header's name, if the server says it.
        name: Option<String>,
    },

    /// A header that was signed is not among those that the request says are signed, or the server leaves it out.
    /// [`Request::with_unsigned_headers`](crate::Request::with_unsigned_headers) leaves it unsigned.
    HeaderNotListed {
        /// The header's name.
        name: String,
    },

    /// The request says that a header is signed which was not.
    HeaderAdded {
        /// The header's name.
        name: String,
    },

    /// A header arrived more than once.
    HeaderRepeated {
        /// The header's name.
        name: String,
    },

    /// Something was added to the end of a header's value.
    /// [`Request::with_unsigned_headers`](crate::Request::with_unsigned_headers) leaves it unsigned.
    HeaderExtended {
        /// The header's name.
        name: String,
        /// What was added.
        added: String,
    },

    /// A header's value has other blanks.
    HeaderBlanks {
        /// The header's name.
        name: String,
    },

    /// A header's value beyond ASCII arrived in another encoding.
    HeaderEncoding {
        /// The header's name.
        name: String,
    },

    /// A header's value was changed.
    Header {
        /// Its name.
        name: String,
        /// Its value as it was signed.
        signed: String,
        /// Its value as the server has it.
        received: String,
    },

    /// The server sorts or lists the headers in another order.
    HeadersReordered,

    /// The list of signed headers differs, and not the headers.
    SignedHeaders {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The request had headers that must be signed and were not.
    HeadersNotSigned {
        /// Their names as the server gives them, if it does.
        names: Option<String>,
    },

    /// The request lacked a header that the server asks for.
    HeaderMissing {
        /// The header's name, if the server gives it.
        name: Option<String>,
    },

    /// The body is not the one whose hash was signed. [`PayloadHash::UNSIGNED`](crate::PayloadHash::UNSIGNED) leaves it
    /// unsigned.
    Body {
        /// The hash that was signed.
        signed: Option<String>,
        /// That of the body which arrived.
        received: Option<String>,
    },

    /// The body was lost on the way.
    BodyLost,

    /// The body is not the one whose `Content-MD5` or checksum was sent.
    Checksum,

    /// The line that stands for the body is of another kind: a hash in place of `UNSIGNED-PAYLOAD`, and the like.
    PayloadMode {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// A chunk of an aws-chunked body, or its signature, is not the one that was signed.
    Chunk,

    /// The trailing headers of an aws-chunked body, or their signature, are not those that were signed.
    Trailer,

    /// The request is of another instant or day than the text that it was compared with.
    Date {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The signature was made for another region.
    Region {
        /// The region that was signed for.
        signed: Option<String>,
        /// The right one.
        expected: Option<String>,
    },

    /// The signature was made for another service. [`Signer::for_service`](crate::Signer::for_service) takes the right
    /// one.
    Service {
        /// The service that was signed for.
        signed: Option<String>,
        /// The right one.
        expected: Option<String>,
    },

    /// The server verified by another algorithm.
    Algorithm {
        /// As it was signed.
        signed: String,
        /// As the server has it.
        received: String,
    },

    /// The clock is off.
    Clock {
        /// The instant of signing.
        signed: Option<Timestamp>,
        /// The server's time.
        server: Option<Timestamp>,
        /// How many seconds the two may lie apart.
        allowed: Option<u64>,
    },

    /// A link's lifetime, or a form's, is over.
    Expired {
        /// When it ended.
        expired: Option<Timestamp>,
        /// The server's time.
        server: Option<Timestamp>,
        /// How many seconds the link was made for.
        lifetime: Option<u64>,
    },

    /// A link is dated ahead of the server's time.
    NotYetValid {
        /// The instant of signing.
        signed: Option<Timestamp>,
        /// The server's time.
        server: Option<Timestamp>,
    },

    /// A link's lifetime is one that the server does not take.
    Lifetime,

    /// The credentials need a session token, and none arrived.
    /// [`Credentials::with_session_token`](crate::Credentials::with_session_token) takes it.
    TokenMissing,

    /// Another session token arrived than the one that was signed.
    TokenChanged,

    /// The session token is none that the server knows, or belongs to other keys.
    TokenInvalid,

    /// The session token has expired. With [`Credentials::with_expiration`](crate::Credentials::with_expiration) this is
    /// told before the server tells it.
    TokenExpired,

    /// A form's signature is not that of its policy, or not by the right secret.
    PolicySignature {
        /// The access key id, if the server repeats it.
        access_key_id: Option<String>,
    },

    /// The server knows no such access key id.
    AccessKeyUnknown {
        /// The access key id, if the server repeats it.
        access_key_id: Option<String>,
    },

    /// Both texts agree: the secret is another one than the server's.
    Secret {
        /// The access key id, if the server repeats it.
        access_key_id: Option<String>,
    },

    /// The bucket lies at another endpoint.
    Endpoint {
        /// The right one, if the server gives it.
        endpoint: Option<String>,
        /// The bucket's region, likewise.
        region: Option<String>,
    },

    /// A form does not fulfil its policy.
    Policy {
        /// What the server says of it.
        message: String,
    },

    /// A file is larger than the policy or the server permits.
    TooLarge {
        /// Its length.
        proposed: Option<u64>,
        /// The greatest length.
        allowed: Option<u64>,
    },

    /// A file is smaller than the policy or the server permits.
    TooSmall {
        /// Its length.
        proposed: Option<u64>,
        /// The least length.
        allowed: Option<u64>,
    },

    /// The authentication that the request has is not of the right form.
    Malformed {
        /// What the server says of it.
        message: String,
    },

    /// The server's canonical request is another one, and it does not show it.
    CanonicalRequestNotShown {
        /// The host that was signed.
        host: Option<String>,
    },

    /// The signature does not match, and the server shows nothing of what it made of the request.
    NothingShown {
        /// The host that was signed.
        host: Option<String>,
        /// The names of the signed headers.
        signed_headers: Option<String>,
    },

    /// The server shows what it made of the request, and there is nothing to compare it with:
    /// [`ErrorResponse::explain`](crate::ErrorResponse::explain) takes what was signed.
    NotCompared {
        /// The method and the path that it has.
        target: Option<String>,
        /// The host that it has.
        host: Option<String>,
        /// The scope that it has.
        scope: Option<String>,
    },

    /// The authentication by query is not whole.
    QueryIncomplete,

    /// The request is authenticated twice, by header and by query for instance.
    AuthenticatedTwice,

    /// Its owner may not do this, or did not authenticate at all.
    NotPermitted {
        /// What the server says of it.
        message: String,
    },

    /// The error is none of authentication.
    NotTheSignature {
        /// What the server says of it.
        message: String,
    },

    /// The answer has no body.
    NoBody,

    /// The answer is no S3 error: something in front of the server gave it.
    NotFromServer {
        /// What it is.
        kind: &'static str,
    },
}

/// What became of an encoding on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rewrite {
    /// Encoded once more, `%20` into `%2520`.
    EncodedTwice,
    /// Decoded, `%2F` into `/`.
    Decoded,
    /// Encoded in other places, `%7E` for `~` or `%2f` for `%2F`.
    EncodedOtherwise,
    /// A space was sent as `+`, which the server takes for a plus.
    SpaceAsPlus,
    /// A plus was taken for a space.
    PlusAsSpace,
}
