//! Uploads by aws-chunked: bodies of many lengths, by slices and by a reader, and tampered twins of them.

use crate::client::{Answer, Wire};
use crate::links::{Upload, sha256};
use crate::refusals::{refusal, with_other_end};
use crate::report::{Outcome, Report};
use crate::site::{Call, Site, wire};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3_sigv4::{ChunkSigner, ChunkedBody, ChunkedReader, Request, Signer, Timestamp};

type Trailer = (&'static str, fn(&[u8]) -> String);

/// How a body is sent: whether its chunks are signed, and the checksum behind it.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    is_signed: bool,
    trailer: Option<Trailer>,
}

const KINDS: [Kind; 5] = [
    Kind { name: "signed", is_signed: true, trailer: None },
    SIGNED_CRC32,
    Kind { name: "signed, with a SHA-256 behind it", is_signed: true, trailer: Some(SHA256) },
    UNSIGNED_CRC32,
    Kind { name: "unsigned, with a SHA-256 behind it", is_signed: false, trailer: Some(SHA256) },
];
const SIGNED_CRC32: Kind = Kind { name: "signed, with a CRC-32 behind it", is_signed: true, trailer: Some(CRC32) };
const UNSIGNED_CRC32: Kind = Kind { name: "unsigned, with a CRC-32 behind it", is_signed: false, trailer: Some(CRC32) };
const CRC32: Trailer = ("x-amz-checksum-crc32", |data| STANDARD.encode(crc32fast::hash(data).to_be_bytes()));
const SHA256: Trailer = ("x-amz-checksum-sha256", sha256);

const LENGTHS: [usize; 7] = [0, 1, 8191, 8192, 65_536, 65_537, 200_000];

/// Changes the framed body, the chunks of which are of `CHUNK` bytes.
type Tamper = fn(&mut Vec<u8>) -> Outcome;

const TWINS: &[(Kind, &str, Tamper)] = &[
    (KINDS[0], "a byte of the first chunk", |body| change(body, "\r\naaa", 2)),
    (KINDS[0], "a byte of the last chunk", |body| change(body, "aaa\r\n0;", 0)),
    (KINDS[0], "the first chunk's signature", |body| change(body, FIRST, FIRST.len())),
    (KINDS[0], "the last chunk's signature", |body| change(body, LAST, LAST.len())),
    (KINDS[0], "the empty chunk's signature", |body| change(body, EMPTY, EMPTY.len())),
    (KINDS[0], "the last chunk missing", |body| cut(body, LAST, EMPTY)),
    (KINDS[0], "the empty chunk missing", |body| cut(body, EMPTY, "")),
    (KINDS[0], "the first chunk in place of the second", |body| {
        let end = find(body, "\r\n2000;")? + 2;
        let first = body[..end].to_vec();
        body.splice(end..2 * end, first);
        Ok(())
    }),
    (KINDS[0], "a chunk more", |body| {
        let at = find(body, "0;chunk")?;
        let more = format!("1;chunk-signature={}\r\na\r\n", "0".repeat(64));
        body.splice(at..at, more.into_bytes());
        Ok(())
    }),
    (SIGNED_CRC32, "a byte of the first chunk", |body| change(body, "\r\naaa", 2)),
    (SIGNED_CRC32, "a byte of the first chunk and the checksum", |body| {
        change(body, "\r\naaa", 2)?;
        recompute(body)
    }),
    (SIGNED_CRC32, "the first chunk's signature", |body| change(body, FIRST, FIRST.len())),
    (SIGNED_CRC32, "the empty chunk's signature", |body| change(body, EMPTY, EMPTY.len())),
    (SIGNED_CRC32, "the trailing checksum", |body| change(body, CHECKSUM, CHECKSUM.len())),
    (SIGNED_CRC32, "the trailing signature", |body| change(body, SIGNATURE, SIGNATURE.len())),
    (SIGNED_CRC32, "the trailing signature missing", |body| cut(body, SIGNATURE, "\r\n")),
    (SIGNED_CRC32, "the trailing checksum missing", |body| cut(body, CHECKSUM, SIGNATURE)),
    (SIGNED_CRC32, "the last chunk missing", |body| cut(body, LAST, EMPTY)),
    (UNSIGNED_CRC32, "a byte of the first chunk", |body| change(body, "\r\naaa", 2)),
    (UNSIGNED_CRC32, "the trailing checksum", |body| change(body, CHECKSUM, CHECKSUM.len())),
    (UNSIGNED_CRC32, "the trailing checksum missing", |body| cut(body, CHECKSUM, "")),
    (UNSIGNED_CRC32, "the last chunk missing", |body| cut(body, "\r\n1002\r\n", "\r\n0\r\n")),
];

