import { expect, it } from 'vitest';
import { focusSoon } from '../src/lib/focused';

it('waits for what is drawn a few frames later', async () => {
  let asked = 0;
  const row = document.createElement('button');
  await focusSoon(() => {
    asked += 1;
    if (asked === 3) document.body.append(row);
    return asked < 3 ? null : row;
  });
  expect(asked).toBe(3);
  expect(document.activeElement).toBe(row);
  row.remove();
});

it('gives up on what never comes, or takes no focus', async () => {
  await focusSoon(() => null);
  const hidden = document.createElement('button');
  hidden.disabled = true;
  document.body.append(hidden);
  await focusSoon(() => hidden);
  expect(document.activeElement).not.toBe(hidden);
  hidden.remove();
});
