//! [`UnderWay`]: the handshakes that are not complete, and which of them makes room.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};

use tokio::task::{AbortHandle, Id, JoinSet};

use crate::peer_address::network;

/// Handshakes under way, at most so many.
///
/// Where one too many comes, the oldest one of the network that has most of them is given up: who opens
/// connections and then says nothing is in the way of nobody but itself. Honest handshakes take
/// milliseconds, so the oldest are seldom theirs.
pub(super) struct UnderWay {
    limit: usize,
    tasks: JoinSet<()>,
    /// From the oldest on.
    places: VecDeque<Place>,
}

struct Place {
    id: Id,
    network: IpAddr,
    task: AbortHandle,
}

impl UnderWay {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, tasks: JoinSet::new(), places: VecDeque::new() }
    }

    /// Starts a handshake. Says whether another one had to make room.
    pub(super) fn start(
        &mut self,
        address: IpAddr,
        handshake: impl Future<Output = ()> + Send + 'static,
    ) -> bool {
        self.forget_ended();
        let is_full = self.places.len() >= self.limit;
        if is_full {
            self.make_room();
        }
        let task = self.tasks.spawn(handshake);
        self.places.push_back(Place { id: task.id(), network: network(address), task });
        is_full
    }

    fn forget_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
            self.places.retain(|place| place.id != id);
        }
    }

    fn make_room(&mut self) {
        let mut crowds: HashMap<IpAddr, usize> = HashMap::new();
        for place in &self.places {
            *crowds.entry(place.network).or_default() += 1;
        }
        let largest = crowds.values().copied().max();
        let is_of_largest = |place: &Place| crowds.get(&place.network).copied() == largest;
        let oldest = self.places.iter().position(is_of_largest);
        if let Some(place) = oldest.and_then(|oldest| self.places.remove(oldest)) {
            place.task.abort();
        }
    }
}
