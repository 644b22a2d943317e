import { learn } from "../words.js";

learn({
  "history.title": ["History", "历史"],
  "history.hour": ["Hour", "小时"],
  "history.day": ["Day", "天"],
  "history.week": ["Week", "周"],
  "history.month": ["Month", "月"],
  "history.none": ["Nothing is recorded for this time", "这段时间没有记录"],
  "history.least": ["Least", "最低"],
  "history.mean": ["Mean", "平均"],
  "history.most": ["Most", "最高"],
  "history.hint": ["Drag to read off, pinch or scroll to zoom, double tap for all", "拖动读数，捏合或滚轮缩放，双击还原"],
  "history.chart": ["{title}: from {least} to {most}, now {value}", "{title}：{least} 至 {most}，当前 {value}"],
  "history.retry": ["The history could not be read: {why}", "无法读取历史：{why}"],
  "history.table": ["As a table", "表格"],
  "history.when": ["When", "时间"],
  "history.last": ["{value} at the end", "结束时{value}"],
});
