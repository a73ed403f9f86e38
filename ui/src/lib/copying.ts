/**
 * What is selected, with the marks that are not on screen (`.unseen`): those of a quote with its line, those of code with
 * the whole of it. `null` where the page’s own way is as good.
 */
export function chosenSource(selection: Selection | null, root: Element): string | null {
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const bodies = [...root.querySelectorAll('.selectable')].filter((one) => range.intersectsNode(one));
  if (!bodies.some((one) => one.querySelector('.unseen'))) return null;
  return bodies.map((body) => sourceWithin(range, body)).filter((text) => text !== '').join('\n');
}

function sourceWithin(range: Range, body: Element): string {
  const own = document.createRange();
  own.selectNodeContents(body);
  const part = own.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0) part.setEnd(range.endContainer, range.endOffset);
  const before = own.cloneRange();
  before.setEnd(part.startContainer, part.startOffset);
  const source = body.textContent;
  let start = before.toString().length;
  let end = start + part.toString().length;
  if (start === end) return '';
  for (const block of body.querySelectorAll('.code')) {
    const [from, to] = place(body, block);
    const [first, last] = shownIn(block, from);
    if (start <= first && end >= last) {
      start = Math.min(start, from);
      end = Math.max(end, to);
    }
  }
  for (const mark of body.querySelectorAll(':not(.code) > .unseen')) {
    const [from, to] = place(body, mark);
    if (to === start) start = from;
  }
  return source.slice(start, end).replace(/\n$/, '');
}

/** Where an element’s text begins and ends in that of the body. */
function place(body: Element, inner: Element): [number, number] {
  const before = document.createRange();
  before.selectNodeContents(body);
  before.setEndBefore(inner);
  const from = before.toString().length;
  return [from, from + inner.textContent.length];
}

/** Where in the body’s text the first and the last character of a block of code stand that are on screen; it begins at `from`. */
function shownIn(block: Element, from: number): [number, number] {
  let [at, first, last] = [from, Infinity, from];
  for (const node of block.childNodes) {
    if (node.nodeType === Node.COMMENT_NODE) continue;
    const text = node.textContent ?? '';
    if (text !== '' && !(node instanceof Element && node.matches('.unseen'))) {
      first = Math.min(first, at);
      last = at + text.replace(/\n$/, '').length;
    }
    at += text.length;
  }
  return [first, last];
}
