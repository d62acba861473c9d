mod started;

use crate::credentials::{Credentials, Secret};
use crate::digest::{Hex, HmacKey, equal_hashes, hmac, unhex};
use crate::error::Error;
use crate::scope::CredentialScope;
use crate::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
pub(crate) use started::{LastSecond, Started};
use zeroize::{Zeroize, Zeroizing};

/// Step 3 of 4: the key for one day, region and service, derived from the secret by four HMACs.
///
/// It can be handed to a place that must never hold the secret, such as an edge worker: [`SigningKey::export`] here,
/// [`SigningKey::import`] there, and [`Signer::from_key`](crate::Signer::from_key). It signs what is dated on its own
/// day and nothing else; the links that it signed stay good after midnight.
///
/// ```
/// use s3_sigv4::{CredentialScope, Credentials, SigningKey, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let key = SigningKey::derive(&credentials, CredentialScope::new("us-east-1", "s3", now)?);
///
/// let text = key.export();
/// assert_eq!(
///     &*text,
///     "20130524/us-east-1/s3/aws4_request=dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378"
/// );
/// assert_eq!(SigningKey::import(&text)?.scope(), key.scope());
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "Derive a signing key" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
#[derive(Clone)]
pub struct SigningKey {
    scope: CredentialScope<'static>,
    // The key itself: as good as the secret for its day. Kept for `export`, wiped on drop.
    bytes: Zeroizing<[u8; 32]>,
    hmac: HmacKey,
}

impl SigningKey {
    /// Derives the key for this scope.
    #[must_use]
    pub fn derive(credentials: &Credentials, scope: CredentialScope<'_>) -> Self {
        Self::derive_from(&credentials.secret, scope)
    }

    pub(crate) fn derive_from(secret: &Secret, scope: CredentialScope<'_>) -> Self {
        Self::from_bytes(*derive(secret.as_bytes(), &scope), scope)
    }

    /// A key that was derived elsewhere: the 32 bytes that AWS's documents call `kSigning`.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32], scope: CredentialScope<'_>) -> Self {
        Self { scope: scope.into_owned(), hmac: HmacKey::new(&bytes), bytes: Zeroizing::new(bytes) }
    }

    /// The key with its scope as a line of text, `20130524/us-east-1/s3/aws4_request=` and 64 hexadecimal digits.
    ///
    /// Whoever holds it can sign anything in its scope, dated on its day: treat it as a secret. The text is wiped
    /// when it is dropped.
    #[must_use]
    pub fn export(&self) -> ExportedKey {
        let mut digits = Zeroizing::new([0; 64]);
        hex::encode_to_slice(*self.bytes, &mut *digits).expect("two digits a byte");
        let digits = core::str::from_utf8(&*digits).expect("hexadecimal digits are ASCII");
        ExportedKey(format!("{}={digits}", self.scope))
    }

    /// Reads what [`SigningKey::export`] wrote.
    ///
    /// # Errors
    /// [`Error::ExportedKeySyntax`] if the text is anything else.
    pub fn import(text: &str) -> Result<Self, Error> {
        let wrong = |part| Error::ExportedKeySyntax { part };
        let (scope, hex) = text.rsplit_once('=').ok_or(wrong("no ="))?;
        let scope = CredentialScope::parse(scope).map_err(|_| wrong("another scope"))?;
        let line_break = hex.ends_with(['\n', '\r']);
        let other = wrong(if line_break { "a line break behind it" } else { "other digits" });
        let bytes = unhex(hex).map(Zeroizing::new).ok_or(other)?;
        Ok(Self::from_bytes(*bytes, scope))
    }

    /// The day, region and service that it is good for.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope<'static> {
        &self.scope
    }

    /// Step 4: the signature of this text.
    ///
    /// # Errors
    /// [`Error::KeyOfAnotherDay`] or [`Error::KeyOfAnotherScope`] if the text is not in this key's scope: the
    /// signature would be wrong.
    pub fn sign(&self, text: &StringToSign<'_>) -> Result<Signature, Error> {
        self.good_at(text.now())?;
        let scope = text.scope();
        if self.scope != *scope {
            return Err(self.scope.refused(scope.region(), scope.service()));
        }
        Ok(Signature::of(text, &self.hmac))
    }

    /// A key that nobody has, at the cost of one that somebody has.
    pub(crate) fn decoy(scope: CredentialScope<'_>) -> Self {
        Self::from_bytes(*derive(&[b'0'; 40], &scope), scope)
    }

    /// The signature of a POST policy, whose string to sign is its base64 text alone and names no scope.
    pub(crate) fn sign_policy(&self, policy: &str, now: Timestamp) -> Result<Signature, Error> {
        self.good_at(now)?;
        Ok(Signature(self.hmac.sign(policy.as_bytes())))
    }

    fn good_at(&self, now: Timestamp) -> Result<(), Error> {
        if self.scope.covers(now) { Ok(()) } else { Err(Error::KeyOfAnotherDay { day: self.scope.day_digits(), now }) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// A signing key as text. It reads as a `&str`, hides itself in `Debug`, has no `Display`, and is wiped on drop.
pub struct ExportedKey(String);

impl core::ops::Deref for ExportedKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExportedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportedKey(…)")
    }
}

