-- What mod_sasl2 and mod_sasl2_fast want of Prosody, and Prosody 0.12 does not have.

module:hook("stream-features", function (event)
	local conn = event.origin.conn;
	if not event.origin.encrypted or conn.ssl_info then return; end
	function conn:ssl_info()
		return self:socket():info();
	end
end, 10);

-- Who opens a stream: somebody of this host does. Whose token it is, the token's proof says.
module:hook("advertise-sasl-features", function (event)
	event.stream = event.stream or { from = "somebody@" .. module.host };
end, 10);

-- Times with a fraction.
local datetime = require "util.datetime";
local of_whole_seconds = datetime.datetime;
function datetime.datetime(time)
	return of_whole_seconds(time and math.floor(time));
end

-- The attribute of a child.
local stanza = require "util.stanza".stanza_mt;
function stanza:get_child_attr(name, xmlns, attribute)
	local child = self:get_child(name, xmlns);
	return child and child.attr[attribute];
end

-- Tokens that are bound to the connection. Passwords are not: SCRAM of 0.12 knows no binding of TLS 1.3.
local function bindings(session)
	return {
		["tls-exporter"] = function ()
			local socket = session.conn:socket();
			return socket:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "");
		end;
	};
end
module:hook("advertise-sasl-features", function (event)
	event.origin.sasl_handler.profile.cb = bindings(event.origin);
end, 10);
module:hook("advertise-sasl-features", function (event)
	event.origin.sasl_handler.profile.cb = nil;
end, -10);
module:hook_tag("urn:xmpp:sasl:2", "authenticate", function (session, auth)
	if auth:get_child("fast", "urn:xmpp:fast:0") then
		session.sasl_handler.profile.cb = bindings(session);
	end
end, 110);
