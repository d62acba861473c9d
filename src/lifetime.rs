use crate::credentials::Identity;
use crate::error::Error;
use crate::limits::LONGEST_LIFETIME;
use crate::timestamp::Timestamp;
use core::fmt;
use core::time::Duration;

/// How long a link or a form is to be good: whole seconds, from 1 to 604800 (7 days).
///
/// A [`Duration`] converts into the usual kind, which ends with the credentials if they end earlier, and says so in
/// [`Validity::limited_by`]; so it does where they are a session's whose end is not known. [`Lifetime::full`] refuses such
/// links. Within these bounds a part of a second is dropped.
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::{Bucket, Credentials, Error, Lifetime, Limit, Signer, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let expiration = Timestamp::parse("20130524T003000Z")?; // the session has half an hour left
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?
///     .with_expiration(expiration);
/// let signer = Signer::new(credentials, "us-east-1", now)?;
/// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
///
/// let day = Duration::from_secs(86400);
/// let link = signer.presign(&bucket.get("test.txt")?, day, now)?;
/// assert_eq!((link.valid_until(), link.limited_by()), (expiration, Limit::Credentials));
///
/// let error = signer.presign(&bucket.get("test.txt")?, Lifetime::full(day), now).unwrap_err();
/// assert!(matches!(error, Error::OutlivesCredentials { .. }));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "X-Amz-Expires" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    duration: Duration,
    kind: Kind,
    window: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    AtMost,
    Full,
    Longest,
}

impl Lifetime {
    /// As long as S3 and the credentials allow.
    pub const LONGEST: Self = Self { duration: LONGEST_LIFETIME, kind: Kind::Longest, window: None };

    /// This long, and an error if the credentials end earlier, or belong to a session of which nobody said when it ends.
    #[must_use]
    pub fn full(duration: Duration) -> Self {
        Self { duration, kind: Kind::Full, window: None }
    }

    /// The same for a link that stays the same throughout a window of time, so that caches can keep what it leads to.
    ///
    /// The instant of signing is rounded down to a multiple of the window, and the lifetime lengthened by the window:
    /// every caller within it gets the identical URL, and for each of them it is good at least as long as asked. A
    /// window never reaches over midnight UTC, where the key changes.
    ///
    /// ```
    /// use core::time::Duration;
    /// use s3_sigv4::{Bucket, Credentials, Lifetime, Signer, Timestamp};
    ///
    /// let morning = Timestamp::parse("20130524T080000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", morning)?;
    /// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    ///
    /// let (quarter, hour) = (Duration::from_secs(900), Duration::from_secs(3600));
    /// let lifetime = Lifetime::from(quarter).stable_for(hour);
    /// let link = |now: &str| signer.presign(&bucket.get("test.txt")?, lifetime, Timestamp::parse(now)?);
    /// assert_eq!(link("20130524T080000Z")?.url(), link("20130524T085959Z")?.url());
    /// assert_eq!(link("20130524T085959Z")?.valid_until().to_string(), "20130524T091500Z");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// Signing is an error ([`Error::Lifetime`]) if the window is less than a second, or if lifetime and window
    /// together are more than 7 days. [`Lifetime::LONGEST`] is not lengthened.
    #[must_use]
    pub fn stable_for(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    #[inline(always)]
    pub(crate) fn resolve(self, identity: &Identity, now: Timestamp) -> Result<Validity, Error> {
        let asked = whole_seconds(self.duration)?;
        let (valid_from, expires) = match (self.window, self.kind) {
            (None, _) => (now, asked),
            (Some(window), kind) => {
                let window = whole_seconds(window)?;
                let expires = if kind == Kind::Longest { asked } else { asked + window };
                (now.rounded_down(window), whole_seconds(Duration::from_secs(expires))?)
            }
        };
        let until = valid_from.unix() + expires as i64;
        let promised = until.min(now.unix() + asked as i64);
        if until > Timestamp::LAST.unix() {
            return Err(Error::YearOutOfRange);
        }
        let (valid_until, limited_by) = match (identity.expiration, self.kind) {
            (None, Kind::Full) if identity.session_token.is_some() => return Err(Error::SessionEndUnknown),
            (None, _) if identity.session_token.is_some() => (until, Limit::Session),
            (Some(expires), Kind::Full) if expires.unix() < promised => {
                return Err(Error::OutlivesCredentials { expires, until: Timestamp::from_unix(promised)? });
            }
            (Some(expires), _) if expires.unix() < until => (expires.unix(), Limit::Credentials),
            (_, Kind::Longest) => (until, Limit::SevenDays),
            _ => (until, Limit::Lifetime),
        };
        Ok(Validity { valid_from, valid_until, limited_by, expires: expires as u32 })
    }
}

/// 1 to 604800 of them.
fn whole_seconds(duration: Duration) -> Result<u64, Error> {
    let seconds = duration.as_secs();
    if seconds > 0 && duration <= LONGEST_LIFETIME {
        return Ok(seconds);
    }
    let begun = u64::from(seconds > 0 && duration.subsec_nanos() > 0);
    Err(Error::Lifetime { seconds: seconds.saturating_add(begun) })
}

impl From<Duration> for Lifetime {
    fn from(duration: Duration) -> Self {
        Self { duration, kind: Kind::AtMost, window: None }
    }
}

/// From when until when a link or a form is good, and what ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    valid_from: Timestamp,
    // In seconds, because most who sign never ask for it: a calendar costs as much as hashing a block.
    valid_until: i64,
    limited_by: Limit,
    pub(crate) expires: u32,
}

impl Validity {
    /// The instant of signing: that of the call, or for [a link that stays the same](Lifetime::stable_for) the start of
    /// the window.
    #[must_use]
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// The end, as far as the signer knows it: a key that is revoked ends a link earlier, and so does the end of a
    /// session whose expiration was not given with its credentials.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        Timestamp::from_unix(self.valid_until).expect("no validity ends after the year 9999")
    }

    /// What ends it.
    #[must_use]
    pub fn limited_by(&self) -> Limit {
        self.limited_by
    }
}

impl fmt::Debug for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validity")
            .field("valid_from", &self.valid_from)
            .field("valid_until", &self.valid_until())
            .field("limited_by", &self.limited_by)
            .finish_non_exhaustive()
    }
}

/// What ends a link or a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The lifetime that was asked for.
    Lifetime,
    /// The expiration of the credentials, which comes before the lifetime is over.
    Credentials,
    /// The session whose keys signed it, if it ends before the lifetime is over: when it ends was not said
    /// ([`Credentials::with_expiration`](crate::Credentials::with_expiration)).
    Session,
    /// The 7 days that none outlives, where [the longest](Lifetime::LONGEST) lifetime was asked for.
    SevenDays,
}
