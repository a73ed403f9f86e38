import { describe, expect, it } from 'vitest';
import { harmless, pieces } from '../src/lib/links';
import { fastest } from './stage';

const hrefs = (text: string) => pieces(text).flatMap(({ href }) => href ?? []);

describe('links in a message', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', 'https://example.org/a?b=c#d'],
    ['(http://example.org)', 'http://example.org/'],
    ['example.org is up', 'https://example.org/'],
    ['write to bob@example.org!', 'mailto:bob@example.org'],
    ['mailto:bob@example.org', 'mailto:bob@example.org'],
    ['join xmpp:garden@rooms.example.org?join, please', 'xmpp:garden@rooms.example.org?join'],
    ['https://de.wikipedia.org/wiki/Bach_(Familie)', 'https://de.wikipedia.org/wiki/Bach_(Familie)'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
  ])('%s leads to %s', (text, href) => {
    expect(hrefs(text)).toEqual([href]);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'smb://server/share',
    '\\\\server\\share',
    '//server/share',
    'ftp://example.org/',
    'tauri://localhost/',
    'https://user:secret@example.org/',
    'https://bank.example@evil.example/',
    'view-source:https://',
    'about:blank',
    'blob:https://',
    'intent:scan',
  ])('%s is only text, or leads to nothing but the harmless part of it', (text) => {
    for (const href of hrefs(text)) expect(href).toMatch(/^(https?:\/\/[^@]*|mailto:.*)$/);
    expect(harmless(text)).toBeNull();
  });

  it('a name before an @ never makes one site look like another: what is underlined is where it leads', () => {
    for (const { text, href } of pieces('https://bank.example@evil.example/ https://a:b@c.example/')) {
      if (href?.startsWith('http')) expect(text).toContain(new URL(href).host);
      expect(href ?? '').not.toContain('@evil.example/');
    }
  });

  it('the pieces together are the text, character for character', () => {
    const text = 'a https://example.org/ b\nbob@example.org <b>c</b> xmpp:x@y.example';
    expect(pieces(text).map((piece) => piece.text).join('')).toBe(text);
  });

  it('20,000 characters of near-links are cut in no time', () => {
    const cut = () => ['http://a.'.repeat(2_222), 'xmpp:'.repeat(4_000), '@a.b'.repeat(5_000)].map(pieces);
    expect(fastest(cut)).toBeLessThan(1_500);
  });
});
