// Tells watch.js what OHIF's first viewport shows: its renderer announces each new image, window and drawn picture.
(() => {
  localStorage.setItem('shownTours', '["basicViewerTour"]');
  let [image, window_] = ['', ''];
  const hear = (name, react) => addEventListener(`CORNERSTONE_${name}`, ({ detail }) => react(detail), { capture: true });
  hear('STACK_NEW_IMAGE', ({ imageId }) => { image = /instances\/([\d.]+)/.exec(imageId)?.[1] ?? imageId; });
  hear('VOI_MODIFIED', ({ range }) => { window_ = `${range.lower}/${range.upper}`; });
  hear('IMAGE_RENDERED', () => image && window.benchNotes.saw(image, 'exact', window_));
})();
