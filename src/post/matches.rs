use super::PostPolicy;
use super::field::{FILE_NAME, FormField, OF_SIGNING, Rule, SIGNED, is_ignored};
use crate::error::Excerpt;
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
        check(&self.fields, self.length.as_ref(), &SIGNED, Given { fields, file_name, file_length })
    }
}

/// Why a form does not fit its policy (feature `post`).
///
/// The messages show what the policy asks for, but for session tokens and customer keys; never what the form holds.
///
/// ```
/// use s3_sigv4::PostPolicy;
///
/// let policy = PostPolicy::for_key("cat.jpg")?.with_content_length(1..=1000)?;
/// let mismatch = policy.matches(&[("key", "cat.jpg")], "cat.jpg", 1001).unwrap_err();
/// assert_eq!(mismatch.to_string(), "the file has 1001 bytes, and the content-length-range is 1 to 1000");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostMismatch {
    /// A field has no condition.
    #[error(
        "the field {field} has no condition, which only x-amz-signature, policy, file and x-ignore-… may go without"
    )]
    Unconditioned {
        /// The field's name.
        field: Excerpt,
    },

    /// A field is there more than once.
    #[error("the field {field} is there more than once")]
    Repeated {
        /// The field's name.
        field: Excerpt,
    },

    /// A field that the policy has a condition for is not there.
    #[error("the field {field} is missing, and the policy has a condition for it")]
    Missing {
        /// The field's name.
        field: Excerpt,
    },

    /// A field has another value than its condition requires.
    #[error("the field {field} is not {value}, which its condition requires exactly")]
    NotExact {
        /// The field's name.
        field: Excerpt,
        /// The value in the condition.
        value: Excerpt,
    },

    /// A field does not start as its condition requires.
    #[error("the field {field} does not start with {prefix}, which its condition requires")]
    NotPrefixed {
        /// The field's name.
        field: Excerpt,
        /// The prefix in the condition.
        prefix: Excerpt,
    },

    /// The file is too short or too long.
    #[error("the file has {length} bytes, and the content-length-range is {min} to {max}")]
    FileLength {
        /// How long the file is.
        length: u64,
        /// How long it must be at least.
        min: u64,
        /// How long it may be at most.
        max: u64,
    },
}

/// A form as it would be sent.
pub(super) struct Given<'a> {
    pub(super) fields: &'a [(&'a str, &'a str)],
    pub(super) file_name: &'a str,
    pub(super) file_length: u64,
}

/// Holds a form against the policy's fields; those named in `passed_over` are nobody's business here.
pub(super) fn check(
    policy: &[FormField],
    length: Option<&RangeInclusive<u64>>,
    passed_over: &[&str],
    form: Given<'_>,
) -> Result<(), PostMismatch> {
    let file_name = form.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let unconditioned = |name: &str| {
        let mut free = OF_SIGNING.iter().chain(passed_over).chain(&["file"]);
        is_ignored(name) || free.any(|free| free.eq_ignore_ascii_case(name))
    };
    // S3 reads nothing behind the file.
    let end = form.fields.iter().position(|(name, _)| name.eq_ignore_ascii_case("file"));
    let fields = &form.fields[..end.unwrap_or(form.fields.len())];
    for (i, (name, value)) in fields.iter().enumerate() {
        let field = Excerpt::of(name);
        if fields[..i].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(PostMismatch::Repeated { field });
        }
        match policy.iter().find(|field| field.is(name)) {
            Some(condition) if condition.accepts(&value.replace(FILE_NAME, file_name)) => {}
            Some(condition) => return Err(mismatch(field, condition)),
            None if unconditioned(name) => {}
            None => return Err(PostMismatch::Unconditioned { field }),
        }
    }
    let missing = |field: &&FormField| !is_ignored(&field.name) && fields.iter().all(|(name, _)| !field.is(name));
    if let Some(field) = policy.iter().find(missing) {
        return Err(PostMismatch::Missing { field: Excerpt::of(&field.name) });
    }
    match length {
        Some(range) if !range.contains(&form.file_length) => {
            let (min, max) = (*range.start(), *range.end());
            Err(PostMismatch::FileLength { length: form.file_length, min, max })
        }
        _ => Ok(()),
    }
}

fn mismatch(field: Excerpt, condition: &FormField) -> PostMismatch {
    let name = condition.name.to_ascii_lowercase();
    let secret = name.contains("customer-key") || name.contains("token");
    let shown = |text: &str| Excerpt::of(if secret { "the secret value" } else { text });
    match &condition.rule {
        Rule::Prefix(prefix) => PostMismatch::NotPrefixed { field, prefix: shown(prefix) },
        Rule::Exact | Rule::Free => PostMismatch::NotExact { field, value: shown(&condition.value) },
    }
}
