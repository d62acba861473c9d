//! What is said of each cause: what happened, then what to do.

use super::cause::{Cause, Rewrite};
use crate::limits::CLOCK_SKEW;
use crate::timestamp::Timestamp;
use core::fmt;

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
                "Give the raw text to the signer and the URL that was signed to the client, and let nothing encode it \
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
                "the header {} was signed and did not arrive. Whoever sends the request must send it as it was signed \
                 (a link names them in X-Amz-SignedHeaders), and no proxy may take it off; or leave it out when signing",
                name.as_deref().unwrap_or("that it names")
            ),
            Self::HeaderNotListed { name } => write!(
                f,
                "the header {name} was signed, and the server leaves it out. Either another signing was sent than the one \
                 compared, or the server does not sign this header: leave it unsigned"
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
                 header unsigned, or do not send it"
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
                     UNSIGNED-PAYLOAD in place of its hash",
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
                 changed, cut, left out or sent in another order: send what was made for each, and let no proxy \
                 frame the body anew",
            ),
            Self::Trailer => f.write_str(
                "the trailing headers are not those that were signed. The request and its chunks are right: send the \
                 trailer as it was made",
            ),
            Self::Date { signed, received } => write!(
                f,
                "the request compared is dated {} and the one received {}. It was signed again in between, or the date \
                 was replaced on the way: compare with the canonical request of the signing that was sent, and send \
                 x-amz-date as it was signed",
                Dated(signed),
                Dated(received)
            ),
            Self::Region { signed, expected } => {
                f.write_str("the signature is for ")?;
                match signed {
                    Some(signed) => write!(f, "the region {signed}, and ")?,
                    None => f.write_str("the wrong region, and ")?,
                }
                match expected {
                    Some(expected) => write!(f, "the server expects {expected}. Sign for {expected}"),
                    None => f.write_str(
                        "the server does not say which it expects. It is that of the endpoint; of a bucket, ask for its \
                         location",
                    ),
                }
            }
            Self::Service { signed, expected } => {
                f.write_str("the signature is for ")?;
                match signed {
                    Some(signed) => write!(f, "the service {signed}, and ")?,
                    None => f.write_str("the wrong service, and ")?,
                }
                match expected {
                    Some(expected) => write!(f, "the server expects {expected}. Sign for {expected}"),
                    None => f.write_str("the server does not say which it expects. S3 and its relatives expect s3"),
                }
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
                        write!(f, "the signature is dated {signed:#}, {by} {side} the server's clock ({server:#})")?;
                    }
                    (Some(signed), None) => write!(f, "the signature is dated {signed:#}, too far from the server's clock")?,
                    _ => f.write_str("the signature's date is too far from the server's clock")?,
                }
                write!(f, ". Up to {} are allowed: ", Span(allowed.unwrap_or(CLOCK_SKEW.as_secs())))?;
                f.write_str("set the clock, and sign anew for every try; or take the time from the answer's date header")
            }
            Self::Expired { expired, server, lifetime } => {
                f.write_str("the signature's time is over")?;
                if let Some(expired) = expired {
                    write!(f, ": it ended at {expired:#}")?;
                    if let Some(server) = server.filter(|server| server > expired) {
                        let by = Span(server.unix().abs_diff(expired.unix()));
                        write!(f, ", {by} before the server's time ({server:#})")?;
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
                    write!(f, ": {signed:#} is {by} after {server:#}")?;
                }
                f.write_str(". Set the clock, and make another one")
            }
            Self::Lifetime => f.write_str(
                "the server does not take the link's lifetime. S3 takes 1 to 604800 seconds, which is 7 days; others less",
            ),
            Self::TokenMissing => f.write_str(
                "the session token is missing. Temporary credentials (ASIA…) are good together with their token alone: \
                 sign with it, and send x-amz-security-token with the rest",
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
                "the session token has expired. Get new credentials, and sign anew",
            ),
            Self::AccessKeyUnknown { access_key_id } => {
                f.write_str("the server knows no access key id ")?;
                match access_key_id {
                    Some(id) => write!(f, "{id}. ")?,
                    None => f.write_str("such as this. ")?,
                }
                f.write_str(match access_key_id {
                    Some(id) if id.starts_with("ASIA") => {
                        "A session's is known together with its token alone. The token was signed: see that it arrives, and \
                         that the session is of this server and partition"
                    }
                    _ => "It was deleted, misspelt or belongs to another server or partition",
                })
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
            Self::Malformed { message } => {
                f.write_str("the server cannot read the authentication")?;
                if !message.is_empty() {
                    write!(f, ": {message}")?;
                }
                f.write_str(
                    ". Send the headers, or the URL, as they were made, and nothing of an earlier signing beside them",
                )
            }
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
                f.write_str(". Compare that with what was signed")
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
                f.write_str("access is denied, and not because of the signature's text")?;
                if !message.is_empty() {
                    write!(f, " ({message})")?;
                }
                f.write_str(". ")?;
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

/// The text of an instant, for people; or what else was found there.
struct Dated<'a>(&'a str);

impl fmt::Display for Dated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::parse(self.0) {
            Ok(instant) => write!(f, "{instant:#}"),
            Err(_) => f.write_str(self.0),
        }
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
