//! Stored keys and settings: AWS's shared `config` and `credentials` files, environment variables, and what a
//! `credential_process` printed (feature `config`).
//!
//! Reading is pure: texts go in, and environment variables by a function that looks them up. Only `SharedFiles::read`
//! (with `std`) opens files. Nothing here runs a program, asks a metadata service or signs in: a profile that wants
//! that is an error which says so.
//!
//! ```
//! use core::time::Duration;
//! use s3_sigv4::Timestamp;
//! use s3_sigv4::config::{Settings, SharedFiles};
//!
//! let variables = [
//!     ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
//!     ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
//!     ("AWS_REGION", "us-east-1"),
//!     ("AWS_ENDPOINT_URL_S3", "https://s3.amazonaws.com"),
//! ];
//! let variable =
//!     |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
//! let files = SharedFiles::parse("[default]\ns3 =\n  addressing_style = virtual", "")?;
//! let settings = Settings::new(None, &files, variable)?;
//!
//! // The link of AWS's documents.
//! let now = Timestamp::parse("20130524T000000Z")?;
//! let bucket = settings.bucket("examplebucket")?;
//! let link = settings.signer(&bucket, now)?.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?;
//! assert!(link.url().ends_with(
//!     "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
//! ));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Sources: the AWS SDKs and Tools Reference Guide, <https://docs.aws.amazon.com/sdkref/latest/guide/>; the vectors of
//! AWS's SDKs in `tests/vectors/config`; and botocore, against which `tests/differential` holds it.

mod error;
mod files;
mod parse;
mod process;
#[cfg(feature = "std")]
mod read;
mod settings;
mod sources;

pub use error::{ConfigError, Place, SharedFile};
pub use files::SharedFiles;
pub use process::process_output;
#[cfg(feature = "std")]
pub use read::ConfigWarning;
pub use settings::Settings;
