//! A connection from its first `<open/>` to its bound resource (RFC 7395 §3, RFC 6120 §4–7).

use carillon_xml::{Frame, XmlError, close_tag, open_tag};
use jid::ResourcePart;
use minidom::Element;

use super::sessions::Session;
use super::{ConnId, Effect, Router};
use crate::ns;
use crate::sasl::MECHANISM;
use crate::sasl::scram::{self, ClientFirst, Exchange, ScramError};
use crate::stanza::{Build, Condition, el, error_reply, result_reply};

/// Failed logins on one connection; after these it is closed (RFC 6120 §6.4.4 asks for 2 to 5).
const MOST_FAILURES: u8 = 4;
/// Resources of one account at once.
const MOST_RESOURCES: usize = 32;

/// How far a connection has come.
pub(super) enum Phase {
    /// Waits for `<open/>`, with the account's name once it is authenticated.
    Opening(Option<String>),
    /// Waits for a login or a registration.
    Login {
        /// A challenge that waits for its answer, and the normalised name.
        exchange: Option<(Box<Exchange>, String)>,
        failures: u8,
    },
    /// Logged in, waits for a resource to bind.
    Binding(String),
    /// In use: the session is in [`super::Sessions`].
    Bound,
    /// Nothing is read any more.
    Closed,
}

impl Router {
    pub(super) fn stream_frame(&mut self, conn: ConnId, frame: Result<Frame, XmlError>) {
        if matches!(self.phases.get(&conn), None | Some(Phase::Closed)) {
            return;
        }
        match frame {
            Ok(Frame::Open { to, version, .. }) => {
                self.open(conn, to.as_deref(), version.as_deref());
            }
            Ok(Frame::Close { .. }) => self.close(conn),
            Ok(Frame::Stanza(element)) => self.element(conn, element),
            Err(error) => {
                tracing::debug!(conn, %error, "a frame could not be read");
                self.stream_error(
                    conn,
                    match error {
                        XmlError::Restricted(_) => "restricted-xml",
                        XmlError::NotUtf8 { .. } => "unsupported-encoding",
                        XmlError::TooLarge { .. }
                        | XmlError::TooDeep { .. }
                        | XmlError::TooManyAttributes { .. }
                        | XmlError::TooManyNamespaces { .. }
                        | XmlError::TooManyNodes { .. } => "policy-violation",
                        XmlError::UnknownFrame(_) => "unsupported-stanza-type",
                        _ => "not-well-formed",
                    },
                );
            }
        }
    }

    fn open(&mut self, conn: ConnId, to: Option<&str>, version: Option<&str>) {
        let Some(Phase::Opening(name)) = self.phases.get(&conn) else {
            // A second <open/> where none is due.
            return self.stream_error(conn, "bad-format");
        };
        let name = name.clone();
        self.phases.insert(
            conn,
            match &name {
                None => Phase::Login {
                    exchange: None,
                    failures: 0,
                },
                Some(name) => Phase::Binding(name.clone()),
            },
        );
        let (domain, id) = (self.domain.to_string(), self.token());
        let answer = open_tag(None, Some(&domain), Some(&id), Some("en"));
        self.out.push(Effect::Send(conn, answer));
        if to.is_none_or(|to| !to.eq_ignore_ascii_case(&domain)) {
            return self.stream_error(conn, "host-unknown");
        }
        // RFC 6120 §4.7.5: the major version must be one that is known.
        if version.is_none_or(|version| version.split('.').next() != Some("1")) {
            return self.stream_error(conn, "unsupported-version");
        }
        let features = el("features", ns::STREAMS);
        let features = match &name {
            None => self.login_features(features),
            Some(_) => features
                .put(el("bind", ns::BIND))
                .put(el("session", ns::SESSION).put(el("optional", ns::SESSION)))
                .put(el("ver", ns::ROSTER_VERSION))
                .put(el("sub", ns::PRE_APPROVAL))
                .put(el("sm", ns::MANAGEMENT)),
        };
        self.send(conn, &features);
    }

    fn login_features(&self, features: Element) -> Element {
        let mechanism = el("mechanism", ns::SASL).say(MECHANISM);
        let features = features.put(el("mechanisms", ns::SASL).put(mechanism));
        if self.registration {
            features.put(el("register", ns::REGISTER_FEATURE))
        } else {
            features
        }
    }

