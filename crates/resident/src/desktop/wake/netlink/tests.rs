use super::*;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::process::Command;
use tokio::time::timeout;

/// `ip` in the network of this process.
fn ip(arguments: &str) {
    let done = Command::new("ip").args(arguments.split(' ')).status();
    assert!(done.unwrap().success(), "ip {arguments}");
}

#[test]
fn the_kernel_tells_of_a_network_that_comes_goes_and_comes_back() {
    let can = |how: &&str| {
        let tried = Command::new("unshare")
            .arg(how)
            .args("ip link add near type veth peer name far".split(' '))
            .output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    // Without root the kernel may let a user be root in a namespace of the user's own.
    let Some(how) = ["-n", "-rn"].into_iter().find(can) else {
        eprintln!(
            "skipped: no network of its own without root or user namespaces, unshare, ip and pairs of links (veth)"
        );
        return;
    };
    let inside = "desktop::wake::netlink::tests::in_a_network_of_its_own";
    let done = Command::new("unshare")
        .arg(how)
        .arg(std::env::current_exe().unwrap())
        .args([inside, "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test]
#[ignore = "run by another test, in a network of its own"]
async fn in_a_network_of_its_own() {
    ip("link add near type veth peer name far");
    ip("link set far up");
    let mut network = Network::open().await.unwrap();
    let mut changed = async || {
        let changed = timeout(Duration::from_secs(60), network.changed());
        changed.await.expect("within a minute").unwrap()
    };
    ip("addr add 10.9.0.2/24 dev near");
    ip("link set near up");
    ip("route add default via 10.9.0.1");
    assert!(changed().await, "there is a network");
    ip("addr add 10.9.0.3/24 dev near");
    assert!(changed().await, "another address");
    // As a computer that sleeps does it: nothing is said of the route.
    ip("link set near down");
    assert!(!changed().await, "there is none");
    ip("link set near up");
    ip("route add default via 10.9.0.1");
    assert!(changed().await, "there is one again");
    let again = Network::open().await.unwrap();
    assert!(!again.seen.is_empty(), "who comes later learns of it");
    // One that was not fast enough, here in the midst of a long answer, asks anew and knows as much.
    for n in 0..40 {
        ip(&format!("link add near{n} type veth peer name far{n}"));
    }
    let mut slow = Network::open().await.unwrap();
    assert!(!slow.seen.is_empty());
    set_socket_recv_buffer_size(&slow.socket, 1).unwrap();
    send(&slow.socket, &request(GET_LINK), SendFlags::empty()).unwrap();
    read(&slow.socket, &mut slow.buffer).await.unwrap();
    ip("link set far down");
    let changed = timeout(Duration::from_secs(60), slow.changed());
    let there = changed.await.expect("within a minute").unwrap();
    assert!(!there, "a cable without another end");
}
