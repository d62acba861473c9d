//! AWS Signature Version 4 for S3 and its relatives: presigned links and signed requests, offline, without a clock, a
//! network or an SDK.
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::{Bucket, Credentials, Timestamp};
//!
//! let now = Timestamp::parse("20130524T000000Z")?; // or Timestamp::now()
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let photos = Bucket::aws("eu-west-1", "photos")?;
//! let signer = photos.signer(credentials, now)?;
//!
//! let link = signer.presign(&photos.get("2024/cat & dog.jpg")?, Duration::from_secs(900), now)?;
//! println!("{link} is good until {}", link.valid_until());
//! # assert!(link.url().starts_with("https://photos.s3.eu-west-1.amazonaws.com/2024/cat%20%26%20dog.jpg?X-Amz-"));
//! # Ok::<(), s3_sigv4::Error>(())
//! ```
//!
//! # Where to look
//!
//! * A link that anybody can use: [`Signer::presign`], and [`Presigned`] for how long it is good and what must be sent
//!   with it.
//! * A request that is sent now: [`Signer::sign`] for any HTTP client, `Signer::sign_http` for `http::Request`.
//! * An upload by a browser: `Signer::post` and `PostPolicy` (feature `post`), or [`Signer::sign_policy`] for a POST policy
//!   that is made already.
//! * Addresses: [`Bucket`] for S3's objects, [`Request`] for everything else. [`AwsEndpoint`] for dual-stack, FIPS and
//!   acceleration, [`Bucket::from_arn`] for access points, [`Profile`] for servers that are not Amazon's.
//! * The right signer for an address: [`Bucket::signer`].
//! * Keys that are stored in AWS's files or in the environment: `config::Settings` (feature `config`).
//! * Services other than S3: [`Signer::for_service`] and [`Service`].
//! * Signing without the secret: [`SigningKey::export`] and [`Signer::from_key`].
//! * Uploads of streams: [`Signer::sign_chunked`].
//! * A request that was received: [`Claim`] → [`Verifier`] → [`Verified`].
//! * Reading a streamed upload back: [`Verified::chunks`] and [`ChunkDecoder`].
//! * What a link, a request or a form says, and what looks wrong with it: [`Inspection`].
//! * The keys of a session, and the console by them: module `sts` (feature `sts`).
//! * Whole recipes: [`cookbook`].
//! * When a server disagrees: `ErrorResponse::explain` (feature `explain`) says why; [`Signer::canonical_request`] is the
//!   text to compare with what it sends back.
//!
//! # The four steps
//!
//! A signature is the last of four texts and values, and each is a type by the name that AWS gives it:
//! [`CanonicalRequest`] → [`StringToSign`] → [`SigningKey`] → [`Signature`]. The first two print exactly the bytes of
//! AWS's documents. The verbs of [`Signer`] take all four steps at once.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `std` (default) | [`Timestamp`] from the system's clock and from `SystemTime`; `ChunkedReader` |
//! | `cli` | the binary `s3-sigv4`, and what it is made of: `config`, `explain`, `post`, `sts` |
//! | `config` | module `config`: keys, regions and endpoints out of AWS's shared files and variables |
//! | `explain` | `ErrorResponse`: why a server refused a request, by its error body |
//! | `http` | `Signer::sign_http`, `Signer::sign_http_chunked`, `Claim::parse_http` |
//! | `post` | `Signer::post`: the form by which a browser uploads, from a typed `PostPolicy`; `Verifier::verify_post` and `Inspection::of_form` for one that was received |
//! | `sts` | module `sts`: signed requests to AWS's Security Token Service, its answers read into [`Credentials`], the console's sign-in |
//! | `tokens` | sign-in tokens of EKS, RDS and DSQL, and a link for STS's GetCallerIdentity |
//! | `url` | endpoints from `url::Url`, and links as `url::Url` |
//!
//! Without `std` the crate needs `alloc` alone. A feature only adds API; it never changes what a call does.
//!
//! # Limits
//!
//! Of what the caller asks for:
//!
//! | of | limit | beyond it |
//! |---|---|---|
//! | headers of a request | 128, those not counted that signing adds | [`Error::TooManyHeaders`] |
//! | query parameters | 128, likewise | [`Error::TooManyParameters`] |
//! | bytes of an encoded query, those not counted that signing adds | 65000 | [`Error::QueryTooLong`] |
//! | trailing headers of a chunked body | 16 | [`Error::TooManyTrailers`] |
//! | chunks, but the last | 8 KiB to 5 GiB | [`Error::ChunkSize`] |
//! | numbers of parts | 1 to 10000 | [`Error::PartNumber`] |
//! | tags of a session, transitive keys among them (feature `sts`) | 50 each | `Error::StsCount` |
//! | managed policies of a session (feature `sts`) | 10 | `Error::StsCount` |
//! | names, policies and ids that STS is given (feature `sts`) | see the module `sts` | `Error::StsLength` |
//! | a session's duration (feature `sts`) | 900 to 43200 seconds for a role and in the console, to 129600 for a user | `Error::SessionDuration` |
//! | a link's or a form's lifetime | 1 to 604800 seconds | [`Error::Lifetime`] |
//! | a form without its file (feature `post`) | 20480 bytes | `Error::PostTooLarge` |
//! | bytes of a shared file (feature `config`) | 1048576 | `ConfigError::TooLarge` |
//! | instants | the years 0000 to 9999 | [`Error::YearOutOfRange`] |
//!
//! Of what strangers send:
//!
//! | at most | limit | beyond it |
//! |---|---|---|
//! | headers | 128, those of authentication and `host` not counted | [`VerifyError::TooManyHeaders`] |
//! | query parameters | 128, those of authentication not counted | [`VerifyError::TooManyParameters`] |
//! | bytes of an encoded query | 65000 | [`VerifyError::QueryTooLong`] |
//! | seconds of a link's lifetime | 604800, or what [`Verifier::with_longest_lifetime`] says | [`VerifyError::Lifetime`] |
//! | seconds between two clocks, header authentication | 900, or what [`Verifier::with_clock_skew`] says | [`VerifyError::Skewed`] |
//! | seconds before a link's date | 0, or what [`Verifier::with_link_clock_skew`] says | [`VerifyError::NotYetGood`] |
//! | bytes of a signed chunk | 1048576, or what [`ChunkDecoder::with_max_chunk`] says | [`VerifyError::ChunkTooLarge`] |
//! | bytes that a chunk lacks to 8192, but the last | 0, or what [`ChunkDecoder::with_min_chunk`] says | [`VerifyError::ChunkTooSmall`] |
//! | digits of a chunk's length | 16 | [`VerifyError::ChunkSyntax`] |
//! | bytes of trailing headers | 8192, their line ends counted | [`VerifyError::TrailersTooLong`] |
//! | names in `x-amz-trailer` | 16 | [`VerifyError::Malformed`] |
//! | fields of a form (feature `post`) | 128 | `VerifyError::TooManyFields` |
//! | bytes of a form without its file (feature `post`) | 20480, names and values | `VerifyError::FormTooLarge` |
//! | bytes that are inspected | 65536 | [`Finding::TooLong`] |
//! | bytes of a server's error body (feature `explain`) | 262144, the rest is left unread | no error: what was read counts |
//! | elements of it in each other (feature `explain`) | 16, what lies behind is left unread | likewise |
//! | bytes of STS's answer (feature `sts`) | 262144 | `StsError::Incomplete` |
//! | elements of it in each other (feature `sts`) | 16 | `StsError::Incomplete` |
//! | bytes of the federation endpoint's answer (feature `sts`) | 65536 | `StsError::TooLong` |
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::panic, clippy::std_instead_of_core, clippy::alloc_instead_of_core)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod aws;
mod bucket;
mod canonical;
mod chunked;
mod chunked_body;
#[cfg(feature = "config")]
pub mod config;
#[cfg(any(doc, doctest))]
pub mod cookbook;
mod credentials;
mod curl;
mod digest;
mod encode;
mod endpoint;
mod error;
#[cfg(feature = "explain")]
mod explain;
mod header;
#[cfg(feature = "http")]
mod http;
mod inspect;
#[cfg(any(feature = "explain", feature = "sts"))]
mod instant;
mod key;
mod lifetime;
mod limits;
mod name;
mod payload;
mod policy;
#[cfg(feature = "post")]
mod post;
mod presign;
mod profile;
mod request;
mod response;
mod scope;
mod service;
#[cfg(any(feature = "explain", feature = "sts"))]
mod shown;
mod signer;
mod string_to_sign;
#[cfg(feature = "sts")]
pub mod sts;
mod timestamp;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(feature = "url")]
mod url;
mod verify;
#[cfg(any(feature = "explain", feature = "sts"))]
mod xml;

