//! Browser uploads (feature `post`): a policy whose conditions make the form's fields and the signed JSON alike.

mod field;
mod form;
mod matches;

pub use form::PostForm;

use crate::bucket::Bucket;
use crate::error::Error;
use crate::lifetime::Lifetime;
use crate::limits::MAX_POST_FIELDS;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use crate::verify::policy::{FILE_NAME, is_ignored};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;
use field::{FormField, Rule, check_condition, check_value, refused};
use serde_json::{Value, json};

impl Signer {
    /// Makes the form by which a browser uploads a file straight to the bucket, as far as the policy allows (feature
    /// `post`).
    ///
    /// It is good for the lifetime, or until the credentials end, whatever comes first. The policy's expiration shows
    /// what was asked for. No `X-Amz-Expires` caps it, but the signing key is good for 7 days, so a form is held to
    /// the same 7 days as a link.
    ///
    /// ```
    /// use core::time::Duration;
    /// use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20151229T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
    ///
    /// // The example of AWS's document.
    /// let policy = PostPolicy::for_keys_under("user/user1/")?
    ///     .with_exact("acl", "public-read")?
    ///     .with_exact("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html")?
    ///     .with_prefix("Content-Type", "image/")?
    ///     .with_exact("x-amz-meta-uuid", "14365123651274")?
    ///     .with_exact("x-amz-server-side-encryption", "AES256")?
    ///     .with_prefix("x-amz-meta-tag", "")?;
    /// let form = signer.post(&policy, &bucket, Duration::from_secs(36 * 3600), now)?;
    ///
    /// assert_eq!(form.url(), "https://sigv4examplebucket.s3.amazonaws.com/");
    /// assert_eq!(form.fields().next(), Some(("key", "user/user1/${filename}")));
    /// assert_eq!(form.valid_until().to_string(), "20151230T120000Z");
    /// println!("{}", form.html());
    /// println!("{}", form.curl("cat.jpg"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// AWS's document signs other blanks and line ends; [`Signer::sign_policy`] signs its very text.
    ///
    /// # Errors
    /// [`Error::CredentialsExpired`], [`Error::Lifetime`], [`Error::OutlivesCredentials`], [`Error::SessionEndUnknown`],
    /// [`Error::YearOutOfRange`] and [`Error::KeyOfAnotherDay`] as for a link; [`Error::PostTooLarge`] if S3 would refuse
    /// the form for its size.
    ///
    /// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html>. The 7 days: "May not exceed one week
    /// from creation time" in AWS's SDK for Ruby, class `PresignedPost`.
    pub fn post(
        &self,
        policy: &PostPolicy,
        bucket: &Bucket,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<PostForm, Error> {
        self.identity.usable_at(now)?;
        let validity = lifetime.into().resolve(&self.identity, now)?;
        // For a form that stays the same for a while: the start of its window.
        let now = validity.valid_from();
        let expiration = now.plus(Duration::from_secs(validity.expires.into()))?;

        let PostPolicy { mut fields, length } = policy.clone();
        fields.extend(self.policy_fields(now).map(|(name, value)| FormField::new(name, value, Rule::Exact)));
        let json = policy_json(bucket, &fields, length.as_ref(), expiration);
        let policy = STANDARD.encode(json);
        let signature = self.sign_policy(&policy, now)?.signature().to_string();
        fields.push(FormField::new("policy", policy, Rule::Free));
        fields.push(FormField::new("x-amz-signature", signature, Rule::Free));

        let bytes = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
        if bytes > MAX_POST_FIELDS {
            return Err(Error::PostTooLarge { bytes });
        }
        Ok(PostForm { url: bucket.on_bucket("POST")?.url().to_string(), fields, length, validity })
    }
}

/// What a browser may upload: a condition for each field of the form, and for the size of the file (feature `post`).
///
/// Each condition makes both the form's field and its part of the JSON that is signed. The JSON is serialised by
/// `serde_json`, so nothing in a key or a value can add a condition or take one away.
///
/// | field | says |
/// |---|---|
/// | `key` | the object's key: [`for_key`](Self::for_key), [`for_keys_under`](Self::for_keys_under) |
/// | `Content-Type`, `Cache-Control`, `Content-Disposition`, `Content-Encoding`, `Expires` | the object's headers |
/// | `x-amz-meta-…` | its metadata |
/// | `acl`, `tagging`, `x-amz-storage-class`, `x-amz-server-side-encryption`, … | as the headers of a `PUT` |
/// | `success_action_redirect` | where the browser goes afterwards |
/// | `success_action_status` | the status without a redirect: `200`, `201`, or else `204` |
/// | `x-ignore-…` | nothing: S3 ignores it, and it needs no condition |
///
/// Names may be in any case and are kept as they are given. The conditions for the bucket and for who signs are added
/// by [`Signer::post`].
///
/// ```
/// use s3_sigv4::PostPolicy;
///
/// let policy = PostPolicy::for_key("user/user1/cat.jpg")?
///     .with_exact("Content-Type", "image/jpeg")?
///     .with_prefix("x-amz-meta-title", "")?
///     .with_value("x-amz-meta-title", "My cat")?
///     .with_exact("success_action_status", "201")?
///     .with_content_length(1..=10 * 1024 * 1024)?;
///
/// let fields = [("key", "user/user1/cat.jpg"), ("Content-Type", "text/html")];
/// let mismatch = policy.matches(&fields, "cat.jpg", 20_000).unwrap_err();
/// assert_eq!(mismatch.to_string(), "the field Content-Type is not image/jpeg, which its condition requires exactly");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>.
#[derive(Clone)]
pub struct PostPolicy {
    fields: Vec<FormField>,
    length: Option<RangeInclusive<u64>>,
}

impl PostPolicy {
    /// Uploads to this key alone.
    ///
    /// ```
    /// # use s3_sigv4::PostPolicy;
    /// assert!(PostPolicy::for_key("user/user1/cat.jpg").is_ok());
    /// assert!(PostPolicy::for_key("user/${filename}").is_err()); // see for_keys_under
    /// ```
    ///
    /// # Errors
    /// As [`PostPolicy::with_exact`], and [`Error::PostField`] if the key is empty.
    pub fn for_key(key: &str) -> Result<Self, Error> {
        if key.is_empty() {
            return Err(refused("key", "is empty"));
        }
        Self { fields: Vec::new(), length: None }.with_exact("key", key)
    }

