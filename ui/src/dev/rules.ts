/** The alert rules of all scopes as the resident keeps and answers them, for development and tests. */
import type {
  AlertConditionsView,
  AlertProfilesView,
  AlertRows,
  AlertRowsView,
  EventKind,
  Mute,
  MuteFor,
  Preset,
  Row,
  SoundPackView,
  WatchView,
  Whose,
} from '../lib/contract';
import type { AllCommands, Answer, Ask } from '../lib/link';
import { whoseKey } from '../lib/whose';
import { alertRows, effective, emptyRow, kinds, plan, sentence, type Layer } from './alerts';
import { hour } from './people';

interface Kept {
  rows: AlertRows;
  mute: Mute | null;
  break_through: boolean | null;
  discreet: boolean | null;
}

const nothing = (): Kept => ({ rows: {}, mute: null, break_through: null, discreet: null });

/** What a preset sets, in a few rows: enough to look at. */
const presets: Record<Preset, (kind: EventKind) => Partial<Row>> = {
  quiet: () => ({ popup: 'none', sound: 'none', attention: 'none' }),
  balanced: () => ({}),
  everything: (kind) => (effective(kind, {}).popup.value === 'none' ? { popup: 'banner', seconds: 5, sound: 'builtin:tick' } : {}),
  sound_only: () => ({ popup: 'none', attention: 'none' }),
  sight_only: () => ({ sound: 'none', speak: false }),
};

type RuleCommand =
  | 'alert_rows'
  | 'set_alert_row'
  | 'reset_alert_rows'
  | 'set_override'
  | 'mute_scope'
  | 'remove_sound_pack'
  | 'preset_changes'
  | 'apply_preset'
  | 'alert_profiles'
  | 'set_profiles'
  | 'choose_profile'
  | 'alert_conditions'
  | 'set_quiet_hours'
  | 'set_break_through_kinds'
  | 'set_keywords'
  | 'set_presence_rules'
  | 'set_other_device'
  | 'watches'
  | 'add_watch'
  | 'remove_watch'
  | 'explain_alert'
  | 'alert_capabilities'
  | 'export_alerts'
  | 'import_alerts'
  | 'sound_packs'
  | 'import_sound_pack';

type Handlers = { [K in RuleCommand & keyof AllCommands]: (ask: Ask<K>) => Answer<K> };

export class FakeRules {
  kept = new Map<string, Kept>();
  profiles: AlertProfilesView = { profiles: [], choice: 'automatic', active: null };
  conditions: AlertConditionsView = {
    quiet: [],
    quiet_until: null,
    break_through: [],
    keywords: [],
    presence: { flap_minutes: 2, burst_summary: false },
    other_device: { active_seconds: 60, grace_seconds: 10 },
  };
  watches: WatchView[] = [];
  packs: SoundPackView[] = [
    {
      name: 'Harbour',
      author: 'A. Fisher',
      licence: 'CC0',
      origin: 'imported',
      sounds: [
        { event: 'message', sound: 'file:/home/alice/.local/share/carillon/packs/harbour/message.ogg' },
        { event: 'missed', sound: 'file:/home/alice/.local/share/carillon/packs/harbour/message.ogg' },
      ],
      refused: [
        { event: 'mention', file: 'horn.wav', why: 'too_long' },
        { event: 'attention', file: '../siren.wav', why: 'outside_the_pack' },
      ],
    },
  ];

  constructor(
    readonly now: number,
    readonly changed: () => null,
    readonly name: (jid: string) => string,
  ) {}

  of(whose: Whose): Kept {
    const key = whoseKey(whose);
    let kept = this.kept.get(key);
    if (!kept) this.kept.set(key, (kept = nothing()));
    return kept;
  }

  get everybody(): AlertRows {
    return this.of({ kind: 'everybody' }).rows;
  }

  #layers(whose: Whose): Layer[] {
    const { rows } = this.of(whose);
    switch (whose.kind) {
      case 'everybody':
        return [];
      case 'profile':
        return [{ level: { kind: 'profile', name: whose.name }, rows }];
      case 'account':
        return [{ level: { kind: 'account', account: whose.account }, rows }];
      case 'group':
        return [{ level: { kind: 'group', name: whose.name }, rows }];
      case 'chat':
        return [...this.#layers({ kind: 'account', account: whose.chat.account }), { level: { kind: 'chat', chat: whose.chat }, rows }];
    }
  }

