/** French texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'fr',
  label: 'J’aime',
  like: 'J’aime {product}',
};

export const panel = {
  opened: 'Vous aimez. Une petite question vous attend ci-dessous.',
  close: 'Fermer',
  next: 'Suivant',
  skip: 'Passer',
  of: '{n} sur {all}',
  missing: 'Veuillez d’abord répondre.',
  thanks: 'Merci\u202f!',
};

export const fields = {
  most: 'Choisissez-en {n} au maximum.',
  money: 'Veuillez indiquer un montant, par exemple 12,50.',
  away: 'L’envoi n’a pas abouti. Veuillez réessayer.',
};

export const optin = {
  tick: 'Cochez ce que vous souhaitez, ou appuyez sur «\u00a0{no}\u00a0».',
  address: 'Veuillez indiquer votre adresse e-mail.',
};

export const remember = {
  ask: 'Retenir mes « J’aime » dans ce navigateur ?',
  yes: 'Oui',
  no: 'Non',
};
