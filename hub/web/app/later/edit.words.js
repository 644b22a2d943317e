import { learn } from "../words.js";

learn({
  "edit.favourite": ["A favourite of mine", "我的收藏"],
  "edit.room": ["Room", "房间"],
  "edit.room.none": ["In no room", "不在任何房间"],
  "edit.room.first": ["Add the first room", "添加第一个房间"],
  "edit.groups": ["In these groups", "所属分组"],
  "edit.unjoin": ["Remove from the home", "从家中移除"],
  "edit.unjoin.means": [
    "It is cut off at once, and what the hub knows of it is forgotten: name, values, history. To come back, it has to join anew with its setup code.",
    "设备将立即断开，中枢会忘记它的名称、状态和历史。要再次使用，须用设置码重新加入。",
  ],
  "edit.unjoin.children": ["With it go {n} devices behind it.", "它下面的 {n} 个设备会一同移除。"],
  "edit.unjoin.done": ["{name} has left the home", "{name}已离开"],
});
