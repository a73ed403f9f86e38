/** The square part of a picture that is chosen, in its own pixels. */
export interface Crop {
  x: number;
  y: number;
  side: number;
}

/** How far in at most. */
export const nearest = 5;

/** The largest square, in the middle. */
export function whole(width: number, height: number): Crop {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** The same middle, so many times nearer than the whole, as far as the picture reaches. */
export function zoomed(crop: Crop, zoom: number, width: number, height: number): Crop {
  const side = Math.min(width, height) / Math.min(Math.max(zoom, 1), nearest);
  const middle = { x: crop.x + crop.side / 2, y: crop.y + crop.side / 2 };
  return within({ x: middle.x - side / 2, y: middle.y - side / 2, side }, width, height);
}

/** Moved by so many of the picture's pixels, as far as it reaches. */
export function moved(crop: Crop, x: number, y: number, width: number, height: number): Crop {
  return within({ ...crop, x: crop.x + x, y: crop.y + y }, width, height);
}

function within(crop: Crop, width: number, height: number): Crop {
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(most, 0));
  return { ...crop, x: clamp(crop.x, width - crop.side), y: clamp(crop.y, height - crop.side) };
}