    /// The client ends the stream: the session is over before the answer, as RFC 6120 §4.4 wants.
    fn close(&mut self, conn: ConnId) {
        self.phases.insert(conn, Phase::Closed);
        self.end_session(conn);
        self.out.push(Effect::Send(conn, close_tag()));
        self.out.push(Effect::Close(conn));
    }

    /// Ends the stream with an error of RFC 6120 §4.9.3.
    pub(super) fn stream_error(&mut self, conn: ConnId, condition: &str) {
        self.stream_error_with(conn, condition, None);
    }

    /// The same, with a condition of the protocol that was broken (RFC 6120 §4.9.4).
    pub(super) fn stream_error_with(
        &mut self,
        conn: ConnId,
        condition: &str,
        specific: Option<Element>,
    ) {
        if self.sessions.get(conn).is_some_and(Session::is_asleep) {
            return self.end_session(conn);
        }
        if !self.say_stream_error(conn, condition, specific) {
            return;
        }
        self.end_session(conn);
        self.out.push(Effect::Send(conn, close_tag()));
        self.out.push(Effect::Close(conn));
    }

    /// Says why the stream ends. `false` if it has ended before.
    fn say_stream_error(
        &mut self,
        conn: ConnId,
        condition: &str,
        specific: Option<Element>,
    ) -> bool {
        if matches!(self.phases.get(&conn), None | Some(Phase::Closed)) {
            return false;
        }
        if matches!(self.phases.get(&conn), Some(Phase::Opening(None))) {
            // An error still needs a stream to stand in (RFC 6120 §4.9.1.2).
            let (domain, id) = (self.domain.to_string(), self.token());
            self.out.push(Effect::Send(
                conn,
                open_tag(None, Some(&domain), Some(&id), Some("en")),
            ));
        }
        self.phases.insert(conn, Phase::Closed);
        let mut error = el("error", ns::STREAMS).put(el(condition, ns::STREAM_ERRORS));
        if let Some(specific) = specific {
            error.append_child(specific);
        }
        self.send(conn, &error);
        true
    }

    /// Ends a stream whose session goes on elsewhere.
    pub(super) fn replace_stream(&mut self, conn: ConnId) {
        if self.say_stream_error(conn, "conflict", None) {
            self.out.push(Effect::Send(conn, close_tag()));
            self.out.push(Effect::Close(conn));
        }
    }

    fn element(&mut self, conn: ConnId, element: Element) {
        match self.phases.get(&conn) {
            Some(Phase::Login { .. }) => self.before_login(conn, &element),
            Some(Phase::Binding(name)) => {
                let name = name.clone();
                self.before_bind(conn, &name, &element);
            }
            Some(Phase::Bound) if element.has_ns(ns::MANAGEMENT) => self.manage(conn, &element),
            Some(Phase::Bound) => {
                self.stanza(conn, element);
                self.count_handled(conn);
            }
            // Anything before <open/>.
            _ => self.stream_error(conn, "not-authorized"),
        }
    }

    fn before_login(&mut self, conn: ConnId, element: &Element) {
        if element.has_ns(ns::SASL) {
            match element.name() {
                "auth" => self.auth(conn, element),
                "response" => self.response(conn, element),
                "abort" => self.login_failed(conn, "aborted"),
                _ => self.stream_error(conn, "unsupported-stanza-type"),
            }
        } else if element.is("iq", ns::CLIENT) && element.children().any(|c| c.has_ns(ns::REGISTER))
        {
            self.register_before_login(conn, element);
        } else {
            self.stream_error(conn, "not-authorized");
        }
    }

    fn auth(&mut self, conn: ConnId, element: &Element) {
        if element.attr("mechanism") != Some(MECHANISM) {
            return self.login_failed(conn, "invalid-mechanism");
        }
        match self.challenge(element) {
            Ok((exchange, name, challenge)) => {
                if let Some(Phase::Login {
                    exchange: waiting, ..
                }) = self.phases.get_mut(&conn)
                {
                    *waiting = Some((Box::new(exchange), name));
                }
                self.send(
                    conn,
                    &el("challenge", ns::SASL).say(&scram::encode(&challenge)),
                );
            }
            Err(condition) => self.login_failed(conn, condition),
        }
    }

