//! What an account may ask in a while: a bucket of cost that fills again with time.
//!
//! An operation is paid for before it runs, at its static cost, and gets back what it did not use. Who is not signed in
//! pays from the bucket of his address. The buckets are in memory, bounded in number, and safe to lose: a new one is
//! full. One that is quiet is forgotten when it has filled and its debts have gone.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::sync::Cache;
use serde::Serialize;

use super::Viewer;
use crate::error::{AppError, AppResult};

/// Most accounts, and most addresses, that are kept apart
const MOST: u64 = 100_000;

/// How long a quiet bucket is kept at least, in seconds: it may owe far more than it holds
const KEPT: u64 = 3600;

const SECOND: u64 = 1_000_000_000;

/// The buckets of all accounts and addresses
pub struct Budget {
    /// None: nothing is counted
    terms: Option<Terms>,
    start: Instant,
    accounts: Cache<i64, Arc<Bucket>>,
    /// Apart, so that a flood from many addresses empties no account's bucket out of memory
    addresses: Cache<IpAddr, Arc<Bucket>>,
}

#[derive(Clone, Copy)]
struct Terms {
    /// Cost that flows in each second
    rate: u64,
    /// Cost that a full bucket holds
    burst: u64,
}

/// The nanosecond since the start at which the bucket is full again
#[derive(Default)]
struct Bucket(AtomicU64);

/// How full a bucket is
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    pub available: u64,
    pub capacity: u64,
    /// Cost that flows in each second
    pub restore_rate: u64,
}

/// What an operation has paid; dropped without [`settle`](Payment::settle) it keeps the price
pub struct Payment<'a> {
    budget: &'a Budget,
    paid: Option<(Arc<Bucket>, Terms, u64)>,
}

impl Budget {
    /// So much cost per second, and so much at once; 0 per second: as much as they like
    pub fn new(rate: u64, burst: u64) -> Budget {
        let terms = (rate > 0).then_some(Terms { rate, burst: burst.max(1) });
        let filled = terms.map_or(0, |terms| terms.burst / terms.rate + 1);
        let idle = Duration::from_secs(filled.clamp(KEPT, 24 * KEPT));
        Budget {
            terms,
            start: Instant::now(),
            accounts: Cache::builder().max_capacity(MOST).time_to_idle(idle).build(),
            addresses: Cache::builder().max_capacity(MOST).time_to_idle(idle).build(),
        }
    }

