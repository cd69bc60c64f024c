/** Portuguese texts of the widget, as it is written in Brazil. `{…}` is filled in. */

export const button = {
  locale: 'pt',
  label: 'Curtir',
  like: 'Curtir {product}',
};

export const panel = {
  opened: 'Curtido. Há uma pergunta rápida abaixo.',
  close: 'Fechar',
  next: 'Avançar',
  skip: 'Pular',
  of: '{n} de {all}',
  missing: 'Responda primeiro, por favor.',
  thanks: 'Obrigado!',
};

export const fields = {
  most: 'Escolha no máximo {n}.',
  money: 'Escreva um valor, por exemplo 12,50.',
  away: 'Não foi possível enviar. Tente de novo.',
};

export const optin = {
  tick: 'Marque o que você quiser ou toque em “{no}”.',
  address: 'Escreva seu e-mail, por favor.',
};

export const remember = {
  ask: 'Lembrar minhas curtidas neste navegador?',
  yes: 'Sim',
  no: 'Não',
};
