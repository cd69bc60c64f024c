/** Turkish texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'tr',
  label: 'Beğen',
  like: 'Beğen: {product}',
};

export const panel = {
  opened: 'Beğenildi. Aşağıda kısa bir soru var.',
  close: 'Kapat',
  next: 'İleri',
  skip: 'Atla',
  of: '{n} / {all}',
  missing: 'Lütfen önce yanıtlayın.',
  thanks: 'Teşekkürler!',
};

export const fields = {
  most: 'En fazla {n} seçim yapabilirsiniz.',
  money: 'Lütfen bir tutar yazın, örneğin 12,50.',
  away: 'Gönderilemedi. Lütfen yeniden deneyin.',
};

export const optin = {
  tick: 'İstediklerinizi işaretleyin ya da “{no}” düğmesine basın.',
  address: 'Lütfen e-posta adresinizi yazın.',
};

export const remember = {
  ask: 'Beğenilerim bu tarayıcıda hatırlansın mı?',
  yes: 'Evet',
  no: 'Hayır',
};
