//! What was said, found, taken out and deleted, as a window does it.

use super::*;
use carillon_core::search::{SearchBy, SearchQuery};
use carillon_link::contract::{
    DeleteChat, ExportHistory, FindInChat, ImportHistory, ImportRoster, LookIntoHistory,
    LookIntoRoster, ReadHistory, ReadWork, Search, SendMessage, StopWork,
};
use carillon_link::views_own::{
    ExportFormat, HistoryProgram, SearchPage, SkipCause, SkippedRows, WorkState, WorkView,
};

impl Scene {
    async fn says(&self, chat: &ChatRef, number: u128, body: &str) {
        let ask = SendMessage {
            chat: chat.clone(),
            id: uuid(number),
            body: body.to_owned(),
            reply_to: None,
        };
        self.measured(ask).await;
    }

    async fn searches(&self, words: &str) -> SearchPage {
        let query = SearchQuery {
            words: words.to_owned(),
            by: SearchBy::Me,
            ..SearchQuery::default()
        };
        let ask = Search {
            query,
            before: None,
            limit: 50,
        };
        self.measured(ask).await.0
    }

    async fn work_is_done(&self) -> WorkView {
        let begun = Instant::now();
        loop {
            let work = self.measured(ReadWork {}).await.0.unwrap();
            if work.state != WorkState::Running {
                return work;
            }
            assert!(begun.elapsed() < PATIENCE, "{work:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The index follows what is stored, and is not waited for by it.
    async fn finds(&self, words: &str, count: usize) -> SearchPage {
        let begun = Instant::now();
        loop {
            let page = self.searches(words).await;
            if page.hits.len() == count {
                return page;
            }
            assert!(begun.elapsed() < PATIENCE, "{page:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn uuid(number: u128) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_i_said_is_found_written_into_a_file_and_gone_when_it_is_deleted() {
    let scene = scene(items("Person", &[])[..3].to_vec(), Some("x")).await;
    let (overview, ..) = scene.measured(ReadOverview {}).await;
    let chats: Vec<ChatRef> = overview.chats.into_iter().map(|one| one.chat).collect();
    scene
        .says(&chats[0], 1, "See you at the Café, <b>tomorrow</b>")
        .await;
    scene.says(&chats[1], 2, "Tomorrow is another day").await;

    let page = scene.finds("tomor", 2).await;
    assert!(!page.more && !page.superseded && !page.incomplete);
    let hit = &page.hits[1];
    assert_eq!(
        (&hit.chat, hit.text.as_str()),
        (&chats[0], "See you at the Café, <b>tomorrow</b>")
    );
    let ask = FindInChat {
        chat: chats[0].clone(),
        words: "\"the cafe\"".to_owned(),
    };
    assert_eq!(scene.measured(ask).await.0.messages, [hit.message]);

    let path = scene.folder.path().join("said.jsonl");
    let ask = ExportHistory {
        chat: None,
        format: ExportFormat::JsonLines,
        path: path.display().to_string(),
    };
    scene.measured(ask).await;
    let work = scene.work_is_done().await;
    assert_eq!(
        (work.state, work.done, work.total),
        (WorkState::Finished, 2, 2)
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    // There is nothing to stop any more.
    scene.measured(StopWork {}).await;

    let chat = chats[0].clone();
    scene.measured(DeleteChat { chat: chat.clone() }).await;
    assert_eq!(scene.finds("tomor", 1).await.hits[0].chat, chats[1]);
    let ask = ReadHistory {
        chat,
        anchor: carillon_core::chat::HistoryAnchor::Newest,
        limit: 10,
    };
    assert_eq!(scene.measured(ask).await.0.messages, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_written_says_so() {
    let scene = scene(items("Person", &[])[..1].to_vec(), Some("x")).await;
    let ask = |path: String| ExportHistory {
        chat: None,
        format: ExportFormat::Text,
        path,
    };
    let relative = scene.window.ask(ask("said.txt".to_owned())).await;
    assert_eq!(relative.unwrap_err().code, RefusalCode::BadFile);
    let nowhere = scene.folder.path().join("nowhere/said.txt");
    scene.measured(ask(nowhere.display().to_string())).await;
    let begun = Instant::now();
    loop {
        let work = scene.measured(ReadWork {}).await.0.unwrap();
        match work.state {
            WorkState::Running => {}
            WorkState::Failed { .. } => break,
            other => panic!("{other:?}"),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_of_another_program_is_looked_into_and_taken_in_once() {
    let scene = scene(items("Person", &[])[..1].to_vec(), Some("x")).await;
    let (overview, ..) = scene.measured(ReadOverview {}).await;
    let account = overview.standing.accounts[0].id;
    let logs = scene.folder.path().join("logs");
    let folder = logs.join("jabber/alice@harbour.example.org/bob@example.org");
    std::fs::create_dir_all(&folder).unwrap();
    let said = "Conversation\n(09:30:00) bob@example.org: The lighthouse is lit\n(09:30:05) alice: I see\n\
                (09:30:09) : nobody\n(09:30:10) bob:  \n";
    std::fs::write(folder.join("2024-01-15.093000+0100CET.txt"), said).unwrap();
    let path = logs.display().to_string();
    let program = HistoryProgram::Pidgin;
    let look = LookIntoHistory {
        program,
        path: path.clone(),
    };
    let (source, ..) = scene.measured(look).await;
    assert_eq!(source.accounts, ["alice@harbour.example.org"]);
    let ask = ImportHistory {
        account,
        program,
        path,
        whose: source.accounts[0].clone(),
    };
    scene.measured(ask.clone()).await;
    let work = scene.work_is_done().await;
    assert_eq!(
        (work.state, work.done, work.total, work.new, work.chats),
        (WorkState::Finished, 3, 3, 2, 1)
    );
    let cause = SkipCause::Words;
    assert_eq!(work.skipped, [SkippedRows { cause, rows: 1 }]);
    scene.finds("see", 1).await;
    scene.measured(ask.clone()).await;
    let again = scene.work_is_done().await;
    assert_eq!((again.state, again.new), (WorkState::Finished, 0));
    let elsewhere = ImportHistory {
        path: "logs".to_owned(),
        ..ask
    };
    let relative = scene.window.ask(elsewhere).await;
    assert_eq!(relative.unwrap_err().code, RefusalCode::BadFile);
    let look = LookIntoHistory {
        program: HistoryProgram::Gajim,
        path: folder.display().to_string(),
    };
    let no_file = scene.window.ask(look).await;
    assert_eq!(no_file.unwrap_err().code, RefusalCode::BadFile);
}

fn contacts_in(folder: &std::path::Path, count: usize) -> String {
    let line = |number: usize| {
        format!(
            "{{\"account\":\"alice@old.example\",\"jid\":\"friend{number}@example.org\",\"name\":\"Friend\",\
             \"groups\":[\"Old\"],\"subscription\":\"both\",\"ask\":false}}\n"
        )
    };
    let path = folder.join("contacts.jsonl");
    let lines: String = (0..count).map(line).collect();
    std::fs::write(&path, lines + "no contact\n").unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_of_a_file_come_into_an_account_that_is_connected() {
    let scene = scene(items("Person", &[])[..1].to_vec(), None).await;
    let (overview, ..) = scene.measured(ReadOverview {}).await;
    let account = overview.standing.accounts[0].id;
    let path = contacts_in(scene.folder.path(), 5);
    let (source, ..) = scene.measured(LookIntoRoster { path: path.clone() }).await;
    assert_eq!((source.accounts[0].contacts, source.unreadable), (5, 1));
    let ask = || ImportRoster {
        account,
        path: path.clone(),
        whose: source.accounts[0].account.clone(),
        ask: false,
    };
    scene.measured(ask()).await;
    let work = scene.work_is_done().await;
    assert!(matches!(work.state, WorkState::Failed { .. }), "{work:?}");
    assert_eq!(work.new, 0);

    let jid = "alice@harbour.example.org/desk".parse().unwrap();
    let features = ServerFeatures::default();
    let online = Incoming::Online { jid, features };
    scene.server.send(online).await.unwrap();
    let begun = Instant::now();
    let work = loop {
        scene.measured(ask()).await;
        let work = scene.work_is_done().await;
        if work.state == WorkState::Finished {
            break work;
        }
        assert!(begun.elapsed() < PATIENCE, "{work:?}");
    };
    assert_eq!((work.done, work.total, work.new), (5, 5, 5));
    let cause = SkipCause::Damaged;
    assert_eq!(work.skipped, [SkippedRows { cause, rows: 1 }]);
}