    fn challenge(&mut self, element: &Element) -> Result<(Exchange, String, String), &'static str> {
        let message = scram::decode(&element.text()).map_err(ScramError::condition)?;
        let first = ClientFirst::parse(&message).map_err(ScramError::condition)?;
        // A name that can't be one is treated as one that is not there.
        let account = self.account_jid(&first.username);
        let name = account
            .as_ref()
            .and_then(|jid| jid.node())
            .map(ToString::to_string)
            .unwrap_or_default();
        if first
            .authzid
            .as_ref()
            .is_some_and(|id| account.as_ref().is_none_or(|own| own.as_str() != id))
        {
            return Err(ScramError::InvalidAuthzid.condition());
        }
        let now = self.clock();
        if !self.failures.allows(&name, now) || !self.all_failures.allows(&(), now) {
            return Err("temporary-auth-failure");
        }
        let credentials = match self.store.credentials(&name) {
            Ok(credentials) => credentials,
            Err(error) => {
                tracing::error!(%error, "the server's store failed during a login");
                return Err("temporary-auth-failure");
            }
        };
        let nonce = self.token();
        let (exchange, challenge) = Exchange::begin(first, credentials, &self.secret, &nonce);
        Ok((exchange, name, challenge))
    }

    fn response(&mut self, conn: ConnId, element: &Element) {
        let waiting = match self.phases.get_mut(&conn) {
            Some(Phase::Login { exchange, .. }) => exchange.take(),
            _ => None,
        };
        let Some((exchange, name)) = waiting else {
            return self.login_failed(conn, "malformed-request");
        };
        match scram::decode(&element.text()).and_then(|message| exchange.finish(&message)) {
            Ok(proof) => {
                self.phases.insert(conn, Phase::Opening(Some(name)));
                self.send(conn, &el("success", ns::SASL).say(&scram::encode(&proof)));
            }
            Err(error) => {
                let now = self.clock();
                self.failures.spend(name, now);
                self.all_failures.spend((), now);
                self.login_failed(conn, error.condition());
            }
        }
    }

    fn login_failed(&mut self, conn: ConnId, condition: &str) {
        self.send(conn, &el("failure", ns::SASL).put(el(condition, ns::SASL)));
        let mut over = false;
        if let Some(Phase::Login { exchange, failures }) = self.phases.get_mut(&conn) {
            *exchange = None;
            *failures += 1;
            over = *failures >= MOST_FAILURES;
        }
        if over {
            self.stream_error(conn, "policy-violation");
        }
    }

    fn before_bind(&mut self, conn: ConnId, name: &str, element: &Element) {
        if element.has_ns(ns::MANAGEMENT) {
            return self.manage_before_bind(conn, name, element);
        }
        let request = element.get_child("bind", ns::BIND);
        let (true, Some("set"), Some(request)) =
            (element.is("iq", ns::CLIENT), element.attr("type"), request)
        else {
            // Nothing else is allowed before a resource is bound (RFC 6120 §7.1).
            return self.stream_error(conn, "not-authorized");
        };
        let wish = request
            .get_child("resource", ns::BIND)
            .map(Element::text)
            .filter(|wish| !wish.is_empty());
        match self.bind(conn, name, wish) {
            Ok(bound) => {
                let result = result_reply(element, Some(el("bind", ns::BIND).put(bound)));
                self.send(conn, &result);
            }
            Err(condition) => {
                if let Some(error) = error_reply(element, condition) {
                    self.send(conn, &error);
                }
            }
        }
    }

    /// Gives the connection its resource. One that is taken goes to the newcomer, the older connection ends with
    /// `conflict` (RFC 6120 §7.7.2.2): it is usually what is left of the same client.
    fn bind(
        &mut self,
        conn: ConnId,
        name: &str,
        wish: Option<String>,
    ) -> Result<Element, Condition> {
        let resource = wish.unwrap_or_else(|| self.token());
        let resource = ResourcePart::new(&resource)
            .map_err(|_| Condition::BadRequest)?
            .into_owned();
        let account = self
            .account_jid(name)
            .ok_or(Condition::InternalServerError)?;
        // It may have been removed between login and here.
        if !self.store.account_exists(name)? {
            return Err(Condition::NotAllowed);
        }
        let jid = account.with_resource(&resource);
        if let Some(older) = self.sessions.find(&jid) {
            self.stream_error(older, "conflict");
        }
        if self.sessions.of(name).count() >= MOST_RESOURCES {
            return Err(Condition::ResourceConstraint);
        }
        self.sessions.insert(conn, jid.clone(), name);
        self.phases.insert(conn, Phase::Bound);
        self.out.push(Effect::Bound(conn));
        Ok(el("jid", ns::BIND).say(jid.as_str()))
    }
}
