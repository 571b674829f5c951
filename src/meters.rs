//! Metrics by labels that are words of the program: each thread keeps those that it has seen, since looking one up in the
//! recorder costs more than counting.

use std::{
    cell::RefCell,
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use metrics::{Counter, Histogram};
use rustc_hash::FxHashMap;

/// Whether somebody collects the metrics
static MEASURED: AtomicBool = AtomicBool::new(false);

/// From now on metrics are collected
pub fn measure() {
    MEASURED.store(true, Ordering::Relaxed);
}

/// Names and words by their addresses
type Key = [usize; 4];

/// Of a metric, by its labels: a word, and whatever number stands for the others
pub fn key(name: &'static str, word: &'static str, number: usize) -> Key {
    [name.as_ptr().addr(), word.as_ptr().addr(), word.len(), number]
}

thread_local! {
    static COUNTERS: RefCell<FxHashMap<Key, Counter>> = RefCell::default();
    static HISTOGRAMS: RefCell<FxHashMap<Key, Histogram>> = RefCell::default();
}

/// Counts, if somebody collects
pub fn count(key: Key, number: u64, new: impl FnOnce() -> Counter) {
    if MEASURED.load(Ordering::Relaxed) {
        COUNTERS.with_borrow_mut(|known| known.entry(key).or_insert_with(new).increment(number));
    }
}

/// None: nobody collects
pub fn histogram(key: Key, new: impl FnOnce() -> Histogram) -> Option<Histogram> {
    let known = || HISTOGRAMS.with_borrow_mut(|known| known.entry(key).or_insert_with(new).clone());
    MEASURED.load(Ordering::Relaxed).then(known)
}

/// A text as a word of the program, kept for ever: for what is bounded by the schema and the documents that are there at
/// start
pub fn word(text: &str) -> &'static str {
    static WORDS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = words.get_or_insert_default();
    match words.get(text) {
        Some(word) => word,
        None => {
            let word = Box::leak(Box::<str>::from(text));
            words.insert(word);
            word
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once() {
        let first = word("query customers");
        assert!(std::ptr::eq(first, word(&String::from("query customers"))));
        assert_ne!(key("name", first, 0), key("name", word("query grids"), 0));
    }
}
