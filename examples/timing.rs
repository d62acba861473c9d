//! Looks for secrets in the time that verifying takes, in the spirit of dudect (Reparaz, Balasch and Verbauwhede, "Dude,
//! is my code constant time?", 2017): inputs of two classes in random turns, and Welch's t between the classes, over all
//! measurements and over those below several percentiles, because what disturbs a measurement makes it longer. The
//! largest |t| counts: above 10 the classes differ; below 5, this many measurements show no difference.
//!
//! Comparisons that stop at the first difference are planted among the checks, and have to be found. Whether an access key
//! id is known is told by other code, and its time is only close: there the medians may differ by a twentieth.
//!
//! ```sh
//! cargo run --release --example timing -- 1000000
//! ```

mod random;
#[path = "../tests/util/mod.rs"]
mod util;

use core::hint::black_box;
use core::time::Duration;
use random::Random;
use s3_sigv4::{
    Claim, CredentialScope, Credentials, PayloadHash, Presigned, Signature, Signer, SigningKey, Verifier, VerifyError,
    VerifyingKey,
};
use std::env;
use std::time::Instant;
use util::{ACCESS_KEY, Incoming, SECRET_KEY, credentials, now, request, signer};

const FOUND: f64 = 10.0;
const QUIET: f64 = 5.0;
/// Up to which of the sorted measurements, in thousandths.
const CROPS: [usize; 9] = [50, 100, 250, 500, 750, 900, 950, 990, 1000];
/// How many inputs there are, of both classes in any order: where one lies in memory must be no property of its class.
const POOL: usize = 128;
/// Longer than anything that is looked at in one go.
const TOKEN: &str = concat!(
    "IQoJb3JpZ2luX2VjEXAMPLE//+=tokenIQoJb3JpZ2luX2VjEXAMPLE//+=tokenIQoJb3JpZ2luX2VjEXAMPLE//+=token",
    "IQoJb3JpZ2luX2VjEXAMPLE//+=tokenIQoJb3JpZ2luX2VjEXAMPLE//+=tokenIQoJb3JpZ2luX2VjEXAMPLE//+=token",
);

fn main() {
    let count = env::args().nth(1).map_or(100_000, |text| text.parse().expect("a number of measurements"));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let classes = core::array::from_fn(|_| random.below(2) as usize);
    let mut run = Run { count, random, classes, failed: vec![] };
    println!(" max |t|  medians, ns  of {count} measurements each");
    comparisons(&mut run);
    links_and_headers(&mut run);
    unknown_keys(&mut run);
    tokens(&mut run);
    secrets(&mut run);
    assert!(run.failed.is_empty(), "{:#?}", run.failed);
}

fn comparisons(run: &mut Run) {
    let right = link().url()[link().url().len() - 64..].to_owned();
    let wrong = [0, 63].map(|at| changed(&right, at));
    let pool = run.pool(|class| wrong[class].clone());
    run.measure(Expect::Different, "digits compared up to the first that differs", |at| {
        timed(8, || compared_early(&pool[at], &right))
    });
    let signature = |text: &String| Signature::parse(text).expect("a signature");
    let (ours, wrong) = (signature(&right), wrong.each_ref().map(signature));
    for (name, given) in [
        ("signatures: the first or the last digit differs", wrong),
        ("signatures: the right one or a wrong one", [ours, wrong[0]]),
    ] {
        let pool = run.pool(|class| given[class]);
        run.measure(Expect::Same, name, |at| {
            // In one place, for 32 bytes may lie across two lines of the cache.
            let given = pool[at];
            timed(8, || black_box(&given) == black_box(&ours))
        });
    }
}

/// A comparison as a server must not make it.
fn compared_early(given: &str, right: &str) -> bool {
    given.bytes().zip(right.bytes()).all(|(a, b)| black_box(a) == black_box(b))
}

