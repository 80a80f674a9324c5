() => {
  const root = document.body;
  const follow = () => {
    const dark = root.classList.contains('dark');
    document.querySelector('meta[name="color-scheme"]')?.setAttribute('content', dark ? 'dark' : 'light');
  };

  // Light and dark: the system's choice until the visitor makes another.
  document.addEventListener('click', (event) => {
    if (!event.target.closest('#theme')) return;
    root.classList.toggle('dark');
    follow();
  });

  // The severity redraws on release; keys release it too.
  let released = 0;
  document.addEventListener('keyup', (event) => {
    if (!event.target.closest('#severity')) return;
    if (event.target.type === 'range') {
      clearTimeout(released);
      released = setTimeout(() => event.target.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), 300);
    } else if (event.key === 'Enter') event.target.blur();
  });

  // A file was made: let the browser take it.
  window.diseaseface = {
    fetch(name = 'fetch') {
      setTimeout(() => {
        const link = document.querySelector(`#${name} a, a#${name}`);
        (link ?? document.querySelector(`#${name} button, button#${name}`))?.click();
      }, 60);
    },
  };

  // A row of the plot or of the table shows the part of the face it is about; chosen again, the head.
  const see = (view) => {
    const radio = (name) => document.querySelector(`#view input[value="${name}"]`);
    const wanted = radio(view)?.checked ? radio('head') : radio(view);
    wanted?.click();
  };
  document.addEventListener('click', (event) => {
    const row = event.target.closest('[data-view]');
    if (!row) return;
    see(row.dataset.view);
    document.querySelector('#picture')?.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  });
  const hear = () => {
    const plot = document.querySelector('#plot .js-plotly-plot');
    if (!plot?.on || plot.dataset.heard) return;
    plot.dataset.heard = 'yes';
    plot.on('plotly_click', (event) => see(event.points[0].customdata[0]));
  };
  new MutationObserver(hear).observe(root, { childList: true, subtree: true });
}
