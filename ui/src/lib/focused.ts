/** So many frames a virtual list takes at most to draw and measure a row. Until then the row is hidden, and takes no focus. */
const patience = 20;

const frame = (): Promise<unknown> => new Promise((next) => requestAnimationFrame(next));

/** Gives the focus to what `find` finds, as soon as it can take it; `find` gives `null` while it is not there, or no longer wanted. */
export async function focusSoon(find: () => HTMLElement | null | undefined): Promise<void> {
  for (let i = 0; i < patience; i++) {
    const wanted = find();
    wanted?.focus({ preventScroll: true });
    if (wanted && document.activeElement === wanted) return;
    await frame();
  }
}
