//! The other crates, each used the quickest way that its public API has.
//!
//! What does not depend on the request is made beforehand, even where a program would have to make it for every request
//! (aws-sigv4's parameters, which hold the instant). Who does not take a raw key gets the URL ready-made.

use crate::fixture::{ACCESS_KEY_ID, BUCKET, Dated, LIFETIME, NOW_UNIX, Object, REGION, SECRET, Site, Upload, leak};
use crate::measure::Subject;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use object_store::aws::{AmazonS3Builder, AwsAuthorizer, AwsCredential};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::signer::Signer as _;
use reqsign_core::SignRequest;
use rusty_s3::S3Action;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Makes links, as text.
pub struct Presigner {
    pub name: &'static str,
    pub dated: Dated,
    pub presign: Box<dyn FnMut(&Object) -> String>,
}

pub fn presigners(site: &'static Site) -> Vec<Presigner> {
    use Dated::{ByCaller, ByClock};
    let token = site.token.as_deref();
    vec![
        Presigner { name: "rusty-s3", dated: ByCaller, presign: Box::new(rusty_s3(token)) },
        Presigner { name: "aws-sigv4", dated: ByCaller, presign: Box::new(aws_sigv4(token)) },
        Presigner { name: "reqsign-aws-v4", dated: ByClock, presign: Box::new(reqsign(token)) },
        Presigner { name: "object_store", dated: ByClock, presign: Box::new(object_store(token)) },
        Presigner { name: "s3-presign", dated: ByCaller, presign: Box::new(s3_presign(token)) },
    ]
}

fn rusty_s3(token: Option<&str>) -> impl FnMut(&Object) -> String + use<> {
    let endpoint = "https://s3.amazonaws.com".parse().expect("a URL");
    let bucket = rusty_s3::Bucket::new(endpoint, rusty_s3::UrlStyle::VirtualHost, BUCKET, REGION).expect("a bucket");
    let credentials = match token {
        Some(token) => rusty_s3::Credentials::new_with_token(ACCESS_KEY_ID, SECRET, token),
        None => rusty_s3::Credentials::new(ACCESS_KEY_ID, SECRET),
    };
    let now = jiff::Timestamp::from_second(NOW_UNIX).expect("an instant");
    move |object| bucket.get_object(Some(&credentials), object.key).sign_with_time(LIFETIME, &now).into()
}

/// What its `Presigner::get` does, but for the clock.
fn s3_presign(token: Option<&str>) -> impl FnMut(&Object) -> String + use<> {
    let credentials = s3_presign::Credentials::new(ACCESS_KEY_ID, SECRET, token);
    let presigner = s3_presign::Presigner::new(credentials.clone(), BUCKET, REGION);
    let now = chrono::DateTime::from_timestamp(NOW_UNIX, 0).expect("an instant");
    let (lifetime, payload) = (LIFETIME.as_secs(), "UNSIGNED-PAYLOAD");
    move |object| {
        let url = presigner.url_for_key(object.key).expect("a URL");
        s3_presign::presigned_url(&credentials, lifetime, &url, "GET", payload, REGION, &now, "s3", vec![])
            .expect("a link")
    }
}

fn aws_sigv4(token: Option<&str>) -> impl FnMut(&Object) -> String + use<> {
    let mut settings = aws_settings();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(LIFETIME);
    let params = leak(aws_params(token, settings).into());
    move |object| {
        let request = SignableRequest::new("GET", &*object.url, std::iter::empty(), SignableBody::UnsignedPayload)
            .expect("a request");
        let (instructions, _) = sign(request, params).expect("a signature").into_parts();
        let mut request = http::Request::get(&object.url).body(()).expect("a request");
        instructions.apply_to_request_http1x(&mut request);
        request.uri().to_string()
    }
}

fn reqsign(token: Option<&str>) -> impl FnMut(&Object) -> String + use<> {
    let (context, signer, credential) = reqsign_parts(token);
    move |object| {
        let (mut parts, ()) = http::Request::get(&object.url).body(()).expect("a request").into_parts();
        ready(signer.sign_request(&context, &mut parts, Some(&credential), Some(LIFETIME))).expect("a signature");
        parts.uri.to_string()
    }
}

fn object_store(token: Option<&str>) -> impl FnMut(&Object) -> String + use<> {
    let mut builder = AmazonS3Builder::new()
        .with_http_connector(Nowhere)
        .with_bucket_name(BUCKET)
        .with_region(REGION)
        .with_virtual_hosted_style_request(true)
        .with_endpoint("https://examplebucket.s3.amazonaws.com")
        .with_access_key_id(ACCESS_KEY_ID)
        .with_secret_access_key(SECRET);
    if let Some(token) = token {
        builder = builder.with_token(token);
    }
    let store = builder.build().expect("a store");
    move |object| ready(store.signed_url(http::Method::GET, &object.path, LIFETIME)).expect("a link").into()
}

/// Signatures in headers. rusty-s3 and s3-presign make links alone.
pub fn signers(upload: &'static Upload) -> Vec<Subject> {
    vec![aws_sigv4_upload(upload), reqsign_upload(upload), object_store_upload(upload)]
}

