/** Polish texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'pl',
  label: 'Lubię to',
  like: 'Lubię to: {product}',
};

export const panel = {
  opened: 'Polubiono. Poniżej jest krótkie pytanie.',
  close: 'Zamknij',
  next: 'Dalej',
  skip: 'Pomiń',
  of: '{n} z {all}',
  missing: 'Najpierw odpowiedz.',
  thanks: 'Dziękujemy!',
};

export const fields = {
  most: 'Wybierz najwyżej {n}.',
  money: 'Wpisz kwotę, na przykład 12,50.',
  away: 'Nie udało się wysłać. Spróbuj ponownie.',
};

export const optin = {
  tick: 'Zaznacz, co Cię interesuje, albo naciśnij „{no}”.',
  address: 'Wpisz swój adres e-mail.',
};

export const remember = {
  ask: 'Zapamiętać moje polubienia w tej przeglądarce?',
  yes: 'Tak',
  no: 'Nie',
};
