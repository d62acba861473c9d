use super::Presigned;
use crate::canonical::{Authentication, Order, Sink, Walk};
use crate::digest::Assembled;
use crate::encode::ascii;
use crate::error::{Error, Excerpt};
use crate::key::{Signature, Started};
use crate::lifetime::{Lifetime, Validity};
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::SessionToken;
use crate::signer::{Day, DayOf, Signer};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use zeroize::Zeroizing;

impl Signer {
    /// Links of one lifetime that are made at one instant: what they share is encoded and hashed once.
    ///
    /// ```
    /// use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    ///
    /// let links = signer.links(Duration::from_secs(86400), now)?;
    /// let mut page = String::new();
    /// for key in ["photos/cat & dog.jpg", "test.txt"] {
    ///     links.presign_to(&mut page, &bucket.get(key)?)?;
    ///     page.push('\n');
    /// }
    /// assert!(page.ends_with("Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404\n"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`Signer::presign`] says of lifetime and credentials.
    pub fn links(&self, lifetime: impl Into<Lifetime>, now: Timestamp) -> Result<Links<'_>, Error> {
        let validity = self.validity(lifetime.into(), now)?;
        let now = validity.valid_from();
        let day = self.day_of(now)?;
        let mut started = Started::new(&day.key);
        started.start_absorbed(&day.key, &day.last, now);
        let link = Link { signer: self, day: &day, started: &mut started, shared: None, validity: &validity };
        // Long enough not to grow, which would leave a copy of the token behind.
        let token = self.token_parameter().map_or(0, |(_, token)| token.len());
        let mut shared = Zeroizing::new(String::with_capacity(day.credential.len() + token + 128));
        link.authentication().write_shared(&now, &mut *shared)?;
        Ok(Links { signer: self, day, started, shared, validity })
    }
}

/// Links of one lifetime, made at one instant: [`Signer::links`].
#[derive(Clone)]
pub struct Links<'a> {
    signer: &'a Signer,
    day: DayOf<'a>,
    started: Started<2>,
    shared: Zeroizing<String>,
    validity: Validity,
}

impl Links<'_> {
    /// As [`Signer::presign`].
    ///
    /// # Errors
    /// What [`Signer::presign`] says of the request.
    pub fn presign(&self, request: &Request<'_>) -> Result<Presigned, Error> {
        self.link(&mut self.started.clone()).presign(request, &*self.signer.payload_of(request)?)
    }

    /// As [`Signer::presign_to`].
    ///
    /// # Errors
    /// What [`Signer::presign_to`] says of the request and of `out`.
    pub fn presign_to(&self, out: &mut impl Write, request: &Request<'_>) -> Result<(), Error> {
        self.link(&mut self.started.clone()).write(out, request, &*self.signer.payload_of(request)?)
    }

    /// As [`Signer::presign_payload`].
    ///
    /// # Errors
    /// What [`Signer::presign_payload`] says of the request.
    pub fn presign_payload(&self, request: &Request<'_>, payload: PayloadHash) -> Result<Presigned, Error> {
        self.link(&mut self.started.clone()).presign(request, &payload)
    }

    /// How long they are good, all alike.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    #[inline(always)]
    fn link<'r>(&'r self, started: &'r mut Started<2>) -> Link<'r> {
        let Self { signer, day, shared, validity, .. } = self;
        Link { signer, day, started, shared: Some(shared), validity }
    }
}

impl fmt::Debug for Links<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("signer", self.signer).field("validity", &self.validity).finish_non_exhaustive()
    }
}

/// One of them, or one alone.
pub(super) struct Link<'r> {
    pub(super) signer: &'r Signer,
    pub(super) day: &'r Day,
    pub(super) started: &'r mut Started<2>,
    pub(super) shared: Option<&'r str>,
    pub(super) validity: &'r Validity,
}

impl<'r> Link<'r> {
    #[inline(always)]
    pub(super) fn write(self, out: &mut impl Write, request: &Request<'_>, payload: &PayloadHash) -> Result<(), Error> {
        let mut order = Order::new();
        let (authentication, now) = (self.authentication(), self.validity.valid_from());
        let parts = self.signer.parts(request, &authentication, payload, &now);
        let walk = parts.check(&mut order)?;
        self.write_checked(out, request, walk)
    }

