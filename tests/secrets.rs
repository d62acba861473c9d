//! Nothing tells a secret: not the `Debug` or `Display` of any public type, no error, and no block of memory that is
//! handed back to the allocator.
#![cfg(all(
    feature = "config",
    feature = "explain",
    feature = "http",
    feature = "post",
    feature = "sts",
    feature = "tokens",
    feature = "url"
))]

mod util;

use core::any::type_name;
use core::fmt::{Debug, Display};
use core::time::Duration;
use s3_sigv4::config::*;
use s3_sigv4::sts::*;
use s3_sigv4::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use util::{Incoming, at, bucket, now};

const ID: &str = "ASIAMARKEDEXAMPLE";
const SECRET: &str = "MARKEDsecret/K7MDENG/bPxRfiCYEXAMPLEKEY+";
const TOKEN: &str = "MARKEDtoken//EXAMPLE+token==";
const TOKEN_ENCODED: &str = "MARKEDtoken%2F%2FEXAMPLE%2Btoken%3D%3D";
const CUSTOMER_KEY: &str = "MARKEDcustomerKEY0123456789";
const QUERY_VALUE: &str = "MARKEDqueryVALUE";
const MFA_CODE: &str = "987659";
const DAY: Duration = Duration::from_secs(86400);

/// The types that are there to be read out, and what of them is.
const TELL_BY_DISPLAY: [(&str, &str); 4] = [
    ("CanonicalRequest", "the text of AWS's documents, to be held against a server's"),
    ("ConsoleLink", "the link"),
    ("Presigned", "the link"),
    ("Signature", "its digits"),
];

fn credentials() -> Credentials {
    Credentials::new(ID, SECRET).and_then(|credentials| credentials.with_session_token(TOKEN)).expect("credentials")
}

/// The credentials file.
fn stored(secret: &str, token: &str) -> String {
    format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {secret}\naws_session_token = {token}\n")
}

/// What a `credential_process` prints.
fn printed() -> String {
    format!(
        "{{\"Version\": 1, \"AccessKeyId\": \"{ID}\", \"SecretAccessKey\": \"{SECRET}\", \"SessionToken\": \"{TOKEN}\", \
         \"Expiration\": \"2013-05-24T01:00:00Z\"}}"
    )
}

/// The credentials as STS gives them out.
fn answer_of_sts() -> String {
    format!(
        "<a><AccessKeyId>{ID}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>{TOKEN}</SessionToken><Expiration>2013-05-24T01:00:00Z</Expiration></a>"
    )
}

fn signer() -> Signer {
    Signer::new(credentials(), "us-east-1", now()).expect("a signer")
}

/// What was shown of the types so far.
#[derive(Default)]
struct Shown {
    debug: Vec<(String, String)>,
    display: Vec<(String, String)>,
}

impl Shown {
    fn debug<T: Debug>(&mut self, value: &T) {
        self.debug.push((name::<T>(), format!("{value:?} {value:#?}")));
    }

    fn both<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.display.push((name::<T>(), format!("{value} {value:#} {value:300}")));
    }
}

fn name<T>() -> String {
    let path = type_name::<T>().split('<').next().expect("a path");
    path.rsplit("::").next().expect("a name").into()
}

