//! A server that verifies signatures, written for clarity over `naive`, and answers a request that it refuses in the
//! XML of the servers that exist. It takes the path as it would be known after decoding, sorts and encodes the query
//! anew, and reads the headers that the request names.
//!
//! The bodies follow those that users of each have shown: S3 minio/minio#2986, versity/versitygw#1514 and #2116;
//! Google xcir/libvmod-awsrest#32, fog/fog-google#264, googleapis/google-cloud-ruby#8138; R2 WWBN/AVideo#9667; MinIO
//! minio/minio#12924; Swift's own source, `s3response.py`; Ceph and SeaweedFS show no more than MinIO.

use crate::naive::{self, Case};
use s3_sigv4::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Replaces the header, which must be there.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let found = self.headers.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| panic!("no {name}")).1 = value.to_owned();
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let before = self.headers.len();
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        assert!(self.headers.len() < before, "no {name}");
    }

    /// Replaces a piece of the query, which must be there.
    pub(crate) fn requery(&mut self, old: &str, new: &str) {
        assert!(self.query.contains(old), "{} has no {old}", self.query);
        self.query = self.query.replacen(old, new, 1);
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let parameters = self.query.split('&').filter(|parameter| !parameter.is_empty());
        let split = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (percent_decode(name), percent_decode(value))
        };
        parameters.map(split).collect()
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

/// Whose XML it speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flavour {
    S3,
    Google,
    Swift,
    R2,
    Minio,
    Ceph,
    SeaweedFs,
    /// Amazon's query APIs: the texts inside the message.
    Query,
}

/// What the server knows and does.
pub(crate) struct Server {
    pub(crate) flavour: Flavour,
    pub(crate) now: Timestamp,
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
    pub(crate) token_expired: bool,
    pub(crate) region: String,
    pub(crate) service: String,
    /// What it does to its own texts, wrongly.
    pub(crate) quirk: fn(&mut String),
}

/// An answer: the status and the body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Credential, signed headers, instant, signature, and the lifetime of a link.
struct Authorization {
    access_key_id: String,
    scope: String,
    signed_headers: String,
    instant: String,
    signature: String,
    lifetime: Option<u64>,
}

impl Server {
    /// What it answers, unless it takes the request.
    pub(crate) fn refuse(&self, wire: &Wire) -> Option<Answer> {
        let Some(authorization) = authorization(wire) else {
            let code = if self.flavour == Flavour::S3 { "MissingSecurityHeader" } else { "AccessDenied" };
            let missing = [("MissingHeaderName", "Authorization")];
            return self.answer(400, code, "Your request was missing a required header", &missing, wire);
        };
        let [day, region, service, _] = authorization.scope.split('/').collect::<Vec<_>>()[..] else {
            panic!("a scope")
        };
        let code = match authorization.lifetime {
            Some(_) => ("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"),
            None => ("AuthorizationHeaderMalformed", "The authorization header is malformed"),
        };
        if region != self.region {
            let message = format!("{}; the region '{region}' is wrong; expecting '{}'", code.1, self.region);
            return self.answer(400, code.0, &message, &[("Region", &self.region)], wire);
        }
        if service != self.service {
            let message = format!("{}; incorrect service \"{service}\". This endpoint belongs to \"s3\".", code.1);
            return self.answer(400, code.0, &message, &[], wire);
        }
        if !authorization.instant.starts_with(day) {
            let message = format!("{}; Invalid credential date. This date is not the same as X-Amz-Date.", code.1);
            return self.answer(400, code.0, &message, &[], wire);
        }
        self.out_of_time(wire, &authorization)
            .or_else(|| self.unknown(wire, &authorization))
            .or_else(|| self.mismatch(wire, &authorization))
            .or_else(|| self.unsigned(wire, &authorization))
            .or_else(|| self.body(wire))
    }

