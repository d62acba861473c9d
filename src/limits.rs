//! The limits that the crate keeps, in one place.
//!
//! Others stand where they are used: AWS's on what STS is asked with in `sts/check.rs` and at its operations, how much
//! an inspection shows in `inspect.rs`.

use core::time::Duration;

/// How many headers a request may have, those not counted that signing adds.
pub(crate) const MAX_HEADERS: usize = 128;

/// How many query parameters a request may have, those not counted that signing adds.
pub(crate) const MAX_PARAMETERS: usize = 128;

/// How many bytes an encoded query may have. S3 takes no request whose head is longer than 8 KB, other servers some
/// more: "REST request headers" in <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonRequestHeaders.html>.
pub(crate) const MAX_QUERY: usize = 65_000;

/// How many parameters a request can have by its operation: four, and six for the headers of the answer.
pub(crate) const OWN_PARAMETERS: usize = 10;

/// How long a link may be good: "X-Amz-Expires" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(604_800);

/// How many trailing headers an aws-chunked body may have.
pub(crate) const MAX_TRAILERS: usize = 16;

/// The least length of a chunk that is not the last: "Defining the chunk body" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
pub(crate) const MIN_CHUNK: usize = 8 * 1024;

/// The greatest length of a chunk: what S3 takes in one `PUT` or one part.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub(crate) const MAX_CHUNK: u64 = 5 * 1024 * 1024 * 1024;

/// The highest number of a part: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
pub(crate) const MAX_PART_NUMBER: u32 = 10_000;

/// How many bytes a POST form may have before its file: "cannot exceed 20 KB" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html>, and 20480 in S3's error
/// `MaxPostPreDataLengthExceeded`.
#[cfg(feature = "post")]
pub(crate) const MAX_POST_FIELDS: usize = 20_480;

/// The longest signed chunk that is held until its signature is known, unless the caller says otherwise. AWS's SDKs
/// sign chunks of 64 KiB (C++, the Common Runtime), 80 KiB (.NET) and 128 KiB (Java).
pub(crate) const MAX_HELD_CHUNK: usize = 1024 * 1024;

/// How many bytes the trailing headers of a received body may have: as many as "the PUT request header" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>.
pub(crate) const MAX_TRAILER_BYTES: usize = 8 * 1024;

/// How much of a server's error body is read. The longest that S3 sends shows a canonical request of some 16 KiB, the
/// most that a request's head may have, in text and again in hexadecimal digits. An answer of STS's is shorter: what
/// makes it long, its token, has some 4 KB.
#[cfg(any(feature = "explain", feature = "sts"))]
pub(crate) const MAX_ERROR_BODY: usize = 256 * 1024;

/// How deep its elements may lie in each other. Amazon's lie three deep.
#[cfg(any(feature = "explain", feature = "sts"))]
pub(crate) const MAX_ERROR_DEPTH: usize = 16;

/// How much the answer of the console's federation endpoint may have, a token of some KB.
#[cfg(feature = "sts")]
pub(crate) const MAX_SIGNIN_ANSWER: usize = 64 * 1024;

/// How far the clocks of who signs and who verifies may lie apart, as S3 has it (`RequestTimeTooSkewed`).
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(15 * 60);

/// How much of a link, of a request's headers or of a form is inspected: more than any server takes.
pub(crate) const MAX_INSPECTED: usize = 64 * 1024;

/// How large a shared file may be. AWS names no limit; one profile has some hundred bytes.
#[cfg(feature = "config")]
pub(crate) const MAX_CONFIG_FILE: usize = 1024 * 1024;
