"""The end of a paho client that runs in a thread of its own."""

import asyncio

from paho.mqtt import client as mqtt


async def leave(client: mqtt.Client) -> None:
    """Disconnect, end the thread, and close the sockets that paho wakes its thread by.

    paho closes those in `__del__` alone. Where the collector comes first, it calls them unclosed,
    in whichever test happens to be running.
    """
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)
    client._reset_sockets(sockpair_only=True)
