//! From the claims of a token with eight permissions to the first answer, against the check of its
//! signature.

use std::{hint::black_box, path::Path};

use criterion::Criterion;
use serde_json::Value;
use tower_auth::{ClaimMapper, ClaimPermissions, Identity, Requirement};

use crate::{
    common::{figure, in_round, median},
    tokens::{self, Key},
};

fn identity() -> Identity {
    let Value::Object(claims) = tokens::claims("8d7b3c4e-alice") else {
        unreachable!("claims are an object")
    };
    Identity::new("8d7b3c4e-alice").with_claims(claims)
}

pub(crate) fn run(criterion: &mut Criterion, round: usize) {
    let (identity, mapper) = (identity(), ClaimPermissions::at("permissions"));
    let requirement = Requirement::from("bills:write").prepared();
    criterion.bench_function(&in_round("mapping", round), |bencher| {
        bencher.iter(|| {
            let permissions = mapper.permissions(black_box(&identity), None).expect("permissions");
            assert!(requirement.is_met_by(&permissions));
            permissions
        });
    });
    let verify = in_round("rs256_verify", round);
    tokens::verify_alone(criterion, &verify, Key::Rs256, &tokens::token(Key::Rs256));
}

pub(crate) fn print(home: &Path) -> Option<()> {
    let mapping = median(home, "mapping")?;
    figure("mapping_ns", mapping, "ns");
    figure("mapping_over_rs256", mapping / median(home, "rs256_verify")?, "ratio");
    Some(())
}