    fn out_of_time(&self, wire: &Wire, authorization: &Authorization) -> Option<Answer> {
        let signed = Timestamp::parse(&authorization.instant).expect("an instant");
        let server = iso(self.now);
        let Some(lifetime) = authorization.lifetime else {
            if signed.unix().abs_diff(self.now.unix()) <= 900 {
                return None;
            }
            let message = "The difference between the request time and the current time is too large.";
            let extra = [
                ("RequestTime", &*authorization.instant),
                ("ServerTime", &server),
                ("MaxAllowedSkewMilliseconds", "900000"),
            ];
            return self.answer(403, "RequestTimeTooSkewed", message, &extra, wire);
        };
        if lifetime == 0 || lifetime > 604_800 {
            let message = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be \
                           less than 604800 seconds";
            return self.answer(400, "AuthorizationQueryParametersError", message, &[], wire);
        }
        let end = Timestamp::from_unix(signed.unix() + lifetime as i64).expect("an instant");
        if self.now < signed {
            let milliseconds = format!("{}000", signed.unix());
            let extra = [("X-Amz-Date", &*milliseconds), ("Expires", &iso(end)), ("ServerTime", &server)];
            return self.answer(403, "AccessDenied", "Request is not yet valid", &extra, wire);
        }
        if self.now <= end {
            return None;
        }
        if self.flavour == Flavour::Google {
            let details = format!("Request has expired: {}", end.unix());
            return self.answer(400, "ExpiredToken", "The provided token has expired.", &[("Details", &details)], wire);
        }
        if self.flavour == Flavour::R2 {
            return self.answer(400, "ExpiredRequest", "Request has expired", &[], wire);
        }
        let extra = [("X-Amz-Expires", &*lifetime.to_string()), ("Expires", &iso(end)), ("ServerTime", &server)];
        self.answer(403, "AccessDenied", "Request has expired", &extra, wire)
    }

    fn unknown(&self, wire: &Wire, authorization: &Authorization) -> Option<Answer> {
        let id = &*authorization.access_key_id;
        let token = wire.parameter("X-Amz-Security-Token").or(wire.header("x-amz-security-token").map(str::to_owned));
        if id != self.access_key_id || (self.session_token.is_some() && token.is_none()) {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            return self.answer(403, "InvalidAccessKeyId", message, &[("AWSAccessKeyId", id)], wire);
        }
        if self.token_expired {
            return self.answer(400, "ExpiredToken", "The provided token has expired.", &[], wire);
        }
        if self.session_token != token && self.flavour != Flavour::Swift {
            let message = "The provided token is malformed or otherwise invalid.";
            return self.answer(400, "InvalidToken", message, &[("Token-0", &token.unwrap_or_default())], wire);
        }
        None
    }

    fn mismatch(&self, wire: &Wire, authorization: &Authorization) -> Option<Answer> {
        let mut canonical = canonical_request(wire, authorization);
        (self.quirk)(&mut canonical);
        let string = naive::string_to_sign(&canonical, &authorization.instant, &authorization.scope);
        if naive::signature(&self.secret, &authorization.scope, &string) == authorization.signature {
            return None;
        }
        let mut message =
            "The request signature we calculated does not match the signature you provided. Check your key \
                           and signing method."
                .to_owned();
        let bytes = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let (canonical_bytes, string_bytes) = (bytes(&canonical), bytes(&string));
        let all = [
            ("AWSAccessKeyId", &*authorization.access_key_id),
            ("StringToSign", &string),
            ("SignatureProvided", &authorization.signature),
            ("StringToSignBytes", &string_bytes),
            ("CanonicalRequest", &canonical),
            ("CanonicalRequestBytes", &canonical_bytes),
        ];
        let shown = match self.flavour {
            Flavour::S3 | Flavour::Swift => all.to_vec(),
            Flavour::R2 => vec![all[1], all[3], all[4], all[5]],
            Flavour::Google => vec![all[1], all[4]],
            Flavour::Minio | Flavour::Ceph | Flavour::SeaweedFs => vec![],
            Flavour::Query => {
                write!(
                    message,
                    "\n\nThe Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign \
                     should have been\n'{string}'\n"
                )
                .expect("a String");
                vec![]
            }
        };
        self.answer(403, "SignatureDoesNotMatch", &message, &shown, wire)
    }

    fn unsigned(&self, wire: &Wire, authorization: &Authorization) -> Option<Answer> {
        let signed = |name: &str| authorization.signed_headers.split(';').any(|signed| signed == name);
        let names: Vec<_> = wire.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        let unsigned: Vec<_> = names.into_iter().filter(|name| name.starts_with("x-amz-") && !signed(name)).collect();
        let message = "There were headers present in the request which were not signed";
        let extra = [("HeadersNotSigned", &*unsigned.join(", "))];
        if unsigned.is_empty() { None } else { self.answer(403, "AccessDenied", message, &extra, wire) }
    }

