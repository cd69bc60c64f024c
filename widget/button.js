/** The like button: one real button in a shadow root on a plain element, beside the product. */

import { sheet } from './style.js';
import style from './style.css';

/** @typedef {typeof import('./words/en.js').button} Words */
/** @typedef {ReturnType<typeof likeButton>} LikeButton */

const SVG = 'http://www.w3.org/2000/svg';
const HEART = 'M12 21C-8 8 6-2 12 6c6-8 20 2 0 15z';

/** One for all buttons. @type {CSSStyleSheet|undefined} */
let look;

/**
 * @param {Document} doc
 * @param {string} title  the product's
 * @param {Words} words
 * @param {(face: any) => void} press
 * @param {import('./own.js').Own} own  the owner's wishes for its looks
 */
export function likeButton(doc, title, words, press, { icon = HEART, countFrom = 1 }) {
  const host = doc.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const button = doc.createElement('button');
  const svg = doc.createElementNS(SVG, 'svg');
  const path = doc.createElementNS(SVG, 'path');
  const [label, count, status] = ['label', 'count', ''].map(part => {
    const made = doc.createElement('span');
    made.part = made.id = part;
    return made;
  });
  root.adoptedStyleSheets = [look ??= sheet(style)];
  button.ariaLabel = words.like.replace('{product}', () => title); // all of the name: it stays when the count moves
  button.setAttribute('aria-describedby', 'count'); // drawn by its style: it describes the button, but is no text of it
  svg.part = 'icon';
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute('d', icon);
  svg.append(path);
  label.append(words.label);
  status.role = 'status';
  button.append(svg, label, count);
  button.onclick = event => {
    event.stopPropagation(); // a card that opens its product when it is pressed is not meant
    event.preventDefault(); // nor the link that a card may be
    press(face);
  };
  root.append(button, status);

  const face = {
    host,
    root,
    button,
    liked: false,
    count: /** @type {number|undefined} */ (undefined),
    /** @param {boolean} liked @param {number} [likes] */
    show(liked, likes) {
      face.liked = liked;
      face.count = likes;
      button.ariaPressed = `${liked}`;
      button.part = liked ? 'button liked' : 'button';
      count.dataset.count = likes && likes >= countFrom ? likes.toLocaleString(words.locale, { notation: 'compact' }) : '';
    },
    /** Says it to those who cannot see it. @param {string} text */
    say(text) {
      status.textContent = text;
    },
  };
  face.show(false);
  return face;
}
