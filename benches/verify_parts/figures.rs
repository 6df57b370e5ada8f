//! The figures that come of the medians.

use std::path::Path;

use super::tokens::Key;
use crate::common::{figure, median};

pub(crate) fn print(home: &Path) -> Option<()> {
    let ns = |name: &str| median(home, name);
    let (bare, granted) = (ns("bare")?, ns("granted")?);
    for key in Key::ALL {
        let name = key.name();
        let decode = ns(&format!("{name}_decode"))?;
        let (uncached, cached) = (ns(&format!("{name}_uncached"))?, ns(&format!("{name}_cached"))?);
        figure(&format!("{name}_uncached_over_decode"), uncached / decode, "ratio");
        figure(&format!("{name}_cached_extra_ns"), cached - granted, "ns");
        figure(&format!("{name}_decode_over_cached_extra"), decode / (cached - granted), "ratio");
        figure(&format!("{name}_cached_over_bare"), cached / bare, "ratio");
        if let Some(verify) = ns(&format!("{name}_verify")) {
            figure(&format!("{name}_above_verify_and_bare_ns"), uncached - verify - bare, "ns");
            figure(&format!("{name}_over_verify_and_bare"), uncached / (verify + bare), "ratio");
        }
    }
    // The one whose token has 650 bytes.
    figure("cached_extra_ns", ns("es256_cached")? - granted, "ns");
    for name in ["iss", "alg", "expired", "garbage"] {
        let extra = ns(&format!("early_{name}"))? - granted;
        figure(&format!("rejected_early_ns_over_gate_{name}"), extra, "ns");
    }
    for name in ["rs256", "es256"] {
        let (bad, good) = (ns(&format!("{name}_bad_signature"))?, ns(&format!("{name}_uncached"))?);
        figure(&format!("{name}_bad_signature_over_valid"), bad / good, "ratio");
        let above = bad - ns(&format!("{name}_verify_forged"))? - bare;
        figure(&format!("{name}_bad_signature_above_verify_and_bare_ns"), above, "ns");
    }
    figure("missing_over_bare", ns("missing")? / bare, "ratio");
    figure("issuers_1000_over_1", ns("issuers_1000")? / ns("issuers_1")?, "ratio");
    Some(())
}
