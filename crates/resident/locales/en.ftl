# What Carillon's resident says: popups, their buttons, the tray. Names in braces are put in.

popup-open = Open
popup-reply = Reply
popup-reply-hint = Write an answer
popup-mark-read = Mark as read
popup-accept = Accept
popup-decline = Decline
popup-block = Block
popup-join = Join
popup-write = Send message
popup-look = Look
popup-retry = Try again

message-hidden = New message
message-name-many = { $name } ({ $messages })
missed-summary = { $messages ->
    [one] One message while you were away
   *[other] { $messages } messages in { $chats ->
        [one] one chat
       *[other] { $chats } chats
    } while you were away
}
flood-summary = { $messages ->
    [one] One new message
   *[other] { $messages } new messages in { $chats ->
        [one] one chat
       *[other] { $chats } chats
    }
}
friends-summary = { $count ->
    [one] One friend is online
   *[other] { $count } friends are online
}
available-summary = { $name } is available
unavailable-summary = { $name } went offline
request-summary = { $name } wants to be your contact
request-hidden = New contact request
accepted-summary = { $name } accepted your request
accepted-hidden = Your contact request was accepted
invite-summary = { $name } invites you to { $room }
invite-hidden = New invitation
look-alike = Looks like “{ $of }”, but is somebody else.
stranger-summary = { $name } is not one of your contacts and has written to you
stranger-hidden = Someone who is not one of your contacts has written to you
failed-summary = Your message to { $name } was not delivered
failed-hidden = A message was not delivered
file-failed-summary = Your file for { $name } could not be sent
account-summary = { $name } needs you to sign in again
account-hidden = An account needs you
presence-hidden = A contact's presence changed
generic-summary = Something happened
reaction-summary = { $name } reacted to your message
reaction-hidden = Someone reacted to your message
status-summary = { $name } changed their status
attention-summary = { $name } asks for your attention
attention-hidden = Someone asks for your attention
sent-summary = Your message to { $name } was sent
sent-hidden = A message was sent
connection-lost-summary = { $name } is no longer connected
connection-restored-summary = { $name } is connected again
connection-hidden = The connection changed
no-password = The password is not stored, or the keyring is locked.
set-aside-summary = Your stored messages could not be read
set-aside-text = { $messages ->
    [0] Nothing could be saved.
    [one] One message was saved.
   *[other] { $messages } messages were saved.
} What your server has kept is fetched from there. The damaged database is unchanged: keep { $path } if you miss something.
storage-summary = Carillon cannot store anything
storage-full = The disk is full. Make room: until then what is written to you waits at your server. Nothing that was stored is lost, and Carillon goes on by itself.
storage-read-only = Your profile’s folder cannot be written. Until it can be, what is written to you waits at your server. Nothing that was stored is lost, and Carillon goes on by itself.
storage-other = The disk does not take what is to be stored; see whether it is in order. Until then what is written to you waits at your server. Nothing that was stored is lost.
storage-damaged = Something of what was stored cannot be read. Quit Carillon and start it again: then it saves what it can, and goes on with a new database.

sample-name = Alex
sample-text = This is how it looks and sounds.

tray-open = Open Carillon
tray-status = Status
tray-available = Available
tray-away = Away
tray-extended-away = Away for long
tray-busy = Do not disturb
tray-offline = Offline
tray-mute = Mute for an hour
tray-unmute = Lift the mute
tray-quit = Quit
tray-connecting = Connecting…
tray-unread = { $count ->
    [one] one new
   *[other] { $count } new
}
tray-muted = muted