pub fn run(site: &Site, report: &mut Report) {
    for kind in KINDS {
        for length in LENGTHS {
            let data = data(length);
            let case = format!("{}, {length} bytes by slices", kind.name);
            report.check("chunked", &case, by_slices(site, kind, &data));
            let case = format!("{}, {length} bytes by a reader", kind.name);
            report.check("chunked", &case, by_reader(site, kind, &data));
        }
    }
    for kind in [KINDS[0], SIGNED_CRC32, UNSIGNED_CRC32] {
        report.check("chunked", &format!("{}, what the twins start from", kind.name), by_slices(site, kind, TWIN));
        report.check("chunked", &format!("{}, with an encoding of its own", kind.name), encoded(site, kind));
        report.check("chunked", &format!("{}, with its length signed", kind.name), length_signed(site, kind));
        report.check("chunked", &format!("{}, a part of an upload", kind.name), part(site, kind));
    }
    for (kind, case, tamper) in TWINS {
        let case = format!("{}: {case}", kind.name);
        report.check("refused chunks", &case, is_refused(site, *kind, *tamper));
    }
}

fn by_slices(site: &Site, kind: Kind, data: &[u8]) -> Outcome {
    site.client.send(&put(site, kind, data, &[])?)?.has_status(&[200])?;
    has(site, data).map(drop)
}

/// In chunks of the usual size. The checksum is made once all has been read.
fn by_reader(site: &Site, kind: Kind, data: &[u8]) -> Outcome {
    let trailers = kind.announced();
    let body = kind.body(data.len())?.with_trailers(&trailers)?;
    let request = site.bucket.put(KEY)?;
    let signed = site.signer.sign_chunked(&request, &body, Timestamp::now())?;
    let wire = wire("PUT", &request.url().to_string(), &signed.headers().collect::<Vec<_>>(), b"")?;
    let mut reader = ChunkedReader::with_trailers(signed.into_chunks(), data, |_, trailers| {
        trailers.extend(kind.trailers(data).map(|(name, value)| (name.to_owned(), value)));
    });
    site.client.send_read(&wire, &mut reader)?.has_status(&[200])?;
    has(site, data).map(drop)
}

/// The same for a session, the token of which is signed.
pub fn upload(site: &Site, signer: &Signer) -> Outcome {
    let data = data(20_000);
    site.client.send(&framed(signer, site.bucket.put(KEY)?, SIGNED_CRC32, &data, &[])?)?.has_status(&[200])?;
    has(site, &data).map(drop)
}

/// The object keeps its own encoding, and aws-chunked is taken off.
fn encoded(site: &Site, kind: Kind) -> Outcome {
    let data = data(20_000);
    let headers = [("content-encoding", "gzip"), ("x-amz-meta-color", "red"), ("content-type", "text/x-interop")];
    site.client.send(&put(site, kind, &data, &headers)?)?.has_status(&[200])?;
    let answer = has(site, &data)?;
    answer.has_header("x-amz-meta-color", b"red")?.has_header("content-type", b"text/x-interop")?;
    answer.has_header("content-encoding", b"gzip")?;
    Ok(())
}

fn length_signed(site: &Site, kind: Kind) -> Outcome {
    let data = data(20_000);
    let wire = put(site, kind, &data, &[("content-length", "0")])?;
    let authorization = wire.headers().get("authorization").ok_or("no authorization")?.to_str()?;
    if !authorization.contains("content-length;") {
        return Err(format!("content-length is not signed: {authorization}").into());
    }
    site.client.send(&wire)?.has_status(&[200])?;
    has(site, &data).map(drop)
}

fn part(site: &Site, kind: Kind) -> Outcome {
    let data = data(20_000);
    let upload = Upload::begin(site, KEY)?;
    let request = site.bucket.upload_part(KEY, 1, upload.id())?;
    let tag = site.client.send(&framed(&site.signer, request, kind, &data, &[])?)?.tag()?;
    upload.complete(&[tag])?.has_status(&[200])?;
    has(site, &data).map(drop)
}

/// The answer is a refusal, and the object is what it was.
fn is_refused(site: &Site, kind: Kind, tamper: Tamper) -> Outcome {
    site.send_signed(&Call::put(KEY, OLD))?.has_status(&[200])?;
    let mut twin = put(site, kind, TWIN, &[])?;
    let honest = twin.body().clone();
    tamper(twin.body_mut())?;
    if *twin.body() == honest {
        return Err("nothing was changed".into());
    }
    let length = twin.body().len().to_string();
    twin.headers_mut().insert("content-length", length.parse()?);
    // The checksum behind chunks that are not signed is the server's to check.
    let answer = if kind.is_signed { site.send_twin(&twin)? } else { site.client.send(&twin)? };
    if answer.status >= 300 {
        has(site, OLD)?;
    }
    refusal(&answer)
}

fn put(site: &Site, kind: Kind, data: &[u8], headers: &[(&str, &str)]) -> Outcome<Wire> {
    framed(&site.signer, site.bucket.put(KEY)?, kind, data, headers)
}

