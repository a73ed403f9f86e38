import { sameChat } from '../lib/chatref';
import type { AccountId, Affiliation, ChatRef, Contact, EventKind, Moderation, Message, MessageId, Place, RulePlace, Whose } from '../lib/contract';

export type Section = 'chats' | 'contacts' | 'requests' | 'activity' | 'settings';
export type Sheet = 'alerts' | 'privacy' | 'accounts' | 'general' | 'own-data' | 'tryout' | 'about';

/** A part of the alert settings. */
export type AlertTab = 'events' | 'profiles' | 'quiet' | 'watches' | 'what-if' | 'more';

/** A question about a room. */
export type RoomDialog =
  | { kind: 'find-rooms' }
  | { kind: 'create-room'; account: AccountId }
  | { kind: 'enter-room'; room: ChatRef; name: string; password: boolean }
  | { kind: 'invite-to-room'; room: ChatRef; name: string }
  | { kind: 'room-topic'; room: ChatRef; topic: string }
  | { kind: 'room-nick'; room: ChatRef; nick: string }
  | { kind: 'room-settings'; room: ChatRef; name: string }
  | { kind: 'room-avatar'; room: ChatRef; name: string; has: boolean }
  | { kind: 'room-lists'; room: ChatRef; name: string; me: Affiliation }
  | { kind: 'close-room'; room: ChatRef; name: string }
  | { kind: 'moderate'; room: ChatRef; nick: string; act: Moderation }
  | { kind: 'moderate-message'; message: MessageId; nick: string };

const roomDialogs = new Set<string>(['find-rooms', 'create-room', 'enter-room', 'invite-to-room', 'room-topic', 'room-nick', 'room-settings', 'room-avatar', 'room-lists', 'close-room', 'moderate', 'moderate-message'] satisfies RoomDialog['kind'][]);

export function isRoomDialog(dialog: Dialog | null): dialog is RoomDialog {
  return dialog !== null && roomDialogs.has(dialog.kind);
}

export type Dialog =
  | { kind: 'add-contact'; jid: string; name: string; account: AccountId | null; group?: string; token?: string }
  | { kind: 'invitation'; account: AccountId }
  | { kind: 'details'; contact: Contact }
  | { kind: 'edit-contact'; contact: Contact }
  | { kind: 'remove-contact'; contact: Contact }
  | { kind: 'block'; chat: ChatRef; name: string }
  | { kind: 'delete-chat'; chat: ChatRef; name: string; room?: boolean }
  | { kind: 'export'; chat: ChatRef; name: string }
  | { kind: 'avatar'; account: AccountId; has: boolean }
  | { kind: 'profile'; account: AccountId }
  | { kind: 'move'; account: AccountId }
  | { kind: 'remove-account'; account: AccountId; jid: string }
  | { kind: 'watch'; chat: ChatRef; name: string }
  | { kind: 'delete-tryout' }
  | { kind: 'remove-pack'; name: string }
  | { kind: 'react'; message: Message }
  | { kind: 'retract'; message: MessageId }
  | { kind: 'versions'; message: MessageId }
  | { kind: 'forward'; messages: Message[] }
  | { kind: 'retract-several'; messages: MessageId[] }
  | { kind: 'delete-messages'; messages: MessageId[] }
  | { kind: 'uri'; uri: string }
  | RoomDialog
  | { kind: 'closing' };

/** An account that somebody is invited to make. */
export interface Joining {
  /** The address, or the server alone where the name can be chosen. */
  jid: string;
  token: string;
  /** An address to come back to once there is an account. */
  then?: string;
}