#[test]
fn no_debug_display_or_error_tells_a_secret() {
    let (signer, bucket, mut shown, mut secrets) = (signer(), bucket(), Shown::default(), Vec::new());
    let key = signer.key();
    let exported = key.export();
    let digits = exported.rsplit_once('=').expect("digits").1;
    let bytes: Vec<_> =
        (0..64).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("a byte")).collect();
    secrets.extend([SECRET, TOKEN, TOKEN_ENCODED, CUSTOMER_KEY, QUERY_VALUE, digits].map(String::from));
    secrets.push(format!("{}, {}, {}", bytes[0], bytes[1], bytes[2]));

    // Signing.
    let headers = [("x-amz-server-side-encryption-customer-key", CUSTOMER_KEY)];
    let query = [("token", QUERY_VALUE)];
    let request = bucket.put("cat.jpg").expect("a request").with_headers(&headers).with_query(&query);
    let lifetime = Lifetime::from(Duration::from_secs(900));
    let link = signer.presign(&request, lifetime, now()).expect("a link");
    let links = signer.links(lifetime, now()).expect("links");
    let signed = signer.sign(&request, PayloadHash::EMPTY, now()).expect("a signature");
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    let policy_text = "eyJNQVJLRUQiOiJwb2xpY3kifQ==";
    let policy = signer.sign_policy(policy_text, now()).expect("a signature");
    let trailers = [("x-amz-checksum-crc32c", 8)];
    let body = ChunkedBody::signed(5).with_trailers(&trailers).expect("a body");
    let chunked = signer.sign_chunked(&request, &body, now()).expect("a signature");
    let response = ResponseHeaders::new().with_cache_control("no-store");
    secrets.push(policy_text.into());
    secrets.push(link.url().rsplit_once('=').expect("a signature").1.into());
    secrets
        .extend([signed.signature(), policy.signature(), chunked.signature()].map(|signature| signature.to_string()));
    shown.debug(&credentials());
    shown.debug(&signer);
    shown.debug(key);
    shown.debug(&exported);
    shown.debug(&request);
    shown.debug(&request.with_response(&response));
    shown.debug(&response);
    shown.both(&link);
    shown.debug(&links);
    shown.debug(&signed);
    shown.both(&canonical);
    shown.both(&StringToSign::new(&canonical));
    shown.debug(&policy);
    shown.debug(&body);
    shown.debug(&chunked);
    shown.both(&signed.signature());
    let incoming_chunked = Incoming::with_headers(&request, &headers, chunked.headers());
    let mut chunks = chunked.into_chunks();
    shown.debug(&chunks);
    let head = chunks.chunk(b"hello").expect("a chunk");
    secrets.push(chunks.signature().to_string());
    shown.debug(&head);
    let end = chunks.finish(&[("x-amz-checksum-crc32c", "mnG7TA==")]).expect("the end");
    secrets.push(end.rsplit_once(':').expect("a trailer signature").1.trim().into());
    let again = signer.sign_chunked(&request, &ChunkedBody::signed(5), now()).expect("a signature").into_chunks();
    shown.debug(&ChunkedReader::new(again, &b"hello"[..]));

    // A form, and the policy of one.
    let policy = PostPolicy::for_key("cat.jpg").and_then(|policy| policy.with_exact(headers[0].0, CUSTOMER_KEY));
    let policy = policy.expect("a policy");
    let form = signer.post(&policy, &bucket, Duration::from_secs(900), now()).expect("a form");
    let fields: Vec<_> = form.fields().collect();
    for name in ["policy", "x-amz-signature"] {
        secrets.push(fields.iter().find(|(other, _)| *other == name).expect("a field").1.into());
    }
    shown.debug(&policy);
    shown.debug(&form);
    let mut others = fields.clone();
    others.iter_mut().filter(|(name, _)| *name == headers[0].0).for_each(|(_, value)| *value = QUERY_VALUE);
    shown.both(&form.matches(&others, "cat.jpg", 5).expect_err("another customer key"));

    // Verifying, with the right key and without.
    let verifier = Verifier::new("us-east-1");
    let (known, unknown) = (credentials(), None::<&Credentials>);
    shown.debug(&verifier);
    shown.debug(&VerifyingKey::from(&known));
    shown.debug(&VerifyingKey::from(key).with_session_token(TOKEN));
    let by_header = Incoming::signed(&request, &headers, &signed);
    for incoming in [&by_header, &Incoming::link(&link), &incoming_chunked] {
        let result = incoming.claim(|claim| {
            shown.debug(&claim);
            for key in [unknown, Credentials::new(ID, "another secret").ok().as_ref()] {
                shown.both(&verifier.verify(claim.clone(), key, now()).expect_err("the wrong key"));
            }
            let verified = verifier.verify(claim, &known, now())?;
            shown.debug(&verified);
            if verified.decoded_length().is_some() {
                let mut decoder = verified.chunks()?;
                shown.debug(&decoder);
                let framed = [head.as_bytes(), b"hallo\r\n"].concat();
                shown.both(&decoder.feed(&mut &*framed).expect_err("another chunk"));
            } else {
                shown.both(&verified.check_body(CUSTOMER_KEY.as_bytes()).err().unwrap_or(VerifyError::BodyMismatch));
                verified.body_hasher().iter().for_each(|hasher| shown.debug(hasher));
            }
            Ok(())
        });
        assert_eq!(result, Ok(()));
    }
    let claim = PostClaim::parse("examplebucket", &fields, "cat.jpg").expect("a claim");
    shown.debug(&claim);
    shown.both(&verifier.verify_post(claim.clone(), unknown, now()).expect_err("no key"));
    shown.debug(&verifier.verify_post(claim, &known, now()).expect("a form"));
    let framing = ChunkFraming::new(PayloadHash::STREAMING, 5, "").expect("a framing");
    shown.debug(&framing);
    shown.debug(&ChunkDecoder::new(framing, signed.signature(), key.clone(), now()).expect("a decoder"));
    shown.both(&VerifyError::SignatureMismatch.client_message());

    // Reading what others say.
    let inspections = [
        Inspection::of_link(link.url()),
        Inspection::of_headers(&signed.headers().chain(headers).collect::<Vec<_>>()),
        Inspection::of_request("GET", link.url(), &signed.headers().collect::<Vec<_>>()),
        Inspection::of_request("GET", &link.url()["https://".len()..], &[]),
        Inspection::of_form(&fields),
        Inspection::of_link(&format!(
            "https://x/?X-Amz-Signature={SECRET}&X-Amz-Security-Token={TOKEN}&X-Amz-Date={TOKEN}"
        )),
    ];
    for inspection in &inspections {
        shown.both(inspection);
        shown.display.push(("Inspection".into(), inspection.report_at(now()).to_string()));
        inspection.findings().iter().for_each(|finding| shown.both(finding));
        inspection.state_at(now()).iter().for_each(|state| shown.debug(state));
    }
    let server = canonical.to_string().replace("examplebucket.s3.amazonaws.com", "10.0.0.5:9000");
    let server = server.replace('&', "&amp;");
    let answer = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message><AWSAccessKeyId>{ID}</AWSAccessKeyId>\
         <StringToSign>AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\nabc</StringToSign>\
         <SignatureProvided>{}</SignatureProvided><CanonicalRequest>{server}</CanonicalRequest></Error>",
        signed.signature()
    );
    let answer = ErrorResponse::new(&answer).with_status(403).with_header("x-amz-security-token", TOKEN);
    shown.debug(&answer);
    for explanation in [answer.explain(&canonical), answer.explain_alone()] {
        shown.both(&explanation);
        shown.both(explanation.cause());
        explanation.difference().iter().for_each(|difference| {
            shown.both(*difference);
            shown.both(&difference.text());
        });
    }

    // Sessions and the console.
    let sts_endpoint = StsEndpoint::regional("us-east-1").expect("an endpoint");
    let role = "arn:aws:iam::123456789012:role/demo";
    let assume = AssumeRole::new(role, "a-b").and_then(|it| it.with_external_id(QUERY_VALUE)).expect("a role");
    let session_token = GetSessionToken::new().with_mfa(QUERY_VALUE, MFA_CODE).expect("a session");
    let jean = GetFederationToken::new("Jean").and_then(|it| it.with_policy(CUSTOMER_KEY)).expect("a user");
    let web = AssumeRoleWithWebIdentity::new(role, "a-b", TOKEN).expect("a role");
    let sent = signer.sign_sts(&session_token, &sts_endpoint, now()).expect("a request");
    let signin = credentials();
    let signin = GetSigninToken::new(&signin).expect("a session");
    let console = ConsoleEndpoint::aws("us-east-1").expect("an endpoint");
    let signin_token = SigninToken::parse(&format!("{{\"SigninToken\":\"{TOKEN}\"}}"), now()).expect("a token");
    secrets.push(sent.headers().find_map(|(_, it)| it.split_once("Signature=")).expect("a signature").1.into());
    secrets.push(MFA_CODE.into());
    shown.both(&sts_endpoint);
    shown.debug(&assume);
    shown.debug(&session_token);
    shown.debug(&jean);
    shown.debug(&web);
    shown.debug(&GetCallerIdentity);
    for request in [sent, web.request(&sts_endpoint), signin.request(&console, now()).expect("a request")] {
        shown.debug(&request);
    }
    shown.debug(&Session::parse(&answer_of_sts()).expect("a session"));
    let whose = format!("<a><Arn>{role}</Arn><UserId>a</UserId><Account>1</Account></a>");
    shown.debug(&CallerIdentity::parse(&whose).expect("an identity"));
    shown.debug(&signin);
    shown.both(&console);
    shown.debug(&signin_token);
    shown.both(&console.link(&signin_token, "https://console.aws.amazon.com", "a").expect("a link"));
    let long = TOKEN.repeat(3);
    secrets.push(long.clone());
    let refusal = format!("<a><Code>{long}</Code><Message>x-amz-security-token: {TOKEN}</Message></a>");
    for error in [
        Session::parse(&answer_of_sts().replace(SECRET, &format!("{SECRET}\n{SECRET}"))).err(),
        Session::parse(&answer_of_sts().replace(TOKEN, &format!("{TOKEN}é"))).err(),
        Session::parse(&answer_of_sts().replace("2013-05-24T01:00:00Z", TOKEN)).err(),
        SigninToken::parse(&format!("{{\"SigninToken\":\"{TOKEN} \"}}"), now()).err(),
        SigninToken::parse(TOKEN, now()).err(),
    ] {
        shown.both(&error.expect("a slip"));
    }
    let Err(StsError::Refused(refusal)) = Session::parse(&refusal) else { panic!("a refusal") };
    shown.both(&*refusal);

    // Slips: secrets where they do not belong.
    let line = |text: &str| format!("{text}\n");
    let secret_header = [("x-a", &*line(SECRET))];
    let errors = [
        Credentials::new(ID, line(SECRET)).err(),
        Credentials::new(line(SECRET), SECRET).err(),
        Credentials::new(ID, SECRET).and_then(|credentials| credentials.with_session_token(line(TOKEN))).err(),
        Signer::new(credentials(), &line(SECRET), now()).err(),
        Signature::parse(SECRET).err(),
        SigningKey::import(SECRET).err(),
        SigningKey::import(&line(&exported)).err(),
        CredentialScope::parse(SECRET).err(),
        Timestamp::parse(TOKEN).err(),
        PayloadHash::parse(SECRET).err(),
        Endpoint::parse(SECRET).err(),
        Bucket::aws("us-east-1", SECRET).err(),
        Bucket::aws(SECRET, "photos").err(),
        Bucket::from_arn(TOKEN).err(),
        Request::new(SECRET, "https://example.com", "/").err(),
        Request::from_url("GET", TOKEN).err(),
        signer.sign(&request.with_headers(&secret_header), PayloadHash::EMPTY, now()).err(),
        signer.presign(&request, Lifetime::full(DAY * 8), now()).err(),
        signer.sign_policy(&line(policy_text), now()).err(),
        chunks.finish(&[(TOKEN, TOKEN)]).err(),
    ];
    for error in errors {
        shown.both(&error.expect("a slip"));
    }
    let value =
        format!("AWS4-HMAC-SHA256 Credential={TOKEN}, SignedHeaders={SECRET}, Signature={}", signed.signature());
    for (target, value) in
        [("/", &*value), ("/", SECRET), (&*format!("/?X-Amz-Signature={SECRET}&X-Amz-Security-Token={TOKEN}"), "")]
    {
        let headers = [("host", "example.com"), ("x-amz-date", TOKEN), ("authorization", value)];
        let headers = if value.is_empty() { &headers[..1] } else { &headers[..] };
        let request = Request::received("GET", "example.com", target).expect("a request").with_headers(headers);
        shown.both(&Claim::parse(&request).expect_err("no claim"));
    }

    // Stored keys, as they should be and with slips.
    let files = SharedFiles::parse("", &stored(SECRET, TOKEN)).expect("the files");
    let settings = Settings::new(None, &files, |_| None).expect("settings");
    shown.debug(&files);
    shown.debug(&settings);
    shown.debug(&settings.with_endpoint_url(format!("https://user:{SECRET}@example.com")));
    let settings = |credentials: &str| Settings::new(None, &SharedFiles::parse("", credentials)?, |_| None);
    for error in [
        SharedFiles::parse(&format!("[default]\n{SECRET}"), "").err(),
        SharedFiles::parse(&format!("{SECRET} = {SECRET}"), "").err(),
        SharedFiles::parse(&format!("[{SECRET}"), "").err(),
        settings(&stored(&format!("{SECRET}\u{1}"), TOKEN)).and_then(|settings| settings.credentials()).err(),
        settings(&stored(SECRET, &format!("{TOKEN} {TOKEN}"))).and_then(|settings| settings.credentials()).err(),
        settings(&format!("{}aws_expiration = {SECRET}", stored(SECRET, TOKEN))).and_then(|it| it.credentials()).err(),
        settings(&format!("[default]\ncredential_process = a {SECRET}")).and_then(|it| it.credentials()).err(),
        settings(&format!("[default]\nuse_fips_endpoint = {SECRET}")).err(),
        process_output(SECRET).err(),
        process_output(&printed().replace(SECRET, &format!("{SECRET} "))).err(),
        process_output(&printed().replace("2013", TOKEN)).err(),
    ] {
        shown.both(&error.expect("a slip"));
    }
    shown.both(&Place::Variable("AWS_SECRET_ACCESS_KEY"));
    shown.both(&SharedFile::Credentials);
    let path = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("secrets-config");
    std::fs::write(&path, stored(SECRET, TOKEN)).expect("a file");
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("permissions");
    let variable = |name: &str| (name == "AWS_CONFIG_FILE").then(|| path.to_str().expect("UTF-8").to_owned());
    SharedFiles::read(variable).expect("the file").warnings().iter().for_each(|warning| shown.both(warning));

    // What can hold no secret, or none but a name.
    shown.debug(&AwsEndpoint::new("us-east-1"));
    shown.debug(&bucket);
    shown.both(&ContentDisposition::attachment("cat.jpg").expect("a name"));
    shown.debug(&ContentSha256::Signed);
    shown.both(key.scope());
    shown.both(&Endpoint::parse("https://example.com").expect("an endpoint"));
    shown.both(&Field::SecretAccessKey);
    if let Err(Error::Header { found, name, part, .. }) =
        signer.sign(&request.with_headers(&secret_header), PayloadHash::EMPTY, now())
    {
        shown.both(&found);
        shown.both(&name);
        shown.both(&part);
    }
    shown.debug(&lifetime);
    shown.debug(&link.limited_by());
    shown.both(&Part::Header("authorization"));
    shown.debug(&PathEncoding::Once);
    shown.debug(&PathNormalization::AsSent);
    shown.both(&PayloadHash::UNSIGNED);
    shown.debug(&Profile::MINIO);
    shown.debug(&Rewrite::EncodedTwice);
    shown.debug(&Service::S3);
    shown.debug(&SessionToken::Signed);
    shown.both(&now());
    shown.debug(&Unsupported::BrowserUpload);
    shown.debug(&links.validity());
    shown.both(&Warning::DotUnderWildcard);

    for (name, text) in shown.debug.iter().chain(&shown.display) {
        assert!(!text.trim().is_empty(), "{name} shows nothing at all");
    }
    for (name, text) in &shown.debug {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "Debug of {name} tells {secret}: {text}");
        }
    }
    for (name, text) in &shown.display {
        let tells = secrets.iter().any(|secret| text.contains(secret.as_str()));
        assert_eq!(tells, TELL_BY_DISPLAY.iter().any(|(type_name, _)| type_name == name), "Display of {name}: {text}");
    }

    // And no type is left out.
    let api = include_str!("public-api.txt");
    let of = |prefix: &'static str| -> BTreeSet<String> {
        let lines = api.lines().filter_map(|line| line.trim_start_matches("#[non_exhaustive] ").strip_prefix(prefix));
        let name = |rest: &str| rest.split('<').next().and_then(|path| path.rsplit("::").next()).map(String::from);
        lines.map(|rest| name(rest).expect("a name")).collect()
    };
    let types: BTreeSet<_> = of("struct ").union(&of("enum ")).cloned().collect();
    let names = |shown: &[(String, String)]| shown.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    assert_eq!(names(&shown.debug), types);
    assert_eq!(names(&shown.display), of("impl core::fmt::Display for "));
    assert_eq!(of("impl core::fmt::Debug for "), types, "every public type has a Debug");
}

