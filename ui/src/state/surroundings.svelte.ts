import type { DesktopView, Notice, Overview, TryoutView } from '../lib/contract';
import type { LinkState } from '../lib/link';

/** What is around the conversations: the desktop, the try-out, notices, and the resident itself. */
class Surroundings {
  desktop = $state.raw<DesktopView>({ tray: true, notifications: null, sound: true, keyring: true, language: 'en' });
  tryout = $state.raw<TryoutView>({ exists: false, role: null, folder: '', password_files: [] });
  notices = $state.raw<Notice[]>([]);
  version = $state('');
  link = $state.raw<LinkState>({ state: 'connecting' });
  focused = $state(false);
  /** The overview was read once. */
  ready = $state(false);

  take(overview: Overview): void {
    this.desktop = overview.desktop;
    this.tryout = overview.tryout;
    this.notices = overview.notices;
    this.version = overview.version;
    this.ready = true;
  }
}

export const surroundings = new Surroundings();
