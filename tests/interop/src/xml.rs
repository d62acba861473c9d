//! As much of XML as the servers' answers need.

use percent_encoding::percent_decode_str;

/// The text of the first element of this name.
pub fn text(document: &str, name: &str) -> Option<String> {
    elements(document, name).next()
}

/// The texts of all elements of this name.
pub fn texts(document: &str, name: &str) -> Vec<String> {
    elements(document, name).collect()
}

/// The keys of a listing that was asked for with `encoding-type=url`.
pub fn keys(listing: &str) -> Vec<String> {
    let decode = |key: String| match elements(listing, "EncodingType").next() {
        Some(_) => percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned(),
        None => key,
    };
    elements(listing, "Key").map(decode).collect()
}

fn elements(document: &str, name: &str) -> impl Iterator<Item = String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let texts: Vec<_> =
        document.split(&open).skip(1).filter_map(|rest| Some(unescape(rest.split_once(&close)?.0))).collect();
    texts.into_iter()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, after) = after.split_once(';').unwrap_or((after, ""));
        match (entity, entity.strip_prefix("#x"), entity.strip_prefix('#')) {
            ("amp", ..) => out.push('&'),
            ("lt", ..) => out.push('<'),
            ("gt", ..) => out.push('>'),
            ("quot", ..) => out.push('"'),
            ("apos", ..) => out.push('\''),
            (_, Some(hex), _) => out.extend(u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)),
            (_, None, Some(digits)) => out.extend(digits.parse().ok().and_then(char::from_u32)),
            _ => {}
        }
        rest = after;
    }
    out + rest
}
