/**
 * Counts what was set from this page and is shown before it was read back. An answer to a question from before that is
 * older than what is on screen.
 */
export const written = { count: 0 };