    fn presign(self, request: &Request<'_>, payload: &PayloadHash) -> Result<Presigned, Error> {
        let mut order = Order::new();
        let (authentication, now) = (self.authentication(), self.validity.valid_from());
        let parts = self.signer.parts(request, &authentication, payload, &now);
        let walk = parts.check(&mut order)?;
        let headers = walk
            .signed_given_headers()
            // Whoever uses the link sends its host anyway.
            .filter(|(_, name, value)| !name.eq_ignore_ascii_case("host") || *value != request.host.as_bytes())
            .map(|(index, name, value)| match core::str::from_utf8(value) {
                Ok(value) => Ok((String::from(name), String::from(value))),
                Err(_) => Err(Error::HeaderNotText { index, name: Excerpt::of(name) }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut url = String::with_capacity(512);
        let validity = *self.validity;
        self.write_checked(&mut url, request, walk)?;
        Ok(Presigned { method: request.method.into(), url, headers, validity })
    }

    /// Path and query go to the URL and to the hash in one pass: what is sent is what was signed.
    #[inline(always)]
    fn write_checked(self, out: &mut impl Write, request: &Request<'_>, walk: Walk<'_>) -> Result<(), Error> {
        out.write_str(request.scheme.prefix())?;
        out.write_str(request.host)?;
        let mut text = Assembled::new();
        let mut tee = Tee { url: out, text: &mut text, unsent: None };
        walk.walk(&mut tee)?;
        let signature = self.started.sign(&self.day.key, &tee.text.finish());
        if self.signer.rules.session_token == SessionToken::AddedAfterwards {
            if let Some((name, token)) = self.signer.token_parameter() {
                for piece in ["&", name, "=", token] {
                    tee.sent(piece)?;
                }
            }
        }
        Ok(tee.finish(&signature)?)
    }

    #[inline(always)]
    fn authentication(&self) -> Authentication<'r> {
        let Self { signer, day, shared, validity, .. } = *self;
        let credential = Cow::Borrowed(&*day.credential);
        let session_token = signer.signed_token_parameter();
        Authentication::Query { credential, session_token, expires: validity.expires, shared }
    }
}

/// Writes a link and hashes its canonical request in one pass. What is sent is a part of what is hashed, and taken from
/// there: in one piece, if the text was not too long to be kept until the end.
struct Tee<'a, W> {
    url: &'a mut W,
    text: &'a mut Assembled<8>,
    unsent: Option<Unsent>,
}

/// A part of the text that is yet to be sent.
#[derive(Clone, Copy)]
struct Unsent {
    from: usize,
    // The end of the path's line, which is a question mark in the link.
    question_mark: Option<usize>,
    to: Option<usize>,
}

impl<W: Write> Tee<'_, W> {
    /// What does not fit: the text so far is sent, as far as it is to be, before it is absorbed.
    #[cold]
    fn canonical_in_parts(&mut self, bytes: &[u8]) -> fmt::Result {
        for part in bytes.chunks(256) {
            if part.len() > self.text.free() {
                let goes_on = self.unsent.is_some_and(|unsent| unsent.to.is_none());
                self.send()?;
                self.text.absorb();
                if goes_on {
                    self.begin_sent();
                }
            }
            self.text.push(part);
        }
        Ok(())
    }

    fn send(&mut self) -> fmt::Result {
        let Some(Unsent { from, question_mark, to }) = self.unsent.take() else { return Ok(()) };
        let bytes = &self.text.bytes()[..to.unwrap_or(self.text.bytes().len())];
        let Some(question_mark) = question_mark else { return self.url.write_str(ascii(&bytes[from..])?) };
        self.url.write_str(ascii(&bytes[from..question_mark])?)?;
        self.url.write_char('?')?;
        self.url.write_str(ascii(&bytes[question_mark + 1..])?)
    }

    /// Sends what is left of the link.
    #[inline(always)]
    fn finish(mut self, signature: &Signature) -> fmt::Result {
        const NAME: &[u8; 17] = b"&X-Amz-Signature=";
        if let Some(Unsent { from, question_mark: Some(question_mark), to: Some(to) }) = self.unsent {
            // The text is hashed, so its place is free for the rest of the link.
            let end = to + NAME.len() + 64;
            if let Some(link) = self.text.place().get_mut(..end) {
                link[question_mark] = b'?';
                link[to..to + NAME.len()].copy_from_slice(NAME);
                link[to + NAME.len()..].copy_from_slice(signature.hex().as_bytes());
                return self.url.write_str(ascii(&link[from..])?);
            }
        }
        self.send()?;
        self.url.write_str("&X-Amz-Signature=")?;
        self.url.write_str(signature.hex().as_str())
    }
}

impl<W: Write> Sink for Tee<'_, W> {
    // As in `Assembled::take`.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        if self.text.take(bytes) { Ok(()) } else { self.canonical_in_parts(bytes) }
    }

    #[inline(always)]
    fn begin_sent(&mut self) {
        self.unsent = Some(Unsent { from: self.text.bytes().len(), question_mark: None, to: None });
    }

    #[inline(always)]
    fn begin_sent_query(&mut self) -> fmt::Result {
        let line_end = self.text.bytes().len().checked_sub(1);
        match &mut self.unsent {
            Some(unsent) => (unsent.question_mark, unsent.to) = (line_end, None),
            None => {
                self.url.write_char('?')?;
                self.begin_sent();
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn end_sent(&mut self) {
        if let Some(unsent) = &mut self.unsent {
            unsent.to = Some(self.text.bytes().len());
        }
    }

    #[inline(always)]
    fn sent(&mut self, text: &str) -> fmt::Result {
        self.send()?;
        self.url.write_str(text)
    }
}
