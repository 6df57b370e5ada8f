//! [`RpcRulesBuilder`]: rules, looked at as a whole.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use crate::{
    config_error::{ConfigError, Problems},
    policy::{
        Access, RuleLint, document,
        rpc::{RpcRule, RpcRules, name},
    },
};

/// Gathers rules; see [`RpcRules`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RpcRulesBuilder {
    rules: Vec<RpcRule>,
    descriptor: Option<BTreeSet<String>>,
    /// Whether each method of the descriptor must have a rule, and those that need not.
    covers: bool,
    unruled: BTreeSet<String>,
    misnamed: Vec<String>,
}

impl RpcRulesBuilder {
    /// Adds a rule.
    pub fn rule(mut self, rule: RpcRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules.
    pub fn rules(mut self, rules: impl IntoIterator<Item = RpcRule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Adds a rule for one method, by its full name: `/package.Service/Method`.
    pub fn method(mut self, full_name: &str, access: impl Into<Access>) -> Self {
        match name::parts(full_name) {
            Ok((service, method)) => self.rule(RpcRule::methods(service, [method], access)),
            Err(problem) => {
                self.misnamed.push(format!("{full_name:?}: {problem}"));
                self
            }
        }
    }

    /// Adds a rule for the methods of a service that no other rule names.
    pub fn service(self, service: &str, access: impl Into<Access>) -> Self {
        self.rule(RpcRule::service(service, access))
    }

    /// Lets everybody call a method, by its full name, without asking who they are.
    pub fn open(self, full_name: &str) -> Self {
        self.method(full_name, Access::Open)
    }

    /// Says which methods there are, by their full names: a rule that names another one, or a service
    /// without any of them, is an error. See also [`RpcRules::lint`].
    pub fn with_descriptor<M: Into<String>>(
        mut self,
        full_names: impl IntoIterator<Item = M>,
    ) -> Self {
        self.descriptor = Some(full_names.into_iter().map(Into::into).collect());
        self
    }

    /// Says which methods there are by a compiled `FileDescriptorSet`, as build scripts of tonic and
    /// `protoc --descriptor_set_out` write it, **and demands a rule for each of them**, health and
    /// reflection included where they are in it.
    ///
    /// A method without a rule is denied to everybody in any case. This is for those that are added to a
    /// service later: whoever adds one has to say who may call it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::RpcRules;
    ///
    /// // include_bytes!(concat!(env!("OUT_DIR"), "/orders.bin"))
    /// # use prost::Message;
    /// # let method = |name: &str| prost_types::MethodDescriptorProto { name: Some(name.into()), ..<_>::default() };
    /// # let service = prost_types::ServiceDescriptorProto {
    /// #     name: Some("Orders".into()), method: vec![method("Create"), method("Delete")], ..<_>::default()
    /// # };
    /// # let file = prost_types::FileDescriptorProto {
    /// #     package: Some("orders.v1".into()), service: vec![service], ..<_>::default()
    /// # };
    /// # let set = prost_types::FileDescriptorSet { file: vec![file] }.encode_to_vec();
    /// let rules = RpcRules::builder()
    ///     .method("/orders.v1.Orders/Create", "orders:write")
    ///     .with_descriptor_set(&set);
    /// let error = rules.clone().build().unwrap_err();
    /// assert!(error.to_string().contains("/orders.v1.Orders/Delete"), "{error}");
    ///
    /// let rules = rules.allow_unruled(["/orders.v1.Orders/Delete"]).build()?; // denied to everybody
    /// # let _ = rules;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[cfg(feature = "tonic")]
    pub fn with_descriptor_set(mut self, set: &[u8]) -> Self {
        match crate::integration::tonic::methods(set) {
            Ok(methods) => {
                self.descriptor.get_or_insert_default().extend(methods);
                self.covers = true;
            }
            Err(problem) => self.misnamed.push(format!("no descriptor set: {problem}")),
        }
        self
    }

    /// Leaves methods without a rule, by their full names, where a descriptor set demands one: they are
    /// denied to everybody.
    #[cfg(feature = "tonic")]
    pub fn allow_unruled<M: Into<String>>(
        mut self,
        full_names: impl IntoIterator<Item = M>,
    ) -> Self {
        self.unruled.extend(full_names.into_iter().map(Into::into));
        self
    }

    /// Checks the rules.
    ///
    /// # Errors
    ///
    /// Names of services and methods that are none; a method that two rules name; a rule without
    /// methods; a requirement that nobody can meet, with a wildcard or with parameters of a route; no
    /// rules at all; rules for what is not in the descriptor; and methods of a descriptor set that have
    /// none.
    pub fn build(self) -> Result<RpcRules, ConfigError> {
        let mut problems = Problems::default();
        self.misnamed.iter().for_each(|problem| problems.add(problem));
        if self.rules.is_empty() && self.misnamed.is_empty() {
            problems.add("there are no rules, so every call would be refused");
        }
        let mut names = Names::default();
        for (position, rule) in self.rules.iter().enumerate() {
            let found = names.add(position, rule);
            found
                .into_iter()
                .for_each(|problem| problems.add(format!("rules[{position}]: {problem}")));
        }
        let rules = RpcRules::of(self.rules, names);
        if let Some(descriptor) = &self.descriptor {
            let lints = rules.lint(descriptor.iter().map(String::as_str));
            let is_wrong = |lint: &&RuleLint| match lint {
                RuleLint::Uncovered(method) => self.covers && !self.unruled.contains(method),
                _ => true,
            };
            let wrong = lints.iter().filter(is_wrong);
            wrong.for_each(|lint| problems.add(lint.to_string()));
            for method in self.unruled.iter().filter(|method| !descriptor.contains(*method)) {
                problems
                    .add(format!("{method} may be without a rule, and there is no such method"));
            }
        }
        problems.finish(())?;
        rules.rules().iter().for_each(|rule| rule.access.prepare());
        Ok(rules)
    }
}

/// The positions of rules by what they name.
#[derive(Default)]
pub(super) struct Names {
    /// By the full names of methods.
    pub(super) methods: HashMap<Box<str>, usize>,
    /// By the names of services.
    pub(super) services: HashMap<Box<str>, usize>,
}

impl Names {
    /// Adds what a rule names, and says what is wrong with it.
    fn add(&mut self, position: usize, rule: &RpcRule) -> Vec<String> {
        let mut problems = Vec::new();
        if !name::is_name(&rule.service) {
            problems.push(format!("{:?} is not the name of a service", rule.service));
        }
        if rule.methods.is_empty() {
            problems
                .push(format!("no methods of {}; \"*\" is all that no rule names", rule.service));
        }
        problems.extend(document::problem_of(&rule.access));
        for method in &rule.methods {
            let (key, map) = match method.as_str() {
                RpcRule::REST => (rule.service.clone(), &mut self.services),
                method if name::is_name(method) => {
                    (format!("/{}/{method}", rule.service), &mut self.methods)
                }
                method => {
                    problems.push(format!("{method:?} is not the name of a method"));
                    continue;
                }
            };
            match map.entry(key.into_boxed_str()) {
                Entry::Occupied(first) => {
                    problems.push(format!("{}: rules[{}] is for it too", first.key(), first.get()));
                }
                Entry::Vacant(place) => _ = place.insert(position),
            }
        }
        problems
    }
}
