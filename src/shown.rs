//! What may be shown of a text that somebody else wrote, or that holds secrets: values that are secret hidden, control
//! characters escaped, all of it short.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Behind one of these words in a name stands a value that nobody is to see. Names of headers and parameters alike, in
/// lower case, since both are compared without case.
const SECRET: [&str; 9] = [
    "signature",
    "security-token",
    "session-token",
    "s3session-token",
    "customer-key",
    "authorization",
    "cookie",
    "password",
    "secret",
];

/// What ends a name, and how far its value reaches: a parameter's to the next one, a header's to the end of its line.
/// A path may hold a whole query, encoded once or twice.
const SEPARATORS: [(&str, &[&str]); 4] =
    [("=", &["&"]), ("%3d", &["%26", "&"]), ("%253d", &["%2526", "%26", "&"]), (":", &[])];

/// How many characters of a value, and of a server's sentence, are shown.
#[cfg(feature = "explain")]
const LONGEST_VALUE: usize = 96;
const LONGEST_MESSAGE: usize = 240;

/// From this length on, characters of base64 in a row are no word.
const SHORTEST_TOKEN: usize = 64;

/// A line with its secret values taken out.
pub(crate) struct Redacted<'a> {
    pub(crate) text: Cow<'a, str>,
    hidden: Vec<&'a str>,
}

/// Takes the secret values out of a line. Where `other`, the same line on the other side, hides another value in the
/// same place, this one says so.
pub(crate) fn redact<'a>(line: &'a str, other: Option<&Redacted<'_>>) -> Redacted<'a> {
    // Same length, whatever the text: only ASCII changes.
    let lower = line.to_ascii_lowercase();
    let (mut text, mut hidden, mut kept) = (String::new(), Vec::new(), 0);
    while let Some((start, end)) = secret(&lower, kept) {
        let value = &line[start..end];
        text.push_str(&line[kept..start]);
        let twin = other.and_then(|other| other.hidden.get(hidden.len()));
        text.push_str(if twin.is_none_or(|twin| *twin == value) { "[hidden]" } else { "[hidden, another value]" });
        hidden.push(value);
        kept = end;
    }
    if hidden.is_empty() {
        return Redacted { text: Cow::Borrowed(line), hidden };
    }
    text.push_str(&line[kept..]);
    Redacted { text: Cow::Owned(text), hidden }
}

/// Where the next secret value lies, from here on.
fn secret(lower: &str, mut from: usize) -> Option<(usize, usize)> {
    loop {
        // One pass for all words, so that a text of many is read once.
        let word = lower.as_bytes().get(from..)?.iter().enumerate().find_map(|(i, _)| {
            let rest = &lower.as_bytes()[from + i..];
            SECRET.iter().find(|word| rest.starts_with(word.as_bytes())).map(|word| from + i + word.len())
        })?;
        // A name may go on behind the word: customer-key-md5.
        let rest = &lower[word..];
        let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
        let separator = SEPARATORS.iter().find(|(separator, _)| rest[name..].starts_with(separator));
        if let Some((separator, ends)) = separator {
            let start = word + name + separator.len();
            let value = &lower[start..];
            let ended = |at: &usize| ends.iter().any(|end| value.as_bytes()[*at..].starts_with(end.as_bytes()));
            let end = (0..value.len()).find(ended).unwrap_or(value.len());
            if end > 0 {
                return Some((start, start + end));
            }
        }
        from = word + name;
    }
}

/// A text as a sentence shows it.
#[cfg(feature = "explain")]
pub(crate) fn show(text: &str) -> String {
    shorten(text, LONGEST_VALUE)
}

fn shorten(text: &str, longest: usize) -> String {
    let redacted = redact(text, None);
    let mut out = String::new();
    let mut chars = redacted.text.chars();
    for c in chars.by_ref().take(longest) {
        escape(c, &mut out);
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// A server's sentence, in which nothing is left that may be a signature, a hash or a token.
pub(crate) fn show_message(text: &str) -> String {
    let mut out = String::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%' | '_' | '-');
    for word in text.split_inclusive(|c| !is_part(c)) {
        let run = word.trim_end_matches(|c| !is_part(c));
        let is_hash = run.len() >= 32 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash || run.len() >= SHORTEST_TOKEN {
            out.push_str("[hidden]");
            out.push_str(&word[run.len()..]);
        } else {
            out.push_str(word);
        }
    }
    shorten(out.trim_end_matches('.'), LONGEST_MESSAGE)
}

/// One character, such that it moves no cursor and hides no other.
pub(crate) fn escape(c: char, out: &mut String) {
    match c {
        '"' | '\'' => out.push(c),
        _ => out.extend(c.escape_debug()),
    }
}
