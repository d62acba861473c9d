//! What is received is verified, or refused for the reason that it should be.

mod naive;
mod util;

use core::cell::RefCell;
use core::time::Duration;
use naive::Case;
use s3_sigv4::{
    Claim, CredentialScope, Credentials, Part, PayloadHash, Request, Service, SessionToken, SigningKey, StringToSign,
    Verified, Verifier, VerifyError, VerifyingKey,
};
use util::{ACCESS_KEY, Incoming, SECRET_KEY, at, bucket, credentials, now, session, signer};

const HOST: &str = "examplebucket.s3.amazonaws.com";
const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//token+=";

fn verifier() -> Verifier<'static> {
    Verifier::new("us-east-1")
}

/// Whatever somebody with the secret may sign, sensible or not: the naive twin signs it.
#[derive(Clone)]
struct Forged {
    link: bool,
    method: &'static str,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// The names of headers that are sent and not signed, in lower case.
    unsigned: &'static [&'static str],
    payload: String,
    algorithm: &'static str,
    credential: String,
    dated: String,
    expires: String,
}

impl Forged {
    fn header() -> Self {
        let payload = PayloadHash::of(b"body").to_string();
        let headers = [("host", HOST), ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", &payload)];
        Self {
            link: false,
            method: "PUT",
            query: Vec::new(),
            headers: headers.map(|(name, value)| (name.into(), value.into())).to_vec(),
            unsigned: &[],
            payload,
            algorithm: "AWS4-HMAC-SHA256",
            credential: format!("{ACCESS_KEY}/{SCOPE}"),
            dated: "20130524T000000Z".into(),
            expires: "900".into(),
        }
    }

    fn link() -> Self {
        let headers = vec![("host".into(), HOST.into())];
        Self { link: true, headers, payload: "UNSIGNED-PAYLOAD".into(), ..Self::header() }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    fn add(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn unset(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    fn unsigned(mut self, names: &'static [&'static str]) -> Self {
        self.unsigned = names;
        self
    }

    fn dated(mut self, dated: &str) -> Self {
        self.dated = dated.into();
        if self.link { self } else { self.set("x-amz-date", dated) }
    }

    fn scope(mut self, scope: &str) -> Self {
        self.credential = format!("{ACCESS_KEY}/{scope}");
        self
    }

    fn expires(mut self, expires: &str) -> Self {
        self.expires = expires.into();
        self
    }

    fn algorithm(mut self, algorithm: &'static str) -> Self {
        self.algorithm = algorithm;
        self
    }

    fn payload(mut self, payload: &str) -> Self {
        self.payload = payload.into();
        if self.link { self } else { self.set("x-amz-content-sha256", payload) }
    }

    fn sign(&self) -> Incoming {
        let (signed, _): (Vec<_>, Vec<_>) =
            self.headers.iter().cloned().partition(|(name, _)| !self.unsigned.contains(&&*name.to_ascii_lowercase()));
        let mut query = self.query.clone();
        let names = naive::canonical_headers(&signed).1;
        if self.link {
            for (name, value) in [
                ("X-Amz-Algorithm", self.algorithm),
                ("X-Amz-Credential", &self.credential),
                ("X-Amz-Date", &self.dated),
                ("X-Amz-Expires", &self.expires),
                ("X-Amz-SignedHeaders", &names),
            ] {
                query.push((name.into(), value.into()));
            }
        }
        let case = Case {
            method: self.method,
            host: HOST,
            path: "/a/cat & dog.jpg",
            query: query.clone(),
            headers: signed,
            payload: self.payload.clone(),
            s3: true,
        };
        let (_, scope) = self.credential.split_once('/').expect("a scope");
        let text = naive::string_to_sign(&naive::canonical_request(&case), &self.dated, scope);
        let signature = naive::signature(SECRET_KEY, scope, &text);
        let mut target = String::from("/a/cat%20%26%20dog.jpg");
        if !query.is_empty() {
            target += &format!("?{}", naive::canonical_query(&query));
        }
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
        let mut incoming = Incoming { method: self.method.into(), target, headers };
        if self.link {
            incoming.target += &format!("&X-Amz-Signature={signature}");
        } else {
            let (algorithm, credential) = (self.algorithm, &self.credential);
            let value = format!("{algorithm} Credential={credential}, SignedHeaders={names}, Signature={signature}");
            incoming.push("authorization", &value);
        }
        incoming
    }
}

/// Each rule with something that passes by it, and something that it alone keeps out.
#[test]
fn the_rules() {
    let header = |name| Part::Header(name);
    let parameter = |name| Part::Parameter(name);
    let component = |name| Part::Authorization(name);
    let broken = RefCell::new(Vec::new());
    let check = |rule: &str, incoming: Incoming, expected: Result<(), VerifyError>| {
        let result = incoming.verify(&verifier(), &credentials(), now());
        if result != expected {
            broken.borrow_mut().push(format!("{rule}: {result:?} in place of {expected:?}: {incoming:?}"));
        }
        // What is accepted has its signature over the canonical request that it shows.
        let of_text = incoming.claim(|claim| {
            let canonical = verifier().canonical_request(&claim)?;
            let key = SigningKey::derive(&credentials(), claim.scope());
            Ok(key.sign(&StringToSign::new(&canonical)).expect("its scope").to_string())
        });
        if result.is_ok() && !of_text.is_ok_and(|signature| signature_of(&incoming).starts_with(&signature)) {
            broken.borrow_mut().push(format!("{rule}: another canonical request: {incoming:?}"));
        }
    };
    let accept = |rule: &str, incoming: Incoming| check(rule, incoming, Ok(()));
    let reject = |rule: &str, incoming: Incoming, expected: VerifyError| check(rule, incoming, Err(expected));

    let rule = "a request is signed";
    accept(rule, Forged::header().sign());
    accept(rule, Forged::link().sign());
    reject(rule, Forged::header().sign().without("authorization"), VerifyError::NotSigned);
    let anonymous = Incoming { target: "/a".into(), ..Forged::link().sign() };
    reject(rule, anonymous, VerifyError::NotSigned);

    let rule = "in its header or in its query";
    accept(rule, Forged::header().query("X-Amz-Unknown", "1").sign());
    for name in PARAMETERS {
        reject(rule, Forged::header().query(name, "1").sign(), VerifyError::SignedTwice);
        reject(rule, Forged::header().query(&name.to_ascii_lowercase(), "1").sign(), VerifyError::SignedTwice);
    }
    let both = Forged::link().sign().with("authorization", "AWS4-HMAC-SHA256 …");
    reject(rule, both, VerifyError::SignedTwice);
    reject(rule, Forged::link().sign().with("Authorization", "Basic YTpi"), VerifyError::SignedTwice);

    let rule = "no parameter of authentication repeats";
    for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"] {
        let value = match name {
            "X-Amz-Algorithm" => "AWS4-HMAC-SHA256",
            "X-Amz-Credential" => &format!("{ACCESS_KEY}/{SCOPE}"),
            "X-Amz-Date" => "20130524T000000Z",
            "X-Amz-Expires" => "900",
            _ => "host",
        };
        reject(rule, Forged::link().query(name, value).sign(), VerifyError::Repeated { part: parameter(name) });
    }
    let twice = Forged::link().sign();
    let (_, signature) = twice.target.rsplit_once('&').expect("a signature");
    let again = format!("?{signature}&");
    let expected = VerifyError::Repeated { part: parameter("X-Amz-Signature") };
    reject(rule, twice.clone().retarget("?", &again), expected);
    let tokens = Forged::link().query("X-Amz-Security-Token", "a").query("X-Amz-Security-Token", "a").sign();
    reject(rule, tokens, VerifyError::Repeated { part: parameter("X-Amz-Security-Token") });
    let tokens = Forged::link().query("X-Amz-Security-Token", "a").query("X-Amz-S3session-Token", "a").sign();
    reject(rule, tokens, VerifyError::Repeated { part: parameter("X-Amz-Security-Token") });
    let tokens = Forged::link().query("X-Amz-Security-Token", "a").set("x-amz-security-token", "a").sign();
    reject(rule, tokens, VerifyError::TokenBesideLink { name: "x-amz-security-token" });
    for name in ["x-amz-security-token", "x-amz-s3session-token"] {
        reject(rule, Forged::link().set(name, "a").sign(), VerifyError::TokenBesideLink { name });
    }
    let hashes = Forged::link().query("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
    accept(rule, hashes.sign());
    let hashes = hashes.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD").sign();
    reject(rule, hashes, VerifyError::Repeated { part: header("x-amz-content-sha256") });

    let rule = "no header of authentication repeats";
    for name in ["host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] {
        let value = if name == "host" { HOST } else { "20130524T000000Z" };
        let twice = Forged::header().set(name, value).add(&name.to_ascii_uppercase(), value).sign();
        reject(rule, twice, VerifyError::Repeated { part: header(name) });
    }
    let tokens = Forged::header().set("x-amz-security-token", "a").set("x-amz-s3session-token", "a").sign();
    reject(rule, tokens, VerifyError::Repeated { part: header("x-amz-security-token") });
    let signed = Forged::header().sign();
    let authorization = authorization_of(&signed);
    let twice = signed.clone().with("Authorization", &authorization);
    reject(rule, twice, VerifyError::Repeated { part: header("authorization") });
    for (at, name) in ["Credential", "SignedHeaders", "Signature"].into_iter().enumerate() {
        let component_text = authorization.split([' ', ',']).filter(|text| text.contains('=')).nth(at);
        let value = format!("{authorization}, {}", component_text.expect("a component"));
        let expected = VerifyError::Repeated { part: component(name) };
        reject(rule, signed.clone().without("authorization").with("authorization", &value), expected);
    }
    accept(rule, Forged::header().add("x-amz-meta-a", "1").add("X-Amz-Meta-A", "2").sign());

    let rule = "the algorithm is AWS4-HMAC-SHA256";
    for algorithm in ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA1", "aws4-hmac-sha256", "AWS4-HMAC-SHA256X", ""] {
        let expected = VerifyError::Algorithm { part: parameter("X-Amz-Algorithm") };
        reject(rule, Forged::link().algorithm(algorithm).sign(), expected);
        let expected = VerifyError::Algorithm { part: header("authorization") };
        reject(rule, Forged::header().algorithm(algorithm).sign(), expected);
    }
    for value in ["AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=", "Basic YTpi", "", "Bearer"] {
        let request = signed.clone().without("authorization").with("authorization", value);
        reject(rule, request, VerifyError::Algorithm { part: header("authorization") });
    }

    let rule = "the scope's day is the timestamp's";
    accept(rule, Forged::header().dated("20130523T235959Z").scope("20130523/us-east-1/s3/aws4_request").sign());
    for scope in ["20130523/us-east-1/s3/aws4_request", "20130525/us-east-1/s3/aws4_request"] {
        let expected = VerifyError::ScopeDay { part: component("Credential") };
        reject(rule, Forged::header().scope(scope).sign(), expected);
        let expected = VerifyError::ScopeDay { part: parameter("X-Amz-Credential") };
        reject(rule, Forged::link().scope(scope).sign(), expected);
    }

    let rule = "the scope is the verifier's";
    for (scope, by_header, by_link) in [
        (
            "20130524/us-east-2/s3/aws4_request",
            VerifyError::ScopeRegion { part: component("Credential") },
            VerifyError::ScopeRegion { part: parameter("X-Amz-Credential") },
        ),
        (
            "20130524/us-east-1/s3express/aws4_request",
            VerifyError::ScopeService { part: component("Credential") },
            VerifyError::ScopeService { part: parameter("X-Amz-Credential") },
        ),
    ] {
        reject(rule, Forged::header().scope(scope).sign(), by_header);
        reject(rule, Forged::link().scope(scope).sign(), by_link);
    }
    for scope in [
        "20130524/us-east-1/s3/aws5_request",
        "20130524/us-east-1/s3",
        "20130524/us-east-1//aws4_request",
        "20130524//s3/aws4_request",
        "2013052/us-east-1/s3/aws4_request",
        "2013052x/us-east-1/s3/aws4_request",
        "",
    ] {
        let expected = VerifyError::Malformed { part: component("Credential") };
        reject(rule, Forged::header().scope(scope).sign(), expected);
        let expected = VerifyError::Malformed { part: parameter("X-Amz-Credential") };
        reject(rule, Forged::link().scope(scope).sign(), expected);
    }
    for id in ["", "AK ID", "AK\u{e9}ID"] {
        let expected = VerifyError::Malformed { part: component("Credential") };
        reject(rule, Forged { credential: format!("{id}/{SCOPE}"), ..Forged::header() }.sign(), expected);
        let expected = VerifyError::Malformed { part: parameter("X-Amz-Credential") };
        let id = id.replace(' ', "+");
        reject(rule, Forged::link().sign().retarget(&format!("={ACCESS_KEY}"), &format!("={id}")), expected);
    }
    let expected = VerifyError::Malformed { part: parameter("X-Amz-Credential") };
    reject(rule, Forged::link().sign().retarget("us-east-1", "us+east"), expected);

    let rule = "a request is dated within 15 minutes";
    for (dated, day) in [("20130524T001500Z", "20130524"), ("20130523T234500Z", "20130523")] {
        accept(rule, Forged::header().dated(dated).scope(&format!("{day}/us-east-1/s3/aws4_request")).sign());
    }
    for (dated, day) in [("20130524T001501Z", "20130524"), ("20130523T234459Z", "20130523")] {
        let request = Forged::header().dated(dated).scope(&format!("{day}/us-east-1/s3/aws4_request")).sign();
        reject(rule, request, VerifyError::Skewed { dated: at(dated), now: now() });
    }

    let rule = "a link is used between its date and its end";
    for dated in ["20130524T000000Z", "20130523T234500Z"] {
        accept(rule, Forged::link().dated(dated).scope(&format!("{}/us-east-1/s3/aws4_request", &dated[..8])).sign());
    }
    let early = Forged::link().dated("20130524T000001Z").sign();
    reject(rule, early, VerifyError::NotYetGood { from: at("20130524T000001Z"), now: now() });
    let late = Forged::link().dated("20130523T234459Z").scope("20130523/us-east-1/s3/aws4_request").sign();
    reject(rule, late, VerifyError::Expired { until: at("20130523T235959Z"), now: now() });

    let rule = "a link's lifetime is 1 to 604800 seconds";
    accept(rule, Forged::link().expires("1").sign());
    accept(rule, Forged::link().expires("604800").sign());
    for expires in ["0", "604801", "99999999999999999999999"] {
        reject(rule, Forged::link().expires(expires).sign(), VerifyError::Lifetime { longest: 604_800 });
    }
    for expires in ["", "-1", "+1", "1.0", "0x10", "010", " 1", "1 ", "１"] {
        let expected = VerifyError::Malformed { part: parameter("X-Amz-Expires") };
        reject(rule, Forged::link().expires(expires).sign(), expected);
    }

    let rule = "a timestamp has its form";
    for dated in ["", "2013-05-24T00:00:00Z", "20130524T000000", "20130524T240000Z", "20130230T000000Z"] {
        let expected = VerifyError::Malformed { part: header("x-amz-date") };
        reject(rule, Forged::header().dated(dated).sign(), expected);
        let expected = VerifyError::Malformed { part: parameter("X-Amz-Date") };
        reject(rule, Forged::link().dated(dated).sign(), expected);
    }
    let undated = Forged::header().unset("x-amz-date").set("date", "Fri, 24 May 2013 00:00:00 GMT").sign();
    reject(rule, undated, VerifyError::Missing { part: header("x-amz-date") });

    let rule = "nothing of the authentication is missing";
    for name in PARAMETERS.into_iter().take(6) {
        let request = Forged::link().sign();
        let (path, query) = request.target.split_once('?').expect("a query");
        let rest: Vec<_> = query.split('&').filter(|pair| !pair.starts_with(name)).collect();
        let request = Incoming { target: format!("{path}?{}", rest.join("&")), ..request.clone() };
        reject(rule, request, VerifyError::Missing { part: parameter(name) });
    }
    for name in ["Credential", "SignedHeaders", "Signature"] {
        let rest: Vec<_> = authorization["AWS4-HMAC-SHA256 ".len()..]
            .split(", ")
            .filter(|component| !component.starts_with(name))
            .collect();
        let value = format!("AWS4-HMAC-SHA256 {}", rest.join(", "));
        let request = signed.clone().without("authorization").with("authorization", &value);
        reject(rule, request, VerifyError::Missing { part: component(name) });
    }

    let rule = "authentication parameters are named as AWS names them";
    for name in PARAMETERS.into_iter().take(6) {
        let request = Forged::link().sign().retarget(&format!("{name}="), &format!("{}=", name.to_ascii_lowercase()));
        reject(rule, request, VerifyError::Malformed { part: parameter(name) });
    }
    for value in [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential",
        &format!("{authorization},"),
        &format!("{authorization}, Extra=1"),
        &authorization.replace("Credential", "credential"),
    ] {
        let request = signed.clone().without("authorization").with("authorization", value);
        reject(rule, request, VerifyError::Malformed { part: header("authorization") });
    }
    for value in [authorization.replace(", ", ","), authorization.replace(", ", " ,\t "), reversed(&authorization)] {
        accept(rule, signed.clone().without("authorization").with("authorization", &value));
    }

    let rule = "the host is signed";
    reject(rule, Forged::header().unsigned(&["host"]).sign(), VerifyError::HostNotSigned);
    let nothing = Forged::link().set("a", "1").unsigned(&["host"]).sign();
    reject(rule, nothing, VerifyError::HostNotSigned);

    let rule = "x-amz-… headers are signed";
    for name in ["x-amz-acl", "X-Amz-Copy-Source", "x-amz-", "X-AMZ-meta-a"] {
        accept(rule, Forged::header().add(name, "1").sign());
        accept(rule, Forged::link().add(name, "1").sign());
        let expected = VerifyError::HeaderNotSigned { name: excerpt(name) };
        reject(rule, Forged::header().sign().with(name, "1"), expected);
        reject(rule, Forged::link().sign().with(name, "1"), expected);
    }
    accept(rule, Forged::link().sign().with("x-amzn-trace-id", "1").with("x-amz", "1").with("range", "bytes=0-9"));
    let undated = Forged::header().unsigned(&["x-amz-date"]).sign();
    reject(rule, undated, VerifyError::HeaderNotSigned { name: excerpt("x-amz-date") });

    let rule = "content-type and content-md5 are signed in header authentication";
    for name in ["Content-Type", "content-md5"] {
        accept(rule, Forged::header().add(name, "1").sign());
        accept(rule, Forged::link().sign().with(name, "1"));
        let expected = VerifyError::HeaderNotSigned { name: excerpt(name) };
        reject(rule, Forged::header().sign().with(name, "1"), expected);
    }

    let rule = "signed headers are there";
    let ranged = Forged::header().set("range", "bytes=0-9").sign();
    accept(rule, ranged.clone());
    reject(rule, ranged.without("range"), VerifyError::SignedHeaderMissing { name: excerpt("range") });
    let empty = Forged::link().set("range", "").sign();
    accept(rule, empty.clone());
    reject(rule, empty.without("range"), VerifyError::SignedHeaderMissing { name: excerpt("range") });

    let rule = "the list of signed headers is sorted, in lower case, each once";
    let list = "host;x-amz-content-sha256;x-amz-date";
    for wrong in [
        "",
        "x-amz-content-sha256;host;x-amz-date",
        "Host;x-amz-content-sha256;x-amz-date",
        "host;host;x-amz-content-sha256;x-amz-date",
        "host;;x-amz-content-sha256;x-amz-date",
        "host;x-amz-content-sha256;x-amz-date;",
        ";host;x-amz-content-sha256;x-amz-date",
        "host; x-amz-content-sha256;x-amz-date",
        "host%3bx-amz-content-sha256;x-amz-date",
    ] {
        let request =
            signed.clone().without("authorization").with("authorization", &authorization.replace(list, wrong));
        let other_names = wrong.contains('%');
        let missing = VerifyError::HostNotSigned;
        let malformed = VerifyError::Malformed { part: component("SignedHeaders") };
        reject(rule, request, if other_names { missing } else { malformed });
    }
    let malformed = VerifyError::Malformed { part: parameter("X-Amz-SignedHeaders") };
    let long: Vec<_> = (1000..1137).map(|i| format!("a{i}")).chain(["host".into()]).collect();
    let missing = VerifyError::SignedHeaderMissing { name: excerpt("a1000") };
    reject(rule, Forged::link().sign().retarget("Headers=host", &format!("Headers={}", long.join(";"))), missing);
    let longer = format!("Headers=a0;{}", long.join(";"));
    reject(rule, Forged::link().sign().retarget("Headers=host", &longer), malformed);
    for wrong in ["", "Host", "host%3Bhost", "host%3B", "range%3Bhost", "host%0A", "+;host", "host%3A"] {
        reject(rule, Forged::link().sign().retarget("Headers=host", &format!("Headers={wrong}")), malformed);
    }
    let several = Forged::link().set("range", "bytes=0-9").set("a~%|", "1").sign();
    accept(rule, several.clone());
    accept(rule, several.clone().retarget("%3Bhost%3B", ";host%3b"));

    let rule = "no streaming body by link";
    for payload in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
        let request = Forged::link().payload(payload).set("x-amz-content-sha256", payload);
        reject(rule, request.set("x-amz-decoded-content-length", "1").sign(), VerifyError::StreamingLink);
        let request = Forged::link().payload(payload).query("x-amz-content-sha256", payload);
        reject(rule, request.sign(), VerifyError::StreamingLink);
        accept(rule, Forged::header().payload(payload).set("x-amz-decoded-content-length", "1").sign());
    }

    let rule = "the payload line is known";
    accept(rule, Forged::header().payload("UNSIGNED-PAYLOAD").sign());
    accept(rule, Forged::link().payload(&"ab".repeat(32)).set("x-amz-content-sha256", &"ab".repeat(32)).sign());
    for payload in ["", "unsigned-payload", "STREAMING-PAYLOAD", &"AB".repeat(32), &"ab".repeat(31)] {
        let expected = VerifyError::Malformed { part: header("x-amz-content-sha256") };
        reject(rule, Forged::header().payload(payload).sign(), expected);
    }
    let expected = VerifyError::Malformed { part: parameter("X-Amz-Content-Sha256") };
    reject(rule, Forged::link().query("X-Amz-Content-Sha256", "AB").sign(), expected);
    let expected = VerifyError::Missing { part: header("x-amz-content-sha256") };
    reject(rule, Forged::header().unset("x-amz-content-sha256").sign(), expected);
    for payload in ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"] {
        reject(rule, Forged::header().payload(payload).sign(), VerifyError::PayloadAlgorithm);
    }

