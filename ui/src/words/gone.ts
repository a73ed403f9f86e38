import { t } from '../i18n/index.svelte';
import type { Message } from '../lib/contract';

/** A piece of a sentence; `theirs` came from outside and stands apart from the words around it. */
export interface Piece {
  text: string;
  theirs: boolean;
}

/** They stand for what is filled in, and are no letters of any language. */
const byHole = '\u{f0000}';
const wordsHole = '\u{f0001}';
const holes = /([\u{f0000}\u{f0001}])/u;

/** What stands in the place of a message that was taken back: by its author, or by whom and why. */
export function goneWords({ moderated }: Message): Piece[] {
  if (!moderated) return [{ text: t('message.retracted'), theirs: false }];
  const { by, words } = moderated;
  const what = by ? t('message.moderated_by', { by: byHole }) : t('message.moderated');
  const sentence = words ? t('message.moderated_words', { what, words: wordsHole }) : what;
  const pieces = sentence.split(holes).map((text): Piece => {
    if (text === byHole) return { text: by ?? '', theirs: true };
    return text === wordsHole ? { text: words, theirs: true } : { text, theirs: false };
  });
  return pieces.filter(({ text }) => text !== '');
}
