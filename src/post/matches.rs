use super::PostPolicy;
use super::field::{FormField, OF_SIGNING, SIGNED};
use crate::verify::policy::{Given, PostMismatch, check, check_length};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

impl PostPolicy {
    /// Whether S3 would take a form with these fields and a file of this name and length, and if not, why: the
    /// question of whoever builds the form by himself.
    ///
    /// S3 replaces `${filename}` by the name of the file (what follows its last slash or backslash) in every value,
    /// then compares. Every field but `x-amz-signature`, `policy`, `file` and `x-ignore-…` needs a condition, and
    /// every condition its field. Names may be in any case. The fields that say who signs are passed over here, as
    /// signing adds their conditions; [`PostForm::matches`](crate::PostForm::matches) compares them too.
    ///
    /// # Errors
    /// [`PostMismatch`], which says which condition fails.
    ///
    /// ```
    /// # use s3_sigv4::PostPolicy;
    /// let policy = PostPolicy::for_keys_under("user/user1/")?.with_exact("acl", "public-read")?;
    ///
    /// let fields = [("key", "user/user1/${filename}"), ("ACL", "public-read")];
    /// assert!(policy.matches(&fields, "C:\\cat.jpg", 20_000).is_ok());
    ///
    /// let mismatch = policy.matches(&[("key", "user/${filename}"), fields[1]], "cat.jpg", 20_000).unwrap_err();
    /// assert_eq!(
    ///     mismatch.to_string(),
    ///     "the field key does not start with user/user1/, which its condition requires"
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn matches(&self, fields: &[(&str, &str)], file_name: &str, file_length: u64) -> Result<(), PostMismatch> {
        matches(&self.fields, self.length.as_ref(), Some(&SIGNED), (Given { fields, file_name }, file_length))
    }
}

/// Holds a form and the length of its file against the policy's fields; those named in `passed_over` are nobody's
/// business here.
pub(super) fn matches(
    policy: &[FormField],
    length: Option<&RangeInclusive<u64>>,
    passed_over: Option<&[&str]>,
    (form, file_length): (Given<'_>, u64),
) -> Result<(), PostMismatch> {
    let conditions: Vec<_> = policy.iter().map(FormField::as_condition).collect();
    let free: Vec<_> = OF_SIGNING.iter().chain(passed_over.unwrap_or_default()).copied().collect();
    check(&conditions, &free, &form)?;
    length.map_or(Ok(()), |range| check_length(file_length, (*range.start(), *range.end())))
}
