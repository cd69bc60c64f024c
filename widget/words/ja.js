/** Japanese texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'ja',
  label: 'いいね',
  like: '{product}に「いいね」',
};

export const panel = {
  opened: '「いいね」しました。下に短い質問があります。',
  close: '閉じる',
  next: '次へ',
  skip: 'スキップ',
  of: '{n} / {all}',
  missing: '先に回答してください。',
  thanks: 'ありがとうございます！',
};

export const fields = {
  most: '選べるのは{n}個までです。',
  money: '金額を数字で入力してください（例：1200）。',
  away: '送信できませんでした。もう一度お試しください。',
};

export const optin = {
  tick: 'ご希望のものにチェックを入れるか、「{no}」を押してください。',
  address: 'メールアドレスを入力してください。',
};

export const remember = {
  ask: 'このブラウザに「いいね」を記憶しますか？',
  yes: 'はい',
  no: 'いいえ',
};
