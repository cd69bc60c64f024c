/** English texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'en',
  label: 'Like',
  like: 'Like {product}',
};

export const panel = {
  opened: 'Liked. There is a short question below.',
  close: 'Close',
  next: 'Next',
  skip: 'Skip',
  of: '{n} of {all}',
  missing: 'Please answer first.',
  thanks: 'Thank you!',
};

export const fields = {
  most: 'Please choose at most {n}.',
  money: 'Please write an amount, like 12.50.',
  away: 'That did not get through. Please try again.',
};

export const optin = {
  tick: 'Tick what you would like, or press “{no}”.',
  address: 'Please write your e-mail address.',
};

export const remember = {
  ask: 'Remember my likes in this browser?',
  yes: 'Yes',
  no: 'No',
};
