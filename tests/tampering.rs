//! For every accepted request, every change of one byte is refused, but for those that change nothing that is said.

mod naive;
mod util;

use core::time::Duration;
use s3_sigv4::{
    Claim, CredentialScope, Credentials, PayloadHash, Request, Service, Signer, SigningKey, Verified, Verifier,
    VerifyError,
};
use serde_json::Value;
use std::collections::BTreeMap;
use util::{Incoming, at};

/// A documented example as it is received, and all that is tried on it.
struct Tampering {
    incoming: Incoming,
    service: Service,
    credentials: Credentials,
    key: SigningKey,
    body: Vec<u8>,
    now: s3_sigv4::Timestamp,
    signed: Vec<String>,
    meant: Option<naive::Meaning>,
    /// By part, what byte was replaced by what other, or added or removed, and how often.
    accepted: BTreeMap<String, usize>,
    tried: usize,
}

impl Tampering {
    fn new(name: &str) -> Self {
        let examples: Vec<Value> =
            serde_json::from_str(include_str!("vectors/documents/header_presign_key.json")).expect("a list");
        let example = examples.iter().find(|example| example["name"] == name).expect("the example");
        let text = |field: &str| example[field].as_str().expect("a text");
        let added = ["host", "x-amz-date", "x-amz-content-sha256"];
        let (host, headers) = (pairs(&example["headers"]), pairs(&example["headers"]));
        let host = format!("https://{}", host.iter().find(|(name, _)| *name == "host").expect("a host").1);
        let headers: Vec<_> = headers.into_iter().filter(|(name, _)| !added.contains(name)).collect();
        let query: Vec<_> =
            pairs(&example["query"]).into_iter().filter(|(name, _)| !name.starts_with("X-Amz-")).collect();
        let request = Request::new(text("method"), &host, text("path")).expect("a request");
        let request = request.with_query(&query).with_headers(&headers);

        let mut credentials = Credentials::new(text("access_key"), text("secret_key")).expect("keys");
        if let Some(token) = example["session_token"].as_str() {
            credentials = credentials.with_session_token(token).expect("a token");
        }
        let (now, service) = (at(text("timestamp")), Service::new(text("service").to_owned()).expect("a service"));
        let signer = Signer::for_service(credentials.clone(), service.clone(), "us-east-1", now).expect("a signer");
        let payload = PayloadHash::parse(text("payload_hash")).expect("a hash");
        let (incoming, signature) = if text("kind") == "presign" {
            let lifetime = Duration::from_secs(example["expires"].as_u64().expect("seconds"));
            let link = signer.presign(&request, lifetime, now).expect("a link");
            (Incoming::link(&link), link.url().rsplit_once('=').expect("a signature").1.to_owned())
        } else {
            let signed = signer.sign(&request, payload, now).expect("a signature");
            (Incoming::signed(&request, &headers, &signed), signed.signature().to_string())
        };
        assert_eq!(signature, text("signature"), "{name}");
        let scope = CredentialScope::new("us-east-1", service.name().to_owned(), now).expect("a scope");
        let key = SigningKey::derive(&credentials, scope);
        let body = example["body"].as_str().unwrap_or_default().into();
        let mut this = Self {
            incoming,
            service,
            credentials,
            key,
            body,
            now,
            signed: Vec::new(),
            meant: None,
            accepted: BTreeMap::new(),
            tried: 0,
        };
        let signed = |verified: Verified<'_>| Ok(verified.signed_headers().map(Into::into).collect());
        this.signed = this.verify(&this.incoming, signed).expect("verified");
        this.meant = Some(this.meaning(&this.incoming));
        this
    }

    fn verify<T>(
        &self,
        incoming: &Incoming,
        then: impl FnOnce(Verified<'_>) -> Result<T, VerifyError>,
    ) -> Result<T, VerifyError> {
        let verifier = Verifier::new("us-east-1").with_service(self.service.clone());
        incoming.claim(|claim: Claim<'_>| {
            // By the look-up: nobody has any other access key id.
            if claim.access_key_id() != self.credentials.access_key_id() {
                return verifier.verify(claim, None::<&SigningKey>, self.now).map(|_| panic!("an unknown key"));
            }
            // The secret's own path is compared once; the key is quicker.
            let token = (self.credentials.has_session_token()).then_some("SESSION_TOKEN");
            let key = s3_sigv4::VerifyingKey::from(&self.key);
            let key = token.map_or(key, |token| key.with_session_token(token));
            then(verifier.verify(claim.with_payload(PayloadHash::of(&self.body)), key, self.now)?)
        })
    }

    /// Every byte of every part replaced by every other, and removed, and bytes put before each and behind the last.
    fn try_all(mut self) -> BTreeMap<String, usize> {
        let incoming = self.incoming.clone();
        self.text("method", &incoming.method, |changed, text| changed.method = text);
        self.text("target", &incoming.target, |changed, text| changed.target = text);
        for (index, (name, value)) in incoming.headers.iter().enumerate() {
            self.text("name", name, |changed, text| changed.headers[index].0 = text);
            let part = if name == "authorization" { "authorization" } else { "value" };
            self.bytes(part, value, 255, |changed, bytes| {
                changed.headers[index].1 = bytes;
                true
            });
        }
        let bytes = incoming.target.len() + incoming.headers.iter().map(|(_, value)| value.len()).sum::<usize>();
        assert!(self.tried > bytes * 150, "{} tried on {bytes} bytes", self.tried);
        for at in 0..self.body.len() {
            for byte in 0..=255 {
                let mut body = self.body.clone();
                body[at] = byte;
                let checked = self.verify(&self.incoming, |verified| verified.check_body(&body));
                let expected = if body == self.body { Ok(()) } else { Err(VerifyError::BodyMismatch) };
                assert_eq!(checked, expected, "{byte} at {at}");
            }
        }
        self.accepted
    }

