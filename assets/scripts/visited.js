// A picture of this visit chosen: tell the server which.
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button');
  if (chosen) trigger('select', { place: Number(chosen.dataset.place) });
});
