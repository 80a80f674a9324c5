// A link that opens the page with these settings; never with the photo.
const told = element.querySelector('[role=status]');
element.querySelector('button').addEventListener('click', async () => {
  const query = document.querySelector('#caption [data-link]')?.dataset.link;
  const link = `${location.origin}${location.pathname}${query ?? ''}`;
  try {
    if (query) await navigator.clipboard.writeText(link);
    told.textContent = told.dataset[query ? 'copied' : 'none'];
  } catch {
    told.textContent = link;
  }
});
