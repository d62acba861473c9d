//! One answer being read: from its code, its message, its texts and its head to the cause.

use super::ErrorResponse;
use super::body::Body;
use super::cause::Cause;
use super::compare::{self, Found, Parts, decoded, encoded};
use super::difference::Difference;
use crate::instant;
use crate::limits::CLOCK_SKEW;
use crate::shown::{show, show_message};
use crate::timestamp::Timestamp;
use crate::xml::Kind;
use alloc::string::{String, ToString};

/// What was signed.
pub(super) struct Signed<'a> {
    pub(super) canonical: &'a str,
    pub(super) string_to_sign: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) now: Timestamp,
}

/// One answer being read.
pub(super) struct Reading<'a> {
    pub(super) answer: &'a ErrorResponse<'a>,
    pub(super) body: &'a Body,
    pub(super) signed: Option<&'a Signed<'a>>,
    pub(super) code: &'a str,
}

pub(super) type Answer = (Cause, Option<(Difference, usize)>);

impl Reading<'_> {
    pub(super) fn cause(&self) -> Answer {
        if self.code == "SignatureDoesNotMatch" || self.code == "InvalidSignatureException" {
            // Some servers and all of Amazon's query APIs have one code for many errors, and a sentence for each.
            return self.by_message().map_or_else(|| self.signature(), |cause| (cause, None));
        }
        (self.by_code(), None)
    }

    /// The codes of S3 and its relatives, and of Amazon's query APIs.
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>,
    /// <https://docs.cloud.google.com/storage/docs/xml-api/reference-status>,
    /// <https://developers.cloudflare.com/r2/api/error-codes>.
    fn by_code(&self) -> Cause {
        let by_message = self.by_message();
        match self.code {
            "" => self.without_code(),
            "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" | "IncompleteSignature" => {
                by_message.unwrap_or_else(|| self.malformed())
            }
            "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => {
                by_message.unwrap_or_else(|| self.clock())
            }
            "ExpiredRequest" => self.expired(),
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
                by_message.unwrap_or(Cause::TokenExpired)
            }
            "InvalidToken" | "InvalidTokenId" => Cause::TokenInvalid,
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidSecurity"
            | "Unauthorized" => self.access_key(),
            "XAmzContentSHA256Mismatch" => self.body_hash(),
            "BadDigest" => Cause::Checksum,
            "MissingSecurityHeader" | "MissingAuthenticationToken" | "MalformedSecurityHeader" => {
                by_message.unwrap_or_else(|| self.header_missing())
            }
            "PermanentRedirect" | "TemporaryRedirect" | "Redirect" => self.endpoint(),
            "EntityTooLarge" => {
                Cause::TooLarge { proposed: self.number("ProposedSize"), allowed: self.number("MaxSizeAllowed") }
            }
            "EntityTooSmall" => {
                Cause::TooSmall { proposed: self.number("ProposedSize"), allowed: self.number("MinSizeAllowed") }
            }
            "PolicyConditionFailed" | "InvalidPolicyDocument" => self.policy(),
            "AccessDenied" => by_message.unwrap_or_else(|| Cause::NotPermitted { message: self.details() }),
            "InvalidRequest" | "InvalidArgument" => {
                by_message.unwrap_or_else(|| Cause::NotTheSignature { message: self.details() })
            }
            _ => Cause::NotTheSignature { message: self.details() },
        }
    }

    /// Sentences that tell more than the code beside them.
    ///
    /// Source of those of the query APIs:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>.
    fn by_message(&self) -> Option<Cause> {
        let message = self.body.message();
        let details = self.body.get("Details").unwrap_or_default();
        let has = |text: &str| message.contains(text) || details.contains(text);
        if has("Request has expired") || has("Policy expired") {
            return Some(self.expired());
        }
        if has("Request is not yet valid") {
            let signed = self.instant("X-Amz-Date").or(self.signed_at());
            return Some(Cause::NotYetValid { signed, server: self.server_time() });
        }
        if has("Signature expired: ") || has("Signature not yet current: ") {
            return Some(self.clock());
        }
        if has("were not signed") || self.body.get("HeadersNotSigned").is_some() {
            return Some(Cause::HeadersNotSigned { names: self.body.get("HeadersNotSigned").map(show) });
        }
        if has("included in signedheaders, but not in the request") {
            return Some(Cause::HeaderRemoved { name: self.body.get("ParameterName").map(show) });
        }
        if has("Invalid according to Policy") {
            return Some(self.policy());
        }
        // "the region is wrong", "the region 'a' is wrong", "scoped to a valid region", which some services capitalise.
        let of_regions = self.code.starts_with("Authorization") && self.body.get("Region").is_some();
        let scoped = has("scoped to a valid region") || has("scoped to a valid Region");
        if of_regions || has("the region is wrong") || has("; the region '") || scoped {
            return Some(self.region());
        }
        if has("scoped to correct service") || has("incorrect service") {
            let signed = self.signed.map(|signed| show(signed.service));
            let expected = quoted(message, "correct service: ").or_else(|| quoted(message, "belongs to "));
            return Some(Cause::Service { signed, expected });
        }
        let of_form = has("slash-delimited elements") || has("Authorization header requires '");
        if of_form || has("Date in Credential scope") || has("Invalid credential date") {
            return Some(Cause::Malformed { message: self.details() });
        }
        if has("X-Amz-Expires must be") || has("X-Amz-Expires should be") {
            return Some(Cause::Lifetime);
        }
        if has("Query-string authentication version 4 requires") {
            return Some(Cause::QueryIncomplete);
        }
        if has("Only one auth mechanism allowed") {
            return Some(Cause::AuthenticatedTwice);
        }
        if has("authorization mechanism you have provided is not supported") {
            return Some(self.malformed());
        }
        if has("Missing required header for this request: ") {
            let (_, name) = message.split_once("for this request: ")?;
            return Some(Cause::HeaderMissing { name: Some(show(name.trim_end_matches('.'))) });
        }
        if has("requires a valid Date or x-amz-date header") {
            return Some(Cause::HeaderMissing { name: Some(String::from("x-amz-date")) });
        }
        None
    }

    /// The signature does not match: the texts, if the server shows them.
    fn signature(&self) -> Answer {
        let (canonical, string) = self.body.texts();
        let (canonical, string) = (canonical.as_deref(), string.as_deref());
        let algorithm = string.and_then(|string| string.lines().next()).unwrap_or_default();
        if algorithm.starts_with("AWS4-") && algorithm.ends_with("-PAYLOAD") {
            return (Cause::Chunk, None);
        }
        if algorithm.starts_with("AWS4-") && algorithm.ends_with("-TRAILER") {
            return (Cause::Trailer, None);
        }
        // A form's string to sign is its policy in base64, which may hold a token.
        if canonical.is_none() && algorithm.len() > 64 {
            return (Cause::PolicySignature { access_key_id: self.body.get("AWSAccessKeyId").map(show) }, None);
        }
        let theirs = canonical.and_then(Parts::of);
        let Some(signed) = self.signed else { return (self.not_compared(theirs.as_ref(), string), None) };
        let ours = Parts::of(signed.canonical);
        let found = |Found { cause, difference, others }| (cause, Some((difference, others)));
        if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
            if let Some(different) = compare::requests(ours, theirs) {
                return found(different);
            }
        }
        if let Some(different) = string.and_then(|string| compare::strings(signed.string_to_sign, string)) {
            return found(different);
        }
        let cause = match (theirs, string) {
            (Some(_), _) => self.secret(),
            (None, Some(string)) if string.lines().nth(3) == signed.string_to_sign.lines().nth(3) => self.secret(),
            (None, Some(_)) => self.visible().unwrap_or(Cause::CanonicalRequestNotShown { host: self.host() }),
            (None, None) => self.visible().unwrap_or_else(|| Cause::NothingShown {
                host: self.host(),
                signed_headers: ours.map(|ours| show(ours.signed_headers)),
            }),
        };
        (cause, None)
    }

    /// What can be seen of a request that the server does not show: its path, its bucket's region, its clock.
    fn visible(&self) -> Option<Cause> {
        let signed = self.signed?;
        let path = Parts::of(signed.canonical)?.path;
        // Most servers name the object as it is called, some as it was sent, and some without the bucket in the host.
        let resource = self.body.get("Resource").map(|resource| resource.trim_end_matches('/'));
        if let Some(resource) = resource.filter(|resource| resource.starts_with('/')) {
            let sent = path.trim_end_matches('/');
            if !resource.ends_with(sent) && !resource.ends_with(&decoded(sent)) {
                return Some(compare::path(sent, &encoded(resource)));
            }
        }
        if let Some(region) = self.answer.bucket_region.filter(|region| *region != signed.region) {
            return Some(Cause::Region { signed: Some(show(signed.region)), expected: Some(show(region)) });
        }
        let server = self.server_time()?;
        let is_link = Parts::of(signed.canonical)?.parameter("X-Amz-Expires").is_some();
        let apart = signed.now.unix().abs_diff(server.unix());
        (apart > CLOCK_SKEW.as_secs() && !is_link).then(|| self.clock())
    }

    fn not_compared(&self, theirs: Option<&Parts<'_>>, string: Option<&str>) -> Cause {
        let scope = string.and_then(|string| string.lines().nth(2)).filter(|scope| scope.ends_with("/aws4_request"));
        if theirs.is_none() && scope.is_none() {
            return Cause::NothingShown { host: None, signed_headers: None };
        }
        let target = theirs.map(|theirs| alloc::format!("{} {}", show(theirs.method), show(theirs.path)));
        let host = theirs.and_then(|theirs| theirs.header("host")).map(show);
        Cause::NotCompared { target, host, scope: scope.map(show) }
    }

    /// The same texts on both sides.
    fn secret(&self) -> Cause {
        Cause::Secret { access_key_id: self.body.get("AWSAccessKeyId").map(show) }
    }

    fn access_key(&self) -> Cause {
        let access_key_id = self.body.get("AWSAccessKeyId");
        // That of a session is known together with its token alone.
        let parts = self.signed.and_then(|signed| Parts::of(signed.canonical));
        let with_token = parts.is_some_and(|parts| parts.has_token());
        if access_key_id.is_some_and(|id| id.starts_with("ASIA")) && !with_token {
            return Cause::TokenMissing;
        }
        Cause::AccessKeyUnknown { access_key_id: access_key_id.map(show) }
    }

    fn body_hash(&self) -> Cause {
        let hashes = ["ClientComputedContentSHA256", "S3ComputedContentSHA256"].map(|name| self.body.get(name));
        let signed = self.signed.and_then(|signed| signed.canonical.lines().last());
        match (hashes[0].or(signed), hashes[1]) {
            (Some(signed), Some(received)) => compare::payload(signed, received),
            (signed, received) => Cause::Body { signed: signed.map(show), received: received.map(show) },
        }
    }

    fn region(&self) -> Cause {
        let message = self.body.message();
        let expected = self.body.get("Region").map(show).or_else(|| quoted(message, "expecting "));
        let expected = expected.or_else(|| self.answer.bucket_region.map(show));
        let scoped = || ["valid region, not ", "valid Region, not "].iter().find_map(|words| quoted(message, words));
        let signed = quoted(message, "the region ").or_else(scoped);
        Cause::Region { signed: signed.or_else(|| self.signed.map(|signed| show(signed.region))), expected }
    }

    fn clock(&self) -> Cause {
        let message = self.body.message();
        let minutes = || message.split_once(" min.")?.0.rsplit(' ').next()?.parse::<u64>().ok()?.checked_mul(60);
        let allowed =
            self.number("MaxAllowedSkewMilliseconds").map(|milliseconds| milliseconds / 1000).or_else(minutes);
        let after = |text: &str| {
            let (_, rest) = message.split_once(text)?;
            instant::read(rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?)
        };
        // "Signature expired: 20130524T000000Z is now earlier than 20130524T001000Z (20130524T002500Z - 15 min.)"
        let signed = self.instant("RequestTime").or_else(|| after("Signature expired: "));
        let signed = signed.or_else(|| after("Signature not yet current: ")).or(self.signed_at());
        let server = self.instant("ServerTime").or_else(|| after(" (")).or_else(|| self.server_time());
        Cause::Clock { signed, server, allowed }
    }

    fn expired(&self) -> Cause {
        let parts = self.signed.and_then(|signed| Parts::of(signed.canonical));
        let signed = parts.and_then(|parts| parts.parameter("X-Amz-Expires")).and_then(|text| text.parse().ok());
        let lifetime = self.number("X-Amz-Expires").or(signed);
        let end = || self.signed_at()?.plus(core::time::Duration::from_secs(signed?)).ok();
        Cause::Expired { expired: self.instant("Expires").or_else(end), server: self.server_time(), lifetime }
    }

    fn endpoint(&self) -> Cause {
        let location = self.answer.location.and_then(|location| {
            let (_, rest) = location.split_once("://")?;
            rest.split(['/', '?']).next()
        });
        let endpoint = self.body.get("Endpoint").or(location).map(show);
        Cause::Endpoint { endpoint, region: self.answer.bucket_region.map(show) }
    }

    fn header_missing(&self) -> Cause {
        let name = self.body.get("MissingHeaderName").or_else(|| self.body.get("ParameterName"));
        Cause::HeaderMissing { name: name.map(show) }
    }

    fn policy(&self) -> Cause {
        let message = self.details();
        Cause::Policy { message: message.trim_start_matches("Invalid according to Policy: ").to_string() }
    }

    fn malformed(&self) -> Cause {
        Cause::Malformed { message: self.details() }
    }

    fn without_code(&self) -> Cause {
        if matches!(self.answer.status, Some(301 | 302 | 307 | 308)) {
            return self.endpoint();
        }
        if let Some(status @ 200..=299) = self.answer.status {
            return Cause::NotTheSignature { message: alloc::format!("the status is {status}") };
        }
        match self.body.kind {
            Kind::Empty => Cause::NoBody,
            kind => Cause::NotFromServer { kind: kind.in_words() },
        }
    }

    /// What the server says, in its own words.
    fn details(&self) -> String {
        let message = show_message(self.body.message());
        match self.body.get("Details").or_else(|| self.body.get("Condition")) {
            Some(details) => alloc::format!("{message}: {}", show_message(details)),
            None => message,
        }
    }

    fn host(&self) -> Option<String> {
        Parts::of(self.signed?.canonical)?.header("host").map(show)
    }

    fn signed_at(&self) -> Option<Timestamp> {
        self.signed.map(|signed| signed.now)
    }

    fn server_time(&self) -> Option<Timestamp> {
        self.instant("ServerTime").or_else(|| instant::read(self.answer.date?))
    }

    fn instant(&self, element: &str) -> Option<Timestamp> {
        instant::read(self.body.get(element)?)
    }

    fn number(&self, element: &str) -> Option<u64> {
        self.body.get(element)?.parse().ok()
    }
}

/// What stands in quotes behind these words.
fn quoted(message: &str, words: &str) -> Option<String> {
    let (_, rest) = message.split_once(words)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest[1..].split_once(quote).map(|(text, _)| show(text))
}
