//! The channel binding `tls-server-end-point` (RFC 5929 §4): a hash of the server's certificate.
//!
//! Only the certificate's signature algorithm is needed of it, two steps into a structure that TLS has verified
//! already; whatever does not look like that gives no binding.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha384, Sha512};

const SEQUENCE: u8 = 0x30;
const OBJECT_ID: u8 = 0x06;
const CONTEXT_0: u8 = 0xa0;

/// The hash of the certificate by the hash of its own signature, SHA-256 in the place of MD5 and SHA-1. `None` where
/// the RFC leaves open which: the signature uses none of its own (Ed25519), or an unknown one.
pub(super) fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let der = certificate.as_ref();
    Some(match signature_hash(der)? {
        Hash::Sha256 => Sha256::digest(der).to_vec(),
        Hash::Sha384 => Sha384::digest(der).to_vec(),
        Hash::Sha512 => Sha512::digest(der).to_vec(),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, … }` (RFC 5280 §4.1).
fn signature_hash(certificate: &[u8]) -> Option<Hash> {
    let (SEQUENCE, fields, _) = element(certificate)? else {
        return None;
    };
    let (SEQUENCE, _, rest) = element(fields)? else {
        return None;
    };
    let (SEQUENCE, algorithm, _) = element(rest)? else {
        return None;
    };
    let (OBJECT_ID, id, parameters) = element(algorithm)? else {
        return None;
    };
    match id {
        // ecdsa-with-SHA1, -SHA256, -SHA384, -SHA512: 1.2.840.10045.4.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1] => Some(Hash::Sha256),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, hash] => match hash {
            2 => Some(Hash::Sha256),
            3 => Some(Hash::Sha384),
            4 => Some(Hash::Sha512),
            _ => None,
        },
        // PKCS#1 with MD5, SHA-1, PSS, SHA-256, SHA-384, SHA-512: 1.2.840.113549.1.1.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, scheme] => match scheme {
            4 | 5 | 11 => Some(Hash::Sha256),
            12 => Some(Hash::Sha384),
            13 => Some(Hash::Sha512),
            10 => pss_hash(parameters),
            _ => None,
        },
        _ => None,
    }
}

/// `RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, … }` (RFC 4055 §3.1).
fn pss_hash(parameters: &[u8]) -> Option<Hash> {
    let (SEQUENCE, fields, _) = element(parameters)? else {
        return None;
    };
    let Some((CONTEXT_0, hash, _)) = element(fields) else {
        return Some(Hash::Sha256);
    };
    let (SEQUENCE, algorithm, _) = element(hash)? else {
        return None;
    };
    let (OBJECT_ID, id, _) = element(algorithm)? else {
        return None;
    };
    match id {
        // SHA-1: 1.3.14.3.2.26.
        [0x2b, 0x0e, 3, 2, 0x1a] => Some(Hash::Sha256),
        // 2.16.840.1.101.3.4.2.
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, hash] => match hash {
            1 => Some(Hash::Sha256),
            2 => Some(Hash::Sha384),
            3 => Some(Hash::Sha512),
            _ => None,
        },
        _ => None,
    }
}

/// One element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        // Longer than 16 MiB is no certificate; zero would be BER's open end.
        if !(1..=3).contains(&count) {
            return None;
        }
        let (length, rest) = rest.split_at_checked(count)?;
        let length = length
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    };

    fn certificate(algorithm: &'static rcgen::SignatureAlgorithm) -> CertificateDer<'static> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let params = CertificateParams::new(vec!["example.org".to_owned()]).unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn it_is_the_hash_that_the_certificate_was_signed_with() {
        let der = certificate(&PKCS_ECDSA_P256_SHA256);
        assert_eq!(end_point(&der), Some(Sha256::digest(&der).to_vec()));
        let der = certificate(&PKCS_ECDSA_P384_SHA384);
        assert_eq!(end_point(&der), Some(Sha384::digest(&der).to_vec()));
        assert_eq!(end_point(&certificate(&PKCS_ED25519)), None);
    }

    /// A certificate of which only the algorithm is there.
    fn with_algorithm(algorithm: &[u8]) -> Vec<u8> {
        let mut fields = vec![SEQUENCE, 0];
        fields.extend([SEQUENCE, u8::try_from(algorithm.len()).unwrap()]);
        fields.extend(algorithm);
        let mut whole = vec![SEQUENCE, u8::try_from(fields.len()).unwrap()];
        whole.extend(fields);
        whole
    }

    #[test]
    fn rsa_names_its_hash_too() {
        let rsa = |scheme| {
            let mut id = vec![
                OBJECT_ID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, scheme,
            ];
            id.extend([5, 0]);
            signature_hash(&with_algorithm(&id))
        };
        assert_eq!(rsa(4), Some(Hash::Sha256), "MD5 is replaced");
        assert_eq!(rsa(5), Some(Hash::Sha256), "SHA-1 is replaced");
        assert_eq!(rsa(11), Some(Hash::Sha256));
        assert_eq!(rsa(12), Some(Hash::Sha384));
        assert_eq!(rsa(13), Some(Hash::Sha512));
        assert_eq!(rsa(14), None);
    }

    #[test]
    fn pss_names_its_hash_inside() {
        let pss = |parameters: &[u8]| {
            let mut id = vec![OBJECT_ID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
            id.extend(parameters);
            signature_hash(&with_algorithm(&id))
        };
        assert_eq!(pss(&[SEQUENCE, 0]), Some(Hash::Sha256), "SHA-1 unless said");
        let sha = |hash| {
            let id = [OBJECT_ID, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, hash];
            let mut parameters = vec![SEQUENCE, 15, CONTEXT_0, 13, SEQUENCE, 11];
            parameters.extend(id);
            pss(&parameters)
        };
        assert_eq!(sha(1), Some(Hash::Sha256));
        assert_eq!(sha(2), Some(Hash::Sha384));
        assert_eq!(sha(3), Some(Hash::Sha512));
        assert_eq!(sha(4), None);
    }

    #[test]
    fn what_is_cut_short_or_no_certificate_binds_nothing() {
        let der = certificate(&PKCS_ECDSA_P256_SHA256).to_vec();
        for end in 0..der.len() {
            assert_eq!(signature_hash(&der[..end]), None, "{end} bytes");
        }
        for odd in [
            &[][..],
            &[0x30],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x83, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(signature_hash(odd), None);
        }
    }
}
