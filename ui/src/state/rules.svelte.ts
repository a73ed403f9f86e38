import type {
  AlertCapability,
  AlertConditionsView,
  AlertProfilesView,
  Profile,
  ProfileChoice,
  SoundPackView,
  WatchView,
} from '../lib/contract';
import { ask } from '../lib/link';

/** What holds for alerts beside the rows; each part is read when somebody shows it, and kept fresh from then on. */
class Rules {
  profiles = $state.raw<AlertProfilesView | null>(null);
  conditions = $state.raw<AlertConditionsView | null>(null);
  watches = $state.raw<WatchView[] | null>(null);
  capabilities = $state.raw<AlertCapability[] | null>(null);
  packs = $state.raw<SoundPackView[] | null>(null);

  async readProfiles(): Promise<void> {
    this.profiles = await ask('alert_profiles', {});
  }

  async readConditions(): Promise<void> {
    this.conditions = await ask('alert_conditions', {});
  }

  async readWatches(): Promise<void> {
    this.watches = await ask('watches', {});
  }

  async readCapabilities(): Promise<void> {
    this.capabilities = await ask('alert_capabilities', {});
  }

  async readPacks(): Promise<void> {
    this.packs = await ask('sound_packs', {});
  }

  /** What was read once is read again. */
  async readAgain(): Promise<void> {
    await Promise.all([
      this.profiles && this.readProfiles(),
      this.conditions && this.readConditions(),
      this.watches && this.readWatches(),
      this.packs && this.readPacks(),
    ]);
  }

  async setProfiles(profiles: Profile[]): Promise<void> {
    await ask('set_profiles', { profiles });
    await this.readProfiles();
  }

  async chooseProfile(choice: ProfileChoice): Promise<void> {
    await ask('choose_profile', { choice });
    await this.readProfiles();
  }

  /** Changes one part of the conditions. */
  async setConditions(change: Partial<AlertConditionsView>): Promise<void> {
    if (change.quiet) await ask('set_quiet_hours', { quiet: change.quiet });
    if (change.break_through) await ask('set_break_through_kinds', { kinds: change.break_through });
    if (change.keywords) await ask('set_keywords', { keywords: change.keywords });
    if (change.presence) await ask('set_presence_rules', { presence: change.presence });
    if (change.other_device) await ask('set_other_device', { other_device: change.other_device });
    await this.readConditions();
  }
}

export const rules = new Rules();
