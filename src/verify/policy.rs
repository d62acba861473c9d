//! The policy of a received form, and what a form must be like to fit a policy (feature `post`).

use super::error::VerifyError;
use crate::error::Excerpt;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What a received policy says.
pub(crate) struct Policy {
    pub(crate) expiration: Timestamp,
    pub(crate) conditions: Vec<Condition<'static>>,
    /// The least and the greatest length of the file.
    pub(crate) length: (u64, u64),
}

impl Policy {
    /// Reads the base64 text of the field `policy`. The caller has bounded its length; `serde_json` bounds the depth.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>.
    pub(crate) fn parse(text: &str) -> Result<Self, VerifyError> {
        let wrong = |reason| VerifyError::PolicySyntax { reason };
        let json = STANDARD.decode(text).map_err(|_| wrong("is not base64"))?;
        let colons = colons(&json);
        let json: Value = serde_json::from_slice(&json).map_err(|_| wrong("is not JSON"))?;
        let members = json.as_object().ok_or(wrong("is not a JSON object"))?;
        if members.keys().any(|name| !matches!(&**name, "expiration" | "conditions")) {
            return Err(wrong("has something other than an expiration and conditions"));
        }
        let expiration = members.get("expiration").and_then(Value::as_str).and_then(instant);
        let expiration = expiration.ok_or(wrong("has no expiration in ISO 8601 with a Z"))?;
        let conditions =
            members.get("conditions").and_then(Value::as_array).ok_or(wrong("has no list of conditions"))?;
        let mut policy = Self { expiration, conditions: Vec::new(), length: (0, u64::MAX) };
        for condition in conditions {
            policy.add(condition).ok_or(wrong("has a condition that is none of AWS's forms"))?;
        }
        // Readers differ in which of two they take.
        let in_conditions = conditions.iter().filter_map(Value::as_object).map(serde_json::Map::len);
        if colons != members.len() + in_conditions.sum::<usize>() {
            return Err(wrong("has a member twice"));
        }
        Ok(policy)
    }

    /// `{"acl": "private"}`, `["eq", "$acl", "private"]`, `["starts-with", "$key", "user/"]`,
    /// `["content-length-range", 1, 1000]`.
    fn add(&mut self, condition: &Value) -> Option<()> {
        if let Some(members) = condition.as_object() {
            for (name, value) in members {
                self.conditions.push(Condition::owned(name, Test::Exact(Cow::Owned(value.as_str()?.into())))?);
            }
            return if members.is_empty() { None } else { Some(()) };
        }
        let [operator, first, second] = condition.as_array()?.as_slice() else { return None };
        let test: fn(Cow<'static, str>) -> Test<'static> = match operator.as_str()? {
            "eq" => Test::Exact,
            "starts-with" => Test::Prefix,
            "content-length-range" => {
                let (min, max) = (first.as_u64()?, second.as_u64()?);
                self.length = (self.length.0.max(min), self.length.1.min(max));
                return Some(());
            }
            _ => return None,
        };
        let name = first.as_str()?.strip_prefix('$')?;
        self.conditions.push(Condition::owned(name, test(Cow::Owned(second.as_str()?.into())))?);
        Some(())
    }
}

/// What a policy says of one field.
pub(crate) struct Condition<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) test: Test<'a>,
}

pub(crate) enum Test<'a> {
    /// This value and no other.
    Exact(Cow<'a, str>),
    /// Any value that starts so.
    Prefix(Cow<'a, str>),
    /// Any value.
    Any,
}

impl Condition<'_> {
    fn owned(name: &str, test: Test<'static>) -> Option<Condition<'static>> {
        Some(Condition { name: Cow::Owned(name.into()), test }).filter(|condition| !condition.name.is_empty())
    }

    pub(crate) fn is_of(&self, field: &str) -> bool {
        self.name.eq_ignore_ascii_case(field)
    }

    /// Whether it allows this value, in which nothing is left to be replaced.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        match &self.test {
            Test::Exact(exact) => value == exact,
            Test::Prefix(prefix) if self.is_of("content-type") => {
                value.split(',').all(|part| part.starts_with(&**prefix))
            }
            Test::Prefix(prefix) => value.starts_with(&**prefix),
            Test::Any => true,
        }
    }
}