    fn body(&self, wire: &Wire) -> Option<Answer> {
        let signed = wire.header("x-amz-content-sha256").filter(|hash| hash.len() == 64)?;
        let found = hex::encode(Sha256::digest(&wire.body));
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        let extra = [("ClientComputedContentSHA256", signed), ("S3ComputedContentSHA256", &found)];
        if signed == found { None } else { self.answer(400, "XAmzContentSHA256Mismatch", message, &extra, wire) }
    }

    fn answer(&self, status: u16, code: &str, message: &str, extra: &[(&str, &str)], wire: &Wire) -> Option<Answer> {
        let resource = percent_decode(&wire.path);
        let bucket = [("Key", "cat.jpg"), ("BucketName", "examplebucket")];
        let own: &[(&str, &str)] = match self.flavour {
            Flavour::Minio => &[bucket[0], bucket[1], ("Resource", &resource)],
            Flavour::SeaweedFs => &[("Resource", &resource)],
            Flavour::Ceph => &bucket[1..],
            _ => &[],
        };
        let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        body += if self.flavour == Flavour::Query { "<ErrorResponse><Error><Type>Sender</Type>" } else { "<Error>" };
        let ends = [("RequestId", "4442587FB7D0A2F9"), ("HostId", "CQl85Ol1ejSfxwCFffw880W3OsDNI+FtTYPrQFjJVtM=")];
        let first = [("Code", code), ("Message", message)];
        // Of an error's own elements, those servers say nothing that show no texts either.
        let shows = !matches!(self.flavour, Flavour::Minio | Flavour::Ceph | Flavour::SeaweedFs);
        let extra = if shows { extra } else { &[] };
        for (name, text) in first.iter().chain(extra).chain(own).chain(&ends) {
            write!(body, "<{name}>{}</{name}>", escaped(text)).expect("a String");
        }
        body += if self.flavour == Flavour::Query { "</Error></ErrorResponse>" } else { "</Error>" };
        if self.flavour == Flavour::S3 && wire.method == "HEAD" {
            body.clear();
        }
        Some(Answer { status, body })
    }
}

fn canonical_request(wire: &Wire, authorization: &Authorization) -> String {
    let mut headers = Vec::new();
    for name in authorization.signed_headers.split(';') {
        let own = wire.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let before = headers.len();
        headers.extend(own.cloned());
        if headers.len() == before {
            headers.push((name.to_owned(), String::new()));
        }
    }
    let mut query = wire.parameters();
    query.retain(|(name, _)| name != "X-Amz-Signature");
    let payload = wire.header("x-amz-content-sha256").unwrap_or("UNSIGNED-PAYLOAD").to_owned();
    let path = percent_decode(&wire.path);
    naive::canonical_request(&Case { method: &wire.method, host: "", path: &path, query, headers, payload, s3: true })
}

fn authorization(wire: &Wire) -> Option<Authorization> {
    if let Some(signature) = wire.parameter("X-Amz-Signature") {
        let of = |name| wire.parameter(name).expect(name);
        let (access_key_id, scope) = of("X-Amz-Credential").split_once('/').map(owned).expect("a credential");
        let lifetime = Some(of("X-Amz-Expires").parse().expect("a number"));
        let (signed_headers, instant) = (of("X-Amz-SignedHeaders"), of("X-Amz-Date"));
        return Some(Authorization { access_key_id, scope, signed_headers, instant, signature, lifetime });
    }
    let header = wire.header("authorization")?;
    let of = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=")).expect(name);
        rest.split(',').next().expect("a value").to_owned()
    };
    let (access_key_id, scope) = of("Credential").split_once('/').map(owned).expect("a credential");
    let (signed_headers, signature) = (of("SignedHeaders"), of("Signature"));
    let instant = wire.header("x-amz-date").expect("a date").to_owned();
    Some(Authorization { access_key_id, scope, signed_headers, instant, signature, lifetime: None })
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// `2013-05-24T00:00:00Z`
fn iso(instant: Timestamp) -> String {
    let text = instant.to_string();
    let [year, month, day, hour, minute, second] =
        [&text[..4], &text[4..6], &text[6..8], &text[9..11], &text[11..13], &text[13..15]];
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
