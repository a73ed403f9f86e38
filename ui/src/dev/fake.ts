/** A resident and a window in memory, for development in a browser and for tests. Never part of the product. */
import { isPrivate } from '../lib/private';
import { keyOf, sameChat } from '../lib/chatref';
import type { AccountView, ActivityEntry, AlertRows, ChatRef, ChatSummary, Message, Overview, Refusal, Reply } from '../lib/contract';
import type { AllCommands, Answer, Ask, Carrier, Told } from '../lib/link';
import { byAddress, byNewest } from '../list/rows';
import { chatOf } from '../state/contacts.svelte';
import { alertRows, builtInIcons, builtInSounds, plan, sampleActivity } from './alerts';
import { FakeRooms } from './rooms';
import { FakeChanges } from './changes';
import { FakeFiles } from './files';
import { FakeMoves } from './moves';
import { FakeRules } from './rules';
import { FakeSearches } from './searches';
import { FakeSelf } from './self';
import { conversation, longConversation, roomConversation, sampleOverview } from './people';

type Handlers = { [K in keyof AllCommands]: (ask: Ask<K>) => Answer<K> };

export function refusal(kind: 'gone' | 'no_keyring' | 'bad_address' | 'not_connected'): Refusal {
  return { code: { kind }, detail: `refused: ${kind}` };
}

