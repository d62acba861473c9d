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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    name: Cow<'static, str>,
    pub(crate) rules: Rules,
}

impl Service {
    /// Amazon S3, and every server that speaks its protocol.
    pub const S3: Self = Self { name: Cow::Borrowed("s3"), rules: Rules::S3 };

    /// S3 Express One Zone: S3's rules, and the token of a session under a name of its own.
    ///
    /// Most requests to a directory bucket are signed with the credentials of a session, which CreateSession gives out
    /// for some minutes, and carry its token as `x-amz-s3session-token`. CreateSession itself, CopyObject,
    /// UploadPartCopy and HeadBucket, and everything that goes to a regional host (`s3express-control…`, CreateBucket
    /// for instance), are signed with ordinary credentials for the same service: for those, take
    /// `Service::S3_EXPRESS.with_session_token(SessionToken::Signed)`. Nothing about the host or the credentials tells
    /// which is which. (botocore 1.44 sends HeadBucket with a session's credentials all the same.)
    ///
    /// ```
    /// use s3_sigv4::{Bucket, Credentials, PayloadHash, Service, SessionToken, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let photos = Bucket::aws("us-west-2", "photos--usw2-az1--x-s3")?;
    ///
    /// // Every five minutes, with the credentials of a user or a role:
    /// let role = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
    ///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
    /// let ordinary = Service::S3_EXPRESS.with_session_token(SessionToken::Signed);
    /// let signer = Signer::for_service(role, ordinary, "us-west-2", now)?;
    /// let create_session = photos.on_bucket("GET")?.with_query(&[("session", "")]);
    /// let signed = signer.sign(&create_session, PayloadHash::EMPTY, now)?;
    /// assert_eq!(signed.headers().last(), Some(("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE")));
    ///
    /// // In between, with what that answers:
    /// let session = Credentials::new("ASIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY")?
    ///     .with_session_token("AgoJb3JpZ2luX2VjEXAMPLE")?;
    /// let signer = photos.signer(session, now)?; // for Service::S3_EXPRESS
    /// let get = photos.get("cat.jpg")?;
    /// let signed = signer.sign(&get, PayloadHash::EMPTY, now)?;
    /// assert_eq!(signed.headers().last(), Some(("x-amz-s3session-token", "AgoJb3JpZ2luX2VjEXAMPLE")));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html>,
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>,
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>, each under "Authentication and
    /// authorization"; botocore's `S3ExpressAuth` and `S3ExpressQueryAuth`.
    pub const S3_EXPRESS: Self = Self { name: Cow::Borrowed("s3express"), rules: Rules::S3_EXPRESS };

    /// S3 Object Lambda: S3's rules.
    pub const S3_OBJECT_LAMBDA: Self = Self { name: Cow::Borrowed("s3-object-lambda"), rules: Rules::S3 };

    /// S3 on Outposts: S3's rules.
    pub const S3_OUTPOSTS: Self = Self { name: Cow::Borrowed("s3-outposts"), rules: Rules::S3 };

    /// The service of this name, by S3's rules for S3 and its relatives (`s3-object-lambda`, `s3-outposts` and, with a
    /// token's name of its own, `s3express`), by the general ones for every other.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the name is not visible ASCII without `/` and `,`.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        let name = name.into();
        check(Field::Service, &name, scope::allowed)?;
        let rules = match &*name {
            "s3" | "s3-object-lambda" | "s3-outposts" => Rules::S3,
            "s3express" => Rules::S3_EXPRESS,
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

    /// The same with the session token as part of what is signed, under either of its names, or added afterwards.
    #[must_use]
    pub fn with_session_token(mut self, session_token: SessionToken) -> Self {
        self.rules.session_token = session_token;
        self
    }

    /// The same with these headers, named in any case, never signed, besides those that no request has signed: what a
    /// server's own front end changes on the way. One request names more by
    /// [`Request::with_unsigned_headers`](crate::Request::with_unsigned_headers).
    ///
    /// ```
    /// use s3_sigv4::Service;
    ///
    /// let google = Service::S3.with_unsigned_headers(&["accept-encoding"]);
    /// assert_eq!(google.name(), "s3");
    /// ```
    #[must_use]
    pub fn with_unsigned_headers(mut self, names: &'static [&'static str]) -> Self {
        self.rules.unsigned_headers = names;
        self
    }

    /// The name in the credential scope.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// How often the path is encoded in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "once or twice is all that AWS has")]
pub enum PathEncoding {
    /// The canonical path is the one that is sent (S3).
    Once,
    /// The canonical path is the one that is sent, encoded once more, so that `%20` becomes `%2520`.
    Twice,
}

/// Whether dot segments and empty segments are removed from the path in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is done or it is not")]
pub enum PathNormalization {
    /// The path stays as it is sent (S3).
    AsSent,
    /// `/a//b/./../c` becomes `/a/c`. A path that ends in `/.` or `/..` loses its last slash, as in AWS's own library.
    Normalized,
}

/// Whether header authentication adds the header `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is added or it is not")]
pub enum ContentSha256 {
    /// Added and signed (S3).
    Signed,
    /// Not added.
    Omitted,
}

/// Under which name the session token travels, and whether it is part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionToken {
    /// Signed with the rest, as `x-amz-security-token`: S3 and nearly every service.
    Signed,
    /// Signed with the rest, as `x-amz-s3session-token`: the sessions of S3 Express ([`Service::S3_EXPRESS`]).
    ///
    /// A signer that has no token may then sign a request that brings one along, as a header or a parameter.
    S3Session,
    /// Added to the signed request: AWS IoT's MQTT over WebSocket (sign the `https://` URL and connect to it as
    /// `wss://`).
    AddedAfterwards,
}

impl SessionToken {
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Signed | Self::AddedAfterwards => "x-amz-security-token",
            Self::S3Session => "x-amz-s3session-token",
        }
    }

    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Signed | Self::AddedAfterwards => "X-Amz-Security-Token",
            Self::S3Session => "X-Amz-S3session-Token",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rules {
    pub(crate) path_encoding: PathEncoding,
    pub(crate) path_normalization: PathNormalization,
    pub(crate) content_sha256: ContentSha256,
    pub(crate) session_token: SessionToken,
    pub(crate) unsigned_headers: &'static [&'static str],
}

impl Rules {
    const S3: Self = Self {
        path_encoding: PathEncoding::Once,
        path_normalization: PathNormalization::AsSent,
        content_sha256: ContentSha256::Signed,
        session_token: SessionToken::Signed,
        unsigned_headers: &[],
    };

    const S3_EXPRESS: Self = Self { session_token: SessionToken::S3Session, ..Self::S3 };

    const GENERAL: Self = Self {
        path_encoding: PathEncoding::Twice,
        path_normalization: PathNormalization::Normalized,
        content_sha256: ContentSha256::Omitted,
        session_token: SessionToken::Signed,
        unsigned_headers: &[],
    };
}
