// What is wrong with the page that is shown, one line each: what is cut off, sticks out, or is not translated.
const faults = [];
const shown = (it) => {
  const box = it.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && it.checkVisibility();
};
const root = document.documentElement;
if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} px wide`);

for (const it of document.querySelectorAll('body *')) {
  const style = getComputedStyle(it);
  const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
  if (scrolls && it.scrollWidth > it.clientWidth + 1 && it.localName !== 'textarea' && shown(it))
    faults.push(`${it.localName}.${it.className} scrolls sideways: ${it.scrollWidth} of ${it.clientWidth} px`);
  const box = it.getBoundingClientRect();
  if (it.matches('button, select, input, h1, h2, p') && shown(it) && !it.closest('.sr-only') && box.right > innerWidth + 1)
    faults.push(`${it.localName} ${it.textContent.slice(0, 30)} ends at ${Math.round(box.right)} px`);
}

// The pseudo-language is longer than any; what it cuts off here is only its tail.
if (LANGUAGE !== 'en-XA') {
  const pen = document.createElement('canvas').getContext('2d');
  for (const it of document.querySelectorAll('select, .button, .item .label, input[placeholder]')) {
    if (!shown(it)) continue;
    const style = getComputedStyle(it);
    const words = it.localName === 'select' ? it.selectedOptions[0]?.text : it.localName === 'input' ? it.value || it.placeholder : it.innerText;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = it.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const needed = Math.max(...(words ?? '').split('\n').map((line) => pen.measureText(line).width));
    if (it.localName !== 'button' && needed > room + 1) faults.push(`${it.localName} cuts ${words} off: ${Math.round(needed)} of ${Math.round(room)} px`);
    if (it.localName === 'button' && it.scrollWidth > it.clientWidth + 1) faults.push(`a button cuts ${words} off`);
  }
}

if (LANGUAGE === 'en-XA') {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const it = words.currentNode.parentElement;
    if (!it || it.closest('bdi, time, .body, .day, script, style, [data-test=language]') || !shown(it)) continue;
    const left = words.currentNode.data.replace(new RegExp(NOT_OURS, 'gi'), '').match(/[A-Za-z]{3,}/);
    if (left) faults.push(`not translated: ${words.currentNode.data.trim().slice(0, 60)}`);
  }
}

for (const it of document.querySelectorAll('body *'))
  if (it.childNodes.length === 1 && /^[a-z_]+\.[a-z_]+$/.test(it.textContent) && shown(it) && !it.closest('bdi, .body'))
    faults.push(`a key: ${it.textContent}`);
return faults.join('\n');
