/** How many notches a wheel was turned: a browser that is busy tells of several at once. */

/** Fewer pixels than this are no notch but a finger on a touchpad. */
const NOTCH = 60;
const EXACT = 1e-3;

/** Takes what one event after the other says, in pixels, and gives the notches of each; small movements add up. @returns {(pixels: number) => number} */
export function notchCounter() {
  let rest = 0;
  let single = Infinity;
  return (pixels) => {
    const size = Math.abs(pixels);
    if (size < NOTCH) {
      rest += pixels;
      const notches = Math.trunc(rest / NOTCH);
      rest -= notches * NOTCH;
      return notches;
    }
    rest = 0;
    single = Math.min(single, size);
    // a wheel that goes further the faster it is turned says no whole multiple: that was one notch
    const times = size / single;
    const whole = Math.round(times);
    return Math.sign(pixels) * (Math.abs(times - whole) < EXACT ? whole : 1);
  };
}
