//! The two texts of a signature, ours and the server's, line by line, and what the first difference comes from.

use super::cause::{Cause, Rewrite};
use super::difference::{Difference, SignedText};
use crate::canonical::normalized;
use crate::encode::{PATH, Text};
use crate::payload::PayloadHash;
use crate::shown::show;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use percent_encoding::percent_decode_str;

/// What was found: the cause of the first difference, the difference, and how many others there are.
pub(super) struct Found {
    pub(super) cause: Cause,
    pub(super) difference: Difference,
    pub(super) others: usize,
}

/// A canonical request by its parts.
pub(super) struct Parts<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    lines: Vec<&'a str>,
    pub(super) signed_headers: &'a str,
    payload: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` if the text is no canonical request at all.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let all: Vec<_> = text.split('\n').collect();
        let &[method, path, query, ref middle @ .., signed_headers, payload] = &*all else { return None };
        let lines = middle.strip_suffix(&[""]).unwrap_or(middle);
        let headers = lines.iter().map(|line| line.split_once(':').unwrap_or((line, ""))).collect();
        Some(Self { method, path, query, headers, lines: lines.to_vec(), signed_headers, payload })
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        pairs(self.query).into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    pub(super) fn has_token(&self) -> bool {
        let in_header = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        TOKENS.iter().any(|name| in_header(name) || self.parameter(name).is_some())
    }
}

/// What carries a session's token, in the query or as a header.
const TOKENS: [&str; 2] = ["X-Amz-Security-Token", "X-Amz-S3session-Token"];

/// The first difference between two canonical requests.
pub(super) fn requests(ours: &Parts<'_>, theirs: &Parts<'_>) -> Option<Found> {
    let text = SignedText::CanonicalRequest;
    let (mut first, mut count) = (None, 0_usize);
    let mut differ = |line, cause: &dyn Fn() -> Cause, signed, received| {
        count += 1;
        if first.is_none() {
            first = Some((cause(), Difference::new(text, line, signed, received)));
        }
    };
    let heads = [(ours.method, theirs.method), (ours.path, theirs.path), (ours.query, theirs.query)];
    for (line, (signed, received)) in heads.into_iter().enumerate().filter(|(_, (a, b))| a != b) {
        let cause = || match line {
            0 => Cause::Method { signed: show(signed), received: show(received) },
            1 => path(signed, received),
            _ => query(signed, received),
        };
        differ(line, &cause, Some(signed), Some(received));
    }
    let changes = headers(ours, theirs);
    let order_alone = changes.is_empty();
    for change in changes {
        let (signed, received) = (change.ours.map(|i| ours.lines[i]), change.theirs.map(|i| theirs.lines[i]));
        let line = 3 + change.ours.or(change.theirs).unwrap_or_default();
        differ(line, &|| header(&change, ours, theirs), signed, received);
    }
    // The names are the same, and not their order or number.
    if order_alone {
        let at = (0..theirs.lines.len()).find(|i| ours.lines.get(*i) != Some(&theirs.lines[*i]));
        if let Some(at) = at {
            let name = theirs.headers[at].0;
            let twice = theirs.headers.iter().filter(|(other, _)| *other == name).count() > 1;
            let name = show(name);
            let cause = || if twice { Cause::HeaderRepeated { name: name.clone() } } else { Cause::HeadersReordered };
            differ(3 + at, &cause, ours.lines.get(at).copied(), Some(theirs.lines[at]));
        }
    }
    let end = 3 + ours.lines.len() + 1;
    let same_names = places(ours).into_keys().eq(places(theirs).into_keys());
    if same_names && ours.signed_headers != theirs.signed_headers {
        let cause =
            || Cause::SignedHeaders { signed: show(ours.signed_headers), received: show(theirs.signed_headers) };
        differ(end, &cause, Some(ours.signed_headers), Some(theirs.signed_headers));
    }
    // Where the header says the same, this line is no difference of its own.
    let told = [ours, theirs].map(|side| side.header("x-amz-content-sha256"));
    if ours.payload != theirs.payload && (told[0].is_none() || told[0] == told[1]) {
        differ(end + 1, &|| payload(ours.payload, theirs.payload), Some(ours.payload), Some(theirs.payload));
    }
    let (cause, difference) = first?;
    Some(Found { cause, difference, others: count - 1 })
}

/// The first difference between two strings to sign, the hash of the canonical request left out.
pub(super) fn strings(ours: &str, theirs: &str) -> Option<Found> {
    let lines = |text| -> [&str; 3] {
        let mut lines = str::lines(text);
        core::array::from_fn(|_| lines.next().unwrap_or_default())
    };
    let (ours, theirs) = (lines(ours), lines(theirs));
    let line = (0..3).find(|line| ours[*line] != theirs[*line])?;
    let (signed, received) = (ours[line], theirs[line]);
    let cause = match line {
        0 => Cause::Algorithm { signed: show(signed), received: show(received) },
        // A date stands there as in a scope's first part.
        _ => scope(signed, received),
    };
    let others = (line + 1..3).filter(|line| ours[*line] != theirs[*line]).count();
    let difference = Difference::new(SignedText::StringToSign, line, Some(signed), Some(received));
    Some(Found { cause, difference, others })
}

/// Which part of a credential scope differs.
fn scope(signed: &str, received: &str) -> Cause {
    let parts = |text| -> [&str; 4] {
        let mut parts = str::split(text, '/');
        core::array::from_fn(|_| parts.next().unwrap_or_default())
    };
    let (ours, theirs) = (parts(signed), parts(received));
    let (signed, expected) = match (0..4).find(|i| ours[*i] != theirs[*i]) {
        Some(1) => return Cause::Region { signed: Some(show(ours[1])), expected: Some(show(theirs[1])) },
        Some(2) => return Cause::Service { signed: Some(show(ours[2])), expected: Some(show(theirs[2])) },
        Some(0) => (ours[0], theirs[0]),
        Some(_) | None => (signed, received),
    };
    Cause::Date { signed: show(signed), received: show(expected) }
}

pub(super) fn path(signed: &str, received: &str) -> Cause {
    if let Some(rewrite) = rewrite(signed, received) {
        return Cause::PathRewritten { rewrite };
    }
    let longer = |longer: &str, shorter: &str| longer.strip_suffix(shorter).filter(|_| shorter != "/").map(show);
    let (ours, theirs) = (show(signed), show(received));
    if normalized(signed) == received {
        return Cause::PathNormalized { signed: ours, received: theirs };
    }
    if signed.strip_suffix('/') == Some(received) || received.strip_suffix('/') == Some(signed) {
        return Cause::PathSlash { signed: ours, received: theirs };
    }
    if received.strip_prefix(signed).is_some_and(|rest| rest.starts_with("%3F")) {
        return Cause::QueryInPath;
    }
    if let Some(prefix) = longer(received, signed) {
        return Cause::PathPrefixAdded { prefix };
    }
    if let Some(prefix) = longer(signed, received) {
        return Cause::PathPrefixRemoved { prefix };
    }
    Cause::Path { signed: ours, received: theirs }
}

/// What an encoding went through, if both texts stand for the same.
fn rewrite(signed: &str, received: &str) -> Option<Rewrite> {
    Encoded::new(signed).rewrite(received)
}

/// A text that was signed, and what it may have become: to compare it costs no more than the other text is long.
struct Encoded<'a> {
    text: &'a str,
    decoded: Vec<u8>,
    twice: String,
}

impl<'a> Encoded<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, decoded: percent_decode_str(text).collect(), twice: text.replace('%', "%25") }
    }

    fn rewrite(&self, received: &str) -> Option<Rewrite> {
        if self.text == received {
            return None;
        }
        if self.twice == received {
            return Some(Rewrite::EncodedTwice);
        }
        let ours = &*self.decoded;
        if *ours == *received.as_bytes() {
            return Some(Rewrite::Decoded);
        }
        let theirs: Vec<u8> = percent_decode_str(received).collect();
        if *ours == *theirs || *theirs == *self.text.as_bytes() {
            return Some(Rewrite::EncodedOtherwise);
        }
        let blank = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
        if ours.iter().map(blank).eq(theirs.iter().map(blank)) {
            let spaces = |text: &[u8]| text.iter().filter(|byte| **byte == b' ').count();
            let sent_as_plus = spaces(ours) > spaces(&theirs);
            return Some(if sent_as_plus { Rewrite::SpaceAsPlus } else { Rewrite::PlusAsSpace });
        }
        None
    }
}

fn query(signed: &str, received: &str) -> Cause {
    let (ours, theirs) = (pairs(signed), pairs(received));
    if ours == theirs {
        return Cause::ParameterWithoutEquals;
    }
    if sorted(&ours) == sorted(&theirs) {
        return Cause::QueryReordered;
    }
    let mut left: BTreeMap<_, usize> = BTreeMap::new();
    theirs.iter().for_each(|pair| *left.entry(*pair).or_default() += 1);
    let mut mine = None;
    for pair in &ours {
        match left.get_mut(pair).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => mine = mine.or(Some(*pair)),
        }
    }
    // What only the server has, in its order, and by its name decoded.
    let other = theirs.iter().filter(|pair| left.get(*pair).is_some_and(|count| *count > 0));
    let Some((name, value)) = mine else {
        let name = other.map(|(name, _)| *name).next().unwrap_or_default();
        return Cause::ParameterAdded { name: show(name) };
    };
    let own_name = Encoded::new(name);
    let twin = other.clone().find(|(theirs, _)| *theirs == name || own_name.rewrite(theirs).is_some());
    let shown = show(&decoded(name));
    match twin {
        _ if TOKENS.contains(&&*decoded(name)) => match twin {
            Some(_) => Cause::TokenChanged,
            None => Cause::TokenMissing,
        },
        Some((theirs, received)) => match rewrite(value, received).or_else(|| own_name.rewrite(theirs)) {
            Some(rewrite) => Cause::ParameterRewritten { name: shown, rewrite },
            None => Cause::Parameter { name: shown, signed: hide(name, value), received: hide(name, received) },
        },
        None if theirs.iter().any(|(own, _)| *own == name) => Cause::ParameterOnce { name: shown },
        None => Cause::ParameterRemoved { name: shown },
    }
}

fn sorted<'a>(pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    sorted
}

fn pairs(query: &str) -> Vec<(&str, &str)> {
    let parameters = query.split('&').filter(|_| !query.is_empty());
    parameters.map(|parameter| parameter.split_once('=').unwrap_or((parameter, ""))).collect()
}

/// A header's line that differs, by its place among the lines of either side.
#[derive(Clone, Copy)]
struct Change {
    ours: Option<usize>,
    theirs: Option<usize>,
}

/// Lines are paired by name: a header that is gone must not make all behind it differ.
fn headers(ours: &Parts<'_>, theirs: &Parts<'_>) -> Vec<Change> {
    let (mine, other) = (places(ours), places(theirs));
    let names: BTreeSet<_> = mine.keys().chain(other.keys()).copied().collect();
    let change = |name| Change { ours: mine.get(name).copied(), theirs: other.get(name).copied() };
    let differs =
        |change: &Change| change.ours.map(|i| ours.headers[i].1) != change.theirs.map(|i| theirs.headers[i].1);
    names.into_iter().map(change).filter(differs).collect()
}

/// The first line of each header.
fn places<'a>(side: &Parts<'a>) -> BTreeMap<&'a str, usize> {
    side.headers.iter().enumerate().rev().map(|(i, (name, _))| (*name, i)).collect()
}

fn header(change: &Change, ours: &Parts<'_>, theirs: &Parts<'_>) -> Cause {
    let signed = change.ours.map(|i| ours.headers[i]);
    let received = change.theirs.map(|i| theirs.headers[i]);
    let name = signed.or(received).map_or("", |(name, _)| name);
    let shown = || show(name);
    let values = (signed.map(|(_, value)| value), received.map(|(_, value)| value));
    match (name, values) {
        ("x-amz-security-token" | "x-amz-s3session-token", (Some(_), None | Some(""))) => Cause::TokenMissing,
        ("x-amz-security-token" | "x-amz-s3session-token", (Some(_), Some(_))) => Cause::TokenChanged,
        ("host", (Some(signed), Some(received))) if !received.is_empty() => host(signed, received),
        ("x-amz-date", (Some(signed), Some(received))) if !received.is_empty() => {
            Cause::Date { signed: show(signed), received: show(received) }
        }
        ("x-amz-content-sha256", (Some(signed), Some(received))) if !received.is_empty() => payload(signed, received),
        (_, (Some(_), None)) => {
            // What the client lists as signed and did not send is shown as an empty line, or not at all.
            let listed = theirs.signed_headers.split(';').any(|listed| listed == name);
            if listed || ours.signed_headers == theirs.signed_headers {
                Cause::HeaderRemoved { name: Some(shown()) }
            } else {
                Cause::HeaderNotListed { name: shown() }
            }
        }
        (_, (Some(_), Some(""))) => Cause::HeaderRemoved { name: Some(shown()) },
        (_, (Some(signed), Some(received))) => value(name, signed, received),
        _ => Cause::HeaderAdded { name: shown() },
    }
}

/// What became of a header's value.
fn value(name: &str, signed: &str, received: &str) -> Cause {
    let shown = show(name);
    if let Some(added) = received.strip_prefix(signed).and_then(|rest| rest.strip_prefix(',')) {
        return if added.trim() == signed {
            Cause::HeaderRepeated { name: shown }
        } else {
            Cause::HeaderExtended { name: shown, added: hide(name, added) }
        };
    }
    let words = |text| str::split_whitespace(text).flat_map(str::chars);
    if words(signed).eq(words(received)) {
        return Cause::HeaderBlanks { name: shown };
    }
    let latin1 = |text: &str| text.bytes().map(char::from).collect::<String>();
    if !signed.is_ascii() && (latin1(signed) == received || latin1(received) == signed || received.contains('\u{fffd}'))
    {
        return Cause::HeaderEncoding { name: shown };
    }
    Cause::Header { name: shown, signed: hide(name, signed), received: hide(name, received) }
}

/// A value as a sentence shows it, unless its name says that it is secret.
fn hide(name: &str, value: &str) -> String {
    let line = alloc::format!("{name}={value}");
    let shown = crate::shown::redact(&line, None);
    show(shown.text.get(name.len() + 1..).unwrap_or_default())
}

fn host(signed: &str, received: &str) -> Cause {
    let name = |host: &str| {
        let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        String::from(port.map_or(host, |(name, _)| name))
    };
    let (ours, theirs) = (show(signed), show(received));
    if received.trim() == signed {
        Cause::HeaderBlanks { name: String::from("host") }
    } else if received.split(',').all(|host| host.trim() == signed) {
        Cause::HeaderRepeated { name: String::from("host") }
    } else if name(signed).eq_ignore_ascii_case(&name(received)) && !signed.eq_ignore_ascii_case(received) {
        Cause::Port { signed: ours, received: theirs }
    } else {
        Cause::Host { signed: ours, received: theirs }
    }
}

/// What became of the line that stands for the body.
pub(super) fn payload(signed: &str, received: &str) -> Cause {
    let [ours, theirs] = [signed, received].map(|text| match text.get(..HASH_SHOWN) {
        Some(start) if is_hash(text) => alloc::format!("{start}…"),
        _ => show(text),
    });
    match (is_hash(signed), is_hash(received)) {
        (true, true) if received == PayloadHash::EMPTY.as_str() => Cause::BodyLost,
        (true, true) => Cause::Body { signed: Some(ours), received: Some(theirs) },
        _ => Cause::PayloadMode { signed: ours, received: theirs },
    }
}

/// The text that an encoded one stands for.
pub(super) fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent_decode_str(text).collect::<Vec<u8>>()).into_owned()
}

/// The path of an object that is called so.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    Text::Raw(text).write_to(PATH, &mut out).expect("a String takes everything");
    out
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How many digits of a hash a sentence shows.
const HASH_SHOWN: usize = 12;
