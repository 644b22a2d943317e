"""The MQTT driver between a real broker and devices that speak plain MQTT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from drivers.contract import DriverContext
from drivers.mqtt import MqttDriver
from hub.broker import Broker, hash_password, make_broker
from hub.config import BrokerSettings
from protocol.codec import decode, encode
from protocol.ids import DeviceId
from protocol.messages import QOS, RETAINED, AnyMessage, UpMessage
from protocol.topics import BIRTH, DOWN, ROOT, Leaf, build
from tests.alongside import alongside
from tests.drivers.cable import Cable
from tests.drivers.driver_suite import DEVICES
from tests.mqtt_client import ACCEPTED, RawClient

PASSWORD = "the same for all of them"


class MqttEnd:
    def __init__(self, device: DeviceId, client: RawClient) -> None:
        self.device = device
        self.client = client

    async def publish(self, message: UpMessage, child: DeviceId | None = None) -> None:
        topic, payload, qos, is_retained = encode(self.device, message, child)
        await self.client.publish(topic, payload, qos, is_retained=is_retained)

    async def publish_raw(self, leaf: Leaf, payload: bytes) -> None:
        topic = build(self.device, leaf)
        await self.client.publish(topic, payload, QOS[leaf], is_retained=leaf in RETAINED)

    async def heard(self) -> AnyMessage:
        return (await self.heard_for())[1]

    async def heard_for(self) -> tuple[DeviceId | None, AnyMessage]:
        message = await self.client.receive()
        decoded = decode(message.topic, message.payload)
        return decoded.topic.child, decoded.message


class MqttWorld:
    """`kind` of broker, its files in `folder`; the driver's connection goes through a cable."""

    def __init__(self, kind: str, folder: Path) -> None:
        settings = {"kind": kind, "host": "127.0.0.1", "port": 0}
        self.broker: Broker = make_broker(BrokerSettings.model_validate(settings), folder)
        self.keeps_presence = kind == "mosquitto"
        self.ends: list[MqttEnd] = []
        self._cable = Cable(self.broker.access.port)
        self._driver: MqttDriver | None = None

    @property
    def driver(self) -> MqttDriver:
        assert self._driver is not None
        return self._driver

    def owns(self, file: str) -> bool:
        return "amqtt" in file or "broker" in file or file.endswith(("cable.py", "streams.py"))

    @asynccontextmanager
    async def set_up(self) -> AsyncIterator[None]:
        self.broker.set_credentials({device: hash_password(PASSWORD) for device in DEVICES})
        async with alongside(self.broker.run()):
            try:
                assert await self.broker.wait_ready(10)
                await self._cable.mend()
                access = replace(self.broker.access, port=self._cable.port)
                self._driver = MqttDriver(DriverContext(access))
                yield
            finally:
                for end in self.ends:
                    end.client.abort()
                    await end.client.close()
                await self._cable.cut()

    async def attach(self, device: DeviceId) -> MqttEnd:
        client = await RawClient.open(self.broker.access.port)
        end = MqttEnd(device, client)
        self.ends.append(end)
        assert await client.connect(device, PASSWORD) == ACCEPTED
        of_children = [f"{ROOT}/{device}/+/{leaf}" for leaf in (Leaf.COMMAND, Leaf.VERDICT)]
        await client.subscribe(BIRTH, *(build(device, leaf) for leaf in DOWN), *of_children)
        return end

    async def cut(self) -> None:
        await self._cable.cut()

    async def mend(self) -> None:
        await self._cable.mend()
