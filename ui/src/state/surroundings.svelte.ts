import type { DesktopView, Notice, Standing, TryoutView } from '../lib/contract';
import type { LinkState } from '../lib/link';

/** A restart of the resident that is over sooner needs no word. */
const patience = 800;

/** What is around the conversations: the desktop, the try-out, notices, and the resident itself. */
class Surroundings {
  desktop = $state.raw<DesktopView>({ tray: true, notifications: null, sound: true, keyring: true, language: 'en' });
  tryout = $state.raw<TryoutView>({ exists: false, role: null, folder: '', password_files: [] });
  notices = $state.raw<Notice[]>([]);
  version = $state('');
  link = $state.raw<LinkState>({ state: 'connecting' });
  /** The resident has been gone for so long that it is worth a word. */
  linkMissed = $state(false);
  #missing: ReturnType<typeof setTimeout> | undefined;
  focused = $state(false);
  /** The screen is locked: whatever has the focus, nobody looks at it. */
  locked = $state(false);
  /** What happens from now on is heard. */
  hears = $state(false);
  /** How things stand was read once. */
  ready = $state(false);

  /** Whether somebody may sit before this window. */
  get attended(): boolean {
    return this.focused && !this.locked;
  }

  setLink(link: LinkState): void {
    this.link = link;
    if (link.state === 'connected') {
      clearTimeout(this.#missing);
      this.#missing = undefined;
      this.linkMissed = false;
    } else {
      this.#missing ??= setTimeout(() => (this.linkMissed = true), patience);
    }
  }

  take(standing: Standing): void {
    this.desktop = standing.desktop;
    this.tryout = standing.tryout;
    this.notices = standing.notices;
    this.version = standing.version;
    this.locked = standing.locked;
    this.ready = true;
  }
}

export const surroundings = new Surroundings();