/// Looks into every block that is freed while it watches.
struct Inspecting;

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static FREED: Cell<usize> = const { Cell::new(0) };
    /// Which of the markers was found, a bit each.
    static FOUND: Cell<u32> = const { Cell::new(0) };
}

static MARKERS: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();

// SAFETY: every call goes to the system's allocator; what is looked at is a block that is still the caller's.
unsafe impl GlobalAlloc for Inspecting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that a block holds what was written there and nothing of what lay there before.
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if let (true, Some(markers)) = (WATCHING.get(), MARKERS.get()) {
            FREED.set(FREED.get() + 1);
            // SAFETY: the block is of this layout, all of it was written when it was allocated, and nobody else has it.
            let block = unsafe { core::slice::from_raw_parts(pointer, layout.size()) };
            for (i, (_, marker)) in markers.iter().enumerate() {
                if block.windows(marker.len()).any(|window| window == marker) {
                    FOUND.set(FOUND.get() | 1 << i);
                }
            }
        }
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Inspecting = Inspecting;

/// The names of what was found in memory that `run` freed.
fn left_behind(run: impl FnOnce()) -> Vec<&'static str> {
    FOUND.set(0);
    FREED.set(0);
    WATCHING.set(true);
    run();
    WATCHING.set(false);
    assert!(FREED.get() > 0, "nothing was freed, so nothing was looked at");
    let markers = MARKERS.get().expect("they are set");
    markers.iter().enumerate().filter(|(i, _)| FOUND.get() & 1 << i != 0).map(|(_, (name, _))| *name).collect()
}

