//! AWS's signing test suite and the worked examples of AWS's documents, every stage by itself and through every verb.

mod util;

use core::time::Duration;
use s3_sigv4::{
    ContentSha256, CredentialScope, Credentials, PathEncoding, PathNormalization, PayloadHash, Request, Service,
    SessionToken, Signer, SigningKey, StringToSign, Timestamp, Verifier, VerifyError,
};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use util::Incoming;

/// How many stages were compared. `tests/wasm` calls the tests where there is no harness, and asks.
pub(crate) static COMPARED: AtomicUsize = AtomicUsize::new(0);

#[cfg_attr(test, test)]
pub(crate) fn aws_signing_test_suite() {
    let cases = include_str!("vectors/aws-signing-test-suite/v4.jsonl").lines();
    let mut compared = 0;
    for line in cases {
        let case: Value = serde_json::from_str(line).expect("a case a line");
        compared += Suite::new(&case).run();
    }
    // 38 cases have 3 stages in headers and 3 in the query, one has 3 in headers, and one has no string to sign.
    let stages = 38 * 6 + 3 + 2;
    assert_eq!(compared, stages + 40 + 38, "stages compared, and requests and links verified");
}

#[cfg_attr(test, test)]
pub(crate) fn worked_examples() {
    let examples: Vec<Value> =
        serde_json::from_str(include_str!("vectors/documents/header_presign_key.json")).expect("a list");
    let mut seen = Vec::new();
    for example in &examples {
        let kind = text(example, "kind");
        match kind {
            "header" => header_example(example),
            "presign" => presign_example(example),
            "key" => key_example(example),
            "rules" => never_signed_example(example),
            other => panic!("unknown kind {other}"),
        }
        seen.push(kind);
    }
    let count = |kind| seen.iter().filter(|seen| **seen == kind).count();
    assert_eq!([count("header"), count("presign"), count("key"), count("rules")], [7, 4, 2, 1]);
}

#[cfg_attr(test, test)]
pub(crate) fn post_policy() {
    let examples: Vec<Value> = serde_json::from_str(include_str!("vectors/documents/post.json")).expect("a list");
    assert_eq!(examples.len(), 1);
    for example in &examples {
        let name = text(example, "name");
        let (signer, now) = signer(example);
        let key = signer.key().export();
        compare(name, "signing key", key.split('=').nth(1).expect("a key"), &example["signing_key"]);
        // The string to sign is the base64 text itself.
        let policy = text(example, "policy_base64");
        let signed = signer.sign_policy(policy, now).expect("a signature");
        compare(name, "signature", &signed.signature().to_string(), &example["signature"]);

        // The conditions of AWS's document are the fields that signing adds.
        let document: Value = serde_json::from_str(text(example, "policy_text")).expect("JSON");
        for (field, value) in signer.policy_fields(now) {
            let condition = serde_json::json!({ field: value });
            assert!(document["conditions"].as_array().expect("conditions").contains(&condition), "{name}: {field}");
        }
        let fields: Vec<_> = signed.fields().collect();
        assert_eq!(fields[3..], [("policy", policy), ("x-amz-signature", text(example, "signature"))], "{name}");
    }
}

struct Suite<'a> {
    case: &'a Value,
    name: &'a str,
    origin: String,
    /// The request's target as an encoded URL has it, or raw, if it is none.
    target: Target<'a>,
    headers: Vec<(String, String)>,
    payload: PayloadHash,
    service: Service,
}

enum Target<'a> {
    Url(String),
    Raw(&'a str, Vec<(&'a str, &'a str)>),
}

impl<'a> Suite<'a> {
    fn new(case: &'a Value) -> Self {
        let headers: Vec<(String, String)> = pairs(&case["headers"])
            // RFC 9112, section 5.2: a line that goes on is joined by a space, by whoever reads it off the wire.
            .map(|(name, value)| (name.to_owned(), value.replace('\n', " ")))
            .collect();
        let host = &headers.iter().find(|(name, _)| name == "Host").expect("a host").1;
        let mut service = Service::new(text(case, "service").to_owned()).expect("a service");
        if case["normalize"] == false {
            service = service.with_path_normalization(PathNormalization::AsSent);
        }
        if case["sign_body"] == true {
            service = service.with_content_sha256(ContentSha256::Signed);
        }
        if case["token_after_signing"] == true {
            service = service.with_session_token(SessionToken::AddedAfterwards);
        }
        let origin = format!("https://{host}");
        let (name, target) = (text(case, "name"), text(case, "target"));
        let url = format!("{origin}{target}");
        let raw = ["get-space-normalized", "get-space-unnormalized", "get-utf8", "get-vanilla-utf8-query"];
        assert_eq!(Request::from_url("GET", &url).is_err(), raw.contains(&name), "{name}");
        let target = if raw.contains(&name) {
            // These name what is to be encoded once, where the others show what is sent, to be encoded once more.
            service = service.with_path_encoding(PathEncoding::Once);
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            Target::Raw(path, query.split('&').filter_map(|pair| pair.split_once('=')).collect())
        } else {
            Target::Url(url)
        };
        Self { name, origin, target, payload: PayloadHash::of(text(case, "body").as_bytes()), headers, service, case }
    }

