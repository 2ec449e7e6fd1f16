// Runs in a page before anything else and notes when pictures appear; read by first_image.py, together.py and viewer/.
(() => {
  const notes = { beganMs: performance.timeOrigin, anyMs: 0, exactMs: 0, sinceClickMs: 0, wheels: [], shown: [] };
  window.benchNotes = notes;
  performance.setResourceTimingBufferSize(5000);

  // told by watch-ours.js and by its like for other viewers: this picture stands on the canvas now
  notes.saw = (image, quality, window) => {
    if (!notes.anyMs) {
      notes.anyMs = performance.now();
      notes.sinceClickMs = Date.now() - Number(sessionStorage.getItem('bench-clicked') ?? NaN);
    }
    if (!notes.exactMs && quality === 'exact') notes.exactMs = performance.now();
    const last = notes.shown.at(-1);
    if (last?.image !== image || last?.window !== window) notes.shown.push({ image, window, at: Date.now() });
  };

  // counted from when the hand turned the wheel, not from when the page got to hear of it
  const began = (event) => Date.now() - (performance.now() - event.timeStamp);
  addEventListener('wheel', (event) => notes.wheels.push(began(event)), { capture: true, passive: true });
  addEventListener('click', (event) => sessionStorage.setItem('bench-clicked', String(began(event))), { capture: true });

  // polled, since the pages' content policy keeps a tool from evaluating a condition over and over
  const until = async (value) => {
    for (const end = performance.now() + 5000; performance.now() < end;) {
      const found = value();
      if (found) return found;
      await new Promise((resume) => setTimeout(resume, 4));
    }
    return null;
  };
  window.benchFirst = () => until(() => notes.exactMs && { ...notes, ...loaded(notes.anyMs) });
  window.benchAny = () => until(() => notes.anyMs && notes);
  window.benchStep = (turns) => until(() => {
    const [turned, shown] = [notes.wheels.at(-1), notes.shown.at(-1)];
    return notes.wheels.length === turns && shown.at >= turned && { turned, ...shown };
  });
  window.benchImage = (image) => until(() => notes.shown.at(-1)?.image === image && notes.shown.at(-1));

  const loaded = (untilMs) => {
    const files = performance.getEntriesByType('resource').filter(({ responseEnd }) => responseEnd <= untilMs);
    const modules = new Map(files.filter(({ name }) => name.endsWith('.js')).map((entry) => [entry.name, entry]));
    const sent = [...files, ...performance.getEntriesByType('navigation')];
    const sum = (entries, key) => [...entries].reduce((total, entry) => total + entry[key], 0);
    return {
      requests: sent.length,
      bytes: sum(sent, 'transferSize'),
      modules: modules.size,
      moduleBytes: sum(modules.values(), 'decodedBodySize'),
    };
  };
})();
