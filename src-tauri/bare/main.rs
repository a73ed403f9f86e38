//! A window with nothing in it, in a folder that is named: what the bench compares Carillon's own with. It is installed
//! nowhere.

use std::error::Error;

use tauri::{WebviewUrl, WebviewWindowBuilder, http::Response};

/// It says when it was drawn, as Carillon's page does.
const PAGE: &str = "<!doctype html><title>Bare</title><p>Nothing</p><script>
    requestAnimationFrame(() => setTimeout(() => performance.mark('list-drawn')));
</script>";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("which folder?")?;
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let mut page = Response::new(PAGE.as_bytes().to_vec());
            let html = tauri::http::HeaderValue::from_static("text/html");
            page.headers_mut()
                .insert(tauri::http::header::CONTENT_TYPE, html);
            page
        })
        .setup(move |app| {
            let page = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "main", page)
                .title("Bare")
                .inner_size(980.0, 680.0)
                .data_directory(folder.into())
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
