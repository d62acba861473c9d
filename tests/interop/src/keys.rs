//! The odd keys: everything that something between a program and its server likes to change.

/// 1,000 bytes without a slash.
pub const LONG_SEGMENT: &str = match std::str::from_utf8(&[b'k'; 1000]) {
    Ok(text) => text,
    Err(_) => panic!("k is ASCII"),
};

/// One a line, by what is odd.
const KEYS: &[&str] = &[
    // Nothing, to begin with.
    "plain.txt",
    "photos/2024/cat-1_2~3.jpg",
    // Empty segments.
    "a//b",
    "a///b",
    "//a",
    "/a",
    "/",
    "//",
    "a/",
    "a//",
    // Dot segments.
    ".",
    "..",
    "./a",
    "../a",
    "a/.",
    "a/..",
    "a/./b",
    "a/../b",
    "a/../../b",
    "...",
    ".a",
    "a.",
    "a/.../b",
    // Blanks.
    "a b",
    "a  b",
    " a",
    "a ",
    "a  ",
    " ",
    // Plus and per cent.
    "a+b",
    "a%2Bb",
    "a%20b",
    "a%2Fb",
    "a%2fb",
    "a%252Fb",
    "a%00b",
    "%",
    "100%",
    "%%",
    "%zz",
    "%2E%2E/a",
    // What encodeURIComponent or a URL library leaves alone.
    "a!b",
    "a*b",
    "a'b",
    "a(b",
    "a)b",
    "a$b",
    "a&b",
    "a,b",
    "a:b",
    "a;b",
    "a=b",
    "a@b",
    "!*'()$&+,:;=@",
    "http://host/a",
    // What ends a path, and what looks like a query.
    "a?b",
    "a#b",
    "a?X-Amz-Signature=0&b=c#d",
    "a&b=c",
    // Quotes, brackets, markup and other printable ASCII.
    "\"a\"",
    "`a`",
    "a\\b",
    "..\\a",
    "<a>&amp;",
    "[a]{b}",
    "a|b^c",
    "${filename}",
    // Control characters.
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\u{1}a",
    "a\0b",
    "a\u{1b}[0m",
    "a\u{7f}",
    "a\u{85}b",
    // More than ASCII: one form is not the other, and neither is folded.
    "é",
    "e\u{301}",
    "ß/ﬁ",
    "日本語/キー.txt",
    "مفتاح",
    "a\u{a0}b",
    "a\u{2028}b",
    "a\u{202e}b",
    "\u{feff}a",
    // Beyond the first plane, up to the last character.
    "😀",
    "👩‍👩‍👧/🏳️‍🌈",
    "a\u{10fffd}",
];

/// All of them, with the long ones.
pub fn all() -> Vec<String> {
    let mut keys: Vec<_> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    keys.push(LONG_SEGMENT.to_owned());
    keys.push("long/".repeat(199) + "long.");
    // Bytes of which most are sent as three.
    keys.push("%é+/".repeat(199) + "%é+ ");
    // The longest that S3 takes: 1,024 bytes.
    keys.push(("é".repeat(100) + "/").repeat(5) + "/kkkkkkkkkkkkkkkkkk");
    keys
}
