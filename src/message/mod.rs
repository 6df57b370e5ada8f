//! What a message asks for that its envelope cannot show.
//!
//! Layers see the head of a request. A gRPC message may name another tenant than its metadata, or hold
//! commands for others; a [`MessageAuthorizer`] holds what a message [demands](Demands) against the same
//! identity, tenant and mapper, with the same errors and events.

mod authorizer;
mod demands;
mod grant;

pub use self::{
    authorizer::MessageAuthorizer,
    demands::{Demands, MessageDemands},
    grant::MessageGrant,
};
