//! Numbers for names: given out once, bounded, and found while others are given out.

use std::thread;

use super::Vocabulary;

#[test]
fn a_name_has_one_number_and_there_is_an_end_of_them() {
    let vocabulary = Vocabulary::new();
    assert_eq!(vocabulary.id("a"), None);
    let names: Vec<_> = (0..9000).map(|number| format!("name:{number}")).collect();
    let ids: Vec<_> = names.iter().map(|name| vocabulary.intern(name)).collect();
    for (position, (name, id)) in names.iter().zip(&ids).enumerate() {
        let expected = (position < 8064).then_some(u32::try_from(position).unwrap());
        assert_eq!(*id, expected, "{name}");
        assert_eq!((vocabulary.id(name), vocabulary.intern(name)), (expected, expected), "{name}");
    }
    assert_eq!(vocabulary.len(), 8064);
}

#[test]
fn looking_a_name_up_gives_it_no_number() {
    let vocabulary = Vocabulary::new();
    for number in 0..1000 {
        assert_eq!(vocabulary.id(&format!("from-a-client:{number}")), None);
    }
    assert_eq!(vocabulary.len(), 0);
}

#[test]
fn numbers_are_found_by_others_once_they_are_counted() {
    let vocabulary = Vocabulary::new();
    let names: Vec<_> = (0..2000).map(|number| format!("name:{number}")).collect();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| names.iter().all(|name| vocabulary.intern(name).is_some()));
        }
        scope.spawn(|| {
            while vocabulary.len() < 2000 {
                let counted = vocabulary.len();
                for name in &names[..counted as usize] {
                    assert!(vocabulary.id(name).is_some_and(|id| id < counted), "{name}");
                }
            }
        });
    });
    let mut ids: Vec<_> = names.iter().filter_map(|name| vocabulary.id(name)).collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..2000).collect::<Vec<_>>());
}
