//! What is kept of a file between two looks at it.

use std::path::Path;

use super::{CostFloor, Source, Stamp, Watch};

/// What stood in the way may go without the file being another one: it must be read again.
#[test]
fn a_failure_forgets_what_the_file_looked_like() {
    let floor = CostFloor { warned_below: 0, refused_below: 0 };
    let (_, watch) = Watch::start(&Source { users: Vec::new(), file: None, floor }).unwrap();
    for reason in ["too many open files", "too many open files", "another"] {
        watch.seen().stamp = Stamp::of(Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(watch.seen().stamp.is_some());
        watch.fail(reason);
        assert!(watch.seen().stamp.is_none());
        assert_eq!(watch.seen().failure.as_ref().unwrap().1, reason);
    }
}
