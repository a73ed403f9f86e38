//! What was said, as JSON Lines, a page or plain text. What others said is never markup.

use carillon_core::chat::{Author, ChatKind, ChatSummary};
use carillon_core::ids::Timestamp;
use carillon_engine::store::Said;
use carillon_link::views_own::ExportFormat;
use jid::BareJid;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::io::{self, Write};

/// One format, with what it has to know.
pub(super) struct Renderer {
    pub(super) format: ExportFormat,
    pub(super) zone: TimeZone,
}

#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    chat: &'a str,
    kind: ChatKind,
    at: String,
    author: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nick: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    body: &'a str,
}

/// Nothing is loaded and nothing runs, whatever a message says.
const HEAD: &str = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width\"><title>Carillon</title>\n\
<style>:root{color-scheme:light dark}body{max-width:48em;margin:1em auto;padding:0 1em;font:15px/1.45 system-ui,sans-serif}\
p{margin:.25em 0;white-space:pre-wrap;overflow-wrap:anywhere}time{opacity:.6;font-size:.85em;margin-inline-end:.6em}\
b{margin-inline-end:.4em}.me b{opacity:.75}</style></head><body>\n";

impl Renderer {
    pub(super) fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            ExportFormat::Html => out.write_all(HEAD.as_bytes()),
            ExportFormat::JsonLines | ExportFormat::Text => Ok(()),
        }
    }

    pub(super) fn chat(
        &self,
        out: &mut dyn Write,
        chat: &ChatSummary,
        account: &BareJid,
    ) -> io::Result<()> {
        let (name, jid) = (&title(chat), &chat.chat.jid);
        match self.format {
            ExportFormat::JsonLines => Ok(()),
            ExportFormat::Html => writeln!(
                out,
                "<h2 dir=\"auto\">{}</h2>\n<p><small>{} · {}</small></p>",
                escaped(name),
                escaped(jid.as_str()),
                escaped(account.as_str())
            ),
            ExportFormat::Text => writeln!(out, "\n== {} <{jid}> · {account} ==\n", one_line(name)),
        }
    }

    pub(super) fn said(
        &self,
        out: &mut dyn Write,
        chat: &ChatSummary,
        account: &BareJid,
        said: &Said,
    ) -> io::Result<()> {
        let who = match &said.author {
            Author::Me => account.as_str(),
            Author::Contact => &chat.name,
            Author::Occupant { nick } => nick,
        };
        match self.format {
            ExportFormat::JsonLines => {
                let line = Line {
                    account: account.as_str(),
                    chat: chat.chat.jid.as_str(),
                    kind: chat.kind,
                    at: utc(said.at),
                    author: match said.author {
                        Author::Me => "me",
                        Author::Contact => "contact",
                        Author::Occupant { .. } => "occupant",
                    },
                    nick: match &said.author {
                        Author::Occupant { nick } => Some(nick),
                        _ => None,
                    },
                    id: said.sender_id.as_deref(),
                    body: &said.body,
                };
                serde_json::to_writer(&mut *out, &line)?;
                out.write_all(b"\n")
            }
            ExportFormat::Html => writeln!(
                out,
                "<p{} dir=\"auto\"><time datetime=\"{}\">{}</time><b><bdi>{}</bdi></b>{}</p>",
                if said.author == Author::Me {
                    " class=\"me\""
                } else {
                    ""
                },
                utc(said.at),
                self.local(said.at),
                escaped(who),
                escaped(&said.body)
            ),
            ExportFormat::Text => writeln!(
                out,
                "[{}] {}: {}",
                self.local(said.at),
                one_line(who),
                said.body.replace('\n', "\n    ")
            ),
        }
    }

    pub(super) fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            ExportFormat::Html => out.write_all(b"</body></html>\n"),
            ExportFormat::JsonLines | ExportFormat::Text => Ok(()),
        }
    }

    fn local(&self, at: Timestamp) -> String {
        let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        let at = at.to_zoned(self.zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// What a chat is called: somebody in a room also by the room.
fn title(chat: &ChatSummary) -> String {
    match &chat.room {
        Some(room) => format!("{} ({room})", chat.name),
        None => chat.name.clone(),
    }
}

fn utc(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

/// Text as HTML has it, also in an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
