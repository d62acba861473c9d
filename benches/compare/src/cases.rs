//! The cases, each named for what a user does. A new one is a function here and its line in `all`.

use crate::fixture::{self, HOST, LIFETIME, Object, REGION, SECRET, Site, Upload, credentials, leak};
use crate::floor::{self, Floor};
use crate::measure::Subject;
use crate::peers;
use s3_sigv4::{
    ChunkedBody, Claim, CredentialScope, PayloadHash, Request, SigningKey, Timestamp, Verifier, VerifyError,
};
use sha2::{Digest, Sha256};
use std::hint::black_box;

pub const FLOOR: &str = "floor";
pub const OURS: &str = "s3-sigv4";

pub struct Case {
    pub name: &'static str,
    /// How many bytes of a body are hashed, where that is most of the work.
    pub body: Option<usize>,
    pub subjects: Vec<Subject>,
    /// Who is missing, and why.
    pub absent: Vec<(&'static str, &'static str)>,
}

pub fn all() -> Vec<Case> {
    let site = Site::new(None);
    let session = Site::new(Some(session_token()));
    vec![
        presign("presign/documented GET", site, "test.txt"),
        presign("presign/40-byte key with a space", site, "photos/2024/summer trip/IMG_20240614.jpg"),
        presign("presign/session token of 800 bytes", session, "test.txt"),
        presign("presign/1,000-byte key", site, &thousand_bytes()),
        presign_many("presign/many links at the same instant", site),
        sign(
            "sign/PUT with a small body",
            Upload::new(site, "test.txt", SMALL_BODY, &[("content-type", "text/plain")]),
        ),
        sign("sign/12 signed headers", Upload::new(site, "test.txt", SMALL_BODY, &NINE_HEADERS)),
        verify("verify/presigned URL", site, "test.txt"),
        verify("verify/session token of 800 bytes", session, "test.txt"),
        derive("key derivation", site),
        sign_chunk("chunk signing/64 KiB", site, 64 << 10),
        sign_chunk("chunk signing/1 MiB", site, 1 << 20),
    ]
}

/// A link from an object's key.
fn presign(name: &'static str, site: &'static Site, key: &str) -> Case {
    let object = leak(Object::new(site, key));
    let key = object.key;
    let floor = leak(Floor::of_link(site, &site.bucket.get(key).expect("a request")));
    let ours = site.link(key, site.now);
    let made = site.bucket.get(key).expect("a request");
    let mut subjects = vec![
        Subject::new(FLOOR, |_| floor.run(), |result, _| floor.check(result, &ours)),
        Subject::new(
            OURS,
            move |out| {
                let request = site.bucket.get(black_box(key)).expect("a request");
                site.signer.presign_to(out, &request, LIFETIME, site.now).expect("a link")
            },
            |_, url| assert_eq!(url, ours),
        ),
        Subject::new(
            "s3-sigv4, request at hand",
            move |out| site.signer.presign_to(out, black_box(&made), LIFETIME, site.now).expect("a link"),
            |_, url| assert_eq!(url, ours),
        ),
        Subject::new(
            "s3-sigv4, owned",
            move |_| {
                let request = site.bucket.get(black_box(key)).expect("a request");
                site.signer.presign(&request, LIFETIME, site.now).expect("a link")
            },
            |link, _| assert_eq!(link.url(), ours),
        ),
    ];
    let mut absent = Vec::new();
    for mut peer in peers::presigners(site) {
        if peer.name == "s3-presign" && site.token.is_some() {
            let link = (peer.presign)(object);
            assert!(!link.ends_with(&ours[ours.len() - 64..]), "s3-presign signs tokens now");
            absent.push((peer.name, "it does not encode the `=` of a token, so that its signature is another"));
            continue;
        }
        let check = |link: &String, _: &str| site.check_link(key, link, (peer.name, peer.dated));
        subjects.push(Subject::new(peer.name, move |_| (peer.presign)(black_box(object)), check));
    }
    Case { name, body: None, subjects, absent }
}

