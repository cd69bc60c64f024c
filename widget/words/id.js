/** Indonesian texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'id',
  label: 'Suka',
  like: 'Suka {product}',
};

export const panel = {
  opened: 'Disukai. Ada pertanyaan singkat di bawah.',
  close: 'Tutup',
  next: 'Lanjut',
  skip: 'Lewati',
  of: '{n} dari {all}',
  missing: 'Silakan jawab dulu.',
  thanks: 'Terima kasih!',
};

export const fields = {
  most: 'Pilih paling banyak {n}.',
  money: 'Tulis jumlahnya, misalnya 12,50.',
  away: 'Belum terkirim. Silakan coba lagi.',
};

export const optin = {
  tick: 'Centang yang Anda inginkan, atau tekan “{no}”.',
  address: 'Silakan tulis alamat email Anda.',
};

export const remember = {
  ask: 'Ingat suka saya di peramban ini?',
  yes: 'Ya',
  no: 'Tidak',
};
