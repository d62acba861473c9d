//! A server's error body, read as far as it helps: known elements, a bound on size and depth, no entities but XML's own.

use crate::limits::{MAX_ERROR_BODY, MAX_ERROR_DEPTH};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The elements that say something. Amazon's names; the others use the same ones, or none.
///
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, and the bodies in the issue trackers
/// of the servers: minio/minio#2986 (S3, with both texts), xcir/libvmod-awsrest#32 and
/// googleapis/google-cloud-ruby#8138 (Google, with `Details`), WWBN/AVideo#9667 (R2), versity/versitygw#1514 and #2116
/// (clock and expiry), minio/minio#2638 (`X-Amz-Date` in milliseconds).
const NAMES: [&str; 26] = [
    "Code",
    "Message",
    "Details",
    "AWSAccessKeyId",
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "StringToSign",
    "StringToSignBytes",
    "Region",
    "Endpoint",
    "RequestTime",
    "ServerTime",
    "MaxAllowedSkewMilliseconds",
    "X-Amz-Date",
    "X-Amz-Expires",
    "Expires",
    "HeadersNotSigned",
    "MissingHeaderName",
    "ParameterName",
    "ClientComputedContentSHA256",
    "S3ComputedContentSHA256",
    "ProposedSize",
    "MaxSizeAllowed",
    "MinSizeAllowed",
    "Resource",
    "Condition",
];

/// What the body holds, the first element of each name.
pub(super) struct Body {
    elements: [Option<String>; NAMES.len()],
    /// What it is, if no error's code was found in it.
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Xml,
    Html,
    Json,
    Other,
}

impl Body {
    pub(super) fn read(body: &[u8]) -> Self {
        let body = &body[..body.len().min(MAX_ERROR_BODY)];
        let mut this = Self { elements: [const { None }; NAMES.len()], kind: kind(body) };
        if this.kind == Kind::Xml {
            this.collect(body);
        }
        this
    }

    /// The text of this element without blanks around it, unless that is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn message(&self) -> &str {
        self.get("Message").unwrap_or_default()
    }

    /// The server's canonical request, and its string to sign.
    ///
    /// The hexadecimal twins are exact where XML may not hold a character or changes a line end. API Gateway and the
    /// query APIs write both texts into the message.
    pub(super) fn texts(&self) -> (Option<String>, Option<String>) {
        let element = |name, bytes| {
            let exact = self.get(bytes).and_then(unhex);
            exact
                .or_else(|| self.raw(name).map(|text| text.replace("\r\n", "\n")))
                .filter(|text| !text.trim().is_empty())
        };
        let canonical = element("CanonicalRequest", "CanonicalRequestBytes");
        let string = element("StringToSign", "StringToSignBytes");
        if canonical.is_some() || string.is_some() {
            return (canonical, string);
        }
        let rest = self.message().split_once("The Canonical String for this request should have been\n'");
        let texts = rest.and_then(|(_, rest)| rest.split_once("'\n\nThe String-to-Sign should have been\n'"));
        texts.map_or((None, None), |(canonical, rest)| {
            let string = rest.split_once('\'').map(|(string, _)| string.to_string());
            (Some(canonical.to_string()), string)
        })
    }

    fn raw(&self, name: &str) -> Option<&str> {
        let at = NAMES.iter().position(|known| *known == name)?;
        self.elements[at].as_deref()
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
                Ok(Event::Eof) | Err(_) => return,
            }
        }
    }

    /// The place for an element's text, if it is known and the first of its name.
    fn open(&mut self, name: &[u8]) -> Option<usize> {
        let at = NAMES.iter().position(|known| known.as_bytes() == name)?;
        if self.elements[at].is_some() {
            return None;
        }
        self.elements[at] = Some(String::new());
        Some(at)
    }

    fn push(&mut self, open: Option<usize>, text: &[u8]) {
        if let Some(element) = open.and_then(|at| self.elements[at].as_mut()) {
            element.push_str(&String::from_utf8_lossy(text));
        }
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

fn kind(body: &[u8]) -> Kind {
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

/// Reads `41 57 53`, as text.
fn unhex(digits: &str) -> Option<String> {
    let pair = |pair: &str| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2);
    let bytes = digits.split_ascii_whitespace().map(pair).collect::<Option<Vec<_>>>()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
