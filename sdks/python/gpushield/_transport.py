"""Requests with retries, idempotency keys and errors, on the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Callable, Dict, Iterator, Mapping, Optional

_RETRYABLE = frozenset((429, 502, 503, 504))
_SAFE = frozenset(("GET", "PUT", "DELETE"))
_FIRST_SECONDS = 0.25
_LONGEST_SECONDS = 20.0


class ApiError(Exception):
    """An answer that is an error. `problem` is the RFC 9457 body, where GPUShield answered."""

    def __init__(self, status: int, problem: Optional[Dict[str, Any]]) -> None:
        self.status = status
        self.problem = problem
        title = f"HTTP {status}" if problem is None else f"{problem.get('title')}: {problem.get('detail')}"
        super().__init__(title)

    @property
    def code(self) -> Optional[str]:
        """The stable code of the error catalogue."""
        return None if self.problem is None else self.problem.get("code")


def sign_events(agent_id: str, secret: str, body: bytes, timestamp: Optional[int] = None) -> Dict[str, str]:
    """The headers of an agent's signature over the very bytes that are sent."""
    signed = body if timestamp is None else f"{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    headers = {"X-Agent-ID": agent_id, "X-Agent-Signature": base64.b64encode(digest).decode()}
    if timestamp is not None:
        headers["X-Agent-Timestamp"] = str(timestamp)
    return headers


def _query_text(query: Mapping[str, Any]) -> str:
    pairs = []
    for name, value in query.items():
        if value is None:
            continue
        values = value if isinstance(value, (list, tuple)) else [value]
        pairs.extend((name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values)
    return urllib.parse.urlencode(pairs)


class Transport:
    """One server. `token` is an access token, an API key, or a function that answers one."""

    def __init__(
        self,
        base_url: str,
        token: "str | Callable[[], str] | None" = None,
        *,
        retries: int = 4,
        timeout: float = 60.0,
        context: Optional[ssl.SSLContext] = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._retries = retries
        self._timeout = timeout
        self._context = context
        self._sleep = sleep

    def _headers(self, has_body: bool, key: Optional[str]) -> Dict[str, str]:
        headers = {"Accept": "application/json"}
        if has_body:
            headers["Content-Type"] = "application/json"
        token = self._token() if callable(self._token) else self._token
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        return headers

    def _request(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, Any],
        query: Mapping[str, Any],
        body: Any = None,
        keyed: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> Any:
        filled = template
        for name, value in path.items():
            filled = filled.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
        text = _query_text(query)
        url = f"{self._base_url}{filled}" + (f"?{text}" if text else "")
        data = None if body is None else json.dumps(body).encode()
        key = idempotency_key or (str(uuid.uuid4()) if keyed else None)
        return self.send(method, url, data, self._headers(data is not None, key), method in _SAFE or key is not None)

    def send(self, method: str, url: str, data: Optional[bytes], headers: Mapping[str, str], repeatable: bool) -> Any:
        """Sends one request, and again what may succeed later; an attempt without an answer only where that is harmless."""
        for attempt in range(self._retries + 1):
            delay = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**attempt) * random.random()
            request = urllib.request.Request(url, data=data, headers=dict(headers), method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout, context=self._context) as answer:
                    text = answer.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                text = error.read()
                again = error.code in _RETRYABLE and (repeatable or error.code == 429)
                if not again or attempt == self._retries:
                    raise ApiError(error.code, _problem_of(text)) from None
                after = error.headers.get("Retry-After", "")
                delay = min(_LONGEST_SECONDS, float(after)) if after.isdigit() else delay
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                if not repeatable or attempt == self._retries:
                    raise
            self._sleep(delay)
        raise AssertionError("unreachable")

    def items(self, method: Callable[..., Any], *args: Any, **query: Any) -> Iterator[Any]:
        """Every item of a list: `client.items(client.list_scores, risk_min=50)`."""
        cursor: Optional[str] = None
        while True:
            page = method(*args, **{**query, **({} if cursor is None else {"cursor": cursor})})
            yield from page["data"]
            cursor = page["pagination"]["cursor"]
            if cursor is None:
                return

    def send_events(self, agent_id: str, secret: str, events: Any, idempotency_key: Optional[str] = None) -> Any:
        """Sends syscall events as an agent that signs them. Events count once, so that repeating is harmless."""
        data = json.dumps({"events": events}).encode()
        headers = {"Content-Type": "application/json", **sign_events(agent_id, secret, data)}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self.send("POST", f"{self._base_url}/api/v1/events", data, headers, True)


def _problem_of(text: bytes) -> Optional[Dict[str, Any]]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
