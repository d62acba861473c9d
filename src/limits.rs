//! The limits that the crate keeps, in one place.

use core::time::Duration;

/// How many headers a request may have, those not counted that signing adds.
pub(crate) const MAX_HEADERS: usize = 128;

/// How many query parameters a request may have, those not counted that signing adds.
pub(crate) const MAX_PARAMETERS: usize = 128;

/// How long a link may be good: "X-Amz-Expires" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(604_800);

/// How many bytes a POST form may have before its file: "cannot exceed 20 KB" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html>, and 20480 in S3's error
/// `MaxPostPreDataLengthExceeded`.
#[cfg(feature = "post")]
pub(crate) const MAX_POST_FIELDS: usize = 20_480;