impl Drop for ExportedKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Step 4 of 4: the signature, 64 lower-case hexadecimal digits in its `Display`.
///
/// Two signatures are compared in constant time. `Debug` hides the value.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::SignatureSyntax`] if the text is anything else.
    ///
    /// ```
    /// use s3_sigv4::Signature;
    ///
    /// let digits = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    /// assert_eq!(Signature::parse(digits)?.to_string(), digits);
    /// assert!(Signature::parse("f0e8").is_err());
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        unhex(text).map(Self).ok_or(Error::SignatureSyntax)
    }

    pub(crate) fn of(text: &StringToSign<'_>, key: &HmacKey) -> Self {
        let mut mac = key.start::<4>();
        text.write(|piece| mac.push(piece));
        Self(key.finish(&mut mac))
    }

    #[cfg(feature = "post")]
    pub(crate) fn of_policy(policy: &str, key: &SigningKey) -> Self {
        Self(key.hmac.sign(policy.as_bytes()))
    }

    pub(crate) fn hex(&self) -> Hex {
        Hex::of(&self.0)
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        equal_hashes(&self.0, &other.0)
    }
}

impl Eq for Signature {}

impl core::str::FromStr for Signature {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.hex().as_str())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, day), region), service), "aws4_request")`.
fn derive(secret: &[u8], scope: &CredentialScope<'_>) -> Zeroizing<[u8; 32]> {
    let mut start = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
    start.extend_from_slice(b"AWS4");
    start.extend_from_slice(secret);
    let mut key = Zeroizing::new(hmac(&start, scope.day().as_bytes()));
    // Each key takes the place of the one before.
    for part in [scope.region(), scope.service(), "aws4_request"] {
        *key = hmac(&*key, part.as_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_not_signed_under_another_days_key() {
        let scope = CredentialScope::parse("20130524/us-east-1/s3/aws4_request").unwrap();
        let key = SigningKey::from_bytes([1; 32], scope);
        let [today, tomorrow] = ["20130524T235959Z", "20130525T000000Z"].map(|at| Timestamp::parse(at).unwrap());
        assert!(key.sign_policy("e30=", today).is_ok());
        assert_eq!(key.sign_policy("e30=", tomorrow), Err(Error::KeyOfAnotherDay { day: *b"20130524", now: tomorrow }));
    }

    /// The two examples of AWS's General Reference, step by step.
    #[test]
    fn each_step_of_the_derivation() {
        for (steps, keys) in [
            (
                ["20120215", "us-east-1", "iam", "aws4_request"],
                [
                    "969fbb94feb542b71ede6f87fe4d5fa29c789342b0f407474670f0c2489e0a0d",
                    "69daa0209cd9c5ff5c8ced464a696fd4252e981430b10e3d3fd8e2f197d7a70c",
                    "f72cfd46f26bc4643f06a11eabb6c0ba18780c19a8da0c31ace671265e3c87fa",
                    "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d",
                ],
            ),
            (
                ["20150830", "us-east-1", "iam", "aws4_request"],
                [
                    "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd",
                    "f33d5808504bf34812e5fade63308b424b244c59189be2a591dd2282c7cb563f",
                    "199e1f48c602a5ae77ce26a46906920e76fc8427aeaa53da643646fcda1ccfb0",
                    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9",
                ],
            ),
        ] {
            let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
            for (step, expected) in steps.into_iter().zip(keys) {
                key = hmac(&key, step.as_bytes()).to_vec();
                assert_eq!(hex::encode(&key), expected, "{step}");
            }
        }
    }
}
