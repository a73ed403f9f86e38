import { asRefused } from '../lib/link';
import { refusalWords } from '../words/refusal';

/** How long a line stays; long enough to read two sentences. */
const lasting = 8_000;

interface Toast {
  id: number;
  text: string;
  detail: string;
}

/** What did not work, where no form is there to say it. */
class Toasts {
  all = $state.raw<Toast[]>([]);
  #next = 0;

  say(text: string, detail = ''): void {
    const id = this.#next++;
    this.all = [...this.all.slice(-2), { id, text, detail }];
    setTimeout(() => this.dismiss(id), lasting);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** Waits for a command and says aloud what did not work; answers whether it did. */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const refused = asRefused(error);
    toasts.say(refusalWords(refused.code), refused.message);
    return false;
  }
}
