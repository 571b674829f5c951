//! The command line, as the one who types it meets it.

mod account;
mod data;
mod program;
mod serve;
mod sheets;

use std::fs;

use clap::CommandFactory as _;
use quintet::cli::Cli;

use program::Program;

#[test]
fn help_names_every_command_and_every_setting() {
    let program = Program::new();
    let help = program.run(&["--help"]).ok();
    let cli = Cli::command();
    let commands: Vec<_> = cli.get_subcommands().collect();
    assert_eq!(commands.len(), 8);
    for command in commands {
        let about = command.get_about().unwrap().to_string();
        assert!(help.contains(&format!("  {} ", command.get_name())) && help.contains(&about), "{about}");
        program.run(&[command.get_name(), "--help"]).ok();
    }
    // What the code says a setting is, so that one without its variable is missed here.
    let code = include_str!("../../../src/config.rs");
    let settings: Vec<_> = cli.get_arguments().filter(|argument| argument.get_id() != "demo").collect();
    assert_eq!(settings.len(), code.matches("    #[arg(long, env = \"").count());
    assert!(settings.len() >= 22, "only {} settings", settings.len());
    for setting in settings {
        let (flag, variable) = (setting.get_long().unwrap(), setting.get_env().unwrap().to_str().unwrap());
        assert!(help.contains(&format!("--{flag}")), "{flag}");
        assert!(help.contains(&format!("[env: {variable}")), "{variable}");
        assert!(setting.get_help().is_some_and(|help| !help.to_string().is_empty()), "{flag} has no description");
    }
    assert!(help.contains("quintet.toml"));
    assert!(program.run(&["account", "create", "--help"]).ok().contains("standard input"));
}

#[test]
fn schema_prints_the_schema() {
    assert_eq!(Program::new().run(&["schema"]).ok(), fs::read_to_string("schema.graphql").unwrap());
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_the_file() {
    let program = Program::new();
    program.toml("listen = \"127.0.0.1:file\"");
    // No port is called so: the message names the setting that counted.
    let refused = |arguments: &[&str], variable: Option<&str>| {
        let mut command = program.command(arguments);
        command.envs(variable.map(|value| ("QUINTET_LISTEN", value)));
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(refused(&[], None).contains("cannot listen on 127.0.0.1:file"));
    assert!(refused(&[], Some("127.0.0.1:variable")).contains("cannot listen on 127.0.0.1:variable"));
    let flag = refused(&["--listen", "127.0.0.1:flag"], Some("127.0.0.1:variable"));
    assert!(flag.contains("cannot listen on 127.0.0.1:flag"), "{flag}");
    program.toml("colour = \"red\"");
    assert!(program.run(&["schema"]).error().contains("there is no setting colour"));
}

#[test]
fn a_command_that_does_not_exist_is_refused() {
    let program = Program::new();
    assert!(program.run(&["dance"]).error().contains("dance"));
    assert!(program.run(&["--database-url", "mysql://x", "migrate"]).error().contains("postgres:// or sqlite:"));
    assert!(program.run(&["--jwt-secret", "short", "account", "create", "x"]).error().contains("64 bytes"));
}
