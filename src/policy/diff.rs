//! [`RulesDiff`]: what changes between two versions of rules.

use std::fmt;

use crate::policy::Access;

/// What changes between two versions of rules, and what becomes more open.
///
/// It is made by [`RpcRules::diff`](crate::RpcRules::diff) and
/// [`PathRules::diff`](crate::PathRules::diff). What is the same before and after is left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RulesDiff {
    changes: Vec<RuleChange>,
}

/// One line of a [`RulesDiff`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RuleChange {
    /// The method; the pattern with its HTTP methods; or `override headers`.
    pub what: String,
    /// Whether rules that name it came or went.
    pub kind: ChangeKind,
    /// What was asked; of what no rule named, what a broader rule asked.
    pub before: Access,
    /// What is asked now; of what no rule names any more, what a broader rule asks.
    pub after: Access,
}

/// Whether the rules that name something came or went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// No rule named it before.
    Added,
    /// No rule names it any more.
    Removed,
    /// Rules named it before and do so now.
    Changed,
}

/// Something that rules before or after name.
pub(super) struct Entry {
    pub(super) what: String,
    pub(super) had: bool,
    pub(super) has: bool,
    pub(super) before: Access,
    pub(super) after: Access,
}

impl RulesDiff {
    pub(super) fn of(entries: impl Iterator<Item = Entry>) -> Self {
        let changes = entries.filter_map(|entry| {
            let Entry { what, had, has, before, after } = entry;
            let kind = match (had, has) {
                (false, true) => ChangeKind::Added,
                (true, false) => ChangeKind::Removed,
                _ if before == after => return None,
                _ => ChangeKind::Changed,
            };
            Some(RuleChange { what, kind, before, after })
        });
        Self { changes: changes.collect() }
    }

    /// Every change, sorted by what it is about.
    #[must_use]
    pub fn changes(&self) -> &[RuleChange] {
        &self.changes
    }

    /// The changes by which somebody gets in who did not before: look at these twice.
    pub fn opened(&self) -> impl Iterator<Item = &RuleChange> {
        self.changes.iter().filter(|change| change.opens())
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl RuleChange {
    /// Whether somebody gets in who did not before.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.after.opens_beyond(&self.before)
    }
}

/// One change a line.
impl fmt::Display for RulesDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}

impl fmt::Display for RuleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        let Self { what, before, after, .. } = self;
        write!(f, "{sign} {what}: {before} -> {after}")?;
        if self.opens() { f.write_str(" (opens)") } else { Ok(()) }
    }
}
