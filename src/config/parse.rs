//! The lines of a shared file: sections, settings and what is nested below them.

use super::error::{ConfigError, SharedFile};
use crate::limits::MAX_CONFIG_FILE;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// A section with the settings below it, as they stand there.
pub(super) struct Section<'a> {
    pub(super) line: usize,
    /// What stands between the brackets.
    pub(super) head: &'a str,
    pub(super) settings: Vec<Setting<'a>>,
}

pub(super) struct Setting<'a> {
    pub(super) line: usize,
    pub(super) name: &'a str,
    /// The value, and the indented lines that continue it.
    lines: Vec<&'a str>,
}

impl Setting<'_> {
    /// In one piece, which is allocated once: a value may be a secret, and one that grows leaves copies behind.
    pub(super) fn value(&self) -> Zeroizing<String> {
        let length = self.lines.iter().map(|line| line.len() + 1).sum();
        let mut value = Zeroizing::new(String::with_capacity(length));
        for (i, line) in self.lines.iter().enumerate() {
            if i > 0 {
                value.push('\n');
            }
            value.push_str(line);
        }
        value
    }
}

/// Reads a file by the rules that AWS's SDKs share, which `tests/vectors/config` holds.
pub(super) fn sections(file: SharedFile, text: &str) -> Result<Vec<Section<'_>>, ConfigError> {
    if text.len() > MAX_CONFIG_FILE {
        return Err(ConfigError::TooLarge { file });
    }
    let mut sections: Vec<Section<'_>> = Vec::new();
    for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let number = i + 1;
        let wrong = |reason| ConfigError::Syntax { file, line: number, reason };
        // Indented comments are botocore's; the other SDKs have no use for such a line.
        let text = line.trim_start_matches(BLANK);
        if text.is_empty() || text.starts_with(COMMENT) {
            continue;
        }
        if line.starts_with('[') {
            sections.push(Section { line: number, head: head(line).map_err(wrong)?, settings: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            return Err(wrong("a setting stands before the first section, such as [default]"));
        };
        if line.starts_with(BLANK) {
            section.continued(line).map_err(wrong)?;
        } else {
            let (name, value) = setting(line).map_err(|missing| wrong(missing.of_setting()))?;
            section.settings.push(Setting { line: number, name, lines: vec![value] });
        }
    }
    Ok(sections)
}

impl<'a> Section<'a> {
    /// An indented line: more of the value above it or, if there is none, a setting nested below it.
    fn continued(&mut self, line: &'a str) -> Result<(), &'static str> {
        let setting_above = self.settings.last_mut().ok_or("an indented line has no setting above it")?;
        if setting_above.lines[0].is_empty() {
            setting(line).map_err(Missing::of_nested)?;
        }
        setting_above.lines.push(line.trim_matches(BLANK));
        Ok(())
    }
}

/// What a value says that consists of nested settings: its name and its value, line by line.
pub(super) fn nested<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    let lines = value.strip_prefix('\n')?.lines();
    let mut settings = lines.filter_map(|line| setting(line).ok());
    // As with settings of a profile, the last one counts.
    settings.rfind(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

fn head(line: &str) -> Result<&str, &'static str> {
    let line = line.split(COMMENT).next().unwrap_or_default().trim_end_matches(BLANK);
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map(|inner| inner.trim_matches(BLANK)).ok_or("the head of a section has no ] at its end")
}

/// `name = value`, without the comment that a blank sets apart.
fn setting(line: &str) -> Result<(&str, &str), Missing> {
    let comment = line.match_indices(COMMENT).find(|(at, _)| line[..*at].ends_with(char::is_whitespace));
    let line = comment.map_or(line, |(at, _)| &line[..at]);
    let (name, value) = line.split_once('=').ok_or(Missing::Equals)?;
    match name.trim_matches(BLANK) {
        "" => Err(Missing::Name),
        name => Ok((name, value.trim_matches(BLANK))),
    }
}

enum Missing {
    Equals,
    Name,
}

impl Missing {
    fn of_setting(self) -> &'static str {
        match self {
            Self::Equals => "a setting has no = behind its name",
            Self::Name => "a setting has no name in front of its =",
        }
    }

    fn of_nested(self) -> &'static str {
        match self {
            Self::Equals => "a nested setting has no = behind its name",
            Self::Name => "a nested setting has no name in front of its =",
        }
    }
}

const BLANK: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];
