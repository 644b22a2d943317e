import { learn } from "../words.js";

learn({
  "visit.now": ["You are a guest here", "您是这里的访客"],
  "visit.now.until": ["You are a guest here until {when}", "您是这里的访客，有效至 {when}"],
  "visit.none": ["Nothing has been opened to you yet", "您还没有任何权限"],
  "visit.none.more": ["Somebody of the home has to say what you may use.", "请让家人为您开放权限。"],
  "visit.over": ["Your visit has ended", "您的访问已结束"],
  "visit.over.more": ["It ended {when}. Ask somebody of {home} if you need more time.", "已于 {when} 结束。如需延长，请联系 {home} 的家人。"],
  "visit.later": ["Your visit has not begun yet", "您的访问还未开始"],
  "visit.later.more": ["It begins {when}.", "开始时间：{when}。"],
  "visit.closed": ["Not at this hour", "当前时段不可用"],
  "visit.closed.more": ["It opens by itself when your time comes.", "到了您的时段会自动开放。"],
  "visit.away": ["What you may use is not here just now", "您可使用的设备目前不在"],
  "visit.may": ["What you may do", "您的权限"],
});
