import { fireEvent, render, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import type { Mood } from '../src/lib/contract';
import MoodField from '../src/list/MoodField.svelte';
import ContactRow from '../src/list/ContactRow.svelte';
import NickField from '../src/settings/NickField.svelte';
import { contacts } from '../src/state/contacts.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { allFeelings, feelingWords } from '../src/words/mood';
import { setLanguage } from '../src/i18n/index.svelte';
import { bob, stage, until } from './stage';

let fake: Fake;
const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

beforeEach(async () => {
  fake = await stage();
});

describe('what a contact says of themselves', () => {
  it('is shown where their details are, and is never markup', async () => {
    fake.overview.contacts = fake.overview.contacts.map((one) => (one.jid === bob.jid ? { ...one, mood: { feeling: 'sad', words: '<b>rain</b>' }, nick: '<i>Bobby</i>' } : one));
    take(structuredClone(fake.overview));
    render(Dialogs);
    where.dialog = { kind: 'details', contact: contacts.get(bob)! };
    await waitFor(() => expect(byTest('mood').textContent).toBe('Mood: Sad · <b>rain</b>'));
    expect(byTest('nick').textContent).toBe('Likes to be called <i>Bobby</i>');
    expect(document.querySelector('dialog b, [role=dialog] b, [role=dialog] i')).toBeNull();
  });

  it('becomes a name by my own click only', async () => {
    render(Dialogs);
    where.dialog = { kind: 'details', contact: contacts.get(bob)! };
    await waitFor(() => byTest('use-nick').click());
    await until(() => fake.calls('change_contact').length === 1);
    expect(fake.calls('change_contact')[0]).toEqual({ contact: bob, name: 'Bobby', groups: ['Friends'] });
  });

  it('is one line more of what the list tells of them', () => {
    render(ContactRow, { contact: contacts.get(bob)!, index: 0, tabindex: 0, onfocus: () => undefined });
    expect(byTest('contact-row').title).toBe('bob@harbour.example\nHopeful: the crust crackles');
    expect(byTest('contact-row').textContent).toContain('Bob Nowak');
  });
});

describe('what I say of myself', () => {
  const moods = () => fake.calls('set_mood').map((call) => (call as { mood: Mood | null }).mood);

  it('is a mood with words of my own, until I take it back', async () => {
    render(MoodField);
    const select = byTest('own-mood') as HTMLSelectElement;
    expect(select.options).toHaveLength(85);
    expect(byTest('own-mood-words')).toBeNull();
    await fireEvent.change(select, { target: { value: 'cold' } });
    await until(() => moods().length === 1);
    await fireEvent.input(byTest('own-mood-words'), { target: { value: ' no heating ' } });
    await fireEvent.change(byTest('own-mood-words'));
    await until(() => moods().length === 2);
    await fireEvent.change(select, { target: { value: '' } });
    await until(() => moods().length === 3);
    expect(moods()).toEqual([{ feeling: 'cold', words: '' }, { feeling: 'cold', words: 'no heating' }, null]);
  });

  it('is a nickname, which is kept when I say so', async () => {
    render(NickField, { account: fake.overview.accounts[0]! });
    expect((byTest('save-nick') as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(byTest('own-nick'), { target: { value: ' Ishmael ' } });
    await fireEvent.click(byTest('save-nick'));
    await until(() => fake.calls('set_nick').length === 1);
    expect(fake.calls('set_nick')[0]).toEqual({ account: 1, nick: 'Ishmael' });
  });
});

it('no two feelings read alike, in either language', async () => {
  for (const language of ['de', 'en']) {
    await setLanguage(language);
    const words = allFeelings().map(feelingWords);
    expect(new Set(words).size).toBe(84);
    expect(words).toEqual([...words].sort((a, b) => a.localeCompare(b)));
  }
});
