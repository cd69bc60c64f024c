/** Hindi texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'hi',
  label: 'पसंद करें',
  like: 'पसंद करें: {product}',
};

export const panel = {
  opened: 'पसंद किया गया। नीचे एक छोटा सवाल है।',
  close: 'बंद करें',
  next: 'आगे',
  skip: 'छोड़ें',
  of: '{all} में से {n}',
  missing: 'कृपया पहले जवाब दें।',
  thanks: 'धन्यवाद!',
};

export const fields = {
  most: 'ज़्यादा से ज़्यादा {n} चुनें।',
  money: 'कृपया रकम लिखें, जैसे 12.50।',
  away: 'यह पहुँच नहीं पाया। कृपया फिर से कोशिश करें।',
};

export const optin = {
  tick: 'जो चाहें उस पर सही का निशान लगाएँ, या “{no}” दबाएँ।',
  address: 'कृपया अपना ईमेल पता लिखें।',
};

export const remember = {
  ask: 'क्या इस ब्राउज़र में मेरी पसंद याद रखी जाए?',
  yes: 'हाँ',
  no: 'नहीं',
};
