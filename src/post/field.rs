use crate::error::{Error, Excerpt, Found};
use crate::verify::policy::{Condition, FILE_NAME, Test, is_ignored};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use serde_json::{Value, json};

/// A field of the form, and what the policy says of it.
#[derive(Clone)]
pub(super) struct FormField {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) rule: Rule,
}

#[derive(Clone)]
pub(super) enum Rule {
    /// The value in the form, and no other.
    Exact,
    /// Any value that starts so.
    Prefix(String),
    /// No condition.
    Free,
}

impl FormField {
    pub(super) fn new(name: &str, value: String, rule: Rule) -> Self {
        Self { name: name.into(), value, rule }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether the condition allows this value, in which nothing is left to be replaced.
    pub(super) fn accepts(&self, value: &str) -> bool {
        self.as_condition().accepts(value)
    }

    /// The condition as it is held against a form.
    pub(super) fn as_condition(&self) -> Condition<'_> {
        let test = match &self.rule {
            Rule::Exact => Test::Exact(Cow::Borrowed(&self.value)),
            Rule::Prefix(prefix) => Test::Prefix(Cow::Borrowed(prefix)),
            Rule::Free => Test::Any,
        };
        Condition { name: Cow::Borrowed(&self.name), test }
    }

    pub(super) fn condition(&self) -> Option<Value> {
        match &self.rule {
            Rule::Exact => Some(json!({ &*self.name: self.value })),
            Rule::Prefix(prefix) => Some(json!(["starts-with", format!("${}", self.name), prefix])),
            Rule::Free => None,
        }
    }

    /// Whether a policy may speak of a field of this name.
    pub(super) fn check_name(&self) -> Result<(), Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let is_one_of = |names: &[&str]| names.iter().any(|name| self.is(name));
        let reason = if self.name.is_empty() || !self.name.bytes().all(plain) {
            "has a name of something other than letters, digits, - . and _"
        } else if is_one_of(&SIGNED) || is_one_of(&OF_SIGNING) {
            "is set by signing"
        } else if is_one_of(&["file", "content-length-range"]) {
            "is no field with a value: PostPolicy::with_content_length limits the file"
        } else if is_ignored(&self.name) && !matches!(self.rule, Rule::Free) {
            "needs no condition: PostPolicy::with_value adds it"
        } else {
            return Ok(());
        };
        Err(refused(&self.name, reason))
    }
}

/// Refuses a value or a prefix that servers read as something else.
///
/// AWS's document has a `$` escaped as `\$`, which is no JSON ("Character Escaping"); Ceph compares with the field of
/// that name (`RGWPolicyEnv::get_value`).
pub(super) fn check_condition(name: &str, value: &str) -> Result<(), Error> {
    check_value(name, value)?;
    if value.contains(FILE_NAME) {
        return Err(refused(
            name,
            "has ${filename} in its condition, which S3 replaces before it compares: only a prefix in front of it can \
             hold",
        ));
    }
    if value.starts_with('$') {
        return Err(refused(
            name,
            "has a $ in front of its condition, which servers read as the name of another field",
        ));
    }
    Ok(())
}

/// Browsers send every line end as CR LF, and no NUL survives HTML.
///
/// Source: "Multipart form data" and "Tokenization" in <https://html.spec.whatwg.org/>.
pub(super) fn check_value(name: &str, value: &str) -> Result<(), Error> {
    match value.bytes().position(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        Some(position) => {
            Err(Error::PostValue { name: Excerpt::of(name), found: Found(value.as_bytes()[position]), position })
        }
        None => Ok(()),
    }
}

pub(super) fn refused(name: &str, reason: &'static str) -> Error {
    Error::PostField { name: Excerpt::of(name), reason }
}

/// The fields that say who signs: signing adds field and condition.
pub(super) const SIGNED: [&str; 4] = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"];

/// What signing adds besides: a condition that has no field, and fields that have no condition.
pub(super) const OF_SIGNING: [&str; 3] = ["bucket", "policy", "x-amz-signature"];
