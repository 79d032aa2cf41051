use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::{Command, Stdio};

use sanctum_install::ports::{Holder, OsPorts, PortError, PortProbe, assign, claim, conventional};

use crate::support::python3;

/// Ports that are held, each by a made-up process.
struct Held(Vec<u16>);

impl PortProbe for Held {
    fn holder(&self, port: u16) -> Option<Holder> {
        self.0.contains(&port).then(|| Holder { process: Some("letta".into()), pid: Some(42) })
    }
}

#[test]
fn ports_follow_base_and_stride() {
    for (module, index, port) in [
        ("broca2", 0, 9100),
        ("broca2", 7, 9107),
        ("thalamus", 0, 9200),
        ("web-bridge", 3, 9303),
        ("something-else", 2, 9902),
        ("smcp", 5, 8283),
        ("router", 0, 8480),
        ("broca2", 100, 10100),
    ] {
        let got = assign(&BTreeSet::new(), index, module, &Held(vec![])).expect("a port is free");
        assert_eq!((got.port, got.moved_from), (port, None), "{module} of agent {index}");
    }
    assert_eq!(conventional("broca2", 60_000), None, "there is no port 609,100");
}

#[test]
fn a_held_port_is_passed_over_and_its_holder_named() {
    let got = assign(&BTreeSet::new(), 0, "broca2", &Held(vec![9100])).expect("another is free");
    assert_eq!(got.moved_from, Some(9100), "it says which port it would have been");
    assert_eq!(got.held_by.and_then(|h| h.process).as_deref(), Some("letta"), "and who holds it");
    assert_eq!(got.port, 9150, "the spare half of the bucket, so that agent 1 keeps 9101");
    let kept = assign(&BTreeSet::from([9100]), 0, "broca2", &Held(vec![])).expect("another is free");
    assert_eq!((kept.port, kept.held_by), (9150, None), "a reserved port of a stopped module is passed over too");
}

#[test]
fn a_hundred_agents_never_share_a_port() {
    let mut reserved = BTreeSet::new();
    for index in 0..250 {
        for module in ["broca2", "thalamus", "web-bridge", "other"] {
            let probe = Held(vec![9100, 9101, 9255, 9399]);
            let got = assign(&reserved, index, module, &probe).expect("a port is free");
            assert!(reserved.insert(got.port), "{module} of agent {index} got {} a second time", got.port);
            assert!(!matches!(got.port, 5000 | 7000), "macOS keeps those");
        }
    }
}

#[test]
fn letta_found_on_8283_keeps_it() {
    let got = assign(&BTreeSet::new(), 0, "smcp", &Held(vec![8283])).expect("another is free");
    assert_eq!(
        (got.port, got.moved_from),
        (8285, Some(8283)),
        "SMCP moves, and past 8284 which Letta's companions assume"
    );
    let mut all = BTreeSet::new();
    all.extend(8283..=8400);
    assert!(
        matches!(assign(&all, 0, "smcp", &Held(vec![])), Err(PortError::NoneFree { .. })),
        "a full range is an error, not a random port"
    );
}

#[test]
fn a_wish_is_checked() {
    let none = BTreeSet::new();
    assert_eq!(claim(&none, 9444, &Held(vec![])), Ok(9444), "a free port is given");
    assert!(matches!(claim(&none, 5000, &Held(vec![])), Err(PortError::Forbidden { .. })), "AirPlay's port is not");
    assert!(matches!(claim(&none, 80, &Held(vec![])), Err(PortError::Forbidden { .. })), "nor the system's");
    assert!(matches!(claim(&none, 0, &Held(vec![])), Err(PortError::Forbidden { .. })), "nor none at all");
    assert_eq!(
        claim(&BTreeSet::from([9444]), 9444, &Held(vec![])),
        Err(PortError::Reserved { port: 9444 }),
        "nor another module's"
    );
    let held = claim(&none, 9444, &Held(vec![9444])).expect_err("it is held");
    assert_eq!(held, PortError::Held { port: 9444, process: "letta".into(), pid: Some(42) }, "the holder is named");
    assert!(held.to_string().contains("letta (process 42)"), "in words: {held}");
}

#[test]
fn a_socket_of_this_process_is_found_on_each_address() {
    let sockets = [
        Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port")),
        Some(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port")),
        TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok(), // not every container has IPv6
    ];
    for socket in sockets.into_iter().flatten() {
        let address = socket.local_addr().expect("it is bound");
        let holder = OsPorts.holder(address.port()).expect("the port is held");
        assert_eq!(holder.pid, Some(std::process::id()), "{address} is held by this test");
        assert!(holder.process.is_some(), "and the process has a name");
        drop(socket);
        // A program that another test is just starting holds a copy of the socket until it is itself.
        let free = (0..10_000).any(|_| OsPorts.holder(address.port()).is_none());
        assert!(free, "{address} is free once closed");
    }
}

#[test]
fn a_socket_of_another_process_is_refused_by_its_name() {
    let code = "import socket,sys,time; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(); print(s.getsockname()[1],flush=True); time.sleep(60)";
    let mut child = Command::new(python3()).args(["-c", code]).stdout(Stdio::piped()).spawn().expect("python3 runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("it prints its port");
    let port: u16 = line.trim().parse().expect("a number");
    let answer = claim(&BTreeSet::new(), port, &OsPorts);
    child.kill().expect("it is ended");
    child.wait().expect("it is gone");
    let Err(PortError::Held { process, pid, .. }) = answer else { panic!("the port is held: {answer:?}") };
    assert_eq!(pid, Some(child.id()), "the right process is blamed");
    assert!(process.contains("python"), "by its name: {process}");
}
