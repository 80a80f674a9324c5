// A thumbnail chosen: tell the server which.
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button');
  if (chosen) trigger('select', { name: chosen.dataset.name });
});
