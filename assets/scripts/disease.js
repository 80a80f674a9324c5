// A search box whose suggestions come from the server; its value is the id of the disease.
const box = element.querySelector('input');
const list = element.querySelector('ul');
const WAIT_MS = 120;
const ROOM_PX = 340;
const LEAST_PX = 150; // three suggestions, however little room there is
let options = [];
let active = -1;
let timer = 0;
let asked = 0;
let answered = null; // the text that the options are for
let chosen = ''; // the name of the disease that is the value

// A name that is cut off by the box stands below it, too.
const whole = element.querySelector('.whole');
function fit() {
  const cut = box.scrollWidth > box.clientWidth && box.value === chosen;
  whole.textContent = cut ? chosen : '';
}
new ResizeObserver(fit).observe(box);

function name(text) {
  box.value = chosen = text;
  fit();
}

const sameText = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase();

function close() {
  list.hidden = true;
  active = -1;
  box.setAttribute('aria-expanded', 'false');
  box.removeAttribute('aria-activedescendant');
}

function detail(option, typed) {
  const needle = typed.trim().toLowerCase();
  const inName = option.name.toLowerCase().includes(needle);
  const synonym = inName ? '' : option.synonyms.find((word) => word.toLowerCase().includes(needle));
  const share = list.dataset.found.replace('{signs}', option.signs).replace('{share}', Math.round(100 * option.drawable));
  return synonym ? `${synonym} · ${share}` : share;
}

function row(option, place, typed) {
  const item = document.createElement('li');
  item.id = `${list.id}-${place}`;
  item.setAttribute('role', 'option');
  item.dataset.place = place;
  const label = document.createElement('span');
  label.textContent = option.name;
  const more = document.createElement('small');
  more.textContent = detail(option, typed);
  const id = document.createElement('code');
  id.textContent = option.id;
  item.append(label, id, more);
  return item;
}

function show(found, typed) {
  options = found;
  answered = typed;
  active = -1;
  if (found.length) {
    list.replaceChildren(...found.map((option, place) => row(option, place, typed)));
  } else {
    const none = document.createElement('li');
    none.className = 'none';
    none.setAttribute('role', 'option');
    none.setAttribute('aria-disabled', 'true');
    none.textContent = list.dataset.none;
    list.replaceChildren(none);
  }
  list.hidden = false;
  box.setAttribute('aria-expanded', 'true');
  fitList();
}

// The list opens to where there is room for it: below the box, or above it near the end of the screen.
function fitList() {
  const { top, bottom } = box.getBoundingClientRect();
  const seen = window.visualViewport?.height ?? innerHeight;
  const above = seen - bottom < ROOM_PX && top > seen - bottom;
  list.classList.toggle('above', above);
  list.style.maxHeight = `${Math.max(LEAST_PX, Math.min(ROOM_PX, (above ? top : seen - bottom) - 12))}px`;
}

async function suggest() {
  const ticket = ++asked;
  const typed = box.value;
  const found = await server.search(typed);
  if (ticket === asked && document.activeElement === box) show(found, typed);
}

function choose(place) {
  const option = options[place];
  if (!option) return;
  name(option.name);
  clearTimeout(timer);
  asked += 1; // suggestions still on their way come too late
  close();
  if (props.value === option.id) return;
  props.value = option.id;
  trigger('input');
}

// Whoever types quickly means what is typed by now, not what was suggested for less of it.
async function enter() {
  if (!box.value.trim() && 'optional' in box.dataset) return none();
  if (answered !== box.value) {
    clearTimeout(timer);
    await suggest();
    if (answered !== box.value) return;
  }
  const same = options.findIndex((option) => sameText(option.name, box.value));
  choose(active >= 0 ? active : Math.max(0, same));
}

function none() {
  name('');
  close();
  if (!props.value) return;
  props.value = '';
  trigger('input');
}

function move(step) {
  if (list.hidden) return void suggest();
  if (!options.length) return;
  active = (active + step + options.length) % options.length;
  for (const item of list.children) item.setAttribute('aria-selected', String(+item.dataset.place === active));
  list.children[active].scrollIntoView({ block: 'nearest' });
  box.setAttribute('aria-activedescendant', list.children[active].id);
}

box.addEventListener('input', () => {
  fit();
  clearTimeout(timer);
  timer = setTimeout(suggest, WAIT_MS);
});
box.addEventListener('focus', () => {
  box.select();
  suggest();
});
box.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') move(1);
  else if (event.key === 'ArrowUp') move(-1);
  else if (event.key === 'Escape') leave();
  else if (event.key === 'Enter') enter();
  else return;
  event.preventDefault();
});
// What was typed and not chosen is no disease: the box says again what is. Emptied, it asks for none where none is needed.
function leave() {
  clearTimeout(timer);
  asked += 1;
  if (!box.value.trim() && 'optional' in box.dataset) return none();
  close();
  name(chosen);
}
box.addEventListener('blur', () => setTimeout(() => document.activeElement === box || leave(), 150));
list.addEventListener('mousedown', (event) => {
  const item = event.target.closest('[data-place]');
  event.preventDefault();
  if (item) choose(+item.dataset.place);
});

// The server names the disease by its id when the page opens; the box shows its name.
watch('value', () => {
  const known = options.find((option) => option.id === props.value);
  if (!props.value || (known && sameText(known.name, box.value))) return;
  if (props.value.startsWith('OWN:')) {
    name(props.value.slice(4));
    return;
  }
  server.search(props.value).then((found) => {
    const match = found.find((option) => option.id === props.value);
    const typing = document.activeElement === box && box.value !== chosen;
    if (match && typing) chosen = match.name; // whoever types meanwhile goes on typing
    else if (match) name(match.name);
  });
});
