//! Asking the system's name servers for SRV records.

use super::srv::Record;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use std::time::Duration;
use tokio::time::timeout;

/// A person waits, and there are other ways to go on with.
const TIME_OUT: Duration = Duration::from_secs(5);
/// Nobody has more servers; each costs an attempt.
const MAX_RECORDS: usize = 16;

/// Where SRV records come from.
pub(crate) trait Names: Sync {
    /// The records of `service`, such as `_xmpp-client._tcp`, at `domain`; none is an answer too.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    fn srv(
        &self,
        service: &str,
        domain: &str,
    ) -> impl Future<Output = Result<Vec<Record>, String>> + Send;
}

/// The name servers that the system is set to use.
pub(crate) struct SystemNames;

impl Names for SystemNames {
    async fn srv(&self, service: &str, domain: &str) -> Result<Vec<Record>, String> {
        let resolver = TokioResolver::builder_tokio()
            .and_then(hickory_resolver::ResolverBuilder::build)
            .map_err(|error| error.to_string())?;
        timeout(TIME_OUT, ask(&resolver, service, domain))
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", TIME_OUT.as_secs())))
    }
}

async fn ask(resolver: &TokioResolver, service: &str, domain: &str) -> Result<Vec<Record>, String> {
    // The final dot keeps the system's search domains out.
    let answer = match resolver.srv_lookup(format!("{service}.{domain}.")).await {
        Ok(answer) => answer,
        Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
        Err(error) => return Err(error.to_string()),
    };
    let records = answer.answers().iter();
    Ok(records
        .filter_map(|one| record(&one.data))
        .take(MAX_RECORDS)
        .collect())
}

fn record(data: &RData) -> Option<Record> {
    let RData::SRV(srv) = data else {
        return None;
    };
    Some(Record {
        direct: false,
        priority: srv.priority,
        weight: srv.weight,
        target: srv.target.to_ascii().trim_end_matches('.').to_owned(),
        port: srv.port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::config::{NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use tokio::net::UdpSocket;
    use tokio::time::{Instant, sleep};

    /// What is put into an answer: priority, weight, port and target.
    type Given<'a> = &'a [(u16, u16, u16, &'a str)];

    /// One question's answer (RFC 1035 §4, RFC 2782).
    fn answer(question: &[u8], code: u8, given: Given<'_>) -> Vec<u8> {
        let mut end = 12;
        while question[end] != 0 {
            end += usize::from(question[end]) + 1;
        }
        let count = u8::try_from(given.len()).unwrap();
        let mut message = question[..2].to_vec();
        message.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
        message.extend(&question[12..end + 5]);
        for (priority, weight, port, target) in given {
            let mut data = Vec::new();
            for number in [priority, weight, port] {
                data.extend(number.to_be_bytes());
            }
            for label in target.split('.').filter(|label| !label.is_empty()) {
                data.push(u8::try_from(label.len()).unwrap());
                data.extend(label.as_bytes());
            }
            data.push(0);
            message.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0]);
            message.push(u8::try_from(data.len()).unwrap());
            message.extend(data);
        }
        message
    }

    /// What is made of this answer.
    async fn told(code: u8, given: Given<'_>) -> Result<Vec<Record>, String> {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let mut name_server = NameServerConfig::udp(address.ip());
        name_server.connections[0].port = address.port();
        let config = ResolverConfig::from_name_servers(vec![name_server]);
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let resolver = builder.build().unwrap();
        let serve = async {
            let mut question = [0; 512];
            loop {
                let (length, from) = server.recv_from(&mut question).await.unwrap();
                let message = answer(&question[..length], code, given);
                server.send_to(&message, from).await.unwrap();
            }
        };
        tokio::select! {
            told = ask(&resolver, "_xmpp-client._tcp", "example.org") => told,
            () = serve => unreachable!(),
        }
    }

    #[tokio::test]
    async fn records_are_read_and_none_is_an_answer() {
        let record = |priority, weight, port, target: &str| Record {
            direct: false,
            priority,
            weight,
            target: target.to_owned(),
            port,
        };
        let given: Given<'_> = &[
            (5, 1, 5222, "xmpp.example.org"),
            (7, 0, 80, "b.example.net"),
        ];
        assert_eq!(
            told(0, given).await.unwrap(),
            [
                record(5, 1, 5222, "xmpp.example.org"),
                record(7, 0, 80, "b.example.net")
            ]
        );
        assert_eq!(
            told(0, &[(0, 0, 0, ".")]).await.unwrap(),
            [record(0, 0, 0, "")]
        );
        assert_eq!(told(0, &[]).await, Ok(Vec::new()));
        assert_eq!(told(3, &[]).await, Ok(Vec::new()), "no such domain");
        assert!(told(2, &[]).await.is_err(), "the name server failed");
        let many = [(1, 1, 1, "x.example"); 20];
        assert_eq!(told(0, &many).await.unwrap().len(), MAX_RECORDS);
    }

    #[tokio::test]
    async fn asking_leaves_nothing_behind() {
        let tasks = || {
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
        };
        let before = tasks();
        let _ = SystemNames
            .srv("_xmpp-client._tcp", "example.invalid")
            .await;
        let deadline = Instant::now() + Duration::from_secs(20);
        while tasks() > before {
            assert!(Instant::now() < deadline, "{} tasks are left", tasks());
            sleep(Duration::from_millis(20)).await;
        }
    }
}
