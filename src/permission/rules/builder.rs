//! [`RoleRulesBuilder`]: rules are checked before anybody is judged by them.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    config_error::{ConfigError, Problems},
    permission::rules::{RoleRule, RoleRules, role_rule::GLOBAL, role_rules::Table},
};

/// Builds [`RoleRules`].
#[derive(Clone, Debug, Default)]
#[must_use = "call `build`"]
pub struct RoleRulesBuilder {
    rules: Vec<RoleRule>,
    vocabulary: Option<BTreeSet<String>>,
}

impl RoleRulesBuilder {
    /// Adds a rule. Several rules for one role add up.
    pub fn rule(mut self, rule: RoleRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules.
    pub fn rules(mut self, rules: impl IntoIterator<Item = RoleRule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Sets the words that may be permissions, so that a misspelt one is found before it is missed.
    ///
    /// Words are compared exactly. Global permissions are free text. Without a vocabulary any word
    /// is a permission.
    pub fn with_vocabulary<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.vocabulary = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// Checks all rules.
    ///
    /// # Errors
    ///
    /// Every empty name, every category and every permission of one that starts with `global:`, every
    /// permission with a `*`, and every one that is not in the vocabulary; a global permission in the
    /// vocabulary.
    pub fn build(self) -> Result<RoleRules, ConfigError> {
        let mut problems = Problems::default();
        for rule in &self.rules {
            for problem in rule.problems(self.vocabulary.as_ref()) {
                problems.add(format!("rule {:?}: {problem}", rule.role()));
            }
        }
        let mut words = self.vocabulary.iter().flatten();
        if let Some(word) = words.find(|word| word.starts_with(GLOBAL)) {
            problems.add(format!("{word:?}: a vocabulary is of permissions of categories"));
        }
        let table = Table::new(self.rules, self.vocabulary.unwrap_or_default());
        problems.finish(RoleRules::of(Arc::new(table)))
    }
}
