/** Copies what stands beside a button; the button is hidden until this is here. */
for (const button of document.querySelectorAll('[data-copies]')) {
  const text = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      document.querySelector('[data-says]').textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
}
