/** Passkeys: asks the browser to make one, or to sign in with one. Forms that need it are hidden until it is here. */

const says = document.querySelector('[data-says]');

/** Base64url to bytes, and back. */
const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** What the server sends, with bytes where the browser wants bytes. */
function read(options) {
  const keys = name => options[name] && { [name]: options[name].map(key => ({ ...key, id: bytes(key.id) })) };
  const user = options.user && { user: { ...options.user, id: bytes(options.user.id) } };
  return { ...options, challenge: bytes(options.challenge), ...user, ...keys('excludeCredentials'), ...keys('allowCredentials') };
}

/** What the browser gives back, as the server reads it. */
function written(made) {
  const response = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (made.response[name]) response[name] = text(made.response[name]);
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  form.addEventListener('submit', async event => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    try {
      const asked = await fetch(form.dataset.options, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (!asked.ok) throw new Error(String(asked.status));
      const publicKey = read(await asked.json());
      const made = await (form.dataset.passkey === 'make'
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey }));
      form.elements.credential.value = written(made);
      form.submit();
    } catch {
      const told = form.querySelector('[data-failed]');
      told.hidden = false;
      says.textContent = told.textContent;
    }
  });
}
