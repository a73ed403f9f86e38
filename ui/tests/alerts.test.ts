import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import ScopeChooser from '../src/alerts/ScopeChooser.svelte';
import ScopePane from '../src/alerts/ScopePane.svelte';
import type { Fake } from '../src/dev/fake';
import { emptyRow, plan } from '../src/dev/alerts';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import WatchDialog from '../src/dialogs/WatchDialog.svelte';
import type { ActivityEntry, AlertPlan, EventKind, InWindow } from '../src/lib/contract';
import { setIn } from '../src/lib/whose';
import Flash from '../src/parts/Flash.svelte';
import AlertsSheet from '../src/settings/AlertsSheet.svelte';
import { alerting } from '../src/state/alerting.svelte';
import { announcer } from '../src/state/announcer.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { rules } from '../src/state/rules.svelte';
import { settings } from '../src/state/settings.svelte';
import { hear } from '../src/state/sync.svelte';
import { outcomeWords } from '../src/words/activity';
import { origin } from '../src/words/alerts';
import { bob, noon, stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});

const one = <T extends HTMLElement>(css: string) => document.querySelector<T>(css)!;
const cell = (kind: EventKind, column: string) => one(`[data-test="alert-row"][data-kind="${kind}"] [data-test="at-${column}"]`);
const button = (kind: EventKind, column: string) => cell(kind, column).querySelector<HTMLElement>('[data-cell]')!;
const editor = (css: string) => waitFor(() => one(`[data-test="cell-editor"] ${css}`) ?? Promise.reject(new Error(css)));

async function matrix(): Promise<void> {
  render(AlertsSheet);
  await waitFor(() => expect(cell('message', 'sound')).not.toBeNull());
}