export class Fake implements Carrier {
  overview: Overview;
  histories = new Map<string, Message[]>();
  /** What only the server has, by chat. */
  archives = new Map<string, Message[]>();
  rules: FakeRules;
  changes = new FakeChanges(
    (message) => [...this.histories.values()].flat().find(({ id }) => id === message),
    ({ id, chat }) => {
      this.#summarise(chat);
      queueMicrotask(() => this.tell('carillon', { kind: 'message_changed', chat, message: id }));
    },
    ({ id, chat }) => this.histories.set(keyOf(chat), this.#history(chat).filter((message) => message.id !== id)),
  );
  rooms = new FakeRooms();
  self: FakeSelf;
  moves = new FakeMoves(
    () => this.overview,
    (contact) => this.#answered(contact),
    () => this.#changed('accounts'),
  );
  files = new FakeFiles((chat) => this.tell('carillon', { kind: 'files', chat }));
  /** What the user picks to be sent. */
  picked = ['/home/alice/photo.png'];
  searches = new FakeSearches(
    () => [...this.histories.values()].flat(),
    (chat) => {
      this.histories.delete(keyOf(chat));
      this.overview.chats = this.overview.chats.filter((summary) => !sameChat(summary.chat, chat));
      queueMicrotask(() => this.tell('carillon', { kind: 'chats', chats: [chat] }));
    },
    (message) => this.files.brief(message),
  );
  /** What happened, newest first. */
  happened: ActivityEntry[];
  blocked: ChatRef[] = [];
  /** Small pictures in base64, by their hashes. */
  avatars = new Map<string, string>();
  asked: { name: string; ask: unknown }[] = [];
  /** Commands to refuse, by name. */
  refusing = new Map<string, Refusal>();
  /** How many contacts or chats a part of a list holds. */
  pageSize = 1_000;
  #nextId = 1_000_000;
  #heard: { [K in keyof Told]?: Set<(told: Told[K]) => void> } = {};

  constructor(
    readonly now: number,
    long = 2_000,
  ) {
    this.overview = sampleOverview(now);
    this.self = new FakeSelf(now, () => this.overview.accounts[0]?.jid ?? '');
    this.happened = sampleActivity(now);
    const name = (jid: string) => this.overview.contacts.find((contact) => contact.jid === jid)?.name ?? jid;
    this.rules = new FakeRules(now, () => this.#changed('settings'), name);
    this.histories.set('1 bob@harbour.example', conversation(now));
    this.histories.set('1 hiro@harbour.example', longConversation(now, long).map((m) => ({ ...m, id: m.id + 1_000 })));
    this.histories.set('1 choir@rooms.harbour.example', roomConversation(now).map((m) => ({ ...m, id: m.id + 500 })));
  }

  /** The rows for everybody. */
  get rows(): AlertRows {
    return this.rules.everybody;
  }

  async ask<K extends keyof AllCommands>(name: K, ask: Ask<K>): Promise<Answer<K>> {
    this.asked.push({ name, ask });
    const refused = this.refusing.get(name);
    if (refused) throw refused;
    return structuredClone(({ ...this.#handlers, ...this.rules.handlers, ...this.rooms.handlers, ...this.changes.handlers, ...this.searches.handlers, ...this.files.handlers, ...this.self.handlers, ...this.moves.handlers } as Handlers)[name](structuredClone(ask)));
  }

  async listen<K extends keyof Told>(name: K, heard: (told: Told[K]) => void): Promise<() => void> {
    const set = ((this.#heard[name] as Set<(told: Told[K]) => void> | undefined) ??= new Set<(told: Told[K]) => void>() as never) as Set<(told: Told[K]) => void>;
    set.add(heard);
    return () => void set.delete(heard);
  }

  media(): string {
    return 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
  }

  tell<K extends keyof Told>(name: K, told: Told[K]): void {
    this.#heard[name]?.forEach((heard) => heard(told));
  }

  /** What a command’s calls were. */
  calls<K extends keyof AllCommands>(name: K): Ask<K>[] {
    return this.asked.filter((call) => call.name === name).map((call) => call.ask as Ask<K>);
  }

  /** Somebody says something; an archive may put it before what is there. */
  say(chat: ChatRef, body: string, more: Partial<Message> = {}, place = this.#history(chat).length): Message {
    const said = this.#history(chat);
    const message: Message = { id: this.#nextId++, chat, author: { kind: 'contact' }, body, at: Date.now(), delivery: null, failure: '', seen: false, corrected: false, reactions: [], retracted: false, moderated: null, encryption: null, unstyled: false, reply: null, occupant: null, ...more };
    said.splice(place, 0, message);
    this.#summarise(chat);
    this.tell('carillon', { kind: 'message_added', chat, message: message.id });
    this.tell('carillon', { kind: 'chats', chats: [chat] });
    return message;
  }

  #history(chat: ChatRef): Message[] {
    let said = this.histories.get(keyOf(chat));
    if (!said) this.histories.set(keyOf(chat), (said = []));
    return said;
  }

  #summary(chat: ChatRef): ChatSummary {
    const known = this.overview.chats.find((summary) => sameChat(summary.chat, chat));
    if (known) return known;
    const contact = this.overview.contacts.find(({ jid }) => jid === chat.jid);
    const empty = { room: null, unread: 0, last_text: '', last_file: null, last_is_mine: false, last_at: null, last_message: null, stands_at: 0, draft: '', avatar: null };
    if (isPrivate(chat)) return { ...empty, chat, kind: 'private', name: this.rooms.private(chat).nick, room: this.rooms.private(chat).room_name };
    return { chat, kind: 'contact', name: contact?.name ?? chat.jid, ...empty };
  }

  #summarise(chat: ChatRef): void {
    const said = this.#history(chat);
    const last = said.at(-1);
    const others = this.overview.chats.filter((summary) => !sameChat(summary.chat, chat));
    const summary: ChatSummary = {
      ...this.#summary(chat),
      unread: said.filter(({ seen }) => !seen).length,
      last_text: last?.body.slice(0, 120) ?? '',
      last_file: last ? this.files.brief(last.id) : null,
      last_is_mine: last?.author.kind === 'me',
      last_at: last?.at ?? null,
      last_message: last?.id ?? null,
      stands_at: last?.at ?? 0,
    };
    this.overview.chats = [summary, ...others];
  }

  #replyTo(message: number | null): Reply | null {
    if (message === null) return null;
    const of = [...this.histories.values()].flat().find(({ id }) => id === message);
    return of ? { kind: 'known', message, author: of.author, text: this.files.brief(message)?.name ?? of.body.slice(0, 280), retracted: of.retracted, file: this.files.brief(message) } : { kind: 'unknown' };
  }

  #page(chat: ChatRef, from: number, to: number) {
    const all = this.#history(chat);
    return { messages: all.slice(from, to), more_before: from > 0, more_after: to < all.length };
  }

  #changed(kind: 'accounts' | 'own' | 'requests' | 'settings' | 'notices' | 'tryout'): null {
    queueMicrotask(() => this.tell('carillon', { kind }));
    return null;
  }

  #contact(contact: ChatRef): null {
    queueMicrotask(() => this.tell('carillon', { kind: 'contacts', contacts: [contact] }));
    return null;
  }

  /** A part of what is sorted by account and address, as the resident gives it out. */
  #part<T>(all: T[], chatOf: (one: T) => ChatRef, after: ChatRef | null): { part: T[]; more: boolean } {
    const sorted = [...all].sort((a, b) => byAddress(chatOf(a), chatOf(b)));
    const from = after ? sorted.filter((one) => byAddress(chatOf(one), after) <= 0).length : 0;
    return { part: sorted.slice(from, from + this.pageSize), more: sorted.length > from + this.pageSize };
  }

