import { setLanguage } from '../i18n/index.svelte';
import type { AlertSettingsView, General, InWindow, Standing, Privacy, SettingsView } from '../lib/contract';
import { ask } from '../lib/link';
import { written } from '../lib/written';

class SettingsState {
  all = $state.raw<SettingsView | null>(null);
  alerts = $state.raw<AlertSettingsView | null>(null);
  #language = 'en';

  take(standing: Standing): void {
    this.all = standing.settings;
    this.#language = standing.desktop.language;
    this.#show(standing.settings.general);
  }

  async setGeneral(change: Partial<General>): Promise<void> {
    if (!this.all) return;
    const general = { ...this.all.general, ...change };
    await ask('set_general', { general });
    written.count += 1;
    this.all = { ...this.all, general };
    this.#show(general);
  }

  async setPrivacy(change: Partial<Privacy>): Promise<void> {
    if (!this.all) return;
    const privacy = { ...this.all.privacy, ...change };
    await ask('set_privacy', { privacy });
    written.count += 1;
    this.all = { ...this.all, privacy };
  }

  async setInWindow(change: Partial<InWindow>): Promise<void> {
    if (!this.all) return;
    const in_window = { ...this.all.in_window, ...change };
    await ask('set_in_window', { in_window });
    written.count += 1;
    this.all = { ...this.all, in_window };
  }

  async readAlerts(): Promise<void> {
    this.alerts = await ask('alert_settings', {});
  }

  #show(general: General): void {
    // What cannot be read now is tried with the next reading.
    setLanguage(general.language || this.#language).catch(() => undefined);
    document.documentElement.dataset.theme = general.theme;
  }
}

export const settings = new SettingsState();
