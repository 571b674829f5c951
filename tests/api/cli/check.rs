//! `quintet check`

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::cli::program::Program;

fn inside(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn files_are_checked() {
    let program = Program::new();
    let domains =
        inside(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).into_iter().filter(|path| path.is_dir());
    let mut examples: Vec<PathBuf> = domains.flat_map(|domain| inside(&domain)).collect();
    examples.retain(|path| path.extension().is_some_and(|ending| ending == "graphql"));
    assert!(examples.len() >= 10, "{}", examples.len());
    let arguments: Vec<&str> = examples.iter().map(|path| path.to_str().unwrap()).collect();
    let said = program.run(&[&["check"], &arguments[..]].concat()).ok();
    assert_eq!(said, format!("{} documents are valid\n", examples.len()));
    let wrong = program.folder.path().join("wrong.graphql");
    fs::write(&wrong, "query Me {\n  me { id nothing }\n}\n").unwrap();
    let name = wrong.to_str().unwrap();
    let output = program.command(&["check", name, arguments[0]]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, format!("{name}:2:11: Cannot query field \"nothing\" on type \"Account\".\n"));
    assert!(program.run(&["check"]).error().contains("<DOCUMENTS>"));
    assert!(program.run(&["check", "nowhere.graphql"]).error().contains("nowhere.graphql"));
}

#[test]
fn requests_are_checked_line_by_line() {
    let requests = [
        json!({"query": "{ me { id } }"}),
        json!({"query": "{ me { nothing } }"}),
        json!({"query": "query($n: Int!) { accounts(first: $n) { totalCount } }", "variables": {"n": 5}}),
        json!({"query": "query($n: Int!) { accounts(first: $n) { totalCount } }", "variables": {"n": "5"}}),
        json!({"query": "query A { me { id } } query B($n: Int!) { accounts(first: $n) { totalCount } }", "operationName": "B", "variables": {}}),
        json!({"query": "query($n: Int!) { accounts(first: $n) { totalCount } }"}),
        json!({"query": 7}),
        json!("x"),
    ];
    let input: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let said = Program::new().run_with_input(&["check", "--lines"], &input).ok();
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let flaws: Vec<usize> = answers.iter().map(|answer| answer["errors"].as_array().unwrap().len()).collect();
    assert_eq!(flaws, [0, 1, 0, 1, 1, 0, 1, 1]);
    assert_eq!(answers[3]["errors"][0]["extensions"], json!({"code": "BAD_USER_INPUT", "field": "variables.n"}));
}
