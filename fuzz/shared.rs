//! What the targets share: bounds on memory, and requests out of text.
#![allow(dead_code, unused_imports, reason = "each target uses a part")]

#[path = "../tests/naive/mod.rs"]
pub(crate) mod naive;
#[path = "../tests/util/mod.rs"]
pub(crate) mod util;

use core::time::Duration;
use s3_sigv4::{
    ChunkDecoder, ChunkFraming, Claim, ErrorResponse, Inspection, PayloadHash, Request, Service, Signature, Signer,
    Verifier, VerifyError, VerifyingKey,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use util::{ACCESS_KEY, Incoming, now};

pub(crate) const HOST: &str = "examplebucket.s3.amazonaws.com";
pub(crate) const ORIGIN: &str = "https://examplebucket.s3.amazonaws.com";

/// Holds what runs to `per_byte * bytes + fixed` bytes of memory at any moment, and to sixteen times as much in all, so
/// that work which copies what it has over and over is found as well.
#[track_caller]
pub(crate) fn bounded<T>(bytes: usize, (per_byte, fixed): (usize, usize), run: impl FnOnce() -> T) -> T {
    let bound = per_byte * bytes + fixed;
    let (held, allocated) = (HELD.get(), ALLOCATED.get());
    MOST.set(held);
    let result = run();
    let (most, allocated) = (MOST.get() - held, ALLOCATED.get() - allocated);
    assert!(most <= bound as isize, "{bytes} bytes made it hold {most}, more than {bound}");
    assert!(allocated <= 16 * bound, "{bytes} bytes made it allocate {allocated}, more than 16 * {bound}");
    result
}

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator; counting touches only a thread's own cells.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get() + layout.size() as isize);
        MOST.set(MOST.get().max(HELD.get()));
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get() - layout.size() as isize);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The head of a request as text: `METHOD target`, and a line `name: value` for each header.
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut lines = text.split(|byte| *byte == b'\n');
        let first = String::from_utf8_lossy(lines.next().unwrap_or_default());
        let (method, target) = first.split_once(' ').unwrap_or(("GET", &first));
        let header = |line: &[u8]| {
            let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            let value = line.get(at + 1..).unwrap_or_default();
            (String::from_utf8_lossy(&line[..at]).into_owned(), value.strip_prefix(b" ").unwrap_or(value).to_vec())
        };
        Self { method: method.into(), target: target.into(), headers: lines.map(header).collect() }
    }

    /// The target as raw text, nothing of it encoded yet: the path, and names with their values.
    pub(crate) fn path_and_query(&self) -> (&str, Vec<(&str, &str)>) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        (path, pairs(query, '&'))
    }

    /// The headers whose values are text.
    pub(crate) fn texts(&self) -> Vec<(&str, &str)> {
        self.headers.iter().filter_map(|(name, value)| Some((&**name, str::from_utf8(value).ok()?))).collect()
    }

    /// Of them those that no rule treats apart: the twin does not know which are never signed, or set by signing.
    pub(crate) fn plain_texts(&self) -> Vec<(&str, &str)> {
        let known = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["content-type", "range"].contains(&&*name) || name.starts_with("x-amz-meta-")
        };
        self.texts().into_iter().filter(|(name, _)| known(name)).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (&**name, &**value)).collect()
    }
}

/// `name=value`, as often as it stands there.
pub(crate) fn pairs(text: &str, between: char) -> Vec<(&str, &str)> {
    let pieces = text.split(between).filter(|_| !text.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, ""))).collect()
}

pub(crate) fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// A form, and the policy that it fits: a condition for each of its fields.
///
/// A line `name=value` is a field; of a value with a `*` what stands in front of it is the prefix that is asked for.
pub(crate) struct Fitting {
    /// Name, value, and how many characters of it are fixed, if not all.
    fields: Vec<(String, String, Option<usize>)>,
}

