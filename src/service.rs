use crate::error::{Error, Field, check};
use crate::scope;
use alloc::borrow::Cow;

/// A service's name in the credential scope, and what its signatures do differently.
///
/// S3 and its relatives take the path as it is, encoded once, and want the payload hash as a header. By the general
/// rules the path is normalised and encoded twice, and there is no such header. [`Service::new`] knows S3's relatives;
/// each switch can be set apart from the others, for services that differ.
///
/// ```
/// use s3_sigv4::{PathEncoding, Service};
///
/// assert_eq!(Service::new("s3")?, Service::S3);
/// let odd = Service::new("odd")?.with_path_encoding(PathEncoding::Once);
/// assert_eq!(odd.name(), "odd");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: the notes to "CanonicalUri" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    name: Cow<'static, str>,
    pub(crate) rules: Rules,
}

impl Service {
    /// Amazon S3, and every server that speaks its protocol.
    pub const S3: Self = Self { name: Cow::Borrowed("s3"), rules: Rules::S3 };

    /// The service of this name, by S3's rules for S3 and its relatives (`s3express`, `s3-object-lambda`,
    /// `s3-outposts`), by the general ones for every other.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the name is not visible ASCII without `/` and `,`.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        let name = name.into();
        check(Field::Service, &name, scope::allowed)?;
        let rules = match &*name {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Rules::S3,
            _ => Rules::GENERAL,
        };
        Ok(Self { name, rules })
    }

    /// The same with the path encoded this many times.
    #[must_use]
    pub fn with_path_encoding(mut self, encoding: PathEncoding) -> Self {
        self.rules.path_encoding = encoding;
        self
    }

    /// The same with the path normalised, or not.
    #[must_use]
    pub fn with_path_normalization(mut self, normalization: PathNormalization) -> Self {
        self.rules.path_normalization = normalization;
        self
    }

    /// The same with the header `x-amz-content-sha256` added and signed, or not.
    #[must_use]
    pub fn with_content_sha256(mut self, content_sha256: ContentSha256) -> Self {
        self.rules.content_sha256 = content_sha256;
        self
    }

    /// The same with the session token as part of what is signed, or added afterwards.
    #[must_use]
    pub fn with_session_token(mut self, session_token: SessionToken) -> Self {
        self.rules.session_token = session_token;
        self
    }

    /// The name in the credential scope.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// How often the path is encoded in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "once or twice is all that AWS has")]
pub enum PathEncoding {
    /// The canonical path is the one that is sent (S3).
    Once,
    /// The canonical path is the one that is sent, encoded once more, so that `%20` becomes `%2520`.
    Twice,
}

/// Whether dot segments and empty segments are removed from the path in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is done or it is not")]
pub enum PathNormalization {
    /// The path stays as it is sent (S3).
    AsSent,
    /// `/a//b/./../c` becomes `/a/c`. A path that ends in `/.` or `/..` loses its last slash, as in AWS's own library.
    Normalized,
}

/// Whether header authentication adds the header `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is added or it is not")]
pub enum ContentSha256 {
    /// Added and signed (S3).
    Signed,
    /// Not added.
    Omitted,
}

/// Whether the session token is part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is signed or it is not")]
pub enum SessionToken {
    /// Signed with the rest: S3 and nearly every service.
    Signed,
    /// Added to the signed request: AWS IoT's MQTT over WebSocket (sign the `https://` URL and connect to it as
    /// `wss://`).
    AddedAfterwards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) path_encoding: PathEncoding,
    pub(crate) path_normalization: PathNormalization,
    pub(crate) content_sha256: ContentSha256,
    pub(crate) session_token: SessionToken,
}

impl Rules {
    const S3: Self = Self {
        path_encoding: PathEncoding::Once,
        path_normalization: PathNormalization::AsSent,
        content_sha256: ContentSha256::Signed,
        session_token: SessionToken::Signed,
    };

    const GENERAL: Self = Self {
        path_encoding: PathEncoding::Twice,
        path_normalization: PathNormalization::Normalized,
        content_sha256: ContentSha256::Omitted,
        session_token: SessionToken::Signed,
    };
}
