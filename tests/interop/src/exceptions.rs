//! What a server is known to do otherwise, with the reason. Each is asserted: a server that no longer does it fails the
//! run, and so does an exception that no check meets.

use crate::keys::LONG_SEGMENT;

pub struct Exception {
    /// The name of the check.
    pub check: &'static str,
    pub cases: &'static [&'static str],
    /// What the server answers instead.
    pub status: u16,
    pub reason: &'static str,
}

impl Exception {
    pub fn covers(&self, check: &str, case: &str) -> bool {
        self.check == check && self.cases.contains(&case)
    }

    /// Whether a gateway in front of the server does away with it, which verifies by itself, and signs links and forms
    /// again by the header.
    fn is_of_a_verifier(&self) -> bool {
        let checks = ["refused", "oracle", "form", "session"];
        checks.iter().any(|check| self.check.starts_with(check))
            || self.cases == ["a link's body hash in a signed header"]
    }
}

pub fn of(server: &str) -> Vec<&'static Exception> {
    let behind = server.strip_prefix("gateway-");
    let own = match behind.unwrap_or(server) {
        "swift" => SWIFT,
        "seaweedfs" => SEAWEEDFS,
        "ministack" => MINISTACK,
        _ => &[],
    };
    own.iter().filter(|exception| behind.is_none() || !exception.is_of_a_verifier()).collect()
}

const SWIFT: &[Exception] = &[
    on("put by header", &["a\0b"], 400, "it refuses NUL in a key"),
    on("oracle, key by header", &["a\0b"], 400, "it refuses NUL in a key"),
    on("oracle, key by link", &["a\0b"], 400, "it refuses NUL in a key"),
    on(
        "accepted",
        &["parameters in the order of their encoded names"],
        403,
        "it sorts parameters by their names decoded",
    ),
    on(
        "accepted",
        &["parameters given more than once, by link", "parameters given more than once, by header"],
        403,
        "it keeps one parameter of a name",
    ),
    on("accepted", &["metadata with a no-break space"], 403, "it folds every blank of Unicode, U+00A0 as well"),
    on("refused link", &["dated an hour ahead"], 200, "it looks at a link's end and not at its beginning"),
    on(
        "oracle, path by header",
        &["a%2fb"],
        403,
        "it decodes the path before it encodes it again, so that %2F becomes a slash",
    ),
    on("link", &["an object's older version"], 501, "versions are not switched on"),
    on("link", &["a customer's key"], 200, "it leaves the headers of SSE-C unread"),
    on("form", &["an upload"], 412, "it has no forms"),
];

