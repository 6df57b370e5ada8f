//! How to guard a service the way known systems guard theirs, and what is safer here.
//!
//! | System | Page | Example |
//! |---|---|---|
//! | KuFlow: user-id and password for REST, certificate and token for gRPC | [`kuflow`] | `basic`, `client` |
//! | Temporal: tokens with `namespace:role`, an authorizer by method | [`temporal`] | `temporal_frontend`, `temporal_rules` |
//! | Temporal with Microsoft Entra ID and an authority of one's own | [`temporal_entra`] | `temporal_frontend`, `mtls` |
//! | Nussknacker: a file of users, rules by role and category | [`nussknacker`] | `nussknacker` |
//! | yuuvis Momentum: tenants by header, ordered rules for endpoints | [`yuuvis`] | `yuuvis_gateway`, `tenants` |

pub mod kuflow;
pub mod nussknacker;
pub mod temporal;
pub mod temporal_entra;
pub mod yuuvis;
