//! [`PathRules`] as a document.

use std::ops::Not;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    config_error::Problems,
    policy::{
        document::{Asked, given},
        path::{PathRule, PathRules},
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default, skip_serializing_if = "Not::not")]
    allow_override_headers: bool,
    rules: Vec<Row>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    paths: Vec<String>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    require: Option<String>,
    #[serde(default, skip_serializing_if = "Not::not")]
    authenticated: bool,
    #[serde(default, skip_serializing_if = "Not::not")]
    expose: bool,
    #[serde(default, skip_serializing_if = "Not::not")]
    deny: bool,
}

impl Row {
    fn of(rule: &PathRule) -> Self {
        let Asked { open, authenticated, deny, require } = Asked::of(&rule.access);
        let methods = rule.methods.is_empty().not().then(|| rule.methods.clone());
        Self { paths: rule.patterns.clone(), methods, require, authenticated, expose: open, deny }
    }

    fn rule(self) -> Result<PathRule, String> {
        let Self { paths, methods, require, authenticated, expose, deny } = self;
        let access = Asked { open: expose, authenticated, deny, require }.access("expose")?;
        // A list that was lost on the way is not every method.
        if methods.as_ref().is_some_and(Vec::is_empty) {
            return Err("no methods; without the member it is for all".to_owned());
        }
        Ok(PathRule::new(paths, access).with_methods(methods.unwrap_or_default()))
    }
}

impl Serialize for PathRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.rules().iter().map(Row::of).collect();
        let allow_override_headers = self.table().allows_override_headers;
        Document { allow_override_headers, rules }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PathRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        let mut problems = Problems::default();
        let mut builder = Self::builder();
        if document.allow_override_headers {
            builder = builder.allow_override_headers();
        }
        for (position, row) in document.rules.into_iter().enumerate() {
            match row.rule() {
                Ok(rule) => builder = builder.rule(rule),
                Err(problem) => problems.add(format!("rules[{position}]: {problem}")),
            }
        }
        problems.finish(()).map_err(Error::custom)?;
        builder.build().map_err(Error::custom)
    }
}
