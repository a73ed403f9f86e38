import { describe, expect, it } from 'vitest';
import { moved, nearest, whole, zoomed } from '../src/lib/crop';

describe('the part of a picture that is shown', () => {
  it('is the largest square in the middle at first', () => {
    expect(whole(300, 100)).toEqual({ x: 100, y: 0, side: 100 });
    expect(whole(100, 300)).toEqual({ x: 0, y: 100, side: 100 });
  });

  it('keeps its middle when it comes nearer, and never leaves the picture', () => {
    expect(zoomed(whole(300, 100), 2, 300, 100)).toEqual({ x: 125, y: 25, side: 50 });
    const corner = moved(zoomed(whole(300, 100), 2, 300, 100), 1_000, 1_000, 300, 100);
    expect(corner).toEqual({ x: 250, y: 50, side: 50 });
    expect(zoomed(corner, 1, 300, 100)).toEqual({ x: 200, y: 0, side: 100 });
    expect(zoomed(corner, 99, 300, 100).side).toBe(100 / nearest);
    expect(moved(corner, -1_000, -1_000, 300, 100)).toEqual({ x: 0, y: 0, side: 50 });
  });
});
