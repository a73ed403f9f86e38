import { render } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import StyledText from '../src/chat/Styled.svelte';
import { chosenSource } from '../src/lib/copying';
import { plain, styled, type Styled } from '../src/lib/styling';
import { fastest, stage } from './stage';

const names = { strong: 'b', emphasis: 'i', strike: 's', mono: 'm', quote: 'q', code: 'c' };

/** Styles written as `b(…)`; marks that are not on screen are left out. */
function told(parts: Styled[]): string {
  return parts
    .map((part) => {
      if ('parts' in part) return `${names[part.kind]}(${told(part.parts)})`;
      return part.kind === 'mark' && part.unseen ? '' : part.kind === 'tag' ? `tag:${part.text}` : part.text;
    })
    .join('');
}

const joined = (parts: Styled[]): string => parts.map((part) => ('parts' in part ? joined(part.parts) : part.text)).join('');

describe('the examples of XEP-0393', () => {
  it.each([
    ['There are three blocks in this body, one per line,\nbut there is no *formatting\nas spans* may not escape blocks.', null],
    ['```ignored\n(println "Hello, world!")\n```\n\nThis should show up as monospace, preformatted text ⤴', 'c(tag:ignored\n(println "Hello, world!")\n)\nThis should show up as monospace, preformatted text ⤴'],
    ['> ```\n> (println "Hello, world!")\n\nThe entire blockquote is a preformatted text block, but this line\nis plaintext!', 'q(c((println "Hello, world!")\n))\nThe entire blockquote is a preformatted text block, but this line\nis plaintext!'],
    ['> That that is, is.\n\nSaid the old hermit of Prague.', 'q(That that is, is.\n)\nSaid the old hermit of Prague.'],
    ['>> That that is, is.\n> Said the old hermit of Prague.\n\nWho?', 'q(q(That that is, is.\n)Said the old hermit of Prague.\n)\nWho?'],
    ['plain span', null],
    ['*strong span*', 'b(*strong span*)'],
    ['plain _emphasis_ plain', 'plain i(_emphasis_) plain'],
    ['`pre` plain *strong*', 'm(`pre`) plain b(*strong*)'],
    ['*strong*plain*', 'b(*strong*)plain*'],
    ['* plain *strong*', '* plain b(*strong*)'],
    ['not strong*', null],
    ['*not strong', null],
    ['*not \n strong*', null],
    ['*not *strong', null],
    ['**', null],
    ['***', null],
    ['****', null],
    ['Two spans, both *alike in dignity*', 'Two spans, both b(*alike in dignity*)'],
    ['The full title is _Twelfth Night, or What You Will_ but\n_most_ people shorten it.', 'The full title is i(_Twelfth Night, or What You Will_) but\ni(_most_) people shorten it.'],
    ['Everyone ~dis~likes cake.', 'Everyone s(~dis~)likes cake.'],
    ['This is `*monospace*`', 'This is m(`*monospace*`)'],
    ['This is *`monospace and bold`*', 'This is b(*m(`monospace and bold`)*)'],
    ['Wow, I can write in `monospace`!', 'Wow, I can write in m(`monospace`)!'],
    ['> _ <', 'q(_ <)'],
  ])('%j', (text, styles) => {
    expect(told(styled(text))).toBe(styles ?? text);
  });
});

describe('the rules of XEP-0393', () => {
  it.each([
    ['a closing mark stands behind no space', '*a * b*', 'b(*a * b*)'],
    ['any white space of Unicode counts', '\u3000*a\u00a0* b*', '\u3000b(*a\u00a0* b*)'],
    ['the first mark that may close does', '_a *b_ c*', 'i(_a *b_) c*'],
    ['styles stand in each other', '*_~`x`~_*', 'b(*i(_s(~m(`x`)~)_)*)'],
    ['behind a closing mark none opens', '*a*_b_', 'b(*a*)_b_'],
    ['a mark that opens nothing lets none open behind it', '*_a_ b', '*_a_ b'],
    ['nothing between two marks makes neither one', '**a** *b*', '**a** b(*b*)'],
    ['in words nothing opens', 'snake_case_name 2*3*4 a~b~c', null],
    ['in code nothing else is meant', '`*a* _b_`', 'm(`*a* _b_`)'],
    ['a line that only begins with the end of code is code', '```\na\n```b\n``` \n```\nc', 'c(a\n```b\n``` \n)c'],
    ['code ends with its text', '```\na *b*', 'c(a *b*)'],
    ['code without a line shows its marks', '```\n```', 'c(```\n```)'],
    ['what stands in the line that opens is shown', '```rm -rf```', 'c(```tag:rm -rf```)'],
    ['in code nothing is quoted', '```\n> a\n```', 'c(> a\n)'],
    ['a quote ends with the next line that is none', '> a\nb\n> c', 'q(a\n)b\nq(c)'],
    ['one white space is taken off a quoted line', '>  a\n>\t*b*', 'q( a\nb(*b*))'],
    ['an empty quoted line belongs to the quote', '> a\n>\n> b', 'q(a\n\nb)'],
    ['a mark further on quotes nothing', ' > a', null],
    ['more than eight quotes in each other are words', '>'.repeat(10) + 'a', 'q('.repeat(8) + '>>a' + ')'.repeat(8)],
  ])('%s', (_, text, styles) => {
    expect(told(styled(text))).toBe(styles ?? text);
  });

  it('behind /me no block begins, and a mark may open', () => {
    expect(told(styled('> *waves*\n> b', true))).toBe('> b(*waves*)\nq(b)');
    expect(told(styled('```\nb', true))).toBe('```\nb');
  });
});