/// Why a form does not fit its policy (feature `post`).
///
/// The messages show what the policy asks for, but for session tokens and customer keys; never a value that the form
/// holds.
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
pub(crate) struct Given<'a> {
    pub(crate) fields: &'a [(&'a str, &'a str)],
    pub(crate) file_name: &'a str,
}

impl<'a> Given<'a> {
    /// The fields in front of the file: S3 reads nothing behind it.
    pub(crate) fn fields(&self) -> &'a [(&'a str, &'a str)] {
        let end = self.fields.iter().position(|(name, _)| name.eq_ignore_ascii_case("file"));
        &self.fields[..end.unwrap_or(self.fields.len())]
    }

    /// A value as S3 reads it.
    pub(crate) fn replaced(&self, value: &'a str) -> Cow<'a, str> {
        let file_name = self.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        if value.contains(FILE_NAME) { Cow::Owned(value.replace(FILE_NAME, file_name)) } else { Cow::Borrowed(value) }
    }
}

/// Holds a form against the conditions. The fields named in `free` need none, nor does `x-ignore-…`.
pub(crate) fn check(conditions: &[Condition<'_>], free: &[&str], form: &Given<'_>) -> Result<(), PostMismatch> {
    let is_free = |name: &str| is_ignored(name) || free.iter().any(|free| free.eq_ignore_ascii_case(name));
    let fields = form.fields();
    for (i, (name, value)) in fields.iter().enumerate() {
        let field = Excerpt::of(name);
        if fields[..i].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(PostMismatch::Repeated { field });
        }
        let value = form.replaced(value);
        let mut of_field = conditions.iter().filter(|condition| condition.is_of(name)).peekable();
        if of_field.peek().is_none() && !is_free(name) {
            return Err(PostMismatch::Unconditioned { field });
        }
        if let Some(condition) = of_field.find(|condition| !condition.accepts(&value)) {
            return Err(mismatch(field, condition));
        }
    }
    let missing = |condition: &&Condition<'_>| {
        !is_ignored(&condition.name) && fields.iter().all(|(name, _)| !condition.is_of(name))
    };
    match conditions.iter().find(missing) {
        Some(condition) => Err(PostMismatch::Missing { field: Excerpt::of(&condition.name) }),
        None => Ok(()),
    }
}

pub(crate) fn check_length(length: u64, (min, max): (u64, u64)) -> Result<(), PostMismatch> {
    if (min..=max).contains(&length) { Ok(()) } else { Err(PostMismatch::FileLength { length, min, max }) }
}

fn mismatch(field: Excerpt, condition: &Condition<'_>) -> PostMismatch {
    let name = condition.name.to_ascii_lowercase();
    let secret = name.contains("customer-key") || name.contains("token");
    let shown = |text: &str| Excerpt::of(if secret { "the secret value" } else { text });
    match &condition.test {
        Test::Prefix(prefix) => PostMismatch::NotPrefixed { field, prefix: shown(prefix) },
        Test::Exact(value) => PostMismatch::NotExact { field, value: shown(value) },
        Test::Any => PostMismatch::Unconditioned { field },
    }
}

pub(crate) fn is_ignored(name: &str) -> bool {
    name.get(..9).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-ignore-"))
}

/// What S3 replaces by the name of the browser's file, in every field.
pub(crate) const FILE_NAME: &str = "${filename}";

/// How many members the objects of this JSON have, those that are there twice counted twice.
fn colons(json: &[u8]) -> usize {
    let (mut count, mut in_string, mut bytes) = (0, false, json.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            // Whatever is escaped ends no string.
            b'\\' => drop(bytes.next()),
            b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

/// `2015-12-30T12:00:00.000Z`: the extended form in UTC, and no other.
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse_iso8601(text).ok().filter(|_| text.contains('-') && text.ends_with('Z'))
}
