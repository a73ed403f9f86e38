use super::*;

/// The example of RFC 7677 §3.
const FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const CHALLENGE: &str =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const LAST: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const ANSWER: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
const SECRET: &[u8] = b"the server's secret";

fn pencil() -> Credentials {
    let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    Credentials::derive("pencil", salt, 4096).unwrap()
}

fn begin(first: &str, credentials: Option<Credentials>) -> (Exchange, String) {
    Exchange::begin(
        ClientFirst::parse(first.as_bytes()).unwrap(),
        credentials,
        SECRET,
        SERVER_NONCE,
    )
}

#[test]
fn the_example_of_rfc_7677() {
    let (exchange, challenge) = begin(FIRST, Some(pencil()));
    assert_eq!(challenge, CHALLENGE);
    assert_eq!(exchange.finish(LAST.as_bytes()).as_deref(), Ok(ANSWER));
}

#[test]
fn a_wrong_password_is_refused() {
    let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let other = Credentials::derive("pencils", salt, 4096).unwrap();
    let (exchange, _) = begin(FIRST, Some(other));
    assert_eq!(
        exchange.finish(LAST.as_bytes()),
        Err(ScramError::NotAuthorized)
    );
}

#[test]
fn an_unknown_user_gets_the_same_challenge_every_time_and_never_in() {
    let (exchange, first) = begin(FIRST, None);
    let (_, second) = begin(FIRST, None);
    assert_eq!(first, second);
    assert!(
        first.ends_with("i=10000"),
        "as a real user of this server would"
    );
    assert_eq!(
        exchange.finish(LAST.as_bytes()),
        Err(ScramError::NotAuthorized)
    );
    let (_, other) = begin("n,,n=other,r=rOprNGfwEbeRWgbNEkqO", None);
    assert_ne!(first, other);
}

#[test]
fn every_changed_byte_of_the_last_message_is_refused() {
    let credentials = pencil();
    for n in 0..LAST.len() {
        let mut message = LAST.as_bytes().to_vec();
        message[n] ^= 1;
        let (exchange, _) = begin(FIRST, Some(credentials.clone()));
        assert!(exchange.finish(&message).is_err(), "byte {n}");
    }
}

#[test]
fn a_repeated_proof_does_not_fit_a_new_nonce() {
    let first = ClientFirst::parse(FIRST.as_bytes()).unwrap();
    let (exchange, _) = Exchange::begin(first, Some(pencil()), SECRET, "anothernonce");
    assert_eq!(
        exchange.finish(LAST.as_bytes()),
        Err(ScramError::NotAuthorized)
    );
}

#[test]
fn channel_binding_that_was_not_offered_is_refused() {
    let first = b"p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    assert_eq!(ClientFirst::parse(first), Err(ScramError::MalformedRequest));
}

#[test]
fn a_changed_gs2_header_is_refused() {
    // The client says "y,," first and "n,," in the proof: somebody in between changed the list of mechanisms.
    let (exchange, _) = begin("y,,n=user,r=rOprNGfwEbeRWgbNEkqO", Some(pencil()));
    assert_eq!(
        exchange.finish(LAST.as_bytes()),
        Err(ScramError::NotAuthorized)
    );
}

#[test]
fn names_are_unescaped() {
    let first = ClientFirst::parse(b"n,a=a=2Cb,n=a=3Db=2Cc,r=12345678").unwrap();
    assert_eq!(
        (first.username.as_str(), first.authzid.as_deref()),
        ("a=b,c", Some("a,b"))
    );
    for bad in [
        "n,,n=a=b,r=12345678",
        "n,,n==,r=12345678",
        "n,,n=,r=12345678",
        "n,x,n=a,r=12345678",
    ] {
        assert_eq!(
            ClientFirst::parse(bad.as_bytes()),
            Err(ScramError::MalformedRequest),
            "{bad}"
        );
    }
}

#[test]
fn malformed_messages_are_refused() {
    for bad in [
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=a",
        "n,,m=x,n=a,r=12345678",
        "n,,n=a,r=",
        "n,,n=a,r=sh ort678",
    ] {
        assert_eq!(
            ClientFirst::parse(bad.as_bytes()),
            Err(ScramError::MalformedRequest),
            "{bad}"
        );
    }
    for bad in [
        "",
        "c=biws",
        "c=biws,r=x",
        "c=biws,r=x,p=",
        "c=biws,r=x,p=AAAA",
        "r=x,c=biws,p=AAAA",
        "c=!,r=x,p==",
    ] {
        let (exchange, _) = begin(FIRST, Some(pencil()));
        assert_eq!(
            exchange.finish(bad.as_bytes()),
            Err(ScramError::MalformedRequest),
            "{bad}"
        );
    }
    assert_eq!(decode("!!"), Err(ScramError::IncorrectEncoding));
    assert_eq!(decode("="), Ok(Vec::new()));
}

#[test]
fn passwords_are_prepared() {
    // RFC 4013 §3: a soft hyphen is mapped to nothing; a control character is prohibited.
    let salt = vec![1; SALT_LENGTH];
    assert!(
        Credentials::derive("I\u{ad}X", salt.clone(), 1)
            == Credentials::derive("IX", salt.clone(), 1)
    );
    assert!(Credentials::derive("\u{7}", salt.clone(), 1).is_none());
    assert!(Credentials::derive("", salt, 1).is_none());
}
