// Waits until nothing moves and all is painted: a picture, and a contrast, in the middle of a transition is neither.
const done = arguments[arguments.length - 1];
const ends = (it) => it.playState === 'running' && it.effect.getTiming().iterations !== Infinity;
const still = () => Promise.allSettled(document.getAnimations().filter(ends).map((it) => it.finished));
const frame = () => new Promise((next) => requestAnimationFrame(() => next()));
still().then(frame).then(frame).then(still).then(() => done(true));
