//! [`RpcRules`] as a document.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    config_error::Problems,
    policy::{
        document::{Asked, given},
        rpc::{RpcRule, RpcRules},
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    rules: Vec<Row>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    service: String,
    methods: Vec<String>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    require: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    authenticated: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deny: bool,
}

impl Serialize for RpcRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rules().iter().map(|rule| {
            let Asked { open, authenticated, deny, require } = Asked::of(&rule.access);
            let (service, methods) = (rule.service.clone(), rule.methods.clone());
            Row { service, methods, require, authenticated, open, deny }
        });
        Document { rules: rows.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RpcRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        let mut problems = Problems::default();
        let mut builder = Self::builder();
        for (position, row) in document.rules.into_iter().enumerate() {
            let Row { service, methods, require, authenticated, open, deny } = row;
            match (Asked { open, authenticated, deny, require }).access("open") {
                Ok(access) => builder = builder.rule(RpcRule::methods(service, methods, access)),
                Err(problem) => problems.add(format!("rules[{position}]: {problem}")),
            }
        }
        problems.finish(()).map_err(Error::custom)?;
        builder.build().map_err(Error::custom)
    }
}
