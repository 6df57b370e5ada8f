//! Collects the events of this crate.
//!
//! One subscriber serves the whole process and sorts by thread: subscribers that come and go with
//! tests would race for the interest that `tracing` caches for each place an event comes from.

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug, sync::Once};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::Registry,
};

thread_local! {
    static RECORDED: RefCell<Option<Vec<Recorded>>> = const { RefCell::new(None) };
}

/// One event of the target `tower_auth`.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) level: Level,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Recorded {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// Records all events of this thread as long as it lives.
pub(crate) struct Recorder(());

impl Recorder {
    pub(crate) fn start() -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let subscriber = Registry::default().with(Collect);
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        RECORDED.set(Some(Vec::new()));
        Self(())
    }

    /// What was recorded since the last call.
    #[expect(clippy::unused_self, reason = "recording is on only while there is a recorder")]
    pub(crate) fn take(&self) -> Vec<Recorded> {
        RECORDED.replace(Some(Vec::new())).unwrap_or_default()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        RECORDED.set(None);
    }
}

struct Collect;

impl<S: Subscriber> Layer<S> for Collect {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "tower_auth" {
            return;
        }
        RECORDED.with_borrow_mut(|recorded| {
            if let Some(recorded) = recorded {
                let mut fields = Fields::default();
                event.record(&mut fields);
                recorded.push(Recorded { level: *event.metadata().level(), fields: fields.0 });
            }
        });
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
