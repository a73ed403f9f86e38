//! Prosody's configuration, and what a test changes in it.

use crate::process::Process;

use super::{TestServer, config, prosody_command};

/// What the program that runs a part of the server knows.
pub(crate) const PART_SECRET: &str = "toves and borogoves";

impl TestServer {
    /// The address of the part that another program runs.
    pub(crate) fn part(&self) -> String {
        format!("search.{}", self.domain)
    }

    /// Where that program is let in.
    pub(crate) fn parts_port(&self) -> u16 {
        self.parts_port.expect("a server with a part of its own")
    }

    pub(super) fn prosody(&self) -> Process {
        let mut file = config("prosody.cfg.lua");
        let changed = self.resume_window.is_some() || self.sasl2 || self.beside.is_some();
        let rooms = self.parts_port.is_some() || self.moderation_today;
        if changed || self.files_at.is_some() || rooms {
            let mut text = std::fs::read_to_string(&file).expect("prosody.cfg.lua");
            if let Some(window) = self.resume_window {
                text = format!("smacks_hibernation_time = {}\n{text}", window.as_secs());
            }
            if self.sasl2 || self.moderation_today {
                let plugins = config("prosody-plugins");
                text = format!("plugin_paths = {{ \"{}\" }}\n{text}", plugins.display());
            }
            if self.moderation_today {
                text = text.replacen("\"muc_moderation\"", "\"muc_moderation_today\"", 1);
            }
            if self.sasl2 {
                let modules = "modules_enabled = {\n\t\"sasl2\", \"sasl2_bind2\", \"sasl2_fast\", \"sasl2_on_012\",";
                text = text.replacen("modules_enabled = {", modules, 1);
            }
            if let Some(address) = &self.beside {
                let interfaces = format!("\ninterfaces = {{ \"127.0.0.1\", \"{address}\" }}");
                text = text.replacen("\ninterfaces = { \"127.0.0.1\" }", &interfaces, 1);
            }
            if let Some(port) = self.files_at {
                let files = format!(
                    "http_external_url = \"http://localhost:{port}/\"\n\thttp_file_share_size_limit = 64 * 1024 * 1024"
                );
                let before = "http_external_url = \"http://localhost:\" .. ENV_HTTP_PORT .. \"/\"";
                text = text.replacen(before, &files, 1);
            }
            if let Some(port) = self.parts_port {
                let part = self.part();
                text = format!(
                    "component_ports = {{ {port} }}\n{text}\nComponent \"{part}\"\n\tcomponent_secret = \"{PART_SECRET}\"\n"
                );
            }
            file = self.folder.path().join("prosody.cfg.lua");
            std::fs::write(&file, text).expect("the configuration in the test's folder");
        }
        let mut command = prosody_command(&file);
        command
            .env("DATA_PATH", self.folder.path())
            .env("HTTP_PORT", self.http_port.to_string())
            .env("C2S_PORT", self.tcp_port.to_string())
            .env("C2S_TLS_PORT", self.tls_port.to_string());
        Process::spawn("prosody", self.folder.path(), command)
    }
}
