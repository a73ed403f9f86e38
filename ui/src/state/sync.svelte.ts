/** Events say that something changed; this reads it again. */
import { sameChat } from '../lib/chatref';
import { beginning } from '../lib/beginning';
import { Coalesced } from '../lib/coalesced';
import type { ChatRef, Event, MessageId } from '../lib/contract';
import { roomOf } from '../lib/private';
import { ask, asRefused, listen, type LinkState } from '../lib/link';
import { narrow } from '../lib/now.svelte';
import { activity } from './activity.svelte';
import { alerting } from './alerting.svelte';
import { announce, announcer } from './announcer.svelte';
import { contacts } from './contacts.svelte';
import { files } from './files.svelte';
import { conversations } from './conversation.svelte';
import { where } from './place.svelte';
import { likeness } from './likeness.svelte';
import { roomPeople } from './people.svelte';
import { readings, take } from './readings';
import { rules } from './rules.svelte';
import { readShown, scopeRoom } from './scopes.svelte';
import { settings } from './settings.svelte';
import { surroundings } from './surroundings.svelte';
import { work } from './work.svelte';

/** Between two tries to read the overview while the resident is not there. */
const again = 1_000;

const alerts = new Coalesced(quietly(async () => {
  if (settings.alerts) await settings.readAlerts();
  await Promise.all([readShown(), rules.readAgain()]);
}));
const told = new Coalesced(quietly(() => alerting.look()));
const lines = new Coalesced(quietly(async () => {
  if (activity.shown) await activity.readNewest();
}));
const room = new Coalesced(quietly(async () => conversations.open?.refresh()));
const standing = new Coalesced(quietly(async () => conversations.open?.readRoom()));
const aside = new Coalesced(quietly(async () => conversations.open?.readPrivate()));
const exporting = new Coalesced(quietly(() => work.read()));
const added = new Coalesced(quietly(async () => {
  const open = conversations.open;
  if (!open) return;
  open.pins.read();
  await open.added(watching(open.chat));
  await announce(open);
}));
const changedIds = new Set<MessageId>();
const changed = new Coalesced(quietly(async () => {
  const ids = [...changedIds];
  changedIds.clear();
  const open = conversations.open;
  open?.pins.read();
  await open?.history.changed(ids);
  for (const id of ids) {
    if (open?.history.messages.find((one) => one.id === id)?.retracted ?? true) announcer.forget(id);
  }
}));

/** Begins to hear; the first overview is read as soon as the resident is there. */
export async function begin(brought = beginning()): Promise<void> {
  surroundings.focused = document.hasFocus();
  if (brought) {
    take(brought);
    surroundings.setLink({ state: 'connected' });
  }
  // The list need not wait for these.
  const window = Promise.all([
    listen('focus', (focused) => (surroundings.focused = focused)),
    listen('closing', leave),
    listen('closing-without-tray', () => (where.dialog = { kind: 'closing' })),
  ]);
  await Promise.all([listen('carillon', hear), listen('link-state', hearLink)]);
  surroundings.hears = true;
  for (let read = false; !read;) {
    try {
      // What the page brought may be older than the first event that was heard.
      await readings.everything();
      read = true;
      surroundings.setLink({ state: 'connected' });
      told.want();
    } catch (error) {
      surroundings.setLink({ state: 'lost', detail: asRefused(error).message });
      await new Promise((later) => setTimeout(later, again));
    }
  }
  await window;
}

/** The window closes: what was typed last is kept before, unless that takes too long. */
export async function leave(): Promise<void> {
  await conversations.open?.composing.keep();
  await ask('close_window', {});
}

/** Whether the user has this chat before their eyes. */
export function watching(chat: ChatRef): boolean {
  const shown = conversations.about(chat) !== null && sameChat(where.onScreen(narrow.is), chat);
  return shown && surroundings.attended && document.visibilityState === 'visible';
}

export function hearLink(state: LinkState): void {
  const before = surroundings.link.state;
  surroundings.setLink(state);
  if (state.state === 'connected' && before !== 'connected') readAll();
}

/** What may have been missed is everything. */
function readAll(): void {
  readings.wantAll();
  alerts.want();
  told.want();
  lines.want();
  room.want();
  added.want();
  scopeRoom.missed();
  if (conversations.open) roomPeople.changed(conversations.open.chat);
  if (conversations.open) files.changed(conversations.open.chat);
}

export function hear(event: Event): void {
  switch (event.kind) {
    case 'resync':
      return readAll();
    case 'settings':
      alerts.want();
      return readings.wantStanding();
    case 'own':
      alerts.want();
      return readings.wantStanding();
    case 'activity':
      told.want();
      return lines.want();
    case 'message_added':
      if (conversations.about(event.chat)) added.want();
      return;
    case 'message_changed':
      if (!conversations.about(event.chat)) return;
      changedIds.add(event.message);
      return changed.want();
    case 'typing':
      return conversations.about(event.chat)?.setTyping(event.nick, event.composing);
    case 'contacts':
      return readings.wantContacts(event.contacts);
    case 'chat_moved':
      return follow(event.from, event.to);
    case 'chats':
      if (event.chats.some(holdsOpen)) aside.want();
      // A room that is known as one tells by itself what changes in it.
      if (event.chats.some(mayBeRoom)) (conversations.open?.kind === 'room' ? standing : room).want();
      return readings.wantChats(event.chats);
    case 'rooms':
      for (const changed of event.rooms) {
        roomPeople.changed(changed);
        likeness.changed(changed.account, changed.jid);
        scopeRoom.changed(changed);
      }
      if (event.rooms.some((changed) => conversations.about(changed))) standing.want();
      if (event.rooms.some(holdsOpen)) aside.want();
      return;
    case 'files':
      if (conversations.about(event.chat)) files.changed(event.chat);
      return;
    case 'work':
      return exporting.want();
    case 'roster':
      likeness.rosterChanged();
      return readings.wantLists();
    case 'accounts':
      conversations.open?.history.askAnew();
      return readings.wantStanding();
    case 'show':
      return where.go(event.place);
    case 'attention':
    case 'ending':
      return;
    default:
      return readings.wantStanding();
  }
}

/** Whether the open chat is private with somebody in this room. */
function holdsOpen(room: ChatRef): boolean {
  const open = conversations.open;
  return open?.kind === 'private' && sameChat(roomOf(open.chat), room);
}

/** Whoever has a private conversation on screen goes along with it. */
function follow(from: ChatRef, to: ChatRef): void {
  const words = conversations.moved(from);
  if (!sameChat(where.chat, from)) return;
  where.prefill = words;
  where.chat = to;
}

/** Who is no contact can be a room, whose state is told with its chat. */
function mayBeRoom(chat: ChatRef): boolean {
  return conversations.about(chat) !== null && !contacts.get(chat);
}

/** The link's own state says when the resident is gone; a reading that fails meanwhile needs no other word. */
function quietly(read: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    try {
      await read();
    } catch {
      // Read again on the next event, or when the link is back.
    }
  };
}
