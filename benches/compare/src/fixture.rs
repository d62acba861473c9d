//! What is signed, by whom and when: AWS's documented example and more of its kind.

use s3_sigv4::{
    Bucket, Claim, Credentials, PayloadHash, Request, Signer, Timestamp, Verifier, VerifyError, VerifyingKey,
};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const REGION: &str = "us-east-1";
pub const BUCKET: &str = "examplebucket";
pub const HOST: &str = "examplebucket.s3.amazonaws.com";
pub const LIFETIME: Duration = Duration::from_secs(86400);
pub const NOW: &str = "20130524T000000Z";
pub const NOW_UNIX: i64 = 1_369_353_600;

/// A bucket and who signs for it. Everything lives as long as the program, so that actions can hold it.
pub struct Site {
    pub token: Option<String>,
    pub signer: Signer,
    pub bucket: Bucket,
    pub now: Timestamp,
}

impl Site {
    pub fn new(token: Option<String>) -> &'static Self {
        let now = Timestamp::parse(NOW).expect("an instant");
        let signer = Signer::new(credentials(token.as_deref()), REGION, now).expect("a signer");
        let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", BUCKET).expect("a bucket");
        leak(Self { token, signer, bucket, now })
    }

    /// Our link for an object, at any instant.
    pub fn link(&self, key: &str, now: Timestamp) -> String {
        let request = self.bucket.get(key).expect("a request");
        self.signer.presign(&request, LIFETIME, now).expect("a link").url().to_string()
    }

    /// The same against somebody else's link, which may be dated by the clock, and which our verifier takes.
    #[track_caller]
    pub fn check_link(&self, key: &str, link: &str, (peer, dated): (&'static str, Dated)) {
        let parameter = |name: &str| {
            link.split(['?', '&'])
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                .unwrap_or_else(|| panic!("no {name} in {link}"))
        };
        let date = parameter("X-Amz-Date");
        assert!(dated == Dated::ByClock || date == NOW, "{date}");
        let ours = self.link(key, Timestamp::parse(date).expect("an instant"));
        let signature = ours.rsplit('=').next().expect("a signature");
        assert_eq!(parameter("X-Amz-Signature"), signature, "{link}\n{ours}");
        let address = |link: &str| link.split('?').next().map(str::to_string);
        assert_eq!(address(link), address(&ours));
        let incoming = Request::received("GET", HOST, target(link)).expect("a request");
        self.verify(&incoming, date, (peer, "links"));
    }

    /// Verifies what a peer has signed, and that nobody else's key does.
    #[track_caller]
    pub fn verify(&self, incoming: &Request<'_>, date: &str, (peer, what): (&'static str, &'static str)) {
        let now = Timestamp::parse(date).expect("an instant");
        let verify = |secret: &str| {
            let credentials = credentials_of(secret, self.token.as_deref());
            let verified = Verifier::new(REGION).verify(Claim::parse(incoming)?, &credentials, now)?;
            Ok(verified.access_key_id().to_string())
        };
        assert_eq!(verify(SECRET).as_deref(), Ok(ACCESS_KEY_ID), "{peer}: {incoming:?}");
        assert_eq!(verify("another"), Err(VerifyError::SignatureMismatch), "{peer}: {incoming:?}");
        let mut counts = VERIFIED.lock().expect("one thread");
        *counts.entry((peer, what)).or_default() += 1;
    }

    /// The key of the day, as a verifier takes it.
    pub fn verifying_key(&self) -> VerifyingKey<'_> {
        let key = VerifyingKey::from(self.signer.key());
        self.token.as_deref().map_or(key, |token| key.with_session_token(token))
    }

    /// kSigning, out of the exported key.
    pub fn key_bytes(&self) -> Vec<u8> {
        let exported = self.signer.key().export();
        let (_, digits) = exported.rsplit_once('=').expect("scope=digits");
        (0..64).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits")).collect()
    }
}

/// What says when a signature is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dated {
    ByCaller,
    /// The implementation reads the clock and takes no instant.
    ByClock,
}

/// How many links and requests of which peer our verifier has taken.
pub static VERIFIED: Mutex<BTreeMap<(&str, &str), usize>> = Mutex::new(BTreeMap::new());

/// What a client sends for a link: all behind its host.
pub fn target(link: &str) -> &str {
    let (_, rest) = link.split_once("//").expect("a link");
    &rest[rest.find('/').expect("a path")..]
}

pub fn credentials(token: Option<&str>) -> Credentials {
    credentials_of(SECRET, token)
}

fn credentials_of(secret: &str, token: Option<&str>) -> Credentials {
    let credentials = Credentials::new(ACCESS_KEY_ID, secret).expect("credentials");
    match token {
        Some(token) => credentials.with_session_token(token).expect("a token"),
        None => credentials,
    }
}

/// An object in each form that somebody takes: the raw key, and what is prepared for those that do not take one.
pub struct Object {
    pub key: &'static str,
    pub url: String,
    pub path: object_store::path::Path,
}

impl Object {
    pub fn new(site: &Site, key: &str) -> Self {
        let key: &'static str = Box::leak(key.into());
        let url = site.bucket.get(key).expect("a request").url().to_string();
        Self { key, url, path: object_store::path::Path::parse(key).expect("a path") }
    }
}

/// An upload signed in headers. Everybody is given the hash of the body, none computes it.
pub struct Upload {
    pub site: &'static Site,
    pub object: Object,
    pub headers: &'static [(&'static str, &'static str)],
    pub payload: PayloadHash,
    pub payload_bytes: [u8; 32],
}

impl Upload {
    pub fn new(
        site: &'static Site,
        key: &str,
        body: &[u8],
        headers: &'static [(&'static str, &'static str)],
    ) -> &'static Self {
        let payload_bytes = <sha2::Sha256 as sha2::Digest>::digest(body).into();
        leak(Self { site, object: Object::new(site, key), headers, payload: PayloadHash::of(body), payload_bytes })
    }

    pub fn request(&self) -> Request<'_> {
        self.site.bucket.put(self.object.key).expect("a request").with_headers(self.headers)
    }

    /// Somebody's `Authorization` header against ours, and through our verifier.
    #[track_caller]
    pub fn check(&self, authorization: &str, date: &str, (peer, dated): (&'static str, Dated)) {
        assert!(dated == Dated::ByClock || date == NOW, "{date}");
        let now = Timestamp::parse(date).expect("an instant");
        let ours = self.site.signer.sign(&self.request(), self.payload, now).expect("signed");
        assert_eq!(authorization, ours.authorization());
        let signed = [
            ("host", HOST),
            ("authorization", authorization),
            ("x-amz-date", date),
            ("x-amz-content-sha256", self.payload.as_str()),
        ];
        let headers = [&signed, self.headers].concat();
        let incoming = Request::received("PUT", HOST, target(&self.object.url)).expect("a request");
        self.site.verify(&incoming.with_headers(&headers), date, (peer, "uploads"));
    }
}

pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
