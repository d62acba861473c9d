use crate::canonical::CanonicalRequest;
use crate::digest::Hex;
use crate::scope::CredentialScope;
use crate::timestamp::Timestamp;
use core::fmt;

/// Step 2 of 4: algorithm, instant, scope and the hash of the canonical request, a line each.
///
/// ```
/// # use s3_sigv4::{Credentials, PayloadHash, Request, Signer, Timestamp};
/// use s3_sigv4::StringToSign;
/// # let now = Timestamp::parse("20130524T000000Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
/// # let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/")?.with_query(&[("lifecycle", "")]);
///
/// let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
/// assert_eq!(StringToSign::new(&canonical).to_string(), "\
/// AWS4-HMAC-SHA256
/// 20130524T000000Z
/// 20130524/us-east-1/s3/aws4_request
/// 9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "Create a string to sign" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
#[derive(Clone)]
pub struct StringToSign<'a> {
    now: Timestamp,
    scope: CredentialScope<'a>,
    hash: Hex,
}

impl<'a> StringToSign<'a> {
    /// The text for this canonical request.
    #[must_use]
    pub fn new(canonical: &CanonicalRequest<'a>) -> Self {
        Self::with_hash(canonical.scope().clone(), &canonical.sha256(), canonical.now())
    }

    pub(crate) fn with_hash(scope: CredentialScope<'a>, hash: &[u8; 32], now: Timestamp) -> Self {
        Self { now, scope, hash: Hex::of(hash) }
    }

    /// The scope in which it is to be signed.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    /// The instant of signing.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn write(&self, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        put("AWS4-HMAC-SHA256\n")?;
        put(self.now.as_str())?;
        for (i, part) in self.scope.parts().into_iter().enumerate() {
            put(if i == 0 { "\n" } else { "/" })?;
            put(part)?;
        }
        put("\n")?;
        put(self.hash.as_str())
    }
}

impl fmt::Display for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(|piece| f.write_str(piece))
    }
}

impl fmt::Debug for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StringToSign").field("now", &self.now).field("scope", &self.scope).finish_non_exhaustive()
    }
}
