/** What can be seen and used on a page: what is read, what is pressed, what is filled in; and what would do nothing without script. */
() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const seen = one => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.stage, noscript, dialog:not([open])');
  const said = one => one.outerHTML.replace(/\s+/g, ' ').slice(0, 140);
  const words = one => {
    const still = one.cloneNode(true);
    for (const moment of still.querySelectorAll('time')) moment.remove(); // told in the reader's own time
    return still.textContent.replace(/\s+/g, ' ').trim();
  };
  for (const one of all('details')) one.open = true;

  const fields = all('input:not([type="hidden"]), select, textarea').filter(seen);
  const buttons = all('button, input[type="submit"]').filter(seen);
  const forms = all('form').filter(form => fields.some(field => field.form === form));
  return {
    parts: [
      ...all('h1, h2, h3, th, dt, summary, legend').filter(seen).map(one => `${one.localName} ${words(one)}`),
      ...all('a[href]').filter(seen).map(one => `link ${one.getAttribute('href')}`),
      ...fields.filter(one => one.name).map(one => `field ${one.name} ${one.type}`),
      ...buttons.filter(one => one.type === 'submit').map(one => `button ${one.name} ${one.value.length > 20 ? '' : one.value} ${words(one)}`),
    ],
    dead: [
      ...buttons.filter(one => one.type !== 'submit' || !one.form).map(one => `does nothing: ${said(one)}`),
      ...fields.filter(one => !one.form && !one.readOnly).map(one => `belongs to no form: ${said(one)}`),
      ...all('a:not([href])').filter(one => seen(one) && words(one)).map(one => `leads nowhere: ${said(one)}`),
      ...forms.filter(form => !fields.every(one => one.form !== form || one.disabled || one.readOnly))
        .filter(form => !buttons.some(one => one.form === form && one.type === 'submit')).map(form => `cannot be sent: ${said(form)}`),
    ],
    bare: [
      ...all('main :is(ul, ol, tbody, dl)').filter(one => seen(one) && !one.children.length).map(one => `an empty list: ${said(one)}`),
      ...all('main :is(section, .sheet, article)').filter(one => seen(one) && all('h2, h3', one).some(seen) && words(one) === all('h2, h3', one).filter(seen).map(words).join(' '))
        .map(one => `a heading with nothing below: ${said(one)}`),
      ...all('main .empty').filter(seen).filter(one => words(one) && !(one.querySelector('h2, h3, p > strong') && (one.querySelector('a, button') || words(one).length > 70))).map(one => `says too little: ${said(one)}`),
    ],
  };
}
