use super::*;
use crate::model::finding::FileReport;
use crate::model::finding::Finding;
use crate::model::ids::RootNo;
use crate::model::review::Verdict;
use crate::report::sample;

/// Ends elements, opens others, leaves attributes, turns lines round, and is no valid file name.
const HOSTILE: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&lt;\u{202e}\u{2028}\\xff\u{0}]]>-->";

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    let options = Options { texts: &Hostile, date: Some("2024-02-29") };
    write(report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Files that hold hostile lines.
struct Hostile;

impl Texts for Hostile {
    fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
        None
    }

    fn scanned(&self, _: &FileReport) -> Option<String> {
        Some(format!("{HOSTILE}\n").repeat(20))
    }

    fn upstream(&self, _: &str, _: &str) -> Option<String> {
        Some(HOSTILE.to_string())
    }
}

/// `report` with hostile text wherever a name may come from outside.
fn poisoned(mut report: Report) -> Report {
    let long = HOSTILE.repeat(40);
    let poison = |text: &mut String| text.push_str(&long);
    report.roots.iter_mut().for_each(poison);
    for Finding { purl, versions, license, root, aliases, duplicates, .. } in &mut report.findings {
        [purl, root].into_iter().for_each(poison);
        versions.iter_mut().chain(aliases).chain(license.as_mut()).for_each(poison);
        duplicates.iter_mut().for_each(|at| poison(&mut at.manifest));
    }
    for Verdict { decided, remedy, .. } in &mut report.review.findings {
        decided.iter_mut().for_each(|decided| [&mut decided.reason, &mut decided.author].into_iter().for_each(poison));
        remedy.iter_mut().for_each(|remedy| remedy.line.iter_mut().chain(&mut remedy.manifest).for_each(poison));
    }
    for file in &mut report.files {
        poison(&mut file.path);
        file.licenses.iter_mut().for_each(|one| poison(&mut one.expression));
        file.copyrights.iter_mut().for_each(|one| poison(&mut one.statement));
        file.matches.iter_mut().for_each(|one| [&mut one.purl, &mut one.source_path].into_iter().for_each(poison));
    }
    report.review.gone.iter_mut().for_each(|gone| poison(&mut gone.root));
    report.review.idle.iter_mut().for_each(|idle| poison(&mut idle.component));
    report.review.excluded.iter_mut().for_each(|one| poison(&mut one.reason));
    report
}

/// What stands in the element `id`.
fn element<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, after) = page.split_once(&format!("id=\"{id}\">")).unwrap();
    after.split_once("</script>").unwrap().0
}

#[test]
fn hostile_names_add_no_element_and_come_back_as_text() {
    let tags = |page: &str| page.matches('<').count();
    let (clean, poisoned) = (page(&sample::reviewed()), page(&poisoned(sample::reviewed())));
    assert_eq!(tags(&clean), tags(&poisoned));
    let data = element(&poisoned, "data");
    assert!(!data.contains(['<', '>', '&', '\u{202e}', '\u{2028}', '\0']));
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(data["roots"][0].as_str().unwrap().contains("</script><script>alert(1)</script>"));
    assert!(data["roots"][0].as_str().unwrap().contains("\\u{202e}"), "what turns lines round is written out");
}

#[test]
fn every_chunk_is_of_letters_that_mean_nothing() {
    let page = page(&poisoned(sample::reviewed()));
    for id in ["d0", "k0", "t0", "p0", "f0"] {
        assert!(element(&page, id).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)), "{id}");
    }
}

#[test]
fn the_policy_allows_the_pages_own_parts_and_nothing_else() {
    let page = page(&sample::report());
    let policy = policy(&SCRIPT.concat());
    assert!(page.contains(&policy) && policy.starts_with("default-src 'none';"));
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
    assert!(page.contains(&format!("<script>{}</script>", SCRIPT.concat())), "the digest is of what stands there");
    assert!(page.contains(&format!("<style>{STYLE}</style>")));
}

#[test]
fn the_page_asks_nobody_for_anything_and_makes_no_markup_of_data() {
    let script = SCRIPT.concat();
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "import(",
        "XMLHttp",
    ] {
        assert!(!script.contains(word), "{word}");
    }
    for word in ["url(", "@import", "@font-face"] {
        assert!(!STYLE.contains(word), "{word}");
    }
    for word in [" src=", "<link", " onclick", " style=", "<iframe"] {
        assert!(!FRAME.contains(word), "{word}");
    }
    assert!(!script.contains("</script") && !STYLE.contains("</style"));
}

#[test]
fn every_part_of_the_frame_is_filled_and_the_same_report_gives_the_same_page() {
    let report = sample::reviewed();
    let page_of = page(&report);
    assert!(!page_of.contains("{{") && page_of.ends_with("</html>\n") && page_of.contains("\"date\":\"2024-02-29\""));
    assert_eq!(page_of, page(&report));
    let mut empty = Vec::new();
    write(&Report::default(), &Options::default(), &mut empty).unwrap();
    assert!(String::from_utf8(empty).unwrap().contains("Nothing to review"));
}
