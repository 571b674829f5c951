//! How many streams one client address and one account may hold open: WebSockets and streams of events.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::{auth::budget::network, error::Code};

pub const MESSAGE: &str = "Too many open streams";

/// Whose streams are counted together
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Address(IpAddr),
    Account(i64),
}

pub struct Seats {
    /// 0: as many as they like
    most: usize,
    taken: Mutex<HashMap<Owner, usize>>,
}

/// Free again when dropped
pub struct Seat {
    seats: Arc<Seats>,
    owner: Owner,
}

impl Seats {
    pub fn new(most: usize) -> Seats {
        Seats { most, taken: Mutex::default() }
    }

    /// Those that a stream needs
    pub fn take(self: &Arc<Self>, address: IpAddr, account: Option<i64>) -> Option<Vec<Seat>> {
        let address = self.of_address(address);
        [address].into_iter().chain(account.map(|account| self.of_account(account))).collect()
    }

    pub fn of_address(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        self.seat(Owner::Address(network(address)))
    }

    pub fn of_account(self: &Arc<Self>, account: i64) -> Option<Seat> {
        self.seat(Owner::Account(account))
    }

    fn seat(self: &Arc<Self>, owner: Owner) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(owner).or_default();
        if self.most > 0 && *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), owner })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

/// What he is told who has too many
pub fn refusal() -> Response {
    let extensions = json!({"code": Code::RateLimited.name()});
    let errors = json!([{"message": MESSAGE, "extensions": extensions}]);
    (StatusCode::TOO_MANY_REQUESTS, Json(json!({"errors": errors}))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_its_owner_leaves() {
        let seats = Arc::new(Seats::new(2));
        let address = |last| seats.of_address([192, 0, 2, last].into());
        let (first, second) = (address(1).unwrap(), address(1).unwrap());
        assert!(address(1).is_none());
        let other = (address(2).unwrap(), seats.of_account(1).unwrap());
        drop(first);
        let third = address(1).unwrap();
        assert!(address(1).is_none());
        drop((second, third, other));
        assert!(seats.taken.lock().unwrap().is_empty());
    }
}