    fn text(&mut self, part: &str, text: &str, mut set: impl FnMut(&mut Incoming, String)) {
        self.bytes(part, text.as_bytes(), 127, |changed, bytes| {
            String::from_utf8(bytes).map(|text| set(changed, text)).is_ok()
        });
    }

    fn bytes(&mut self, part: &str, before: &[u8], last: u8, mut set: impl FnMut(&mut Incoming, Vec<u8>) -> bool) {
        for at in 0..=before.len() {
            for byte in INSERTED.bytes() {
                let mut inserted = before.to_vec();
                inserted.insert(at, byte);
                self.try_one(part, &format!("{:?} added", char::from(byte)), inserted, &mut set);
            }
            let Some(found) = before.get(at) else { return };
            for byte in (0..=last).filter(|byte| byte != found) {
                let mut replaced = before.to_vec();
                replaced[at] = byte;
                let what = format!("{:?} for {:?}", char::from(byte), char::from(*found));
                self.try_one(part, &what, replaced, &mut set);
            }
            let mut removed = before.to_vec();
            removed.remove(at);
            self.try_one(part, &format!("{:?} removed", char::from(*found)), removed, &mut set);
        }
    }

    fn try_one(
        &mut self,
        part: &str,
        what: &str,
        bytes: Vec<u8>,
        set: &mut impl FnMut(&mut Incoming, Vec<u8>) -> bool,
    ) {
        let mut changed = self.incoming.clone();
        if !set(&mut changed, bytes) {
            return;
        }
        self.tried += 1;
        let result = self.verify(&changed, |_| Ok(()));
        let same = Some(self.meaning(&changed)) == self.meant;
        assert_eq!(result.is_ok(), same, "{part}: {what}: {result:?}: {changed:?}");
        if same {
            let what = if part == "name" {
                "in another case".into()
            } else {
                what.replace("' '", "blank").replace("'\\t'", "blank")
            };
            *self.accepted.entry(format!("{part}: {what}")).or_default() += 1;
        }
    }

    fn meaning(&self, incoming: &Incoming) -> naive::Meaning {
        let signed: Vec<_> = self.signed.iter().map(|name| &**name).collect();
        let rules = (&*signed, self.service == Service::S3);
        naive::meaning(&incoming.method, &incoming.target, &incoming.headers, rules)
    }
}

/// The bytes that have a part in some rule, and two that have none.
const INSERTED: &str = " \t\r\n\0%+&=/.;:,?#-~0a";

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let pairs = value.as_array().into_iter().flatten();
    pairs.map(|pair| (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a value"))).collect()
}

/// What is accepted, by design: the case of a header's name, of the digits of an escape; blanks around values and
/// components, or in the place of blanks; the equals sign of an empty value, the question mark of an empty query. By the
/// general rules, what normalising a path takes away.
#[track_caller]
fn accepted(name: &str, expected: &[(&str, usize)]) {
    let accepted = Tampering::new(name).try_all();
    let accepted: Vec<_> = accepted.iter().map(|(what, count)| (&**what, *count)).collect();
    assert_eq!(accepted, expected, "{name}");
}

const BLANKS: [(&str, usize); 3] =
    [("authorization: blank added", 20), ("authorization: blank for blank", 3), ("authorization: blank removed", 2)];

#[test]
fn s3_presigned_get() {
    accepted(
        "s3-presigned-get",
        &[("name: in another case", 4), ("target: 'f' for 'F'", 4), ("value: blank added", 4)],
    );
}

#[test]
fn s3_get_object_range() {
    let rest = [("name: in another case", 44), ("target: '?' added", 1), ("value: blank added", 16)];
    accepted("s3-get-object-range", &[&BLANKS, &rest[..]].concat());
}

#[test]
fn s3_put_object() {
    let rest = [
        ("name: in another case", 59),
        ("target: '?' added", 1),
        ("value: blank added", 40),
        ("value: blank for blank", 5),
    ];
    accepted("s3-put-object", &[&BLANKS, &rest[..]].concat());
}

#[test]
fn s3_get_bucket_lifecycle() {
    let rest = [("name: in another case", 39), ("target: '=' removed", 1), ("value: blank added", 12)];
    accepted("s3-get-bucket-lifecycle", &[&BLANKS, &rest[..]].concat());
}

#[test]
fn s3_list_objects() {
    let rest = [("name: in another case", 39), ("value: blank added", 12)];
    accepted("s3-list-objects", &[&BLANKS, &rest[..]].concat());
}

#[test]
fn iam_list_users() {
    let rest = [
        ("name: in another case", 36),
        ("target: '.' added", 1),
        ("target: '/' added", 2),
        ("value: blank added", 16),
        ("value: blank for blank", 1),
    ];
    accepted("iam-list-users", &[&BLANKS, &rest[..]].concat());
}

const BY_GENERAL_RULES: [(&str, usize); 5] = [
    ("name: in another case", 4),
    ("target: '.' added", 1),
    ("target: '/' added", 2),
    ("target: 'f' for 'F'", 4),
    ("value: blank added", 4),
];

#[test]
fn rds_token() {
    accepted("rds-db-auth-token", &BY_GENERAL_RULES);
}

#[test]
fn dsql_token() {
    accepted("dsql-DbConnect", &BY_GENERAL_RULES);
}
