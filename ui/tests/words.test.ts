import { describe, expect, it } from 'vitest';
import { effective, emptyRow, plan, sentence } from '../src/dev/alerts';
import { sampleOverview } from '../src/dev/people';
import { setLanguage } from '../src/i18n/index.svelte';
import type { AlertRows, Delivery, EventKind, RefusalCode, Row, SessionProblem } from '../src/lib/contract';
import { initials } from '../src/lib/colour';
import { isAddress, readUri, serverOf } from '../src/lib/uri';
import { outcomeWords, whyLines } from '../src/words/activity';
import { iconWords, soundWords } from '../src/words/alerts';
import { abilityWords } from '../src/words/capabilities';
import { connectionWords } from '../src/words/connection';
import { deliveryWords, failureWords } from '../src/words/delivery';
import { abilityWords as deviceWords } from '../src/words/details';
import { presenceWords, reachable } from '../src/words/presence';
import { refusalWords } from '../src/words/refusal';
import { rowSentence } from '../src/words/sentence';
import { day } from '../src/words/when';
import { noon } from './stage';

it('what this desktop can do has other words than what a contact’s device can', async () => {
  expect(abilityWords('attention')).toBe('Attention without a window');
  expect(deviceWords(['attention', 'reactions'])).toBe('calls for attention, reactions');
  await setLanguage('de');
  expect([abilityWords('attention'), deviceWords(['attention'])]).toEqual(['Aufmerksamkeit ohne Fenster', 'Anstupsen']);
});

describe('an alert row in a sentence', () => {
  const said = (kind: EventKind, rows: AlertRows = {}) => rowSentence(sentence(effective(kind, rows))).replaceAll('\u00a0', ' ');

  it('says what a message does by default', () => {
    expect(said('message')).toBe(
      'When a contact writes: show a banner with picture, sender and text, play “Bell” at 60 %, count it in the tray, and call for attention once.',
    );
  });

  it('says it when nothing happens', () => {
    expect(said('message_in_front')).toBe('When a contact writes in the chat before my eyes: show and play nothing.');
  });

  it('follows what was chosen', () => {
    const own: Row = { ...emptyRow, popup: 'none', sound: 'file:/home/me/Gong 1.ogg', volume: 30, tray: 'none', attention: 'none' };
    expect(said('message', { message: own })).toBe('When a contact writes: play “Gong 1.ogg” at 30 %.');
  });

  it('says how often it comes again, and that it is read aloud', () => {
    const own: Row = { ...emptyRow, popup: 'none', tray: 'none', sound: 'none', attention: 'none', speak: true, repeat: { times: 3, every: 30, escalate: [] } };
    expect(said('mention', { mention: own })).toBe('When my name falls in a room: read it aloud and do it again every 30 s, up to 3 times, until I look.');
  });

  it('speaks German', async () => {
    await setLanguage('de');
    expect(said('contact_available')).toBe(
      'Wenn ein Freund verfügbar wird: 5 s lang eine Einblendung mit Absender und Text zeigen und „Steigend“ mit 60 % spielen.',
    );
  });

  it('names sounds and icons, also unknown ones', () => {
    expect([soundWords('builtin:knock-knock'), soundWords('builtin:brand-new'), soundWords('none')]).toEqual(['Knock-knock', 'brand-new', 'Silent']);
    expect([soundWords('pack:My Woods/message'), soundWords('pack:Woods/meteor')]).toEqual(['My Woods: New message', 'Woods: meteor']);
    expect([iconWords('avatar'), iconWords('builtin:missed'), iconWords('file:C:\\a\\b.png')]).toEqual(['Who it is from', 'While you were away', 'b.png']);
  });
});

describe('“Why?”', () => {
  it('gives the row first and then what overruled it', () => {
    const lines = whyLines(plan('message', [{ kind: 'muted', level: { kind: 'settings' } }]));
    expect(lines.find(({ cells }) => cells === 'Sound')?.steps).toEqual([
      { words: 'Carillon’s default for “New message”', overruled: true },
      { words: 'taken away: alerts were muted', overruled: false },
    ]);
  });

  it('the outcome is what was shown and heard', () => {
    expect(outcomeWords(plan('message'))).toBe('popup, sound “Bell”, and asked for attention');
    expect(outcomeWords(plan('message', [{ kind: 'muted', level: { kind: 'settings' } }]))).toBe('counted silently');
    expect(outcomeWords(plan('message_in_front'))).toBe('nothing shown');
  });
});

