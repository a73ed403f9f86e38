//! Small pictures that come with a file: only what is in the message itself, small, and a picture (XEP-0264).

use super::stage::Stage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::files::FileTold;
use carillon_core::session::Incoming;

/// The beginning of a PNG: as much as tells its sides.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn address(bytes: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(bytes))
}

fn small(uri: &str) -> String {
    format!(
        "<thumbnail xmlns='urn:xmpp:thumbs:1' uri='{uri}' media-type='image/png' width='9' height='9'/>"
    )
}

/// What is told of a file that comes with these small pictures.
async fn heard(stage: &mut Stage, thumbnails: &str) -> FileTold {
    let xml = format!(
        "<message from='bob@example.net/x' type='chat'><body>https://a.example/1</body>\
         <file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>sea.png</name>{thumbnails}\
         </file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='https://a.example/1'/></sources>\
         </file-sharing></message>"
    );
    match stage.tells(&xml).await.pop() {
        Some(Incoming::Message(message)) => *message.file.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_picture_in_the_message_is_taken_as_its_bytes_say() {
    let mut stage = Stage::online().await;
    let bytes = png(60, 40);
    for uri in [
        address(&bytes),
        address(&bytes).replacen("data:image", "DATA:Image", 1),
    ] {
        let told = heard(&mut stage, &small(&uri)).await.thumbnail.unwrap();
        let picture = told.picture();
        assert_eq!(told.bytes(), bytes);
        assert_eq!(
            (picture.width, picture.height),
            (60, 40),
            "not as the element says"
        );
        assert_eq!(picture.media_type, "image/png");
    }
    let both = small("cid:sha1+8f@bob.xmpp.org") + &small(&address(&bytes));
    assert!(heard(&mut stage, &both).await.thumbnail.is_some());
}

#[tokio::test(start_paused = true)]
async fn nothing_else_stands_for_a_picture() {
    let mut stage = Stage::online().await;
    let packed = STANDARD.encode(png(8, 8));
    let svg = STANDARD.encode("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
    let gif = STANDARD.encode(b"GIF89a\x08\0\x08\0\x80\0\0");
    let rows = [
        // Led elsewhere.
        "http://tracker.example/pixel.png".to_owned(),
        "https://tracker.example/pixel.png".to_owned(),
        "//tracker.example/pixel.png".to_owned(),
        "file:///etc/passwd".to_owned(),
        "cid:sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org".to_owned(),
        "blob:https://a.example/1".to_owned(),
        "carillon-media:/1".to_owned(),
        "xmpp:bob@example.net".to_owned(),
        // Runs.
        "javascript:alert(1)".to_owned(),
        format!("data:image/svg+xml;base64,{svg}"),
        format!("data:image/png;base64,{svg}"),
        format!("data:text/html;base64,{packed}"),
        format!("data:application/octet-stream;base64,{packed}"),
        // Moves.
        format!("data:image/gif;base64,{gif}"),
        format!("data:image/png;base64,{gif}"),
        // Is not written as it should be.
        String::new(),
        "data:".to_owned(),
        "data:image/png".to_owned(),
        "data:image/png;base64,".to_owned(),
        format!("data:;base64,{packed}"),
        format!("data:image/png,{packed}"),
        format!("data:image/png;charset=utf-8;base64,{packed}"),
        format!("data:image/png;base64,{}", packed.replace('A', "%41")),
        format!("data:image/png;base64,!{packed}"),
        format!("data:image/png;base64,{packed} é"),
        format!("é{}", address(&png(8, 8))),
        // Is large, or unpacks to much.
        address(&[png(8, 8), vec![0; 12 * 1024]].concat()),
        address(&[png(8, 8), vec![0; 400 * 1024]].concat()),
        address(&png(129, 8)),
        address(&png(8, 129)),
        address(&png(30_000, 30_000)),
        address(&png(u32::MAX, u32::MAX)),
        address(&png(0, 8)),
        address(&png(8, 8)[..20]),
    ];
    let mut turned_away = 0;
    for uri in &rows {
        let told = heard(&mut stage, &small(uri)).await;
        assert_eq!(told, FileTold::called(Some("sea.png"), None), "{uri}");
        turned_away += 1;
    }
    assert_eq!(turned_away, 34);
    let many = small("cid:1").repeat(4) + &small(&address(&png(8, 8)));
    assert_eq!(heard(&mut stage, &many).await.thumbnail, None, "too many");
    let elsewhere = small(&address(&png(8, 8))).replace("thumbs:1", "thumbs:0");
    assert_eq!(heard(&mut stage, &elsewhere).await.thumbnail, None);
}
