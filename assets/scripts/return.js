// Before the page is built: where the connection was lost, Gradio loads the page anew. Its settings come back then, by
// the address as in a link, and the page says what did not.
(() => {
  const query = sessionStorage.getItem('diseaseface-lost');
  sessionStorage.removeItem('diseaseface-lost');
  if (query === null || performance.getEntriesByType('navigation')[0]?.type !== 'reload') return;
  history.replaceState(null, '', location.pathname + query);
  document.body.classList.add('returned');
})();
