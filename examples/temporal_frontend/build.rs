//! Makes the trait of a server with the few methods that this frontend has, of the descriptors that
//! `temporalio-protos` was compiled from. The messages are those of that crate.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet, ServiceDescriptorProto};

const FILE: &str = "temporal/api/workflowservice/v1/service.proto";

/// Those that are served; any other one is `UNIMPLEMENTED`.
const METHODS: [&str; 5] = [
    "DescribeNamespace",
    "GetSystemInfo",
    "ListNamespaces",
    "RegisterNamespace",
    "StartWorkflowExecution",
];

fn main() -> Result<(), Box<dyn Error>> {
    // By `links` of that crate.
    let path = env::var("DEP_TEMPORALIO_PROTOS_DESCRIPTOR_PATH")?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={path}");
    let descriptors = FileDescriptorSet::decode(fs::read(path)?.as_slice())?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("methods.txt"), names(&descriptors))?;

    let served = descriptors.file.into_iter().filter(|file| file.name() == FILE).map(only_served);
    tonic_prost_build::configure()
        .build_client(false)
        .extern_path(".temporal", "::temporalio_protos::temporal")
        .compile_fds(FileDescriptorSet { file: served.collect() })?;
    Ok(())
}

fn only_served(mut file: FileDescriptorProto) -> FileDescriptorProto {
    for service in &mut file.service {
        service.method.retain(|method| METHODS.contains(&method.name()));
    }
    file
}

/// The full names of all methods of Temporal's two public services, a line each: the rules are held
/// against them.
fn names(descriptors: &FileDescriptorSet) -> String {
    let services = descriptors
        .file
        .iter()
        .flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    let public = services.filter(|(package, _)| {
        matches!(*package, "temporal.api.workflowservice.v1" | "temporal.api.operatorservice.v1")
    });
    public.map(|(package, service)| lines(package, service)).collect()
}

fn lines(package: &str, service: &ServiceDescriptorProto) -> String {
    let methods = service.method.iter();
    methods.map(|method| format!("/{package}.{}/{}\n", service.name(), method.name())).collect()
}
