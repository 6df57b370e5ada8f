//! [`Demands`]: what a message asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::permission::Requirement;

/// Says what a message asks for, beyond what its envelope shows.
///
/// # Examples
///
/// ```
/// use tower_auth::{Demands, MessageDemands};
///
/// struct Batch {
///     namespace: String,
///     commands: Vec<Command>,
/// }
///
/// struct Command {
///     /// Empty for the namespace of the batch.
///     namespace: String,
/// }
///
/// impl Demands for Batch {
///     fn demands(&self, demands: &mut MessageDemands) {
///         demands.of_tenant(&*self.namespace).requires("workflows:write");
///         for command in self.commands.iter().filter(|command| !command.namespace.is_empty()) {
///             demands.requires_in(&*command.namespace, "workflows:signal");
///         }
///     }
/// }
/// # let _ = Batch { namespace: String::new(), commands: vec![Command { namespace: String::new() }] };
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it demands",
    note = "implement `Demands` for the message, or pass a closure that takes `&mut MessageDemands`"
)]
pub trait Demands {
    /// Adds all that the message asks for. What is added twice is asked for once.
    fn demands(&self, demands: &mut MessageDemands);
}

impl<F: Fn(&mut MessageDemands)> Demands for F {
    fn demands(&self, demands: &mut MessageDemands) {
        self(demands);
    }
}

/// What one message asks for, as [`Demands`] adds it.
#[derive(Clone, Debug, Default)]
pub struct MessageDemands {
    /// What the message says of the tenant that it is for.
    pub(super) named: BTreeSet<String>,
    /// In the tenant of the request, or in others. A message says how many tenants there are, and how often
    /// it names each; what is required in one is what the program asks, and little.
    pub(super) required: BTreeMap<Option<String>, Vec<Requirement>>,
    /// How many demands there are.
    number: usize,
    /// Whether there were more than are looked at.
    pub(super) too_many: bool,
}

impl MessageDemands {
    /// So many different demands of a message are looked at; one with more is refused.
    pub const MAX: usize = 1_000;

    /// The message is for this tenant, which must be that of the request.
    pub fn of_tenant(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        if !self.too_many && !self.named.contains(&name) && self.has_room() {
            self.named.insert(name);
        }
        self
    }

    /// The caller must meet this in the tenant of the request.
    pub fn requires(&mut self, requirement: impl Into<Requirement>) -> &mut Self {
        self.add(None, requirement.into())
    }

    /// The caller must belong to another tenant as well, and meet this there.
    ///
    /// A name that may be left out of a message and then means the message's own tenant is for the
    /// message to know: the empty name is no tenant's.
    pub fn requires_in(
        &mut self,
        tenant: impl Into<String>,
        requirement: impl Into<Requirement>,
    ) -> &mut Self {
        self.add(Some(tenant.into()), requirement.into())
    }

    fn add(&mut self, tenant: Option<String>, requirement: Requirement) -> &mut Self {
        let is_known = |required: &Vec<Requirement>| required.contains(&requirement);
        if !self.too_many && !self.required.get(&tenant).is_some_and(is_known) && self.has_room() {
            self.required.entry(tenant).or_default().push(requirement);
        }
        self
    }

    /// Whether there is room for one more, which is then taken.
    fn has_room(&mut self) -> bool {
        self.too_many |= self.number >= Self::MAX;
        self.number += usize::from(!self.too_many);
        !self.too_many
    }
}
