//! The files for pre-commit, GitHub and GitLab: the very commands that stand in them, run on a repository.

use std::path::Path;
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use crate::program::Tree;
use crate::since::{put, repository};

fn yaml(path: &str) -> Yaml {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    YamlLoader::load_from_str(&text).expect("it is YAML").remove(0)
}

/// Runs a command of a shell in the repository, with the program under test on the path. Gives its exit status.
fn shell(tree: &Tree, line: &str, variables: &[(&str, &str)]) -> Option<i32> {
    let program = Path::new(env!("CARGO_BIN_EXE_foundling")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    shell.args(["-e", "-c", line]).current_dir(tree.path().join("tree")).env("PATH", path);
    shell.env("FOUNDLING_INDEX", tree.path().join("known.fdx")).envs(variables.iter().copied());
    let done = shell.output().expect("a shell runs");
    assert_ne!(done.status.code(), Some(2), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    done.status.code()
}

#[test]
fn a_commit_is_held_up_by_what_it_brings_in() {
    let tree = repository();
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().expect("hooks");
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        assert_eq!(
            shell(&tree, hook["entry"].as_str().unwrap(), &[]),
            Some(0),
            "what was there before holds nothing up"
        );
    }
    put(&tree, "third_party/zoo", 300);
    for hook in hooks {
        assert_eq!(shell(&tree, hook["entry"].as_str().unwrap(), &[]), Some(1));
    }
}

#[test]
fn a_step_of_github_scans_all_or_what_changed() {
    let tree = repository();
    let action = yaml(".github/actions/scan/action.yml");
    let step = &action["runs"]["steps"][0];
    let run = |since: &str| {
        let inputs = &action["inputs"];
        let default = |name: &str| inputs[name]["default"].as_str().unwrap().to_string();
        let (path, fail_on) = (default("path"), default("fail-on"));
        let report = tree.path().join("report.json").display().to_string();
        let variables =
            [("SCAN_PATH", &path[..]), ("SCAN_SINCE", since), ("SCAN_FAIL_ON", &fail_on), ("SCAN_REPORT", &report)];
        // Each input reaches the shell as a variable, so that what stands in it is never code.
        let env = step["env"].as_hash().unwrap();
        assert!(variables.iter().all(|(name, _)| env.contains_key(&Yaml::String(name.to_string()))));
        assert!(!step["run"].as_str().unwrap().contains("${{"));
        shell(&tree, step["run"].as_str().unwrap(), &variables)
    };
    assert_eq!(run(""), Some(1), "the whole tree has an undeclared copy");
    assert_eq!(run("HEAD"), Some(0), "nothing changed");
    assert!(tree.path().join("report.json").is_file());
}

#[test]
fn jobs_of_gitlab_scan_all_or_what_changed() {
    let tree = repository();
    let jobs = yaml(".gitlab/foundling.gitlab-ci.yml");
    let line = |job: &str| jobs[job]["script"][0].as_str().unwrap().to_string();
    assert_eq!(shell(&tree, &line("foundling:whole"), &[]), Some(1));
    let base = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", "HEAD")];
    assert_eq!(shell(&tree, &line("foundling:merge-request"), &base), Some(0));
    put(&tree, "third_party/zoo", 300);
    assert_eq!(shell(&tree, &line("foundling:merge-request"), &base), Some(1));
}
