/** What is wrong with a page as it is shown, besides what axe finds: a list of sentences. Wants the Tab key pressed before. */
() => {
  const wrong = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const said = element => element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  const around = function* (element) {
    for (let one = element; one && one !== document.body; one = one.parentElement) yield [one, getComputedStyle(one)];
  };
  const heard = element => [...around(element)].some(([, style]) => style.clipPath === 'inset(50%)');

  if (document.documentElement.scrollWidth > innerWidth) wrong.push('sticks out to the side');
  if (all('h1').length !== 1) wrong.push(`has ${all('h1').length} headings of the first order`);
  if (!document.title.includes(' · ') || !document.documentElement.lang) wrong.push('has no title or language');

  /* Text that is cut off without a sign of it (… or a bar to scroll). */
  const spoken = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = spoken.nextNode(); text; text = spoken.nextNode()) {
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest('.skip, option') || heard(parent)) continue;
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    for (const [one, style] of around(parent)) {
      if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') break;
      if (!/hidden|clip/.test(style.overflowX + style.overflowY)) {
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break;
        continue;
      }
      const edge = one.getBoundingClientRect();
      if (box.right > edge.right + 2 || box.left < edge.left - 2 || box.bottom > edge.bottom + 3) {
        wrong.push(`cuts “${text.data.trim().slice(0, 40)}” off: ${said(one)}`);
        break;
      }
    }
    const pressed = parent.closest('.button, .tag, .state, .chips a, .choices a');
    if (pressed) {
      const edge = pressed.getBoundingClientRect();
      if (box.right > edge.right + 2 || box.left < edge.left - 2) wrong.push(`“${text.data.trim().slice(0, 40)}” sticks out of ${said(pressed)}`);
    }
  }

  /* A list that could stand in the page's width. */
  for (const list of all('.sheet.scroll')) if (list.scrollWidth > list.clientWidth + 1) wrong.push(`scrolls to the side: ${said(list)}`);

  /* On pages for visitors a finger reaches everything, and nothing is said by a script or style of the page itself. */
  if (document.querySelector('link[href="/static/person/person.css"]')) {
    for (const one of all('a[href], button, summary, input:not([type="hidden"], [tabindex="-1"]), textarea, label.tick')) {
      const lies = one.matches('label.tick') ? one : one.closest('label.tick') ?? one;
      if (one.checkVisibility() && !one.matches('.skip') && lies.getBoundingClientRect().height < 44) wrong.push(`is small: ${said(one)}`);
    }
    if (all('script:not([src^="/static/person/"], [type="application/ld+json"]), style, [style]').length) wrong.push('has script or style in it');
    if (!document.documentElement.dir) wrong.push('says no direction');
  }

  /* The focus can be seen wherever it goes. */
  const kinds = new Set();
  for (const one of all('a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]')) {
    const kind = `${one.localName} ${one.type ?? ''} ${one.className} ${one.parentElement.className}`;
    if (kinds.has(kind) || one.matches(':disabled') || !one.checkVisibility({ visibilityProperty: true })) continue;
    kinds.add(kind);
    one.focus({ preventScroll: true });
    const drawn = ([, style]) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    if (document.activeElement !== one || ![...around(one)].some(drawn)) wrong.push(`shows no focus: ${said(one)}`);
  }
  document.activeElement?.blur();
  return wrong;
}