    let rule = "a streaming body has a decoded length";
    let streaming = Forged::header().payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    let expected = VerifyError::Missing { part: header("x-amz-decoded-content-length") };
    reject(rule, streaming.clone().sign(), expected);
    for length in ["", "-1", "+1", "0x1", "18446744073709551616", "1,2"] {
        let expected = VerifyError::Malformed { part: header("x-amz-decoded-content-length") };
        reject(rule, streaming.clone().set("x-amz-decoded-content-length", length).sign(), expected);
    }
    let streaming = streaming.set("x-amz-decoded-content-length", "18446744073709551615");
    accept(rule, streaming.sign());
    let part = header("x-amz-decoded-content-length");
    let twice = streaming.clone().add("X-Amz-Decoded-Content-Length", "1").sign();
    reject(rule, twice, VerifyError::Repeated { part });
    let twice = streaming.set("x-amz-trailer", "a").add("X-Amz-Trailer", "b");
    reject(rule, twice.sign(), VerifyError::Repeated { part: header("x-amz-trailer") });
    accept(rule, twice.payload("UNSIGNED-PAYLOAD").sign());

    let rule = "up to 128 headers and parameters, besides those of authentication";
    let many = |mut request: Forged, headers: usize, parameters: usize| {
        (0..headers).for_each(|i| request.headers.push((format!("a{i}"), i.to_string())));
        (0..parameters).for_each(|i| request.query.push((format!("a{i}"), i.to_string())));
        request.sign()
    };
    for request in [Forged::header(), Forged::link()] {
        accept(rule, many(request.clone(), 128, 128));
        let known_headers = request.headers.len() + usize::from(!request.link);
        let expected = VerifyError::TooManyHeaders { count: 129 + known_headers };
        reject(rule, many(request.clone(), 129, 0), expected);
        let known = if request.link { 6 } else { 0 };
        let expected = VerifyError::TooManyParameters { count: 129 + known };
        reject(rule, many(request.clone(), 0, 129), expected);
        // Many more are not even looked at.
        let expected = VerifyError::TooManyHeaders { count: 1000 + known_headers };
        reject(rule, many(request.clone(), 1000, 0), expected);
        let expected = VerifyError::TooManyParameters { count: 1000 + known };
        reject(rule, many(request, 0, 1000), expected);
    }
    let long = |length: usize| Forged::link().query("a", &"b".repeat(length)).sign();
    let more =
        long(0).target.split_once("&X-Amz-Signature").expect("a link").0.len() - "/a/cat%20%26%20dog.jpg?".len() + 81;
    accept(rule, long(65_000 - more));
    reject(rule, long(65_001 - more), VerifyError::QueryTooLong { length: 65_001 });
    let lengths = (0..200).fold(Forged::link(), |request, _| request.add("content-length", "1"));
    reject(rule, lengths.sign(), VerifyError::TooManyHeaders { count: 201 });

