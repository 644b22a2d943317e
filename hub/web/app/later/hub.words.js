import { learn } from "../words.js";

learn({
  "hub.title": ["Hub", "中枢"],
  "hub.ok": ["The hub works", "中枢运行正常"],
  "hub.degraded": ["Something is wrong", "有部件异常"],
  "hub.part.store": ["Memory", "存储"],
  "hub.part.broker": ["Broker", "消息代理"],
  "hub.part.link": ["Link to the broker", "代理连接"],
  "hub.part.discovery": ["Discovery", "发现"],
  "hub.part.clock": ["Clock", "时钟"],
  "hub.part.history": ["History", "历史"],
  "hub.part.ok": ["works", "正常"],
  "hub.part.degraded": ["does not work", "异常"],
  "hub.name": ["Name", "名称"],
  "hub.version": ["Version", "版本"],
  "hub.protocol": ["Protocol", "协议"],
  "hub.started": ["Running since", "启动时间"],
  "hub.devices": ["Devices", "设备"],
  "hub.streams": ["Phones connected", "已连接手机"],
  "hub.open": ["Commands on their way", "执行中的指令"],
  "hub.unknown": ["The hub's health is not known while it does not answer", "中枢没有回应，状态未知"],
});
