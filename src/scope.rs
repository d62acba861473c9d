use crate::error::{Error, Field, check};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CredentialScope<'a> {
    day: [u8; 8],
    region: Cow<'a, str>,
    service: Cow<'a, str>,
}

impl<'a> CredentialScope<'a> {
    /// The scope of the day in which `now` lies.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if region or service are not visible ASCII without `/` and `,`.
    pub fn new(
        region: impl Into<Cow<'a, str>>,
        service: impl Into<Cow<'a, str>>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (region, service) = (region.into(), service.into());
        check(Field::Region, &region, allowed)?;
        check(Field::Service, &service, allowed)?;
        Ok(Self { day: day(now), region, service })
    }

    /// Reads `20130524/us-east-1/s3/aws4_request`.
    ///
    /// # Errors
    /// [`Error::ScopeSyntax`] if the text is anything else.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let wrong = |part| Error::ScopeSyntax { part };
        let mut parts = text.split('/');
        let day = parts.next().filter(|day| day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()));
        let mut midnight = *b"YYYYMMDDT000000Z";
        midnight[..8].copy_from_slice(day.ok_or(wrong("day"))?.as_bytes());
        let midnight = core::str::from_utf8(&midnight).map_err(|_| wrong("day"))?;
        let midnight = Timestamp::parse(midnight).map_err(|_| wrong("day"))?;
        let region = parts.next().filter(|part| check(Field::Region, part, allowed).is_ok()).ok_or(wrong("region"))?;
        let service = parts.next().filter(|part| check(Field::Service, part, allowed).is_ok());
        let service = service.ok_or(wrong("service"))?;
        match (parts.next(), parts.next()) {
            (Some("aws4_request"), None) => Self::new(region, service, midnight),
            _ => Err(wrong("end")),
        }
    }

    /// The UTC day, `20130524`.
    #[must_use]
    pub fn day(&self) -> &str {
        core::str::from_utf8(&self.day).expect("a day is stored as the digits of a timestamp")
    }

    /// The region, `us-east-1`.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The service, `s3`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether `now` lies in the scope's day.
    #[must_use]
    pub fn covers(&self, now: Timestamp) -> bool {
        self.day == day(now)
    }

    /// The same scope, owning its texts.
    #[must_use]
    pub fn into_owned(self) -> CredentialScope<'static> {
        CredentialScope {
            day: self.day,
            region: Cow::Owned(self.region.into_owned()),
            service: Cow::Owned(self.service.into_owned()),
        }
    }

    /// The same region and service on the day in which `now` lies, borrowed.
    pub(crate) fn on(&self, now: Timestamp) -> CredentialScope<'_> {
        CredentialScope { day: day(now), region: Cow::Borrowed(&self.region), service: Cow::Borrowed(&self.service) }
    }

    /// The same day and region for another service, whose name is checked already.
    pub(crate) fn for_service<'b>(&'b self, service: &'b str) -> CredentialScope<'b> {
        CredentialScope { day: self.day, region: Cow::Borrowed(&self.region), service: Cow::Borrowed(service) }
    }

    pub(crate) fn day_digits(&self) -> [u8; 8] {
        self.day
    }

    /// The five parts, the slashes being the caller's: they are encoded in a query and plain elsewhere.
    pub(crate) fn parts(&self) -> [&str; 4] {
        [self.day(), &self.region, &self.service, "aws4_request"]
    }
}

impl fmt::Display for CredentialScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/aws4_request", self.day(), self.region, self.service)
    }
}

/// What may stand in a region or a service: the slash ends it in the scope, the comma in an Authorization header.
pub(crate) fn allowed(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'/' && byte != b','
}

fn day(now: Timestamp) -> [u8; 8] {
    let mut day = [0; 8];
    day.copy_from_slice(now.day().as_bytes());
    day
}
