//! [`Striped`]: a value that all threads read, handed out without a counter that they fight over.
//!
//! A clone of an `Arc` writes to its reference count. Where every request on every core clones the
//! same one, the cores pass that line of memory around, and two do less than one. Here each thread
//! clones a count that is its own, as far as there are enough of them.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A reference to a shared value; a clone costs one reference count.
pub(crate) enum Shared<T: ?Sized> {
    Direct(Arc<T>),
    /// By way of a count that few threads touch.
    Striped(Arc<Line<T>>),
}

/// A count on a line of memory of its own, so that no neighbour is disturbed.
#[repr(align(64))]
pub(crate) struct Line<T: ?Sized>(Arc<T>);

/// A value with several reference counts, of which each thread uses one.
pub(crate) struct Striped<T: ?Sized> {
    value: Arc<T>,
    /// Made when the value is first handed out.
    stripes: OnceLock<Box<[Stripe<T>]>>,
}

type Stripe<T> = OnceLock<Arc<Line<T>>>;

impl<T: ?Sized> Striped<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self { value, stripes: OnceLock::new() }
    }

    /// A reference by way of this thread's count.
    pub(crate) fn get(&self) -> Shared<T> {
        let stripes = self.stripes.get_or_init(|| (0..stripes()).map(|_| Stripe::new()).collect());
        let stripe = &stripes[thread_number() % stripes.len()];
        let line = stripe.get_or_init(|| Arc::new(Line(Arc::clone(&self.value))));
        Shared::Striped(Arc::clone(line))
    }

    /// A reference by way of the value's own count, for a value that is handed out once.
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    pub(crate) fn direct(&self) -> Shared<T> {
        Shared::Direct(Arc::clone(&self.value))
    }

    /// Bytes of memory beside the value, at most.
    pub(crate) fn overhead() -> usize {
        // A line, its two counts, rounded up to whole lines, and its place in the list.
        stripes() * (2 * size_of::<Line<()>>().max(64) + size_of::<OnceLock<Arc<Line<()>>>>())
    }
}

impl<T: ?Sized> Deref for Striped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> Shared<T> {
    pub(crate) const fn new(value: Arc<T>) -> Self {
        Self::Direct(value)
    }
}

impl<T> Shared<T> {
    /// Whether it is of a value that is kept for more than this request.
    pub(crate) const fn is_striped(&self) -> bool {
        matches!(self, Self::Striped(_))
    }

    pub(crate) fn into_arc(self) -> Arc<T> {
        match self {
            Self::Direct(value) => value,
            Self::Striped(line) => Arc::clone(&line.0),
        }
    }
}

impl<T: Clone> Shared<T> {
    /// Clones the value only where somebody else holds it too.
    pub(crate) fn make_mut(&mut self) -> &mut T {
        if let Self::Striped(line) = self {
            *self = Self::Direct(Arc::new(T::clone(&line.0)));
        }
        match self {
            Self::Direct(value) => Arc::make_mut(value),
            Self::Striped(_) => unreachable!("it has just been made direct"),
        }
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Direct(value) => Self::Direct(Arc::clone(value)),
            Self::Striped(line) => Self::Striped(Arc::clone(line)),
        }
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Direct(value) => value,
            Self::Striped(line) => &line.0,
        }
    }
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for Striped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

/// More than there are cores, so that two busy threads seldom meet, and a bounded number.
fn stripes() -> usize {
    static STRIPES: OnceLock<usize> = OnceLock::new();

    *STRIPES.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (cores * 2).clamp(2, 16)
    })
}

/// Threads are counted as they come.
fn thread_number() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }

    NUMBER.with(|number| *number)
}
