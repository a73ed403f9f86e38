let marked = false;

/** Leaves a mark behind the frame in which a list shows its first row: so long does a start take. */
export function rowDrawn(): void {
  if (marked) return;
  marked = true;
  requestAnimationFrame(() => setTimeout(() => performance.mark('list-drawn')));
}