/// A hundred links, as for a page that lists a folder. Figures are for one of them.
fn presign_many(name: &'static str, site: &'static Site) -> Case {
    let keys = (0..100).map(|number| format!("photos/2024/summer trip/IMG_{number:04}.jpg"));
    let objects: &[Object] = leak(keys.map(|key| Object::new(site, &key)).collect::<Vec<_>>());
    let links: Vec<_> = objects.iter().map(|object| site.link(object.key, site.now)).collect();
    let requests = objects.iter().map(|object| site.bucket.get(object.key).expect("a request"));
    let floors: Vec<_> = requests.map(|request| Floor::of_link(site, &request)).collect();
    for (floor, link) in floors.iter().zip(&links) {
        floor.check(&floor.run(), link);
    }
    let mut made = Vec::new();
    many_links(site, objects, &mut String::new(), |link| made.push(link.to_string()));
    assert_eq!(made, links);

    let mut subjects = vec![
        Subject::new(FLOOR, move |_| floors.iter().for_each(|floor| _ = black_box(floor.run())), |_, _| ()),
        Subject::new(OURS, move |out| many_links(site, objects, out, |link| _ = black_box(link)), |_, _| ()),
    ];
    for mut peer in peers::presigners(site) {
        for object in objects {
            site.check_link(object.key, &(peer.presign)(object), (peer.name, peer.dated));
        }
        let run = move |_: &mut String| objects.iter().for_each(|object| drop(black_box((peer.presign)(object))));
        subjects.push(Subject::new(peer.name, run, |_, _| ()));
    }
    let subjects = subjects.into_iter().map(|subject| subject.per_run(objects.len())).collect();
    Case { name, body: None, subjects, absent: vec![] }
}

/// Our links of one instant, each sent off before the next is made.
fn many_links(site: &Site, objects: &[Object], out: &mut String, mut send: impl FnMut(&str)) {
    let links = site.signer.links(LIFETIME, site.now).expect("links");
    for object in objects {
        out.clear();
        let request = site.bucket.get(black_box(object.key)).expect("a request");
        links.presign_to(out, &request).expect("a link");
        send(out);
    }
}

/// A received link, from its target and headers as a server has them to the answer that it is signed. The floor is that
/// of signing it.
fn verify(name: &'static str, site: &'static Site, key: &str) -> Case {
    let link = site.link(key, site.now);
    let floor = leak(Floor::of_link(site, &site.bucket.get(key).expect("a request")));
    let target: &str = leak(fixture::target(&link).to_string());
    let headers = [("host", HOST), ("user-agent", "curl/8.14.1"), ("accept", "*/*")];
    let verifier = Verifier::new(REGION);
    let verify = move |target: &'static str| -> Result<Option<Timestamp>, VerifyError> {
        let incoming = Request::received("GET", HOST, target)?.with_headers(black_box(&headers));
        let verified = verifier.verify(Claim::parse(&incoming)?, site.verifying_key(), site.now)?;
        Ok(verified.valid_until())
    };
    let forged: &str = leak(target.replacen('t', "T", 1));
    assert_eq!(verify(forged), Err(VerifyError::SignatureMismatch));
    let until = site.now.plus(LIFETIME).expect("an instant");
    let subjects = vec![
        Subject::new(FLOOR, |_| floor.run(), |result, _| floor.check(result, &link)),
        Subject::new(OURS, move |_| verify(black_box(target)), |result, _| assert_eq!(*result, Ok(Some(until)))),
    ];
    let why = "it does not verify";
    let absent = ["rusty-s3", "aws-sigv4", "reqsign-aws-v4", "object_store", "s3-presign"].map(|name| (name, why));
    Case { name, body: None, subjects, absent: absent.into() }
}

/// An upload, its headers to a caller's buffer.
fn sign(name: &'static str, upload: &'static Upload) -> Case {
    let site = upload.site;
    let floor = leak(Floor::of_request(site, &upload.request(), upload.payload));
    let ours = site.signer.sign(&upload.request(), upload.payload, site.now).expect("signed");
    let check_lines = |lines: &str| {
        let mut expected = String::new();
        for (name, value) in ours.headers() {
            expected.extend([name, ": ", value, "\r\n"]);
        }
        assert_eq!(lines, expected);
    };
    let made = site.bucket.put(upload.object.key).expect("a request").with_headers(upload.headers);
    let mut subjects = vec![
        Subject::new(FLOOR, |_| floor.run(), |result, _| floor.check(result, ours.authorization())),
        Subject::new(
            OURS,
            move |out| {
                let request = site.bucket.put(black_box(upload.object.key)).expect("a request");
                let request = request.with_headers(black_box(upload.headers));
                site.signer.sign_to(out, &request, upload.payload, site.now).expect("signed")
            },
            |_, lines| check_lines(lines),
        ),
        Subject::new(
            "s3-sigv4, request at hand",
            move |out| site.signer.sign_to(out, black_box(&made), upload.payload, site.now).expect("signed"),
            |_, lines| check_lines(lines),
        ),
        Subject::new(
            "s3-sigv4, owned",
            move |_| {
                let request = site.bucket.put(black_box(upload.object.key)).expect("a request");
                let request = request.with_headers(black_box(upload.headers));
                site.signer.sign(&request, upload.payload, site.now).expect("signed")
            },
            |signed, _| assert_eq!(signed.authorization(), ours.authorization()),
        ),
    ];
    subjects.extend(peers::signers(upload));
    let absent = vec![("rusty-s3", "it makes links alone"), ("s3-presign", "it makes links alone")];
    Case { name, body: None, subjects, absent }
}

