use crate::timestamp::Timestamp;
use alloc::string::String;
use core::fmt;

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

    /// A header that was signed did not arrive.
    HeaderRemoved {
        /// The header's name.
        name: String,
    },

    /// A header that was signed is not among those that the request says are signed, or the server leaves it out.
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

    /// The body is not the one whose hash was signed.
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

    /// The signature was made for another service.
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
    TokenMissing,

    /// Another session token arrived than the one that was signed.
    TokenChanged,

    /// The session token is none that the server knows, or belongs to other keys.
    TokenInvalid,

    /// The session token has expired.
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

    /// The server shows what it made of the request, and there is nothing to compare it with.
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

impl Rewrite {
    fn happened(self) -> &'static str {
        match self {
            Self::EncodedTwice => "was encoded twice",
            Self::Decoded => "was decoded on the way",
            Self::EncodedOtherwise => "was encoded in another way",
            Self::SpaceAsPlus => "arrived with + for a space",
            Self::PlusAsSpace => "arrived with a space for +",
        }
    }

    fn cure(self) -> &'static str {
        match self {
            Self::EncodedTwice => {
                "Pass the raw text to this crate and the URL that was signed to the client, and let nothing encode it \
                 again"
            }
            Self::Decoded => {
                "Send the URL as it was signed, and have proxies pass it on untouched (nginx: proxy_pass without a path); \
                 a server that decodes by itself needs names without such characters"
            }
            Self::EncodedOtherwise => {
                "Send the URL as it was signed, and not what a URL library makes of it; a server that does so by itself \
                 needs names without such characters"
            }
            Self::SpaceAsPlus => "Send the URL as it was signed, with %20; form encoding writes + for a space",
            Self::PlusAsSpace => {
                "Send the URL as it was signed, with %2B; whoever decodes it on the way takes a + for a space"
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method { signed, received } => {
                write!(f, "the request was signed for {signed} and received as {received}. ")?;
                match (&**signed, &**received) {
                    ("GET", "HEAD") | ("HEAD", "GET") => f.write_str(
                        "A signature is good for one method: sign one for HEAD and one for GET; previews and download \
                         managers ask by HEAD first",
                    ),
                    ("POST" | "PUT", "GET") => f.write_str(
                        "Clients that follow a redirect go on with GET: sign for the address that the redirect names",
                    ),
                    _ => f.write_str("A signature is good for one method: send that one, or sign for the other"),
                }
            }
            Self::Host { signed, received } => write!(
                f,
                "the request was signed for the host {signed} and received for {received}. Let the proxy pass the host on \
                 as it came (nginx: proxy_set_header Host $http_host), or sign for the host that the server sees"
            ),
            Self::Port { signed, received } => write!(
                f,
                "the request was signed for {signed} and received for {received}: the port differs. Let the proxy pass \
                 the host on with its port (nginx: $http_host, not $host), or sign for the port that the server sees"
            ),
            Self::PathRewritten { rewrite } => write!(f, "the path {}. {}", rewrite.happened(), rewrite.cure()),
            Self::PathNormalized { signed, received } => write!(
                f,
                "the path was signed as {signed} and received as {received}: dot segments or double slashes were removed \
                 on the way. Use a client and a proxy that send paths untouched (curl: --path-as-is; nginx: \
                 merge_slashes off), or keys without them"
            ),
            Self::PathSlash { signed, received } => write!(
                f,
                "the path was signed as {signed} and received as {received}: the slash at the end is part of what is \
                 signed. Send the URL as it was signed"
            ),
            Self::PathPrefixAdded { prefix } => write!(
                f,
                "the path arrived with {prefix} in front. If that is the bucket, the server takes it from the path where \
                 it was signed in the host, or the other way round: choose path style or virtual-hosted style as the \
                 server does; else a proxy added it"
            ),
            Self::PathPrefixRemoved { prefix } => write!(
                f,
                "the path arrived without {prefix} in front. A proxy takes it off (nginx: proxy_pass with a path): sign \
                 for the path that the server sees, have the proxy keep it, or let the server know its prefix"
            ),
            Self::QueryInPath => f.write_str(
                "the query arrived as a part of the path, with %3F for its question mark. A whole URL was encoded, or was \
                 given where a path is asked for: send the URL as it was signed",
            ),
            Self::Path { signed, received } => write!(
                f,
                "the path was signed as {signed} and received as {received}. Send the URL that was signed, or sign for the \
                 path that is sent"
            ),
            Self::QueryReordered => f.write_str(
                "the server has the same parameters in another order. It does not sort them by their encoded names, as \
                 Signature Version 4 asks: use names that sort the same way, encoded or not",
            ),
            Self::ParameterWithoutEquals => f.write_str(
                "the server takes a parameter without a value without its =, where Signature Version 4 asks for one. Give \
                 it a value, or have the server mended",
            ),
            Self::ParameterRewritten { name, rewrite } => {
                write!(f, "the parameter {name} {}. {}", rewrite.happened(), rewrite.cure())
            }
            Self::ParameterAdded { name } => write!(
                f,
                "the parameter {name} was added after signing. Give it to the request before signing: a signed query \
                 takes no more"
            ),
            Self::ParameterRemoved { name } => write!(
                f,
                "the parameter {name} was signed and did not arrive. Send the whole query; in a shell, put the URL in \
                 quotes, for & ends a command"
            ),
            Self::ParameterOnce { name } => write!(
                f,
                "the parameter {name} was signed more than once, and not all of them arrived. The server, or something in \
                 front of it, keeps one of each name: give it once"
            ),
            Self::Parameter { name, signed, received } => {
                write!(f, "the parameter {name} was signed as {signed} and received as {received}. ")?;
                match &**name {
                    "X-Amz-Expires" => f.write_str("A link's lifetime is part of what is signed: make another link"),
                    "X-Amz-Date" | "X-Amz-Credential" => f.write_str(
                        "That is another signing: compare with the canonical request of the link that was sent",
                    ),
                    _ => f.write_str("Send the URL as it was signed, or sign it with the other value"),
                }
            }
            Self::HeaderRemoved { name } => write!(
                f,
                "the header {name} was signed and did not arrive. Whoever sends the request must send it as it was signed \
                 (Presigned::headers lists a link's), and no proxy may take it off; or leave it out when signing"
            ),
            Self::HeaderNotListed { name } => write!(
                f,
                "the header {name} was signed, and the server leaves it out. Either another signing was sent than the one \
                 compared, or the server does not sign this header: name it in Request::with_unsigned_headers"
            ),
            Self::HeaderAdded { name } => write!(
                f,
                "the request names {name} among its signed headers, which was not signed here. Another signing was sent \
                 than the one compared, or a client added the header: give it to the request before signing"
            ),
            Self::HeaderRepeated { name } => write!(
                f,
                "the header {name} arrived more than once. The client adds it although it was given to it, or a proxy \
                 does: send it once"
            ),
            Self::HeaderExtended { name, added } => write!(
                f,
                "the header {name} arrived with {added} added. A proxy or the server's own front end does so: leave the \
                 header unsigned (Request::with_unsigned_headers), or do not send it"
            ),
            Self::HeaderBlanks { name } => write!(
                f,
                "the header {name} arrived with other blanks. Of blanks, Signature Version 4 folds spaces and tabs alone; \
                 the server or a proxy folds others: use plain spaces, one at a time"
            ),
            Self::HeaderEncoding { name } => write!(
                f,
                "the header {name} has characters beyond ASCII, and arrived in another encoding. Clients and servers \
                 differ in whether that is UTF-8 or Latin-1: encode the value in ASCII yourself"
            ),
            Self::Header { name, signed, received } => {
                write!(f, "the header {name} was signed as {signed} and received as {received}. ")?;
                match &**name {
                    "content-type" => f.write_str(
                        "Browsers and HTTP clients set it by themselves: send the very value that was signed, or sign \
                         without the header",
                    ),
                    "content-length" => f.write_str("The body has another length than was signed: send that very body"),
                    _ => f.write_str("Send the value that was signed, or leave the header unsigned"),
                }
            }
            Self::HeadersReordered => f.write_str(
                "the server has the same headers in another order. Signature Version 4 sorts them by name, which the \
                 server does not do: sign fewer headers",
            ),
            Self::SignedHeaders { signed, received } => write!(
                f,
                "the list of signed headers was {signed} and arrived as {received}. Send the Authorization header, or the \
                 parameter X-Amz-SignedHeaders, as it was made"
            ),
            Self::HeadersNotSigned { names } => {
                let names = names.as_deref().unwrap_or("some");
                write!(
                    f,
                    "the request has headers that were not signed ({names}). S3 takes no x-amz- header that is not: give \
                     them to the request before signing, or do not send them"
                )
            }
            Self::HeaderMissing { name } => {
                let name = name.as_deref().unwrap_or("that authentication needs");
                write!(f, "the request lacks the header {name}. Send all headers that signing made, as they are")
            }
            Self::Body { signed, received } => {
                f.write_str("the body is another one than was signed")?;
                if let (Some(signed), Some(received)) = (signed, received) {
                    write!(f, ": its hash was signed as {signed} and is {received}")?;
                }
                f.write_str(
                    ". Send the very bytes that were hashed, and let nothing compress or convert them on the way; or sign \
                     PayloadHash::UNSIGNED",
                )
            }
            Self::BodyLost => f.write_str(
                "the body arrived empty, and another was signed. A client that follows a redirect, or a stream read once \
                 before, sends none: sign for the last address, and rewind the body before a second try",
            ),
            Self::Checksum => f.write_str(
                "the body does not have the checksum that was sent with it. Send the very bytes of which it was made, and \
                 let nothing compress or convert them on the way",
            ),
            Self::PayloadMode { signed, received } => write!(
                f,
                "for the body, {signed} was signed and {received} received. The server goes by the header \
                 x-amz-content-sha256 (for a link by UNSIGNED-PAYLOAD if there is none): send it as it was signed, and \
                 let the client not chunk or hash the body by itself"
            ),
            Self::Chunk => f.write_str(
                "a chunk of the body is not the one that was signed. The request's own signature is right; a chunk was \
                 changed, cut, left out or sent in another order: send what ChunkSigner gave for each, and let no proxy \
                 frame the body anew",
            ),
            Self::Trailer => f.write_str(
                "the trailing headers are not those that were signed. The request and its chunks are right: send the \
                 trailer as ChunkSigner gave it",
            ),
            Self::Date { signed, received } => write!(
                f,
                "the request compared is dated {signed} and the one received {received}. It was signed again in between, \
                 or the date was replaced on the way: compare with the canonical request of the signing that was sent, \
                 and send x-amz-date as it was signed"
            ),
            Self::Region { signed, expected } => {
                f.write_str("the signature is for ")?;
                match signed {
                    Some(signed) => write!(f, "the region {signed}, and ")?,
                    None => f.write_str("the wrong region, and ")?,
                }
                match expected {
                    Some(expected) => write!(f, "the server expects {expected}. Make the signer for {expected}"),
                    None => f.write_str("the server does not say which it expects. Ask for the bucket's location"),
                }
            }
            Self::Service { signed, expected } => {
                f.write_str("the signature is for ")?;
                match signed {
                    Some(signed) => write!(f, "the service {signed}, and ")?,
                    None => f.write_str("the wrong service, and ")?,
                }
                match expected {
                    Some(expected) => write!(f, "the server expects {expected}. Make the signer for {expected}"),
                    None => f.write_str("the server does not say which it expects. S3 and its relatives expect s3"),
                }?;
                f.write_str(" (Signer::for_service)")
            }
            Self::Algorithm { signed, received } => write!(
                f,
                "the server verified by {received}, and the signature was made by {signed}. It does not see this \
                 signature as one of Version 4: send authorization by header or by query and not by both, with its \
                 names as they were made"
            ),
            Self::Clock { signed, server, allowed } => {
                match (signed, server) {
                    (Some(signed), Some(server)) => {
                        let seconds = signed.unix() - server.unix();
                        let side = if seconds < 0 { "behind" } else { "ahead of" };
                        let by = Span(seconds.unsigned_abs());
                        write!(f, "the signature is dated {signed}, {by} {side} the server's clock ({server})")?;
                    }
                    (Some(signed), None) => write!(f, "the signature is dated {signed}, too far from the server's clock")?,
                    _ => f.write_str("the signature's date is too far from the server's clock")?,
                }
                write!(f, ". Up to {} are allowed: ", Span(allowed.unwrap_or(900)))?;
                f.write_str("set the clock, and sign anew for every try; or take the time from the answer's date header")
            }
            Self::Expired { expired, server, lifetime } => {
                f.write_str("the signature's time is over")?;
                if let Some(expired) = expired {
                    write!(f, ": it ended at {expired}")?;
                    if let Some(server) = server.filter(|server| server > expired) {
                        let by = Span(server.unix().abs_diff(expired.unix()));
                        write!(f, ", {by} before the server's time ({server})")?;
                    }
                }
                match lifetime {
                    Some(lifetime) => write!(f, ". It was made for {}: make another one", Span(*lifetime)),
                    None => f.write_str(". Make another one"),
                }?;
                f.write_str(", for longer if need be, and check the clock if it is new")
            }
            Self::NotYetValid { signed, server } => {
                f.write_str("the signature is dated ahead of the server's time")?;
                if let (Some(signed), Some(server)) = (signed, server) {
                    let by = Span(signed.unix().abs_diff(server.unix()));
                    write!(f, ": {signed} is {by} after {server}")?;
                }
                f.write_str(". Set the clock, and make another one")
            }
            Self::Lifetime => f.write_str(
                "the server does not take the link's lifetime. S3 takes 1 to 604800 seconds, which is 7 days; others less",
            ),
            Self::TokenMissing => f.write_str(
                "the session token is missing. Temporary credentials (ASIA…) are good together with their token alone: \
                 give it to Credentials::with_session_token, and send x-amz-security-token with the rest",
            ),
            Self::TokenChanged => f.write_str(
                "another session token arrived than the one that was signed. Sign and send with the keys and the token \
                 of one and the same session, and send its characters as they are (+ and / are encoded in a link)",
            ),
            Self::TokenInvalid => f.write_str(
                "the server does not take the session token. It is cut, changed or of other keys: take key id, secret and \
                 token from one and the same answer",
            ),
            Self::TokenExpired => f.write_str(
                "the session token has expired. Get new credentials and sign anew; with Credentials::with_expiration this \
                 crate tells before the server does",
            ),
            Self::AccessKeyUnknown { access_key_id } => {
                f.write_str("the server knows no access key id ")?;
                match access_key_id {
                    Some(id) => write!(f, "{id}. ")?,
                    None => f.write_str("such as this. ")?,
                }
                f.write_str("It was deleted, misspelt or belongs to another server or partition")
            }
            Self::Secret { access_key_id } => {
                f.write_str("the server made the same canonical request and the same string to sign. So the secret is left: ")?;
                match access_key_id {
                    Some(id) => write!(f, "it is not the one that belongs to {id}. ")?,
                    None => f.write_str("it is not the one that belongs to the access key id. ")?,
                }
                f.write_str(
                    "Look for a character lost or added when it was copied, for + and / changed by an encoding, and for \
                     a key that was replaced",
                )
            }
            Self::PolicySignature { access_key_id } => {
                f.write_str(
                    "the form's signature is not that of its policy. Send the fields policy and x-amz-signature as they \
                     were made; if they are, the secret is not the one that belongs to ",
                )?;
                f.write_str(access_key_id.as_deref().unwrap_or("the access key id"))
            }
            Self::Endpoint { endpoint, region } => {
                f.write_str("the bucket lies elsewhere")?;
                match (endpoint, region) {
                    (Some(endpoint), Some(region)) => write!(f, ": at {endpoint}, in {region}")?,
                    (Some(endpoint), None) => write!(f, ": at {endpoint}")?,
                    (None, Some(region)) => write!(f, ": in {region}")?,
                    (None, None) => {}
                }
                f.write_str(". Sign for that endpoint and its region; a client that follows the redirect by itself takes \
                    a signature along that is for another host")
            }
            Self::Policy { message } => write!(
                f,
                "the form does not fulfil its policy: {message}. Every field but file, policy, x-amz-signature and \
                 x-ignore-… needs a condition that it fulfils"
            ),
            Self::TooLarge { proposed, allowed } => {
                f.write_str("the file is too large")?;
                sizes(f, *proposed, *allowed, "at most")?;
                f.write_str(". Send a smaller one, or widen the policy's content-length-range")
            }
            Self::TooSmall { proposed, allowed } => {
                f.write_str("the file is too small")?;
                sizes(f, *proposed, *allowed, "at least")?;
                f.write_str(". Send a larger one, or widen the policy's content-length-range; of an upload in parts, \
                    all but the last have 5 MiB at least")
            }
            Self::Malformed { message } => write!(
                f,
                "the server cannot read the authentication: {message}. Send the headers, or the URL, as they were made, \
                 and nothing of an earlier signing beside them"
            ),
            Self::CanonicalRequestNotShown { host } => {
                f.write_str("the server made another canonical request and does not show it. ")?;
                f.write_str("Something changed on the way: most often the host")?;
                if let Some(host) = host {
                    write!(f, " (signed: {host})")?;
                }
                f.write_str(" by a proxy, then the encoding of the path, then a header by the client")
            }
            Self::NothingShown { host, signed_headers } => {
                f.write_str("the signature does not match, and the server does not show why. Look first at the secret \
                    (another key's, a character lost), then at a proxy that changes the host")?;
                if let Some(host) = host {
                    write!(f, " (signed: {host})")?;
                }
                f.write_str(", then at the signed headers")?;
                if let Some(names) = signed_headers {
                    write!(f, " ({names})")?;
                }
                f.write_str(" that a client may change, then at the encoding of the path")
            }
            Self::NotCompared { target, host, scope } => {
                f.write_str("the signature does not match. The server received ")?;
                f.write_str(target.as_deref().unwrap_or("a request"))?;
                if let Some(host) = host {
                    write!(f, " for the host {host}")?;
                }
                if let Some(scope) = scope {
                    write!(f, " in the scope {scope}")?;
                }
                f.write_str(". Compare that with what was signed: ErrorResponse::explain does, given the canonical request")
            }
            Self::QueryIncomplete => f.write_str(
                "some of the parameters of the authentication did not arrive. Send the whole URL; in a shell, put it in \
                 quotes, for & ends a command",
            ),
            Self::AuthenticatedTwice => f.write_str(
                "the request is authenticated twice. Clients that follow a redirect take the Authorization header along \
                 to a link, and some add one of their own: send a link without it",
            ),
            Self::NotPermitted { message } => {
                write!(f, "access is denied, and not because of the signature's text ({message}). ")?;
                f.write_str(
                    "The key may not do this, the bucket's policy forbids it, or no authentication arrived; for objects \
                     that do not exist, S3 answers so to whoever may not list the bucket",
                )
            }
            Self::NotTheSignature { message } => {
                f.write_str("this error is not about the signature")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {message}") }
            }
            Self::NoBody => f.write_str(
                "the answer has no body, as every answer to HEAD. Send the same request signed for GET, and explain its \
                 answer",
            ),
            Self::NotFromServer { kind } => write!(
                f,
                "the answer is {kind}, and no S3 error. Something in front of the server gave it, or the address is not \
                 that of an S3 server: look at the URL, and at proxies in between"
            ),
        }?;
        f.write_str(".")
    }
}

fn sizes(f: &mut fmt::Formatter<'_>, proposed: Option<u64>, allowed: Option<u64>, at: &str) -> fmt::Result {
    match (proposed, allowed) {
        (Some(proposed), Some(allowed)) => write!(f, ": it has {proposed} bytes, and may have {at} {allowed}"),
        (None, Some(allowed)) => write!(f, ": it may have {at} {allowed} bytes"),
        (Some(proposed), None) => write!(f, ": it has {proposed} bytes"),
        (None, None) => Ok(()),
    }
}

/// A number of seconds in its two greatest units.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
        let from = units.iter().position(|(length, _)| self.0 >= *length).unwrap_or(3);
        let mut rest = self.0;
        for (i, (length, unit)) in units.iter().enumerate().skip(from).take(2) {
            let count = rest / length;
            rest %= length;
            if count == 0 && i > from {
                break;
            }
            let plural = if count == 1 { "" } else { "s" };
            write!(f, "{}{count} {unit}{plural}", if i > from { " " } else { "" })?;
        }
        Ok(())
    }
}
