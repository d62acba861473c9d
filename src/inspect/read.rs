//! How each form is read.

use super::parts::{DATE, decoded, shown_parameter, without_signing};
use super::{Finding, Inspection, Kind};
use crate::encode::Text;
#[cfg(feature = "post")]
use crate::limits::LONGEST_LIFETIME;
use crate::limits::{CLOCK_SKEW, MAX_HEADERS, MAX_INSPECTED};
use crate::request::Request;
use crate::timestamp::Timestamp;
use crate::verify::{Part, VerifyError};
use alloc::string::{String, ToString};

impl Inspection {
    /// Reads a presigned link.
    #[must_use]
    pub fn of_link(url: &str) -> Self {
        let mut this = Self::new(Kind::Link);
        let foreign = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
        let text = url.trim_matches(foreign);
        if url.contains(foreign) {
            this.find(Finding::Blanks);
        }
        if text.len() > MAX_INSPECTED {
            this.find(Finding::TooLong);
            return this;
        }
        let (text, fragment) = text.split_once('#').map_or((text, None), |(text, rest)| (text, Some(rest)));
        if fragment.is_some() {
            this.find(Finding::Fragment);
        }
        let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?'])) else {
            this.find(Finding::NotUrl);
            return this;
        };
        if scheme.eq_ignore_ascii_case("http") {
            this.find(Finding::Unencrypted);
        }
        let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        // Neither a password nor what belongs in a query is shown, which is the host's where all in between is lost.
        let host = host.rsplit('@').next().unwrap_or_default();
        this.target = Some(without_signing([scheme, "://", host, path].concat()));
        if path
            .split('/')
            .any(|segment| Text::Wire(segment).bytes().eq(*b".") || Text::Wire(segment).bytes().eq(*b".."))
        {
            this.find(Finding::DotSegments);
        }
        if let Some(position) = path.find('+') {
            this.find(VerifyError::PlusInPath { position });
        }
        this.read_query(query);
        this.read_region(host);
        let target = if path.is_empty() { ["/?", query].concat() } else { target.to_string() };
        this.read_strictly(Request::received("GET", host, &target));
        this
    }

    /// Reads the headers of a signed request: all of them, or those that authenticate it. In `authorization` alone
    /// there is no date, so that `x-amz-date` is found to be missing. Another signed header that is not there is left to
    /// [`Inspection::of_request`].
    ///
    /// ```
    /// use s3_sigv4::Inspection;
    ///
    /// let inspection = Inspection::of_headers(&[
    ///     ("host", "examplebucket.s3.amazonaws.com"),
    ///     ("x-amz-date", "20130524T000000Z"),
    ///     ("x-amz-acl", "public-read"),
    ///     (
    ///         "authorization",
    ///         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request, \
    ///          SignedHeaders=host;x-amz-date, Signature=34b48302e7b5fa45",
    ///     ),
    /// ]);
    /// let findings: Vec<_> = inspection.findings().iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     findings,
    ///     [
    ///         "its signature has 16 of 64 hexadecimal digits, as from copying a part",
    ///         "the day in Credential in the Authorization header is not the day on which the request is dated",
    ///         "the header x-amz-acl is not signed",
    ///     ]
    /// );
    /// ```
    #[must_use]
    pub fn of_headers(headers: &[(&str, &str)]) -> Self {
        Self::of_head(("GET", None, "/"), headers)
    }

    /// Reads a signed request: its method and its target as they were sent, and all of its headers. A request that is
    /// signed by its query is read as the link that it is, with what is sent beside it.
    ///
    /// ```
    /// use s3_sigv4::Inspection;
    ///
    /// let headers = [
    ///     ("host", "examplebucket.s3.amazonaws.com"),
    ///     ("x-amz-date", "20130524T000000Z"),
    ///     ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ///     (
    ///         "authorization",
    ///         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
    ///          SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
    ///          Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ///     ),
    /// ];
    /// let inspection = Inspection::of_request("GET", "/?lifecycle", &headers);
    /// assert_eq!(inspection.to_string(), "\
    /// signed request
    ///   for    GET examplebucket.s3.amazonaws.com/
    ///   by     AKIAIOSFODNN7EXAMPLE
    ///   in     us-east-1, s3
    ///   dated  2013-05-24T00:00:00Z
    ///   from   2013-05-23T23:45:00Z
    ///   until  2013-05-24T00:15:00Z, 1800 seconds later
    ///   send   host, x-amz-content-sha256, x-amz-date
    ///   also   lifecycle
    ///   body   e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    /// ");
    /// ```
    #[must_use]
    pub fn of_request(method: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let find = |name: &str| {
            headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
        };
        let absolute = target.split_once("://").filter(|_| !target.starts_with('/'));
        let (host, path) = match absolute {
            Some((_, rest)) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => (find("host"), target),
        };
        // No password is shown.
        let host = host.rsplit('@').next().unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let by_query = find("authorization").is_empty() && query.to_ascii_lowercase().contains("x-amz-signature=");
        if method.len() + target.len() + length(headers) > MAX_INSPECTED {
            let mut this = Self::new(if by_query { Kind::Link } else { Kind::Headers });
            this.find(Finding::TooLong);
            return this;
        }
        let slash = if path.is_empty() { "/" } else { "" };
        let mark = if query.is_empty() { "" } else { "?" };
        let target = [slash, path, mark, query].concat();
        let mut this = if by_query {
            let scheme = absolute.map_or("https", |(scheme, _)| scheme);
            let mut this = Self::of_link(&[scheme, "://", host, &target].concat());
            this.read_unsigned(headers);
            let request = Request::received(method, host, &target);
            this.read_strictly(request.map(|request| request.with_headers(headers)));
            let beside = |finding: &Finding| matches!(finding, Finding::Refused(VerifyError::TokenBesideLink { .. }));
            if this.findings.iter().any(beside) {
                this.findings.retain(|finding| *finding != Finding::SessionTokenMissing);
            }
            this
        } else {
            let mut this = Self::of_head((method, absolute.map(|_| host), &target), headers);
            this.target = Some(without_signing([host, path].concat()));
            let names = query.split('&').filter_map(|parameter| parameter.split('=').next());
            this.parameters =
                names.filter(|name| !name.is_empty()).map(|name| shown_parameter(&decoded(name)).to_string()).collect();
            this
        };
        this.read_missing(headers);
        this.with_method(method)
    }

    fn of_head((method, host, target): (&str, Option<&str>, &str), headers: &[(&str, &str)]) -> Self {
        let mut this = Self::new(Kind::Headers);
        if length(headers) > MAX_INSPECTED {
            this.find(Finding::TooLong);
            return this;
        }
        let find = |name: &str| {
            headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let authorization = find("authorization").unwrap_or_default();
        if authorization.starts_with("AWS ") {
            this.find(Finding::Version2);
            return this;
        }
        let (algorithm, components) = authorization.split_once([' ', '\t']).unwrap_or((authorization, ""));
        if !algorithm.starts_with("AWS4-") {
            this.find(VerifyError::NotSigned);
            return this;
        }
        if algorithm != "AWS4-HMAC-SHA256" {
            this.find(VerifyError::Algorithm { part: Part::Header("authorization") });
        }
        if let Some(payload) = find("x-amz-content-sha256") {
            this.read_payload(payload, Part::Header("x-amz-content-sha256"));
        }
        let token = find("x-amz-security-token").or(find("x-amz-s3session-token"));
        this.has_session_token = token.is_some();
        let component = |name: &'static str| {
            let value = |component: &'_ str| component.trim().strip_prefix(name)?.strip_prefix('=').map(String::from);
            components.split(',').find_map(value).ok_or(VerifyError::Missing { part: Part::Authorization(name) })
        };
        let part = Part::Authorization("Credential");
        match component("Credential") {
            Ok(credential) => this.read_credential(&credential, part),
            Err(missing) => this.find(missing),
        }
        match component("SignedHeaders") {
            Ok(names) => this.read_signed_headers(&names, Part::Authorization("SignedHeaders")),
            Err(missing) => this.find(missing),
        }
        match component("Signature") {
            Ok(digits) => this.read_signature(&digits, Part::Authorization("Signature")),
            Err(missing) => this.find(missing),
        }
        let signed_date = find("date").filter(|_| this.signed_headers.iter().any(|name| name == "date"));
        let dated = match (find("x-amz-date").map(Timestamp::parse), signed_date) {
            (Some(dated), _) => dated.map_err(|_| this.find(VerifyError::Malformed { part: DATE })).ok(),
            (None, Some(date)) => {
                this.find(Finding::DateHeader);
                Timestamp::parse(date).ok()
            }
            (None, None) => {
                this.find(VerifyError::Missing { part: DATE });
                None
            }
        };
        if let Some(dated) = dated {
            this.read_date(dated, part);
            this.from = Timestamp::from_unix(dated.unix() - CLOCK_SKEW.as_secs() as i64).ok();
            this.until = dated.plus(CLOCK_SKEW).ok();
        }
        // Host, date, token, the body's hash and the signature do not count.
        if headers.len() > MAX_HEADERS + 5 {
            this.find(VerifyError::TooManyHeaders { count: headers.len() });
        }
        this.read_unsigned(headers);
        let host = host.or(find("host"));
        this.read_region(host.unwrap_or_default());
        let request = Request::received(method, host.unwrap_or("localhost"), target);
        this.read_strictly(request.map(|request| request.with_headers(headers)));
        this
    }

    /// Reads a browser's form, or of it the field `policy` alone (feature `post`).
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
    /// use s3_sigv4::Inspection;
    ///
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
    /// # let policy = PostPolicy::for_keys_under("user/user1/")?;
    /// # let form = signer.post(&policy, &bucket, Duration::from_secs(900), now)?;
    /// let fields: Vec<_> = form.fields().collect();
    /// let inspection = Inspection::of_form(&fields);
    /// assert_eq!(inspection.to_string(), "\
    /// browser's form
    ///   by     AKIAIOSFODNN7EXAMPLE
    ///   in     us-east-1, s3
    ///   from   2015-12-29T00:00:00Z
    ///   until  2015-12-29T00:15:00Z, 900 seconds later
    ///   if     bucket is sigv4examplebucket
    ///   if     key starts with user/user1/
    ///   wrong  the policy allows a file of any length
    /// ");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[cfg(feature = "post")]
    #[must_use]
    pub fn of_form(fields: &[(&str, &str)]) -> Self {
        use crate::verify::PostClaim;
        use crate::verify::policy::{Condition, Policy, Test};

        let mut this = Self::new(Kind::Form);
        if fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_INSPECTED {
            this.find(Finding::TooLong);
            return this;
        }
        let field = |name: &str| {
            fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let Some(text) = field("policy") else {
            this.find(VerifyError::Missing { part: Part::Field("policy") });
            return this;
        };
        // The policy alone has no signature to be looked for.
        if fields.len() > 1 {
            if let Err(error) = PostClaim::parse("", fields, "") {
                this.find(error);
            }
        }
        let policy = match Policy::parse(text) {
            Ok(policy) => policy,
            Err(error) => {
                this.find(error);
                return this;
            }
        };
        this.until = Some(policy.expiration);
        let exact = |name: &str| {
            policy
                .conditions
                .iter()
                .filter(|condition| condition.is_of(name))
                .find_map(|condition| if let Test::Exact(value) = &condition.test { Some(&**value) } else { None })
        };
        for name in ["x-amz-algorithm", "x-amz-credential", "x-amz-date"] {
            if exact(name).is_none() {
                this.find(VerifyError::PolicyOpen { part: Part::Field(name) });
            }
        }
        this.has_session_token = policy.conditions.iter().any(|condition| condition.is_of("x-amz-security-token"));
        let part = Part::Field("x-amz-credential");
        if let Some(credential) = exact("x-amz-credential") {
            this.read_credential(credential, part);
        }
        match exact("x-amz-date").map(Timestamp::parse) {
            Some(Ok(dated)) => {
                this.read_date(dated, part);
                // A signature is good for 7 days, however long the policy is.
                this.until = dated.plus(LONGEST_LIFETIME).ok().map(|end| end.min(policy.expiration));
            }
            Some(Err(_)) => this.find(VerifyError::Malformed { part: Part::Field("x-amz-date") }),
            None => {}
        }
        let told = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"];
        for condition in &policy.conditions {
            if told.iter().any(|name| condition.is_of(name)) {
                continue;
            }
            let secret = condition.name.to_ascii_lowercase().contains("customer-key");
            let hide = |value| if secret { "the secret value" } else { value };
            let (verb, value) = match &condition.test {
                Test::Prefix(prefix) if prefix.is_empty() => ("is anything", ""),
                Test::Prefix(prefix) => ("starts with ", hide(&**prefix)),
                Test::Exact(value) => ("is ", hide(&**value)),
                Test::Any => ("is anything", ""),
            };
            this.conditions.push([&*condition.name, " ", verb, value].concat());
        }
        let empty = |test: &Test<'_>| matches!(test, Test::Prefix(prefix) if prefix.is_empty());
        let bound = |condition: &Condition<'_>| condition.is_of("key") && !empty(&condition.test);
        if !policy.conditions.iter().any(bound) {
            this.find(Finding::AnyKey);
        }
        match policy.length {
            (_, u64::MAX) => this.find(Finding::AnyLength),
            (min, max) => this.conditions.push(alloc::format!("the file has {min} to {max} bytes")),
        }
        this
    }
}

fn length(headers: &[(&str, &str)]) -> usize {
    headers.iter().map(|(name, value)| name.len() + value.len()).sum()
}
