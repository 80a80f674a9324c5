// Two pictures of one face: a divider or side by side, zoom to a part of the face, quick frames and a film.
const FRAME_MS = 90;
const REST_MS = 500;
const root = element.querySelector('.viewer');
const pick = (name) => root.querySelector(name);
const [frame, over, before, drawn, quick] = ['.frame', '.over', '.before', '.drawn', '.quick'].map(pick);
const [wipe, edge, back] = ['.wipe', '.edge', '.back'].map(pick);
const ALL = [0, 0, 1, 1];
let shown = null;
let view = 'head';
let quickBox = ALL;
let film = 0;
let loading = false;

// A picture that covers `box` of the photo, where the frame shows `sight` of it.
function place(image, box, sight) {
  const [left, top, width, height] = sight;
  image.style.left = `${(100 * (box[0] - left)) / width}%`;
  image.style.top = `${(100 * (box[1] - top)) / height}%`;
  image.style.width = `${(100 * box[2]) / width}%`;
  image.style.height = `${(100 * box[3]) / height}%`;
}

function arrange() {
  if (!shown) return;
  const sight = shown.boxes[view] ?? ALL;
  frame.style.setProperty('--ratio', (sight[2] * shown.size[0]) / (sight[3] * shown.size[1]));
  for (const image of [before, drawn]) place(image, ALL, sight);
  place(quick, quickBox, sight);
  for (const button of root.querySelectorAll('[data-look]')) {
    button.setAttribute('aria-pressed', String(button.dataset.look === view));
  }
}

function look(name, label) {
  view = name;
  back.hidden = !label;
  back.querySelector('b').textContent = label ?? '';
  arrange();
}

// Chosen again, a sign lets go of the picture.
function zoom(name, label) {
  const again = !back.hidden && back.querySelector('b').textContent === label;
  again ? look('head') : look(name, label);
  for (const row of document.querySelectorAll('[data-view][data-label]')) {
    row.classList.toggle('near', !again && row.dataset.label === label);
  }
}

function divide(share) {
  wipe.value = share;
  frame.style.setProperty('--wipe', `${share}%`);
}

// What the severity is now; a frame that comes after the picture of it is late.
const slid = () => Number(document.querySelector('#severity input[type=range]')?.value);

function overlay(news) {
  quickBox = news.box;
  quick.src = news.src;
  quick.hidden = false;
  arrange();
}

function bare() {
  quick.hidden = true;
  quick.removeAttribute('src');
}

const player = pick('[data-do="play"]');
function halt() {
  clearTimeout(film);
  film = 0;
  loading = false;
  if (!player) return;
  player.setAttribute('aria-pressed', 'false');
  player.textContent = player.dataset.play ?? player.textContent;
  bare();
  label();
}

function play(frames) {
  if (!loading) return;
  loading = false;
  const loop = [...frames, ...frames.slice(1, -1).reverse()];
  const step = (at) => {
    const news = loop[at % loop.length];
    overlay(news);
    pick('.tag.right').textContent = `${news.severity} %`;
    film = setTimeout(step, at % (frames.length - 1) ? FRAME_MS : REST_MS, at + 1);
  };
  step(0);
}

function label() {
  if (!shown) return;
  pick('.tag.left').textContent = shown.names[0];
  pick('.tag.right').textContent = shown.names[1];
}

function show(news) {
  if (!news) return;
  if (film || loading) halt();
  shown = { ...news, before: news.before ?? shown?.before };
  if (before.getAttribute('src') !== shown.before) before.src = shown.before;
  drawn.src = shown.after;
  [before.alt, drawn.alt] = shown.alts;
  root.removeAttribute('data-empty');
  root.toggleAttribute('data-single', Boolean(news.single));
  if (root.dataset.name !== 'picture' || slid() === news.severity) bare();
  if (news.single) look('head');
  label();
  arrange();
}

root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.look) zoomOut(button.dataset.look);
  if (button.dataset.do === 'back') zoomOut('head');
  if (button.dataset.do === 'beside') {
    const beside = root.dataset.mode !== 'beside';
    root.dataset.mode = beside ? 'beside' : 'wipe';
    button.setAttribute('aria-pressed', String(beside));
  }
  if (button.dataset.do === 'large') {
    document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.();
  }
  if (button.dataset.do === 'play') {
    if (film || loading) return halt();
    loading = true;
    button.dataset.play ??= button.textContent;
    button.textContent = '…';
    button.setAttribute('aria-pressed', 'true');
    trigger('play', { view });
  }
});

function zoomOut(name) {
  look(name);
  for (const row of document.querySelectorAll('[data-view].near')) row.classList.remove('near');
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !back.hidden && frame.offsetParent && !event.target.closest('input')) zoomOut('head');
});

const follow = (event) => {
  const box = frame.getBoundingClientRect();
  divide(Math.round(Math.min(Math.max((100 * (event.clientX - box.left)) / box.width, 0), 100)));
};
frame.addEventListener('pointerdown', (event) => {
  if (root.dataset.mode === 'beside' || event.target.closest('button')) return;
  frame.setPointerCapture(event.pointerId);
  follow(event);
});
frame.addEventListener('pointermove', (event) => frame.hasPointerCapture(event.pointerId) && follow(event));
wipe.addEventListener('input', () => divide(wipe.value));

watch('value', () => show(props.value));
show(props.value);
((window.diseaseface ??= {}).viewers ??= {})[root.dataset.name] = {
  zoom,
  play,
  live: (news) => shown?.severity !== slid() && overlay(news),
  sight: () => view,
  send: (name, data) => trigger(name, data),
};
