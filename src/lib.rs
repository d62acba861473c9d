//! AWS Signature Version 4 for S3 and its relatives: presigned links and signed requests, offline, without a clock, a
//! network or an SDK.
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::panic, clippy::std_instead_of_core, clippy::alloc_instead_of_core)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod bucket;
mod canonical;
mod credentials;
mod digest;
mod encode;
mod endpoint;
mod error;
mod header;
#[cfg(feature = "http")]
mod http;
mod key;
mod lifetime;
mod limits;
mod payload;
mod presign;
mod request;
mod scope;
mod service;
mod signer;
mod string_to_sign;
mod timestamp;
#[cfg(feature = "url")]
mod url;

pub use bucket::Bucket;
pub use canonical::CanonicalRequest;
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error::{Error, Excerpt, Field, Found, HeaderPart};
pub use header::SignedRequest;
pub use key::{ExportedKey, Signature, SigningKey};
pub use lifetime::{Lifetime, Limit, Validity};
pub use payload::PayloadHash;
pub use presign::Presigned;
pub use request::Request;
pub use scope::CredentialScope;
pub use service::{ContentSha256, PathEncoding, PathNormalization, Service, SessionToken};
pub use signer::Signer;
pub use string_to_sign::StringToSign;
pub use timestamp::Timestamp;