describe('words for states', () => {
  it('a failure is told in words, and a server’s own words as they are', () => {
    expect(failureWords('service-unavailable')).toBe('nobody takes it there');
    expect(failureWords('Out of ink')).toBe('Out of ink');
    expect(failureWords('constructor')).toBe('constructor');
  });

  it('every delivery has its own', () => {
    const all: Delivery[] = ['waiting', 'sent', 'arrived', 'read', 'failed'];
    expect(new Set(all.map(deliveryWords)).size).toBe(all.length);
  });

  it('every refusal says something, and what to do where something can be done', () => {
    const problems: SessionProblem[] = [
      { kind: 'unreachable', detail: '' },
      { kind: 'not_xmpp', detail: '' },
      { kind: 'certificate', domain: 'example.org', detail: '' },
      { kind: 'password_refused' },
      { kind: 'server_not_proven' },
      { kind: 'no_safe_mechanism', offered: '' },
      { kind: 'account_refused', detail: '' },
      { kind: 'replaced' },
      { kind: 'lost', detail: '' },
      { kind: 'protocol', detail: '' },
      { kind: 'not_encrypted' },
    ];
    const codes: RefusalCode[] = problems.map((problem) => ({ kind: 'session', problem }));
    expect(new Set(codes.map(refusalWords)).size).toBe(codes.length);
    expect(refusalWords({ kind: 'registration_elsewhere', url: 'https://x.example' })).toContain('https://x.example');
    expect(refusalWords({ kind: 'no_keyring' })).toContain('file');
    expect(refusalWords({ kind: 'registration_later' })).toContain('in a while');
  });

  it('a contact who has not answered is waiting, one who shares nothing is not offline', () => {
    const [known, , , , , , , asked] = sampleOverview(noon).contacts;
    expect(presenceWords(known!)).toBe('Available');
    expect(presenceWords(asked!)).toBe('Waiting for their answer');
    expect(presenceWords({ ...known!, subscription: 'from' })).toBe('Presence not shared');
    expect(reachable({ ...known!, presence: { availability: 'offline', status: '' } })).toBe(false);
  });

  it('a connection that waits says until when', () => {
    const account = sampleOverview(noon).accounts[0]!;
    const waiting = { ...account, connection: { kind: 'waiting', retry_at: noon, problem: { kind: 'lost', detail: '' } } } as const;
    expect(connectionWords(waiting)).toMatch(/next try at 12:00/);
    expect(connectionWords({ ...waiting, enabled: false })).toBe('Not in use');
  });

  it('days are told from here', () => {
    const dayLength = 86_400_000;
    expect([day(noon, noon), day(noon - dayLength, noon)]).toEqual(['Today', 'Yesterday']);
    expect(day(noon - 4 * dayLength, noon)).toContain('May 16');
    expect(day(noon - 400 * dayLength, noon)).toContain('2025');
  });

  it('initials stand for a name', () => {
    expect(['Bob Nowak', 'élise', 'x_y', '👋 Ann', ''].map(initials)).toEqual(['BN', 'É', 'XY', 'A', '']);
  });
});

describe('xmpp: addresses', () => {
  it('an invitation as the resident makes it leads there, whatever is in the address', () => {
    const uri = 'xmpp:what%3F%3B%3D%23%25%C3%A9@montague.net?roster;preauth=t0ken;name=a%3Bb%3Dc%3F';
    expect(readUri(uri)).toMatchObject({ jid: 'what?;=#%é@montague.net', action: 'subscribe', token: 't0ken', name: 'a;b=c?', registers: false });
  });

  it('the server of an address is what stands behind the @', () => {
    expect(['alice@example.org', 'example.org'].map(serverOf)).toEqual(['example.org', 'example.org']);
  });

  it.each([
    ['xmpp:bob@example.org', { jid: 'bob@example.org', action: 'message' }],
    ['xmpp:bob@example.org?message;body=Hello%20there', { action: 'message', body: 'Hello there' }],
    ['xmpp:bob@example.org?roster;name=Bob', { action: 'subscribe', name: 'Bob' }],
    ['xmpp:bob@example.org?subscribe', { action: 'subscribe' }],
    ['XMPP:Garden@rooms.example.org/x?join', { jid: 'garden@rooms.example.org', action: 'join' }],
    ['xmpp:bob@example.org?remove', { action: 'remove' }],
    ['xmpp:bob@example.org?unsubscribe', { action: 'remove' }],
    ['xmpp:garden@rooms.example.org?join;password=a%3Db', { action: 'join', password: 'a=b' }],
    ['xmpp:garden@rooms.example.org?join;password=a=b', { action: 'join', password: 'a=b' }],
    ['xmpp:bob@example.org?roster;group=Friends;group=Evil', { action: 'subscribe', group: 'Friends' }],
    ['xmpp:bob@example.org?command;node=reboot', { action: 'unknown', query: 'command' }],
    ['xmpp:bob@example.org?register;preauth=abc', { action: 'register', jid: 'bob@example.org', token: 'abc' }],
    ['xmpp:example.org?register;preauth=abc', { action: 'register', jid: 'example.org', token: 'abc' }],
    ['xmpp:example.org?register', { action: 'register', jid: 'example.org', token: '' }],
    ['xmpp:romeo@montague.net?roster;preauth=1tMF;ibr=y;name=Romeo', { action: 'subscribe', token: '1tMF', registers: true, name: 'Romeo' }],
    ['xmpp:romeo@montague.net?roster;ibr=y', { action: 'subscribe', token: '', registers: false }],
    ['xmpp:bob@example.org?unregister', { action: 'unknown' }],
  ])('%s is read', (uri, expected) => {
    expect(readUri(uri)).toMatchObject(expected);
  });

  it.each(['xmpp:', 'https://example.org', 'xmpp:example.org', 'xmpp:example.org?roster;preauth=x', 'xmpp:a b?register', 'xmpp:a b@c', 'xmpp:%E0%A4%A@', 'xmpp:<x>@y.example'])('%s is refused', (uri) => {
    expect(readUri(uri)).toBeNull();
  });

  it.each(['bob@example.org', 'bob@localhost', 'bøb@exämple.org', 'a.b-c_d@x.y'])('%s is an address', (text) => expect(isAddress(text)).toBe(true));
  it.each(['', 'bob', '@x', 'bob@', 'a@b@c', 'a b@c', 'bob@x.', 'bob@.x', 'bob@x/y'])('%j is none', (text) => expect(isAddress(text)).toBe(false));
});
