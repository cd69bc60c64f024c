/** Mugs in React: the tag once, an element around each product, and an event that changes the app's own state. */

import { load } from '@afterlike/widget';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

const MUGS = [
  { key: 'mug-blue', name: 'Blue mug', colour: 'blue' },
  { key: 'mug-red', name: 'Red mug', colour: 'red' },
  { key: 'mug-tall', name: 'Tall mug', colour: 'blue' },
];

/** The widget fills the place; React never writes into it, so the two do not meet. */
function Mug({ mug }) {
  return (
    <li data-afterlike-product={mug.key} data-url={`/mugs/${mug.key}`} data-title={mug.name}>
      <h2>{mug.name}</h2>
      <div data-afterlike-button="" />
    </li>
  );
}

function Shop() {
  const [colour, choose] = useState('');
  const [last, remember] = useState('');

  useEffect(() => {
    load({ site: 'YOUR-SITE-KEY', collector: 'http://127.0.0.1:8000' }).catch(console.warn);
    const pressed = event => remember(event.detail.product.title);
    document.addEventListener('afterlike:like', pressed);
    return () => document.removeEventListener('afterlike:like', pressed);
  }, []);

  return (
    <>
      <h1>Mugs</h1>
      <label>
        Only blue ones <input type="checkbox" checked={colour === 'blue'} onChange={event => choose(event.target.checked ? 'blue' : '')} />
      </label>
      <ul>{MUGS.filter(mug => !colour || mug.colour === colour).map(mug => <Mug key={mug.key} mug={mug} />)}</ul>
      {last && <p>You like the {last.toLowerCase()}.</p>}
    </>
  );
}

createRoot(document.getElementById('root')).render(<Shop />);