    let rule = "a signature is 64 lower-case hexadecimal digits";
    for (request, part) in
        [(Forged::link().sign(), parameter("X-Amz-Signature")), (signed.clone(), component("Signature"))]
    {
        let signature = signature_of(&request);
        for wrong in [
            signature.to_uppercase(),
            signature[1..].to_owned(),
            format!("{signature}0"),
            signature.replacen(|_| true, "g", 1),
            String::new(),
        ] {
            reject(rule, replace_signature(&request, &wrong), VerifyError::Malformed { part });
        }
        let other = signature.replacen(|_| true, if signature.starts_with('0') { "1" } else { "0" }, 1);
        reject("the signature is that of the request", replace_signature(&request, &other), {
            VerifyError::SignatureMismatch
        });
    }

    let rule = "the request could have been sent";
    for (name, value) in [("a b", "1"), ("", "1"), ("a:b", "1"), ("é", "1")] {
        let expected = VerifyError::MalformedHeader { name: excerpt(name) };
        reject(rule, Forged::link().sign().with(name, value), expected);
    }
    for value in ["a\r\nx-amz-acl: public-read", "a\n", "\0", "a\rb"] {
        let expected = VerifyError::MalformedHeader { name: excerpt("range") };
        reject(rule, Forged::link().set("range", value).sign(), expected);
        reject(rule, Forged::link().sign().with("range", value), expected);
    }
    for method in ["", "G T", "GET\n", "É"] {
        let request = Incoming { method: method.into(), ..Forged::link().sign() };
        reject(rule, request, VerifyError::Malformed { part: Part::Method });
    }
    for host in ["", "a b", "é"] {
        let request = Forged::link().sign().without("host").with("host", host);
        reject(rule, request, VerifyError::Malformed { part: Part::Host });
    }
    reject(rule, Forged::link().sign().without("host"), VerifyError::Malformed { part: Part::Host });
    for target in ["", "*", "a", "https://example.com/", "/a\n", "/a\x7f", "/a#b", "?a"] {
        let request = Incoming { target: target.into(), ..Forged::link().sign() };
        reject(rule, request, VerifyError::Malformed { part: Part::Target });
    }
    let expected = VerifyError::PlusInPath { position: 6 };
    reject(rule, Forged::link().sign().retarget("/a/cat%20%26", "/a/cat+%26"), expected);