fn links_and_headers(run: &mut Run) {
    let link = Incoming::link(&link());
    let signer = signer();
    let put = request("/test$file.text");
    let header = Incoming::signed(&put, &[], &signer.sign(&put, PayloadHash::EMPTY, now()).expect("a signature"));
    let first_or_last = |incoming: &Incoming| [0, 63].map(|at| with_wrong_digit(incoming, at));
    verify(
        run,
        (Expect::Same, "a link by its key: the first or the last digit differs"),
        first_or_last(&link),
        [signer.key().into(); 2],
    );
    let credentials = credentials();
    let by_credentials = [VerifyingKey::from(&credentials); 2];
    verify(run, (Expect::Same, "a header by credentials: likewise"), first_or_last(&header), by_credentials);

    let right = link.target[link.target.len() - 64..].to_owned();
    let pool = run.pool(|class| changed(&right, [0, 63][class]));
    let (verifier, wrong) = (Verifier::new("us-east-1"), with_wrong_digit(&link, 5));
    run.measure(Expect::Different, "a link by its key, and then digits compared early", |at| {
        let time = |claim: Claim<'_>| {
            let verified = || verifier.verify(claim.clone(), signer.key(), now()).map(|_| ());
            Ok(timed(1, || (verified(), compared_early(&pool[at], &right))))
        };
        wrong.claim(time).expect("a claim")
    });
}

fn unknown_keys(run: &mut Run) {
    let wrong = with_wrong_digit(&Incoming::link(&link()), 0);
    let (signer, credentials) = (signer(), credentials());
    let by_key = [signer.key().into(), None::<&SigningKey>.into()];
    verify(run, (Expect::Close, "a wrong link by its key: known or not"), [wrong.clone(), wrong.clone()], by_key);
    let by_credentials = [(&credentials).into(), None::<&Credentials>.into()];
    verify(run, (Expect::Close, "a wrong link by credentials: known or not"), [wrong.clone(), wrong], by_credentials);
}

/// The signature is right, and the token another one.
fn tokens(run: &mut Run) {
    let session = |token: &str| credentials().with_session_token(token.to_owned()).expect("a token");
    let wrong = [0, TOKEN.len() - 1].map(|at| {
        let mut token = TOKEN.to_owned();
        token.replace_range(at..=at, "x");
        Signer::new(session(&token), "us-east-1", now()).expect("a signer")
    });
    let minute = Duration::from_secs(60);
    let get = request("/test.txt");
    let links = wrong.each_ref().map(|signer| Incoming::link(&signer.presign(&get, minute, now()).expect("a link")));
    let headers = wrong
        .each_ref()
        .map(|signer| Incoming::signed(&get, &[], &signer.sign(&get, PayloadHash::EMPTY, now()).expect("a signature")));
    let signer = signer();
    let key = [VerifyingKey::from(signer.key()).with_session_token(TOKEN); 2];
    verify(run, (Expect::Same, "a link's token: the first or the last character differs"), links, key);
    verify(run, (Expect::Same, "a header's token: likewise"), headers, key);
}

/// What is done with a secret: always the same one, or others of its length.
fn secrets(run: &mut Run) {
    let mut random = Random(run.random.0 ^ 0xffff);
    let mut other = || (0..SECRET_KEY.len()).map(|_| char::from(b'0' + random.below(75) as u8)).collect::<String>();
    let secrets = run.pool(|class| if class == 0 { SECRET_KEY.to_owned() } else { other() });
    let own = |secret| Credentials::new(ACCESS_KEY, secret).expect("a secret");
    let pool: Vec<_> = secrets.into_iter().map(own).collect();
    let scope = CredentialScope::parse("20130524/us-east-1/s3/aws4_request").expect("a scope");
    run.measure(Expect::Same, "a key derived from one secret or from others", |at| {
        // In one place, as above: a pool of any size lies somewhere.
        let own = pool[at].clone();
        timed(1, || SigningKey::derive(&own, scope.clone()))
    });
    let signer = |own| Signer::new(own, "us-east-1", now()).expect("a signer");
    let (pool, get) = (pool.into_iter().map(signer).collect::<Vec<_>>(), request("/test.txt"));
    run.measure(Expect::Same, "a request signed by one key or by others", |at| {
        let signer = pool[at].clone();
        timed(1, || signer.sign(&get, PayloadHash::EMPTY, now()).map(|signed| signed.signature()))
    });
}

fn link() -> Presigned {
    signer().presign(&request("/test.txt"), Duration::from_secs(86_400), now()).expect("a link")
}

