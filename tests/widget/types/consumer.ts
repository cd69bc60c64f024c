/** A page's own code as TypeScript: what is right compiles, what is wrong does not. */
import { load } from '@afterlike/widget';
import type { Afterlike, Card, Liked, NextStep, Options, Product } from '@afterlike/widget';

const options: Options = { site: '235154770feee628', collector: 'https://likes.shop.example', shape: 'thumb', countFrom: 5, consent: true };

export async function start(): Promise<Product | undefined> {
  const afterlike: Afterlike | undefined = await load({ ...options, texts: { de: { button: { label: 'Mag ich' } }, '*': {} } });
  await afterlike?.consent(true);
  const liked: boolean | undefined = await window.Afterlike?.like('mug');
  const all: Liked[] = (await window.Afterlike?.products()) ?? [];
  await window.Afterlike?.unlike(all[0]?.key ?? 'mug');
  await window.Afterlike?.look();
  await window.Afterlike?.forget();
  return liked ? all.find(({ count = 0 }) => count > 5) : undefined;
}

document.addEventListener('afterlike:like', event => {
  const key: string = event.detail.product.key;
  const price: string | undefined = event.detail.product.price;
  if (key === price) event.preventDefault();
});
document.body.addEventListener('afterlike:next', ({ detail }) => {
  const step: NextStep = detail.next_step;
  const cards: Card[] = step.cards ?? [];
  console.log(step.kind === 'survey', cards.map(({ title }) => title));
});
window.addEventListener('afterlike:answer', ({ detail: { prompt, version, answers, done } }) => console.log(prompt.length, version + 1, answers.why, done));
document.addEventListener('afterlike:error', ({ detail: { kind, status, answer } }) => console.log(kind, status + 1, answer.detail));
document.addEventListener('afterlike:details', ({ detail }) => console.log(detail.product.brand));
document.addEventListener('afterlike:unlike', ({ detail }) => console.log(detail.product.url));
document.addEventListener('afterlike:ready', event => console.log(event.type));

// @ts-expect-error  a site alone is not enough
load({ site: '235154770feee628' });
// @ts-expect-error  there is no such shape
load({ ...options, shape: 'moon' });
// @ts-expect-error  nor such an option
load({ ...options, colour: 'red' });
// @ts-expect-error  the count is a number
load({ ...options, countFrom: '5' });
// @ts-expect-error  a press is of one product
window.Afterlike?.like();
// @ts-expect-error  consent is yes or no
window.Afterlike?.consent('yes');
// @ts-expect-error  the widget may not be there
window.Afterlike.look();
// @ts-expect-error  there is no such method
window.Afterlike?.dislike('mug');
document.addEventListener('afterlike:like', event => {
  // @ts-expect-error  a like asks nothing; `afterlike:next` does
  console.log(event.detail.next_step);
});
