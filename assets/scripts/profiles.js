// The table of signs: a change goes to the server, which keeps it; a disease chosen in the graph is opened.
let waiting = 0;

function send(input) {
  const place = input.closest('tr')?.dataset.sign;
  if (place === undefined) return;
  const value = input.type === 'checkbox' ? Number(input.checked) : input.value;
  if (value === '') return;
  trigger('input', { place, what: input.dataset.what, value });
}

element.addEventListener('input', (event) => {
  const input = event.target;
  if (!input.dataset.what) return;
  event.stopPropagation();
  const told = input.parentElement.querySelector('output');
  if (told) told.textContent = `${input.value} %`;
  clearTimeout(waiting);
  waiting = setTimeout(() => send(input), input.type === 'checkbox' ? 0 : 250);
});

function light(hpo) {
  for (const row of element.querySelectorAll('tr[data-hpo]')) {
    row.classList.toggle('chosen', row.dataset.hpo.split(' ').includes(hpo));
  }
  element.querySelector('tr.chosen')?.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
}

document.addEventListener('click', (event) => {
  const near = event.target.closest('#profile-near [data-id]');
  if (near) trigger('select', { id: near.dataset.id });
});

const hear = () => {
  const plot = document.querySelector('#profile-graph .js-plotly-plot');
  if (!plot?.on || plot.dataset.heard) return;
  plot.dataset.heard = 'yes';
  plot.on('plotly_click', (event) => {
    const [kind, id] = event.points[0].customdata;
    if (kind === 'disease') trigger('select', { id });
    else if (kind === 'sign') light(id);
  });
};
new MutationObserver(hear).observe(document.body, { childList: true, subtree: true });