    fn signer(&self, now: Timestamp) -> Signer {
        let mut credentials =
            Credentials::new(text(self.case, "access_key"), text(self.case, "secret_key")).expect("credentials");
        if let Some(token) = self.case["token"].as_str() {
            credentials = credentials.with_session_token(token).expect("a token");
        }
        Signer::for_service(credentials, self.service.clone(), text(self.case, "region"), now).expect("a signer")
    }

    fn request(&self) -> Request<'_> {
        let method = text(self.case, "method");
        match &self.target {
            Target::Url(url) => Request::from_url(method, url).expect("a request"),
            Target::Raw(path, query) => Request::new(method, &self.origin, path).expect("a request").with_query(query),
        }
    }

    fn run(&self) -> usize {
        let name = self.name;
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let request = self.request().with_headers(&headers);
        let mut compared = 0;
        let now = Timestamp::parse(text(self.case, "timestamp")).expect("a timestamp");

        let expected = &self.case["header"];
        let shown_at = expected["canonical_date"].as_str().map_or(now, |at| Timestamp::parse(at).expect("a timestamp"));
        let signer = self.signer(shown_at);
        let canonical = signer.canonical_request(&request, self.payload, shown_at).expect("a canonical request");
        compared += compare(name, "header canonical request", &canonical.to_string(), &expected["canonical_request"]);
        let text_to_sign = StringToSign::new(&canonical);
        compared += compare(name, "header string to sign", &text_to_sign.to_string(), &expected["string_to_sign"]);

        let signer = self.signer(now);
        let signed = signer.sign(&request, self.payload, now).expect("a signature");
        let signature = signed.signature().to_string();
        compared += compare(name, "header signature", &signature, &expected["signature"]);
        assert!(signed.authorization().ends_with(&signature), "{name}");
        compared += self.verify(&Incoming::signed(&request, &headers, &signed), now);
        self.all_ways_of_signing_agree(&request, &signer, now, &signed.headers().collect::<Vec<_>>());

        let expected = &self.case["query"];
        if expected.is_null() {
            return compared;
        }
        let lifetime = Duration::from_secs(self.case["expires"].as_u64().expect("seconds"));
        let request = request.allow_dot_segments();
        let canonical =
            signer.canonical_link_payload(&request, self.payload, lifetime, now).expect("a canonical request");
        compared += compare(name, "query canonical request", &canonical.to_string(), &expected["canonical_request"]);
        let text_to_sign = StringToSign::new(&canonical).to_string();
        compared += compare(name, "query string to sign", &text_to_sign, &expected["string_to_sign"]);
        let link = signer.presign_payload(&request, self.payload, lifetime, now).expect("a link");
        let (rest, signature) = link.url().rsplit_once("&X-Amz-Signature=").expect("a signature");
        compared += compare(name, "query signature", signature, &expected["signature"]);
        compared += self.verify(&Incoming::link(&link), now);
        // What is sent is what was signed.
        let canonical_query = text(expected, "canonical_request").split('\n').nth(2).expect("a query");
        let token = if self.case["token_after_signing"] == true { "&X-Amz-Security-Token=" } else { "" };
        assert!(rest.contains(&format!("?{canonical_query}{token}")), "{name}: {rest}");
        if self.case["token_after_signing"] == false {
            assert!(rest.ends_with(canonical_query), "{name}: {rest}");
        }
        if self.payload == PayloadHash::EMPTY && !request_has_body_header(self.case) {
            let mut url = String::new();
            signer.presign_to(&mut url, &request, lifetime, now).expect("a link");
            assert_eq!(url, link.url(), "{name}");
        }
        compared
    }

    /// What was signed is verified as it is received, and is not under another secret.
    fn verify(&self, incoming: &Incoming, now: Timestamp) -> usize {
        let mut service = self.service.clone();
        if incoming.target.contains("X-Amz-Signature=") {
            // The suite's links sign the body's hash without saying so.
            service = service.with_content_sha256(ContentSha256::Omitted);
        }
        let verifier = Verifier::new(text(self.case, "region")).with_service(service);
        let verify = |secret: &str| {
            let mut credentials = Credentials::new(text(self.case, "access_key"), secret).expect("credentials");
            if let Some(token) = self.case["token"].as_str() {
                credentials = credentials.with_session_token(token).expect("a token");
            }
            incoming.claim(|claim| {
                let body = text(self.case, "body").as_bytes();
                let verified = verifier.verify(claim.with_payload(PayloadHash::of(body)), &credentials, now)?;
                assert_eq!(verified.check_body(b"another body"), Err(VerifyError::BodyMismatch), "{}", self.name);
                verified.check_body(body)
            })
        };
        assert_eq!(verify(text(self.case, "secret_key")), Ok(()), "{}: {incoming:?}", self.name);
        assert_eq!(verify("another secret"), Err(VerifyError::SignatureMismatch), "{}", self.name);
        1
    }

    fn all_ways_of_signing_agree(
        &self,
        request: &Request<'_>,
        signer: &Signer,
        now: Timestamp,
        signed: &[(&str, &str)],
    ) {
        let mut lines = String::new();
        signer.sign_to(&mut lines, request, self.payload, now).expect("a signature");
        let expected: String = signed.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        assert_eq!(lines, expected, "{}: sign_to", self.name);

        let tomorrow = now.plus(Duration::from_secs(86400)).expect("a day later");
        let signer = self.signer(tomorrow);
        let again = signer.sign(request, self.payload, now).expect("another day's key");
        assert_eq!(again.headers().collect::<Vec<_>>(), signed, "{}: another day's key", self.name);

        #[cfg(feature = "http")]
        self.sign_http_agrees(&signer, now, signed);
    }

    #[cfg(feature = "http")]
    fn sign_http_agrees(&self, signer: &Signer, now: Timestamp, signed: &[(&str, &str)]) {
        let uri: http::Uri = self.request().url().to_string().parse().expect("a URI");
        let mut request = http::Request::builder().method(text(self.case, "method")).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(()).expect("a request");
        for _ in 0..2 {
            signer.sign_http(&mut request, self.payload, now).expect("a signature");
            for (name, value) in signed {
                let values: Vec<_> = request.headers().get_all(*name).iter().collect();
                assert_eq!(values, [value], "{}: {name} by sign_http", self.name);
            }
        }
    }
}

