//! What several tests share.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]

mod incoming;

pub(crate) use incoming::Incoming;

use s3_sigv4::{Bucket, Credentials, Request, Signer, Timestamp};

pub(crate) const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The instant of AWS's S3 examples.
pub(crate) fn now() -> Timestamp {
    at("20130524T000000Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a timestamp")
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY).expect("AWS's example keys")
}

pub(crate) fn session() -> Credentials {
    Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY)
        .and_then(|credentials| credentials.with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//token+="))
        .expect("AWS's example keys")
}

pub(crate) fn signer() -> Signer {
    Signer::new(credentials(), "us-east-1", now()).expect("a signer")
}

pub(crate) fn bucket() -> Bucket {
    Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket").expect("AWS's example bucket")
}

pub(crate) fn request<'a>(path: &'a str) -> Request<'a> {
    Request::new("GET", "https://examplebucket.s3.amazonaws.com", path).expect("a request")
}