impl Fitting {
    pub(crate) fn of(lines: &str) -> Self {
        // What a form needs anyway, has another meaning, or is added to be refused.
        let known = ["bucket", "file", "key", "policy", "unheard-of", "x-ignore-"];
        let signing = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"];
        let mut fields = vec![("key".to_owned(), "cats/${filename}".to_owned(), Some(5))];
        for (name, value) in pairs(lines, '\n') {
            let plain = name.to_ascii_lowercase();
            let odd = name.is_empty() || known.iter().chain(&signing).any(|known| plain.starts_with(known));
            let twice = fields.iter().any(|(other, ..)| other.eq_ignore_ascii_case(name));
            if !odd && !twice && !name.contains(char::is_control) && !value.contains(char::is_control) {
                let fixed = value.chars().position(|c| c == '*');
                // A prefix is asked of each of a Content-Type's types.
                let value = if fixed.is_some() { value.replace(['*', ','], "") } else { value.into() };
                fields.push((name.into(), value, fixed));
            }
        }
        fields.truncate(64);
        Self { fields }
    }

    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect()
    }

    /// The same with a field more, less, twice or with another value.
    pub(crate) fn changed(&self, how: u8, at: u8) -> Vec<(String, String)> {
        let (mut fields, at) = (self.fields(), usize::from(at) % self.fields.len());
        let (name, value, fixed) = &self.fields[at];
        match how % 4 {
            0 => fields.insert(at, ("unheard-of".into(), "1".into())),
            1 => drop(fields.remove(at)),
            2 if *fixed != Some(0) => fields[at].1.insert(0, if value.starts_with('~') { '!' } else { '~' }),
            _ => fields.push((name.to_ascii_uppercase(), value.clone())),
        }
        fields
    }

    pub(crate) fn policy(&self) -> String {
        let text = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let signing: Vec<_> = signer(true).policy_fields(now()).collect();
        let signing = signing.iter().map(|(name, value)| (*name, &**value, None));
        let own = self.fields.iter().map(|(name, value, fixed)| (&**name, &**value, *fixed));
        let condition = |(i, (name, value, fixed)): (usize, (&str, &str, Option<usize>))| {
            let (of, value) = (text(&format!("${name}")), value.replace("${filename}", "cat.jpg"));
            match fixed {
                Some(fixed) => {
                    format!("[\"starts-with\",{of},{}]", text(&value.chars().take(fixed).collect::<String>()))
                }
                None if i % 2 == 0 => format!("[\"eq\",{of},{}]", text(&value)),
                None => format!("{{{}:{}}}", text(name), text(&value)),
            }
        };
        let conditions = signing.chain([("bucket", "examplebucket", None)]).chain(own).enumerate().map(condition);
        let conditions = conditions.collect::<Vec<_>>().join(",");
        format!("{{\"expiration\":\"2013-05-24T01:00:00Z\",\"conditions\":[{conditions}]}}")
    }
}

/// S3's rules, or the general ones.
pub(crate) fn signer(s3: bool) -> Signer {
    Signer::for_service(util::credentials(), service(s3), "us-east-1", now()).expect("a signer")
}

pub(crate) fn service(s3: bool) -> Service {
    Service::new(if s3 { "s3" } else { "service" }).expect("a service")
}

/// What `%XX` stands for.
pub(crate) fn decoded(text: &str) -> Vec<u8> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}

/// The request in a text, signed and sent as a link and with headers, where it can be. A header of it whose name ends in
/// `token` has the token of the session that signs.
pub(crate) struct Sent {
    pub(crate) both: Vec<Incoming>,
    s3: bool,
    signer: Signer,
    token: Option<String>,
}