const SEAWEEDFS: &[Exception] = &[
    on(
        "put by header",
        &[".", "..", "./a", "../a", "a/.", "a/..", "a/./b", "a/../b", "a/../../b", "..\\a", "a\0b"],
        400,
        "it refuses dot segments and NUL before it looks at the signature",
    ),
    on("put by header", &[LONG_SEGMENT], 400, "a segment is a file name, of 255 bytes at most"),
    on("get by link", &["/", "//"], 404, "a key of slashes alone is nothing to it"),
    on("get by link", &["a/", "a//"], 200, FOLDER),
    on("head by link", &["a/", "a//"], 200, FOLDER),
    on("get by header", &["a/", "a//"], 200, FOLDER),
    on("get by http::Request", &["a/", "a//"], 200, FOLDER),
    on(
        "list by link",
        &["a///b", "//a", "/a", "a//", "http://host/a", "a\\b"],
        200,
        "it lists a key as a path, without empty segments and with slashes for backslashes",
    ),
    on(
        "accepted",
        &["parameters in the order of their encoded names"],
        403,
        "it sorts parameters by their names decoded",
    ),
    on("accepted", &["metadata with a no-break space"], 403, "it folds every blank of Unicode, U+00A0 as well"),
    on("accepted", &["a link's body hash in a signed header"], 403, "it takes UNSIGNED-PAYLOAD alone in a link"),
    on(
        "refused link",
        &["another region", "another service"],
        200,
        "it takes region and service from the scope that it is given",
    ),
    on(
        "refused header",
        &["another region", "another service"],
        200,
        "it takes region and service from the scope that it is given",
    ),
    on("refused link", &["dated an hour ahead"], 200, "it looks at a link's end and not at its beginning"),
    on("refused header", &["the body under a signed hash"], 200, "it does not hash the body"),
    on(
        "chunked",
        &[
            "signed, with an encoding of its own",
            "signed, with a CRC-32 behind it, with an encoding of its own",
            "unsigned, with a CRC-32 behind it, with an encoding of its own",
        ],
        200,
        "it keeps aws-chunked in the object's own encoding",
    ),
    on(
        "refused chunks",
        &[
            "signed: a byte of the first chunk",
            "signed: a byte of the last chunk",
            "signed: the first chunk's signature",
            "signed: the last chunk's signature",
            "signed: the empty chunk's signature",
            "signed: the last chunk missing",
            "signed: the first chunk in place of the second",
            "signed: a chunk more",
            "signed, with a CRC-32 behind it: a byte of the first chunk",
            "signed, with a CRC-32 behind it: a byte of the first chunk and the checksum",
            "signed, with a CRC-32 behind it: the first chunk's signature",
            "signed, with a CRC-32 behind it: the empty chunk's signature",
            "signed, with a CRC-32 behind it: the trailing checksum missing",
            "unsigned, with a CRC-32 behind it: the trailing checksum missing",
        ],
        500,
        "it refuses a broken body as an error of its own",
    ),
    on(
        "refused chunks",
        &[
            "signed, with a CRC-32 behind it: the trailing signature",
            "signed, with a CRC-32 behind it: the trailing signature missing",
        ],
        200,
        "it does not look at the trailing headers' signature",
    ),
    on("refused form", &["types of which one is another"], 204, "it does not read types with commas as a list"),
    on("session", &["a form"], 403, "it takes no form that a session signed"),
    on(
        "session",
        &["GetFederationToken"],
        403,
        "it gives a user without policies of its own, such as those of its file, a session without rights",
    ),
    on("session", &["GetSessionToken"], 403, "it has no GetSessionToken"),
    on(
        "session",
        &["a link is refused after its session's end"],
        400,
        "its sessions last 900 seconds at least, which no run waits for: our own verifier stands in",
    ),
];

const MINISTACK: &[Exception] = &[
    on("accepted", &["metadata with a no-break space"], 403, "it folds every blank of Unicode, U+00A0 as well"),
    on("accepted", &["a link's body hash in a signed header"], 403, "it takes UNSIGNED-PAYLOAD alone in a link"),
    on("accepted", &["a path encoded by somebody else"], 403, "it takes the path as it is sent for the canonical one"),
    on(
        "oracle, path by header",
        &["a%2fb", "%61%7E~", "!*'()$&,:;=@%2B", "caf%c3%a9", "%2E%2E/a"],
        403,
        "it takes the path as it is sent for the canonical one",
    ),
    on("refused link", &["an x-amz- header more"], 200, "it does not ask for every x-amz- header to be signed"),
    on("refused header", &["an x-amz- header more"], 200, "it does not ask for every x-amz- header to be signed"),
    on("refused header", &["the body under a signed hash"], 200, "it does not hash the body"),
    on(
        "refused link",
        &["another region"],
        301,
        "it goes by the scope's region and answers that the bucket is elsewhere",
    ),
    on(
        "refused header",
        &["another region"],
        301,
        "it goes by the scope's region and answers that the bucket is elsewhere",
    ),
    on("refused header", &["another service"], 404, "it goes by the scope's service, which does not know the path"),
    on(
        "refused chunks",
        &["signed, with a CRC-32 behind it: the trailing signature"],
        200,
        "it does not look at the trailing headers' signature",
    ),
    on("form", &["a name beyond ASCII under a prefix"], 404, "it reads a file's name as Latin-1"),
];

const FOLDER: &str = "a key that ends in a slash is a folder, which has no body";

const fn on(check: &'static str, cases: &'static [&'static str], status: u16, reason: &'static str) -> Exception {
    Exception { check, cases, status, reason }
}
