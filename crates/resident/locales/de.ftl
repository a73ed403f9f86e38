popup-open = Öffnen
popup-reply = Antworten
popup-reply-hint = Antwort schreiben
popup-mark-read = Als gelesen markieren
popup-accept = Annehmen
popup-decline = Ablehnen
popup-block = Blockieren
popup-join = Beitreten
popup-write = Nachricht schreiben
popup-look = Ansehen
popup-retry = Noch einmal

message-hidden = Neue Nachricht
message-name-many = { $name } ({ $messages })
missed-summary = { $messages ->
    [one] Eine Nachricht, während du weg warst
   *[other] { $messages } Nachrichten in { $chats ->
        [one] einem Chat
       *[other] { $chats } Chats
    }, während du weg warst
}
flood-summary = { $messages ->
    [one] Eine neue Nachricht
   *[other] { $messages } neue Nachrichten in { $chats ->
        [one] einem Chat
       *[other] { $chats } Chats
    }
}
friends-summary = { $count ->
    [one] Ein Freund ist online
   *[other] { $count } Freunde sind online
}
available-summary = { $name } ist da
unavailable-summary = { $name } ist offline
request-summary = { $name } möchte dein Kontakt sein
request-hidden = Neue Kontaktanfrage
accepted-summary = { $name } hat deine Anfrage angenommen
accepted-hidden = Deine Kontaktanfrage wurde angenommen
invite-summary = { $name } lädt dich nach { $room } ein
invite-hidden = Neue Einladung
look-alike = Sieht aus wie „{ $of }“, ist aber jemand anderes.
stranger-summary = { $name } gehört nicht zu deinen Kontakten und hat dir geschrieben
stranger-hidden = Jemand, der nicht zu deinen Kontakten gehört, hat dir geschrieben
failed-summary = Deine Nachricht an { $name } kam nicht an
file-failed-summary = Deine Datei für { $name } konnte nicht gesendet werden
failed-hidden = Eine Nachricht kam nicht an
account-summary = { $name } braucht dich zum Anmelden
account-hidden = Ein Konto braucht dich
presence-hidden = Ein Kontakt kam oder ging
generic-summary = Es ist etwas geschehen
reaction-summary = { $name } hat auf deine Nachricht reagiert
reaction-hidden = Jemand hat auf deine Nachricht reagiert
status-summary = { $name } hat den Status geändert
attention-summary = { $name } bittet um deine Aufmerksamkeit
attention-hidden = Jemand bittet um deine Aufmerksamkeit
sent-summary = Deine Nachricht an { $name } ist gesendet
sent-hidden = Eine Nachricht ist gesendet
connection-lost-summary = { $name } ist nicht mehr verbunden
connection-restored-summary = { $name } ist wieder verbunden
connection-hidden = Die Verbindung hat sich geändert
no-password = Das Passwort ist nicht gespeichert, oder der Schlüsselbund ist gesperrt.
set-aside-summary = Deine gespeicherten Nachrichten waren nicht lesbar
set-aside-text = { $messages ->
    [0] Nichts konnte gerettet werden.
    [one] Eine Nachricht wurde gerettet.
   *[other] { $messages } Nachrichten wurden gerettet.
} Was dein Server behalten hat, wird von dort geholt. Die beschädigte Datenbank ist unverändert: Behalte { $path }, falls dir etwas fehlt.
storage-summary = Carillon kann nichts speichern
storage-full = Die Platte ist voll. Schaffe Platz: Bis dahin wartet, was man dir schreibt, auf deinem Server. Nichts Gespeichertes ist verloren, und Carillon macht von selbst weiter.
storage-read-only = Der Ordner deines Profils ist nicht beschreibbar. Bis er es ist, wartet, was man dir schreibt, auf deinem Server. Nichts Gespeichertes ist verloren, und Carillon macht von selbst weiter.
storage-other = Die Platte nimmt nicht an, was gespeichert werden soll; sieh nach, ob sie in Ordnung ist. Bis dahin wartet, was man dir schreibt, auf deinem Server. Nichts Gespeichertes ist verloren.
storage-damaged = Etwas Gespeichertes ist nicht lesbar. Beende Carillon und starte es neu: Dann rettet es, was es kann, und macht mit einer neuen Datenbank weiter.

sample-name = Alex
sample-text = So sieht es aus, und so klingt es.

tray-open = Carillon öffnen
tray-status = Status
tray-available = Verfügbar
tray-away = Abwesend
tray-extended-away = Länger abwesend
tray-busy = Nicht stören
tray-offline = Offline
tray-mute = Eine Stunde stumm
tray-unmute = Stummschaltung aufheben
tray-quit = Beenden
tray-connecting = Verbindet …
tray-unread = { $count ->
    [one] eine Neuigkeit
   *[other] { $count } Neuigkeiten
}
tray-muted = stumm