  /** What was asked for by name and is there, and what is not. */
  #named<T>(all: T[], chatOf: (one: T) => ChatRef, names: ChatRef[]): { now: T[]; gone: ChatRef[] } {
    const byKey = new Map(all.map((one) => [keyOf(chatOf(one)), one]));
    const now = names.flatMap((name) => byKey.get(keyOf(name)) ?? []);
    return { now, gone: names.filter((name) => !byKey.has(keyOf(name))) };
  }

  #answered(chat: ChatRef): null {
    const { contacts, strangers, invites, left_out } = this.overview.requests;
    const other = ({ jid }: { jid: string }) => jid !== chat.jid;
    this.overview.requests = { contacts: contacts.filter(other), strangers: strangers.filter(other), invites, left_out };
    return this.#changed('requests');
  }

  #catchUp(account: number, stopped: boolean): null {
    const catching_up = { taken: 400, total: 1_000, stopped, slow: false };
    this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? { ...view, catching_up } : view));
    return this.#changed('accounts');
  }

  #newAccount({ jid }: { jid: string }) {
    const known = sampleOverview(this.now).accounts[0]!;
    const id = this.overview.accounts.length + 1;
    this.overview.accounts.push({ ...known, id, jid });
    this.#changed('accounts');
    return { account: id };
  }

  #handlers: Omit<Handlers, keyof FakeRules['handlers'] | keyof FakeRooms['handlers'] | keyof FakeChanges['handlers'] | keyof FakeSearches['handlers'] | keyof FakeFiles['handlers'] | keyof FakeSelf['handlers'] | keyof FakeMoves['handlers']> = {
    overview: () => {
      const { part: contacts, more } = this.#part(this.overview.contacts, chatOf, null);
      const chats = [...this.overview.chats].sort(byNewest).slice(0, this.pageSize);
      return { ...this.overview, contacts, more_contacts: more, chats, more_chats: chats.length < this.overview.chats.length };
    },
    standing: () => {
      const { accounts, requests, own, settings, tryout, notices, desktop, locked, version } = this.overview;
      return { accounts, requests, own, settings, tryout, notices, desktop, locked, version };
    },
    contacts: ({ contacts }) => {
      const { now, gone } = this.#named(this.overview.contacts, chatOf, contacts);
      return { contacts: now, gone };
    },
    chats: ({ chats }) => {
      const { now, gone } = this.#named(this.overview.chats, ({ chat }) => chat, chats);
      return { chats: now, gone };
    },
    contact_page: ({ after }) => {
      const { part, more } = this.#part(this.overview.contacts, chatOf, after);
      return { contacts: part, more };
    },
    chat_page: ({ after }) => {
      const { part, more } = this.#part(this.overview.chats, ({ chat }) => chat, after);
      return { chats: part, more };
    },
    status: () => ({ version: '', pid: 1, accounts: [], unread: 0, requests: 0, windows: 1, visible_chat: null, focused: true, tray: true }),
    sign_in: (ask) => this.#newAccount(ask),
    create_account: (ask) => this.#newAccount(ask),
    add_account: (ask) => this.#newAccount(ask),
    remove_account: ({ account }) => {
      this.overview.accounts = this.overview.accounts.filter(({ id }) => id !== account);
      return this.#changed('accounts');
    },
    change_account: ({ account, connect, secret, enabled, proxy, allow_plain }) => {
      const changed = (view: AccountView) => ({ ...view, connect, secret, enabled, proxy: proxy ?? view.proxy, allow_plain: allow_plain ?? view.allow_plain });
      this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? changed(view) : view));
      return this.#changed('accounts');
    },
    connect_now: () => this.#changed('accounts'),
    accept_weaker: ({ account }) => {
      const features = { carbons: true, blocking: true, archive: true };
      this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? { ...view, connection: { kind: 'online', features } } : view));
      return this.#changed('accounts');
    },
    stop_catching_up: ({ account }) => this.#catchUp(account, true),
    go_on_catching_up: ({ account }) => this.#catchUp(account, false),
    set_status: ({ availability, status }) => {
      this.overview.own = { ...this.overview.own, availability, status };
      return this.#changed('own');
    },
    mute_all: ({ until }) => {
      const mute = this.rules.end(until);
      this.overview.own = { ...this.overview.own, mute };
      this.#changed('own');
      return mute;
    },
    add_contact: ({ account, jid, name, groups }) => {
      const presence = { availability: 'offline', status: '' } as const;
      this.overview.contacts.push({ account, jid, name: name || jid, groups, subscription: 'none', waiting: true, blocked: false, presence, avatar: null, mood: null, nick: '', moved_to: null });
      return this.#contact({ account, jid });
    },
    change_contact: ({ contact, name, groups }) => {
      this.overview.contacts = this.overview.contacts.map((one) => (one.jid === contact.jid ? { ...one, name, groups } : one));
      return this.#contact(contact);
    },
    remove_contact: ({ contact }) => {
      this.overview.contacts = this.overview.contacts.filter(({ jid }) => jid !== contact.jid);
      return this.#contact(contact);
    },
    accept_request: ({ contact }) => this.#answered(contact),
    decline_request: ({ contact }) => this.#answered(contact),
    block: ({ contact }) => {
      this.blocked.push(contact);
      return this.#answered(contact);
    },
    unblock: ({ contact }) => {
      this.blocked = this.blocked.filter((chat) => !sameChat(chat, contact));
      return this.#contact(contact);
    },
    blocked: () => this.blocked,
    contact_details: ({ contact }) => {
      const known = this.overview.contacts.find((one) => sameChat(chatOf(one), contact));
      const { availability = 'offline', status = '' } = known?.presence ?? {};
      const there = availability !== 'offline';
      return { last_seen: there ? null : this.now - 3 * 3_600_000, devices: there ? [{ resource: 'desk', priority: 5, availability, status, idle_since: availability === 'available' ? null : this.now - 40 * 60_000 }] : [] };
    },
    ask_person: ({ question }) => {
      const fields = [{ kind: 'name', text: 'Bob Nowak' } as const, { kind: 'note', text: '<b>Sings bass</b>' } as const];
      if (question === 'program') return { kind: 'program', name: 'Gajim', version: '1.9' };
      if (question === 'clock') return { kind: 'clock', offset: 330 };
      if (question === 'abilities') return { kind: 'abilities', abilities: ['receipts', 'corrections', 'replies', 'encryption'] };
      if (question === 'last_activity') return { kind: 'last_activity', seconds: 7_200 };
      return { kind: 'card', fields: question === 'card' ? [] : fields };
    },
    set_avatar: ({ account, picture }) => {
      const avatar = picture && String(this.avatars.size + 1).padStart(40, '0');
      if (avatar && picture) this.avatars.set(avatar, picture);
      this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? { ...view, avatar } : view));
      return this.#changed('accounts');
    },
    set_mood: ({ account, mood }) => {
      this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? { ...view, mood } : view));
      return this.#changed('accounts');
    },
    set_nick: ({ account, nick }) => {
      this.overview.accounts = this.overview.accounts.map((view) => (view.id === account ? { ...view, nick } : view));
      return this.#changed('accounts');
    },
    set_room_avatar: ({ room, picture }) => {
      const avatar = picture && String(this.avatars.size + 1).padStart(40, '0');
      if (avatar && picture) this.avatars.set(avatar, picture);
      this.overview.chats = this.overview.chats.map((summary) => (sameChat(summary.chat, room) ? { ...summary, avatar } : summary));
      queueMicrotask(() => this.tell('carillon', { kind: 'chats', chats: [room] }));
      return null;
    },
    avatars: ({ hashes }) => hashes.flatMap((hash) => (this.avatars.has(hash) ? [{ hash, png: this.avatars.get(hash)! }] : [])),
    accept_stranger: ({ contact }) => this.#answered(contact),
    delete_stranger: ({ contact }) => this.#answered(contact),
    open_chat: ({ chat }) => {
      const all = this.#history(chat);
      const summary = this.#summary(chat);
      return {
        summary,
        first_unseen: all.find(({ seen }) => !seen)?.id ?? null,
        history: this.#page(chat, Math.max(0, all.length - 50), all.length),
        typing: [],
        room: summary.kind === 'room' ? this.rooms.view(chat) : null,
        private: isPrivate(chat) ? this.rooms.private(chat) : null,
      };
    },
    history: ({ chat, anchor, limit }) => {
      const all = this.#history(chat);
      if (anchor.kind === 'newest') return this.#page(chat, Math.max(0, all.length - limit), all.length);
      const at = all.findIndex(({ id }) => id === anchor.message);
      return anchor.kind === 'before' ? this.#page(chat, Math.max(0, at - limit), at) : this.#page(chat, at + 1, at + 1 + limit);
    },
    read_older: ({ chat }) => {
      const older = this.archives.get(keyOf(chat)) ?? [];
      this.archives.delete(keyOf(chat));
      if (older.length === 0) return false;
      queueMicrotask(() => {
        this.#history(chat).unshift(...older);
        this.tell('carillon', { kind: 'resync', left_out: older.length });
      });
      return true;
    },
    messages: ({ messages }) => {
      const all = [...this.histories.values()].flat();
      return messages.flatMap((wanted) => all.filter(({ id }) => id === wanted));
    },
    send_message: ({ chat, body, reply_to }) => {
      const online = this.overview.accounts.some(({ id, connection }) => id === chat.account && connection.kind === 'online');
      return { message: this.say(chat, body, { author: { kind: 'me' }, delivery: online ? 'sent' : 'waiting', seen: true, reply: this.#replyTo(reply_to) }).id };
    },
    retry_message: () => null,
    mark_seen: ({ chat, up_to }) => {
      const all = this.#history(chat);
      for (const message of all.slice(0, all.findIndex(({ id }) => id === up_to) + 1)) message.seen = true;
      const unread = this.#history(chat).filter(({ seen }) => !seen).length;
      this.overview.chats = this.overview.chats.map((summary) => (sameChat(summary.chat, chat) ? { ...summary, unread } : summary));
      queueMicrotask(() => this.tell('carillon', { kind: 'chats', chats: [chat] }));
      return null;
    },
    buzz: () => null,
    set_typing: () => null,
    save_draft: ({ chat, text }) => {
      this.overview.chats = this.overview.chats.map((summary) => (sameChat(summary.chat, chat) ? { ...summary, draft: text } : summary));
      return null;
    },
    accept_invite: ({ invite }) => {
      const taken = this.overview.requests.invites.find(({ id }) => id === invite)!;
      this.overview.requests.invites = this.overview.requests.invites.filter(({ id }) => id !== invite);
      this.#changed('requests');
      return { account: taken.account, jid: taken.room };
    },
    decline_invite: ({ invite }) => {
      this.overview.requests.invites = this.overview.requests.invites.filter(({ id }) => id !== invite);
      return this.#changed('requests');
    },
    join_room: () => null,
    leave_room: () => null,
    alert_settings: () => ({ rows: alertRows(this.rows), sounds: builtInSounds, icons: builtInIcons }),
    try_alert: ({ kind }) => plan(kind),
    check_sound: () => null,
    check_icon: () => null,
    set_privacy: ({ privacy }) => {
      this.overview.settings.privacy = privacy;
      return this.#changed('settings');
    },
    set_general: ({ general }) => {
      this.overview.settings.general = general;
      return this.#changed('settings');
    },
    set_in_window: ({ in_window }) => {
      this.overview.settings.in_window = in_window;
      return this.#changed('settings');
    },
    activity: ({ before }) => (before === null ? this.happened : []),
    dismiss_notices: () => {
      this.overview.notices = [];
      return this.#changed('notices');
    },
    start_tryout: () => {
      this.overview.tryout = sampleOverview(this.now).tryout;
      return this.#changed('tryout');
    },
    end_tryout: () => {
      this.overview.tryout = { exists: false, role: null, folder: '', password_files: [] };
      return this.#changed('tryout');
    },
    window_state: () => null,
    show: () => null,
    quit: () => null,
    pick_files: () => this.picked,
    pick_file: (wanted) => `/home/alice/${wanted.kind === 'save_as' ? wanted.name : { sound: 'Music/gong.ogg', icon: 'Pictures/gong.png', rules: 'alerts.toml', rules_to_write: 'alerts.toml', pack: 'pack.zip', pack_folder: 'pack', history: 'logs.db', history_folder: 'logs', contacts: 'carillon-contacts.jsonl' }[wanted.kind]}`,
    open_link: () => null,
    set_visible_chat: () => null,
    window_ready: () => null,
    close_window: () => null,
  };
}
