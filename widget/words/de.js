/** German texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'de',
  label: 'Gefällt mir',
  like: 'Gefällt mir: {product}',
};

export const panel = {
  opened: 'Gefällt Ihnen. Darunter steht eine kurze Frage.',
  close: 'Schließen',
  next: 'Weiter',
  skip: 'Überspringen',
  of: '{n} von {all}',
  missing: 'Bitte antworten Sie zuerst.',
  thanks: 'Vielen Dank!',
};

export const fields = {
  most: 'Bitte wählen Sie höchstens {n}.',
  money: 'Bitte schreiben Sie einen Betrag, zum Beispiel 12,50.',
  away: 'Das ist nicht angekommen. Bitte versuchen Sie es noch einmal.',
};

export const optin = {
  tick: 'Kreuzen Sie an, was Sie möchten, oder drücken Sie „{no}“.',
  address: 'Bitte schreiben Sie Ihre E-Mail-Adresse.',
};

export const remember = {
  ask: '„Gefällt mir“ in diesem Browser merken?',
  yes: 'Ja',
  no: 'Nein',
};
