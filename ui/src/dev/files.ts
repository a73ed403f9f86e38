import { keyOf } from '../lib/chatref';
import type { ChatRef, FileBrief, FileToSend, FileView, LookedAt, MessageId, PlayingView, RecordingView, TransferView } from '../lib/contract';

/** The files of the fake resident. */
export class FakeFiles {
  transfers: TransferView[] = [];
  files = new Map<MessageId, FileView & { chat: ChatRef }>();
  recording: RecordingView | null = null;
  /** How a picture looks that is about to be sent. */
  shown = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  playing: PlayingView | null = null;
  #changed: (chat: ChatRef) => void;
  #next = 1;

  constructor(changed: (chat: ChatRef) => void) {
    this.#changed = changed;
  }

  /** A message hands over a file. */
  hand(message: MessageId, chat: ChatRef, more: Partial<FileView> = {}): void {
    const file: FileView = { message, name: 'harbour.jpg', media_type: 'image/jpeg', size: null, here: false, coming: null, missing: null, picture: null, expected: null, thumbnail: null, kind: 'picture', length: null, pictures: 'ask', ...more };
    this.files.set(message, { ...file, chat });
  }

  /** The file of a message in a line. */
  brief(message: MessageId): FileBrief | null {
    const file = this.files.get(message);
    return file ? { kind: file.kind, name: file.name, length: file.length } : null;
  }

  #queue(chat: ChatRef, name: string, size: number): null {
    const transfer = this.#next++;
    this.transfers.push({ transfer, chat, name, media_type: 'application/octet-stream', size, sent: null, failure: null });
    queueMicrotask(() => this.#changed(chat));
    return null;
  }

  #tell(chat: ChatRef | undefined): null {
    if (chat) queueMicrotask(() => this.#changed(chat));
    return null;
  }

  handlers = {
    look_at_file: ({ file }: { file: FileToSend }): LookedAt => {
      const name = file.kind === 'path' ? file.path.split('/').at(-1)! : file.name;
      const isPicture = /\.(png|jpe?g)$/.test(name);
      const smaller = { sides: [1600, 1200] as [number, number], size: 310_000 };
      return { name, size: 2_400_000, media_type: isPicture ? 'image/png' : 'text/plain', picture: isPicture ? { sides: [4000, 3000], shown: this.shown, smaller } : null };
    },
    send_file: ({ chat, path }: { chat: ChatRef; path: string }) => this.#queue(chat, path.split('/').at(-1)!, 2_400_000),
    send_pasted: ({ chat, name, bytes }: { chat: ChatRef; name: string; bytes: string }) => this.#queue(chat, name, Math.floor((bytes.length * 3) / 4)),
    transfers: ({ chat }: { chat: ChatRef }) => this.transfers.filter((one) => keyOf(one.chat) === keyOf(chat)),
    cancel_transfer: ({ transfer }: { transfer: number }) => {
      const gone = this.transfers.find((one) => one.transfer === transfer);
      this.transfers = this.transfers.filter((one) => one !== gone);
      return this.#tell(gone?.chat);
    },
    retry_transfer: ({ transfer }: { transfer: number }) => {
      const again = this.transfers.find((one) => one.transfer === transfer);
      if (again) again.failure = null;
      return this.#tell(again?.chat);
    },
    files: ({ messages }: { messages: MessageId[] }): FileView[] =>
      messages.flatMap((id) => {
        const found = this.files.get(id);
        if (!found) return [];
        const { chat: _chat, ...file } = found;
        return [file];
      }),
    show_file: ({ message }: { message: MessageId }) => {
      const file = this.files.get(message);
      if (file && file.coming === null) Object.assign(file, { here: true, picture: [320, 200], size: 48_000 });
      return this.#tell(file?.chat);
    },
    choose_pictures: ({ chat, shown }: { chat: ChatRef; shown: boolean }) => {
      for (const file of this.files.values()) if (keyOf(file.chat) === keyOf(chat)) file.pictures = shown ? 'shown' : 'named';
      return this.#tell(chat);
    },
    save_file: ({ message }: { message: MessageId; path: string }) => {
      const file = this.files.get(message);
      if (file) file.here = true;
      return this.#tell(file?.chat);
    },
    cancel_fetch: (): null => null,
    begin_recording: (): null => {
      this.recording = { milliseconds: 0, level: 40, ended: false };
      return null;
    },
    recording: () => this.recording && { ...this.recording },
    stop_recording: (): null => {
      if (this.recording) this.recording.ended = true;
      return null;
    },
    cancel_recording: (): null => (this.recording = null),
    send_recording: ({ chat }: { chat: ChatRef; id: string }): null => {
      this.recording = null;
      return this.#queue(chat, 'voice-2026-05-20-120000.flac', 96_000);
    },
    play_file: ({ message, from }: { message: MessageId; from: number; speed: number }): null => {
      const file = this.files.get(message);
      if (file) file.here = true;
      this.playing = { message, milliseconds: from, length: 83_000, paused: false };
      return this.#tell(file?.chat);
    },
    pause_playing: (): null => {
      if (this.playing) this.playing.paused = true;
      return null;
    },
    playing: () => this.playing && { ...this.playing },
    find_picture: (): never => {
      throw new Error('for the window itself');
    },
  };
}
