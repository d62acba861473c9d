use super::claim::read_credential;
use super::error::{Part, VerifyError};
use super::policy::{Given, Policy, Test, check, check_length};
use super::{Secret, Verifier, VerifyingKey};
use crate::encode::Text;
use crate::key::{Signature, SigningKey};
use crate::limits::{MAX_PARAMETERS, MAX_POST_FIELDS};
use crate::scope::CredentialScope;
use crate::service::SessionToken;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

/// What a browser's form says of itself: who signed its policy, when, for what (feature `post`). Nothing of it is
/// proven.
///
/// It is there to look the secret up by the access key id. [`Verifier::verify_post`] makes a [`VerifiedPost`] of it, or
/// refuses it.
#[derive(Clone)]
pub struct PostClaim<'a> {
    bucket: &'a str,
    fields: &'a [(&'a str, &'a str)],
    file_name: &'a str,
    access_key_id: Cow<'a, str>,
    scope: CredentialScope<'a>,
    dated: Timestamp,
    token: Option<&'a str>,
    policy: &'a str,
    signature: Signature,
}

impl<'a> PostClaim<'a> {
    /// Reads a form that was posted to this bucket: the fields in front of the file, in their order and as they were
    /// sent, and the file's name.
    ///
    /// # Errors
    /// [`VerifyError::NotSigned`] for an anonymous form; [`VerifyError::FormTooLarge`] or
    /// [`VerifyError::TooManyFields`]; [`VerifyError::Algorithm`]; [`VerifyError::Missing`],
    /// [`VerifyError::Repeated`] or [`VerifyError::Malformed`] for any field that says who signs;
    /// [`VerifyError::ScopeDay`].
    pub fn parse(bucket: &'a str, fields: &'a [(&'a str, &'a str)], file_name: &'a str) -> Result<Self, VerifyError> {
        let fields = Given { fields, file_name }.fields();
        if fields.len() > MAX_PARAMETERS {
            return Err(VerifyError::TooManyFields { count: fields.len() });
        }
        let bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_POST_FIELDS {
            return Err(VerifyError::FormTooLarge { bytes });
        }
        let find = |name: &'static str| {
            let mut found = fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            match (found.next(), found.next()) {
                (value, None) => Ok(value.map(|(_, value)| *value)),
                _ => Err(VerifyError::Repeated { part: Part::Field(name) }),
            }
        };
        if (find(SIGNATURE)?, find(POLICY)?) == (None, None) {
            return Err(VerifyError::NotSigned);
        }
        let given = |name: &'static str| find(name)?.ok_or(VerifyError::Missing { part: Part::Field(name) });
        let malformed = |name: &'static str| VerifyError::Malformed { part: Part::Field(name) };

        if given(ALGORITHM)? != "AWS4-HMAC-SHA256" {
            return Err(VerifyError::Algorithm { part: Part::Field(ALGORITHM) });
        }
        let dated = Timestamp::parse(given(DATE)?).map_err(|_| malformed(DATE))?;
        let part = Part::Field(CREDENTIAL);
        let [access_key_id, region, service] = read_credential(Text::Raw(given(CREDENTIAL)?), dated, part)?;
        let scope = CredentialScope::new(&region, &service, dated).map_err(|_| malformed(CREDENTIAL))?;
        let (policy, token) = (given(POLICY)?, find(TOKEN)?);
        let signature = Signature::parse(given(SIGNATURE)?).map_err(|_| malformed(SIGNATURE))?;
        Ok(Self { bucket, fields, file_name, access_key_id, scope, dated, token, policy, signature })
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Day, region and service of the signature: what a [`SigningKey`] is derived for.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    /// The instant of signing.
    #[must_use]
    pub fn dated(&self) -> Timestamp {
        self.dated
    }

    /// The session token, for those that look sessions up by it.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.token
    }

    fn form(&self) -> Given<'a> {
        Given { fields: self.fields, file_name: self.file_name }
    }
}

impl fmt::Debug for PostClaim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostClaim")
            .field("bucket", &self.bucket)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("dated", &self.dated)
            .finish_non_exhaustive()
    }
}