    let rule = "a request for one method is none for another";
    for method in ["GET", "HEAD", "DELETE", "put"] {
        let request = Incoming { method: method.into(), ..Forged::link().sign() };
        reject(rule, request, VerifyError::SignatureMismatch);
    }

    let rule = "the path is verified as it was sent";
    let path = "/a/cat%20%26%20dog.jpg";
    for same in ["/a/cat%20&%20dog.jpg", "/%61/cat%20%26%20dog%2ejpg", "/a/cat %26 dog.jpg"] {
        accept(rule, Forged::link().sign().retarget(path, same));
    }
    for other in
        ["/a//cat%20%26%20dog.jpg", "/a/./cat%20%26%20dog.jpg", "/a%2Fcat%20%26%20dog.jpg", "/a/cat%2520%26%20dog.jpg"]
    {
        reject(rule, Forged::link().sign().retarget(path, other), VerifyError::SignatureMismatch);
    }

    let rule = "parameters are sorted by encoded name, then encoded value";
    let odd = Forged::link().query("a=", "1").query("a-b", "1").query("a", "").query("é", "2").query("a", "b c+");
    accept(rule, odd.sign());
    accept(rule, odd.sign().retarget("a=b%20c%2B", "a=b+c%2b"));
    accept(rule, odd.sign().retarget("a=&", "a&"));
    reject(rule, odd.sign().retarget("a=b%20c%2B", "a=b%20c+"), VerifyError::SignatureMismatch);
    reject(rule, odd.sign().retarget("a=&", ""), VerifyError::SignatureMismatch);
    let reordered = Forged::link().query("b", "1").query("b", "0").sign().retarget("b=0&b=1", "b=1&b=0");
    accept(rule, reordered);
    let mut reversed = Forged::link().sign();
    let (path, query) = reversed.target.split_once('?').expect("a link");
    reversed.target = format!("{path}?{}", query.rsplit('&').collect::<Vec<_>>().join("&"));
    accept(rule, reversed);

    let rule = "what needs no encoding may be encoded";
    let names = Forged::link().query("A", "1").query("B", "1").query("/", "1").query("-", "1").sign();
    for (from, to) in [("&B=1", "&%42=1"), ("&-=1", "&%2D=1"), ("AWS4-", "AWS4%2D"), ("us-east-1", "us%2Deast%2D1")] {
        accept(rule, names.clone().retarget(from, to));
    }

    assert!(broken.borrow().is_empty(), "{}", broken.borrow().join("\n"));
}

#[test]
fn session_tokens() {
    let with = |credentials: Credentials, token: &str| credentials.with_session_token(token).expect("a token");
    let tokened = |token: &str| Forged::header().set("x-amz-security-token", token).sign();
    let linked = |token: &str| Forged::link().query("X-Amz-Security-Token", token).sign();
    let verify = |incoming: &Incoming, credentials: &Credentials| incoming.verify(&verifier(), credentials, now());

    for incoming in [tokened(TOKEN), linked(TOKEN)] {
        assert_eq!(verify(&incoming, &with(credentials(), TOKEN)), Ok(()));
        assert_eq!(verify(&incoming, &credentials()), Err(VerifyError::TokenUnexpected));
        for other in ["IQoJb3JpZ2luX2VjEXAMPLE//token+", "iQoJb3JpZ2luX2VjEXAMPLE//token+=", "a"] {
            assert_eq!(verify(&incoming, &with(credentials(), other)), Err(VerifyError::TokenMismatch), "{other}");
        }
        let slash = Incoming { target: incoming.target.replace("EXAMPLE%2F%2F", "EXAMPLE%2f/"), ..incoming.clone() };
        assert_eq!(verify(&slash, &with(credentials(), TOKEN)), Ok(()));
        let claimed = incoming.claim(|claim| Ok(claim.session_token().map(Into::<String>::into)));
        assert_eq!(claimed, Ok(Some(TOKEN.to_owned())));

        // A signing key goes with the token that is told.
        let key = key(SCOPE);
        assert_eq!(incoming.verify(&verifier(), &key, now()), Err(VerifyError::TokenUnexpected));
        let key = VerifyingKey::from(&key);
        assert_eq!(incoming.verify(&verifier(), key.with_session_token(TOKEN), now()), Ok(()));
        assert_eq!(incoming.verify(&verifier(), key.with_session_token("a"), now()), Err(VerifyError::TokenMismatch));
    }
    for incoming in [Forged::header().sign(), Forged::link().sign()] {
        assert_eq!(verify(&incoming, &with(credentials(), TOKEN)), Err(VerifyError::TokenMissing));
    }
    // Whoever has not got the secret is not told about the token.
    let tampered = Incoming { method: "GET".into(), ..tokened("a") };
    assert_eq!(verify(&tampered, &with(credentials(), TOKEN)), Err(VerifyError::SignatureMismatch));

    // Each differs from the other in such a way that a careless sum of the differences would be none.
    for (token, other) in [("PPPP", "----"), ("abcd", "abdc"), ("aaaabbbb", "bbbbaaaa")] {
        for incoming in [tokened(token), linked(token)] {
            assert_eq!(verify(&incoming, &with(credentials(), token)), Ok(()));
            assert_eq!(verify(&incoming, &with(credentials(), other)), Err(VerifyError::TokenMismatch), "{other}");
        }
    }
    // A token that was not signed is nobody's, but for the services that add it afterwards.
    let unsigned = Forged::header().set("x-amz-security-token", TOKEN).unsigned(&["x-amz-security-token"]).sign();
    let name = excerpt("x-amz-security-token");
    assert_eq!(verify(&unsigned, &credentials()), Err(VerifyError::HeaderNotSigned { name }));

    let empty = tokened("");
    let part = Part::Header("x-amz-security-token");
    assert_eq!(verify(&empty, &credentials()), Err(VerifyError::Malformed { part }));
}

