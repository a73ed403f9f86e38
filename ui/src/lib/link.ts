/**
 * The one way in which this page talks: commands to the resident and the window, and what they tell unasked.
 * No other module imports `@tauri-apps/api`.
 */
import type { ChatRef, Commands, Event, MessageId, Place, Refusal, RefusalCode } from './contract';

/** What the user may pick. `name`: what a file to be saved is called at first. */
export type Picked = { kind: 'sound' | 'icon' | 'rules' | 'rules_to_write' | 'pack' | 'pack_folder' | 'history' | 'history_folder' | 'contacts' } | { kind: 'save_as'; name: string };

/** Commands that the window carries out by itself. */
export interface WindowCommands {
  /** Lets the user pick a file or a folder; `null`: none was picked. */
  pick_file: {
    ask: Picked & { title: string };
    answer: string | null;
  };
  /** Lets the user pick files, as many as they like; empty: none was picked. */
  pick_files: { ask: { title: string }; answer: string[] };
  /** Opens an https, http or mailto address in the system's program for it. */
  open_link: { ask: { url: string }; answer: null };
  /** The chat on screen; the window joins it with its focus. */
  set_visible_chat: { ask: { chat: ChatRef | null }; answer: null };
  /** The first frame is painted; answers where to go first. */
  window_ready: { ask: Record<symbol, never>; answer: Place | null };
  /** Closes the window; the resident goes on. */
  close_window: { ask: Record<symbol, never>; answer: null };
}

export type AllCommands = Commands & WindowCommands;
export type Ask<K extends keyof AllCommands> = AllCommands[K]['ask'];
export type Answer<K extends keyof AllCommands> = AllCommands[K]['answer'];

/** Whether the resident is there. */
export interface LinkState {
  state: 'connected' | 'connecting' | 'lost';
  detail?: string;
}

/** What the link tells unasked. */
export interface Told {
  carillon: Event;
  'link-state': LinkState;
  /** The user closes the window where no tray shows that Carillon keeps running. */
  closing: unknown;
  'closing-without-tray': unknown;
  /** The window has the desktop's focus, or has not. */
  focus: boolean;
  /** Files are dragged over the window, or not any more. */
  drag: boolean;
  /** Files were dropped on the window: their paths. */
  dropped: string[];
}

/** What carries commands and events: tauri, or a fake in development and tests. */
export interface Carrier {
  ask<K extends keyof AllCommands>(name: K, ask: Ask<K>): Promise<Answer<K>>;
  listen<K extends keyof Told>(name: K, heard: (told: Told[K]) => void): Promise<() => void>;
  /** Where a message’s picture is drawn from. */
  media?(message: MessageId): string;
}

/** A command that was not carried out. */
export class RefusedError extends Error {
  readonly code: RefusalCode;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'RefusedError';
    this.code = refusal.code;
  }
}

let carrier: Carrier | undefined;

/** Chooses what carries commands and events; called once, before anything else. */
export function useCarrier(chosen: Carrier): void {
  carrier = chosen;
}

function current(): Carrier {
  if (!carrier) throw new Error('no carrier was chosen');
  return carrier;
}

/** Asks for a command to be carried out; rejects with a {@link RefusedError}. */
export async function ask<K extends keyof AllCommands>(name: K, request: Ask<K>): Promise<Answer<K>> {
  try {
    return await current().ask(name, request);
  } catch (error) {
    throw asRefused(error);
  }
}

/** Hears what the link tells, until the returned function is called. */
export function listen<K extends keyof Told>(name: K, heard: (told: Told[K]) => void): Promise<() => void> {
  return current().listen(name, heard);
}

/** Where a message’s picture is drawn from: the window asks the resident whether it may be shown. */
export function mediaAddress(message: MessageId): string {
  return current().media?.(message) ?? '';
}

/** Whatever went wrong, in the form that the screens know. */
export function asRefused(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  if (isRefusal(error)) return new RefusedError(error);
  const detail = error instanceof Error ? error.message : String(error);
  return new RefusedError({ code: { kind: 'internal' }, detail });
}

function isRefusal(error: unknown): error is Refusal {
  const code = (error as Partial<Refusal> | null)?.code;
  return typeof code === 'object' && code !== null && typeof code.kind === 'string';
}
