//! The one walk that hashing, printing and presigning share.

use super::header_names::is;
use super::{
    ADDED_PARAMETERS, ALL_ADDED, Authentication, CREDENTIAL, HOST, Order, Parts, SignedNames, added_parameter, received,
};
use crate::digest::{Assembled, Decimal};
use crate::encode::{PATH, QUERY, Text, all, all_pairs, ascii};
use crate::limits::MAX_HEADERS;
use crate::request::Query;
use crate::service::{PathEncoding, PathNormalization, Rules};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A request's parts, checked, and in order.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'r> {
    pub(super) parts: &'r Parts<'r>,
    pub(super) order: &'r Order,
}

impl<'r> Walk<'r> {
    /// The request's own headers that are signed, as they were given and in that order.
    pub(crate) fn signed_given_headers(self) -> impl Iterator<Item = (usize, &'r str, &'r [u8])> {
        let mut signed: Vec<_> = self.order.headers().iter().filter(|id| usize::from(**id) < MAX_HEADERS).collect();
        signed.sort_unstable();
        signed.into_iter().map(|id| {
            let (name, value) = self.parts.request.headers.get((*id).into());
            ((*id).into(), name, value)
        })
    }

    /// Whether the header at this place of a received request is signed.
    pub(crate) fn signs(&self, index: usize) -> bool {
        self.order.headers().contains(&received::id(index))
    }

    #[inline]
    pub(crate) fn sha256(self) -> [u8; 32] {
        let mut text = Assembled::<8>::new();
        self.walk(&mut text).expect("hashing takes everything");
        text.finish()
    }

    /// THE walk: the canonical request into a sink, which may take what is also sent in the URL along the way.
    #[inline(always)]
    pub(crate) fn walk(&self, sink: &mut impl Sink) -> fmt::Result {
        sink.canonical(self.parts.request.method.as_bytes())?;
        sink.canonical(b"\n")?;
        self.walk_path(sink)?;
        sink.canonical(b"\n")?;
        if let (Query::Received(query), Some(gap)) = (self.parts.request.query, self.order.as_received) {
            sink.canonical(&query.as_bytes()[..gap.start])?;
            // The signature stands last in nearly every link.
            if gap.end < query.len() {
                sink.canonical(&query.as_bytes()[gap.end..])?;
            }
        } else if !self.order.parameters().is_empty() {
            sink.begin_sent_query()?;
            for (i, id) in self.order.parameters().iter().enumerate() {
                if i > 0 {
                    sink.canonical(b"&")?;
                }
                match *id {
                    ALL_ADDED => self.walk_added_parameters(sink)?,
                    id => self.walk_parameter(id, sink)?,
                }
            }
            sink.end_sent();
        }
        if let [HOST] = self.order.headers() {
            // As in nearly every link.
            sink.canonical(b"\nhost:")?;
            sink.canonical(self.parts.request.host.as_bytes())?;
            sink.canonical(b"\n\nhost\n")?;
        } else {
            sink.canonical(b"\n")?;
            self.walk_headers(sink)?;
            sink.canonical(b"\n")?;
            self.header_names(|piece| sink.canonical(piece.as_bytes()))?;
            sink.canonical(b"\n")?;
        }
        sink.canonical(self.parts.payload.as_bytes())
    }

    #[inline]
    fn walk_path(&self, sink: &mut impl Sink) -> fmt::Result {
        let Rules { path_encoding, path_normalization, .. } = *self.parts.rules;
        if (path_encoding, path_normalization) == (PathEncoding::Once, PathNormalization::AsSent) {
            sink.begin_sent();
            let (base, text) = self.parts.request.path.parts();
            sink.canonical(base.as_bytes())?;
            text.write(PATH, |piece| sink.canonical(piece))?;
            sink.end_sent();
            return Ok(());
        }
        self.walk_path_that_is_changed(sink)
    }

    /// By the general rules the path that is sent and the canonical one differ.
    fn walk_path_that_is_changed(&self, sink: &mut impl Sink) -> fmt::Result {
        let mut sent = String::new();
        self.parts.request.path.write_to(&mut sent)?;
        sink.sent(&sent)?;
        let mut canonical = String::new();
        match self.parts.rules.path_encoding {
            PathEncoding::Once => Text::Wire(&sent).write_to(PATH, &mut canonical)?,
            PathEncoding::Twice => canonical = sent,
        }
        if self.parts.rules.path_normalization == PathNormalization::Normalized {
            canonical = normalized(&canonical);
        }
        match self.parts.rules.path_encoding {
            PathEncoding::Once => sink.canonical(canonical.as_bytes()),
            PathEncoding::Twice => Text::Raw(&canonical).write(PATH, |piece| sink.canonical(piece)),
        }
    }