#[test]
fn tokens_of_other_services() {
    // S3 Express: its own name or the ordinary one, by the operation.
    let express = |incoming: Incoming| {
        let session = credentials().with_session_token(TOKEN).expect("a token");
        incoming.verify(&verifier().with_service(Service::S3_EXPRESS), &session, now())
    };
    let scope = "20130524/us-east-1/s3express/aws4_request";
    for name in ["x-amz-s3session-token", "x-amz-security-token"] {
        assert_eq!(express(Forged::header().scope(scope).set(name, TOKEN).sign()), Ok(()), "{name}");
    }
    for name in ["X-Amz-S3session-Token", "X-Amz-Security-Token"] {
        assert_eq!(express(Forged::link().scope(scope).query(name, TOKEN).sign()), Ok(()), "{name}");
    }
    let s3 = |incoming: Incoming| {
        let session = credentials().with_session_token(TOKEN).expect("a token");
        incoming.verify(&verifier(), &session, now())
    };
    let refused = Err(VerifyError::TokenUnexpected);
    assert_eq!(s3(Forged::header().set("x-amz-s3session-token", TOKEN).sign()), refused);
    assert_eq!(s3(Forged::link().query("X-Amz-S3session-Token", TOKEN).sign()), refused);

    // AWS IoT: added to what is signed already.
    let service = Service::new("iotdevicegateway").expect("a service");
    let service = service.with_session_token(SessionToken::AddedAfterwards);
    let session = credentials().with_session_token(TOKEN).expect("a token");
    let request = Request::new("GET", "https://example.com", "/mqtt").expect("a request");
    let signer = s3_sigv4::Signer::for_service(session.clone(), service.clone(), "us-east-1", now()).expect("a signer");
    let verifier = verifier().with_service(service);
    let link = Incoming::link(&signer.presign(&request, Duration::from_secs(60), now()).expect("a link"));
    let signed = signer.sign(&request, PayloadHash::EMPTY, now()).expect("a signature");
    let signed = Incoming::signed(&request, &[], &signed);
    let verify = |incoming: &Incoming, credentials: &Credentials| {
        let claim =
            |claim: Claim<'_>| verifier.verify(claim.with_payload(PayloadHash::EMPTY), credentials, now()).map(drop);
        incoming.claim(claim)
    };
    for incoming in [link.clone(), signed] {
        assert_eq!(verify(&incoming, &session), Ok(()), "{incoming:?}");
        let other = credentials().with_session_token("a").expect("a token");
        assert_eq!(verify(&incoming, &other), Err(VerifyError::TokenMismatch));
    }
    let (start, end) = link.target.split_once("&X-Amz-Security-Token=").expect("a token");
    let (token, signature) = end.split_once('&').expect("a signature");
    // It is no part of what is signed, wherever it stands.
    let (before, names) = start.split_once("&X-Amz-SignedHeaders=").expect("names");
    let target = format!("{before}&X-Amz-Security-Token={token}&X-Amz-SignedHeaders={names}&{signature}");
    assert_eq!(verify(&Incoming { target, ..link.clone() }, &session), Ok(()));
    let link = Incoming { target: format!("{start}&{signature}"), ..link.clone() };
    assert_eq!(verify(&link, &session), Err(VerifyError::TokenMissing));
}

#[test]
fn keys() {
    let (request, link) = (Forged::header().sign(), Forged::link().sign());
    for incoming in [&request, &link] {
        let verify = |key: VerifyingKey<'_>| incoming.verify(&verifier(), key, now());
        assert_eq!(verify((&credentials()).into()), Ok(()));
        assert_eq!(verify(Some(&credentials()).into()), Ok(()));
        assert_eq!(verify((&key(SCOPE)).into()), Ok(()));
        assert_eq!(verify(Some(&key(SCOPE)).into()), Ok(()));

        assert_eq!(verify(None::<&Credentials>.into()), Err(VerifyError::UnknownKey));
        assert_eq!(verify(None::<&SigningKey>.into()), Err(VerifyError::UnknownKey));
        let other = Credentials::new(ACCESS_KEY, "another secret").expect("credentials");
        assert_eq!(verify((&other).into()), Err(VerifyError::SignatureMismatch));
        let other = Credentials::new("AKIAI44QH8DHBEXAMPLE", SECRET_KEY).expect("credentials");
        assert_eq!(verify((&other).into()), Err(VerifyError::OtherCredentials));
        for scope in [
            "20130525/us-east-1/s3/aws4_request",
            "20130524/us-west-1/s3/aws4_request",
            "20130524/us-east-1/iam/aws4_request",
        ] {
            assert_eq!(verify((&key(scope)).into()), Err(VerifyError::OtherKey), "{scope}");
        }
        let expiring = |at: &str| credentials().with_expiration(util::at(at));
        assert_eq!(verify((&expiring("20130524T000001Z")).into()), Ok(()));
        let expired = VerifyError::CredentialsExpired { expired: now(), now: now() };
        assert_eq!(verify((&expiring("20130524T000000Z")).into()), Err(expired));
    }
    // What is refused without a look at the key is refused alike.
    let late = at("20130524T010000Z");
    let refused = VerifyError::Skewed { dated: now(), now: late };
    assert_eq!(request.verify(&verifier(), None::<&Credentials>, late), Err(refused));
    assert_eq!(request.verify(&verifier(), &credentials(), late), Err(refused));
}

