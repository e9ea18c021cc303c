"""The site that ``chromium_scene.py`` shows a browser: a page that tries every way out, and what answers it."""

from __future__ import annotations

import base64
import hashlib
import http.server
import socketserver
import ssl
import threading
from typing import Final
from urllib.parse import parse_qs, urlsplit

from net.namespaces import METADATA, OTHER_SITE, PRIVATE

PAGE: Final = "page.example.org"
FRIEND: Final = "friend.example.net"
REBINDING: Final = "rebind.example.org"
INSIDE: Final = "inside.example.org"
STRANGER: Final = "tracker.example.com"
LOCAL_PORT: Final = 8080

#: Hosts that nobody may connect to for this page, as they are written in an address.
FORBIDDEN: Final = (
    METADATA,
    f"127.0.0.1:{LOCAL_PORT}",
    f"[::1]:{LOCAL_PORT}",
    f"localhost:{LOCAL_PORT}",
    f"a.localhost:{LOCAL_PORT}",
    PRIVATE,
    "[::ffff:10.0.0.1]",
    INSIDE,
    STRANGER,
)
#: How a page asks for something; each is tried with every host.
WAYS: Final = "fetch xhr img script css iframe worker websocket events beacon form link hop meta jump".split()

_SCRIPT: Final = """
const frame = src => { const f = document.createElement('iframe'); f.src = src; document.body.append(f); return f; };
const add = (tag, fields) => document.head.append(Object.assign(document.createElement(tag), fields));
const WAYS = {
  fetch: u => fetch(u, {mode: 'no-cors'}).catch(() => 0),
  xhr: u => { const x = new XMLHttpRequest(); x.open('GET', u); x.send(); },
  img: u => { new Image().src = u; },
  script: u => add('script', {src: u}),
  css: u => add('link', {rel: 'stylesheet', href: u}),
  iframe: u => frame(u),
  worker: u => {
    const code = `fetch(${JSON.stringify(u)}, {mode: 'no-cors'}).catch(() => 0)`;
    new Worker(URL.createObjectURL(new Blob([code])));
    const shared = `onconnect = () => ${code.replace('worker', 'shared')}`;
    new SharedWorker(URL.createObjectURL(new Blob([shared]))).port.start();
  },
  websocket: u => new WebSocket(u.replace('http', 'ws')),
  events: u => new EventSource(u),
  beacon: u => navigator.sendBeacon(u, 'x'),
  form: u => {
    const target = frame('about:blank'); target.name = 'f' + Math.random();
    const form = Object.assign(document.createElement('form'), {method: 'post', action: u, target: target.name});
    document.body.append(form); form.submit();
  },
  link: u => { for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'modulepreload'])
    add('link', {rel, href: u, as: 'script'}); },
  hop: u => fetch('/hop?to=' + encodeURIComponent(u), {mode: 'no-cors'}).catch(() => 0),
  meta: u => frame('/meta?to=' + encodeURIComponent(u)),
  jump: u => frame('/jump?to=' + encodeURIComponent(u)),
};
async function attack(hosts, scheme, stun) {
  const pc = new RTCPeerConnection({iceServers: [{urls: 'stun:' + stun + ':3478'},
    {urls: 'turn:' + stun + ':3478?transport=tcp', username: 'a', credential: 'b'}]});
  pc.createDataChannel('x'); await pc.setLocalDescription(await pc.createOffer());
  for (const host of hosts) {
    for (const way in WAYS) try { WAYS[way](scheme + '://' + host + '/' + way); } catch (e) { }
    await new Promise(done => setTimeout(done, 30));
  }
}
"""


#: What a page asks for by these ways; a worker asks from two places.
PATHS: Final = frozenset({*WAYS, "shared"})


class Page(http.server.BaseHTTPRequestHandler):
    """Answers for every host that leads here."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        """Answer, and note who was asked for what."""
        url = urlsplit(self.path)
        scheme = "https" if self.server.is_tls else "http"
        self.server.seen.append(f"{scheme}://{self.headers['Host']}{url.path}")
        to = parse_qs(url.query).get("to", [""])[0]
        if self.headers.get("Upgrade") == "websocket":
            self._open_websocket()
        elif url.path == "/hop":
            self._say("text/plain", "", status=302, Location=to)
        elif url.path == "/meta":
            self._say("text/html", f'<meta http-equiv="refresh" content="0;url={to}">')
        elif url.path == "/jump":
            self._say("text/html", f"<script>location = {to!r}</script>")
        elif url.path == "/attack":
            self._say("text/html", f"<body><script>{_SCRIPT}</script>")
        else:
            kind = {"/css": "text/css", "/script": "text/javascript", "/link": "text/javascript"}.get(url.path)
            self._say(kind or "text/html", "")

    do_POST = do_GET  # noqa: N815 - the library's name

    def _say(self, kind: str, text: str, status: int = 200, **headers: str) -> None:
        body = text.encode()
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Access-Control-Allow-Origin": "*",
            "Alt-Svc": 'h3=":443"; ma=3600, h3=":8443"',
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _open_websocket(self) -> None:
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())  # noqa: S324 - RFC 6455
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class Site(http.server.ThreadingHTTPServer):
    """One address and port of the site."""

    daemon_threads = True

    def __init__(self, address: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen, and answer in threads."""
        super().__init__((address, port), Page)
        self.is_tls = tls is not None
        self.seen: list[str] = []
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self) -> None:
        """Take the address; the library would ask a name server for its name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "site", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who leave."""


def attack_call(hosts: tuple[str, ...], scheme: str) -> str:
    """Return the script that begins the attack."""
    return f"attack({list(hosts)!r}, {scheme!r}, {OTHER_SITE!r})"
