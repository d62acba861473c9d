use crate::error::{Error, Field, Found, check};
use crate::service::{Rules, SessionToken};
use crate::timestamp::Timestamp;
use alloc::string::String;
use core::fmt;
use core::hint::black_box;
use zeroize::{Zeroize, Zeroizing};

/// An access key id with its secret access key and, for the credentials of a session, the session token and the
/// instant at which all three expire.
///
/// The secret goes in and never comes out: there is no getter, `Debug` hides it, and its memory is wiped on drop.
///
/// ```
/// use s3_sigv4::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?
///     .with_expiration(Timestamp::parse("20130524T010000Z")?);
/// assert_eq!(credentials.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    pub(crate) identity: Identity,
    pub(crate) secret: Secret,
}

impl Credentials {
    /// Long-lived credentials, or the first two parts of a session's.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the key id is not visible ASCII without a comma, or if the
    /// secret holds a control character or starts or ends with a blank. A stray line feed behind a key that was read
    /// from a file is the usual case. [`Error::KeysExchanged`] if the secret has the form of AWS's access key ids, because
    /// the other one, which is sent, is then the secret; and if a text as long as AWS's secrets is given for both.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Result<Self, Error> {
        let (secret, mut access_key_id) = (Secret(secret_access_key.into()), access_key_id.into());
        if secret.is_access_key_id() || secret.is_also(&access_key_id) {
            access_key_id.zeroize();
            return Err(Error::KeysExchanged);
        }
        Ok(Self { secret: secret.checked()?, identity: Identity::new(access_key_id)? })
    }

    /// The same with the token of the session that they belong to.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the token is not visible ASCII.
    pub fn with_session_token(mut self, session_token: impl Into<String>) -> Result<Self, Error> {
        self.identity.set_session_token(session_token.into())?;
        Ok(self)
    }

    /// The same with the instant at which they expire: nothing is signed from then on, and links report that they end
    /// with it.
    #[must_use]
    pub fn with_expiration(mut self, expiration: Timestamp) -> Self {
        self.identity.expiration = Some(expiration);
        self
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.identity.access_key_id
    }

    /// When they expire, if that is known.
    #[must_use]
    pub fn expiration(&self) -> Option<Timestamp> {
        self.identity.expiration
    }

    /// Whether they carry a session token.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.identity.session_token.is_some()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// The part of credentials that is sent: all but the secret.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) access_key_id: String,
    pub(crate) session_token: Option<String>,
    pub(crate) expiration: Option<Timestamp>,
}

/// Of a request that was received, nothing is taken from anywhere else.
pub(crate) static NOBODY: Identity = Identity { access_key_id: String::new(), session_token: None, expiration: None };

impl Identity {
    pub(crate) fn new(access_key_id: String) -> Result<Self, Error> {
        // A comma ends the credential in an Authorization header, and a blank ends the header's word.
        check(Field::AccessKeyId, &access_key_id, |byte| byte.is_ascii_graphic() && byte != b',')?;
        Ok(Self { access_key_id, session_token: None, expiration: None })
    }

    pub(crate) fn set_session_token(&mut self, session_token: String) -> Result<(), Error> {
        // Wiped too: a token that is refused, and one that is replaced.
        let mut session_token = Zeroizing::new(session_token);
        check(Field::SessionToken, &session_token, |byte| byte.is_ascii_graphic())?;
        self.session_token.zeroize();
        self.session_token = Some(core::mem::take(&mut *session_token));
        Ok(())
    }

    /// Refuses the slip that S3 answers with a puzzling `InvalidAccessKeyId`: half of a session's credentials.
    pub(crate) fn complete_for(&self, rules: Rules) -> Result<(), Error> {
        // The token of an S3 Express session may come with each request, where it is looked for.
        if self.lacks_token() && rules.session_token != SessionToken::S3Session {
            return Err(Error::SessionTokenMissing);
        }
        Ok(())
    }

    /// Whether the key id is a session's and the token is not there.
    pub(crate) fn lacks_token(&self) -> bool {
        self.session_token.is_none() && self.access_key_id.starts_with("ASIA")
    }

    pub(crate) fn usable_at(&self, now: Timestamp) -> Result<(), Error> {
        match self.expiration {
            Some(expired) if expired <= now => Err(Error::CredentialsExpired { expired, now }),
            _ => Ok(()),
        }
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.session_token.zeroize();
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("access_key_id", &self.access_key_id)
            .field("session_token", &self.session_token.as_ref().map(|_| "…"))
            .field("expiration", &self.expiration)
            .finish()
    }
}

// The secret access key. It must never be printed or returned, and its memory is wiped on drop. Only the
// console's sign-in sends a session's.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    fn checked(self) -> Result<Self, Error> {
        let field = Field::SecretAccessKey;
        check(field, &self.0, |byte| !byte.is_ascii_control())?;
        // A blank inside may be what some server gave out; one at either end is a slip of copying.
        let bytes = self.0.as_bytes();
        for position in [0, bytes.len() - 1] {
            if bytes[position] == b' ' {
                return Err(Error::Character { field, found: Found(b' '), position });
            }
        }
        Ok(self)
    }

    /// Whether it is 20 capitals and digits that start with one of the two prefixes of keys.
    fn is_access_key_id(&self) -> bool {
        let capitals = self.0.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        self.0.len() == 20 && capitals && (self.0.starts_with("AKIA") || self.0.starts_with("ASIA"))
    }

    /// Whether it is as long as AWS's secrets are, and given as the id too: a test server's `minioadmin` may be both.
    fn is_also(&self, access_key_id: &str) -> bool {
        let differences = self.0.bytes().zip(access_key_id.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        self.0.len() == 40 && access_key_id.len() == 40 && black_box(differences) == 0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// For the console's sign-in, the one request that sends it.
    #[cfg(feature = "sts")]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
