//! Pictures that messages hand over, for the page to draw: by the message's number alone, and only those that the
//! resident gives out. A path or a name is never part of an address.

use carillon_link::{MessageId, contract::FindPicture};
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};

use crate::{resident::Resident, window};

/// What such addresses begin with.
pub(crate) const SCHEME: &str = "carillon-media";

/// Answers the page's wish to draw a picture.
#[expect(clippy::needless_pass_by_value, reason = "the shape of a handler")]
pub(crate) fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let message =
        message(request.uri().path()).filter(|_| context.webview_label() == window::LABEL);
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let found = match message {
            Some(message) => read(&app.state::<Resident>(), message).await,
            None => None,
        };
        responder.respond(match found {
            Some((bytes, media_type)) => picture(bytes, &media_type),
            None => nothing(),
        });
    });
}

/// The message whose picture an address means: digits, and nothing else.
fn message(path: &str) -> Option<MessageId> {
    let number = path.strip_prefix('/')?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok().map(MessageId)).flatten()
}

async fn read(resident: &Resident, message: MessageId) -> Option<(Vec<u8>, String)> {
    // What is gone or may not be shown is no picture.
    let found = resident.ask(FindPicture { message }).await.ok()?;
    let path = found.path;
    let bytes = tauri::async_runtime::spawn_blocking(move || std::fs::read(path)).await;
    Some((bytes.ok()?.ok()?, found.media_type))
}

fn picture(bytes: Vec<u8>, media_type: &str) -> Response<Vec<u8>> {
    let answer = Response::builder()
        .header(header::CONTENT_TYPE, media_type)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, "no-store")
        .body(bytes);
    answer.unwrap_or_else(|_| nothing())
}

fn nothing() -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_messages_number_and_nothing_else() {
        assert_eq!(message("/17"), Some(MessageId(17)));
        for path in [
            "",
            "/",
            "17",
            "/-1",
            "/+1",
            "/1/",
            "/1/2",
            "/../1",
            "/%31",
            "/1.png",
            "/etc/passwd",
            "/..%2f..%2fetc%2fpasswd",
            "/99999999999999999999",
            "/ 1",
            "/1?x",
            "/\u{661}",
        ] {
            assert_eq!(message(path), None, "{path}");
        }
    }

    #[test]
    fn a_picture_is_what_the_resident_says_and_nothing_else() {
        let answer = picture(b"GIF89a".to_vec(), "image/gif");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/gif");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(
            picture(Vec::new(), "a\r\nb").status(),
            StatusCode::NOT_FOUND
        );
    }
}
