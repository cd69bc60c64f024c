/** Arabic texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'ar',
  label: 'أعجبني',
  like: 'أعجبني: {product}',
};

export const panel = {
  opened: 'تم تسجيل إعجابك. يوجد سؤال قصير في الأسفل.',
  close: 'إغلاق',
  next: 'التالي',
  skip: 'تخطي',
  of: '{n} من {all}',
  missing: 'يُرجى الإجابة أولًا.',
  thanks: 'شكرًا لك!',
};

export const fields = {
  most: 'يُرجى اختيار {n} على الأكثر.',
  money: 'يُرجى كتابة مبلغ، مثل 12.50.',
  away: 'تعذّر الإرسال. يُرجى المحاولة مرة أخرى.',
};

export const optin = {
  tick: 'ضع علامة أمام ما تريده، أو اضغط على «{no}».',
  address: 'يُرجى كتابة عنوان بريدك الإلكتروني.',
};

export const remember = {
  ask: 'هل نتذكّر إعجاباتي في هذا المتصفح؟',
  yes: 'نعم',
  no: 'لا',
};
