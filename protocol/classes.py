"""Device classes: which standard parts a product of a class has, and which it may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from protocol.parts import PARTS, Part


@dataclass(frozen=True, slots=True)
class DeviceClass:
    """A kind of device that apps know how to show.

    Attributes:
        title: What people call it, by language, `en` and `zh`.
        icon: Name from the app's icon set.
        required: Parts that every product of the class has.
        optional: Parts that mean this, and nothing else, where a product of the class has them.
    """

    name: str
    title: Mapping[str, str]
    icon: str
    required: tuple[Part, ...]
    optional: tuple[Part, ...] = ()


def _class(
    name: str, titles: tuple[str, str], icon: str, required: str, optional: str
) -> DeviceClass:
    title = MappingProxyType(dict(zip(("en", "zh"), titles, strict=True)))
    parts = [tuple(PARTS[address] for address in text.split()) for text in (required, optional)]
    return DeviceClass(name, title, icon, *parts)


_CONTROLS: Final = "controls.child_lock controls.buzzer display.on display.brightness"
_METER: Final = "meter.power_w meter.energy_wh meter.reset"
_TIMER: Final = "timer.off_after_s timer.left_s"

CLASSES: Final[Mapping[str, DeviceClass]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            _class(
                "air_purifier",
                ("Air purifier", "空气净化器"),
                "air-purifier",
                "purifier.power air.pm2_5 filter.life",
                "purifier.mode fan.level air.temperature air.humidity filter.reset filter.worn"
                " controls.child_lock light.brightness air.pm10 air.co2 air.formaldehyde air.tvoc"
                " fan.speed_rpm purifier.anion purifier.uv controls.buzzer display.on"
                f" display.brightness status.fault {_METER} {_TIMER}",
            ),
            _class(
                "router",
                ("Router", "路由器"),
                "router",
                "router.clients router.uptime_s router.reboot wifi.on wifi.ssid",
                "router.download_bps router.upload_bps router.client_joined router.client_left"
                " router.downloaded_bytes router.uploaded_bytes wifi.channel wifi.password"
                " guest_wifi.on guest_wifi.password status.fault",
            ),
            _class(
                "smart_plug",
                ("Smart plug", "智能插座"),
                "smart-plug",
                "outlet.on",
                "outlet.power_w outlet.energy_wh outlet.voltage_v outlet.overload"
                " outlet.reset_energy outlet.current_a outlet.temperature controls.child_lock"
                f" controls.after_power_cut display.on status.fault {_TIMER}",
            ),
            _class(
                "environment_sensor",
                ("Environment sensor", "环境传感器"),
                "environment-sensor",
                "air.temperature air.humidity",
                "air.co2 air.illuminance air.pm2_5 battery.level sensor.interval_s sensor.identify"
                " air.pm10 air.formaldehyde air.tvoc air.pressure air.noise battery.charging"
                " battery.low battery.voltage_v display.on status.fault",
            ),
            _class(
                "light",
                ("Light", "灯"),
                "light",
                "light.on",
                "light.brightness light.color light.color_mode light.color_temperature"
                " light.effect light.transition_s air.illuminance controls.after_power_cut"
                f" sensor.identify status.fault {_METER} {_TIMER}",
            ),
            _class(
                "fan",
                ("Fan", "风扇"),
                "fan",
                "fan.on fan.level",
                "fan.mode fan.speed fan.speed_rpm fan.swing_horizontal fan.swing_vertical"
                " fan.swing_angle air.temperature air.humidity battery.level battery.charging"
                f" status.fault {_CONTROLS} {_METER} {_TIMER}",
            ),
            _class(
                "heater",
                ("Heater", "取暖器"),
                "heater",
                "heater.on",
                "heater.level heater.overheated heater.tipped_over climate.target_temperature"
                " climate.activity air.temperature air.humidity fan.swing_horizontal"
                f" status.fault {_CONTROLS} {_METER} {_TIMER}",
            ),
            _class(
                "humidifier",
                ("Humidifier", "加湿器"),
                "humidifier",
                "humidifier.on",
                "humidifier.level humidifier.mode climate.target_humidity air.humidity"
                " air.temperature tank.level tank.empty tank.refilled filter.life filter.reset"
                f" filter.worn fan.speed_rpm status.fault {_CONTROLS} {_METER} {_TIMER}",
            ),
            _class(
                "air_conditioner",
                ("Air conditioner", "空调"),
                "air-conditioner",
                "air_conditioner.on climate.mode climate.target_temperature fan.level",
                "air.temperature air.humidity climate.activity climate.target_humidity"
                " fan.swing_horizontal fan.swing_vertical filter.life filter.reset filter.worn"
                f" status.fault {_CONTROLS} {_METER} {_TIMER}",
            ),
            _class(
                "robot_cleaner",
                ("Robot cleaner", "扫地机器人"),
                "robot-cleaner",
                "cleaner.status battery.level cleaner.start cleaner.stop cleaner.dock",
                "cleaner.mode cleaner.water_level cleaner.room cleaner.area_m2 cleaner.duration_s"
                " cleaner.total_area_m2 cleaner.total_duration_s cleaner.runs cleaner.map_progress"
                " cleaner.bin_level cleaner.clean_room cleaner.pause cleaner.locate"
                " cleaner.finished cleaner.stuck cleaner.bin_full battery.charging battery.low"
                " brush.life brush.reset brush.worn filter.life filter.reset filter.worn"
                " tank.level tank.empty controls.child_lock sound.volume status.fault",
            ),
            _class(
                "television",
                ("Television", "电视"),
                "television",
                "television.on television.input sound.volume sound.muted",
                "television.channel television.app television.picture_mode television.launch"
                " television.press_key television.fell_asleep playback.state playback.title"
                " playback.play playback.pause sound.equalizer display.brightness"
                f" controls.child_lock status.fault {_METER} {_TIMER}",
            ),
            _class(
                "power_bank",
                ("Power bank", "移动电源"),
                "power-bank",
                "battery.level",
                "battery.charging battery.temperature battery.voltage_v battery.health"
                " battery.cycles battery.left_s battery.low battery.overheated input.power_w"
                " output.on output.power_w output.delivered_wh output.fast_charge"
                " output.low_current output.overload display.on status.fault",
            ),
            _class(
                "earphones",
                ("Earphones", "耳机"),
                "earphones",
                "left_bud.battery right_bud.battery case.battery",
                "left_bud.charging left_bud.in_ear right_bud.charging right_bud.in_ear"
                " case.charging case.open case.opened case.closed earphones.connected"
                " earphones.noise_mode earphones.locate playback.state playback.title playback.play"
                " playback.pause sound.volume sound.equalizer battery.low",
            ),
            _class(
                "wearable",
                ("Wearable band", "智能手环"),
                "band",
                "battery.level activity.steps",
                "activity.distance_m activity.energy_kcal activity.state activity.goal_steps"
                " activity.goal_reached heart.rate heart.resting_rate heart.rate_high"
                " body.blood_oxygen body.skin_temperature body.stress sleep.stage"
                " sleep.duration_s wearable.worn wearable.locate wearable.notify"
                " battery.charging battery.low display.brightness",
            ),
            _class(
                "scale",
                ("Weighing scale", "体重秤"),
                "scale",
                "body.weight",
                "body.mass_index body.fat body.water body.muscle_mass body.bone_mass"
                " body.impedance heart.rate scale.measured scale.unit battery.level battery.low",
            ),
            _class(
                "contact_sensor",
                ("Door sensor", "门窗传感器"),
                "door",
                "contact.open",
                "contact.openings contact.opened contact.closed contact.left_open"
                " contact.tampered air.illuminance air.temperature battery.level battery.low"
                " battery.voltage_v",
            ),
            _class(
                "gateway",
                ("Gateway", "网关"),
                "gateway",
                "gateway.children",
                "gateway.pairing gateway.pair gateway.locate gateway.child_joined"
                " gateway.child_left light.on light.brightness light.color sound.volume"
                " air.illuminance status.fault",
            ),
        )
    }
)
"""Device class by name; a vendor's own class carries its namespace and has no rules here."""


def is_known(name: str) -> bool:
    """Say whether `name` is a class of this version, or one of a vendor's own."""
    return name in CLASSES or ":" in name
