/** Chinese texts of the widget, in simplified characters. `{…}` is filled in. */

export const button = {
  locale: 'zh',
  label: '赞',
  like: '赞：{product}',
};

export const panel = {
  opened: '已点赞。下方有一个小问题。',
  close: '关闭',
  next: '下一步',
  skip: '跳过',
  of: '{n} / {all}',
  missing: '请先回答。',
  thanks: '谢谢！',
};

export const fields = {
  most: '最多选择 {n} 项。',
  money: '请输入金额，例如 12.50。',
  away: '没有发送成功，请再试一次。',
};

export const optin = {
  tick: '请勾选您想要的内容，或点按“{no}”。',
  address: '请填写您的电子邮箱地址。',
};

export const remember = {
  ask: '要在此浏览器中记住我的点赞吗？',
  yes: '是',
  no: '否',
};
