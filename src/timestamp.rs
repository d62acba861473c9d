use crate::error::Error;
use core::fmt;
use core::time::Duration;
use time::{Date, Month, OffsetDateTime, Time};

/// An instant in whole seconds of UTC, between the years 0000 and 9999, written `20130524T000000Z`, and for people, by
/// `{:#}`, `2013-05-24T00:00:00Z`.
///
/// Every verb of this crate takes the instant as its last argument; nothing in it reads a clock, but for
/// `Timestamp::now` (feature `std`), which you call yourself.
///
/// ```
/// use s3_sigv4::Timestamp;
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// assert_eq!(now.unix(), 1369353600);
/// assert_eq!(now.to_string(), "20130524T000000Z");
/// assert_eq!(format!("{now:#}"), "2013-05-24T00:00:00Z");
/// assert_eq!(now.day(), "20130524");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "Elements of an AWS API request signature" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix: i64,
    // Rendered once, here, because every signature shows it two to four times.
    text: [u8; 16],
}

impl Timestamp {
    /// The instant this many seconds after 1970-01-01T00:00:00Z (or before it, if negative).
    ///
    /// ```
    /// # use s3_sigv4::Timestamp;
    /// assert_eq!(Timestamp::from_unix(1440938160)?.to_string(), "20150830T123600Z");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::YearOutOfRange`] outside the years 0000 to 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, Error> {
        // Not left to `time`: its range grows with a feature that any crate may turn on.
        if !(Self::FIRST.unix..=Self::LAST.unix).contains(&seconds) {
            return Err(Error::YearOutOfRange);
        }
        let instant = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Error::YearOutOfRange)?;
        let year = u16::try_from(instant.year()).map_err(|_| Error::YearOutOfRange)?;
        let mut text = *b"YYYYMMDDTHHMMSSZ";
        digits(&mut text[0..2], year / 100);
        digits(&mut text[2..4], year % 100);
        digits(&mut text[4..6], u8::from(instant.month()).into());
        digits(&mut text[6..8], instant.day().into());
        digits(&mut text[9..11], instant.hour().into());
        digits(&mut text[11..13], instant.minute().into());
        digits(&mut text[13..15], instant.second().into());
        Ok(Self { unix: seconds, text })
    }

    /// Reads AWS's basic form of ISO 8601, `YYYYMMDDTHHMMSSZ`, and no other.
    ///
    /// # Errors
    /// [`Error::TimestampSyntax`] if the text is not of that form, [`Error::NoSuchInstant`] if it names none (a 30th of
    /// February, a 60th second).
    ///
    /// ```
    /// # use s3_sigv4::Timestamp;
    /// assert!(Timestamp::parse("20240229T235959Z").is_ok());
    /// assert!(Timestamp::parse("20230229T235959Z").is_err());
    /// assert!(Timestamp::parse("2024-02-29T23:59:59Z").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        const FORM: &[u8; 16] = b"00000000T000000Z";
        let fits = |(byte, form): (&u8, &u8)| (byte.is_ascii_digit() & (*form == b'0')) | (byte == form);
        let bytes: &[u8; 16] = match text.as_bytes().try_into() {
            // Without an early exit it is all bytes at a time.
            Ok(bytes) if FORM.iter().zip(bytes).fold(true, |all, (form, byte)| all & fits((byte, form))) => bytes,
            _ => {
                let position = text.as_bytes().iter().zip(FORM).take_while(|pair| fits(*pair)).count();
                return Err(Error::TimestampSyntax { position });
            }
        };
        let number = |at: usize| (bytes[at] - b'0') * 10 + (bytes[at + 1] - b'0');
        let year = i32::from(number(0)) * 100 + i32::from(number(2));
        let month = Month::try_from(number(4)).map_err(|_| Error::NoSuchInstant)?;
        let date = Date::from_calendar_date(year, month, number(6)).map_err(|_| Error::NoSuchInstant)?;
        let time = Time::from_hms(number(9), number(11), number(13)).map_err(|_| Error::NoSuchInstant)?;
        Ok(Self { unix: date.with_time(time).assume_utc().unix_timestamp(), text: *bytes })
    }

    /// Reads ISO 8601 as AWS's answers and files have it: `2013-05-24T00:00:00Z`, with parts of a second, which are
    /// dropped, and with an offset such as `+02:00` in place of the `Z`; or the basic form, as [`Timestamp::parse`].
    ///
    /// It is for the `Expiration` that comes with a session's keys, for one.
    ///
    /// ```
    /// # use s3_sigv4::Timestamp;
    /// assert_eq!(Timestamp::parse_iso8601("2013-05-24T02:00:00.5+02:00"), Timestamp::parse("20130524T000000Z"));
    /// let error = Timestamp::parse_iso8601("2013-05-24 00:00:00").unwrap_err();
    /// assert_eq!(error.to_string(), "the instant is not of a form such as 2013-05-24T00:00:00Z");
    /// ```
    ///
    /// # Errors
    /// [`Error::InstantSyntax`]; [`Error::NoSuchInstant`] as [`Timestamp::parse`]; [`Error::YearOutOfRange`] if the
    /// offset moves it out of the years 0000 to 9999.
    pub fn parse_iso8601(text: &str) -> Result<Self, Error> {
        const FORM: &[u8; 19] = b"0000-00-00T00:00:00";
        if text.len() == 16 {
            return Self::parse(text).map_err(|error| match error {
                Error::TimestampSyntax { .. } => Error::InstantSyntax,
                other => other,
            });
        }
        let (local, rest) = text.split_at_checked(FORM.len()).ok_or(Error::InstantSyntax)?;
        let fits = |(byte, form): (u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form };
        let ahead = ahead_of_utc(rest).filter(|_| local.bytes().zip(FORM).all(fits)).ok_or(Error::InstantSyntax)?;
        let mut basic = local.bytes().filter(|byte| !matches!(byte, b'-' | b':'));
        let basic: [u8; 16] = core::array::from_fn(|_| basic.next().unwrap_or(b'Z'));
        let local = Self::parse(core::str::from_utf8(&basic).expect("digits, T and Z"))?;
        Self::from_unix(local.unix - ahead)
    }

    /// The present, from the system's clock (feature `std`).
    ///
    /// A clock set outside the years 0000 to 9999 gives the nearest instant inside them. Where the platform has no
    /// clock (`wasm32-unknown-unknown`), the standard library panics: take the time from the host there.
    ///
    /// ```
    /// # use s3_sigv4::Timestamp;
    /// assert!(Timestamp::now() > Timestamp::parse("20130524T000000Z")?);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let now = std::time::SystemTime::now();
        Self::try_from(now).unwrap_or(if now < std::time::UNIX_EPOCH { Self::FIRST } else { Self::LAST })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix(&self) -> i64 {
        self.unix
    }

    /// The UTC day, `20130524`: the first part of a credential scope.
    #[must_use]
    pub fn day(&self) -> &str {
        &self.as_str()[..8]
    }

    /// The text, `20130524T000000Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text).expect("only ASCII digits, T and Z are ever stored")
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.text
    }

    /// The instant this much later; a part of a second is dropped.
    ///
    /// # Errors
    /// [`Error::YearOutOfRange`] past the year 9999.
    ///
    /// ```
    /// # use {core::time::Duration, s3_sigv4::Timestamp};
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// assert_eq!(now.plus(Duration::from_secs(86400))?.to_string(), "20130525T000000Z");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn plus(&self, duration: Duration) -> Result<Self, Error> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| Error::YearOutOfRange)?;
        Self::from_unix(self.unix.checked_add(seconds).ok_or(Error::YearOutOfRange)?)
    }

    /// How long it is after an earlier instant; nothing, if that is the later one.
    ///
    /// ```
    /// # use {core::time::Duration, s3_sigv4::Timestamp};
    /// let (now, until) = (Timestamp::parse("20130524T000000Z")?, Timestamp::parse("20130524T000130Z")?);
    /// assert_eq!(until.since(now), Duration::from_secs(90));
    /// assert_eq!(now.since(until), Duration::ZERO);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn since(&self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.unix - earlier.unix).unwrap_or(0))
    }

    /// The last multiple of so many seconds since midnight of its day.
    pub(crate) fn rounded_down(&self, seconds: u64) -> Self {
        let midnight = self.unix - self.unix.rem_euclid(86_400);
        let since = (self.unix - midnight).unsigned_abs();
        // Its own day is in the range of years, so its midnight is.
        Self::from_unix(midnight + (since - since % seconds) as i64).unwrap_or(*self)
    }

    /// 0000-01-01T00:00:00Z, the first instant that four digits of a year can name.
    pub const FIRST: Self = Self { unix: -62_167_219_200, text: *b"00000101T000000Z" };

    /// 9999-12-31T23:59:59Z, the last one.
    pub const LAST: Self = Self { unix: 253_402_300_799, text: *b"99991231T235959Z" };
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.pad(self.as_str());
        }
        let mut extended = *b"YYYY-MM-DDTHH:MM:SSZ";
        for (to, from) in [(0, 0..4), (5, 4..6), (8, 6..8), (11, 9..11), (14, 11..13), (17, 13..15)] {
            extended[to..to + from.len()].copy_from_slice(&self.text[from]);
        }
        f.pad(core::str::from_utf8(&extended).expect("only ASCII digits and punctuation"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl core::str::FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// The same instant in UTC; a part of a second is dropped.
impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = Error;

    fn try_from(instant: OffsetDateTime) -> Result<Self, Error> {
        Self::from_unix(instant.unix_timestamp())
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_unix_timestamp(timestamp.unix).expect("the years 0000 to 9999 lie inside time's range")
    }
}

/// The same instant; a part of a second is dropped.
#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for Timestamp {
    type Error = Error;

    fn try_from(instant: std::time::SystemTime) -> Result<Self, Error> {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).map_err(|_| Error::YearOutOfRange);
        match instant.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => Self::from_unix(seconds(since)?),
            // Before 1970 a part of a second belongs to the second that began earlier.
            Err(before) => {
                let before = before.duration();
                Self::from_unix(-seconds(before)? - i64::from(before.subsec_nanos() > 0))
            }
        }
    }
}

/// By how many seconds a clock is ahead of UTC, from what stands behind its seconds: `Z`, `.5Z`, `+02:00`.
fn ahead_of_utc(text: &str) -> Option<i64> {
    let (fraction, offset) = text.split_at(text.find(['Z', '+', '-'])?);
    let digits = fraction.strip_prefix('.');
    if digits.map_or(!fraction.is_empty(), |digits| digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let number = |tens: u8, ones: u8, below: u8| {
        let number = tens.is_ascii_digit() && ones.is_ascii_digit();
        number.then(|| 10 * (tens - b'0') + (ones - b'0')).filter(|number| *number < below).map(i64::from)
    };
    match *offset.as_bytes() {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let seconds = 3600 * number(a, b, 24)? + 60 * number(c, d, 60)?;
            Some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// Writes two decimal digits.
fn digits(to: &mut [u8], number: u16) {
    to[0] = b'0' + (number / 10) as u8;
    to[1] = b'0' + (number % 10) as u8;
}