const hostile = (length: number): string[] => {
  const filled = (piece: string) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  return ['*', '_*', '* ', ' *', '*a', ' *a', '*a ', '*a\n', '>', '> ', '>\n', '> ```\n', '```\n', '```', '`', ' `a', '*_~`', ' *_~`a', '*a* ', '*\n_\n~\n`\n', ' *_~a'].map(filled);
};

describe('a hostile text', () => {
  it('keeps every character', () => {
    for (const text of [...hostile(3_000), ...hostile(900).map((one) => `> x\n${one}\n\`\`\`\n${one}`)]) expect(joined(styled(text)) === text, text.slice(0, 20)).toBe(true);
  });

  it('of 65,536 characters takes as long as its length says', () => {
    for (const text of hostile(65_536)) expect(fastest(() => styled(text)), text.slice(0, 6)).toBeLessThan(500);
  });

  it('makes no more elements than a page can draw', () => {
    const count = (parts: Styled[]): number => parts.reduce((sum, part) => sum + 1 + ('parts' in part ? count(part.parts) : 0), 0);
    for (const text of hostile(20_000)) expect(count(styled(text)), text.slice(0, 6)).toBeLessThan(3_000);
  });
});

it('what its author wishes to be shown as written has no styles', () => {
  expect(told(plain('> _ <'))).toBe('> _ <');
});

describe('on the page', () => {
  beforeEach(async () => {
    await stage();
  });

  function shown(text: string): HTMLElement {
    const { container } = render(StyledText, { parts: styled(text) });
    container.className = 'selectable';
    return container as HTMLElement;
  }

  it('a text is elements with text in them, never markup, and together what was sent', () => {
    const text = '> <b> *<img src=x onerror=alert(1)>*</b>\n```<script>\n<i>&amp;\n```\n`</code>` ~x~ _y_';
    const page = shown(text);
    expect(page.textContent).toBe(text);
    expect([...page.querySelectorAll('*')].map(({ localName }) => localName).filter((name) => !['span', 'div', 'blockquote', 'code', 's', 'em', 'strong'].includes(name))).toEqual([]);
    expect(page.querySelector('blockquote strong')!.textContent).toBe('*<img src=x onerror=alert(1)>*');
    expect(page.querySelector('.code')!.textContent).toBe('```<script>\n<i>&amp;\n```\n');
  });

  it('links are found in styles, and none in code', () => {
    const page = shown('*https://a.example/x* _see example.org_\n`https://c.example`\n```\nhttps://d.example\n```\n> https://e.example');
    expect([...page.querySelectorAll('a')].map((a) => a.getAttribute('href'))).toEqual(['https://a.example/x', 'https://example.org/', 'https://e.example/']);
  });

  it('code can be reached by the keyboard, and every block finds its own direction', () => {
    const page = shown('> اقتباس\n```\nx\n```');
    expect(page.querySelector('blockquote')!.dir).toBe('auto');
    expect(page.querySelector('.code')!.getAttribute('dir')).toBe('auto');
    expect(page.querySelector<HTMLElement>('.code')!.tabIndex).toBe(0);
  });

  /** What is copied of a page whose selection goes from one text to another; what is on screen, as a mouse reaches it. */
  function copied(page: HTMLElement, from: string, to: string): string | null {
    const texts = [...page.querySelectorAll('*'), page].flatMap((one) => [...one.childNodes]).filter((node) => node.nodeType === Node.TEXT_NODE && !node.parentElement!.matches('.unseen')) as Text[];
    const first = texts.find(({ data }) => data.includes(from))!;
    const last = texts.find(({ data }) => data.includes(to))!;
    const selection = getSelection()!;
    selection.removeAllRanges();
    const range = document.createRange();
    range.setStart(first, first.data.indexOf(from));
    range.setEnd(last, last.data.indexOf(to) + to.length);
    selection.addRange(range);
    return chosenSource(selection, page.parentElement!);
  }

  it('what is selected is copied with the marks that are not on screen', () => {
    const page = shown('> one\n> two *three*\n\n```sh\nls\npwd\n```\nend');
    expect(copied(page, 'one', 'end')).toBe('> one\n> two *three*\n\n```sh\nls\npwd\n```\nend');
    expect(copied(page, 'one', 'end')).toBe(page.textContent);
    expect(copied(page, 'two', 'three')).toBe('> two *three');
    expect(copied(page, 'one', 'three')).toBe('> one\n> two *three');
    expect(copied(page, 'ls', 'ls')).toBe('ls');
    expect(copied(page, 'sh', 'pwd')).toBe('```sh\nls\npwd\n```');
  });

  it('a text without hidden marks is copied as the page does', () => {
    expect(copied(shown('plain *words*'), 'plain', 'words')).toBeNull();
  });
});
