//! The order of the layers in DESIGN.md: a file imports only from files of a lower rank, or of its own in the
//! layers whose files lean on each other.

use std::fs;
use std::path::Path;

/// Every file below `src`, by rank. Layers that may lean on each other share one.
const RANKS: [(u32, &[&str]); 20] = [
    (0, &["limits", "error", "encode", "timestamp"]),
    (10, &["digest"]),
    (15, &["instant", "shown", "xml"]),
    (
        20,
        &[
            "chunked_body",
            "credentials",
            "endpoint",
            "lifetime",
            "name",
            "payload",
            "request",
            "response",
            "scope",
            "service",
        ],
    ),
    (
        30,
        &[
            "canonical",
            "canonical/header_names",
            "canonical/order",
            "canonical/received",
            "canonical/signed_names",
            "canonical/walk",
        ],
    ),
    (31, &["string_to_sign"]),
    (32, &["key", "key/started"]),
    (40, &["signer"]),
    (41, &["header", "policy", "presign", "presign/links"]),
    (42, &["chunked", "chunked/read"]),
    (43, &["curl"]),
    (
        50,
        &[
            "verify",
            "verify/chunks",
            "verify/claim",
            "verify/claim/credential",
            "verify/claim/headers",
            "verify/claim/parameters",
            "verify/claim/usual",
            "verify/error",
            "verify/framing",
            "verify/policy",
            "verify/post",
            "verify/verified",
        ],
    ),
    (
        51,
        &[
            "explain",
            "explain/body",
            "explain/cause",
            "explain/compare",
            "explain/difference",
            "explain/reading",
            "explain/sentences",
        ],
    ),
    (60, &["aws", "aws/partition"]),
    (61, &["bucket"]),
    (62, &["profile"]),
    (63, &["post", "post/field", "post/form", "post/matches"]),
    (64, &["inspect", "inspect/finding", "inspect/parts", "inspect/read"]),
    (
        70,
        &[
            "config",
            "config/error",
            "config/files",
            "config/parse",
            "config/process",
            "config/read",
            "config/settings",
            "config/sources",
            "cookbook",
            "http",
            "sts",
            "sts/answer",
            "sts/check",
            "sts/console",
            "sts/request",
            "sts/role",
            "sts/user",
            "tokens",
            "url",
        ],
    ),
    (100, &["lib"]),
];
const MAY_LEAN_ON_EACH_OTHER: [u32; 3] = [0, 20, 30];

#[test]
fn imports_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    find(&src, "", &mut files);
    // The binary is another crate, which sees what is public.
    files.retain(|name| !name.starts_with("bin/"));
    files.sort();
    let mut listed: Vec<_> = RANKS.iter().flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned())).collect();
    listed.sort();
    assert_eq!(files, listed, "every file has a rank, and every rank a file");

    let mut imports = 0;
    for name in files.iter().filter(|name| *name != "lib") {
        let text = fs::read_to_string(src.join(format!("{name}.rs"))).expect("the file");
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let module = rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().expect("a word");
                let (from, to) = (rank(name), rank(module));
                let allowed = to < from || (to == from && MAY_LEAN_ON_EACH_OTHER.contains(&from));
                assert!(allowed, "{name}.rs ({from}) imports {module} ({to}): {line}");
                imports += 1;
            }
        }
    }
    assert!(imports > 50, "{imports} imports were found");
}

/// `tests/….rs` and the functions behind it, wherever SECURITY.md names them.
#[test]
fn the_tests_that_security_md_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("SECURITY.md")).expect("the document");
    let mut found = 0;
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let mut text = String::new();
        for word in line.split('`').skip(1).step_by(2) {
            if word.starts_with("tests/") {
                text = fs::read_to_string(root.join(word)).unwrap_or_else(|error| panic!("{word}: {error}"));
            } else if !text.is_empty() {
                assert!(text.contains(&format!("fn {word}(")), "{word} of: {line}");
                found += 1;
            }
        }
    }
    assert!(found > 20, "{found} tests were found");
}

fn rank(name: &str) -> u32 {
    let found = RANKS.iter().find(|(_, names)| names.contains(&name));
    found.unwrap_or_else(|| panic!("{name} has no rank: import it by its module")).0
}

fn find(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_stem().and_then(|stem| stem.to_str()).expect("a name"));
        if path.is_dir() {
            find(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(name);
        }
    }
}
