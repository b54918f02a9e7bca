"""Who may come in: checked before anything else sees a request or a WebSocket."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import problem
from .settings import ServerSettings, is_loopback

__all__ = ["COOKIE", "Guard", "session_value"]

COOKIE = "ytclipper_session"
READING = ("GET", "HEAD")
OPEN = {"/api/health": READING, "/api/session": ("POST",), "/openapi.json": READING}
"""Requests that ask for no token, besides the page's files; what the first two tell or check
depends on it."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON = "application/json"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class Refusal(NamedTuple):
    """Why a request is not let in."""

    status: int
    title: str
    detail: str


def session_value(token: str) -> str:
    """What a browser's cookie holds in place of the token."""
    return hmac.new(token.encode(), b"ytclipper session", hashlib.sha256).hexdigest()


class Guard:
    """Checks, in this order: where the request came in, `Host`, `Origin`, the token, the content
    type and the announced length. Cross-origin requests are never allowed by CORS headers.

    With a token everything is locked, routes that an application adds too, but `OPEN` and `files`.
    Paths are looked at as the router does, without what a proxy or a mount puts before them."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, files: Iterable[str]) -> None:
        self._app = app
        self._open = dict.fromkeys(files, READING) | OPEN
        self._hosts = {host.lower() for host in (*settings.allowed_hosts, settings.host)}
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}
        self._wildcard = settings.host in ("0.0.0.0", "::", "")
        self._token = settings.token.get_secret_value() if settings.token else None
        self._session = session_value(self._token) if self._token else None
        self._max_body = settings.max_body_bytes
        self._max_upload = settings.max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request through, or answers it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["trusted"] = self._is_trusted(headers)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            limited = _limited(receive, self._most(scope))
            await self._app(scope, limited, _with_headers(scope, send))

    async def _refuse(self, why: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Before it is accepted a WebSocket is closed by 403, which is all that ASGI promises.
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": why.title})
            return
        headers = {"www-authenticate": "Bearer"} if why.status == 401 else {}
        answer = problem(why.status, why.detail, kind="refused", title=why.title, headers=headers)
        await answer(scope, receive, _with_headers(scope, send))

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        return (
            self._wrong_place(scope)
            or self._wrong_host(headers)
            or self._wrong_origin(headers)
            or self._wrong_token(scope)
            or self._wrong_body(scope, headers)
        )

    def _wrong_place(self, scope: Scope) -> Refusal | None:
        """Whoever runs the application with another server and another address is caught here."""
        address = (scope.get("server") or ("", None))[0]
        if self._token is None and _is_address(address) and not is_loopback(address):
            return Refusal(403, "Loopback only", "without a token only this machine is served")
        return None

    def _wrong_host(self, headers: Headers) -> Refusal | None:
        given = headers.getlist("host")
        host = _host_name(given[0]) if len(given) == 1 else None
        known = host is not None and (
            is_loopback(host) or host in self._hosts or (self._wildcard and _is_address(host))
        )
        if known:
            return None
        return Refusal(
            403, "Unknown host", "the Host header names no host of this server (allowed_hosts)"
        )

    def _wrong_origin(self, headers: Headers) -> Refusal | None:
        wrong = Refusal(403, "Foreign origin", "pages of other origins may not call this server")
        origin = headers.get("origin")
        if origin is None:
            site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
            return wrong if site == "cross-site" and mode != "navigate" else None
        origin = origin.lower()
        own = urlsplit(origin).netloc == headers["host"].lower() and origin.startswith("http")
        return None if own or origin in self._origins else wrong

    def _wrong_token(self, scope: Scope) -> Refusal | None:
        if scope["state"]["trusted"]:
            return None
        methods = self._open.get(get_route_path(scope) or "/", ())
        if scope["type"] == "http" and scope["method"] in methods:
            return None
        return Refusal(401, "A token is needed", "send it as `Authorization: Bearer …`")

    def _is_trusted(self, headers: Headers) -> bool:
        if self._token is None or self._session is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _same(given.strip(), self._token):
            return True
        return _same(_cookie(headers), self._session)

    def _wrong_body(self, scope: Scope, headers: Headers) -> Refusal | None:
        if scope["type"] == "websocket" or scope["method"] not in CHANGING:
            return None
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self._most(scope):
            return _too_large(self._most(scope))
        if length in ("", "0") and "transfer-encoding" not in headers:
            return None
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        upload = _is_upload(scope)
        if kind == JSON if not upload else _is_file(kind):
            return None
        wanted = "video/…, audio/…, image/… or application/octet-stream" if upload else JSON
        return Refusal(415, "Wrong content type", f"the body must be {wanted}")

    def _most(self, scope: Scope) -> int:
        return self._max_upload if _is_upload(scope) else self._max_body


def _too_large(most: int) -> Refusal:
    return Refusal(413, "Too large", f"the body may have {most} bytes at most")


def _is_upload(scope: Scope) -> bool:
    return get_route_path(scope) == "/api/upload"


def _is_file(kind: str) -> bool:
    return kind == "application/octet-stream" or kind.startswith(("video/", "audio/", "image/"))


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _host_name(value: str) -> str | None:
    """`[::1]:8000` as `::1`; None where it is no host."""
    try:
        parts = urlsplit(f"//{value}")
        parts.port  # noqa: B018  # raises where it is none
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _with_headers(scope: Scope, send: Send) -> Send:
    """Headers that every answer has."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault("referrer-policy", "no-referrer")
            headers.setdefault("cross-origin-resource-policy", "same-origin")
            headers.setdefault("content-security-policy", POLICY)
            path = get_route_path(scope)
            if path.startswith("/api/") and not path.startswith("/api/clips/"):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending


def _limited(receive: Receive, most: int) -> Receive:
    """Counts what a body has that did not announce its length."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, _too_large(most).detail)
        return message

    return receiving