impl Verifier<'_> {
    /// Verifies a browser's form by the credentials that were looked up for its access key id (feature `post`): the
    /// policy's signature, its expiration, and each of its conditions.
    ///
    /// Closed by default: every field but `policy`, `x-amz-signature` and `x-ignore-…` needs a condition, the bucket
    /// included, and `x-amz-algorithm`, `x-amz-credential` and `x-amz-date` need one that fixes their value. The
    /// signature may be as old as a link, and its date as far in the future as that of a request.
    ///
    /// `key` is as for [`Verifier::verify`].
    ///
    /// ```
    /// use s3_sigv4::{Credentials, PostClaim, Timestamp, Verifier};
    ///
    /// // The example of AWS's document.
    /// let policy = "\
    ///     eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7\
    ///     ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91\
    ///     c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3Qi\
    ///     OiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwi\
    ///     fSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRh\
    ///     LXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVT\
    ///     MjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNy\
    ///     ZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9\
    ///     LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAi\
    ///     MjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
    /// let fields = [
    ///     ("key", "user/user1/${filename}"),
    ///     ("acl", "public-read"),
    ///     ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
    ///     ("Content-Type", "image/jpeg"),
    ///     ("x-amz-meta-uuid", "14365123651274"),
    ///     ("x-amz-server-side-encryption", "AES256"),
    ///     ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
    ///     ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
    ///     ("X-Amz-Date", "20151229T000000Z"),
    ///     ("x-amz-meta-tag", ""),
    ///     ("Policy", policy),
    ///     ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    /// ];
    /// let claim = PostClaim::parse("sigv4examplebucket", &fields, "cat.jpg")?; // nothing proven yet
    /// # let find = |_: &str| Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").ok();
    /// let credentials = find(claim.access_key_id()); // your look-up
    /// let now = Timestamp::parse("20151229T120000Z")?;
    /// let verified = Verifier::new("us-east-1").verify_post(claim, credentials.as_ref(), now)?;
    /// assert_eq!(verified.key(), "user/user1/cat.jpg");
    /// assert_eq!(verified.valid_until(), Timestamp::parse("20151230T120000Z")?);
    /// verified.check_file(20_000)?; // when all of it has been read
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::ScopeRegion`], [`VerifyError::ScopeService`], [`VerifyError::Skewed`],
    /// [`VerifyError::UnknownKey`], [`VerifyError::SignatureMismatch`], [`VerifyError::OtherCredentials`],
    /// [`VerifyError::OtherKey`], the errors of tokens and [`VerifyError::CredentialsExpired`] as [`Verifier::verify`];
    /// [`VerifyError::PolicySyntax`], [`VerifyError::PolicyOpen`], [`VerifyError::FormExpired`];
    /// [`VerifyError::FieldUnconditioned`], [`VerifyError::FieldRepeated`], [`VerifyError::FieldMissing`] or
    /// [`VerifyError::FieldMismatch`] if the form does not fit the policy; [`VerifyError::Missing`] or, if nothing is
    /// left of it, [`VerifyError::Malformed`] for the field `key`.
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html>.
    pub fn verify_post<'c, 'k>(
        &self,
        claim: PostClaim<'c>,
        key: impl Into<VerifyingKey<'k>>,
        now: Timestamp,
    ) -> Result<VerifiedPost<'c>, VerifyError> {
        let (key, dated) = (key.into(), claim.dated);
        key.check(&claim.access_key_id)?;
        let scope = &claim.scope;
        self.check_scope((scope.region(), scope.service()), Part::Field(CREDENTIAL))?;
        if dated > now.plus(self.clock_skew).unwrap_or(Timestamp::LAST) {
            return Err(VerifyError::Skewed { dated, now });
        }
        let signature = self.sign_policy(&claim, &key)?;
        let matches = signature == claim.signature;
        match key.secret {
            Secret::UnknownCredentials | Secret::UnknownKey => return Err(VerifyError::UnknownKey),
            _ if !matches => return Err(VerifyError::SignatureMismatch),
            _ => {}
        }
        self.check_token(claim.token.map(|token| (SessionToken::Signed, Text::Raw(token))), &key)?;

        // What follows was written by whoever holds the secret.
        let policy = Policy::parse(claim.policy)?;
        let oldest = dated.plus(Duration::from_secs(self.longest_lifetime.into())).unwrap_or(Timestamp::LAST);
        let until = policy.expiration.min(oldest);
        if now > until {
            return Err(VerifyError::FormExpired { until, now });
        }
        let valid_until = key.expiration(now)?.map_or(until, |expiration| until.min(expiration));
        let bound = |name: &&'static str| {
            let exact = |test: &Test<'_>| matches!(test, Test::Exact(_));
            policy.conditions.iter().any(|condition| condition.is_of(name) && exact(&condition.test))
        };
        if let Some(name) = [ALGORITHM, CREDENTIAL, DATE].into_iter().find(|name| !bound(name)) {
            return Err(VerifyError::PolicyOpen { part: Part::Field(name) });
        }
        let mut fields = Vec::with_capacity(claim.fields.len() + 1);
        fields.push(("bucket", claim.bucket));
        fields.extend_from_slice(claim.fields);
        check(&policy.conditions, &[POLICY, SIGNATURE], &Given { fields: &fields, file_name: claim.file_name })?;
        let key = claim.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("key"));
        let key = key.ok_or(VerifyError::Missing { part: Part::Field("key") })?;
        let key = claim.form().replaced(key.1);
        if key.is_empty() {
            return Err(VerifyError::Malformed { part: Part::Field("key") });
        }
        Ok(VerifiedPost { claim, key, valid_until, length: policy.length })
    }

    /// What the policy's signature should be.
    fn sign_policy(&self, claim: &PostClaim<'_>, key: &VerifyingKey<'_>) -> Result<Signature, VerifyError> {
        let scope = claim.scope.clone();
        let key = match key.secret {
            Secret::Credentials(credentials) => Cow::Owned(SigningKey::derive(credentials, scope)),
            Secret::UnknownCredentials => Cow::Owned(SigningKey::decoy(scope)),
            // The text that is signed names no scope, so nothing else would notice.
            Secret::Key(key) if *key.scope() != scope => return Err(VerifyError::OtherKey),
            Secret::Key(key) => Cow::Borrowed(key),
            Secret::UnknownKey => return Ok(Signature::of_policy(claim.policy, &self.decoy)),
        };
        key.sign_policy(claim.policy, claim.dated).map_err(|_| VerifyError::OtherKey)
    }
}

/// A browser's form whose policy is proven, and which fits it (feature `post`).
///
/// The file is proven to fit only when [`VerifiedPost::check_file`] has said so.
#[must_use = "the file's length is not checked yet"]
pub struct VerifiedPost<'a> {
    claim: PostClaim<'a>,
    key: Cow<'a, str>,
    valid_until: Timestamp,
    length: (u64, u64),
}

impl<'a> VerifiedPost<'a> {
    /// Who signed the policy.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The day, region and service that it was signed for.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope<'a> {
        &self.claim.scope
    }

    /// The instant of signing.
    #[must_use]
    pub fn dated(&self) -> Timestamp {
        self.claim.dated
    }

    /// Until when the form is good: the end of the policy, of the signature, or of the credentials as far as that is
    /// known.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Where the file is to be stored: the field `key` with the file's name in place of `${filename}`. Never empty.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The fields, their names as they were sent, and in their values the file's name in place of `${filename}`. Of
    /// those that start with `x-ignore-`, the values are proven by nothing.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let form = self.claim.form();
        self.claim.fields.iter().map(move |(name, value)| (*name, form.replaced(value)))
    }

    /// How long the file must and may be.
    #[must_use]
    pub fn content_length(&self) -> RangeInclusive<u64> {
        self.length.0..=self.length.1
    }

    /// Holds the length of the file against the policy.
    ///
    /// # Errors
    /// [`VerifyError::FileLength`].
    pub fn check_file(&self, length: u64) -> Result<(), VerifyError> {
        Ok(check_length(length, self.length)?)
    }
}

impl fmt::Debug for VerifiedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPost")
            .field("claim", &self.claim)
            .field("key", &self.key)
            .field("valid_until", &self.valid_until)
            .field("length", &self.length)
            .finish()
    }
}

const ALGORITHM: &str = "x-amz-algorithm";
const CREDENTIAL: &str = "x-amz-credential";
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";
const POLICY: &str = "policy";
const SIGNATURE: &str = "x-amz-signature";
