// Runs in the worklist before anything else: when rows stand, and for how long there is none where one looks.
(() => {
  const list = () => document.querySelector('study-list');
  const place = () => document.querySelector('.list-scroll');
  /** What is seen near the top, in the middle and near the bottom of the list: rows of studies, or not. */
  const seen = () => {
    const box = place()?.getBoundingClientRect();
    if (!box) return false;
    return [0.15, 0.5, 0.9].every((share) => document.elementFromPoint(box.left + 60, box.top + box.height * share)?.closest('[data-testid="study"]'));
  };
  const frame = () => new Promise((next) => { requestAnimationFrame(next); });
  const until = async (value) => {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      if (value()) return performance.now();
      await frame();
    }
    return null;
  };
  /** Milliseconds without rows while something is done; frames are looked at as they are drawn. */
  const watched = async (act) => {
    let [longest, since, going] = [0, performance.now(), true];
    const look = async () => {
      while (going) {
        await frame();
        const now = performance.now();
        if (seen()) since = now;
        longest = Math.max(longest, now - since);
      }
    };
    const looking = look();
    await act();
    const ended = performance.now();
    await until(seen);
    const settled = performance.now() - ended;
    going = false;
    await looking;
    return { longest, settled };
  };
  const first = until(seen);
  window.benchList = {
    first: () => first,
    counted: () => until(() => Number(document.querySelector('[data-testid="studies"]')?.getAttribute('aria-rowcount')) > 1000),
    jump: (share) => watched(async () => { place().scrollTop = share * (place().scrollHeight - place().clientHeight); await frame(); }),
    drag: (seconds) => watched(async () => {
      const [began, whole] = [performance.now(), place().scrollHeight - place().clientHeight];
      for (let share = 0; share < 1;) {
        share = Math.min(1, (performance.now() - began) / 1000 / seconds);
        place().scrollTop = share * whole;
        await frame();
      }
    }),
    wheel: (seconds, pixels) => watched(async () => {
      for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
        place().scrollTop += pixels;
        await frame();
      }
    }),
    /** From a key to the rows that it finds. */
    type: async (text) => {
      const line = document.querySelector('[data-testid="search"]');
      const began = performance.now();
      line.value = text;
      line.dispatchEvent(new Event('input', { bubbles: true }));
      const ended = await until(() => list().dataset.state === 'ready');
      return ended === null ? null : ended - began;
    },
    rows: () => document.querySelectorAll('[data-testid="study"], [data-testid="study-to-come"]').length,
  };
})();
