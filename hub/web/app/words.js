// All that the shell says, in each language; product specs bring the words for what they declare,
// and each later page brings its own (later/*.words.js).

import { language } from "./settings.js";

const COLUMNS = { en: 0, zh: 1 };

export const WORDS = {
  "app.title": ["Home", "家"],
  "nav.home": ["Home", "首页"],
  "nav.inbox": ["Inbox", "消息"],
  "nav.automations": ["Automations", "自动化"],
  "nav.settings": ["Settings", "设置"],
  "nav.main": ["Main", "主导航"],
  "nav.back": ["Back", "返回"],
  "nav.skip": ["Skip to content", "跳到内容"],

  "link.coming": ["Connecting …", "正在连接…"],
  "link.away": ["The hub does not answer", "中枢没有回应"],
  "link.away.since": ["What you see is from {age}", "以下为{age}的状态"],
  "link.back": ["Connected again", "已重新连接"],
  "link.retry": ["Try now", "立即重试"],

  "home.needs": ["Needs you", "需要您处理"],
  "home.calm": ["All is well", "一切正常"],
  "home.on": ["{n} on", "{n} 个开启"],
  "home.devices": ["Devices", "设备"],
  "home.all": ["All {n}", "全部 {n}"],
  "home.only.on": ["On {n}", "开启 {n}"],
  "home.only.sensors": ["Sensors {n}", "传感器 {n}"],
  "home.only.favourites": ["Favourites {n}", "收藏 {n}"],
  "home.only.away": ["Out of reach {n}", "失联 {n}"],
  "home.air": ["The air", "空气"],
  "home.none": ["No device has joined yet", "还没有设备加入"],
  "home.none.how": [
    "Add one with the setup code that is printed on it.",
    "用设备上的设置码来添加。",
  ],
  "home.nothing.here": ["Nothing here just now", "这里暂时没有设备"],

  "scene.title": ["Scenes", "场景"],
  "scene.undo": ["Undo {name}", "撤销 {name}"],
  "scene.missed": ["{n} did not follow", "{n} 个未执行"],

  "attention.unreachable": ["Out of reach", "失联"],
  "attention.unstable": ["Comes and goes", "连接不稳定"],
  "attention.quarantined": ["Shut out: it breaks the rules", "已隔离：不守协议"],
  "attention.low": ["{title}: {value}", "{title}：{value}"],
  "attention.fault": ["{title}: {value}", "{title}：{value}"],

  "presence.online": ["Online", "在线"],
  "presence.asleep": ["Asleep, wakes {when}", "休眠中，{when}醒来"],
  "presence.asleep.plain": ["Asleep", "休眠中"],
  "presence.interviewing": ["Getting to know it …", "正在识别…"],
  "presence.unreachable": ["Out of reach since {when}", "{when}起失联"],
  "presence.unstable": ["Comes and goes since {when}", "{when}起连接不稳定"],
  "presence.quarantined": ["Shut out since {when}", "{when}起被隔离"],
  "presence.retired": ["No longer part of the home", "已不在家中"],

  "reason.lost": ["its connection broke", "连接中断"],
  "reason.shutdown": ["it was switched off", "设备已关机"],
  "reason.silent": ["it has gone silent", "设备没有声音"],
  "reason.link_lost": ["the hub has lost its broker", "中枢失去了消息代理"],
  "reason.overslept": ["it has missed two wakes", "错过了两次唤醒"],
  "reason.child_lost": ["its gateway cannot reach it", "网关联系不上它"],
  "reason.gateway_lost": ["its gateway is gone", "它的网关不在线"],
  "reason.flapping": ["too many breaks in a row", "频繁断线"],
  "reason.broke_rules": ["it broke rules again and again", "反复违反协议"],
  "reason.flooded": ["it sent far too much", "发送过多消息"],
  "reason.no_answer": ["it does not answer", "没有回应"],
  "reason.gateway_offline": ["its gateway is gone", "它的网关不在线"],
  "reason.hub_restarted": ["not heard since the hub started", "中枢启动后还没有消息"],

  "value.on": ["On", "开"],
  "value.off": ["Off", "关"],
  "value.yes": ["Yes", "是"],
  "value.no": ["No", "否"],
  "value.unknown": ["Not known", "未知"],
  "value.none": ["Not told yet", "尚未上报"],
  "value.hidden": ["Cannot be read back", "不可读回"],
  "value.old": ["from {age}", "{age}"],

  "age.now": ["just now", "刚刚"],

  "command.waiting": ["on its way …", "正在执行…"],
  "command.slow": ["takes longer than usual …", "比平时慢…"],
  "command.asleep": ["waits until it wakes", "等待设备醒来"],
  "command.done": ["Done", "完成"],
  "command.refused": ["Not done: {why}", "未执行：{why}"],
  "command.expired": ["it did not answer in time", "设备没有及时回应"],
  "command.failed": ["it did not work", "执行失败"],
  "command.rejected": ["the device refused", "设备拒绝了"],
  "command.superseded": ["a newer command took its place", "已被更新的指令取代"],
  "command.unknown": ["nobody knows whether it ran", "不确定是否已执行"],
  "command.away": ["the hub does not answer", "中枢没有回应"],
  "command.left": ["it has left the home", "设备已离开"],
  "command.unreachable": ["it is out of reach", "设备失联"],

  "control.less": ["Less: {title}", "减少：{title}"],
  "control.more": ["More: {title}", "增加：{title}"],
  "control.set": ["Set", "设定"],
  "control.run": ["Run", "执行"],
  "control.sure": ["Tap again to confirm", "再点一次确认"],
  "control.other": ["Other colour", "其他颜色"],
  "control.hours": ["Hours", "小时"],
  "control.minutes": ["Minutes", "分钟"],
  "control.seconds": ["Seconds", "秒"],
  "control.range": ["{least} to {most}", "{least} 至 {most}"],
  "control.toggle": ["{title}, {name}", "{name} {title}"],

  "device.controls": ["Controls", "控制"],
  "device.readings": ["Readings", "读数"],
  "device.actions": ["Actions", "操作"],
  "device.events": ["What it tells", "事件"],
  "device.events.none": ["not since the app was opened", "应用打开后未发生"],
  "device.about": ["About this device", "关于此设备"],
  "device.gone": ["There is no such device", "没有这个设备"],
  "device.nothing": ["This product declares nothing to show", "该产品没有可显示的内容"],
  "device.spec.waits": ["The hub does not know yet what this device can do", "中枢还不知道该设备的功能"],
  "device.maker": ["Maker", "厂商"],
  "device.product": ["Product", "产品"],
  "device.serial": ["Serial number", "序列号"],
  "device.firmware": ["Firmware", "固件"],
  "device.id": ["Id", "标识"],
  "device.gateway": ["Behind", "所属网关"],
  "device.joined": ["Joined", "加入时间"],
  "device.rules": ["Broken rules", "违规"],
  "device.certificate": ["Certificate", "认证"],
  "device.name": ["Name", "名称"],
  "device.name.done": ["The name is changed", "名称已更改"],
  "device.like": ["{name} is a favourite", "收藏{name}"],
  "device.edit": ["Name, room and picture of {name}", "{name}的名称、房间与图标"],

  "history.open": ["History of {title}", "{title}的历史"],

  "inbox.title": ["Inbox", "消息"],
  "inbox.none": ["Nothing to tell", "没有消息"],
  "inbox.none.more": ["Alarms, worn filters and low batteries come here.", "警报、滤芯和电量提醒会出现在这里。"],
  "inbox.read.all": ["Mark all as read", "全部标为已读"],
  "inbox.read": ["Mark as read", "标为已读"],
  "inbox.drop": ["Delete", "删除"],
  "inbox.new": ["new", "新"],
  "inbox.unread": ["{n} unread", "{n} 条未读"],

  "settings.title": ["Settings", "设置"],
  "settings.places": ["The home", "家庭"],
  "place.rooms": ["Rooms and floors", "房间与楼层"],
  "place.groups": ["Groups", "分组"],
  "place.scenes": ["Scenes", "场景"],
  "place.people": ["People and phones", "成员与手机"],
  "place.add": ["Add a device", "添加设备"],
  "place.activity": ["What happened", "动态"],
  "place.hub": ["Hub", "中枢"],
  "settings.language": ["Language", "语言"],
  "settings.theme": ["Look", "外观"],
  "settings.theme.system": ["As the phone", "跟随系统"],
  "settings.theme.light": ["Light", "浅色"],
  "settings.theme.dark": ["Dark", "深色"],
  "settings.temperature": ["Temperature", "温度"],
  "settings.measures": ["Weights and lengths", "重量与长度"],
  "settings.measures.metric": ["kg, km", "kg, km"],
  "settings.measures.us": ["lb, mi", "lb, mi"],
  "settings.phone": ["This phone", "这部手机"],
  "settings.leave": ["Sign out of this hub", "退出此中枢"],
  "settings.leave.more": ["What this phone knows of the home is forgotten.", "这部手机上的家庭信息将被清除。"],
  "settings.plain": [
    "This page came over plain http: a browser then allows neither installing nor opening without the hub, and what is said can be read on the network.",
    "此页面通过普通 http 打开：浏览器不允许安装和离线使用，且网络上的其他人可以读到内容。",
  ],
  "settings.offline": ["The app opens without the hub, too.", "没有中枢也能打开应用。"],

  "enter.title": ["Come in", "进入"],
  "enter.lead": [
    "Type the code that the hub's terminal or somebody of the home shows, or paste a token.",
    "请输入中枢终端或家人出示的配对码，或粘贴令牌。",
  ],
  "enter.code": ["Code or token", "配对码或令牌"],
  "enter.person": ["Your name", "您的名字"],
  "enter.go": ["Come in", "进入"],
  "enter.going": ["Asking the hub …", "正在询问中枢…"],
  "enter.none": ["This hub knows no pairing by code yet: paste the token that `ecohub run` names", "此中枢尚不支持配对码：请粘贴 ecohub run 给出的令牌"],
  "phone.name": ["Phone", "手机"],
  "page.coming": ["Just a moment …", "请稍候…"],
  "page.failed": ["This page could not be fetched", "无法加载此页面"],
  "page.gone": ["There is no such page", "没有这个页面"],
};

/** Take in the words of a page that has come later. */
export const learn = (words) => Object.assign(WORDS, words);

/** Say something in the reader's language; `{name}` stands for what is given under that name. */
export function t(key, given = {}) {
  const row = WORDS[key];
  if (!row) return key;
  const text = row[COLUMNS[language.value]] ?? row[0];
  return text.replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
}

/** Say `key` if there is such a text, else what is given. */
export const tOr = (key, otherwise) => (WORDS[key] ? t(key) : otherwise);
