import { fit } from '../i18n/words';
import type { Overview, Standing } from './contract';

/** The overview that the window put into the page; `null`: the resident was not there yet. */
export function beginning(): Overview | null {
  const brought = document.getElementById('beginning');
  if (!brought) return null;
  brought.remove();
  return JSON.parse(brought.textContent) as Overview;
}

/** The language that the page is to speak: the user's choice, else the desktop's. */
export function languageOf({ settings, desktop }: Pick<Standing, 'settings' | 'desktop'>): string {
  return fit(settings.general.language || desktop.language);
}
