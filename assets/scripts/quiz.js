// An answer chosen: tell the server which; numbers choose as well.
const choose = (button) => button && !button.disabled && trigger('select', { place: Number(button.dataset.place) });
element.addEventListener('click', (event) => choose(event.target.closest('[data-place]')));
document.addEventListener('keydown', (event) => {
  if (element.offsetParent === null || event.target.closest('input, textarea')) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  choose(element.querySelector(`[data-place='${Number(event.key) - 1}']`));
});
