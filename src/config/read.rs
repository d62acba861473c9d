use super::error::{ConfigError, SharedFile, shown};
use super::files::SharedFiles;
use crate::limits::MAX_CONFIG_FILE;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::fs::File;
use std::io::{self, Read};
use zeroize::Zeroizing;

impl SharedFiles {
    /// Reads both files where `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` say they are, or in `.aws` below the
    /// user's home. A file that is not there is an empty one.
    ///
    /// # Errors
    /// As [`SharedFiles::parse`]; [`ConfigError::Unreadable`].
    ///
    /// ```no_run
    /// use s3_sigv4::config::{Settings, SharedFiles};
    ///
    /// let variable = |name: &str| std::env::var(name).ok();
    /// let files = SharedFiles::read(variable)?;
    /// for warning in files.warnings() {
    ///     eprintln!("{warning}");
    /// }
    /// let settings = Settings::new(None, &files, variable)?;
    /// # Ok::<(), s3_sigv4::config::ConfigError>(())
    /// ```
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut warnings = Vec::new();
        let [config, credentials] =
            [SharedFile::Config, SharedFile::Credentials].map(|file| read(file, &variable, &mut warnings));
        let mut files = Self::parse(&config?, &credentials?)?;
        files.warnings = warnings;
        Ok(files)
    }

    /// What is not well with the files that were read.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }
}

impl SharedFile {
    /// Where the file is, by the environment, in a directory `.aws` if it does not say.
    ///
    /// ```
    /// use s3_sigv4::config::SharedFile;
    ///
    /// let home = |name: &str| (name == "HOME").then(|| "/home/zoe".to_owned());
    /// # if cfg!(unix) {
    /// assert_eq!(SharedFile::Credentials.location(home).as_deref(), Some("/home/zoe/.aws/credentials"));
    /// # }
    /// ```
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>.
    pub fn location(&self, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
        let (name, file) = match self {
            Self::Config => ("AWS_CONFIG_FILE", "config"),
            Self::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        };
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let home = || home(variable);
        let slash = if cfg!(windows) { '\\' } else { '/' };
        let Some(path) = variable(name) else { return Some(format!("{}{slash}.aws{slash}{file}", home()?)) };
        match path.strip_prefix("~/") {
            Some(rest) => Some(format!("{}{slash}{rest}", home()?)),
            None => Some(path),
        }
    }
}

fn home(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let on_windows = || variable("USERPROFILE").or_else(|| Some(variable("HOMEDRIVE")? + &variable("HOMEPATH")?));
    variable("HOME").or_else(|| if cfg!(windows) { on_windows() } else { None })
}

fn read(
    file: SharedFile,
    variable: impl Fn(&str) -> Option<String>,
    warnings: &mut Vec<ConfigWarning>,
) -> Result<Zeroizing<String>, ConfigError> {
    let Some(path) = file.location(variable) else { return Ok(Zeroizing::default()) };
    let unreadable = |reason: String| ConfigError::Unreadable { file, path: shown(&path), reason };
    let mut opened = match File::open(&path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Zeroizing::default()),
        Err(error) => return Err(unreadable(format!("{}", error.kind()))),
    };
    // As large as it may get, because a buffer that grows leaves copies of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_CONFIG_FILE + 1));
    let mut bounded = Read::by_ref(&mut opened).take(MAX_CONFIG_FILE as u64 + 1);
    bounded.read_to_end(&mut bytes).map_err(|error| unreadable(format!("{}", error.kind())))?;
    let text = core::str::from_utf8(&bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        unreadable(format!("line {line} is not UTF-8"))
    })?;
    warnings.extend(permissions(file, &path, text, &opened));
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether others than the owner may do with the file what they should not.
#[cfg(unix)]
fn permissions(file: SharedFile, path: &str, text: &str, opened: &File) -> Option<ConfigWarning> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = opened.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    // The config file may be read unless there are keys in it; nobody else may change where requests go.
    let names = ["aws_secret_access_key", "aws_session_token", "aws_security_token"].map(str::as_bytes);
    let has = |name: &[u8]| text.as_bytes().windows(name.len()).any(|found| found.eq_ignore_ascii_case(name));
    let secret = file == SharedFile::Credentials || names.into_iter().any(has);
    let unwanted = if secret { 0o077 } else { 0o022 };
    (mode & unwanted != 0).then(|| ConfigWarning::Permissions { file, path: shown(path), mode })
}

#[cfg(not(unix))]
fn permissions(_: SharedFile, _: &str, _: &str, _: &File) -> Option<ConfigWarning> {
    None
}

/// What is not well with a file that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// Others than its owner may read secrets in it, or change it.
    Permissions {
        /// Which of the two files.
        file: SharedFile,
        /// Where it is.
        path: String,
        /// Its permissions, as `chmod` takes them.
        mode: u32,
    },
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permissions { file, path, mode } => {
                write!(f, "the {file} file {path} is open to others than its owner (mode {mode:o}): chmod 600 it")
            }
        }
    }
}
