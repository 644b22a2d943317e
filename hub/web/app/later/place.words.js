import { learn } from "../words.js";

learn({
  "place.title": ["Where the home is", "家的位置"],
  "place.none": ["Once it is told where the home is, the hub knows sunrise and sunset. Only owners see it.", "告知位置后，中枢就知道日出和日落时间。仅主人可见。"],
  "place.known": ["By this the hub knows sunrise and sunset. Only owners see it.", "中枢据此得知日出和日落时间。仅主人可见。"],
  "place.latitude": ["Latitude, south below zero", "纬度（南纬为负）"],
  "place.longitude": ["Longitude, west below zero", "经度（西经为负）"],
  "place.hint": ["A map shows both when you hold a finger on the spot, and they can be pasted together. Two decimals are enough.", "在地图上长按所在地点即可看到这两个数，可一起粘贴。两位小数就够了。"],
  "place.flaw": ["Give a number from −{most} to {most}", "请填写 −{most} 到 {most} 之间的数"],
  "place.save": ["Save the place", "保存位置"],
  "place.saved": ["The hub knows sunrise and sunset now", "中枢已知道日出和日落时间"],
  "place.forget": ["Forget the place", "删除位置"],
  "place.forgotten": ["The hub has forgotten where the home is", "中枢已删除家的位置"],
  "place.locate": ["Where this phone is", "使用手机当前位置"],
  "place.looking": ["Looking…", "正在定位…"],
  "place.found": ["Found. Save it, if this phone is at home.", "已找到。如果手机在家，请保存。"],
  "place.refused": ["This phone may not tell where it is. Allow it in the browser's settings, or type the numbers.", "浏览器不允许获取位置。请在设置中允许，或手动填写。"],
  "place.lost": ["This phone could not find out where it is. Type the numbers.", "这部手机无法定位，请手动填写。"],
  "place.plain": ["Over https, this phone could say where it is.", "使用 https 时，可由手机提供位置。"],
  "place.link": ["Tell where the home is", "告知家的位置"],
  "place.first": ["First tell where the home is", "请先告知家的位置"],
});
