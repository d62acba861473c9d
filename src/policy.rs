use crate::error::{Error, Field, check};
use crate::key::Signature;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

impl Signer {
    /// Signs a POST policy that is made already: its JSON in base64, exactly as the form will hold it.
    ///
    /// The policy's conditions must name the [fields that signing adds](Signer::policy_fields). With the feature
    /// `post`, `Signer::post` makes the policy and the form around it.
    ///
    /// ```
    /// use s3_sigv4::{Credentials, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20151229T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
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
    /// let signed = signer.sign_policy(policy, now)?;
    /// assert_eq!(
    ///     signed.signature().to_string(),
    ///     "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::Character`] if the policy is not base64: JSON as it stands, or base64 in lines;
    /// [`Error::CredentialsExpired`]; [`Error::KeyOfAnotherDay`] for a signer without a secret.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html>.
    pub fn sign_policy(&self, policy: &str, now: Timestamp) -> Result<SignedPolicy, Error> {
        check(Field::Policy, policy, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))?;
        self.identity.usable_at(now)?;
        let signature = self.day_of(now)?.key.sign_policy(policy, now)?;
        let mut fields: Vec<_> = self.policy_fields(now).collect();
        fields.push(("policy", policy.into()));
        fields.push(("x-amz-signature", signature.to_string()));
        Ok(SignedPolicy { fields, signature })
    }

    /// The fields that say who signs a POST policy, and when: `x-amz-algorithm`, `x-amz-credential`, `x-amz-date` and,
    /// for a session, `x-amz-security-token`. The form needs each of them, and the policy a condition for each.
    ///
    /// ```
    /// # use s3_sigv4::{Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let fields: Vec<_> = signer.policy_fields(now).collect();
    /// assert_eq!(
    ///     fields[1],
    ///     ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request".to_owned())
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn policy_fields(&self, now: Timestamp) -> impl Iterator<Item = (&'static str, String)> {
        let credential = format!("{}/{}", self.access_key_id(), self.scope_at(now));
        [
            Some(("x-amz-algorithm", "AWS4-HMAC-SHA256".into())),
            Some(("x-amz-credential", credential)),
            Some(("x-amz-date", now.as_str().into())),
            self.identity.session_token.clone().map(|token| ("x-amz-security-token", token)),
        ]
        .into_iter()
        .flatten()
    }
}

/// A POST policy's signature, and the fields of the form that belong with it.
#[derive(Clone)]
pub struct SignedPolicy {
    fields: Vec<(&'static str, String)>,
    signature: Signature,
}

impl SignedPolicy {
    /// The form's fields that signing adds: [those that say who signs](Signer::policy_fields), then `policy` and
    /// `x-amz-signature`. The field `file` comes behind all others: S3 leaves what follows it unread.
    ///
    /// ```
    /// # use s3_sigv4::{Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let signed = signer.sign_policy("e30=", now)?;
    /// let names: Vec<_> = signed.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, &**value))
    }

    /// The signature alone.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

impl fmt::Debug for SignedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPolicy").finish_non_exhaustive()
    }
}
