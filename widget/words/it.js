/** Italian texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'it',
  label: 'Mi piace',
  like: 'Mi piace {product}',
};

export const panel = {
  opened: 'Ti piace. Qui sotto c’è una breve domanda.',
  close: 'Chiudi',
  next: 'Avanti',
  skip: 'Salta',
  of: '{n} di {all}',
  missing: 'Prima rispondi, per favore.',
  thanks: 'Grazie!',
};

export const fields = {
  most: 'Scegline al massimo {n}.',
  money: 'Scrivi un importo, per esempio 12,50.',
  away: 'L’invio non è riuscito. Riprova.',
};

export const optin = {
  tick: 'Spunta ciò che desideri oppure premi «{no}».',
  address: 'Scrivi il tuo indirizzo e-mail.',
};

export const remember = {
  ask: 'Ricordare i miei «Mi piace» in questo browser?',
  yes: 'Sì',
  no: 'No',
};