describe('the matrix of alerts', () => {
  it('says in every cell what is in force and where it comes from', async () => {
    await matrix();
    expect(button('contact_available', 'popup').textContent).toMatch(/Popup:\s*Banner, 5 s\s*default/);
    expect(button('contact_available', 'popup').title).toBe('Banner, 5 s (default of General)');
    expect(button('message', 'sound').title).toBe('Bell, 60\u00a0% (Carillon’s default)');
  });

  it('a cell opens, and what is chosen there is mine; one click gives it back', async () => {
    await matrix();
    await fireEvent.click(button('message', 'sound'));
    const select = await editor('[data-test="cell-sound"] select');
    await fireEvent.change(select, { target: { value: 'builtin:knock' } });
    await waitFor(() => expect(cell('message', 'sound').dataset.source).toBe('own'));
    expect(fake.calls('set_alert_row')[0]).toMatchObject({ whose: { kind: 'everybody' }, kind: 'message', row: { sound: 'builtin:knock', popup: null } });
    await fireEvent.click(cell('message', 'sound').querySelector('[data-test="inherit"]')!);
    await waitFor(() => expect(cell('message', 'sound').dataset.source).toBe('built_in'));
    expect(fake.rows.message).toMatchObject({ sound: null });
  });

  it('Delete gives a cell back without the mouse', async () => {
    await matrix();
    fake.rows.mention = { ...emptyRow, sound: 'none' };
    hear({ kind: 'settings' });
    await waitFor(() => expect(cell('mention', 'sound').dataset.source).toBe('own'));
    await fireEvent.keyDown(button('mention', 'sound'), { key: 'Delete' });
    await waitFor(() => expect(cell('mention', 'sound').dataset.source).toBe('built_in'));
  });

  it('arrows lead through it, past the shorter rows, and Tab enters it once', async () => {
    await matrix();
    button('message', 'tray').focus();
    await fireEvent.keyDown(button('message', 'tray'), { key: 'ArrowRight' });
    expect(document.activeElement).toBe(button('message', 'attention'));
    await fireEvent.keyDown(document.activeElement!, { key: 'ArrowDown' });
    expect((document.activeElement as HTMLElement).dataset).toMatchObject({ cell: 'try', kind: 'message_followup' });
    await fireEvent.keyDown(document.activeElement!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(button('message_followup', 'attention'));
    await waitFor(() => expect(document.querySelectorAll('[role="grid"] [tabindex="0"]')).toHaveLength(1));
    expect(button('message_followup', 'attention').tabIndex).toBe(0);
  });

  it('an own sound is checked before it is kept', async () => {
    await matrix();
    await fireEvent.click(button('missed', 'sound'));
    const select = await editor('[data-test="cell-sound"] select');
    fake.refusing.set('check_sound', { code: { kind: 'bad_file' }, detail: 'not a sound' });
    await fireEvent.change(select, { target: { value: 'pick' } });
    await until(() => fake.calls('check_sound').length === 1);
    expect(fake.rows.missed).toBeUndefined();
    fake.refusing.clear();
    await fireEvent.change(select, { target: { value: 'pick' } });
    await until(() => fake.rows.missed?.sound === 'file:/home/alice/Music/gong.ogg');
  });

  it('the sounds of packs can be chosen, also one that is meant for several events', async () => {
    await matrix();
    await fireEvent.click(button('missed', 'sound'));
    const select = await editor('[data-test="cell-sound"] select');
    expect([...select.querySelectorAll('option')].map(({ text }) => text)).toContain('Harbour: New message');
  });

  it('what comes again can begin with one sense and grow', async () => {
    await matrix();
    await fireEvent.click(button('contact_request', 'repeat'));
    const times = await editor('[data-test="repeat-times"]');
    await fireEvent.change(times, { target: { value: '3' } });
    await waitFor(() => expect(fake.rows.contact_request?.repeat).toEqual({ times: 3, every: 30, escalate: [] }));
    await fireEvent.click(await waitFor(() => screen.getByLabelText('Sound')));
    await waitFor(() => expect(fake.rows.contact_request?.repeat?.escalate).toEqual(['sound']));
  });

  it('every row can be tried', async () => {
    await matrix();
    await fireEvent.click(one('[data-kind="room_invite"] [data-test="try"]'));
    await waitFor(() => screen.getByText('Played through: popup, sound “Knock-knock”, and asked for attention.'));
    expect(fake.calls('try_alert')).toEqual([{ kind: 'room_invite', whose: { kind: 'everybody' } }]);
  });

  it('a preset says what it changes, and changes nothing before it is agreed to', async () => {
    await matrix();
    await fireEvent.click(one('[data-test="preset-sight_only"]'));
    await waitFor(() => one('[data-test="preset-changes"]').children.length > 5 || Promise.reject(new Error('no changes')));
    expect(fake.calls('apply_preset')).toEqual([]);
    await fireEvent.click(one('[data-test="apply-preset"]'));
    await waitFor(() => expect(cell('message', 'sound').dataset.source).toBe('own'));
    expect(fake.calls('apply_preset')).toEqual([{ preset: 'sight_only' }]);
    await until(() => fake.overview.settings.in_window.flash);
  });
});

describe('the alerts of one contact', () => {
  const whose = { kind: 'chat', chat: bob } as const;

  it('show only what differs, and a difference can be added', async () => {
    render(ScopePane, { whose });
    await waitFor(() => one('[data-test="no-differences"]') ?? Promise.reject(new Error('not read')));
    await fireEvent.change(one('[data-test="add-difference"]'), { target: { value: 'message' } });
    await waitFor(() => expect(cell('message', 'sound')).not.toBeNull());
    await fireEvent.click(button('message', 'sound'));
    await fireEvent.change(await editor('[data-test="cell-sound"] select'), { target: { value: 'builtin:buzz' } });
    await waitFor(() => expect(cell('message', 'sound').dataset.source).toBe('own'));
    expect(fake.calls('set_alert_row')[0]).toMatchObject({ whose, kind: 'message', row: { sound: 'builtin:buzz' } });
    expect(fake.rows.message).toBeUndefined();
    await fireEvent.click(one('[data-test="try"]'));
    await until(() => fake.calls('try_alert').length === 1);
    expect(fake.calls('try_alert')).toEqual([{ kind: 'message', whose }]);
    await fireEvent.click(one('[data-test="reset-scope"]'));
    await waitFor(() => one('[data-test="no-differences"]') ?? Promise.reject(new Error('still there')));
  });

  it('can be muted, break through, and be discreet', async () => {
    render(ScopePane, { whose });
    await fireEvent.change(await waitFor(() => one('[data-test="scope-mute"]') ?? Promise.reject(new Error('not read'))), { target: { value: '8h' } });
    await waitFor(() => expect(one('[data-test="scope-mute"]').dataset.muted).toBe('true'));
    await fireEvent.change(one('[data-test="scope-break-through"]'), { target: { value: 'yes' } });
    await until(() => fake.rules.of(whose).break_through === true);
    await fireEvent.change(one('[data-test="scope-discreet"]'), { target: { value: 'no' } });
    await until(() => fake.rules.of(whose).discreet === false);
    expect(fake.rules.of(whose).mute).toEqual({ kind: 'until', at: noon + 8 * 3_600_000 });
  });

  it('the end of a mute is counted by the resident, for an account and a group too', async () => {
    for (const whose of [{ kind: 'account', account: 1 }, { kind: 'group', account: 1, name: 'Choir' }] as const) {
      const { unmount } = render(ScopePane, { whose });
      await fireEvent.change(await waitFor(() => one('[data-test="scope-mute"]') ?? Promise.reject(new Error('not read'))), { target: { value: 'tomorrow' } });
      await waitFor(() => expect(one('[data-test="scope-mute"]').dataset.muted).toBe('true'));
      expect(fake.calls('mute_scope').at(-1)).toEqual({ whose, until: 'tomorrow' });
      unmount();
    }
    expect(fake.calls('set_override')).toEqual([]);
  });

  it('a group says on which account it is meant where there are several', async () => {
    const [alice] = fake.overview.accounts;
    fake.overview.accounts.push({ ...alice!, id: 2, jid: 'alice@second.example' });
    const [first] = fake.overview.contacts.filter(({ groups }) => groups.length > 0);
    fake.overview.contacts.push({ ...first!, account: 2 });
    take(structuredClone(fake.overview));
    render(ScopeChooser);
    const [name] = first!.groups;
    const options = [...document.querySelectorAll<HTMLOptionElement>('[data-test="choose-scope"] option')];
    const found = options.filter(({ text }) => text.startsWith(`${name} (`));
    expect(found.map(({ text }) => text)).toEqual([`${name} (on all accounts)`, `${name} (${alice!.jid})`, `${name} (alice@second.example)`]);
    await fireEvent.change(one('[data-test="choose-scope"]'), { target: { value: found[2]!.value } });
    expect(where.scope).toEqual({ kind: 'group', account: 2, name });
  });

  it('an origin is told from where it is looked at', () => {
    const source = { level: { kind: 'settings' }, row: 'message' } as const;
    expect(origin(source, 'message').name).toBe('own');
    expect(origin(source, 'message', whose)).toEqual({ name: 'settings', words: 'yours for everybody' });
    expect(origin({ level: { kind: 'chat', chat: bob }, row: 'message' }, 'message').words).toBe('from Bob Nowak');
    expect(setIn({ kind: 'chat', chat: bob }, whose)).toBe(true);
    expect(setIn({ kind: 'built_in' }, { kind: 'everybody' })).toBe(false);
  });
});

describe('watches', () => {
  it('are made in a dialog', async () => {
    render(WatchDialog, { chat: bob, name: 'Bob Nowak' });
    await fireEvent.change(await waitFor(() => one('[data-test="watch-after"]') ?? Promise.reject(new Error('not read'))), { target: { value: '8' } });
    await fireEvent.click(one('[data-test="submit"]'));
    await until(() => fake.rules.watches.length === 1);
    expect(fake.calls('add_watch')).toEqual([{ chat: bob, once: true, expires: null, after_hours: 8 }]);
  });

  it('keep what was set when one thing is changed, also before the list was read', async () => {
    const expires = noon + 86_400_000;
    fake.rules.watches = [{ chat: bob, name: 'Bob Nowak', once: false, expires, after_hours: 12 }];
    rules.watches = null;
    render(WatchDialog, { chat: bob, name: 'Bob Nowak' });
    const span = await waitFor(() => one<HTMLSelectElement>('[data-test="watch-span"]') ?? Promise.reject(new Error('not read')));
    expect(span.selectedOptions[0]?.text).toMatch(/^As it is \(until .+\)$/);
    await fireEvent.change(one('[data-test="watch-once"]'), { target: { value: 'once' } });
    await fireEvent.click(one('[data-test="submit"]'));
    await until(() => fake.calls('add_watch').length === 1);
    expect(fake.calls('add_watch')).toEqual([{ chat: bob, once: true, expires, after_hours: 12 }]);
  });

  it('are listed and can be taken back', async () => {
    fake.rules.watches = [{ chat: bob, name: 'Bob Nowak', once: false, expires: null, after_hours: 4 }];
    where.tab = 'watches';
    render(AlertsSheet);
    await waitFor(() => screen.getByText('Every time · after 4 hours away'));
    await fireEvent.click(one('[data-test="remove-watch"]'));
    await waitFor(() => one('[data-test="no-watches"]') ?? Promise.reject(new Error('still there')));
  });
});

describe('what keeps quiet', () => {
  it('quiet hours are added and told in words', async () => {
    where.tab = 'quiet';
    render(AlertsSheet);
    await fireEvent.click(await waitFor(() => one('[data-test="add-quiet"]') ?? Promise.reject(new Error('not read'))));
    await waitFor(() => screen.getByText('Every day, 22:00 to 07:00 on the next day'));
    await fireEvent.click(one('[data-test="day-sun"]'));
    await until(() => fake.rules.conditions.quiet[0]?.days?.length === 6);
  });

  it('keywords, kinds and numbers are kept', async () => {
    where.tab = 'quiet';
    render(AlertsSheet);
    const word = await waitFor(() => one<HTMLInputElement>('[data-test="keyword"]') ?? Promise.reject(new Error('not read')));
    await fireEvent.input(word, { target: { value: ' bread ' } });
    await fireEvent.click(one('[data-test="add-keyword"]'));
    await until(() => fake.rules.conditions.keywords[0] === 'bread');
    await fireEvent.click(one('[data-test="through-attention"]'));
    await until(() => fake.rules.conditions.break_through.includes('attention'));
    await fireEvent.change(one('[data-test="number-flap"]'), { target: { value: '-4' } });
    expect(fake.calls('set_presence_rules')).toEqual([]);
    await fireEvent.change(one('[data-test="number-flap"]'), { target: { value: '5' } });
    await until(() => fake.rules.conditions.presence.flap_minutes === 5);
  });
});

describe('profiles', () => {
  it('are added, chosen and led to', async () => {
    where.tab = 'profiles';
    render(AlertsSheet);
    const name = await waitFor(() => one<HTMLInputElement>('[data-test="profile-name"]') ?? Promise.reject(new Error('not read')));
    await fireEvent.input(name, { target: { value: 'Work' } });
    await fireEvent.click(one('[data-test="add-profile"]'));
    await waitFor(() => one('[data-test="profile"]') ?? Promise.reject(new Error('not there')));
    await fireEvent.change(one('[data-test="profile-when"]'), { target: { value: 'schedule' } });
    await waitFor(() => screen.getByText('Mon–Fri, 09:00 to 17:00'));
    await fireEvent.change(one('[data-test="profile-choice"]'), { target: { value: 'profile:Work' } });
    await waitFor(() => one('[data-test="active"]') ?? Promise.reject(new Error('not active')));
    await fireEvent.click(one('[data-test="profile-rows"]'));
    expect(where.scope).toEqual({ kind: 'profile', name: 'Work' });
  });
});

describe('the dry run', () => {
  it('says what would happen and why, and rings nothing', async () => {
    where.tab = 'what-if';
    render(AlertsSheet);
    await fireEvent.change(one('[data-test="what-if-own"]'), { target: { value: 'busy' } });
    await fireEvent.click(one('[data-test="what-if-ask"]'));
    await waitFor(() => screen.getByText('taken away: your status was Busy'));
    expect(fake.calls('explain_alert')[0]).toMatchObject({ kind: 'message', chat: null, own: 'busy', at: null });
    expect(fake.calls('try_alert')).toEqual([]);
  });

  it('takes a full screen and a long absence', async () => {
    where.tab = 'what-if';
    render(AlertsSheet);
    const kind = one('[data-test="what-if-kind"]');
    await waitFor(() => kind.querySelector('[value="contact_available"]') ?? Promise.reject(new Error('not read')));
    expect(one('[data-test="what-if-gone"]')).toBeNull();
    await fireEvent.change(kind, { target: { value: 'contact_available' } });
    await fireEvent.change(one('[data-test="what-if-gone"]'), { target: { value: '3600000' } });
    await fireEvent.change(one('[data-test="what-if-full-screen"]'), { target: { value: 'yes' } });
    await fireEvent.click(one('[data-test="what-if-ask"]'));
    await until(() => fake.calls('explain_alert').length === 1);
    expect(fake.calls('explain_alert')[0]).toMatchObject({ full_screen: true, gone_for: 3_600_000, account: null });
  });
});

describe('files', () => {
  it('an import shows what would come of it before it is done', async () => {
    where.tab = 'more';
    render(AlertsSheet);
    await fireEvent.click(one('[data-test="import"]'));
    await waitFor(() => screen.getByText('/home/other/bell.ogg: the file is not here'));
    expect(fake.calls('import_alerts')).toEqual([{ path: '/home/alice/alerts.toml', look_only: true }]);
    await fireEvent.click(one('[data-test="import-now"]'));
    await until(() => fake.calls('import_alerts').length === 2);
    expect(fake.calls('import_alerts')[1]).toEqual({ path: '/home/alice/alerts.toml', look_only: false });
  });

  it('packs that are not in the file, or not here, are named', async () => {
    where.tab = 'more';
    render(AlertsSheet);
    await fireEvent.click(one('[data-test="export"]'));
    await waitFor(() => screen.getByText('/home/alice/.local/share/carillon/sounds/Harbour'));
    await fireEvent.click(one('[data-test="import"]'));
    await waitFor(() => screen.getByText('Sound pack Woods: it is not here'));
  });

  it('a pack goes only after a question', async () => {
    where.tab = 'more';
    render(AlertsSheet);
    await fireEvent.click(await waitFor(() => one('[data-test="remove-pack"]') ?? Promise.reject(new Error('not read'))));
    expect(fake.calls('remove_sound_pack')).toEqual([]);
    render(Dialogs);
    await fireEvent.click(await waitFor(() => one('[data-test="confirm"]') ?? Promise.reject(new Error('no question'))));
    await waitFor(() => expect(one('[data-test="pack"]')).toBeNull());
    expect(fake.calls('remove_sound_pack')).toEqual([{ name: 'Harbour' }]);
  });

  it('a pack’s bad sounds have their reasons', async () => {
    where.tab = 'more';
    render(AlertsSheet);
    await waitFor(() => screen.getByText('2 cannot be used'));
    expect(document.body.textContent).toContain('../siren.wav: it lies outside the pack');
    expect(one('[data-ability="shared"]').dataset.works).toBe('unknown');
  });
});

describe('alerts for every sense', () => {
  let id = 100;
  const happen = (event: EventKind, decided: Partial<AlertPlan> = {}): ActivityEntry => {
    const entry: ActivityEntry = { id: (id += 1), at: noon, event, chat: bob, name: 'Bob Nowak', plan: { ...plan(event), ...decided }, decided: null };
    fake.happened = [entry, ...fake.happened];
    return entry;
  };
  const heard = () => hear({ kind: 'activity' });
  const putOff = { outcome: { kind: 'later', at: noon, why: { kind: 'other_device' } }, popup: null, sound: null, attention: 'none' } as const satisfies Partial<AlertPlan>;

  async function set(change: Partial<InWindow>): Promise<void> {
    await settings.setInWindow(change);
  }

  it('what is old is not told; what waits interrupts, the rest is said in passing', async () => {
    await alerting.look();
    expect([alerting.polite, alerting.assertive]).toEqual(['', '']);
    happen('message');
    heard();
    await until(() => alerting.polite === 'Message from Bob Nowak');
    happen('attention');
    heard();
    await until(() => alerting.assertive === 'Bob Nowak asks for your attention');
    happen('reaction');
    heard();
    await until(() => fake.calls('activity').length >= 4);
    expect(alerting.polite).toBe('Message from Bob Nowak');
  });

  it('a second alert in the same words is said again', async () => {
    const entry = happen('message');
    await alerting.announce(entry);
    expect(alerting.polite).toBe('Message from Bob Nowak');
    const again = alerting.announce(entry);
    expect(alerting.polite).toBe('');
    await again;
    expect(alerting.polite).toBe('Message from Bob Nowak');
    await announcer.say('A secret', 7);
    announcer.forget(8);
    expect(announcer.text).toBe('A secret');
    announcer.forget(7);
    expect(announcer.text).toBe('');
    const hasty = announcer.say('A secret', 7);
    announcer.forget(7);
    await hasty;
    expect(announcer.text).toBe('');
    await announcer.say('Hello');
    const chat = announcer.say('Hello');
    expect(announcer.text).toBe('');
    await chat;
    expect(announcer.text).toBe('Hello');
  });

  it('what alerts only later is told then, however much came in between', async () => {
    await alerting.look();
    const waiting = happen('message', putOff);
    await alerting.look();
    expect(alerting.polite).toBe('');
    for (let n = 0; n < 30; n += 1) happen('reaction');
    await alerting.look();
    expect(alerting.polite).toBe('');
    Object.assign(waiting.plan, plan('message'));
    await alerting.look();
    expect(alerting.polite).toBe('Message from Bob Nowak');
    alerting.polite = '';
    await alerting.look();
    expect(alerting.polite).toBe('');
  });

  it('of several at once the urgent one is shown, and none is left unsaid', async () => {
    await set({ flash: true });
    await alerting.look();
    const urgent = happen('contact_request');
    happen('message');
    await alerting.look();
    expect(alerting.flash?.id).toBe(urgent.id);
    expect(alerting.assertive).not.toBe('');
    expect(alerting.polite).toBe('Message from Bob Nowak');
  });

  it('a flash is shown only to whom wants it, and leads to the chat', async () => {
    await alerting.look();
    render(Flash);
    happen('message');
    await alerting.look();
    expect(one('[data-test="flash"]')).toBeNull();
    await set({ flash: true });
    happen('message');
    await alerting.look();
    const flash = await waitFor(() => one('[data-test="flash"]') ?? Promise.reject(new Error('no flash')));
    await fireEvent.click(flash.querySelector('button')!);
    expect(where.chat).toEqual(bob);
    await waitFor(() => expect(one('[data-test="flash"]')).toBeNull());
  });

  it('a row can tell by a flash alone, and a screen reader may be left out', async () => {
    await set({ announce: false });
    await alerting.look();
    const entry = happen('contact_status', { popup: null, sound: null, attention: 'flash' });
    await alerting.look();
    expect(alerting.flash?.id).toBe(entry.id);
    expect([alerting.polite, alerting.assertive]).toEqual(['', '']);
    expect(outcomeWords(entry.plan)).toBe('flashed in the window');
  });
});