/// The hexadecimal digits with another one in this place.
fn changed(digits: &str, at: usize) -> String {
    let other = if &digits[at..=at] == "0" { "1" } else { "0" };
    [&digits[..at], other, &digits[at + 1..]].concat()
}

/// The request with another digit in its signature, which ends the target or the header.
fn with_wrong_digit(incoming: &Incoming, at: usize) -> Incoming {
    let mut wrong = incoming.clone();
    let change = |text: &str| {
        let (front, digits) = text.split_at(text.len() - 64);
        [front, &changed(digits, at)].concat()
    };
    match wrong.headers.iter_mut().find(|(name, _)| name == "authorization") {
        Some((_, value)) => *value = change(core::str::from_utf8(value).expect("text")).into_bytes(),
        None => wrong.target = change(&wrong.target),
    }
    wrong
}

/// What of two refusals takes how long. Reading the claim is not timed.
fn verify(run: &mut Run, (expect, name): (Expect, &str), incoming: [Incoming; 2], keys: [VerifyingKey<'_>; 2]) {
    let verifier = Verifier::new("us-east-1");
    for (incoming, key) in incoming.iter().zip(keys) {
        let refused = incoming.verify(&verifier, key, now());
        let expected = [VerifyError::SignatureMismatch, VerifyError::UnknownKey, VerifyError::TokenMismatch];
        assert!(refused.as_ref().is_err_and(|error| expected.contains(error)), "{name}: {refused:?}");
    }
    let pool = run.pool(|class| (incoming[class].clone(), keys[class]));
    run.measure(expect, name, |at| {
        let (incoming, key) = &pool[at].clone();
        let time = |claim: Claim<'_>| Ok(timed(1, || verifier.verify(claim.clone(), *key, now()).map(|_| ())));
        incoming.claim(time).expect("a claim")
    });
}

/// Nanoseconds, of so many times.
fn timed<T>(times: u32, mut what: impl FnMut() -> T) -> u64 {
    let start = Instant::now();
    for _ in 0..times {
        black_box(what());
    }
    start.elapsed().as_nanos() as u64
}

struct Run {
    count: usize,
    random: Random,
    /// Of each input of a pool.
    classes: [usize; POOL],
    failed: Vec<String>,
}

/// What is said of the two classes.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Different,
    Same,
    Close,
}

impl Run {
    fn pool<T>(&self, input: impl FnMut(usize) -> T) -> Vec<T> {
        self.classes.iter().copied().map(input).collect()
    }

    /// `once` times the input of this number.
    fn measure(&mut self, expect: Expect, name: &str, mut once: impl FnMut(usize) -> u64) {
        let mut times = [vec![], vec![]];
        let warm_up = self.count / 20;
        for i in 0..self.count + warm_up {
            let at = self.random.below(POOL as u64) as usize;
            let time = once(at);
            if i >= warm_up {
                times[self.classes[at]].push(time);
            }
        }
        let mut sorted = times.concat();
        sorted.sort_unstable();
        let t = CROPS.map(|crop| welch(&times, sorted[(sorted.len() * crop / 1000).max(1) - 1]).abs());
        let t = t.into_iter().fold(0.0, f64::max);
        let [a, b] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        let (ok, remark) = match expect {
            Expect::Different => (t > FOUND, "planted, and has to be seen"),
            Expect::Same => (t < FOUND, if t < QUIET { "not seen" } else { "doubtful: measure for longer" }),
            Expect::Close => (a.abs_diff(b) * 20 < a.max(b), "known to be told apart; close"),
        };
        println!("{t:8.1}  {a:6} {b:6}  {name}: {remark}");
        if !ok {
            self.failed.push(format!("{name}: |t| is {t:.1}, the medians are {a} and {b} ns"));
        }
    }
}

/// Welch's t of the measurements up to the longest.
fn welch(times: &[Vec<u64>; 2], longest: u64) -> f64 {
    let [a, b] = times.each_ref().map(|times| {
        let kept = || times.iter().filter(|time| **time <= longest).map(|time| *time as f64);
        let count = kept().count() as f64;
        let mean = kept().sum::<f64>() / count;
        (mean, kept().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0) / count)
    });
    let t = (a.0 - b.0) / (a.1 + b.1).sqrt();
    // All the same, or too few of a class.
    if t.is_nan() { 0.0 } else { t }
}