/// The request with these headers and its whole body.
fn framed(signer: &Signer, request: Request<'_>, kind: Kind, data: &[u8], headers: &[(&str, &str)]) -> Outcome<Wire> {
    let trailers = kind.announced();
    let body = kind.body(data.len())?.with_chunk_size(CHUNK)?.with_trailers(&trailers)?;
    let request = request.with_headers(headers);
    let signed = signer.sign_chunked(&request, &body, Timestamp::now())?;
    // What signing sets comes in place of what the request had.
    let kept = headers.iter().filter(|(name, _)| !signed.headers().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    let headers: Vec<_> = kept.copied().chain(signed.headers()).collect();
    let mut wire = wire("PUT", &request.url().to_string(), &headers, b"")?;
    *wire.body_mut() = frame(signed.into_chunks(), kind, data)?;
    if wire.body().len() as u64 != body.framed_length() {
        return Err(format!("{} bytes of {} announced", wire.body().len(), body.framed_length()).into());
    }
    Ok(wire)
}

fn frame(mut chunks: ChunkSigner<'_>, kind: Kind, data: &[u8]) -> Outcome<Vec<u8>> {
    let (mut out, mut rest) = (Vec::new(), data);
    while !rest.is_empty() {
        let (chunk, others) = rest.split_at(usize::try_from(chunks.next_length())?);
        out.extend(chunks.chunk(chunk)?.as_bytes());
        out.extend(chunk);
        out.extend(b"\r\n");
        rest = others;
    }
    let trailers: Vec<_> = kind.trailers(data).collect();
    let trailers: Vec<_> = trailers.iter().map(|(name, value)| (*name, &**value)).collect();
    out.extend(chunks.finish(&trailers)?.into_bytes());
    Ok(out)
}

impl Kind {
    fn body(&self, length: usize) -> Outcome<ChunkedBody<'static>> {
        let length = u64::try_from(length)?;
        Ok(if self.is_signed { ChunkedBody::signed(length) } else { ChunkedBody::unsigned(length) })
    }

    fn trailers(&self, data: &[u8]) -> impl Iterator<Item = (&'static str, String)> {
        self.trailer.into_iter().map(|(name, checksum)| (name, checksum(data)))
    }

    /// The trailing headers with the lengths of their values.
    fn announced(&self) -> Vec<(&'static str, usize)> {
        self.trailers(b"").map(|(name, value)| (name, value.len())).collect()
    }
}

fn has(site: &Site, data: &[u8]) -> Outcome<Answer> {
    let answer = site.send_signed(&Call::new("GET", KEY))?;
    answer.has_status(&[200])?;
    if answer.body == data {
        Ok(answer)
    } else {
        Err(answer.wrong(&format!("the {} bytes that are there", data.len())))
    }
}

/// Bytes of every value, no two chunks of which are alike.
fn data(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 251 + at / 65_536) as u8).collect()
}

/// Where the first such text begins.
fn find(body: &[u8], text: &str) -> Outcome<usize> {
    let found = body.windows(text.len()).position(|window| window == text.as_bytes());
    Ok(found.ok_or_else(|| format!("the body has no {text:?}"))?)
}

/// Changes the byte so far behind the beginning of the first such text.
fn change(body: &mut [u8], text: &str, offset: usize) -> Outcome {
    let at = find(body, text)? + offset;
    let other = with_other_end(std::str::from_utf8(&body[at..=at])?);
    body[at] = other.as_bytes()[0];
    Ok(())
}

/// Takes out everything from the one text up to the other behind it, or to the end.
fn cut(body: &mut Vec<u8>, from: &str, to: &str) -> Outcome {
    let start = find(body, from)?;
    let end = if to.is_empty() { body.len() } else { start + find(&body[start..], to)? };
    body.drain(start..end);
    Ok(())
}

/// Sets the checksum that goes with the changed data.
fn recompute(body: &mut [u8]) -> Outcome {
    let mut data = TWIN.to_vec();
    data[0] = body[find(body, "\r\n")? + 2];
    let at = find(body, CHECKSUM)? + CHECKSUM.len();
    body[at..at + 8].copy_from_slice((CRC32.1)(&data).as_bytes());
    Ok(())
}

const KEY: &str = "chunked/object & é.bin";
const OLD: &[u8] = b"what was there before";
/// The least that S3 allows.
const CHUNK: usize = 8192;
/// The data of the twins: two whole chunks and a last one.
const TWIN: &[u8] = &[b'a'; 2 * CHUNK + 4098];
const FIRST: &str = "2000;chunk-signature=";
const LAST: &str = "1002;chunk-signature=";
const EMPTY: &str = "0;chunk-signature=";
const CHECKSUM: &str = "x-amz-checksum-crc32:";
const SIGNATURE: &str = "x-amz-trailer-signature:";
