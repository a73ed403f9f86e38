use super::*;

const PASSWORD: &str = "correct horse \"battery\" \\ staple\nü";

struct Home {
    folder: tempfile::TempDir,
    keeper: SecretKeeper,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keeper = SecretKeeper::new(&Profile::in_folder(folder.path()).unwrap());
        Self { folder, keeper }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("secrets.toml")
    }
}

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

#[tokio::test]
async fn a_password_comes_back_as_it_was() {
    let profile = Home::new();
    let (alice, bob) = (jid("alice@example.org"), jid("bob@example.org"));
    profile
        .keeper
        .store(&alice, SecretStore::File, PASSWORD)
        .await
        .unwrap();
    profile
        .keeper
        .store(&bob, SecretStore::File, "other")
        .await
        .unwrap();
    profile
        .keeper
        .store(&bob, SecretStore::File, "newer")
        .await
        .unwrap();
    assert_eq!(
        *profile
            .keeper
            .load(&alice, SecretStore::File)
            .await
            .unwrap(),
        PASSWORD
    );
    assert_eq!(
        *profile.keeper.load(&bob, SecretStore::File).await.unwrap(),
        "newer"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_the_user_s_alone_even_if_it_was_not_before() {
    use std::os::unix::fs::PermissionsExt as _;
    let profile = Home::new();
    std::fs::write(profile.file(), "").unwrap();
    std::fs::set_permissions(profile.file(), std::fs::Permissions::from_mode(0o644)).unwrap();
    profile
        .keeper
        .store(&jid("alice@example.org"), SecretStore::File, PASSWORD)
        .await
        .unwrap();
    let mode = std::fs::metadata(profile.file())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    assert_eq!(
        std::fs::read_dir(profile.folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[tokio::test]
async fn a_forgotten_password_is_gone_and_the_last_one_takes_the_file_along() {
    let profile = Home::new();
    let (alice, bob) = (jid("alice@example.org"), jid("bob@example.org"));
    profile
        .keeper
        .store(&alice, SecretStore::File, PASSWORD)
        .await
        .unwrap();
    profile
        .keeper
        .store(&bob, SecretStore::File, PASSWORD)
        .await
        .unwrap();
    profile
        .keeper
        .forget(&alice, SecretStore::File)
        .await
        .unwrap();
    let gone = profile.keeper.load(&alice, SecretStore::File).await;
    assert!(matches!(gone, Err(SecretProblem::NotFound)));
    profile
        .keeper
        .forget(&bob, SecretStore::File)
        .await
        .unwrap();
    profile
        .keeper
        .forget(&bob, SecretStore::File)
        .await
        .unwrap();
    assert!(!profile.file().exists());
}

#[tokio::test]
async fn a_damaged_file_is_left_alone_and_its_error_tells_nothing_of_it() {
    let profile = Home::new();
    std::fs::write(profile.file(), "\"alice@example.org\" = \"hunter2").unwrap();
    let error = profile
        .keeper
        .store(&jid("bob@example.org"), SecretStore::File, "x")
        .await
        .unwrap_err();
    assert!(matches!(error, SecretProblem::Damaged));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert_eq!(
        std::fs::read_to_string(profile.file()).unwrap(),
        "\"alice@example.org\" = \"hunter2"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_desktop_without_a_keyring_says_so_and_writes_no_file_instead() {
    let bus = crate::desktop::test_bus::TestBus::start();
    let folder = tempfile::tempdir().unwrap();
    let mut keeper = SecretKeeper::new(&Profile::in_folder(folder.path()).unwrap());
    keeper.ring.bus = Some(bus.bus().await);
    let error = keeper
        .store(&jid("alice@example.org"), SecretStore::Keyring, PASSWORD)
        .await
        .unwrap_err();
    assert!(matches!(error, SecretProblem::NoKeyring(_)), "{error:?}");
    assert!(!folder.path().join("secrets.toml").exists());
}

fn given_for(password: &str) -> Secret {
    Secret::new(password.to_owned())
}

#[tokio::test]
async fn a_token_for_the_password_of_before_changes_nothing_beside_the_new_one() {
    let profile = Home::new();
    let keeper = &profile.keeper;
    let alice = jid("alice@example.org");
    let place = SecretStore::File;
    keeper.store(&alice, place, "first").await.unwrap();
    keeper.store(&alice, place, "second").await.unwrap();
    let token = |text: &str| Some(Zeroizing::new(text.to_owned()));
    let late = keeper.keep_token(&alice, place, given_for("first"), token("old"));
    assert!(matches!(late.await, Err(SecretProblem::NotFound)));
    let kept = keeper.load_token(&alice, place).await;
    assert!(matches!(kept, Err(SecretProblem::NotFound)));
    let good = keeper.keep_token(&alice, place, given_for("second"), token("new"));
    good.await.unwrap();
    let late = keeper.keep_token(&alice, place, given_for("first"), None);
    assert!(matches!(late.await, Err(SecretProblem::NotFound)));
    assert_eq!(*keeper.load_token(&alice, place).await.unwrap(), "new");
}

#[tokio::test]
async fn a_token_lives_and_dies_with_its_password() {
    let profile = Home::new();
    let keeper = &profile.keeper;
    let alice = jid("alice@example.org");
    let kept = || {
        Some(Zeroizing::new(
            "HT-SHA-256-NONE SCRAM-SHA-256 0 t".to_owned(),
        ))
    };
    let there = async || keeper.load_token(&alice, SecretStore::File).await.is_ok();

    let early = keeper
        .keep_token(&alice, SecretStore::File, given_for("first"), kept())
        .await;
    assert!(matches!(early, Err(SecretProblem::NotFound)));
    for password in ["first", "second"] {
        keeper
            .store(&alice, SecretStore::File, password)
            .await
            .unwrap();
        assert!(!there().await, "a changed password has no token yet");
        keeper
            .keep_token(&alice, SecretStore::File, given_for(password), kept())
            .await
            .unwrap();
        assert!(there().await);
        let loaded = keeper.load(&alice, SecretStore::File).await.unwrap();
        assert_eq!(*loaded, password);
    }
    keeper
        .keep_token(&alice, SecretStore::File, given_for("second"), None)
        .await
        .unwrap();
    assert!(!there().await);
    keeper
        .keep_token(&alice, SecretStore::File, given_for("second"), kept())
        .await
        .unwrap();
    keeper.forget(&alice, SecretStore::File).await.unwrap();
    assert!(!there().await);
    assert!(!profile.file().exists(), "nothing is left");
}
