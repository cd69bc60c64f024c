/** What stands on paper that does not belong there, and what is missing: a list of sentences. */
() => {
  const wrong = [];
  const shown = selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility());
  const said = one => one.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  const grey = colour => { // 0 is black, 1 is white; nothing where it is seen through
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return alpha ? (.299 * red + .587 * green + .114 * blue) / 255 : undefined;
  };

  for (const one of shown('button, input, select, textarea, nav, dialog, .button, .skip, noscript')) wrong.push(`is pressed or filled in: ${said(one)}`);
  if (shown('h1').length !== 1) wrong.push('has no heading');
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('is cut at the side');
  for (const one of shown('main, main *, header, header *')) {
    const style = getComputedStyle(one);
    if (grey(style.backgroundColor) < .9 && !one.closest('.picture')) wrong.push(`is printed on grey: ${said(one)}`);
    const spoken = [...one.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.data.trim());
    if (spoken && grey(style.color) > .5) wrong.push(`is printed too faintly: ${said(one)}`);
    if (/auto|scroll/.test(style.overflowX + style.overflowY)) wrong.push(`scrolls: ${said(one)}`);
  }
  for (const one of shown('main :is(section, .sheet)')) {
    if (!one.innerText.replace(/\s+/g, '').length || one.innerText.trim() === one.querySelector(':is(h2, h3)')?.innerText.trim() && !one.querySelector('picture, svg, img')) wrong.push(`prints nothing: ${said(one)}`);
  }
  for (const picture of shown('picture.drawing')) {
    if (!picture.checkVisibility() || !picture.querySelector('img').currentSrc || /look=dark/.test(picture.querySelector('img').currentSrc)) wrong.push(`a chart for the dark: ${said(picture)}`);
  }
  return wrong;
}
