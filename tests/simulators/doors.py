"""A hub's front door for tests: the two HTTP calls of joining, and nothing behind them."""

import http.server
import threading
from collections import Counter
from types import TracebackType
from typing import Self

from protocol.ids import DeviceId
from protocol.joining import (
    BrokerAddress,
    JoinChallenge,
    JoinGrant,
    JoinProof,
    JoinRequest,
    is_proof,
    proof,
)

CODE = "12345678"
HUB = "hub-0badc0de"
PASSWORD = "a password of a device"
SESSION = "session-0123456789"
NONCE = "ab" * 16


class Door:
    """Lets devices in that know the code, unless told to misbehave.

    Attributes:
        refusals: Problems to answer with first: (status, code).
        raw: A body to answer everything with, whatever was asked.
        changes: What to change in the grant.
    """

    def __init__(self, broker_port: int = 1883) -> None:
        self.refusals: list[tuple[int, str]] = []
        self.raw: bytes | None = None
        self.changes: dict[str, object] = {}
        self.calls: Counter[str] = Counter()
        self.joined: list[DeviceId] = []
        self._broker_port = broker_port
        self._asked: dict[str, JoinRequest] = {}
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        with self._lock:
            if self.raw is not None:
                return 200, self.raw
            if self.refusals:
                status, code = self.refusals.pop(0)
                return status, _problem(code)
            if b'"proof"' in body:
                return self._second(JoinProof.model_validate_json(body))
            return self._first(JoinRequest.model_validate_json(body))

    def _first(self, asked: JoinRequest) -> tuple[int, bytes]:
        self.calls["first"] += 1
        session = f"{SESSION}-{self.calls['first']}"
        self._asked[session] = asked
        challenge = JoinChallenge(hub=HUB, nonce=NONCE, session=session)
        return 200, challenge.model_dump_json().encode()

    def _second(self, shown: JoinProof) -> tuple[int, bytes]:
        self.calls["second"] += 1
        asked = self._asked.pop(shown.session)
        device = DeviceId(asked.device)
        if not is_proof(shown.proof, proof("device", CODE, asked.nonce, NONCE, device)):
            return 403, _problem("ECO-JOIN-003")
        self.joined.append(device)
        grant = JoinGrant(
            hub=HUB,
            proof=proof("hub", CODE, asked.nonce, NONCE, device),
            broker=BrokerAddress(host=None, port=self._broker_port),
            user=device,
            client_id=device,
            password=PASSWORD,
        )
        changed = grant.model_copy(update=self.changes)
        return 200, changed.model_dump_json().encode()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                known = self.path == "/api/v1/join"
                status, answer = door.answer(body) if known else (404, b"not here")
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                pass

        return Handler


def _problem(code: str) -> bytes:
    return f'{{"status":403,"code":"{code}","detail":"no","remedy":"do it","title":"x"}}'.encode()
