// An answer chosen: tell the server which; numbers choose as well.
const choose = (button) => button && !button.disabled && trigger('select', { place: Number(button.dataset.place) });
// Answered, the next question is one key away.
watch('value', () => {
  const free = !document.activeElement.closest('input, textarea');
  if (free && element.offsetParent && element.querySelector('button:disabled')) {
    document.querySelector('#quiz-next').focus({ preventScroll: true });
  }
});
element.addEventListener('click', (event) => choose(event.target.closest('[data-place]')));
document.addEventListener('keydown', (event) => {
  if (element.offsetParent === null || event.target.closest('input, textarea')) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  choose(element.querySelector(`[data-place='${Number(event.key) - 1}']`));
});
