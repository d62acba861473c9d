use crate::error::{Error, Excerpt, Field, check};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// Where a signature is valid: a UTC day, a region and a service, written `20130524/us-east-1/s3/aws4_request`.
///
/// ```
/// use s3_sigv4::{CredentialScope, Timestamp};
///
/// let scope = CredentialScope::new("us-east-1", "s3", Timestamp::parse("20130524T000000Z")?)?;
/// assert_eq!(scope.to_string(), "20130524/us-east-1/s3/aws4_request");
/// assert_eq!(CredentialScope::parse("20130524/us-east-1/s3/aws4_request")?, scope);
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "Elements of an AWS API request signature" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CredentialScope<'a> {
    // Rendered once, here: it is hashed with every signature, and sent with it.
    text: Cow<'a, str>,
    region_end: usize,
}

impl<'a> CredentialScope<'a> {
    /// The scope of the day in which `now` lies.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if region or service are not visible ASCII without `/` and `,`.
    pub fn new(region: &str, service: &str, now: Timestamp) -> Result<CredentialScope<'static>, Error> {
        check(Field::Region, region, allowed)?;
        check(Field::Service, service, allowed)?;
        Ok(CredentialScope::of(now.day(), region, service))
    }

    /// Reads `20130524/us-east-1/s3/aws4_request`.
    ///
    /// # Errors
    /// [`Error::ScopeSyntax`] if the text is anything else.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let wrong = |part| Error::ScopeSyntax { part };
        let mut parts = text.split('/');
        let day = parts.next().filter(|day| day.len() == 8).ok_or(wrong("day"))?;
        let mut midnight = *b"YYYYMMDDT000000Z";
        midnight[..8].copy_from_slice(day.as_bytes());
        let midnight = core::str::from_utf8(&midnight).map_err(|_| wrong("day"))?;
        Timestamp::parse(midnight).map_err(|_| wrong("day"))?;
        let region = parts.next().filter(|part| check(Field::Region, part, allowed).is_ok()).ok_or(wrong("region"))?;
        parts.next().filter(|part| check(Field::Service, part, allowed).is_ok()).ok_or(wrong("service"))?;
        match (parts.next(), parts.next()) {
            (Some("aws4_request"), None) => {
                Ok(Self { text: Cow::Borrowed(text), region_end: REGION_START + region.len() })
            }
            _ => Err(wrong("end")),
        }
    }

    /// The whole, `20130524/us-east-1/s3/aws4_request`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The UTC day, `20130524`.
    #[must_use]
    pub fn day(&self) -> &str {
        &self.text[..REGION_START - 1]
    }

    /// The region, `us-east-1`.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.text[REGION_START..self.region_end]
    }

    /// The service, `s3`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.text[self.region_end + 1..self.text.len() - END.len()]
    }

    /// Whether `now` lies in the scope's day.
    #[must_use]
    pub fn covers(&self, now: Timestamp) -> bool {
        self.text.as_bytes()[..8] == now.as_bytes()[..8]
    }

    /// The same scope, owning its text.
    #[must_use]
    pub fn into_owned(self) -> CredentialScope<'static> {
        CredentialScope { text: Cow::Owned(self.text.into_owned()), region_end: self.region_end }
    }

    /// The same region and service on the day in which `now` lies: borrowed, if that is the scope's.
    pub(crate) fn on(&self, now: Timestamp) -> CredentialScope<'_> {
        if self.covers(now) {
            return self.borrowed();
        }
        CredentialScope::of(now.day(), self.region(), self.service())
    }

    /// The same, borrowed.
    #[inline]
    pub(crate) fn borrowed(&self) -> CredentialScope<'_> {
        CredentialScope { text: Cow::Borrowed(&self.text), region_end: self.region_end }
    }

    /// The same day and region for another service, whose name is checked already.
    pub(crate) fn for_service(&self, service: &str) -> CredentialScope<'static> {
        CredentialScope::of(self.day(), self.region(), service)
    }

    /// That a key of this scope was to be used for another region or service.
    pub(crate) fn refused(&self, region: &str, service: &str) -> Error {
        let (part, wanted) = if self.region() == region { ("service", service) } else { ("region", region) };
        Error::KeyOfAnotherScope { part, wanted: Excerpt::of(wanted) }
    }

    pub(crate) fn day_digits(&self) -> [u8; 8] {
        self.day().as_bytes().try_into().expect("a day is eight digits")
    }

    fn of(day: &str, region: &str, service: &str) -> CredentialScope<'static> {
        let mut text = String::with_capacity(REGION_START + region.len() + 1 + service.len() + END.len());
        [day, "/", region, "/", service, END].into_iter().for_each(|piece| text.push_str(piece));
        CredentialScope { text: Cow::Owned(text), region_end: REGION_START + region.len() }
    }
}

impl fmt::Display for CredentialScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for CredentialScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialScope({})", self.text)
    }
}

/// What may stand in a region or a service: the slash ends it in the scope, the comma in an Authorization header.
pub(crate) fn allowed(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'/' && byte != b','
}

/// Behind the eight digits of the day and a slash.
const REGION_START: usize = 9;

const END: &str = "/aws4_request";
