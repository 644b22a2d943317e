// A WebSocket as browsers and Node 22 have it, for older Nodes: as much of RFC 6455 as a hub needs.
// The hub sends whole, unmasked text frames and no compression; so nothing else is read here.

import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1, CLOSE = 8, PING = 9, PONG = 10;
const CONNECTING = 0, OPEN = 1, CLOSED = 3;

export class WebSocket {
  onmessage = () => {};
  onclose = () => {};
  readyState = CONNECTING;

  constructor(address) {
    const url = new URL(address);
    const key = randomBytes(16).toString("base64");
    const isSecure = url.protocol === "wss:";
    url.protocol = isSecure ? "https:" : "http:";
    const headers = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": key };
    this.request = (isSecure ? https : http).get(url, { headers });
    this.request.on("response", (answer) => this.#end(1006, `status ${answer.statusCode}`));
    this.request.on("error", (error) => this.#end(1006, error.message));
    this.request.on("upgrade", (answer, socket, first) => {
      const accepted = createHash("sha1").update(key + GUID).digest("base64");
      if (answer.headers["sec-websocket-accept"] !== accepted) return this.#end(1006, "no WebSocket");
      this.socket = socket;
      this.readyState = OPEN;
      this.rest = first;
      socket.on("data", (chunk) => this.#take(Buffer.concat([this.rest, chunk])));
      socket.on("close", () => this.#end(1006, "the line broke"));
      socket.on("error", () => socket.destroy());
      this.#take(first);
    });
  }

  send(text) {
    this.#write(TEXT, Buffer.from(text));
  }

  close(code = 1000) {
    if (this.socket) this.#write(CLOSE, Buffer.from([code >> 8, code & 255]));
    else this.request.destroy();
  }

  #end(code, reason) {
    if (this.isOver) return;
    this.isOver = true;
    this.readyState = CLOSED;
    this.request.destroy();
    this.socket?.destroy();
    this.onclose({ code, reason });
  }

  #take(bytes) {
    while (bytes.length >= 2) {
      const short = bytes[1] & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < head) break;
      const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < head + size) break;
      this.#hear(bytes[0] & 15, bytes.subarray(head, head + size));
      bytes = bytes.subarray(head + size);
    }
    this.rest = bytes;
  }

  #hear(kind, content) {
    if (kind === TEXT) this.onmessage({ data: content.toString() });
    else if (kind === PING) this.#write(PONG, content);
    else if (kind === CLOSE) this.#end(content.length > 1 ? content.readUInt16BE(0) : 1005, content.subarray(2).toString());
  }

  #write(kind, content) {
    const size = content.length;
    const head = size < 126 ? Buffer.from([128 | kind, 128 | size]) : Buffer.from([128 | kind, 254, size >> 8, size & 255]);
    const mask = randomBytes(4);
    const masked = content.map((byte, place) => byte ^ mask[place % 4]);
    this.socket.write(Buffer.concat([head, mask, masked]));
  }
}
