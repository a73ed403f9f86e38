import { coloursOf as made, type Colours } from '../lib/colour';
import { settings } from './settings.svelte';

/** Where people have no colours of their own; words have that of others around them. The popups have the same ground. */
const plain: Colours = { ground: '#5f6673', light: 'currentColor', dark: 'currentColor' };

/** The colours of a person, unless the user wants none (XEP-0392 §6). */
export function coloursOf(name: string): Colours {
  return settings.all?.general.person_colours === false ? plain : made(name);
}
