/** Spanish texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'es',
  label: 'Me gusta',
  like: 'Me gusta {product}',
};

export const panel = {
  opened: 'Te gusta. Debajo hay una pregunta breve.',
  close: 'Cerrar',
  next: 'Siguiente',
  skip: 'Omitir',
  of: '{n} de {all}',
  missing: 'Responde primero, por favor.',
  thanks: '¡Gracias!',
};

export const fields = {
  most: 'Elige {n} como máximo.',
  money: 'Escribe un importe, por ejemplo 12,50.',
  away: 'No se ha podido enviar. Inténtalo de nuevo.',
};

export const optin = {
  tick: 'Marca lo que quieras o pulsa «{no}».',
  address: 'Escribe tu correo electrónico.',
};

export const remember = {
  ask: '¿Recordar mis «Me gusta» en este navegador?',
  yes: 'Sí',
  no: 'No',
};
