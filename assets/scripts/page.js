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

  const page = Object.assign((window.diseaseface ??= {}), {
    // A file was made: let the browser take it.
    fetch(name = 'fetch') {
      setTimeout(() => {
        const link = document.querySelector(`#${name} a, a#${name}`);
        (link ?? document.querySelector(`#${name} button, button#${name}`))?.click();
      }, 60);
    },
    // Set the severity as if the slider had been dragged there.
    severity(value) {
      const range = slider();
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(range, value);
      range.dispatchEvent(new Event('input', { bubbles: true }));
      setTimeout(() => range.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), 60);
    },
    // The photo is another one: mark it where it is among the examples.
    chosen(examples, photo) {
      const file = (photo?.path ?? '').split(/[\\/]/).slice(-2).join('/');
      for (const button of document.querySelectorAll(`#${examples} [data-file]`)) {
        button.setAttribute('aria-pressed', String(button.dataset.file === file));
      }
    },
    // News of the server for the viewer: a frame while the severity moves, and the frames of a film.
    live: (news) => page.viewers.picture.live(news),
    film: (news) => page.viewers.picture.play(news),
  });
  page.viewers ??= {};

  const slider = () => document.querySelector('#severity input[type=range]');

  // A severity redraws on release, with quick frames on the way; keys release it too.
  let released = 0;
  document.addEventListener('keyup', (event) => {
    if (!event.target.closest('#severity, #compare-sides')) return;
    if (event.target.type === 'range') {
      clearTimeout(released);
      released = setTimeout(() => event.target.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), 300);
    } else if (event.target.type === 'number' && event.key === 'Enter') {
      event.target.blur(); // which releases it
      if (matchMedia('(pointer: fine)').matches) event.target.focus({ preventScroll: true }); // else its keyboard stays open
    }
  });
  document.addEventListener('input', (event) => {
    if (event.target !== slider()) return;
    const viewer = page.viewers.picture;
    viewer?.send('input', { severity: Number(event.target.value), view: viewer.sight() });
    mark(Number(event.target.value));
  });

  // The stages: one is marked where the severity is just there; arrow keys step from one to the next.
  const stages = () => [...document.querySelectorAll('#strip [data-severity]')];
  function mark(severity) {
    for (const stage of stages()) stage.setAttribute('aria-checked', String(Number(stage.dataset.severity) === severity));
  }
  function go(stage) {
    if (!stage) return;
    for (const other of stages()) other.tabIndex = other === stage ? 0 : -1;
    page.severity(stage.dataset.severity);
  }
  document.addEventListener('click', (event) => go(event.target.closest('#strip [data-severity]')));
  document.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const among = event.target.closest('#strip [data-severity]');
    const free = event.target === root && ['ArrowLeft', 'ArrowRight'].includes(event.key);
    if (!step || !(among || free) || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = Number(slider().value);
    const row = stages();
    const next = step > 0 ? row.find((one) => one.dataset.severity > now) : row.findLast((one) => one.dataset.severity < now);
    if (!next || document.querySelector('#strip').offsetParent === null) return;
    event.preventDefault();
    go(next);
    if (among) next.focus();
  });

  // Arrow keys go from tab to tab.
  document.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const here = event.target.closest?.('#rooms > .tab-wrapper [role=tab]');
    if (!step || !here || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = [...here.parentElement.querySelectorAll('[role=tab]')];
    const next = row[(row.indexOf(here) + step + row.length) % row.length];
    event.preventDefault();
    next.click();
    next.focus();
  });

  // A row of the plot or of the table shows the part of the face it is about; chosen again, the head.
  document.addEventListener('click', (event) => {
    const row = event.target.closest('[data-view]');
    if (!row) return;
    const name = row.closest('[data-viewer]')?.dataset.viewer ?? 'picture';
    page.viewers[name]?.zoom(row.dataset.view, row.dataset.label);
    show(document.querySelector(`#${name}`));
  });

  // What is not in sight comes there, at once where one wants less motion.
  const less = matchMedia('(prefers-reduced-motion: reduce)');
  const show = (part) => part?.scrollIntoView({ behavior: less.matches ? 'auto' : 'smooth', block: 'nearest' });

  // A refusal is seen, wherever it stands, also where what is above it still opens.
  const known = new WeakSet();
  function tell() {
    for (const notice of document.querySelectorAll('.notice')) {
      if (known.has(notice) || !notice.checkVisibility()) continue;
      known.add(notice);
      show(notice);
      setTimeout(bring, 600, notice, 5);
    }
  }
  function bring(notice, times) {
    const { top, bottom } = notice.getBoundingClientRect();
    if (!times || !bottom || (top >= 0 && bottom <= innerHeight)) return;
    notice.scrollIntoView({ behavior: 'instant', block: 'nearest' });
    setTimeout(bring, 600, notice, times - 1);
  }

  // What a browser cannot show of a photo is no broken picture: the server reads more, and says what it cannot read.
  const photos = (event) => event.target.matches?.('#photo img, .asked-photo img') && event.target;
  addEventListener('error', (event) => photos(event) && photos(event).classList.add('unseen'), true);
  addEventListener('load', (event) => photos(event) && photos(event).classList.remove('unseen'), true);

  // A row that is narrow opens to all of it.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('.unfold');
    if (button) button.setAttribute('aria-expanded', String(button.closest('tr').classList.toggle('open')));
  });

  // No photo leaves the browser before consent: every place that takes one is shut until then. One answer holds for
  // the visit; the tick that is in sight is pointed to.
  const ticks = () => [...document.querySelectorAll('.consent input')];
  const agreed = () => ticks().some((one) => one.checked);
  function shut(event) {
    const taken = event.type === 'drop' ? '.step:has(.asks-consent), .asks-consent' : '.asks-consent';
    if (agreed() || !event.target.closest?.(taken)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.target.type === 'file') event.target.value = ''; // so that the same file can be chosen again
    for (const told of document.querySelectorAll('.consent-told p')) told.textContent = told.dataset.first;
    ticks().find((one) => one.checkVisibility())?.focus();
  }
  for (const way of ['click', 'change', 'drop', 'paste']) addEventListener(way, shut, true);
  document.addEventListener('change', (event) => {
    if (!event.target.closest('.consent')) return;
    root.classList.toggle('agreed', event.target.checked);
    for (const told of document.querySelectorAll('.consent-told p')) told.textContent = '';
  });

  // A photo dropped anywhere on its step is taken like one that is chosen.
  const drop = (event) => event.target.closest?.('#controls .step') && event.dataTransfer?.types.includes('Files');
  document.addEventListener('dragover', (event) => drop(event) && event.preventDefault());
  document.addEventListener('drop', (event) => {
    const input = document.querySelector('#upload input[type=file]');
    if (!drop(event) || !input || !event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }, true);

  // Where the connection is lost, Gradio says so, and loads the page anew when it is there again, after two seconds at
  // the least: `return.js` goes on. Whoever leaves cuts the connection as well, and is gone sooner.
  let lost = null;
  const attend = () => (lost = document.querySelector('.toast-body.error') ? lost ?? performance.now() : null);
  addEventListener('pagehide', () => {
    if (lost === null || performance.now() - lost < 1500) return;
    const query = new URLSearchParams(document.querySelector('#caption [data-link]')?.dataset.link);
    if (root.classList.contains('dark')) query.set('__theme', 'dark');
    sessionStorage.setItem('diseaseface-lost', `?${query}`);
  });
  const seen = () => root.classList.remove('returned');
  addEventListener('change', (event) => event.target.type === 'file' && seen());
  addEventListener('click', (event) => event.target.closest?.('#returned button, #examples button') && seen());

  // Gradio puts a picture that is only shown into a button without a name: the heading above it is its name.
  const nameless = '.image-container > button:not([aria-label])';
  new MutationObserver(() => {
    attend();
    tell();
    for (const button of document.querySelectorAll(nameless)) {
      button.setAttribute('aria-label', button.closest('.column')?.querySelector('h2')?.innerText || document.title);
    }
  }).observe(root, { childList: true, subtree: true });
}
