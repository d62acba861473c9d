//! What is received is verified, or refused for the reason that it should be.

mod naive;
mod util;

use core::cell::RefCell;
use core::time::Duration;
use naive::Case;
use s3_sigv4::{
    Claim, CredentialScope, Credentials, Part, PayloadHash, Request, Service, SessionToken, SigningKey, Timestamp,
    Verifier, VerifyError,
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
    reject(rule, tokens, VerifyError::Repeated { part: header("x-amz-security-token") });
    let hashes = Forged::link().query("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
    accept(rule, hashes.sign());
    let hashes = hashes.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD").sign();
    reject(rule, hashes, VerifyError::Repeated { part: header("x-amz-content-sha256") });

    let rule = "no header of authentication repeats";
    for name in ["host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-decoded-content-length"] {
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
    for wrong in ["", "Host", "host%3Bhost", "host%3B", "range%3Bhost", "host%0A", "host;+", "host%3A"] {
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
    accept(rule, streaming.clone().set("x-amz-decoded-content-length", "18446744073709551615").sign());

    let rule = "up to 128 headers and parameters, besides those of authentication";
    let many = |mut request: Forged, headers: usize, parameters: usize| {
        (0..headers).for_each(|i| request.headers.push((format!("a{i}"), i.to_string())));
        (0..parameters).for_each(|i| request.query.push((format!("a{i}"), i.to_string())));
        request.sign()
    };
    for request in [Forged::header(), Forged::link()] {
        accept(rule, many(request.clone(), 128, 128));
        let known = request.headers.len() + usize::from(!request.link);
        let expected = VerifyError::TooManyHeaders { count: 129 + known };
        reject(rule, many(request.clone(), 129, 0), expected);
        let known = if request.link { 6 } else { 0 };
        let expected = VerifyError::TooManyParameters { count: 129 + known };
        reject(rule, many(request.clone(), 0, 129), expected);
        reject(rule, many(request.clone(), 1000, 0).without("authorization"), {
            if request.link { VerifyError::TooManyHeaders { count: 1001 } } else { VerifyError::NotSigned }
        });
    }
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
    for target in ["", "*", "a", "https://example.com/", "/a\n", "/a#b", "?a"] {
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

    assert!(broken.borrow().is_empty(), "{}", broken.borrow().join("\n"));
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
