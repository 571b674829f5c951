//! The house rules that a machine can check.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use quintet::error::Code;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn no_file_is_too_long_to_read() {
    let files: Vec<_> = files("src", "rs").into_iter().chain(files("tests", "rs")).collect();
    assert!(files.len() > 80, "only {} files found", files.len());
    let generated = Path::new("src/db/tables.rs");
    let long: Vec<_> = files
        .iter()
        .filter(|path| path.as_path() != generated)
        .map(|path| (read(path).lines().count(), path))
        .filter(|(lines, _)| *lines > 400)
        .collect();
    assert!(long.is_empty(), "over 400 lines: {long:?}");
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = fs::read_dir(format!("migrations/{engine}")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 3);
    for name in names("sqlite") {
        for engine in ["sqlite", "postgres"] {
            for file in ["up.sql", "down.sql"] {
                assert!(Path::new(&format!("migrations/{engine}/{name}/{file}")).exists(), "{engine}/{name}/{file}");
            }
        }
    }
}

#[test]
fn every_error_code_is_used() {
    let text: String =
        files("src", "rs").iter().filter(|path| !path.ends_with("error.rs")).map(|path| read(path)).collect();
    let errors = read(Path::new("src/error.rs"));
    for code in Code::ALL {
        let uses = text.matches(&format!("Code::{code:?}")).count()
            + errors.matches(&format!("AppError::new(Code::{code:?}")).count();
        assert!(uses > 0, "{code:?} is never answered");
    }
}

#[test]
fn every_mutation_has_a_test() {
    let tests: String = files("tests", "rs").iter().map(|path| read(path)).collect();
    let documents: String = files("src/rest", "graphql").iter().map(|path| read(path)).collect();
    let sdl = quintet::schema::sdl();
    let block = sdl.split("type Mutation {").nth(1).unwrap().split("\n}").next().unwrap();
    let mutations: Vec<&str> = block
        .lines()
        .filter_map(|line| line.strip_prefix('\t'))
        .filter_map(|line| line.split_once(['(', ':']).map(|(name, _)| name))
        .filter(|name| name.starts_with(char::is_lowercase) && name.chars().all(char::is_alphanumeric))
        .collect();
    assert!(mutations.len() > 40, "only {} mutations found", mutations.len());
    // The contract test runs what the legacy documents run.
    let untested: Vec<_> =
        mutations.iter().filter(|name| !tests.contains(**name) && !documents.contains(**name)).collect();
    assert!(untested.is_empty(), "without a test: {untested:?}");
}

#[test]
fn legacy_names_stay_in_the_shim() {
    for path in files("migrations", "sql") {
        let text = read(&path).to_lowercase();
        for system in ["rongzi", "eartip", "ihk", "nuoer"] {
            assert!(!text.contains(system), "{} names {system}", path.display());
        }
    }
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    for path in files("src", "rs").iter().chain(&files("tests", "rs")).chain(&files("examples", "graphql")) {
        let text = read(path);
        for prefix in [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")] {
            // A URL may have a part of that name.
            let begins = |(at, _): (usize, &str)| !text[..at].ends_with(char::is_alphanumeric);
            assert!(!text.match_indices(prefix).any(begins), "{} has a path below {prefix}", path.display());
        }
    }
}
