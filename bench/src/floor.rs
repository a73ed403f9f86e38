//! The least that an alert can cost: a receiver that looks for the body in each frame and calls `Notify`.

use std::collections::HashMap;

use carillon_tests_app::Desktop;
use carillon_tests_servers::{Account, BareStream, Process, TestServer, until};
use zbus::Variant;

/// By this name the floor's popups are known.
pub(crate) const APP: &str = "Floor";

/// The receiver, in a process of its own, since Carillon is one too.
#[derive(Debug)]
pub(crate) struct Floor {
    /// To whom to write.
    pub(crate) account: Account,
    _process: Process,
}

impl Floor {
    pub(crate) async fn start(server: &TestServer, desktop: &Desktop) -> Self {
        let account = server.add_account("floor", "bench").await;
        let mut command = Process::command(std::env::current_exe().expect("this program"));
        command.arg(format!(
            "{} {} {}",
            server.url(),
            server.domain(),
            desktop.bus.address()
        ));
        let process = Process::spawn("floor", desktop.folder(), command);
        until("the floor's receiver is online", || {
            process.output().contains("online")
        })
        .await;
        Self {
            account,
            _process: process,
        }
    }
}

/// What the receiver's process does, until it is ended. `order` is the server's address, its domain and the bus.
pub(crate) async fn receive(order: &str) {
    let [url, domain, bus]: [&str; 3] = order
        .split(' ')
        .collect::<Vec<_>>()
        .try_into()
        .expect("three words");
    let connection = zbus::connection::Builder::address(bus)
        .build()
        .await
        .expect("the bus");
    let name = "org.freedesktop.Notifications";
    let service = zbus::Proxy::new(&connection, name, "/org/freedesktop/Notifications", name)
        .await
        .expect("the service");
    let mut stream = BareStream::open(url, domain).await.expect("a stream");
    stream
        .sign_in("floor", "bench", "floor")
        .await
        .expect("signed in");
    println!("online");
    loop {
        // Silence is no reason to end: messages are far apart.
        let Ok(frame) = stream.receive().await else {
            continue;
        };
        let Some((_, rest)) = frame.split_once("<body>") else {
            continue;
        };
        let Some((text, _)) = rest.split_once("</body>") else {
            continue;
        };
        let hints = HashMap::<&str, Variant<'_>>::new();
        let call = (
            APP,
            0_u32,
            "",
            "Somebody",
            text,
            Vec::<&str>::new(),
            hints,
            -1_i32,
        );
        service
            .call_method("Notify", &call)
            .await
            .expect("the service answers");
    }
}