/** Where the window is: which section, which chat, which sheet of the settings, which dialog over it. */
class Where {
  section = $state<Section>('chats');
  /** Nobody has gone anywhere yet. */
  untouched = true;
  chat = $state.raw<ChatRef | null>(null);
  sheet = $state<Sheet>('alerts');
  account = $state<AccountId | null>(null);
  dialog = $state.raw<Dialog | null>(null);
  /** In a narrow window: the right-hand side is shown instead of the list. */
  detail = $state(false);
  /** Counts wishes to write, so that the composer takes the focus also when its chat is shown already. */
  writing = $state(0);
  /** Who is in the open room is shown beside it. */
  people = $state(false);
  /** The search field shall take the focus as soon as it is there. */
  searching = $state(false);
  /** The row of the alert settings to show. */
  alert = $state<EventKind | null>(null);
  tab = $state<AlertTab>('events');
  /** The account, group, contact, room or profile whose alerts are shown over the rest. */
  scope = $state.raw<Whose | null>(null);
  /** Whether the right-hand side was shown before that. */
  #under = false;
  /** The form for another account is open. */
  adding = $state<'sign_in' | 'create_account' | null>(null);
  /** The account that is to be made next. */
  joining = $state.raw<Joining | null>(null);
  /** Words to begin with, from an `xmpp:` address. */
  prefill = $state('');

  showSection(section: Section): void {
    this.untouched = false;
    this.section = section;
    this.scope = null;
    this.detail = section === 'requests' || section === 'activity';
  }

  showChat(chat: ChatRef): void {
    this.untouched = false;
    if (this.section !== 'chats' && this.section !== 'contacts') this.section = 'chats';
    if (!sameChat(this.chat, chat)) this.chat = chat;
    this.scope = null;
    this.detail = true;
    this.writing += 1;
  }

  /** Who has nobody’s words yet begins with the people. */
  begin(nothingSaid: boolean, people: boolean): void {
    if (!this.untouched) return;
    if (!nothingSaid) this.untouched = false;
    else if (people) this.section = 'contacts';
  }

  /** Leads to the search field. */
  search(): void {
    if (this.section !== 'chats' && this.section !== 'contacts') this.section = 'chats';
    this.scope = null;
    this.detail = false;
    this.searching = true;
  }

  /** In a narrow window: from the right-hand side to the list. */
  back(): void {
    this.detail = false;
    this.scope = null;
  }

  closeChat(): void {
    this.chat = null;
    this.scope = null;
    this.detail = false;
  }

  showSheet(sheet: Sheet): void {
    this.untouched = false;
    this.section = 'settings';
    this.sheet = sheet;
    this.scope = null;
    this.detail = true;
  }

  showAlertTab(tab: AlertTab): void {
    this.tab = tab;
    this.showSheet('alerts');
  }

  /** The alerts of one scope; those for everybody are a sheet of the settings. */
  showScope(whose: Whose): void {
    if (whose.kind === 'everybody') return this.showAlertTab('events');
    this.untouched = false;
    if (!this.scope) this.#under = this.detail;
    this.scope = whose;
    this.detail = true;
  }

  /** Back to what the scope’s alerts lie over. */
  leaveScope(): void {
    this.scope = null;
    this.detail = this.#under;
  }

  /** Goes to where a rule stands. */
  showRule(place: RulePlace): void {
    switch (place.kind) {
      case 'row':
        this.alert = place.row;
        return this.showScope(place.whose);
      case 'mute':
      case 'discreet':
      case 'break_through':
        return place.whose.kind === 'everybody' ? this.showAlertTab('quiet') : this.showScope(place.whose);
      case 'room_notify':
        return this.showScope({ kind: 'chat', chat: place.room });
      case 'quiet_hours':
      case 'own_status':
      case 'presence':
      case 'other_device':
        return this.showAlertTab('quiet');
      case 'watch':
        return this.showAlertTab('watches');
    }
  }

  showAlert(kind: EventKind): void {
    this.alert = kind;
    this.showAlertTab('events');
  }

  /** Goes where a click on a popup, the tray or an address leads. */
  go(place: Place): void {
    if (place.kind !== 'anywhere') this.dialog = null;
    switch (place.kind) {
      case 'anywhere':
        return;
      case 'chat':
        return this.showChat(place.chat);
      case 'requests':
      case 'activity':
        return this.showSection(place.kind);
      case 'settings':
        return this.showSection('settings');
      case 'account':
        this.account = place.account;
        return this.showSheet('accounts');
      case 'uri':
        this.dialog = { kind: 'uri', uri: place.uri };
    }
  }

  /** The chat on screen, unless it is covered. */
  onScreen(narrow: boolean): ChatRef | null {
    const shown = !this.scope && (this.section === 'chats' || this.section === 'contacts');
    return shown && (!narrow || this.detail) ? this.chat : null;
  }
}

export const where = new Where();