  view(whose: Whose): AlertRowsView {
    const { rows, mute, break_through, discreet } = this.of(whose);
    return { whose, rows: alertRows(this.everybody, this.#layers(whose), rows), mute, break_through, discreet, profile: this.profiles.active };
  }

  end(until: MuteFor): Mute | null {
    if (until === 'none') return null;
    if (until === 'for_ever') return { kind: 'forever' };
    const hours = { '30m': 0.5, '1h': 1, '8h': 8, tomorrow: 20 }[until];
    return { kind: 'until', at: this.now + hours * hour };
  }

  #presetRows(preset: Preset): AlertRows {
    return Object.fromEntries(kinds.map((kind) => [kind, { ...emptyRow, ...presets[preset](kind) }]));
  }

  handlers: Handlers = {
    alert_rows: ({ whose }) => this.view(whose),
    set_alert_row: ({ whose, kind, row }) => {
      this.of(whose).rows[kind] = row;
      return this.changed();
    },
    reset_alert_rows: ({ whose }) => {
      this.of(whose).rows = {};
      return this.changed();
    },
    set_override: ({ whose, mute, break_through, discreet }) => {
      Object.assign(this.of(whose), { mute, break_through, discreet });
      return this.changed();
    },
    mute_scope: ({ whose, until }) => {
      const mute = this.end(until);
      this.of(whose).mute = mute;
      this.changed();
      return mute;
    },
    preset_changes: ({ preset }) => {
      const rows = this.#presetRows(preset);
      const pairs = kinds.map((kind) => ({ before: sentence(effective(kind, this.everybody)), after: sentence(effective(kind, rows)) }));
      return pairs.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
    },
    apply_preset: ({ preset }) => {
      this.of({ kind: 'everybody' }).rows = this.#presetRows(preset);
      return this.changed();
    },
    alert_profiles: () => this.profiles,
    set_profiles: ({ profiles }) => {
      this.profiles = { ...this.profiles, profiles };
      return this.changed();
    },
    choose_profile: ({ choice }) => {
      this.profiles = { ...this.profiles, choice, active: choice.startsWith('profile:') ? choice.slice('profile:'.length) : null };
      return this.changed();
    },
    alert_conditions: () => this.conditions,
    set_quiet_hours: ({ quiet }) => this.#set({ quiet }),
    set_break_through_kinds: ({ kinds }) => this.#set({ break_through: kinds }),
    set_keywords: ({ keywords }) => this.#set({ keywords }),
    set_presence_rules: ({ presence }) => this.#set({ presence }),
    set_other_device: ({ other_device }) => this.#set({ other_device }),
    watches: () => this.watches,
    add_watch: (watch) => {
      const others = this.watches.filter(({ chat }) => chat.jid !== watch.chat.jid);
      this.watches = [...others, { ...watch, name: this.name(watch.chat.jid) }];
      return this.changed();
    },
    remove_watch: ({ chat }) => {
      this.watches = this.watches.filter((watch) => watch.chat.jid !== chat.jid);
      return this.changed();
    },
    explain_alert: ({ kind, own }) => ({
      plan: plan(kind, own === 'busy' ? [{ kind: 'own_busy' }] : []),
      row: effective(kind, this.everybody),
      profile: this.profiles.active,
      quiet_until: null,
      decided: own === 'busy' ? { kind: 'own_status' } : { kind: 'row', whose: { kind: 'everybody' }, row: kind },
    }),
    alert_capabilities: () => [
      { ability: 'popup', works: { kind: 'yes' } },
      { ability: 'popup_buttons', works: { kind: 'yes' } },
      { ability: 'popup_reply', works: { kind: 'impossible', why: 'service_lacks_it' } },
      { ability: 'sound', works: { kind: 'yes' } },
      { ability: 'speech', works: { kind: 'impossible', why: 'no_speech' } },
      { ability: 'shared', works: { kind: 'unknown', why: 'desktop_does_not_tell' } },
    ],
    export_alerts: ({ path }) => ({ path, own_files: ['/home/alice/Music/gong.ogg'], packs: ['/home/alice/.local/share/carillon/sounds/Harbour'] }),
    import_alerts: () => ({
      rows: 3,
      profiles: 1,
      overrides: 2,
      elsewhere: 1,
      watches: 0,
      quiet: 1,
      left_out: [{ kind: 'twice', what: 'profile' }],
      trouble: ['alerts.message.volume: 400'],
      unknown: ['alerts.message.smell'],
      missing_files: ['/home/other/bell.ogg'],
      missing_packs: ['Woods'],
    }),
    sound_packs: () => this.packs,
    import_sound_pack: () => this.packs[0]!,
    remove_sound_pack: ({ name }) => {
      this.packs = this.packs.filter((pack) => pack.name !== name);
      return this.changed();
    },
  };

  #set(change: Partial<AlertConditionsView>): null {
    this.conditions = { ...this.conditions, ...change };
    return this.changed();
  }
}
