// One of the people chosen: tell the server by which seed.
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-seed]');
  if (chosen) trigger('select', { seed: Number(chosen.dataset.seed) });
});
