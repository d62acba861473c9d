//! Requests as a server receives them.

use s3_sigv4::{Claim, Presigned, Request, SignedRequest, Verified, Verifier, VerifyError, VerifyingKey};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The host among them.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Incoming {
    /// What a client sends that has this link and the headers that go with it.
    pub(crate) fn link(link: &Presigned) -> Self {
        let (host, target) = split(link.url());
        let mut this = Self { method: link.method().into(), target: target.into(), headers: Vec::new() };
        let headers: Vec<_> = link.headers().collect();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            this.push("Host", host);
        }
        headers.into_iter().for_each(|(name, value)| this.push(name, value));
        this
    }

    /// What a client sends that sets the headers of a signature.
    pub(crate) fn signed(request: &Request<'_>, given: &[(&str, &str)], signed: &SignedRequest<'_>) -> Self {
        Self::with_headers(request, given, signed.headers())
    }

    /// The same for any headers to set in place of those given.
    pub(crate) fn with_headers<'s>(
        request: &Request<'_>,
        given: &[(&str, &str)],
        set: impl Iterator<Item = (&'s str, &'s str)>,
    ) -> Self {
        let set: Vec<_> = set.collect();
        let url = request.url().to_string();
        let (host, target) = split(&url);
        let mut this = Self { method: request.method().into(), target: target.into(), headers: Vec::new() };
        if !given.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            this.push("Host", host);
        }
        for (name, value) in given {
            if !set.iter().any(|(set, _)| set.eq_ignore_ascii_case(name)) {
                this.push(name, value);
            }
        }
        set.into_iter().for_each(|(name, value)| this.push(name, value));
        this
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.headers.push((name.into(), value.into()));
    }

    /// The same without the headers of this name.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// The same with this header added.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.push(name, value);
        self
    }

    /// The same with a part of the target replaced, which must be there.
    pub(crate) fn retarget(mut self, from: &str, to: &str) -> Self {
        assert!(self.target.contains(from), "{from} in {}", self.target);
        self.target = self.target.replace(from, to);
        self
    }

    /// The lengths of its parts: the method, the target, each header's name and value.
    fn lengths(&self) -> impl Iterator<Item = usize> {
        let headers = self.headers.iter().flat_map(|(name, value)| [name.len(), value.len()]);
        [self.method.len(), self.target.len()].into_iter().chain(headers)
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.lengths().sum()
    }

    /// The same with this byte put in (0) or replaced by this one (1), or with the byte there taken away (others).
    pub(crate) fn changed(&self, mut at: usize, byte: u8, how: u8) -> Self {
        let mut changed = self.clone();
        let ends_before = |length: &usize| {
            let rest = at.checked_sub(*length);
            at = rest.unwrap_or(at);
            rest.is_some()
        };
        let part = self.lengths().take_while(ends_before).count();
        let change = |bytes: &mut Vec<u8>| match how {
            0 => bytes.insert(at, byte),
            1 => bytes[at] = byte,
            _ => drop(bytes.remove(at)),
        };
        let change_text = |text: &mut String| {
            let mut bytes = core::mem::take(text).into_bytes();
            change(&mut bytes);
            // Text that is no UTF-8 any more cannot be received.
            *text = String::from_utf8_lossy(&bytes).into_owned();
        };
        match part {
            0 => change_text(&mut changed.method),
            1 => change_text(&mut changed.target),
            part if part % 2 == 0 => change_text(&mut changed.headers[part / 2 - 1].0),
            part => change(&mut changed.headers[part / 2 - 1].1),
        }
        changed
    }

    /// Reads the claim, and hands it on.
    pub(crate) fn claim<T>(&self, then: impl FnOnce(Claim<'_>) -> Result<T, VerifyError>) -> Result<T, VerifyError> {
        let host = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host =
            host.and_then(|(_, value)| std::str::from_utf8(value).ok()).unwrap_or_default().trim_matches([' ', '\t']);
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let request = Request::received(&self.method, host, &self.target)?.with_header_bytes(&headers);
        then(Claim::parse(&request)?)
    }

    pub(crate) fn verify<'k>(
        &self,
        verifier: &Verifier<'_>,
        key: impl Into<VerifyingKey<'k>>,
        now: s3_sigv4::Timestamp,
    ) -> Result<(), VerifyError> {
        self.verified(verifier, key, now, |_| ())
    }

    pub(crate) fn verified<'k, T>(
        &self,
        verifier: &Verifier<'_>,
        key: impl Into<VerifyingKey<'k>>,
        now: s3_sigv4::Timestamp,
        then: impl FnOnce(Verified<'_>) -> T,
    ) -> Result<T, VerifyError> {
        self.claim(|claim| Ok(then(verifier.verify(claim, key, now)?)))
    }
}

/// Host and target of a URL.
fn split(url: &str) -> (&str, &str) {
    let (_, rest) = url.split_once("://").expect("a scheme");
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}
