use crate::error::Excerpt;
use crate::limits::MAX_INSPECTED;
use crate::verify::VerifyError;

/// What looks wrong with something that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Finding {
    /// A verifier would refuse it for this.
    #[error("{0}")]
    Refused(VerifyError),

    /// It is not what it was given as.
    #[error("it is not a URL")]
    NotUrl,

    /// It is longer than anything that is looked at.
    #[error("it is longer than {} KiB, and not looked at", MAX_INSPECTED / 1024)]
    TooLong,

    /// It is signed by the version before.
    #[error("it is signed by Signature Version 2, which most regions do not take")]
    Version2,

    /// There are blanks, line ends or quotes that do not belong to it.
    #[error("it has blanks, line ends or quotes in or around it, as from copying")]
    Blanks,

    /// `&` became `&amp;`.
    #[error("it is escaped for HTML: &amp; stands where & belongs")]
    HtmlEscaped,

    /// `%2F` became `%252F`.
    #[error("it is encoded twice: %25 stands where % belongs")]
    EncodedTwice,

    /// A `#` cuts it off.
    #[error("it has a # in it, behind which nothing is sent")]
    Fragment,

    /// It is sent in the clear.
    #[error("it goes over http, so that everybody on the way can read it and use it")]
    Unencrypted,

    /// Clients would change the path.
    #[error("its path has a . or .. segment, which browsers and many clients resolve before they send it")]
    DotSegments,

    /// Part of the signature is missing.
    #[error("its signature has {digits} of 64 hexadecimal digits, as from copying a part")]
    SignatureCut {
        /// How many there are.
        digits: usize,
    },

    /// The access key id is that of a session, and there is no token.
    #[error("the access key id starts with ASIA, so it belongs to a session, but there is no session token")]
    SessionTokenMissing,

    /// The host is in another region than it was signed for.
    #[error("the host is in {host}, and it is signed for {signed}")]
    OtherRegion {
        /// The region in the host.
        host: Excerpt,
        /// The region in the scope.
        signed: Excerpt,
    },

    /// The header `date` is signed, and there is no `x-amz-date`: "Handling dates in Signature Version 4" in
    /// <https://docs.aws.amazon.com/general/latest/gr/sigv4-date-handling.html>. The verifier here does not take it.
    #[error("it is dated by the header date alone, which AWS takes and some servers do not")]
    DateHeader,

    /// The policy does not limit the key.
    #[error("the policy allows every key in the bucket")]
    AnyKey,

    /// The policy does not limit the file's length.
    #[error("the policy allows a file of any length")]
    AnyLength,
}

impl Finding {
    /// Whether a strict verifier, such as this crate's, refuses it as it stands at any time. A lenient one may take it
    /// all the same, as names of parameters in another case. The rest are warnings: it may work and still be wiser
    /// otherwise, or servers and clients differ in it, as in a plus in a path and in how much they take.
    ///
    /// ```
    /// use s3_sigv4::Finding;
    ///
    /// assert!(Finding::SignatureCut { digits: 63 }.is_fatal());
    /// assert!(!Finding::Unencrypted.is_fatal());
    /// ```
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Refused(error) => !differs(error),
            Self::NotUrl
            | Self::Blanks
            | Self::HtmlEscaped
            | Self::EncodedTwice
            | Self::SignatureCut { .. }
            | Self::SessionTokenMissing
            | Self::OtherRegion { .. } => true,
            Self::TooLong
            | Self::Version2
            | Self::Fragment
            | Self::Unencrypted
            | Self::DotSegments
            | Self::DateHeader
            | Self::AnyKey
            | Self::AnyLength => false,
        }
    }
}

impl From<VerifyError> for Finding {
    fn from(error: VerifyError) -> Self {
        Self::Refused(error)
    }
}

/// Whether servers differ in it by design: what a plus means, and how much they take.
fn differs(error: &VerifyError) -> bool {
    #[cfg(feature = "post")]
    if matches!(error, VerifyError::TooManyFields { .. }) {
        return true;
    }
    matches!(
        error,
        VerifyError::PlusInPath { .. }
            | VerifyError::TooManyHeaders { .. }
            | VerifyError::TooManyParameters { .. }
            | VerifyError::QueryTooLong { .. }
    )
}
