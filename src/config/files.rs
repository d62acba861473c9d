use super::error::{ConfigError, Place, SharedFile, shown};
use super::parse::{self, nested};
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// AWS's shared `config` and `credentials` files, read and merged.
///
/// The rules are those that AWS's SDKs share, tested by AWS's own vectors: `[default]` and `[profile NAME]` in the
/// config file, `[NAME]` in the credentials file; of a setting that is there twice the last counts, and that of the
/// credentials file; names of settings in any case; `#` or `;` begin a comment at the start of a line or behind a
/// blank; indented lines continue a value or are nested below an empty one. Sections of other names are passed over.
///
/// ```
/// use s3_sigv4::config::SharedFiles;
///
/// let config = "[default]\nregion = eu-west-1\n[profile backup]\nregion = us-east-1 # ours";
/// let credentials = "[backup]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret";
/// let files = SharedFiles::parse(config, credentials)?;
/// assert_eq!(files.profiles().collect::<Vec<_>>(), ["backup", "default"]);
///
/// let error = SharedFiles::parse("[default]\nregion", "").unwrap_err();
/// assert_eq!(error.to_string(), "line 2 of the config file: a setting has no = behind its name");
/// # Ok::<(), s3_sigv4::config::ConfigError>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.
#[derive(Clone, Default)]
pub struct SharedFiles {
    profiles: BTreeMap<String, Settings>,
    services: BTreeMap<String, Settings>,
    /// Sections that are no profile, by what would be its name.
    others: Vec<(String, Place)>,
    #[cfg(feature = "std")]
    pub(super) warnings: Vec<super::read::ConfigWarning>,
}

pub(super) const SECRET: &str = "aws_secret_access_key";

/// The settings of a section by their names in lower case.
type Settings = BTreeMap<String, Setting>;

#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: Zeroizing<String>,
    pub(super) place: Place,
}

impl SharedFiles {
    /// Reads the texts of both files. That of a file that is not there is empty.
    ///
    /// # Errors
    /// [`ConfigError::Syntax`] with the line, and [`ConfigError::TooLarge`] beyond 1 MiB.
    pub fn parse(config: &str, credentials: &str) -> Result<Self, ConfigError> {
        let mut files = Self::default();
        files.add(SharedFile::Config, config)?;
        files.add(SharedFile::Credentials, credentials)?;
        Ok(files)
    }

    /// The names of the profiles, sorted.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    fn add(&mut self, file: SharedFile, text: &str) -> Result<(), ConfigError> {
        let sections = parse::sections(file, text)?;
        let by_head: Vec<_> = sections.iter().map(|section| Kind::of(file, section.head)).collect();
        // `[profile default]` is the default profile, and then `[default]` is not.
        let prefixed = by_head.iter().any(|kind| matches!(kind, Kind::Profile("default", Prefixed::Yes)));
        let mut profiles = BTreeMap::<_, Settings>::new();
        for (section, kind) in sections.iter().zip(by_head) {
            let target = match kind {
                Kind::Profile("default", Prefixed::No) if prefixed && file == SharedFile::Config => continue,
                Kind::Profile(name, _) => profiles.entry(name.to_owned()),
                Kind::Services(name) => self.services.entry(name.to_owned()),
                Kind::Other(name) => {
                    self.others.push((name.to_owned(), Place::Line(file, section.line)));
                    continue;
                }
            };
            let settings = target.or_default();
            for setting in &section.settings {
                let place = Place::Line(file, setting.line);
                settings.insert(setting.name.to_ascii_lowercase(), Setting { value: setting.value(), place });
            }
        }
        for (name, settings) in profiles {
            merge(self.profiles.entry(name).or_default(), settings);
        }
        Ok(())
    }

    pub(super) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        self.profiles.get(name).map(|settings| Profile { settings })
    }

    pub(super) fn no_such_profile(&self, name: &str) -> ConfigError {
        let similar = self.others.iter().find(|(other, _)| other == name).map(|(_, place)| *place);
        ConfigError::NoSuchProfile { profile: shown(name), similar }
    }

    /// A setting that is nested below a service's name: `[services NAME]`, `s3 =`, `  endpoint_url = …`.
    pub(super) fn of_service(
        &self,
        section: &Setting,
        service: &str,
        name: &str,
    ) -> Result<Option<Setting>, ConfigError> {
        let missing = || ConfigError::NoSuchServices { name: shown(&section.value), place: section.place };
        let settings = self.services.get(section.value.as_str()).ok_or_else(missing)?;
        Ok(settings.get(service).and_then(|setting| setting.nested(name)))
    }
}

/// Adds the settings of the other file, which count more. A session's token and its end belong to the secret beside them,
/// and not to one in the other file.
fn merge(settings: &mut Settings, mut others: Settings) {
    let of_session = |name: &String| ["aws_session_token", "aws_security_token", "aws_expiration"].contains(&&**name);
    if others.contains_key(SECRET) {
        settings.retain(|name, _| !of_session(name));
    } else if settings.contains_key(SECRET) {
        others.retain(|name, _| !of_session(name));
    }
    settings.append(&mut others);
}

impl fmt::Debug for SharedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_struct("SharedFiles").field("profiles", &self.profiles.keys()).finish_non_exhaustive()
    }
}

/// A profile of both files.
#[derive(Clone, Copy)]
pub(super) struct Profile<'a> {
    settings: &'a Settings,
}