#[test]
fn settings() {
    let verify = |verifier: Verifier<'_>, incoming: &Incoming, at: &str| {
        incoming.verify(&verifier, &credentials(), util::at(at)).is_ok()
    };
    let (request, link) = (Forged::header().sign(), Forged::link().sign());

    let strict = verifier().with_clock_skew(Duration::from_secs(5));
    for (at, accepted) in [
        ("20130523T235955Z", true),
        ("20130523T235954Z", false),
        ("20130524T000005Z", true),
        ("20130524T000006Z", false),
    ] {
        assert_eq!(verify(strict.clone(), &request, at), accepted, "{at}");
    }
    assert!(verify(verifier().with_clock_skew(Duration::MAX), &request, "00000101T000000Z"));
    assert!(!verify(strict, &link, "20130523T235959Z"), "the clock of requests is not that of links");

    let patient = verifier().with_link_clock_skew(Duration::from_secs(5));
    for (at, accepted) in [
        ("20130523T235955Z", true),
        ("20130523T235954Z", false),
        ("20130524T001500Z", true),
        ("20130524T001501Z", false),
    ] {
        assert_eq!(verify(patient.clone(), &link, at), accepted, "{at}");
    }
    assert!(!verify(verifier(), &link, "20130523T235959Z"));

    assert!(verify(verifier().with_longest_lifetime(Duration::from_secs(900)), &link, "20130524T000000Z"));
    let short = verifier().with_longest_lifetime(Duration::from_secs(899));
    let refused = link.verify(&short, &credentials(), now());
    assert_eq!(refused, Err(VerifyError::Lifetime { longest: 899 }));
    let week = Forged::link().expires("604800").sign();
    assert!(verify(verifier().with_longest_lifetime(Duration::MAX), &week, "20130524T000000Z"));

    let proxied = Forged::header().sign().with("X-Amz-Cf-Id", "1").with("content-type", "text/plain");
    assert!(!verify(verifier(), &proxied, "20130524T000000Z"));
    assert!(!verify(verifier().with_unsigned_headers(&["x-amz-cf-id"]), &proxied, "20130524T000000Z"));
    let listed = ["x-amz-cf-id", "Content-Type"];
    assert!(verify(verifier().with_unsigned_headers(&listed), &proxied, "20130524T000000Z"));

    // What decides about the body or the time is not believed unsigned, even if it is listed.
    let listed = ["x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-date"];
    let lenient = verifier().with_unsigned_headers(&listed);
    for link in [Forged::link(), Forged::link().set("content-type", "text/plain")] {
        let hash = link.sign().with("x-amz-content-sha256", &PayloadHash::EMPTY.to_string());
        let payload = hash.verified(&lenient, &credentials(), now(), |verified| verified.payload());
        assert_eq!(payload, Ok(PayloadHash::UNSIGNED));
    }
    let streaming = Forged::header().payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD").sign();
    let refused = streaming.with("x-amz-decoded-content-length", "1").verify(&lenient, &credentials(), now());
    assert_eq!(refused, Err(VerifyError::Missing { part: Part::Header("x-amz-decoded-content-length") }));
    let redated = Forged::header().unsigned(&["x-amz-date"]).sign().without("x-amz-date");
    let redated = redated.with("x-amz-date", "20130524T000001Z").verify(&lenient, &credentials(), now());
    assert_eq!(redated, Err(VerifyError::SignatureMismatch));

    let far = at("99991231T235959Z");
    let last = Forged::link().dated("99991231T235959Z").scope("99991231/us-east-1/s3/aws4_request").sign();
    assert_eq!(last.verify(&verifier(), &credentials(), far), Ok(()), "the end of time");
}

/// By the general rules the hash of the body is signed and not sent.
#[test]
fn bodies_of_other_services() {
    let service = Service::new("iam").expect("a service");
    let signer = s3_sigv4::Signer::for_service(credentials(), service.clone(), "us-east-1", now()).expect("a signer");
    let request = Request::new("POST", "https://iam.amazonaws.com", "/").expect("a request");
    let signed = signer.sign(&request, PayloadHash::of(b"body"), now()).expect("a signature");
    let incoming = Incoming::signed(&request, &[], &signed);
    let verifier = verifier().with_service(service);
    let verify = |body: Option<&[u8]>| {
        incoming.claim(|claim| {
            let claim = match body {
                Some(body) => claim.with_payload(PayloadHash::of(body)),
                None => claim,
            };
            verifier.verify(claim, &credentials(), now())?.check_body(b"body")
        })
    };
    assert_eq!(verify(Some(b"body")), Ok(()));
    assert_eq!(verify(Some(b"bodz")), Err(VerifyError::SignatureMismatch));
    assert_eq!(verify(None), Err(VerifyError::PayloadUnknown));

    let link = Incoming::link(&signer.presign(&request, Duration::from_secs(60), now()).expect("a link"));
    let check = |body: &[u8]| link.verified(&verifier, &credentials(), now(), |verified| verified.check_body(body));
    assert_eq!(check(b""), Ok(Ok(())));
    assert_eq!(check(b"a"), Ok(Err(VerifyError::BodyMismatch)), "a link has an empty body");

    // For S3 the request says it, and what the caller says does not count.
    let s3 = Forged::header().sign().claim(|claim| {
        let claim = claim.with_payload(PayloadHash::of(b"another"));
        self::verifier().verify(claim, &credentials(), now())?.check_body(b"body")
    });
    assert_eq!(s3, Ok(()));
}

#[test]
fn the_body_is_held_against_its_hash() {
    let with = |payload: &str, check: fn(Verified<'_>) -> Result<(), VerifyError>| {
        let request = Forged::header().payload(payload).set("x-amz-decoded-content-length", "4").sign();
        request.verified(&verifier(), &credentials(), now(), check).expect("verified")
    };
    let hash = PayloadHash::of(b"body").to_string();
    let mismatch = Err(VerifyError::BodyMismatch);
    assert_eq!(with(&hash, |verified| verified.check_body(b"body")), Ok(()));
    assert_eq!(with(&hash, |verified| verified.check_body(b"")), mismatch);
    assert_eq!(with(&hash, |verified| verified.check_body(b"body ")), mismatch);
    let pieces = |verified: Verified<'_>| {
        let mut hasher = verified.body_hasher()?;
        for piece in [&b"bo"[..], b"", b"d", b"y"] {
            assert_eq!(hasher.clone().finish(), Err(VerifyError::BodyMismatch), "a part is not the whole");
            hasher.update(piece);
        }
        hasher.finish()
    };
    assert_eq!(with(&hash, pieces), Ok(()));
    assert_eq!(with(&PayloadHash::EMPTY.to_string(), |verified| verified.check_body(b"")), Ok(()));
    assert_eq!(with(&PayloadHash::EMPTY.to_string(), |verified| verified.check_body(b"a")), mismatch);
    assert_eq!(with("UNSIGNED-PAYLOAD", |verified| verified.check_body(b"anything")), Ok(()));
    let chunked = Err(VerifyError::BodyChunked);
    for payload in [
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ] {
        assert_eq!(with(payload, |verified| verified.check_body(b"body")), chunked, "{payload}");
        assert_eq!(with(payload, |verified| verified.body_hasher().map(drop)), chunked, "{payload}");
    }
}

#[test]
fn what_is_verified() {
    let bucket = bucket();
    let headers = [("Content-Type", "image/jpeg"), ("x-amz-acl", "private")];
    let request = bucket.put("cat.jpg").expect("a request").with_headers(&headers);
    let session = session().with_expiration(at("20130524T000500Z"));
    let signer = s3_sigv4::Signer::new(session.clone(), "us-east-1", now()).expect("a signer");
    let link = Incoming::link(&signer.presign(&request, Duration::from_secs(900), now()).expect("a link"));
    link.claim(|claim| {
        assert_eq!(claim.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        assert_eq!((claim.scope().to_string(), claim.dated(), claim.is_link()), (SCOPE.to_owned(), now(), true));
        let debug = format!("{claim:?}");
        assert!(!debug.contains(TOKEN) && !debug.contains("ature") && !debug.contains("cat.jpg"), "{debug}");
        let verified = verifier().verify(claim, &session, now())?;
        assert_eq!(verified.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        assert_eq!(verified.scope().to_string(), SCOPE);
        assert_eq!(verified.dated(), now());
        assert_eq!(verified.valid_until(), Some(at("20130524T000500Z")), "the end of the credentials");
        assert!(verified.has_session_token());
        assert_eq!(verified.signed_headers().collect::<Vec<_>>(), ["content-type", "host", "x-amz-acl"]);
        assert!(verified.is_signed("Content-Type") && verified.is_signed("HOST") && !verified.is_signed("content"));
        assert_eq!(verified.payload(), PayloadHash::UNSIGNED);
        assert_eq!((verified.decoded_length(), verified.trailer()), (None, None));
        let debug = format!("{verified:?}");
        assert!(!debug.contains(TOKEN) && !debug.contains("cat.jpg"), "{debug}");
        Ok(())
    })
    .expect("verified");

    let signed =
        Forged::header().payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER").set("x-amz-trailer", "x-amz-checksum-crc32");
    let signed = signed.set("x-amz-decoded-content-length", "4").sign();
    signed
        .verified(&verifier(), &credentials(), now(), |verified| {
            assert_eq!((verified.valid_until(), verified.has_session_token()), (None, false));
            assert_eq!((verified.decoded_length(), verified.trailer()), (Some(4), Some("x-amz-checksum-crc32")));
            assert_eq!(verified.payload(), PayloadHash::STREAMING_UNSIGNED_TRAILER);
        })
        .expect("verified");
    assert_eq!(Forged::header().sign().claim(|claim| Ok(claim.is_link())), Ok(false));
}

/// A link can be checked by whoever has it as text, and a request before it is sent.
/// Clients and proxies may sort a query anew; what is signed is its sorted form.
#[test]
fn parameters_come_in_any_order() {
    let link = Forged::link().query("a", "1").query("X-Amz-E", "2").query("a", "0").sign();
    let (path, query) = link.target.split_once('?').expect("a query");
    let mut parameters: Vec<_> = query.split('&').collect();
    for _ in 0..2 {
        parameters.reverse();
        for _ in 0..parameters.len() {
            parameters.rotate_left(1);
            let link = Incoming { target: format!("{path}?{}", parameters.join("&")), ..link.clone() };
            assert_eq!(link.verify(&verifier(), &credentials(), now()), Ok(()), "{}", link.target);
        }
    }
    let swapped = link.target.replace("a=0&a=1", "a=1&a=0");
    assert_ne!(swapped, link.target);
    let swapped = Incoming { target: swapped, ..link };
    assert_eq!(swapped.verify(&verifier(), &credentials(), now()), Ok(()));
}

#[test]
fn requests_that_were_not_received() {
    let bucket = bucket();
    let link = signer().presign(&bucket.get("test.txt").expect("a request"), Duration::from_secs(900), now());
    let link = link.expect("a link");
    let from_url = Request::from_url("GET", link.url()).expect("a request");
    let (path, query) = link.url().split_once('?').expect("a query");
    let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.replace("%2F", "/"))).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, &**value)).collect();
    let raw = bucket.get("test.txt").expect("a request").with_query(&pairs);
    assert!(path.ends_with("test.txt"));
    for request in [from_url, raw] {
        let claim = Claim::parse(&request).expect("a claim");
        let verified = verifier().verify(claim, &credentials(), now()).expect("verified");
        assert_eq!(verified.access_key_id(), ACCESS_KEY);
    }

    let part = bucket.upload_part("a b", 7, "id/1").expect("a request");
    let signer = signer();
    let signed = signer.sign(&part, PayloadHash::EMPTY, now()).expect("a signature");
    let headers: Vec<_> = signed.headers().collect();
    let claim = Claim::parse(&part.with_headers(&headers)).expect("a claim");
    assert!(verifier().verify(claim, &credentials(), now()).is_ok(), "the parameters of the operation are signed");
}

