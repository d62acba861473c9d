//! The limits that the crate keeps, in one place.

use core::time::Duration;

/// How many headers a request may have, those not counted that signing adds.
pub(crate) const MAX_HEADERS: usize = 128;

/// How many query parameters a request may have, those not counted that signing adds.
pub(crate) const MAX_PARAMETERS: usize = 128;

/// How long a link may be good: "X-Amz-Expires" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(604_800);
