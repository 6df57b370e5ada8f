//! The methods of a compiled `FileDescriptorSet`.

use prost::Message;
use prost_types::FileDescriptorSet;

/// The full names of all methods, `/package.Service/Method`.
pub(crate) fn methods(set: &[u8]) -> Result<Vec<String>, String> {
    let set = FileDescriptorSet::decode(set).map_err(|error| error.to_string())?;
    let mut methods = Vec::new();
    for file in &set.file {
        let package = file.package.as_deref().filter(|package| !package.is_empty());
        for service in &file.service {
            let name = [package, Some(service.name())].into_iter().flatten().collect::<Vec<_>>();
            let name = name.join(".");
            methods
                .extend(service.method.iter().map(|method| format!("/{name}/{}", method.name())));
        }
    }
    Ok(methods)
}
