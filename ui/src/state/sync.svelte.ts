/** Events say that something changed; this reads it again. */
import { sameChat } from '../lib/chatref';
import { Coalesced } from '../lib/coalesced';
import type { ChatRef, Event, MessageId, Overview } from '../lib/contract';
import { ask, asRefused, listen, type LinkState } from '../lib/link';
import { narrow } from '../lib/now.svelte';
import { accounts } from './accounts.svelte';
import { activity } from './activity.svelte';
import { announce } from './announcer.svelte';
import { chats } from './chats.svelte';
import { contacts } from './contacts.svelte';
import { conversations } from './conversation.svelte';
import { own } from './own.svelte';
import { where } from './place.svelte';
import { requests } from './requests.svelte';
import { settings } from './settings.svelte';
import { surroundings } from './surroundings.svelte';

/** Between two tries to read the overview while the resident is not there. */
const again = 1_000;

const overview = new Coalesced(quietly(readOverview));
const alerts = new Coalesced(quietly(async () => {
  if (settings.alerts) await settings.readAlerts();
}));
const lines = new Coalesced(quietly(async () => {
  if (activity.shown) await activity.readNewest();
}));
const room = new Coalesced(quietly(async () => conversations.open?.refresh()));
const added = new Coalesced(quietly(async () => {
  const open = conversations.open;
  if (!open) return;
  await open.added(watching(open.chat));
  announce(open);
}));
const changedIds = new Set<MessageId>();
const changed = new Coalesced(quietly(async () => {
  const ids = [...changedIds];
  changedIds.clear();
  await conversations.open?.history.changed(ids);
}));

/** Reads everything that the first frame needs and hands it to the stores. */
export async function readOverview(): Promise<void> {
  take(await ask('overview', {}));
}

export function take(read: Overview): void {
  for (const store of [accounts, contacts, chats, requests, own, settings, surroundings]) store.take(read);
  where.begin(chats.all.length === 0, contacts.all.length > 0);
  if (where.chat && !accounts.get(where.chat.account)) where.closeChat();
  const open = conversations.open;
  const summary = open && chats.get(open.chat);
  if (open && summary) open.name = summary.name;
}

/** Begins to hear; the first overview is read as soon as the resident is there. */
export async function begin(): Promise<void> {
  surroundings.focused = document.hasFocus();
  await Promise.all([
    listen('carillon', hear),
    listen('link-state', hearLink),
    listen('focus', (focused) => (surroundings.focused = focused)),
    listen('closing-without-tray', () => (where.dialog = { kind: 'closing' })),
  ]);
  while (!surroundings.ready) {
    try {
      await readOverview();
      surroundings.setLink({ state: 'connected' });
    } catch (error) {
      surroundings.setLink({ state: 'lost', detail: asRefused(error).message });
      await new Promise((later) => setTimeout(later, again));
    }
  }
}

/** Whether the user has this chat before their eyes. */
export function watching(chat: ChatRef): boolean {
  const shown = conversations.about(chat) !== null && sameChat(where.onScreen(narrow.is), chat);
  return shown && surroundings.focused && document.visibilityState === 'visible';
}

export function hearLink(state: LinkState): void {
  const before = surroundings.link.state;
  surroundings.setLink(state);
  if (state.state === 'connected' && before !== 'connected') readAll();
}

/** What may have been missed is everything. */
function readAll(): void {
  overview.want();
  alerts.want();
  lines.want();
  room.want();
  void quietly(async () => conversations.open?.history.resync())();
}

export function hear(event: Event): void {
  switch (event.kind) {
    case 'resync':
      return readAll();
    case 'settings':
      alerts.want();
      return overview.want();
    case 'activity':
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
    case 'chat':
      if (mayBeRoom(event.chat)) room.want();
      return overview.want();
    case 'show':
      return where.go(event.place);
    case 'attention':
    case 'ending':
      return;
    default:
      return overview.want();
  }
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
