import { sameChat } from '../lib/chatref';
import type { AccountId, ChatRef, Contact, EventKind, Place } from '../lib/contract';

export type Section = 'chats' | 'contacts' | 'requests' | 'activity' | 'settings';
export type Sheet = 'alerts' | 'privacy' | 'accounts' | 'general' | 'tryout' | 'about';

export type Dialog =
  | { kind: 'add-contact'; jid: string; name: string; account: AccountId | null }
  | { kind: 'edit-contact'; contact: Contact }
  | { kind: 'remove-contact'; contact: Contact }
  | { kind: 'block'; chat: ChatRef; name: string }
  | { kind: 'remove-account'; account: AccountId; jid: string }
  | { kind: 'delete-tryout' }
  | { kind: 'uri'; uri: string }
  | { kind: 'closing' };

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
  /** The search field shall take the focus as soon as it is there. */
  searching = $state(false);
  /** The row of the alert settings to show. */
  alert = $state<EventKind | null>(null);
  /** Words to begin with, from an `xmpp:` address. */
  prefill = $state('');

  showSection(section: Section): void {
    this.untouched = false;
    this.section = section;
    this.detail = section === 'requests' || section === 'activity';
  }

  showChat(chat: ChatRef): void {
    this.untouched = false;
    if (this.section !== 'chats' && this.section !== 'contacts') this.section = 'chats';
    if (!sameChat(this.chat, chat)) this.chat = chat;
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
    this.detail = false;
    this.searching = true;
  }

  /** In a narrow window: from the right-hand side to the list. */
  back(): void {
    this.detail = false;
  }

  closeChat(): void {
    this.chat = null;
    this.detail = false;
  }

  showSheet(sheet: Sheet): void {
    this.untouched = false;
    this.section = 'settings';
    this.sheet = sheet;
    this.detail = true;
  }

  showAlert(kind: EventKind): void {
    this.alert = kind;
    this.showSheet('alerts');
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
    const shown = this.section === 'chats' || this.section === 'contacts';
    return shown && (!narrow || this.detail) ? this.chat : null;
  }
}

export const where = new Where();