/// The key of a day, region and service.
fn derive(name: &'static str, site: &'static Site) -> Case {
    let expected = leak(site.key_bytes());
    let secret = format!("AWS4{SECRET}");
    let derive = move || {
        floor::derive(black_box(secret.as_bytes()), black_box(floor::day().as_bytes()), black_box(REGION.as_bytes()))
    };
    let credentials = credentials(None);
    let subjects = vec![
        Subject::new(FLOOR, move |_| derive(), |key, _| assert_eq!(key[..], expected[..])),
        Subject::new(
            OURS,
            move |_| {
                let scope = CredentialScope::new(black_box(REGION), "s3", site.now).expect("a scope");
                SigningKey::derive(&credentials, scope)
            },
            |key, _| assert_eq!(*key.export(), *site.signer.key().export()),
        ),
        peers::derive(|key| assert_eq!(key, expected)),
    ];
    let why = "it does not let the caller derive a key, and derives one for every signature";
    let absent = ["rusty-s3", "reqsign-aws-v4", "object_store", "s3-presign"].map(|name| (name, why)).into();
    Case { name, body: None, subjects, absent }
}

/// A chunk of an aws-chunked upload that never ends, each chained to the one before.
fn sign_chunk(name: &'static str, site: &'static Site, size: usize) -> Case {
    // One for all: copies would push each other out of the cache.
    let data: &[u8] = leak((0..size).map(|at| (at % 251) as u8).collect::<Vec<_>>());
    let body = ChunkedBody::signed(u64::from(u32::MAX) * size as u64).with_chunk_size(size).expect("a size");
    let request = site.bucket.put("chunkObject.txt").expect("a request");
    let chunks = || site.signer.sign_chunked(&request, &body, site.now).expect("signed");
    let seed = chunks().signature().to_string();
    let first = chunks().into_chunks().chunk(data).expect("a chunk").as_str().to_string();

    let mut ours = chunks().into_chunks();
    let subjects = vec![
        Subject::new(
            FLOOR,
            move |_| Sha256::digest(black_box(data)),
            |hash, _| assert_eq!(PayloadHash::from_sha256((*hash).into()), PayloadHash::of(data)),
        ),
        Subject::new(
            OURS,
            move |_| ours.chunk(black_box(data)).expect("a chunk"),
            |head, _| assert_eq!(head.as_str(), first),
        ),
        peers::sign_chunk(data, seed, |signature| {
            assert_eq!(first, format!("{size:x};chunk-signature={signature}\r\n"));
        }),
    ];
    let why = "it does not sign chunks";
    let absent = ["rusty-s3", "reqsign-aws-v4", "object_store", "s3-presign"].map(|name| (name, why)).into();
    Case { name, body: Some(size), subjects, absent }
}

const SMALL_BODY: &[u8] = b"Welcome to Amazon S3.";

/// With `host`, `x-amz-content-sha256` and `x-amz-date` they are twelve.
const NINE_HEADERS: [(&str, &str); 9] = [
    ("cache-control", "private, max-age=86400"),
    ("content-disposition", "attachment; filename=\"welcome.txt\""),
    ("content-language", "en-GB"),
    ("content-md5", "kLPQ1NDKAUBLvdFhQnI3aQ=="),
    ("content-type", "text/plain; charset=utf-8"),
    ("x-amz-meta-author", "Jane Doe"),
    ("x-amz-meta-project", "summer-campaign-2024"),
    ("x-amz-server-side-encryption", "AES256"),
    ("x-amz-storage-class", "STANDARD_IA"),
];

/// As long as those of STS, of the same characters.
fn session_token() -> String {
    let alphabet: Vec<_> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        alphabet[(state >> 26) as usize]
    };
    let token: String = (0..798).map(|_| next()).collect();
    token + "=="
}

fn thousand_bytes() -> String {
    let mut key = String::new();
    for part in 0.. {
        key += &format!("backup {part:03}/2024-06-14/");
        if key.len() > 1000 {
            break;
        }
    }
    key.truncate(1000);
    key
}