#[test]
fn a_host_header_says_what_the_target_says() {
    let link = Forged::link().sign();
    let headers = [("Host", HOST)];
    let parse = |host: &'static str| {
        let request = Request::received("PUT", host, &link.target).expect("a request");
        Claim::parse(&request.with_headers(&headers)).map(drop)
    };
    assert_eq!(parse(HOST), Ok(()));
    for other in ["other.example.com", "EXAMPLEBUCKET.s3.amazonaws.com", "examplebucket.s3.amazonaws.com:443"] {
        assert_eq!(parse(other), Err(VerifyError::HostConflict), "{other}");
    }
    // Over HTTP/2 there is none, and the authority was signed.
    let request = Request::received("PUT", HOST, &link.target).expect("a request");
    let claim = Claim::parse(&request).expect("a claim");
    assert!(verifier().verify(claim, &credentials(), now()).is_ok());
}

/// Every verb, as its product is received.
#[test]
fn all_that_is_signed_is_verified() {
    let bucket = bucket();
    let given =
        [("Content-Type", "image/jpeg"), ("x-amz-meta-a", " b   c "), ("X-Amz-Meta-A", "d"), ("user-agent", "a")];
    let query = [("versionId", "a+b"), ("a", ""), ("", "é")];
    for credentials in [credentials(), session()] {
        let signer = s3_sigv4::Signer::new(credentials.clone(), "us-east-1", now()).expect("a signer");
        for key in ["test.txt", "a//b/../c", " é+%2F&=?#", "/", "😀"] {
            let verify = |incoming: Incoming| {
                let result = incoming.verify(&verifier(), &credentials, now());
                assert_eq!(result, Ok(()), "{key}: {incoming:?}");
            };
            let request = bucket.put(key).expect("a request").with_headers(&given).with_query(&query);
            let request = request.allow_dot_segments();
            verify(Incoming::link(&signer.presign(&request, Duration::from_secs(60), now()).expect("a link")));
            let payload = PayloadHash::of(b"body");
            let hashed = [("x-amz-content-sha256", payload.as_str())];
            let link = request.with_headers(&hashed);
            let link = signer.presign_payload(&link, payload, Duration::from_secs(60), now()).expect("a link");
            verify(Incoming::link(&link));
            verify(Incoming::signed(&request, &given, &signer.sign(&request, payload, now()).expect("a signature")));

            let body = s3_sigv4::ChunkedBody::signed(66_560).with_trailers(&[("x-amz-checksum-crc32c", 8)]);
            let signed = signer.sign_chunked(&request, &body.expect("a body"), now()).expect("a signature");
            verify(Incoming::with_headers(&request, &given, signed.headers()));
            let mut lines = String::new();
            signer.sign_to(&mut lines, &request, payload, now()).expect("a signature");
            let lines = lines.lines().filter_map(|line| line.split_once(": "));
            verify(Incoming::with_headers(&request, &given, lines));
        }
    }
}

/// Headers that signing may add do not count to the limit, however often they are sent.
#[test]
fn as_many_signed_headers_as_a_request_can_have() {
    for (with_host, repeated) in [(true, 9), (false, 10)] {
        let names: Vec<String> = (0..128).map(|index| format!("x{index}")).collect();
        let mut headers: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "1")).collect();
        headers.extend([("content-encoding", "gzip")].repeat(repeated));
        headers.extend(with_host.then_some(("host", HOST)));
        let mut signed = vec!["content-encoding".to_owned(), "host".to_owned()];
        signed.append(&mut names.clone());
        signed.sort();
        let target = format!(
            "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ACCESS_KEY}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders={}&X-Amz-Signature={}",
            signed.join("%3B"),
            "0".repeat(64)
        );
        let request = Request::received("GET", HOST, &target).expect("a request").with_headers(&headers);
        let claim = Claim::parse(&request).expect("a claim");
        let refused = verifier().verify(claim, &credentials(), now()).expect_err("nobody signed it");
        assert_eq!(refused, VerifyError::SignatureMismatch);
    }
}