pub use aws::{AwsEndpoint, region_of_host};
pub use bucket::{Bucket, Warning};
pub use canonical::CanonicalRequest;
#[cfg(feature = "std")]
pub use chunked::ChunkedReader;
pub use chunked::{ChunkHead, ChunkSigner, ChunkedRequest};
pub use chunked_body::ChunkedBody;
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error::{Error, Excerpt, Field, Found, HeaderPart};
#[cfg(feature = "explain")]
pub use explain::{Cause, Difference, ErrorResponse, Explanation, Rewrite, SignedText};
pub use header::SignedRequest;
pub use inspect::{Finding, Inspection, State};
pub use key::{ExportedKey, Signature, SigningKey};
pub use lifetime::{Lifetime, Limit, Validity};
pub use payload::PayloadHash;
pub use policy::SignedPolicy;
#[cfg(feature = "post")]
pub use post::{PostForm, PostPolicy};
pub use presign::{Links, Presigned};
pub use profile::{Profile, Unsupported};
pub use request::Request;
pub use response::{ContentDisposition, ResponseHeaders};
pub use scope::CredentialScope;
pub use service::{ContentSha256, PathEncoding, PathNormalization, Service, SessionToken};
pub use signer::Signer;
pub use string_to_sign::StringToSign;
pub use timestamp::Timestamp;
pub use verify::{
    BodyHasher, ChunkDecoder, ChunkFraming, Claim, ClientMessage, Part, Verified, Verifier, VerifyError, VerifyingKey,
};
#[cfg(feature = "post")]
pub use verify::{PostClaim, PostMismatch, VerifiedPost};

/// The README's examples, compiled and run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