#[test]
fn freed_memory_holds_no_secret() {
    let tomorrow = at("20130525T000000Z");
    let key = |now: Timestamp| {
        let scope = CredentialScope::new("us-east-1", "s3", now).expect("a scope");
        let text = SigningKey::derive(&credentials(), scope).export();
        hex::decode(text.rsplit_once('=').expect("digits").1).expect("digits")
    };
    let mut markers =
        vec![("the secret", SECRET.into()), ("the token", TOKEN.into()), ("the encoded token", TOKEN_ENCODED.into())];
    for (now, key) in [now(), tomorrow].map(|now| (now, key(now))) {
        markers.push(("the digits of a key", hex::encode(&key).into()));
        for pad in [0x36, 0x5c] {
            let mut block = [pad; 64];
            block.iter_mut().zip(&key).for_each(|(byte, key)| *byte ^= key);
            let mut state = START;
            sha2::block_api::compress256(&mut state, &[block]);
            markers.push(("the state of an HMAC", state.iter().flat_map(|word| word.to_ne_bytes()).collect()));
            let text = format!("AWS4-HMAC-SHA256\n{now}\n{}/us-east-1/s3/aws4_request\n", now.day());
            sha2::block_api::compress256(&mut state, &[*text.as_bytes().first_chunk().expect("a block")]);
            let words = state.iter().map(|word| u64::from(now.unix() as u32) << 32 | u64::from(*word));
            markers.push(("the state of a second", words.flat_map(u64::to_ne_bytes).collect()));
        }
        markers.push(("a key", key));
    }
    MARKERS.set(markers).expect("it is set once");

    // What is looked for is found.
    assert_eq!(left_behind(|| drop(Box::new(Careless(SECRET.as_bytes().to_vec())))), ["the secret"]);
    assert_eq!(left_behind(|| drop(TOKEN.to_owned())), ["the token"]);

    let (bucket, hour) = (bucket(), Duration::from_secs(3600));
    let headers = [("x-amz-meta-a", "b")];
    let request = bucket.put("cat.jpg").expect("a request").with_headers(&headers);
    let mut out = String::with_capacity(4096);
    let (answer, pieces) = (answer_of_sts(), in_references());
    let policy = format!("{{\"a\":\"{}\"}}", "a".repeat(1000));
    let (stored, printed) = (&*stored(SECRET, TOKEN), &*printed());
    let (slip, other_version) = (&*stored.replace("= MARKEDt", "= é MARKEDt"), &*printed.replace("1,", "2,"));
    let variables = [
        ("AWS_ACCESS_KEY_ID", ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", "MARKEDtoken//EXAMPLE+token=="),
    ];
    let actions: [(&str, &mut dyn FnMut()); 21] = [
        ("credentials", &mut || drop((credentials(), credentials().clone()))),
        ("refused secrets", &mut || assert!(Credentials::new("", SECRET).is_err())),
        ("refused tokens", &mut || {
            assert!(credentials().with_session_token("MARKEDtoken//EXAMPLE+token== ").is_err());
        }),
        ("a signer", &mut || drop(signer().clone())),
        ("a renewed signer", &mut || signer().renew(tomorrow).expect("a signer")),
        ("an exported key", &mut || drop(SigningKey::import(&signer().key().export()))),
        ("another token", &mut || {
            drop(credentials().with_session_token("another"));
        }),
        ("signed", &mut || {
            let signer = signer();
            for now in [now(), tomorrow] {
                drop(signer.sign(&request, PayloadHash::EMPTY, now).expect("a signature"));
            }
        }),
        ("a signed policy", &mut || drop(signer().sign_policy("e30=", tomorrow).expect("a signature"))),
        ("links written", &mut || {
            let signer = signer();
            for now in [now(), tomorrow] {
                out.clear();
                signer.presign_to(&mut out, &request, hour, now).expect("a link");
                out.clear();
                signer.links(hour, now).expect("links").presign_to(&mut out, &request).expect("a link");
            }
        }),
        ("links", &mut || {
            let signer = signer();
            drop(signer.presign(&request, hour, tomorrow).expect("a link"));
            drop(signer.links(hour, now()).expect("links").presign(&request).expect("a link"));
        }),
        ("sign-in tokens", &mut || drop(tokens::eks(&signer(), "cluster", now()).expect("a token"))),
        ("stored keys", &mut || {
            let files = SharedFiles::parse("", stored).expect("the files");
            let settings = Settings::new(None, &files.clone(), |_| None).expect("settings");
            drop(settings.clone().credentials().expect("keys"));
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
            drop(Settings::new(None, &files, variable).expect("settings"));
            assert!(Settings::new(None, &SharedFiles::parse("", slip).expect("a file"), |_| None).is_ok());
            assert!(SharedFiles::parse("", &stored[..stored.len() - 1]).is_ok());
        }),
        ("printed keys", &mut || {
            drop(process_output(printed).expect("keys"));
            assert!(process_output(other_version).is_err());
        }),
        ("requests to STS", &mut || {
            let at = StsEndpoint::regional("us-east-1").expect("an endpoint");
            drop(signer().sign_sts(&GetCallerIdentity, &at, tomorrow).expect("a request"));
            let web = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/demo", "a-b", TOKEN);
            // What comes behind the token makes the form longer.
            drop(web.and_then(|role| role.with_policy(&policy)).expect("a role").request(&at));
        }),
        ("sessions", &mut || {
            drop(Session::parse(&answer).expect("a session").clone());
            assert!(Session::parse(&pieces).expect("a session").into_credentials().has_session_token());
        }),
        ("sessions that are cut off", &mut || {
            assert!(Session::parse(&answer[..answer.len() - 1]).is_err());
        }),
        ("the console's sign-in", &mut || {
            let (keys, at) = (credentials(), ConsoleEndpoint::aws("us-east-1").expect("an endpoint"));
            let keys = GetSigninToken::new(&keys).expect("a session");
            drop(keys.request(&at, now()).expect("a request"));
            drop(keys.form_request(&at, now()).expect("a request"));
            let token = SigninToken::parse(SIGNIN_TOKEN, now()).expect("a token");
            drop(at.link(&token, "https://console.aws.amazon.com", "a").expect("a link"));
            assert!(SigninToken::parse(UNUSABLE_TOKEN, now()).is_err());
        }),
        ("chunks", &mut || {
            let signer = signer();
            let signed = signer.sign_chunked(&request, &ChunkedBody::signed(5), now()).expect("a signature");
            signed.into_chunks().chunk(b"hello").expect("a chunk");
        }),
        ("canonical requests", &mut || {
            let signer = signer();
            let canonical = signer.canonical_link(&request, hour, tomorrow).expect("a canonical request");
            drop(StringToSign::new(&canonical));
        }),
        ("verification", &mut || {
            let request = Request::received("GET", "examplebucket.s3.amazonaws.com", LINK).expect("a request");
            let claim = Claim::parse(&request.with_headers(&[("host", "examplebucket.s3.amazonaws.com")]));
            let verifier = Verifier::new("us-east-1");
            let refused =
                verifier.verify(claim.expect("a claim"), &credentials(), now()).expect_err("a wrong signature");
            assert_eq!(refused, VerifyError::SignatureMismatch);
        }),
    ];
    let mut left = Vec::new();
    for (action, run) in actions {
        let found = left_behind(run);
        if !found.is_empty() {
            left.push((action, found));
        }
    }
    // What is handed out to be sent is the caller's, and as long as he keeps it.
    let handed_out = [
        ("a signed policy", vec!["the token"]),
        ("links", vec!["the encoded token"]),
        ("sign-in tokens", vec!["the encoded token"]),
    ];
    assert_eq!(left, handed_out);
}

const UNUSABLE_TOKEN: &str = "{\"SigninToken\":\"MARKEDtoken//EXAMPLE+token== \"}";
const SIGNIN_TOKEN: &str = "{\"SigninToken\":\"MARKEDtoken//EXAMPLE+token==\"}";

/// The same with a reference behind the token and the secret, so that their texts come in pieces.
fn in_references() -> String {
    answer_of_sts().replace("</SessionToken>", "&#x61;a</SessionToken>").replace("</Secret", "&#x61;a</Secret")
}

/// What keeps a secret and does not wipe it.
struct Careless(#[expect(dead_code, reason = "it is dropped")] Vec<u8>);

/// What SHA-256 starts from: FIPS 180-4, section 5.3.3.
const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const LINK: &str = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=ASIAMARKEDEXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
    &X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Security-Token=MARKEDtoken%2F%2FEXAMPLE%2Btoken%3D%3D\
    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
