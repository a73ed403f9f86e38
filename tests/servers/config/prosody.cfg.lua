-- Prosody 0.12 as Carillon's tests run it: everything that Carillon speaks, on loopback.
-- The ports and the data folder come from the environment (Prosody hands `NAME` in as `ENV_NAME`).
--
-- To serve people instead of tests: give `VirtualHost` and the components your own domain, put the
-- data folder where you keep data, serve HTTPS (`https_ports`, `certificates`) instead of plain HTTP,
-- take `consider_websocket_secure` and the two `unencrypted` lines out, and enable the module `limits`.

data_path = ENV_DATA_PATH
pidfile = ENV_DATA_PATH .. "/prosody.pid"
certificates = ENV_DATA_PATH
log = { info = "*console" }

-- The tests may run as root in a container; a real server must not.
run_as_root = true

interfaces = { "127.0.0.1" }
c2s_ports = { ENV_C2S_PORT }
c2s_direct_tls_ports = { ENV_C2S_TLS_PORT }
http_interfaces = { "127.0.0.1" }
http_ports = { ENV_HTTP_PORT }
https_ports = { }
http_default_host = "carillon.test"

-- Not `limits`: it holds a sender back to 37 messages a second.
modules_enabled = {
	"roster", "saslauth", "tls", "disco", "ping", "version", "time", "posix",
	"carbons", "pep", "private", "blocklist", "bookmarks",
	"vcard4", "vcard_legacy",
	"invites", "invites_adhoc", "invites_register",
	"register", "mam", "smacks", "csi_simple", "offline", "websocket",
}
modules_disabled = { "s2s" }

-- Without it one message waits up to 40 ms for the acknowledgement of the one before.
network_settings = { nagle = false }

authentication = "internal_hashed"
allow_registration = true
-- Whom somebody invites may make an account; so may everybody else here.
allow_user_invites = true
registration_invite_only = false
min_seconds_between_registrations = 0

-- Plain `ws` and plain TCP beside TLS, for loopback only.
consider_websocket_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true

default_archive_policy = true
storage = { archive = "sql", muc_log = "sql" }
sql = { driver = "SQLite3", database = "archive.sqlite" }

VirtualHost "carillon.test"

Component "rooms.carillon.test" "muc"
	modules_enabled = { "muc_mam", "muc_moderation", "vcard_muc" }
	muc_room_default_public = true
	muc_room_locking = false

-- Under a name of this computer: its own leads nowhere here.
Component "files.carillon.test" "http_file_share"
	http_host = "localhost"
	http_external_url = "http://localhost:" .. ENV_HTTP_PORT .. "/"
