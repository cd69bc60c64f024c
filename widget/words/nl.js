/** Dutch texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'nl',
  label: 'Vind ik leuk',
  like: 'Vind ik leuk: {product}',
};

export const panel = {
  opened: 'Je vindt dit leuk. Hieronder staat een korte vraag.',
  close: 'Sluiten',
  next: 'Volgende',
  skip: 'Overslaan',
  of: '{n} van {all}',
  missing: 'Geef eerst een antwoord.',
  thanks: 'Bedankt!',
};

export const fields = {
  most: 'Kies er hoogstens {n}.',
  money: 'Vul een bedrag in, bijvoorbeeld 12,50.',
  away: 'Dat is niet aangekomen. Probeer het nog eens.',
};

export const optin = {
  tick: 'Vink aan wat je wilt, of druk op ‘{no}’.',
  address: 'Vul je e-mailadres in.',
};

export const remember = {
  ask: 'Mijn likes in deze browser onthouden?',
  yes: 'Ja',
  no: 'Nee',
};