    /// Takes the price of an operation; an error says how long to wait
    pub fn pay(&self, viewer: &Viewer, address: IpAddr, cost: u64) -> AppResult<Payment<'_>> {
        let Some(terms) = self.terms else { return Ok(Payment { budget: self, paid: None }) };
        let bucket = self.bucket(viewer, address);
        // The dearest operation of all takes a full bucket.
        let price = cost.min(terms.burst);
        match bucket.take(self.now(), terms, price) {
            Ok(()) => Ok(Payment { budget: self, paid: Some((bucket, terms, price)) }),
            Err(wait) => {
                let seconds = i64::try_from(wait.div_ceil(SECOND)).unwrap_or(i64::MAX);
                let message = format!("Too much at once: wait {seconds} seconds, or ask for less");
                Err(AppError { message, ..AppError::rate_limited(seconds) })
            }
        }
    }

    /// How full the bucket is; none where nothing is counted
    pub fn level(&self, viewer: &Viewer, address: IpAddr) -> Option<Level> {
        Some(self.bucket(viewer, address).level(self.now(), self.terms?))
    }

    fn bucket(&self, viewer: &Viewer, address: IpAddr) -> Arc<Bucket> {
        match viewer.account_id {
            Some(account) => self.accounts.get_with(account, Arc::default),
            None => self.addresses.get_with(network(address), Arc::default),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Payment<'_> {
    /// Gives back what was not used, or takes what was used beyond the price; tells how full the bucket is then
    pub fn settle(self, used: u64) -> Option<Level> {
        let (bucket, terms, price) = self.paid?;
        bucket.give_back(terms.time(price.saturating_sub(used)));
        bucket.owe(terms.time(used.saturating_sub(price)));
        Some(bucket.level(self.budget.now(), terms))
    }
}

impl Terms {
    /// Nanoseconds in which so much flows in
    fn time(self, cost: u64) -> u64 {
        let time = u128::from(cost) * u128::from(SECOND) / u128::from(self.rate);
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

impl Bucket {
    fn take(&self, now: u64, terms: Terms, price: u64) -> Result<(), u64> {
        let (price, whole) = (terms.time(price), terms.time(terms.burst));
        let mut full_at = self.0.load(Ordering::Relaxed);
        loop {
            let then = full_at.max(now).saturating_add(price);
            let missing = (then - now).saturating_sub(whole);
            if missing > 0 {
                return Err(missing);
            }
            match self.0.compare_exchange_weak(full_at, then, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(changed) => full_at = changed,
            }
        }
    }

    fn give_back(&self, time: u64) {
        // Never less than nothing: what is given back was taken before.
        self.0.fetch_sub(time, Ordering::Relaxed);
    }

    fn owe(&self, time: u64) {
        self.0.fetch_add(time, Ordering::Relaxed);
    }

    fn level(&self, now: u64, terms: Terms) -> Level {
        let owed = self.0.load(Ordering::Relaxed).saturating_sub(now);
        let owed = u128::from(owed) * u128::from(terms.rate) / u128::from(SECOND);
        let available = terms.burst.saturating_sub(u64::try_from(owed).unwrap_or(u64::MAX));
        Level { available, capacity: terms.burst, restore_rate: terms.rate }
    }
}

/// What counts as one client: an address, or with IPv6 the /64 that one subscriber has to himself
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { rate: 10, burst: 100 };

    #[test]
    fn a_bucket_empties_and_fills() {
        let bucket = Bucket::default();
        let level = |now| bucket.level(now, TERMS).available;
        assert_eq!(bucket.take(SECOND, TERMS, 60), Ok(()));
        assert_eq!(level(SECOND), 40);
        assert_eq!(bucket.take(SECOND, TERMS, 60), Err(2 * SECOND));
        assert_eq!(level(3 * SECOND), 60);
        assert_eq!(bucket.take(3 * SECOND, TERMS, 60), Ok(()));
        bucket.give_back(TERMS.time(50));
        assert_eq!(level(3 * SECOND), 50);
        assert_eq!(level(1000 * SECOND), 100, "full is full");
        assert_eq!(bucket.take(1000 * SECOND, TERMS, 100), Ok(()));
        assert_eq!(bucket.take(1000 * SECOND, TERMS, 1), Err(SECOND / 10));
    }

    #[test]
    fn what_is_paid_and_not_used_comes_back() {
        let (budget, nobody, address) = (Budget::new(1, 1000), Viewer::default(), IpAddr::from([192, 0, 2, 1]));
        let level = || budget.level(&nobody, address).unwrap().available;
        budget.pay(&nobody, address, 600).ok().unwrap().settle(100);
        assert!((900..=901).contains(&level()), "{}", level());
        drop(budget.pay(&nobody, address, 600));
        assert!((300..=302).contains(&level()), "{}", level());
        let refused = budget.pay(&nobody, address, 600).err().unwrap();
        assert!((297..=300).contains(&refused.retry_after.unwrap()), "{refused:?}");
        let third = IpAddr::from([192, 0, 2, 3]);
        budget.pay(&nobody, third, 600).ok().unwrap().settle(1500);
        assert_eq!(budget.level(&nobody, third).unwrap().available, 0);
        let wait = budget.pay(&nobody, third, 1).err().unwrap().retry_after.unwrap();
        assert!((500..=501).contains(&wait), "{wait}");
        let other = Viewer { account_id: Some(1), ..Viewer::default() };
        assert!(budget.pay(&other, address, 600).is_ok(), "an account pays for itself");
        assert!(Budget::new(0, 0).pay(&nobody, address, u64::MAX).is_ok());
        assert!(Budget::new(1, 10).pay(&nobody, address, u64::MAX).is_ok(), "the dearest takes a full bucket");
    }

    #[test]
    fn debts_are_not_forgotten() {
        let budget = Budget::new(100_000, 2_000_000);
        for idle in [budget.accounts.policy().time_to_idle(), budget.addresses.policy().time_to_idle()] {
            assert!(idle.unwrap() >= Duration::from_secs(KEPT), "{idle:?}");
        }
    }

    #[test]
    fn a_subscriber_s_addresses_count_as_one() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let one = network(address("2001:db8:1:2::1"));
        assert_eq!(one, network(address("2001:db8:1:2:ffff:ffff:ffff:ffff")));
        assert_ne!(one, network(address("2001:db8:1:3::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn a_flood_from_everywhere_takes_bounded_memory() {
        let budget = Budget::new(1, 1000);
        for index in 0..300_000_u32 {
            drop(budget.pay(&Viewer::default(), IpAddr::from(index.to_be_bytes()), 1));
        }
        budget.addresses.run_pending_tasks();
        assert!(budget.addresses.entry_count() <= MOST, "{}", budget.addresses.entry_count());
    }
}