    #[inline]
    fn walk_parameter(&self, id: u16, sink: &mut impl Sink) -> fmt::Result {
        if let Some(added) = added_parameter(id) {
            return self.walk_added_parameter(added, sink);
        }
        let (name, value) = self.parts.parameter(id);
        name.write(QUERY, |piece| sink.canonical(piece))?;
        sink.canonical(b"=")?;
        value.write(QUERY, |piece| sink.canonical(piece))
    }

    /// Those of query authentication in a row, as they stand in nearly every link.
    #[inline(always)]
    fn walk_added_parameters(&self, sink: &mut impl Sink) -> fmt::Result {
        if let Authentication::Query { shared: Some(shared), .. } = self.parts.authentication {
            sink.canonical(shared.as_bytes())?;
        } else {
            self.parts.authentication.write_shared(self.parts.now, sink)?;
        }
        self.walk_signed_headers(sink)
    }

    #[inline(always)]
    fn walk_signed_headers(&self, sink: &mut impl Sink) -> fmt::Result {
        if let [HOST] = self.order.headers() {
            return sink.canonical(b"host");
        }
        self.header_names(|piece| match piece {
            ";" => sink.canonical(b"%3B"),
            name if self.order.names_are_plain => sink.canonical(name.as_bytes()),
            name => Text::Raw(name).write(QUERY, |piece| sink.canonical(piece)),
        })
    }

    /// One of them, where another parameter of the request may come in between.
    fn walk_added_parameter(&self, added: usize, sink: &mut impl Sink) -> fmt::Result {
        let Authentication::Query { credential, session_token, expires, .. } = self.parts.authentication else {
            return Ok(());
        };
        sink.canonical(ADDED_PARAMETERS[added].as_bytes())?;
        sink.canonical(b"=")?;
        match added {
            0 => sink.canonical(b"AWS4-HMAC-SHA256"),
            1 => sink.canonical(credential[CREDENTIAL.0.len()..credential.len() - CREDENTIAL.1.len()].as_bytes()),
            2 => sink.canonical(self.parts.now.as_bytes()),
            3 => sink.canonical(Decimal::new((*expires).into()).as_bytes()),
            4 | 5 => sink.canonical(session_token.map_or("", |(_, token)| token).as_bytes()),
            _ => self.walk_signed_headers(sink),
        }
    }

    #[inline]
    fn walk_headers(&self, sink: &mut impl Sink) -> fmt::Result {
        match self.parts.authentication {
            Authentication::Received(signed) => self.walk_received_headers(*signed, sink),
            _ => self.walk_lines::<false>(sink, |name| self.order.names_are_plain.then_some(name)),
        }
    }

    fn walk_received_headers(&self, signed: SignedNames<'_>, sink: &mut impl Sink) -> fmt::Result {
        if self.order.names_are_plain {
            return self.walk_lines::<true>(sink, Some);
        }
        let mut listed = signed.iter();
        self.walk_lines::<true>(sink, |_| listed.next().and_then(Text::as_raw))
    }

    /// A line for each signed header. Some of the names are at hand in lower case.
    #[inline]
    fn walk_lines<'n, const RECEIVED: bool>(
        &self,
        sink: &mut impl Sink,
        mut lower: impl FnMut(&'r str) -> Option<&'n str>,
    ) -> fmt::Result
    where
        'r: 'n,
    {
        let mut previous = "";
        for (i, id) in self.order.headers().iter().enumerate() {
            let (name, value) = self.parts.header::<RECEIVED>(*id);
            if i > 0 && is(name, previous) {
                sink.canonical(b",")?;
            } else {
                if i > 0 {
                    sink.canonical(b"\n")?;
                }
                put_name(name, lower(name), |piece| sink.canonical(piece.as_bytes()))?;
                sink.canonical(b":")?;
            }
            previous = name;
            if usize::from(*id) < MAX_HEADERS || RECEIVED {
                folded(value, |piece| sink.canonical(piece))?;
            } else {
                sink.canonical(value)?;
            }
        }
        sink.canonical(b"\n")
    }

