import { sameChat } from '../lib/chatref';
import type { AccountId, ChatRef, ExportFormat, FileBrief, FoundInChat, HistoryProgram, HistorySource, Message, MessageId, SearchPage, SearchQuery, WorkView } from '../lib/contract';
import { foundPieces, partsOf, type Part } from '../lib/found';

/** What the fake resident finds. */
export class FakeSearches {
  #all: () => Message[];
  #deleted: (chat: ChatRef) => void;
  #file: (message: MessageId) => FileBrief | null;
  /** The export that runs. */
  work: WorkView | null = null;
  /** What other programs have left. */
  histories: HistorySource[] = [];

  constructor(all: () => Message[], deleted: (chat: ChatRef) => void, file: (message: MessageId) => FileBrief | null) {
    this.#all = all;
    this.#deleted = deleted;
    this.#file = file;
  }

  #holds(message: Message, parts: Part[]): boolean {
    return parts.every((part) => foundPieces(message.body, [part]).some(({ hit }) => hit));
  }

  handlers = {
    search: ({ query, before, limit }: { query: SearchQuery; before: MessageId | null; limit: number }): SearchPage => {
      const parts = partsOf(query.words);
      const { by } = query;
      const found = this.#all()
        .filter(({ id }) => before === null || id < before)
        .filter(({ chat }) => !query.chat || sameChat(chat, query.chat))
        .filter(({ author }) => by.kind === 'anyone' || (author.kind === by.kind && (author.kind !== 'occupant' || by.kind !== 'occupant' || author.nick === by.nick)))
        .filter(({ at }) => at >= (query.from ?? -Infinity) && at < (query.until ?? Infinity))
        .filter((message) => this.#holds(message, parts))
        .sort((a, b) => b.id - a.id);
      const hits = found.slice(0, limit).map(({ id, chat, author, at, body }) => ({ message: id, chat, author, at, text: body.slice(0, 200), file: this.#file(id) }));
      return { hits, more: found.length > limit, incomplete: false, superseded: false };
    },
    find_in_chat: ({ chat, words }: { chat: ChatRef; words: string }): FoundInChat => {
      const parts = partsOf(words);
      const found = parts.length > 0 ? this.#all().filter((message) => sameChat(message.chat, chat) && this.#holds(message, parts)) : [];
      return { messages: found.map(({ id }) => id), superseded: false };
    },
    export_history: ({ path }: { chat: ChatRef | null; format: ExportFormat; path: string }): null => {
      const total = this.#all().length;
      this.work = { kind: 'export', path, done: Math.floor(total / 3), total, new: 0, chats: 0, skipped: [], state: { kind: 'running' } };
      return null;
    },
    export_roster: (): number => 12,
    found_histories: (): HistorySource[] => this.histories,
    look_into_history: ({ program, path }: { program: HistoryProgram; path: string }): HistorySource => ({ program, path, accounts: ['alice@example.org'] }),
    import_history: ({ path }: { account: AccountId; program: HistoryProgram; path: string; whose: string }): null => {
      this.work = { kind: 'import', path, done: 800, total: 2400, new: 640, chats: 3, skipped: [], state: { kind: 'running' } };
      return null;
    },
    work: (): WorkView | null => this.work,
    stop_work: (): null => {
      if (this.work) this.work = { ...this.work, state: { kind: 'stopped' } };
      return null;
    },
    delete_chat: ({ chat }: { chat: ChatRef }): null => {
      this.#deleted(chat);
      return null;
    },
  };
}
