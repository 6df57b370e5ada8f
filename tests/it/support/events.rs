//! The events that the crate writes, collected for one test.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, Once},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::{DefaultGuard, set_default, set_global_default},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry,
};

/// Collects the events of this thread for as long as it lives.
#[must_use]
pub(crate) struct Events {
    recorded: Recorder,
    _guard: DefaultGuard,
}

/// One event: its level and its fields as text.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) level: Level,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Recorded {
    /// The value of a field; empty where the event has none of this name.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.fields.keys().copied().collect()
    }
}

impl Events {
    pub(crate) fn record() -> Self {
        // Whether a call site is of interest is asked once and on any thread: without a subscriber
        // of every thread, a thread of another test may answer "never" for all.
        static EVERY_THREAD: Once = Once::new();
        EVERY_THREAD.call_once(|| {
            let discards = registry().with(Recorder::default());
            set_global_default(discards).expect("nobody else sets one");
        });
        let recorded = Recorder::default();
        Self { _guard: set_default(registry().with(recorded.clone())), recorded }
    }

    /// Takes the events that were written since the last time.
    pub(crate) fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.recorded.0.lock().expect("no test panics with it"))
    }

    /// The one event since the last time.
    pub(crate) fn one(&self) -> Recorded {
        let mut events = self.take();
        assert_eq!(events.len(), 1, "one event per decision: {events:#?}");
        events.remove(0)
    }
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "tower_auth" {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let recorded = Recorded { level: *event.metadata().level(), fields: fields.0 };
        self.0.lock().expect("no test panics with it").push(recorded);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