fn aws_sigv4_upload(upload: &'static Upload) -> Subject {
    let mut settings = aws_settings();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = leak(aws_params(None, settings).into());
    Subject::new(
        "aws-sigv4",
        move |_| {
            let body = SignableBody::Precomputed(upload.payload.as_str().into());
            let request = SignableRequest::new("PUT", &*upload.object.url, upload.headers.iter().copied(), body);
            sign(request.expect("a request"), params).expect("a signature").into_parts().0
        },
        |instructions, _| {
            let header = |wanted| instructions.headers().find(|(name, _)| *name == wanted).expect("a header").1;
            upload.check(header("authorization"), header("x-amz-date"), ("aws-sigv4", Dated::ByCaller));
        },
    )
}

fn reqsign_upload(upload: &'static Upload) -> Subject {
    let (context, signer, credential) = reqsign_parts(None);
    let mut request = http_request(upload, ());
    let payload = upload.payload.as_str().parse().expect("a header");
    request.headers_mut().insert("x-amz-content-sha256", payload);
    let (parts, ()) = request.into_parts();
    Subject::new(
        "reqsign-aws-v4",
        move |_| {
            let mut parts = parts.clone();
            ready(signer.sign_request(&context, &mut parts, Some(&credential), None)).expect("a signature");
            parts
        },
        |parts, _| check_headers(upload, &parts.headers, "reqsign-aws-v4"),
    )
}

fn object_store_upload(upload: &'static Upload) -> Subject {
    let credential = AwsCredential { key_id: ACCESS_KEY_ID.into(), secret_key: SECRET.into(), token: None };
    let request: HttpRequest = http_request(upload, object_store::client::HttpRequestBody::empty());
    Subject::new(
        "object_store",
        move |_| {
            let mut request = request.clone();
            AwsAuthorizer::new(&credential, "s3", REGION)
                .try_authorize(&mut request, Some(&upload.payload_bytes))
                .expect("a signature");
            request
        },
        |request, _| check_headers(upload, request.headers(), "object_store"),
    )
}

fn http_request<B>(upload: &Upload, body: B) -> http::Request<B> {
    let request = http::Request::put(&upload.object.url);
    upload.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(body).expect("one")
}

fn check_headers(upload: &Upload, headers: &http::HeaderMap, peer: &'static str) {
    let header = |name| headers.get(name).expect("a header").to_str().expect("text");
    upload.check(header("authorization"), header("x-amz-date"), (peer, Dated::ByClock));
}

/// aws-sigv4 alone lets the caller derive a key.
pub fn derive(check: impl FnOnce(&[u8])) -> Subject {
    let now = system_time();
    Subject::new(
        "aws-sigv4",
        move |_| v4::generate_signing_key(SECRET, now, REGION, "s3"),
        |key, _| check(key.as_ref()),
    )
}

/// aws-sigv4 alone signs chunks. It is handed the signature before, and the parameters are made once for an upload.
pub fn sign_chunk(chunk: &'static [u8], seed: String, check: impl FnOnce(&str)) -> Subject {
    let chunk = bytes::Bytes::from_static(chunk);
    let params = leak(aws_params(None, aws_settings()));
    let mut previous = seed;
    Subject::new(
        "aws-sigv4",
        move |_| {
            let (_, signature) = v4::sign_chunk(&chunk, &previous, params).expect("a signature").into_parts();
            previous.clone_from(&signature);
            signature
        },
        |signature, _| check(signature),
    )
}

/// What S3 wants: the path encoded once and left as it is.
fn aws_settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings
}

fn aws_params(token: Option<&str>, settings: SigningSettings) -> v4::SigningParams<'static, SigningSettings> {
    let token = token.map(str::to_string);
    let credentials = aws_credential_types::Credentials::new(ACCESS_KEY_ID, SECRET, token, None, "compare");
    v4::SigningParams::builder()
        .identity(leak(Identity::from(credentials)))
        .region(REGION)
        .name("s3")
        .time(system_time())
        .settings(settings)
        .build()
        .expect("all parameters")
}

fn system_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW_UNIX as u64)
}

/// The request signer itself, without the `Signer` around it that looks for credentials.
fn reqsign_parts(
    token: Option<&str>,
) -> (reqsign_core::Context, reqsign_aws_v4::RequestSigner, reqsign_aws_v4::Credential) {
    let credential = reqsign_aws_v4::Credential {
        access_key_id: ACCESS_KEY_ID.into(),
        secret_access_key: SECRET.into(),
        session_token: token.map(str::to_string),
        expires_in: None,
    };
    (reqsign_core::Context::new(), reqsign_aws_v4::RequestSigner::new("s3", REGION), credential)
}

/// The answer of a future that waits for nothing, at no cost but its own.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("signing waits for something"),
    }
}

/// An HTTP client for object_store that sends nothing.
#[derive(Debug)]
struct Nowhere;

impl HttpConnector for Nowhere {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Self))
    }
}

impl HttpService for Nowhere {
    // What `#[async_trait]` makes of an `async fn`.
    fn call<'a: 'b, 'b>(
        &'a self,
        _: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        Self: 'b,
    {
        Box::pin(async { Err(HttpError::new(HttpErrorKind::Connect, std::io::Error::other("nothing is sent"))) })
    }
}