/// What the log and the client are told.
#[test]
fn messages() {
    let name = excerpt("x-amz-acl");
    let (dated, later) = (now(), at("20130524T010000Z"));
    let header = |name| Part::Header(name);
    let (credential, parameter) = (Part::Authorization("Credential"), Part::Parameter("X-Amz-Credential"));
    for (error, log, code, status) in [
        (VerifyError::NotSigned, "the request is not signed", "AccessDenied", 403),
        (
            VerifyError::SignedTwice,
            "the request is signed both in the Authorization header and in the query",
            "InvalidArgument",
            400,
        ),
        (
            VerifyError::Algorithm { part: header("authorization") },
            "the header authorization names another algorithm than AWS4-HMAC-SHA256",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::Algorithm { part: Part::Parameter("X-Amz-Algorithm") },
            "the parameter X-Amz-Algorithm names another algorithm than AWS4-HMAC-SHA256",
            "AuthorizationQueryParametersError",
            400,
        ),
        (VerifyError::Missing { part: header("x-amz-date") }, "the header x-amz-date is missing", "AccessDenied", 403),
        (
            VerifyError::Missing { part: header("x-amz-content-sha256") },
            "the header x-amz-content-sha256 is missing",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::Missing { part: header("x-amz-decoded-content-length") },
            "the header x-amz-decoded-content-length is missing",
            "MissingContentLength",
            411,
        ),
        (VerifyError::Missing { part: parameter }, "the parameter X-Amz-Credential is missing", QUERY, 400),
        (VerifyError::Missing { part: Part::Host }, "the host is missing", "InvalidRequest", 400),
        (
            VerifyError::Repeated { part: credential },
            "Credential in the Authorization header is there more than once",
            HEADER,
            400,
        ),
        (
            VerifyError::Malformed { part: header("authorization") },
            "the header authorization is not well formed",
            HEADER,
            400,
        ),
        (
            VerifyError::Malformed { part: header("x-amz-content-sha256") },
            "the header x-amz-content-sha256 is not well formed",
            "InvalidArgument",
            400,
        ),
        (VerifyError::Malformed { part: Part::Method }, "the method is not well formed", "InvalidRequest", 400),
        (VerifyError::Malformed { part: Part::Target }, "the request's target is not well formed", "InvalidURI", 400),
        (
            VerifyError::MalformedHeader { name },
            "the header x-amz-acl has a name or a value that no header can have",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::HostConflict,
            "the host header differs from the host in the request's target",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::PlusInPath { position: 6 },
            "the path has a + at byte offset 6, which S3 reads as a space and some servers as a plus",
            "InvalidURI",
            400,
        ),
        (
            VerifyError::TooManyHeaders { count: 132 },
            "132 headers are more than the 128 that are taken besides those of authentication",
            "RequestHeaderSectionTooLarge",
            400,
        ),
        (
            VerifyError::TooManyParameters { count: 135 },
            "135 query parameters are more than the 128 that are taken besides those of authentication",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::QueryTooLong { length: 65_001 },
            "a query of 65001 bytes is longer than the 65000 that are taken",
            "InvalidURI",
            400,
        ),
        (
            VerifyError::ScopeDay { part: credential },
            "the day in Credential in the Authorization header is not the day on which the request is dated",
            HEADER,
            400,
        ),
        (
            VerifyError::ScopeRegion { part: parameter },
            "the region in the parameter X-Amz-Credential is not the verifier's",
            QUERY,
            400,
        ),
        (
            VerifyError::ScopeService { part: parameter },
            "the service in the parameter X-Amz-Credential is not the verifier's",
            QUERY,
            400,
        ),
        (
            VerifyError::Skewed { dated, now: later },
            "the request is dated 2013-05-24T00:00:00Z, too far from the present, 2013-05-24T01:00:00Z",
            "RequestTimeTooSkewed",
            403,
        ),
        (
            VerifyError::NotYetGood { from: later, now: dated },
            "the link is good from 2013-05-24T01:00:00Z on, and it is 2013-05-24T00:00:00Z",
            "AccessDenied",
            403,
        ),
        (
            VerifyError::Expired { until: dated, now: later },
            "the link was good until 2013-05-24T00:00:00Z, and it is 2013-05-24T01:00:00Z",
            "AccessDenied",
            403,
        ),
        (VerifyError::Lifetime { longest: 604_800 }, "the link's lifetime is not 1 to 604800 seconds", QUERY, 400),
        (VerifyError::HostNotSigned, "the host is not signed", "AccessDenied", 403),
        (VerifyError::HeaderNotSigned { name }, "the header x-amz-acl is not signed", "AccessDenied", 403),
        (
            VerifyError::SignedHeaderMissing { name },
            "the header x-amz-acl was signed, and is not there",
            "SignatureDoesNotMatch",
            403,
        ),
        (VerifyError::StreamingLink, "a link cannot have a streaming body", "InvalidRequest", 400),
        (
            VerifyError::PayloadAlgorithm,
            "the body is signed by another algorithm than AWS4-HMAC-SHA256",
            "InvalidRequest",
            400,
        ),
        (
            VerifyError::PayloadUnknown,
            "the body's hash is signed and not named in the request, so that the body is needed",
            "InternalError",
            500,
        ),
        (VerifyError::UnknownKey, "the access key id is not known", "SignatureDoesNotMatch", 403),
        (VerifyError::SignatureMismatch, "the signature does not match", "SignatureDoesNotMatch", 403),
        (VerifyError::TokenMissing, "the session token is missing", "InvalidToken", 400),
        (
            VerifyError::TokenUnexpected,
            "there is a session token, and the credentials have none of that name",
            "InvalidToken",
            400,
        ),
        (
            VerifyError::TokenBesideLink { name: "x-amz-security-token" },
            "a link has its session token in its query, and not in the header x-amz-security-token",
            "InvalidRequest",
            400,
        ),
        (VerifyError::TokenMismatch, "the session token is not that of the credentials", "InvalidToken", 400),
        (
            VerifyError::CredentialsExpired { expired: dated, now: later },
            "the credentials expired at 2013-05-24T00:00:00Z, and it is 2013-05-24T01:00:00Z",
            "ExpiredToken",
            400,
        ),
        (
            VerifyError::OtherCredentials,
            "the credentials that were looked up have another access key id than the request",
            "InternalError",
            500,
        ),
        (
            VerifyError::OtherKey,
            "the signing key that was looked up is for another day, region or service than the request",
            "InternalError",
            500,
        ),
        (VerifyError::BodyMismatch, "the body is not the one that was signed", "XAmzContentSHA256Mismatch", 400),
        (VerifyError::BodyChunked, "the body is aws-chunked, and is checked as it is decoded", "InternalError", 500),
    ] {
        assert_eq!(error.to_string(), log);
        let message = error.client_message();
        assert_eq!((message.code(), message.status()), (code, status), "{log}");
        // A stranger learns nothing of what the server has or expects.
        assert!(!message.message().is_empty() && !message.message().contains("2013"), "{message}");
        assert_eq!(message.to_string(), format!("{code}: {}", message.message()));
    }
    assert_eq!(VerifyError::UnknownKey.client_message(), VerifyError::SignatureMismatch.client_message());
    assert!(size_of::<VerifyError>() <= 64, "{}", size_of::<VerifyError>());
}

const HEADER: &str = "AuthorizationHeaderMalformed";
const QUERY: &str = "AuthorizationQueryParametersError";

#[test]
fn everything_can_be_sent_between_threads_and_hides_secrets() {
    fn shared<T: Send + Sync>() {}
    shared::<Verifier<'_>>();
    shared::<Claim<'_>>();
    shared::<Verified<'_>>();
    shared::<VerifyingKey<'_>>();
    shared::<VerifyError>();
    let (credentials, key) = (credentials(), key(SCOPE));
    for debug in [
        format!("{:?}", verifier()),
        format!("{:?}", VerifyingKey::from(&credentials)),
        format!("{:?}", VerifyingKey::from(&key).with_session_token(TOKEN)),
        format!("{:?}", VerifyingKey::from(None::<&Credentials>)),
    ] {
        assert!(!debug.contains(SECRET_KEY) && !debug.contains(TOKEN) && debug.len() < 100, "{debug}");
    }
    let same =
        |a: VerifyingKey<'_>, b: Option<&Credentials>| format!("{a:?}") == format!("{:?}", VerifyingKey::from(b));
    assert!(same((&credentials).into(), None), "a log does not tell known keys from unknown ones");
}

fn key(scope: &str) -> SigningKey {
    SigningKey::derive(&credentials(), CredentialScope::parse(scope).expect("a scope"))
}

const PARAMETERS: [&str; 8] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];

fn authorization_of(incoming: &Incoming) -> String {
    let found = incoming.headers.iter().find(|(name, _)| name == "authorization").expect("an Authorization header");
    String::from_utf8(found.1.clone()).expect("text")
}

/// The components the other way round.
fn reversed(authorization: &str) -> String {
    let (algorithm, rest) = authorization.split_once(' ').expect("components");
    let components: Vec<_> = rest.split(", ").collect();
    format!("{algorithm} {}", components.into_iter().rev().collect::<Vec<_>>().join(", "))
}

fn signature_of(incoming: &Incoming) -> String {
    let text =
        if incoming.target.contains("Signature=") { incoming.target.clone() } else { authorization_of(incoming) };
    text.rsplit_once("Signature=").expect("a signature").1.into()
}

fn replace_signature(incoming: &Incoming, with: &str) -> Incoming {
    let signature = signature_of(incoming);
    let mut incoming = incoming.clone();
    incoming.target = incoming.target.replace(&signature, with);
    for (_, value) in incoming.headers.iter_mut().filter(|(name, _)| name == "authorization") {
        *value = String::from_utf8(value.clone()).expect("text").replace(&signature, with).into_bytes();
    }
    incoming
}

/// The excerpt that an error holds, by way of an error that any name produces.
fn excerpt(name: &str) -> s3_sigv4::Excerpt {
    let headers = [(name, "\n")];
    let request = Request::received("GET", HOST, "/").expect("a request").with_headers(&headers);
    match Claim::parse(&request) {
        Err(VerifyError::MalformedHeader { name }) => name,
        other => panic!("{other:?}"),
    }
}
