/** Korean texts of the widget. `{…}` is filled in. */

export const button = {
  locale: 'ko',
  label: '좋아요',
  like: '{product} 좋아요',
};

export const panel = {
  opened: '좋아요를 눌렀습니다. 아래에 짧은 질문이 있습니다.',
  close: '닫기',
  next: '다음',
  skip: '건너뛰기',
  of: '{n} / {all}',
  missing: '먼저 답해 주세요.',
  thanks: '감사합니다!',
};

export const fields = {
  most: '최대 {n}개까지 선택해 주세요.',
  money: '금액을 숫자로 입력해 주세요(예: 12000).',
  away: '전송되지 않았습니다. 다시 시도해 주세요.',
};

export const optin = {
  tick: '원하는 항목에 표시하거나 ‘{no}’ 버튼을 눌러 주세요.',
  address: '이메일 주소를 입력해 주세요.',
};

export const remember = {
  ask: '이 브라우저에 내 좋아요를 기억할까요?',
  yes: '예',
  no: '아니요',
};