fn request_has_body_header(case: &Value) -> bool {
    case["sign_body"] == true
}

fn header_example(example: &Value) {
    let name = text(example, "name");
    let query: Vec<_> = pairs(&example["query"]).collect();
    // Those that the signer adds are its own business.
    let added = ["host", "x-amz-date", "x-amz-content-sha256"];
    let headers: Vec<_> = pairs(&example["headers"]).filter(|(name, _)| !added.contains(name)).collect();
    let origin = origin(example);
    let request = Request::new(text(example, "method"), &origin, text(example, "path"))
        .expect("a request")
        .with_query(&query)
        .with_headers(&headers);
    let payload = PayloadHash::parse(text(example, "payload_hash")).expect("a hash");
    if let Some(body) = example["body"].as_str() {
        assert_eq!(PayloadHash::of(body.as_bytes()), payload, "{name}");
    }
    let (signer, now) = signer(example);

    let canonical = signer.canonical_request(&request, payload, now).expect("a canonical request");
    compare(name, "canonical request", &canonical.to_string(), &example["canonical_request"]);
    compare(name, "its hash", &hex::encode(canonical.sha256()), &example["canonical_request_sha256"]);
    compare(name, "signed headers", &canonical.signed_headers().to_string(), &example["signed_headers"]);
    compare(name, "string to sign", &StringToSign::new(&canonical).to_string(), &example["string_to_sign"]);
    let key = signer.key().export();
    compare(name, "signing key", key.split('=').nth(1).expect("a key"), &example["signing_key"]);
    let signed = signer.sign(&request, payload, now).expect("a signature");
    compare(name, "signature", &signed.signature().to_string(), &example["signature"]);
    // AWS's documents write the commas with and without a space.
    let authorization = text(example, "authorization").replace(", ", ",");
    assert_eq!(signed.authorization().replace(", ", ","), authorization, "{name}: authorization");
}

fn presign_example(example: &Value) {
    let name = text(example, "name");
    let query: Vec<_> = pairs(&example["query"]).filter(|(name, _)| !name.starts_with("X-Amz-")).collect();
    let origin = origin(example);
    let request =
        Request::new(text(example, "method"), &origin, text(example, "path")).expect("a request").with_query(&query);
    let lifetime = Duration::from_secs(example["expires"].as_u64().expect("seconds"));
    let (signer, now) = signer(example);

    let canonical = signer.canonical_link(&request, lifetime, now).expect("a canonical request");
    compare(name, "canonical request", &canonical.to_string(), &example["canonical_request"]);
    compare(name, "its hash", &hex::encode(canonical.sha256()), &example["canonical_request_sha256"]);
    compare(name, "string to sign", &StringToSign::new(&canonical).to_string(), &example["string_to_sign"]);
    let link = signer.presign(&request, lifetime, now).expect("a link");
    let (_, signature) = link.url().rsplit_once("&X-Amz-Signature=").expect("a signature");
    compare(name, "signature", signature, &example["signature"]);
}