    /// Uploads to any key that starts with this prefix. The form asks for the prefix with the name of the browser's
    /// file behind it, `user/user1/${filename}`; [`with_value`](Self::with_value) can say otherwise.
    ///
    /// The prefix is all that binds the uploader: an empty one leaves the whole bucket open, and without a slash at
    /// its end `user/user1` is good for `user/user10/cat.jpg` too.
    ///
    /// # Errors
    /// As [`PostPolicy::with_prefix`].
    ///
    /// ```
    /// # use s3_sigv4::PostPolicy;
    /// let policy = PostPolicy::for_keys_under("user/user1/")?.with_value("key", "user/user1/2024/${filename}")?;
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn for_keys_under(prefix: &str) -> Result<Self, Error> {
        let policy = Self { fields: Vec::new(), length: None }.with_prefix("key", prefix)?;
        policy.with_value("key", &format!("{prefix}{FILE_NAME}"))
    }

    /// The same with a field that must have exactly this value.
    ///
    /// Two kinds of values are refused, because servers read something else in them. S3 replaces `${filename}` before it
    /// compares; no value that comes from elsewhere, a user's name for instance, turns a key into a prefix here. And a
    /// `$` in front makes the name of another field of it, so that a condition may hold for any value.
    ///
    /// # Errors
    /// [`Error::PostField`] for those, if the name is not of letters, digits, `-`, `.` and `_`, if it has a condition
    /// already, or if it belongs to signing, to the file or to `x-ignore-…`; [`Error::PostValue`] for a line feed, a
    /// carriage return or a NUL, which browsers change.
    pub fn with_exact(self, name: &str, value: &str) -> Result<Self, Error> {
        check_condition(name, value)?;
        self.with(FormField::new(name, value.into(), Rule::Exact))
    }

