// Tells watch.js what the first viewport of Lightbox says that it shows.
(() => {
  const look = () => {
    const viewport = document.querySelector('[data-testid="viewport"]');
    const said = (name) => viewport?.getAttribute(`data-${name}`);
    if (!said('instance-uid') || !['preview', 'exact'].includes(said('quality'))) return;
    window.benchNotes.saw(said('instance-uid'), said('quality'), `${said('window-center')}/${said('window-width')}`);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})();