    /// The names of the signed headers, once each, joined by `;`.
    #[inline]
    pub(crate) fn header_names(&self, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        if let [HOST] = self.order.headers() {
            return put("host");
        }
        match self.parts.authentication {
            Authentication::Received(signed) => self.received_names(*signed, put),
            _ => self.list_names::<false>(put, |name| self.order.names_are_plain.then_some(name)),
        }
    }

    fn received_names(&self, signed: SignedNames<'_>, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        if let Some(list) = signed.as_signed() {
            return put(list);
        }
        let mut listed = signed.iter();
        self.list_names::<true>(put, |_| listed.next().and_then(Text::as_raw))
    }

    #[inline]
    fn list_names<'n, const RECEIVED: bool>(
        &self,
        mut put: impl FnMut(&str) -> fmt::Result,
        mut lower: impl FnMut(&'r str) -> Option<&'n str>,
    ) -> fmt::Result
    where
        'r: 'n,
    {
        let mut previous = "";
        for (i, id) in self.order.headers().iter().enumerate() {
            let name = self.parts.header_name::<RECEIVED>(*id);
            if i > 0 && is(name, previous) {
                continue;
            }
            if i > 0 {
                put(";")?;
            }
            put_name(name, lower(name), &mut put)?;
            previous = name;
        }
        Ok(())
    }
}

/// Where the walk writes.
pub(crate) trait Sink {
    /// Takes a piece of the canonical request.
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result;

    /// From here on, the canonical request is sent in the URL as well.
    fn begin_sent(&mut self) {}

    /// From here on as well, behind a question mark.
    fn begin_sent_query(&mut self) -> fmt::Result {
        Ok(())
    }

    /// Up to here.
    fn end_sent(&mut self) {}

    /// Takes a piece that is sent in the URL, and is no piece of the canonical request.
    fn sent(&mut self, _text: &str) -> fmt::Result {
        Ok(())
    }
}

impl<const N: usize> Sink for Assembled<N> {
    #[inline(always)]
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        self.push(bytes);
        Ok(())
    }
}

impl Sink for String {
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        self.write_str(ascii(bytes)?)
    }
}

impl Sink for fmt::Formatter<'_> {
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        bytes.utf8_chunks().try_for_each(|chunk| {
            self.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { self.write_char(char::REPLACEMENT_CHARACTER) }
        })
    }
}

/// Removes dot segments and empty ones: RFC 3986, section 5.2.4, as AWS's own library and botocore do it.
pub(crate) fn normalized(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len());
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    if kept.is_empty() || path.ends_with('/') {
        out.push('/');
    }
    out
}

/// Writes a header's name, which may be at hand in lower case.
#[inline]
fn put_name(name: &str, lower: Option<&str>, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
    match lower {
        Some(lower) => put(lower),
        None => lower_case(name, put),
    }
}

/// Writes ASCII text in lower case.
fn lower_case(text: &str, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
    text.as_bytes().chunks(64).try_for_each(|chunk| put(Lower([0; 64]).fill(chunk)?))
}

/// Zeros for some letters, in a place where text is looked at eight bytes at a time.
#[repr(align(8))]
struct Lower([u8; 64]);

impl Lower {
    #[inline(never)]
    fn fill(&mut self, chunk: &[u8]) -> Result<&str, fmt::Error> {
        self.0.get_mut(..chunk.len()).ok_or(fmt::Error)?.copy_from_slice(chunk);
        self.0.make_ascii_lowercase();
        // With the zeros behind it, so that no byte is looked at alone.
        let lower = core::str::from_utf8(&self.0).ok();
        lower.and_then(|text| text.get(..chunk.len())).ok_or(fmt::Error)
    }
}

/// Writes a header's value trimmed and with runs of blanks folded; only U+0020 and tab are blanks.
#[inline]
fn folded(value: &[u8], mut put: impl FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
    let blank = |byte: u8| (byte == b' ') | (byte == b'\t');
    if all(value, |byte| !blank(byte)) || is_folded(value) {
        return put(value);
    }
    let words = value.split(|byte| blank(*byte)).filter(|word| !word.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            put(b" ")?;
        }
        put(word)?;
    }
    Ok(())
}

/// Whether all blanks of a value are single ones, U+0020 between words.
#[inline]
fn is_folded(value: &[u8]) -> bool {
    let [first, .., last] = value else { return false };
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    !blank(first) && !blank(last) && all_pairs(value, |a, b| (b != b'\t') & ((a != b' ') | (b != b' ')))
}
