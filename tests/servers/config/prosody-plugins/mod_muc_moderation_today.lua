-- Moderation in rooms as XEP-0425 has it since its version 0.3, for Prosody 0.12: Debian's module speaks the one before.
local st = require "util.stanza";
local id = require "util.id";
local datetime = require "util.datetime";
local jid = require "util.jid";

local muc = module:depends "muc";
local archive = module:open_store("muc_log", "archive");

local xmlns_moderate = "urn:xmpp:message-moderate:1";
local xmlns_retract = "urn:xmpp:message-retract:1";

module:hook("muc-disco#info", function (event)
	event.reply:tag("feature", { var = xmlns_moderate }):up();
end);

-- Who did it, and why, within what the stanza has open.
local function by_whom(stanza, nick, reason)
	stanza:tag("moderated", { xmlns = xmlns_moderate, by = nick }):up();
	if reason then stanza:text_tag("reason", reason); end
	return stanza:reset();
end

local function moderate(room, from, wish)
	local nick = room:get_occupant_jid(from);
	if not nick or room:get_role(nick) ~= "moderator" then return "auth", "forbidden"; end
	if not wish:get_child("retract", xmlns_retract) then return "modify", "bad-request"; end
	local node = jid.split(room.jid);
	local original = archive:get(node, wish.attr.id or "");
	if not original then return "cancel", "item-not-found"; end

	local reason = wish:get_child_text("reason");
	local mark = st.message({ from = original.attr.from, type = "groupchat", id = original.attr.id })
		:tag("retracted", { xmlns = xmlns_retract, id = wish.attr.id, stamp = datetime.datetime() });
	if not archive:set(node, wish.attr.id, by_whom(mark, nick, reason)) then return "wait", "internal-server-error"; end

	local told = st.message({ from = room.jid, type = "groupchat", id = id.medium() })
		:tag("retract", { xmlns = xmlns_retract, id = wish.attr.id });
	room:broadcast_message(by_whom(told, nick, reason));
end

module:hook("iq-set/bare/" .. xmlns_moderate .. ":moderate", function (event)
	local stanza = event.stanza;
	local room = muc.get_room_from_jid(stanza.attr.to);
	if not room then return; end
	local kind, condition = moderate(room, stanza.attr.from, stanza.tags[1]);
	event.origin.send(kind and st.error_reply(stanza, kind, condition) or st.reply(stanza));
	return true;
end);

-- The room's own word is kept with what was said.
module:hook("muc-message-is-historic", function (event)
	if event.stanza.attr.from == event.room.jid then
		return event.stanza:get_child("retract", xmlns_retract);
	end
end, 1);
