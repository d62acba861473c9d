use crate::error::{Error, Field, Found};
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Headers that S3 is to answer with in place of those that the object has: the `response-*` parameters of GetObject.
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::{Bucket, ContentDisposition, Credentials, ResponseHeaders, Signer, Timestamp};
///
/// # let now = Timestamp::parse("20130524T000000Z")?;
/// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
/// # let bucket = Bucket::aws("us-east-1", "photos")?;
/// let response = ResponseHeaders::new()
///     .with_content_disposition(ContentDisposition::attachment("cat.jpg")?)
///     .with_content_type("image/jpeg");
/// let link = signer.presign(&bucket.get("2024/0001")?.with_response(&response), Duration::from_secs(900), now)?;
/// assert!(link.url().contains("&response-content-disposition=attachment%3B%20filename%3D%22cat.jpg%22"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHeaders<'a> {
    values: [Option<Cow<'a, str>>; 6],
}

impl<'a> ResponseHeaders<'a> {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `Cache-Control`.
    #[must_use]
    pub fn with_cache_control(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.with(0, value.into())
    }

    /// `Content-Disposition`.
    #[must_use]
    pub fn with_content_disposition(self, value: ContentDisposition) -> Self {
        self.with(1, value.0.into())
    }

    /// `Content-Encoding`.
    #[must_use]
    pub fn with_content_encoding(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.with(2, value.into())
    }

    /// `Content-Language`.
    #[must_use]
    pub fn with_content_language(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.with(3, value.into())
    }

    /// `Content-Type`.
    #[must_use]
    pub fn with_content_type(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.with(4, value.into())
    }

    /// `Expires`, a date of HTTP.
    #[must_use]
    pub fn with_expires(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.with(5, value.into())
    }

    fn with(mut self, at: usize, value: Cow<'a, str>) -> Self {
        self.values[at] = Some(value);
        self
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        PARAMETERS.into_iter().zip(&self.values).filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

const PARAMETERS: [&str; 6] = [
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
];

/// The value of a `Content-Disposition` header, for a file name in any script.
///
/// A name that is not plain ASCII is given twice, as RFC 6266 advises: for old readers in ASCII, with `_` for what
/// does not fit, and encoded by RFC 8187.
///
/// ```
/// use s3_sigv4::ContentDisposition;
///
/// assert_eq!(ContentDisposition::attachment("cat.jpg")?.as_str(), "attachment; filename=\"cat.jpg\"");
/// assert_eq!(
///     ContentDisposition::inline("naïve plan.pdf")?.as_str(),
///     "inline; filename=\"na_ve plan.pdf\"; filename*=UTF-8''na%C3%AFve%20plan.pdf"
/// );
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDisposition(String);

impl ContentDisposition {
    /// To be saved under this name.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] for a name that is empty or has a control character.
    pub fn attachment(file_name: &str) -> Result<Self, Error> {
        Self::new("attachment", file_name)
    }

    /// To be shown, and saved under this name if it is saved.
    ///
    /// # Errors
    /// As [`ContentDisposition::attachment`].
    pub fn inline(file_name: &str) -> Result<Self, Error> {
        Self::new("inline", file_name)
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn new(kind: &str, file_name: &str) -> Result<Self, Error> {
        let field = Field::FileName;
        if file_name.is_empty() {
            return Err(Error::Empty { field });
        }
        if let Some((position, _)) = file_name.char_indices().find(|(_, character)| character.is_control()) {
            // A control character beyond ASCII (U+0085 and its like) is reported by its first byte.
            let found = Found(file_name.as_bytes()[position]);
            return Err(Error::Character { field, found, position });
        }
        // RFC 6266, appendix D: no backslash, no quotation mark and no percent sign in the quoted form.
        let plain = |character: char| (' '..='~').contains(&character) && !matches!(character, '"' | '\\' | '%');
        let mut value = String::from(kind);
        value.push_str("; filename=\"");
        value.extend(file_name.chars().map(|character| if plain(character) { character } else { '_' }));
        value.push('"');
        if !file_name.chars().all(plain) {
            value.push_str("; filename*=UTF-8\'\'");
            value.extend(utf8_percent_encode(file_name, ATTR_CHAR));
        }
        Ok(Self(value))
    }
}

impl fmt::Display for ContentDisposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// All but `attr-char`: RFC 8187, section 3.2.1.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');
