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
        let ask = async {
            let resolver = TokioResolver::builder_tokio()
                .and_then(hickory_resolver::ResolverBuilder::build)
                .map_err(|error| error.to_string())?;
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
        };
        timeout(TIME_OUT, ask)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", TIME_OUT.as_secs())))
    }
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
