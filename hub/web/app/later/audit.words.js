// What audit tells, by its code: who let whom and what in.

import { learn } from "../words.js";

learn({
  "audit.phone_in": ["{person} came in with {phone}", "{person} 用“{phone}”登录"],
  "audit.phone_out": ["{phone} of {person} was signed out", "{person} 的“{phone}”已登出"],
  "audit.person_out": ["{person} was taken out of the home", "已将 {person} 移出家庭"],
  "audit.setup_code_wrong": ["A wrong setup code of a device was refused", "设备的设置码不正确，已被拒绝"],
  "audit.pairing_code_wrong": ["A wrong pairing code of a phone was refused", "手机的配对码不正确，已被拒绝"],
  "audit.invited": ["Somebody was invited. Role: {role}", "已发出邀请，身份：{role}"],
  "audit.invited_named": ["{person} was invited. Role: {role}", "已邀请 {person}，身份：{role}"],
  "audit.invited_phone": ["Another phone of {person} was invited", "已邀请 {person} 的另一部手机"],
  "audit.invite_withdrawn": ["An invite was withdrawn. Role: {role}", "已撤回邀请，身份：{role}"],
  "audit.invite_withdrawn_named": ["The invite for {person} was withdrawn. Role: {role}", "已撤回对 {person} 的邀请，身份：{role}"],
  "audit.invite_withdrawn_phone": ["The invite for another phone of {person} was withdrawn", "已撤回对 {person} 另一部手机的邀请"],
  "audit.right_given": ["{person} got a right: {grant}", "授予 {person} 权限：{grant}"],
  "audit.right_taken": ["{person} lost a right: {grant}", "收回 {person} 的权限：{grant}"],
  "audit.worn": ["{device} is worn by {person}", "{device} 由 {person} 佩戴"],
  "audit.not_worn": ["{device} is no longer worn by {person}", "{device} 不再由 {person} 佩戴"],
  "audit.role_changed": ["{person}: {was} → {role}", "{person}：{was} → {role}"],
  "audit.device_in": ["A device was let in: {product}", "设备已加入：{product}"],
  "audit.device_out": ["A device was taken out: {device}", "设备已移除：{device}"],
  "audit.mode_of_new": ["Of devices that join, {mode}", "对新加入的设备：{mode}"],
  "audit.mode_of_all": ["Of all devices, {mode}", "对所有设备：{mode}"],
  "audit.mode_of_device": ["Of this device, {mode}", "对此设备：{mode}"],
  "audit.mode.strict": ["what breaks a rule is refused", "违反协议时拒绝"],
  "audit.mode.warn": ["what breaks a rule is only noted", "违反协议时仅记录"],
  "audit.place_told": ["The hub was told where the home is", "已告知中枢家的位置"],
  "audit.place_forgotten": ["The hub was made to forget where the home is", "已让中枢删除家的位置"],
  "audit.children_at_most": ["Most devices behind it: {count}", "最多可带子设备：{count}"],
  "audit.certificate_added": ["A certificate was added: {certificate}", "已添加证书：{certificate}"],
  "audit.certificate_removed": ["A certificate was taken away: {certificate}", "已移除证书：{certificate}"],
});
