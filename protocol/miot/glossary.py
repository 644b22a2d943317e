"""English for the Chinese words that stand alone in MIoT documents, as far as they are common."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_TEXT: Final = """
自动 Auto|手动 Manual|睡眠 Sleep|睡眠模式 Sleep|最爱 Favorite|智能 Smart|智能模式 Smart
静音 Silent|标准 Standard|标准模式 Standard|强力 Strong|强劲 Strong|全速 Full speed|普通 Normal
正常 Normal|模式 Mode|自定义 Custom|节能 Eco|舒适 Comfort|离家 Away|在家 Home|离家模式 Away
在家模式 Home|开 On|关 Off|打开 On|关闭 Off|开启 On|开关 Switch|电源 Power|电源开关 Power
启动 Start|停止 Stop|暂停 Pause|继续 Continue|切换 Toggle|重启 Restart|复位 Reset|重置 Reset
取消 Cancel|添加 Add|删除 Delete|确认 Confirm|查询 Query|设置 Settings|保存 Save|测试 Test
左 Left|右 Right|上 Up|下 Down|左键 Left button|右键 Right button|中键 Middle button|按键 Button
单击 Click|双击 Double click|长按 Long press|低 Low|中 Medium|高 High|低档 Low|中档 Medium
高档 High|无 None|有 Yes|是 Yes|否 No|未知 Unknown|默认 Default|其他 Other|预留 Reserved
空闲 Idle|待机 Standby|待机中 Standby|工作中 Working|运行中 Running|忙碌 Busy|完成 Done
已完成 Done|错误 Error|故障 Fault|异常 Abnormal|无故障 No faults|无错误 No error
设备故障 Device fault|状态 Status|工作状态 Status|充电 Charge|充电中 Charging
未充电 Not charging|充电状态 Charging state|电量 Battery level|电池 Battery|低电量 Low battery
加热 Heating|加热中 Heating|制热 Heat|制冷 Cool|除湿 Dry|送风 Fan|通风 Ventilate|干燥 Dry
烘干 Dry|温度 Temperature|目标温度 Target temperature|当前温度 Current temperature|湿度 Humidity
相对湿度 Relative humidity|目标湿度 Target humidity|空气质量 Air quality|优 Excellent|良 Good
差 Poor|亮度 Brightness|色温 Colour temperature|颜色 Colour|灯 Light|灯光 Light
指示灯 Indicator light|夜灯 Night light|氛围灯 Ambient light|背光 Backlight|风速 Fan speed
风扇 Fan|档位 Level|摆风 Swing|风档 Fan level|左右摆风 Horizontal swing|上下摆风 Vertical swing
摇头 Swing|自然风 Natural wind|直吹风 Straight wind|滤芯 Filter|滤芯寿命 Filter life|滤网 Filter
童锁 Child lock|儿童锁 Child lock|提示音 Alarm|蜂鸣器 Buzzer|音量 Volume|屏幕 Screen
语言 Language|中文 Chinese|英文 English|倒计时 Countdown|延时 Delay|延时关 Off delay|定时 Timer
时间 Time|开始时间 Start time|结束时间 End time|使用时间 Used time|剩余时间 Time left
剩余寿命 Life left|电压 Voltage|电流 Current|功率 Power|功耗 Power consumption
用电量 Energy used|累计用电量 Energy used|清扫 Sweep|扫地 Sweep|拖地 Mop|扫拖 Sweep and mop
回充 Go charging|回充中 Going to charge|清扫中 Sweeping|主刷 Main brush|边刷 Side brush|地图 Map
清洁 Clean|水位 Water level|水箱 Water tank|缺水 Water short|水满 Water full|打开窗帘 Open
关闭窗帘 Close|正转 Forward|反转 Reverse|门锁 Door lock|开门 Door opened|关门 Door closed
上锁 Locked|解锁 Unlocked|有人 Occupied|无人 Nobody|移动 Motion|场景 Scene|阅读 Reading|电视 TV
温馨 Warmth|会客 Hospitality|娱乐 Entertainment|彩色 Colour|白天 Day|夜晚 Night|夜间 Night
日光 Daylight|传感器错误 Sensor error|高温保护 High temperature protection
低温保护 Low temperature protection|马达故障 Motor fault|马达停转 Motor stuck
传感器丢失 Sensor lost|湿度异常 Humidity abnormal|温度异常 Temperature abnormal
未加热状态 Not heating|厂商 Manufacturer|型号 Model|序列号 Serial number
固件版本 Firmware version|设备信息 Device information|门 Door|窗 Window|一 One|二 Two|三 Three
"""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        chinese: english
        for entry in _TEXT.replace("\n", "|").split("|")
        if entry
        for chinese, _, english in [entry.partition(" ")]
    }
)
"""English by Chinese word."""

_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[str], str]], ...]] = (
    (re.compile(r"(?:第)?(\d{1,3})(?:档|挡|级)"), lambda number: f"Level {number}"),
    (re.compile(r"(?:档位|风速|等级)(\d{1,3})"), lambda number: f"Level {number}"),
    (re.compile(r"模式(\d{1,3})"), lambda number: f"Mode {number}"),
    (re.compile(r"(\d{1,5})秒钟?"), lambda number: f"{number} seconds"),
    (re.compile(r"(\d{1,5})分钟?"), lambda number: f"{number} minutes"),
    (re.compile(r"(\d{1,5})(?:小时|时)"), lambda number: f"{number} hours"),
)


def english(chinese: str) -> str:
    """Return English for a whole text, empty where the glossary has none."""
    word = chinese.strip(_ENDS)
    if word in WORDS:
        return WORDS[word]
    for pattern, say in _PATTERNS:
        found = pattern.fullmatch(word)
        if found is not None:
            return say(found[1])
    return ""


_ENDS: Final = "".join(sorted({*" 。,、:;()", "\uff08", "\uff09", "\uff0c", "\uff1a"}))
"""What stands around a word without being part of it."""
