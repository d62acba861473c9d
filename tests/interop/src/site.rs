//! One server with one bucket, and the ways to sign a request for it.

use crate::client::{Answer, Client, Wire};
use crate::report::Outcome;
use http::header::{HeaderName, HeaderValue};
use s3_sigv4::{Bucket, Credentials, Lifetime, PayloadHash, Request, Signer, Timestamp};
use std::env;
use std::time::Duration;

pub struct Site {
    /// `swift`, `seaweedfs` or `ministack`.
    pub server: String,
    pub endpoint: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub bucket: Bucket,
    pub signer: Signer,
    pub client: Client,
}

impl Site {
    /// Reads SERVER, ENDPOINT, REGION, ACCESS_KEY and SECRET_KEY.
    pub fn from_env() -> Outcome<Self> {
        let (server, endpoint, region) = (variable("SERVER")?, variable("ENDPOINT")?, variable("REGION")?);
        let (access_key, secret_key) = (variable("ACCESS_KEY")?, variable("SECRET_KEY")?);
        let bucket = Bucket::path_style(&endpoint, BUCKET)?;
        let credentials = Credentials::new(&*access_key, &*secret_key)?;
        let signer = Signer::new(credentials, &region, Timestamp::now())?;
        let uri: http::Uri = endpoint.parse()?;
        let client = Client::new(uri.authority().ok_or("ENDPOINT has no host")?.clone());
        Ok(Self { server, endpoint, region, access_key, secret_key, bucket, signer, client })
    }

    /// Makes the bucket, in the region that is not every server's default.
    pub fn create_bucket(&self) -> Outcome {
        let body = format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
            self.region
        );
        self.send_signed(&Call::put("", body.as_bytes()))?.has_status(&[200])?;
        Ok(())
    }

    /// Signs by header with the site's own signer, and sends.
    pub fn send_signed(&self, call: &Call<'_>) -> Outcome<Answer> {
        self.client.send(&call.signed(&self.bucket, &self.signer, Timestamp::now())?)
    }

    /// Signs a link with the site's own signer, and uses it.
    pub fn send_link(&self, call: &Call<'_>) -> Outcome<Answer> {
        self.client.send(&call.link(&self.bucket, &self.signer, MINUTE, Timestamp::now())?)
    }
}

/// A request to sign and send: a key of the bucket, or the bucket itself if the key is empty.
#[derive(Clone, Copy, Default)]
pub struct Call<'a> {
    pub method: &'a str,
    pub key: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    pub fn new(method: &'a str, key: &'a str) -> Self {
        Self { method, key, ..Self::default() }
    }

    pub fn put(key: &'a str, body: &'a [u8]) -> Self {
        Self { body, ..Self::new("PUT", key) }
    }

    pub fn with_query(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }

    pub fn with_headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// The library's own request. The client sends paths untouched, so dot segments are safe.
    pub fn request(&self, bucket: &'a Bucket) -> Outcome<Request<'a>> {
        let request = match self.key {
            "" => bucket.on_bucket(self.method)?,
            key => bucket.on_object(self.method, key)?,
        };
        Ok(request.with_query(self.query).with_headers(self.headers).allow_dot_segments())
    }

    /// By the `Authorization` header, the body's hash signed.
    pub fn signed(&self, bucket: &Bucket, signer: &Signer, now: Timestamp) -> Outcome<Wire> {
        self.signed_payload(bucket, signer, PayloadHash::of(self.body), now)
    }

    /// By the `Authorization` header, with this payload line.
    pub fn signed_payload(
        &self,
        bucket: &Bucket,
        signer: &Signer,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Outcome<Wire> {
        let request = self.request(bucket)?;
        let signed = signer.sign(&request, payload, now)?;
        let mut headers = self.headers.to_vec();
        for (name, value) in signed.headers() {
            headers.push((name, value));
        }
        wire(self.method, &request.url().to_string(), &headers, self.body)
    }

    /// By the `Authorization` header, through `http::Request`.
    pub fn signed_in_place(&self, bucket: &Bucket, signer: &Signer, now: Timestamp) -> Outcome<Wire> {
        let url = self.request(bucket)?.url().to_string();
        let mut wire = wire(self.method, &url, self.headers, self.body)?;
        signer.sign_http(&mut wire, PayloadHash::of(self.body), now)?;
        Ok(wire)
    }

    /// As a link, used at once with the headers that it asks for.
    pub fn link(
        &self,
        bucket: &Bucket,
        signer: &Signer,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Outcome<Wire> {
        let link = signer.presign(&self.request(bucket)?, lifetime, now)?;
        wire(link.method(), link.url(), &link.headers().collect::<Vec<_>>(), self.body)
    }
}

/// A request as it goes out.
pub fn wire(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome<Wire> {
    let mut wire = http::Request::builder().method(method).uri(url).body(body.to_vec())?;
    for (name, value) in headers {
        wire.headers_mut().append(HeaderName::try_from(*name)?, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(wire)
}

pub fn ago(seconds: i64) -> Outcome<Timestamp> {
    Ok(Timestamp::from_unix(Timestamp::now().unix() - seconds)?)
}

pub fn ahead(seconds: i64) -> Outcome<Timestamp> {
    ago(-seconds)
}

/// The text of an environment variable, which must be there.
pub fn variable(name: &str) -> Outcome<String> {
    Ok(env::var(name).map_err(|error| format!("{name}: {error}"))?)
}

pub const BUCKET: &str = "interop-bucket";
pub const MINUTE: Duration = Duration::from_secs(60);