impl<'a> Profile<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Setting> {
        self.settings.get(name).filter(|setting| !setting.value.is_empty())
    }

    /// A setting of S3's own: `s3 =`, `  addressing_style = path`.
    pub(super) fn of_s3(&self, name: &str) -> Option<Setting> {
        self.get("s3").and_then(|setting| setting.nested(name))
    }
}

impl Setting {
    fn nested(&self, name: &str) -> Option<Self> {
        let value = nested(&self.value, name).filter(|value| !value.is_empty())?;
        Some(Self { value: Zeroizing::new(value.to_owned()), place: self.place })
    }
}

/// What a section is by its head.
enum Kind<'a> {
    Profile(&'a str, Prefixed),
    Services(&'a str),
    /// None of them; with what would be the profile's name.
    Other(&'a str),
}

#[derive(PartialEq)]
enum Prefixed {
    Yes,
    No,
}

impl<'a> Kind<'a> {
    fn of(file: SharedFile, head: &'a str) -> Self {
        let (prefix, name) = head.split_once(char::is_whitespace).unwrap_or(("", head));
        let name = unquoted(name.trim());
        match (file, prefix) {
            (_, "profile") if !is_name(name) => Self::Other(name),
            _ if !is_name(name) => Self::Other(head),
            (SharedFile::Config, "profile") => Self::Profile(name, Prefixed::Yes),
            (SharedFile::Config, "services") => Self::Services(name),
            (SharedFile::Config, "") if name == "default" => Self::Profile(name, Prefixed::No),
            (SharedFile::Credentials, "") => Self::Profile(name, Prefixed::No),
            (_, "profile") => Self::Other(name),
            _ => Self::Other(head),
        }
    }
}

/// The CLI writes `[profile "name"]` where a name has more than letters and digits.
fn unquoted(name: &str) -> &str {
    let inside = |quote: char| name.strip_prefix(quote).and_then(|name| name.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.%@:+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use serde_json::{Value, json};

    /// What the vectors of AWS's SDKs expect: the profiles, or an error of theirs with ours.
    fn of(files: &SharedFiles) -> Value {
        let settings = |settings: &Settings| {
            // Names that are none are kept here, where nobody asks for them.
            let settings = settings.iter().filter(|(name, _)| is_name(name));
            settings.map(|(name, setting)| (name.clone(), Value::from(setting.value.as_str()))).collect::<Value>()
        };
        files.profiles.iter().map(|(name, section)| (name.clone(), settings(section))).collect()
    }

    #[test]
    fn the_vectors_of_awss_sdks() {
        let vectors = include_str!("../../tests/vectors/config/profile-parser-tests.json");
        let vectors: Value = serde_json::from_str(vectors).unwrap();
        let mut count = 0;
        for case in vectors["tests"].as_array().unwrap() {
            let (name, input, output) = (&case["name"], &case["input"], &case["output"]);
            let text = |file: &str| input[file].as_str().unwrap_or_default();
            let found = SharedFiles::parse(text("configFile"), text("credentialsFile"));
            match (found, output["errorContaining"].as_str()) {
                (Ok(files), None) => assert_eq!(of(&files), output["config"]["profiles"], "{name}"),
                (Err(ConfigError::Syntax { reason, .. }), Some(theirs)) => {
                    let ours = ERRORS.iter().find(|(start, _)| theirs.starts_with(start)).unwrap().1;
                    assert_eq!(reason, ours, "{name}");
                }
                (found, theirs) => panic!("{name}: {found:?}, {theirs:?}"),
            }
            count += 1;
        }
        assert_eq!(count, 65);
    }

    const ERRORS: [(&str, &str); 7] = [
        ("Profile definition must end", "the head of a section has no ] at its end"),
        ("Expected a profile definition", "a setting stands before the first section, such as [default]"),
        ("Property did not have a name", "a setting has no name in front of its ="),
        ("Expected an '=' sign defining a property", "a setting has no = behind its name"),
        ("Expected a property definition", "an indented line has no setting above it"),
        ("Expected an '=' sign defining a sub-property", "a nested setting has no = behind its name"),
        ("Sub-property did not have a name", "a nested setting has no name in front of its ="),
    ];

    #[test]
    fn lines() {
        let nested = |text: &str, wanted: &str| {
            let files = SharedFiles::parse(text, "").unwrap();
            files.profile("default").unwrap().of_s3(wanted).map(|setting| setting.value.to_string())
        };
        let text = "[default]\ns3 =\n  # a comment\n\tA = 1 ; another\n  b =\n\n  a=2\nc = 3";
        assert_eq!((nested(text, "a").as_deref(), nested(text, "b"), nested(text, "c")), (Some("2"), None, None));
        assert_eq!(nested("[default]\ns3 = x\n a = 1", "a"), None, "a value that goes on has nothing nested below it");

        // What is no profile is remembered for who asks for it.
        let files = SharedFiles::parse("\u{feff}[a]\n[profile 'b c']\n[profile \"d\"]", "[profile e]\n[f g]").unwrap();
        assert_eq!(of(&files), json!({ "d": {} }));
        let places: Vec<_> = files.others.iter().map(|(name, place)| (name.as_str(), *place)).collect();
        let line = |file, line| Place::Line(file, line);
        assert_eq!(
            places,
            [
                ("a", line(SharedFile::Config, 1)),
                ("b c", line(SharedFile::Config, 2)),
                ("e", line(SharedFile::Credentials, 1)),
                ("f g", line(SharedFile::Credentials, 2)),
            ]
        );
    }
}
