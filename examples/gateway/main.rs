//! A gateway in front of an S3 server: each request is verified under a client's key, signed again under the server's,
//! and passed on as it streams by. What does not verify is answered here and does not reach the server.
//!
//! ```sh
//! export CLIENT_ACCESS_KEY_ID=… CLIENT_SECRET_ACCESS_KEY=…   # what clients sign with
//! export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=us-east-1 AWS_ENDPOINT_URL=http://127.0.0.1:9000
//! cargo run --example gateway --features http,post -- 127.0.0.1:8080
//! ```
//!
//! It prints its address, and to standard error what it passes on and why it refuses. Addresses are path-style, one
//! client is known, and neither side has TLS: it shows how the pieces go together.

mod body;
mod form;
mod refusal;

use body::{Passed, Received, chunks, plain};
use http::header::{CONTENT_LENGTH, HOST, HeaderMap};
use http::request::Parts;
use http::{Request, Response, Uri};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use refusal::Refusal;
use s3_sigv4::{ChunkedBody, Claim, Credentials, Signer, Timestamp, Verified, Verifier};
use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

type Answer = Response<Either<Incoming, Full<Bytes>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Arc::new(Gateway::from_env()?);
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let gateway = gateway.clone();
        let service = service_fn(move |request| {
            let gateway = gateway.clone();
            async move { Ok::<_, Infallible>(gateway.answer(request).await) }
        });
        let mut server = hyper::server::conn::http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30));
        let connection = server.serve_connection(TokioIo::new(stream), service);
        // A client that goes away, or sends what is no HTTP, harms nobody else.
        tokio::spawn(async move { connection.await.unwrap_or_else(|error| eprintln!("connection: {error}")) });
    }
}

struct Gateway {
    verifier: Verifier<'static>,
    client: Credentials,
    signer: Signer,
    /// `http://host:port`, without a path.
    upstream: String,
    http: Client<HttpConnector, Passed>,
}

impl Gateway {
    fn from_env() -> Result<Self, Box<dyn Error>> {
        let region = required("AWS_REGION")?;
        let client = Credentials::new(required("CLIENT_ACCESS_KEY_ID")?, required("CLIENT_SECRET_ACCESS_KEY")?)?;
        let server = Credentials::new(required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?)?;
        let signer = Signer::new(server, &region, Timestamp::now())?;
        let upstream = required("AWS_ENDPOINT_URL")?.trim_end_matches('/').to_owned();
        // A body that has streamed by cannot be sent again, so none is sent on a connection that may be closing.
        let http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        // A client whose clock is ahead may use its own links.
        let verifier = Verifier::new(region).with_link_clock_skew(Duration::from_secs(15 * 60));
        Ok(Self { verifier, client, signer, upstream, http })
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let (parts, body) = request.into_parts();
        let answer = match form::boundary(&parts) {
            Some(boundary) => self.form(&parts, &boundary, Received::new(body)).await,
            None => self.request(&parts, Received::new(body)).await,
        };
        answer.unwrap_or_else(|refusal| {
            eprintln!("refused: {refusal}");
            refusal.answer(&path).map(Either::Right)
        })
    }

    /// The signature is verified by the head alone, and what it says of the body while that streams by.
    async fn request(&self, parts: &Parts, body: Received) -> Result<Answer, Refusal> {
        let now = Timestamp::now();
        let claim = Claim::parse_http_parts(parts)?;
        let known = Some(&self.client).filter(|client| client.access_key_id() == claim.access_key_id());
        let verified = self.verifier.verify(claim, known, now)?;

        let mut upstream = Request::builder().method(&parts.method).uri(self.target(&parts.uri)?).body(())?;
        *upstream.headers_mut() = headers(parts, &verified);
        let (pieces, passed) = mpsc::channel(1);
        let Some(decoded) = verified.decoded_length() else {
            if let Some(length) = content_length(&parts.headers)? {
                upstream.headers_mut().insert(CONTENT_LENGTH, length.into());
            } else if !body.is_empty() {
                return Err(Refusal::LENGTH);
            }
            self.signer.sign_http(&mut upstream, verified.payload(), now)?;
            return self.send(upstream, passed, plain(body, verified.body_hasher()?, pieces)).await;
        };
        // The framing is taken off and put on again, signed by the other key. A checksum behind it goes along.
        let trailers = body::announced(verified.trailer())?;
        let framed = ChunkedBody::signed(decoded).with_trailers(&trailers)?;
        let signer = self.signer.sign_http_chunked(&mut upstream, &framed, now)?;
        self.send(upstream, passed, chunks(body, verified.chunks()?, signer, pieces)).await
    }

    /// Sends a request whose body is proven piece by piece: not before the first piece is, and not to the end unless
    /// all of it is.
    async fn send(
        &self,
        request: Request<()>,
        passed: mpsc::Receiver<body::Piece>,
        proof: impl Future<Output = Result<(), Refusal>>,
    ) -> Result<Answer, Refusal> {
        let line = format!("{} {}", request.method(), request.uri().path());
        let send = async {
            let Some(body) = Passed::begin(passed).await else { return Ok(None) };
            eprintln!("passed on: {line}");
            self.http.request(request.map(|()| body)).await.map(Some)
        };
        let (proven, answer) = tokio::join!(proof, send);
        // If the body failed, so did the request, and the reason is the body.
        proven?;
        let mut answer = answer?.ok_or(Refusal::BROKEN)?;
        for name in HOP_BY_HOP {
            answer.headers_mut().remove(name);
        }
        Ok(answer.map(Either::Left))
    }

    /// The same path and query at the server, without what authenticates a link.
    fn target(&self, uri: &Uri) -> Result<Uri, Refusal> {
        let kept = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            !LINK.iter().any(|own| name.eq_ignore_ascii_case(own))
        };
        let query = uri.query().map(|query| query.split('&').filter(kept).collect::<Vec<_>>().join("&"));
        let query = query.filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
        Ok(format!("{}{}{}", self.upstream, uri.path(), query.unwrap_or_default()).parse()?)
    }
}

/// What was signed, and of the rest only what a link leaves to whoever uses it.
fn headers(parts: &Parts, verified: &Verified<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &parts.headers {
        let own = name == HOST || name == CONTENT_LENGTH || HOP_BY_HOP.contains(&name.as_str());
        if !own && (verified.is_signed(name.as_str()) || UNSIGNED.contains(&name.as_str())) {
            headers.append(name, value.clone());
        }
    }
    headers
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let length = headers.get(CONTENT_LENGTH).map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    length.map(|length| length.ok_or(Refusal::LENGTH)).transpose()
}

fn required(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set"))
}

/// What authenticates a link.
const LINK: [&str; 8] = [
    "X-Amz-Algorithm",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
];

/// Headers that are passed on though nobody signed them. The verifier has refused those that must be signed.
const UNSIGNED: [&str; 7] =
    ["content-type", "content-md5", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "range"];

/// What belongs to one connection (RFC 9110, section 7.6.1), and `expect`, which was answered here.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
