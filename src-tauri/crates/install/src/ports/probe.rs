//! Who holds a port right now. Owns the one real answer (bind, then look the listener up) and the trait tests replace.
//!
//! Sockets are bound and never listen: on macOS listening on the wildcard would bring up the firewall's question.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, bind, sockopt};

/// The program that listens on a port, as far as the system tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// Its name, when it may be known.
    pub process: Option<String>,
    /// Its process id, when it may be known.
    pub pid: Option<u32>,
}

/// Answers whether a local port is taken; passed in, so that tests decide.
pub trait PortProbe: Send + Sync {
    /// The program that holds `port`, or `None` when it is free. An unnamed holder is still a holder.
    fn holder(&self, port: u16) -> Option<Holder>;
}

/// Asks the operating system.
#[derive(Debug, Clone, Copy)]
pub struct OsPorts;

impl PortProbe for OsPorts {
    fn holder(&self, port: u16) -> Option<Holder> {
        // Each address by itself: on macOS a listener on the wildcard does not stop a bind to 127.0.0.1, and the
        // other way round.
        let places: [IpAddr; 4] = [
            Ipv4Addr::LOCALHOST.into(),
            Ipv4Addr::UNSPECIFIED.into(),
            Ipv6Addr::LOCALHOST.into(),
            Ipv6Addr::UNSPECIFIED.into(),
        ];
        let taken = places.into_iter().any(|ip| try_bind(SocketAddr::new(ip, port)) == Err(Errno::ADDRINUSE));
        taken.then(|| look_up(port))
    }
}

/// Binds and lets go at once. The options are those of a server, so that a port it just gave up does not count as held.
fn try_bind(address: SocketAddr) -> Result<(), Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = open(family)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    bind(&socket, &address)
}

// A program started at this very moment must not inherit the socket; only macOS needs two steps for that.
#[cfg(not(target_vendor = "apple"))]
fn open(family: AddressFamily) -> Result<OwnedFd, Errno> {
    use rustix::net::{SocketFlags, socket_with};
    socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)
}

#[cfg(target_vendor = "apple")]
fn open(family: AddressFamily) -> Result<OwnedFd, Errno> {
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

fn look_up(port: u16) -> Holder {
    // Listing fails as a whole when a process ends while it is read, hence the second and third try.
    for _ in 0..3 {
        let Ok(all) = listeners::get_all() else {
            continue;
        };
        let mut found: Vec<_> =
            all.into_iter().filter(|l| l.socket.port() == port && l.protocol == listeners::Protocol::TCP).collect();
        found.sort_by_key(|l| l.process.pid);
        if let Some(listener) = found.into_iter().next() {
            return Holder { process: Some(listener.process.name), pid: Some(listener.process.pid) };
        }
    }
    Holder::default()
}