    /// The same with a field whose value must start with this prefix. An empty prefix allows any value.
    ///
    /// The form starts from the prefix, or from what [`with_value`](Self::with_value) says, and lets the user write.
    /// For `Content-Type`, S3 reads a value with commas as a list, each part of which must start with the prefix.
    ///
    /// # Errors
    /// As [`PostPolicy::with_exact`].
    pub fn with_prefix(self, name: &str, prefix: &str) -> Result<Self, Error> {
        check_condition(name, prefix)?;
        self.with(FormField::new(name, prefix.into(), Rule::Prefix(prefix.into())))
    }

    /// The same with this value in the form, for a field whose condition leaves it open, or for a field `x-ignore-…`,
    /// which needs no condition. `${filename}` in it stands for the name of the browser's file.
    ///
    /// # Errors
    /// [`Error::PostField`] for any other field, and for a value that does not start with the prefix;
    /// [`Error::PostValue`] as [`PostPolicy::with_exact`].
    ///
    /// ```
    /// # use s3_sigv4::PostPolicy;
    /// let policy = PostPolicy::for_keys_under("user/user1/")?
    ///     .with_prefix("Content-Type", "image/")?
    ///     .with_value("Content-Type", "image/jpeg")?
    ///     .with_value("x-ignore-button", "Upload")?;
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn with_value(mut self, name: &str, value: &str) -> Result<Self, Error> {
        check_value(name, value)?;
        let Some(field) = self.fields.iter_mut().find(|field| field.is(name)) else {
            let field = FormField::new(name, value.into(), Rule::Free);
            field.check_name()?;
            if !is_ignored(name) {
                return Err(refused(name, "has no condition: PostPolicy::with_exact and with_prefix make one"));
            }
            return self.with(field);
        };
        // Whatever the file's name is, the value must start with the prefix.
        let certain = value.split(FILE_NAME).next().unwrap_or_default();
        match field.rule {
            Rule::Exact => return Err(refused(name, "has an exact value already")),
            Rule::Prefix(_) if !field.accepts(certain) => {
                return Err(refused(name, "has a value that does not start with its prefix"));
            }
            Rule::Prefix(_) | Rule::Free => field.value = value.into(),
        }
        Ok(self)
    }

    /// The same with a file of at least and at most this many bytes. S3 takes up to 5 GiB in one request.
    ///
    /// # Errors
    /// [`Error::PostLengthRange`] if the range is empty.
    pub fn with_content_length(mut self, bytes: RangeInclusive<u64>) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::PostLengthRange { min: *bytes.start(), max: *bytes.end() });
        }
        self.length = Some(bytes);
        Ok(self)
    }

    fn with(mut self, field: FormField) -> Result<Self, Error> {
        field.check_name()?;
        if self.fields.iter().any(|other| other.is(&field.name)) {
            return Err(refused(&field.name, "has a condition already"));
        }
        self.fields.push(field);
        Ok(self)
    }
}

impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be customer keys.
        let names: Vec<_> = self.fields.iter().map(|field| &field.name).collect();
        f.debug_struct("PostPolicy").field("fields", &names).field("length", &self.length).finish()
    }
}

/// The policy in JSON, and in ASCII: AWS's document has every other character escaped ("Character Escaping").
fn policy_json(
    bucket: &Bucket,
    fields: &[FormField],
    length: Option<&RangeInclusive<u64>>,
    expiration: Timestamp,
) -> String {
    let length = length.map(|bytes| json!(["content-length-range", bytes.start(), bytes.end()]));
    let conditions = [json!({ "bucket": bucket.name() })].into_iter();
    let conditions: Value = conditions.chain(fields.iter().filter_map(FormField::condition)).chain(length).collect();
    let expiration = format!("{expiration:#}").replace('Z', ".000Z");
    let expiration = Value::from(expiration);
    let mut ascii = String::new();
    for c in format!("{{\"expiration\":{expiration},\"conditions\":{conditions}}}").chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            ascii.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii
}