impl Sent {
    pub(crate) fn of(text: &[u8], s3: bool) -> Self {
        let head = Head::of(text);
        let ((path, query), mut headers) = (head.path_and_query(), head.texts());
        let is_token = |name: &str| name.to_ascii_lowercase().ends_with("token");
        let session = headers
            .iter()
            .filter(|(name, _)| is_token(name))
            .find_map(|(_, token)| Some((util::credentials().with_session_token(*token).ok()?, (*token).to_owned())));
        headers.retain(|(name, _)| !is_token(name));
        let (credentials, token) =
            session.map_or((util::credentials(), None), |(credentials, token)| (credentials, Some(token)));
        let signer = Signer::for_service(credentials, service(s3), "us-east-1", now()).expect("a signer");

        let mut both = Vec::new();
        if let Ok(request) = Request::new(&head.method, ORIGIN, path) {
            let request = request.with_query(&query).with_headers(&headers).allow_dot_segments();
            // A link of a streaming body can be signed, and is taken by nobody.
            let streams = |(name, value): &(&str, &str)| {
                name.eq_ignore_ascii_case("x-amz-content-sha256") && value.starts_with("STREAMING-")
            };
            if !headers.iter().any(streams) {
                both.extend(signer.presign(&request, Duration::from_secs(60), now()).map(|link| Incoming::link(&link)));
            }
            let signed = signer.sign(&request, PayloadHash::EMPTY, now());
            both.extend(signed.map(|signed| Incoming::signed(&request, &headers, &signed)));
        }
        Self { both, s3, signer, token }
    }

    /// The same where another token is expected, different in one character, if there is one at all.
    pub(crate) fn with_another_token(mut self, at: usize) -> Option<Self> {
        let mut token = self.token?.into_bytes();
        let at = at % token.len();
        token[at] = if token[at] == b'~' { b'!' } else { b'~' };
        self.token = Some(String::from_utf8(token).expect("ASCII"));
        Some(self)
    }

    /// The signed headers of one of them, or of what was made of it, as the verifier has them.
    pub(crate) fn verified(&self, incoming: &Incoming) -> Result<Vec<String>, VerifyError> {
        let verifier = Verifier::new("us-east-1").with_service(service(self.s3));
        incoming.claim(|claim| {
            let known = (claim.access_key_id() == ACCESS_KEY).then_some(self.signer.key());
            let mut key = VerifyingKey::from(known);
            if let Some(token) = &self.token {
                key = key.with_session_token(token);
            }
            let verified = verifier.verify(claim.with_payload(PayloadHash::EMPTY), key, now())?;
            Ok(verified.signed_headers().map(String::from).collect())
        })
    }
}

/// Everything that reads what a stranger sent, by itself.
pub(crate) const READERS: [fn(&str); 10] = [
    |text| drop(Inspection::of_link(text).to_string()),
    |text| drop(Inspection::of_headers(&Head::of(text.as_bytes()).texts()).to_string()),
    |text| drop(Inspection::of_request("GET", text, &[("host", text)]).to_string()),
    |text| drop(Inspection::of_headers(&[("authorization", text)]).to_string()),
    |text| drop(Inspection::of_form(&pairs(text, '\n')).to_string()),
    |text| drop(ErrorResponse::new(text).explain_alone().to_string()),
    |text| drop(Request::from_url("GET", text).map(|request| request.url().to_string())),
    |text| {
        let (head, signer) = (Head::of(text.as_bytes()), signer(false));
        let (headers, (path, query)) = (head.texts(), head.path_and_query());
        let request = Request::new(&head.method, ORIGIN, path);
        let request = request.map(|request| request.with_query(&query).with_headers(&headers));
        let _ = request.map(|request| signer.sign(&request, PayloadHash::EMPTY, now()).map(|it| it.signature()));
    },
    |text| {
        let (head, key) = (Head::of(text.as_bytes()), signer(false).key().clone());
        let headers = head.bytes();
        let request = Request::received(&head.method, HOST, &head.target);
        let claim = request.and_then(|request| Claim::parse(&request.with_header_bytes(&headers)));
        let verifier = Verifier::new("us-east-1").with_service(service(false));
        let _ =
            claim.and_then(|claim| verifier.verify(claim.with_payload(PayloadHash::EMPTY), &key, now()).map(|_| ()));
    },
    |text| {
        let framing = ChunkFraming::new(PayloadHash::STREAMING_UNSIGNED_TRAILER, 1 << 30, "x-amz-checksum-crc32");
        let (key, seed) = (signer(true).key().clone(), Signature::parse(&"0".repeat(64)));
        let decoder = ChunkDecoder::new(framing.expect("a framing"), seed.expect("digits"), key, now());
        let mut decoder = decoder.expect("the key's day").with_min_chunk(1);
        for byte in text.as_bytes().chunks(1) {
            let _ = decoder.feed(&mut &*byte);
        }
    },
];
