import type { Overview } from './contract';

/** The overview that the window put into the page; `null`: the resident was not there yet. */
export function beginning(): Overview | null {
  const brought = document.getElementById('beginning');
  if (!brought) return null;
  brought.remove();
  return JSON.parse(brought.textContent) as Overview;
}
