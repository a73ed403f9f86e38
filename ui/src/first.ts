/** What is done while the program is still on its way. Small, and alone in its file: it imports no widget. */
import { fit, wordsOf } from './i18n/words';
import { beginning, languageOf } from './lib/beginning';

/** What the page brought. */
export const brought = beginning();
/** What it speaks until it is told another language. */
export const language = brought ? languageOf(brought) : fit(navigator.language);

// Who speaks first waits for them, and is told if they do not come.
wordsOf(language).catch(() => undefined);
