//! The command line: see `s3-sigv4 --help`.
//!
//! It opens no connection. What is to be sent it prints, and what came back it reads.
#![forbid(unsafe_code)]

mod args;
mod console;
mod context;
mod curl;
mod explain;
mod failure;
mod form;
mod inspect;
mod keys;
mod message;
mod operation;
mod policy;
mod presign;
mod sign;
mod sts;
mod verify;

use args::{Cli, Command};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use context::Context;
use failure::Failure;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            io::stdout().write_all(error.render().to_string().as_bytes()).map_err(Failure::from)
        }
        Err(error) => Err(Failure::Usage(in_one_sentence(&error))),
    };
    match result {
        // Whoever closed the pipe has what they wanted.
        Ok(()) | Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where standard error is closed too, the code has to do.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let context = Context::new(cli.global);
    match cli.command {
        Command::Presign(args) => presign::run(&args, &context),
        Command::Sign(args) => sign::run(&args, &context),
        Command::Inspect(args) => inspect::run(&args, &context),
        Command::Verify(args) => verify::run(&args, &context),
        Command::Explain(args) => explain::run(&args, &context),
        Command::Policy(args) => policy::run(&args, &context),
        Command::Sts(args) => sts::run(&args, &context),
        Command::ConsoleUrl(args) => console::run(&args, &context),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "s3-sigv4", &mut script);
            Ok(io::stdout().write_all(&script)?)
        }
    }
}

/// clap's first paragraph, which says what is wrong. A stray word is not repeated: it may be a secret in the wrong
/// place.
fn in_one_sentence(error: &clap::Error) -> String {
    let stray = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => !word.starts_with('-'),
        _ => false,
    };
    if error.kind() == ErrorKind::UnknownArgument && stray {
        return "there is a word too many: --help says what is expected".into();
    }
    if matches!(error.kind(), ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        return "no command was given: --help lists them".into();
    }
    let text = error.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = paragraph.trim_start_matches("error: ").split_whitespace().collect();
    let listed = match error.kind() {
        ErrorKind::InvalidSubcommand => "commands",
        ErrorKind::UnknownArgument => "options",
        _ => return words.join(" "),
    };
    let meant = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].iter().find_map(|kind| {
        match error.get(*kind)? {
            ContextValue::String(name) => Some(name),
            ContextValue::Strings(names) => names.first(),
            _ => None,
        }
    });
    let similar = meant.map(|name| format!(", '{name}' is similar")).unwrap_or_default();
    format!("{}{similar}: --help lists the {listed}", words.join(" "))
}
