// A photo of the visitor's own: sent and then handed to the page like an example.
const input = element.querySelector('input');
const told = element.querySelector('[role=status]');
const saying = (name) => (told.textContent = name ? told.dataset[name] : '');

input.addEventListener('change', async () => {
  const [file] = input.files;
  if (!file) return;
  saying('sending');
  try {
    const { path } = await upload(file);
    trigger('upload', { path });
    saying('');
  } catch {
    saying('refused');
  }
  input.value = '';
});
