//! A server's answer in XML, read as far as it helps: known elements, a bound on size and depth, no entities but XML's
//! own.

use crate::limits::{MAX_ERROR_BODY, MAX_ERROR_DEPTH};
use alloc::string::String;
use alloc::vec::Vec;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use zeroize::Zeroize;

/// The texts of known elements, the first of each name. They may be secrets, so they are wiped on drop.
pub(crate) struct Elements {
    names: &'static [&'static str],
    texts: Vec<Option<String>>,
    kind: Kind,
    end: End,
}

/// What an answer is, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Empty,
    Xml,
    Html,
    Json,
    Other,
}

impl Kind {
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Xml => "XML of another kind",
            Self::Html => "an HTML page",
            Self::Json => "JSON",
            Self::Other => "plain text",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// All of it was read, and every element ended.
    Whole,
    /// Something is missing, or was left unread.
    Open,
}

impl Elements {
    /// Reads of the body the elements of these names.
    pub(crate) fn read(names: &'static [&'static str], body: &[u8]) -> Self {
        let read = &body[..body.len().min(MAX_ERROR_BODY)];
        let mut this = Self { names, texts: Vec::new(), kind: kind(read), end: End::Open };
        this.texts.resize(names.len(), None);
        if this.kind == Kind::Xml {
            this.collect(read);
        }
        if read.len() < body.len() {
            this.end = End::Open;
        }
        this
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether nothing is missing: an element at the end of a body that was cut off has not all of its text.
    #[cfg(feature = "sts")]
    pub(crate) fn are_whole(&self) -> bool {
        self.end == End::Whole
    }

    /// The text of this element without blanks around it, unless that is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.texts[self.place(name.as_bytes())?].as_deref()
    }

    fn place(&self, name: &[u8]) -> Option<usize> {
        self.names.iter().position(|known| known.as_bytes() == name)
    }

    /// Stops at the first thing that is no XML, and keeps what it has read by then.
    fn collect(&mut self, body: &[u8]) {
        let mut reader = Reader::from_reader(body);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let (mut depth, mut open) = (0_usize, None);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    depth += 1;
                    if depth > MAX_ERROR_DEPTH {
                        return;
                    }
                    open = self.open(start.local_name().as_ref());
                }
                Ok(Event::Empty(start)) => drop(self.open(start.local_name().as_ref())),
                Ok(Event::End(_)) => {
                    depth = depth.saturating_sub(1);
                    open = None;
                }
                Ok(Event::Text(text)) => self.push(open, &text),
                Ok(Event::CData(text)) => self.push(open, &text),
                Ok(Event::GeneralRef(reference)) => self.push_reference(open, &reference),
                // Entities that a document type declares are never looked at.
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Ok(Event::Eof) => {
                    self.end = if depth == 0 { End::Whole } else { End::Open };
                    return;
                }
                Err(_) => return,
            }
        }
    }

    /// The place for an element's text, if it is known and the first of its name.
    fn open(&mut self, name: &[u8]) -> Option<usize> {
        let at = self.place(name)?;
        if self.texts[at].is_some() {
            return None;
        }
        self.texts[at] = Some(String::new());
        Some(at)
    }

    fn push(&mut self, open: Option<usize>, piece: &[u8]) {
        let Some(text) = open.and_then(|at| self.texts[at].as_mut()) else { return };
        let piece = String::from_utf8_lossy(piece);
        if text.capacity() - text.len() < piece.len() {
            // By hand, because a string that grows by itself leaves what it held behind.
            let mut wider = String::with_capacity(2 * text.len() + piece.len());
            wider.push_str(text);
            text.zeroize();
            *text = wider;
        }
        text.push_str(&piece);
    }

    fn push_reference(&mut self, open: Option<usize>, reference: &BytesRef<'_>) {
        let mut utf8 = [0; 4];
        let text = match &**reference {
            b"amp" => "&",
            b"lt" => "<",
            b"gt" => ">",
            b"quot" => "\"",
            b"apos" => "'",
            _ => match reference.resolve_char_ref() {
                Ok(Some(c)) => c.encode_utf8(&mut utf8),
                Ok(None) | Err(_) => "\u{fffd}",
            },
        };
        self.push(open, text.as_bytes());
    }
}

impl Drop for Elements {
    fn drop(&mut self) {
        self.texts.zeroize();
    }
}

pub(crate) fn kind(body: &[u8]) -> Kind {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let starts = |with: &str| body.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    match body.first() {
        None => Kind::Empty,
        Some(b'<') if starts("<!doctype html") || starts("<html") => Kind::Html,
        Some(b'<') => Kind::Xml,
        Some(b'{' | b'[') => Kind::Json,
        Some(_) => Kind::Other,
    }
}
