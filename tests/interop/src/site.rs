//! One server with one bucket, and the ways to sign a request for it.

use crate::client::{Answer, Client, Wire};
use crate::report::Outcome;
use http::header::{HeaderName, HeaderValue};
use s3_sigv4::{Bucket, Credentials, Lifetime, PayloadHash, Presigned, Request, Signer, Timestamp};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;
use std::{env, fs, process};

pub struct Site {
    /// `swift`, `seaweedfs` or `ministack`, or one of them behind a gateway: `gateway-swift`.
    pub server: String,
    /// Where that gateway says what it passes on.
    gateway_log: Option<PathBuf>,
    pub endpoint: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub bucket: Bucket,
    pub signer: Signer,
    pub client: Client,
}

impl Site {
    /// Reads SERVER, ENDPOINT, REGION, ACCESS_KEY and SECRET_KEY, and for a gateway GATEWAY_LOG.
    pub fn from_env() -> Outcome<Self> {
        let (server, endpoint, region) = (variable("SERVER")?, variable("ENDPOINT")?, variable("REGION")?);
        let (access_key, secret_key) = (variable("ACCESS_KEY")?, variable("SECRET_KEY")?);
        let gateway_log = env::var_os("GATEWAY_LOG").map(PathBuf::from);
        // Behind a gateway nothing is in the way that an earlier run has left.
        let name = if gateway_log.is_some() { "interop-gateway" } else { "interop-bucket" };
        let bucket = Bucket::path_style(&endpoint, name)?;
        let credentials = Credentials::new(&*access_key, &*secret_key)?;
        let signer = Signer::new(credentials, &region, Timestamp::now())?;
        let uri: http::Uri = endpoint.parse()?;
        let client = Client::new(uri.authority().ok_or("ENDPOINT has no host")?.clone());
        Ok(Self { server, gateway_log, endpoint, region, access_key, secret_key, bucket, signer, client })
    }

    /// Whether there is anything to check: the gateway takes a bucket from the path alone.
    pub fn is_for(&self, case: &str) -> bool {
        case != IN_HOST || self.gateway_log.is_none()
    }

    /// Sends a twin that was tampered with. A gateway must not pass it on, not even to a server that refuses it.
    pub fn send_twin(&self, twin: &Wire) -> Outcome<Answer> {
        let before = self.passed_on()?;
        let answer = self.client.send(twin)?;
        if self.passed_on()? != before {
            return Err(answer.wrong("an answer of the gateway's own"));
        }
        Ok(answer)
    }

    fn passed_on(&self) -> Outcome<usize> {
        let Some(log) = &self.gateway_log else { return Ok(0) };
        Ok(fs::read_to_string(log)?.lines().filter(|line| line.starts_with("passed on: ")).count())
    }

    /// Makes a bucket, unless it is there already, in the region that is not every server's default.
    pub fn create(&self, bucket: &Bucket) -> Outcome {
        let body = format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
            self.region
        );
        let wire = Call::put("", body.as_bytes()).signed(bucket, &self.signer, Timestamp::now())?;
        self.client.send(&wire)?.has_status(&[200, 409]).map(drop)
    }

    /// Signs by header with the site's own signer, and sends.
    pub fn send_signed(&self, call: &Call<'_>) -> Outcome<Answer> {
        self.client.send(&call.signed(&self.bucket, &self.signer, Timestamp::now())?)
    }

    /// Signs a link to what the library itself asks for, and uses it.
    pub fn follow(&self, request: &Request<'_>, body: &[u8]) -> Outcome<Answer> {
        self.client.send(&linked(&self.signer.presign(request, MINUTE, Timestamp::now())?, body)?)
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
        linked(&signer.presign(&self.request(bucket)?, lifetime, now)?, self.body)
    }
}

/// A link as it is used, with the headers that it asks for.
pub fn linked(link: &Presigned, body: &[u8]) -> Outcome<Wire> {
    wire(link.method(), link.url(), &link.headers().collect::<Vec<_>>(), body)
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

/// A folder of its own, removed at the end, in which a shell runs command lines.
pub struct Shell {
    folder: PathBuf,
}

impl Shell {
    pub fn new() -> Outcome<Self> {
        let folder = env::temp_dir().join(format!("interop-{}", process::id()));
        fs::create_dir(&folder)?;
        Ok(Self { folder })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the command line printed, which must succeed.
    pub fn run(&self, line: &str) -> Outcome<String> {
        let Output { status, stdout, stderr } =
            Command::new("sh").args(["-c", line]).current_dir(&self.folder).output()?;
        match status.success() {
            true => Ok(String::from_utf8_lossy(&stdout).into_owned()),
            false => Err(format!("{status}: {line}: {}", String::from_utf8_lossy(&stderr)).into()),
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // What is left of it does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The text of an environment variable, which must be there.
pub fn variable(name: &str) -> Outcome<String> {
    Ok(env::var(name).map_err(|error| format!("{name}: {error}"))?)
}

/// A check for those that take a bucket from the host.
pub const IN_HOST: &str = "a bucket in the host";
pub const MINUTE: Duration = Duration::from_secs(60);