fn key_example(example: &Value) {
    let now = Timestamp::parse(&format!("{}T120000Z", text(example, "date"))).expect("a timestamp");
    let scope = CredentialScope::new(text(example, "region"), text(example, "service"), now).expect("a scope");
    let credentials = Credentials::new("AKIDEXAMPLE", text(example, "secret_key")).expect("credentials");
    let text = SigningKey::derive(&credentials, scope).export();
    compare("key", "signing key", text.split('=').nth(1).expect("a key"), &example["kSigning"]);
}

fn never_signed_example(example: &Value) {
    let signer = Signer::for_service(
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").expect("credentials"),
        Service::new("service").expect("a service"),
        "us-east-1",
        Timestamp::parse("20150830T123600Z").expect("a timestamp"),
    )
    .expect("a signer");
    let names: Vec<_> = example["never_signed"]
        .as_array()
        .expect("names")
        .iter()
        .map(|name| name.as_str().expect("a name").split(' ').next().expect("a word"))
        .collect();
    let headers: Vec<_> = names.iter().map(|name| (*name, "value")).collect();
    let request = Request::new("GET", "https://example.amazonaws.com", "/").expect("a request").with_headers(&headers);
    let now = Timestamp::parse("20150830T123600Z").expect("a timestamp");
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now).expect("a canonical request");
    compare("rules", "canonical request", &canonical.to_string(), &example["canonical_request"]);
}

#[cfg_attr(test, test)]
pub(crate) fn all_four_combinations_of_the_path_switches() {
    use {PathEncoding::*, PathNormalization::*};
    let now = Timestamp::parse("20150830T123600Z").expect("a timestamp");
    for (encoding, normalization, expected) in [
        (Once, AsSent, "/a//b%20c/./../d%2Be/"),
        (Once, Normalized, "/a/d%2Be/"),
        (Twice, AsSent, "/a//b%2520c/./../d%252Be/"),
        (Twice, Normalized, "/a/d%252Be/"),
    ] {
        let service = Service::new("service")
            .expect("a service")
            .with_path_encoding(encoding)
            .with_path_normalization(normalization);
        let credentials = Credentials::new("AKIDEXAMPLE", "secret").expect("credentials");
        let signer = Signer::for_service(credentials, service, "us-east-1", now).expect("a signer");
        let path = "/a//b c/./../d+e/";
        for request in [
            Request::new("GET", "https://example.com", path).expect("a request"),
            Request::from_url("GET", "https://example.com/a//b%20c/./../d%2Be/").expect("a request"),
        ] {
            let request = request.allow_dot_segments();
            let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now).expect("a canonical request");
            assert_eq!(canonical.to_string().split('\n').nth(1), Some(expected), "{encoding:?} {normalization:?}");
            // The link itself always holds the path encoded once and as the caller gave it.
            let link = signer.presign(&request, Duration::from_secs(60), now).expect("a link");
            assert!(link.url().starts_with("https://example.com/a//b%20c/./../d%2Be/?X-Amz-"), "{}", link.url());
        }
    }
}

fn signer(example: &Value) -> (Signer, Timestamp) {
    let now = Timestamp::parse(text(example, "timestamp")).expect("a timestamp");
    let mut credentials = Credentials::new(text(example, "access_key"), text(example, "secret_key")).expect("keys");
    if let Some(token) = example["session_token"].as_str() {
        credentials = credentials.with_session_token(token).expect("a token");
    }
    let service = Service::new(text(example, "service").to_owned()).expect("a service");
    (Signer::for_service(credentials, service, text(example, "region"), now).expect("a signer"), now)
}

fn origin(example: &Value) -> String {
    let (_, host) = pairs(&example["headers"]).find(|(name, _)| *name == "host").expect("a host");
    format!("https://{host}")
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}

fn pairs(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    let pairs = value.as_array().into_iter().flatten();
    pairs.map(|pair| (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a value")))
}

/// Compares one stage by itself, so that a failure names it. Says how many stages that were: one, or none.
#[track_caller]
fn compare(case: &str, stage: &str, ours: &str, expected: &Value) -> usize {
    let Some(expected) = expected.as_str() else { return 0 };
    assert_eq!(ours, expected, "{case}: {stage}");
    COMPARED.fetch_add(1, Ordering::Relaxed);
    1
}
