//! Tenants: where they are named, who belongs to them, whether they are any, and what they have of
//! their own.

mod alike;
mod cross_tenant;
mod membership_rules;
mod memberships;
mod per_tenant;
mod per_tenant_isolation;
mod per_tenant_use;
mod realms;
mod registry;
mod registry_limits;
mod source_properties;
mod sources;
mod yuuvis;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use tower::{Layer, Service, ServiceExt};
use tower_auth::{Tenant, TenantLayer, TenantSource};

use crate::support::{callers::with, probe::Probe};

pub(super) fn tenant(name: &str) -> Tenant {
    Tenant::new(name).unwrap()
}

pub(super) fn header() -> TenantSource {
    TenantSource::header(TenantSource::DEFAULT_HEADER)
}

pub(super) fn by_header() -> TenantLayer {
    TenantLayer::new(header())
}

pub(super) fn asking(request: Request<()>, name: &str) -> Request<()> {
    with(request, "x-id-tenant-name", name)
}

pub(super) fn of(tenant: &str) -> (u16, Option<String>) {
    (200, Some(tenant.to_owned()))
}

pub(super) const DENIED: (u16, Option<String>) = (403, None);

/// How often each tenant was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Arc<Mutex<HashMap<String, usize>>>);

impl Asked {
    pub(super) fn note(&self, tenant: &Tenant) {
        *self.0.lock().unwrap().entry(tenant.to_string()).or_default() += 1;
    }

    pub(super) fn count(&self, tenant: &str) -> usize {
        self.0.lock().unwrap().get(tenant).copied().unwrap_or_default()
    }

    pub(super) fn total(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

/// The status, once the answer is there.
pub(super) async fn status<L>(layers: &L, request: Request<()>) -> u16
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>>,
    <L::Service as Service<Request<()>>>::Error: std::fmt::Debug,
{
    layers.layer(Probe::new()).oneshot(request).await.unwrap().status().as_u16()
}

/// Lets everybody else run until nothing more happens by itself.
pub(super) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
