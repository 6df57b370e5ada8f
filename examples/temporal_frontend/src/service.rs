//! [`Frontend`]: a few methods of Temporal's `WorkflowService`.

use temporalio_protos::temporal::api::{
    enums::v1::NamespaceState,
    namespace::v1::NamespaceInfo,
    workflowservice::v1::{
        DescribeNamespaceRequest, DescribeNamespaceResponse, GetSystemInfoRequest,
        GetSystemInfoResponse, ListNamespacesRequest, ListNamespacesResponse,
        RegisterNamespaceRequest, RegisterNamespaceResponse, StartWorkflowExecutionRequest,
        StartWorkflowExecutionResponse, get_system_info_response::Capabilities,
    },
};
use tonic::{Request, Response, Status};
use tower_auth::{Identity, MessageAuthorizer, MessageDemands, RequestEvidence};

use self::generated::workflow_service_server::WorkflowService;
pub(crate) use self::generated::workflow_service_server::WorkflowServiceServer;
use crate::{
    answers::Answers,
    store::{Namespace, Store},
};

/// The trait of the server, with the methods that `build.rs` names.
#[allow(clippy::all, missing_debug_implementations, reason = "written by tonic-prost-build")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/temporal.api.workflowservice.v1.rs"));
}

#[derive(Debug)]
pub(crate) struct Frontend {
    store: Store,
    messages: MessageAuthorizer,
    answers: Answers,
}

impl Frontend {
    pub(crate) fn new(messages: MessageAuthorizer, answers: Answers) -> Self {
        Self { store: Store::new(), messages, answers }
    }

    /// Whoever acts on a namespace does it in the one that was authorized.
    fn check<T>(&self, request: &Request<T>, named: &str) -> Result<(), Status> {
        let message = |demands: &mut MessageDemands| _ = demands.of_tenant(named);
        let granted = self.messages.authorize(request.extensions(), &message);
        granted.map(|_| ()).map_err(|error| self.answers.status(&error))
    }
}

#[tonic::async_trait]
impl WorkflowService for Frontend {
    async fn get_system_info(
        &self,
        _: Request<GetSystemInfoRequest>,
    ) -> Result<Response<GetSystemInfoResponse>, Status> {
        Ok(Response::new(GetSystemInfoResponse {
            server_version: "1.31.0".to_owned(),
            capabilities: Some(Capabilities::default()),
        }))
    }

    async fn describe_namespace(
        &self,
        request: Request<DescribeNamespaceRequest>,
    ) -> Result<Response<DescribeNamespaceResponse>, Status> {
        let name = request.get_ref().namespace.as_str();
        self.check(&request, name)?;
        Ok(Response::new(described(name, self.store.namespace(name)?)))
    }

    async fn list_namespaces(
        &self,
        _: Request<ListNamespacesRequest>,
    ) -> Result<Response<ListNamespacesResponse>, Status> {
        let namespaces = self.store.namespaces();
        let namespaces = namespaces.into_iter().map(|(name, of)| described(&name, of)).collect();
        Ok(Response::new(ListNamespacesResponse {
            namespaces,
            ..ListNamespacesResponse::default()
        }))
    }

    async fn register_namespace(
        &self,
        request: Request<RegisterNamespaceRequest>,
    ) -> Result<Response<RegisterNamespaceResponse>, Status> {
        self.check(&request, &request.get_ref().namespace)?;
        let description = format!("registered by {}", who(request.identity()?));
        self.store.register(request.into_inner().namespace, description)?;
        Ok(Response::new(RegisterNamespaceResponse::default()))
    }

    async fn start_workflow_execution(
        &self,
        request: Request<StartWorkflowExecutionRequest>,
    ) -> Result<Response<StartWorkflowExecutionResponse>, Status> {
        self.check(&request, &request.get_ref().namespace)?;
        let who = who(request.identity()?);
        let StartWorkflowExecutionRequest { namespace, workflow_id, .. } = request.into_inner();
        let run_id = self.store.start(&namespace, workflow_id.clone())?;
        tracing::info!(namespace, workflow_id, who, "a workflow was started");
        Ok(Response::new(StartWorkflowExecutionResponse {
            run_id,
            started: true,
            ..StartWorkflowExecutionResponse::default()
        }))
    }
}

/// The subject of the token, and of the certificate that came with it.
fn who(identity: &Identity) -> String {
    let machine = identity.outer().map_or("nothing", Identity::subject);
    format!("{} on {machine}", identity.subject())
}

fn described(name: &str, namespace: Namespace) -> DescribeNamespaceResponse {
    let info = NamespaceInfo {
        name: name.to_owned(),
        state: NamespaceState::Registered.into(),
        description: namespace.description,
        ..NamespaceInfo::default()
    };
    DescribeNamespaceResponse { namespace_info: Some(info), ..DescribeNamespaceResponse::default() }
}
