//! [`Store`]: what the frontend knows, until it ends.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tonic::Status;

/// Namespaces, and the workflows in them.
#[derive(Debug)]
pub(crate) struct Store(Mutex<BTreeMap<String, Namespace>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    pub(crate) description: String,
    /// Their runs, by workflow id.
    workflows: BTreeMap<String, String>,
}

impl Store {
    pub(crate) fn new() -> Self {
        let default = ("default".to_owned(), Namespace::default());
        Self(Mutex::new(BTreeMap::from([default])))
    }

    pub(crate) fn register(&self, name: String, description: String) -> Result<(), Status> {
        let mut namespaces = self.lock();
        if namespaces.contains_key(&name) {
            return Err(Status::already_exists("the namespace is registered already"));
        }
        namespaces.insert(name, Namespace { description, ..Namespace::default() });
        Ok(())
    }

    pub(crate) fn namespace(&self, name: &str) -> Result<Namespace, Status> {
        self.lock().get(name).cloned().ok_or_else(unknown)
    }

    pub(crate) fn namespaces(&self) -> Vec<(String, Namespace)> {
        self.lock().clone().into_iter().collect()
    }

    /// The name of the new run.
    pub(crate) fn start(&self, namespace: &str, workflow: String) -> Result<String, Status> {
        let mut namespaces = self.lock();
        let workflows = &mut namespaces.get_mut(namespace).ok_or_else(unknown)?.workflows;
        if workflows.contains_key(&workflow) {
            return Err(Status::already_exists("the workflow runs already"));
        }
        let run = format!("run-{}", workflows.len() + 1);
        workflows.insert(workflow, run.clone());
        Ok(run)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Namespace>> {
        // Nothing is ever left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown() -> Status {
    Status::not_found("the namespace is not registered")
}
