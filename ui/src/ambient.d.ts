declare module 'virtual:emoji/*' {
  /** Per group: the emoji, its name, and the words that find it. */
  const groups: Record<number, [emoji: string, name: string, words: string][]>;
  export default groups;
}
