//! Codes of regions, which the server hands out.
//!
//! A country is 10000, 20000 …; its provinces count on from it: 10001, 10002. Below that a code grows by groups of three
//! digits, filled from the left: below 10002 stand 10002100, 10002200; below 10002100 stand 10002110, 10002120; below
//! 10002120 stands 10002121; below that a new group begins: 10002121100. When the nine places of a digit are taken, a
//! group with a leading 0 follows the code: 10002100001 to 10002100099.

/// Digits of the longest code
const LONGEST: usize = 20;

/// The codes that a region below this one may get, in the order in which they are handed out
pub fn below(parent: Option<&str>) -> Vec<String> {
    let Some(parent) = parent else {
        return (1..=9).map(|digit| format!("{digit}0000")).collect();
    };
    if let (5, Ok(country)) = (parent.len(), parent.parse::<u32>())
        && country.is_multiple_of(10_000)
    {
        return (1..=999).map(|place| (country + place).to_string()).collect();
    }
    let group = parent.get(5..).and_then(|groups| groups.get(groups.len().checked_sub(3)?..)).unwrap_or_default();
    let zeros = if group.starts_with('0') { 0 } else { group.len() - group.trim_end_matches('0').len() };
    let (front, behind) = match zeros {
        // The group is full: a new one begins.
        0 => (parent, "00"),
        _ => (&parent[..parent.len() - zeros], &"00"[..zeros - 1]),
    };
    let places = (1..=9).map(|digit| format!("{front}{digit}{behind}"));
    places.chain((1..=99).map(|place| format!("{parent}0{place:02}"))).filter(|code| code.len() <= LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::below;

    #[test]
    fn codes_grow_as_documented() {
        for (parent, first, second, number) in [
            (None, "10000", "20000", 9),
            (Some("10000"), "10001", "10002", 999),
            (Some("10002"), "10002100", "10002200", 108),
            (Some("10002100"), "10002110", "10002120", 108),
            (Some("10002120"), "10002121", "10002122", 108),
            (Some("10002121"), "10002121100", "10002121200", 108),
            (Some("10002010"), "10002010100", "10002010200", 108),
            (Some("10002121100"), "10002121110", "10002121120", 108),
            (Some("10002111111111111100"), "10002111111111111110", "10002111111111111120", 9),
        ] {
            let codes = below(parent);
            assert_eq!((codes[0].as_str(), codes[1].as_str(), codes.len()), (first, second, number), "{parent:?}");
        }
        assert_eq!(below(Some("10002100"))[9], "10002100001", "the tenth");
        assert!(below(Some("10002111111111111111")).is_empty(), "no longer code");
    }

    #[test]
    fn no_code_is_handed_out_twice() {
        let mut all: Vec<String> = below(Some("10002"));
        all.extend(all.clone().iter().flat_map(|code| below(Some(code)).into_iter().step_by(11)));
        let mut seen = HashSet::new();
        for parent in all.iter().chain([&"10002".to_owned()]) {
            assert!(below(Some(parent)).into_iter().all(|code| seen.insert(code)), "{parent}");
        }
    }
}
