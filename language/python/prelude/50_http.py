import http
import json
import urllib.parse

# http: requests that the host makes, to hosts that the session was given. The functions live in the standard library's package
# of that name, so that the bare name and `import http` mean the same, and http.HTTPStatus is still there.


class Headers(dict):
    """The headers of a response: keys as received, found whatever their case, repeated ones joined by ", "."""

    def __init__(self, pairs=()):
        super().__init__()
        self._pairs = [(name, value) for name, value in pairs]
        for name, value in self._pairs:
            key = self._key(name)
            if key is None:
                self[name] = value
            else:
                self[key] = f"{dict.__getitem__(self, key)}, {value}"

    def _key(self, name):
        """The key that means this header, or None."""
        if dict.__contains__(self, name):
            return name
        lower = name.lower() if isinstance(name, str) else None
        return next((key for key in self if key.lower() == lower), None)

    def __missing__(self, name):
        key = self._key(name)
        if key is None:
            raise KeyError(name)
        return dict.__getitem__(self, key)

    def __contains__(self, name):
        return self._key(name) is not None

    def get(self, name, default=None):
        key = self._key(name)
        return default if key is None else dict.__getitem__(self, key)

    def get_all(self, name):
        """The values of a header that may have come several times."""
        return [value for key, value in self._pairs if key.lower() == name.lower()]


class HTTPError(OSError):
    """What Response.raise_for_status raises; has the response."""

    def __init__(self, message, response):
        super().__init__(message)
        self.response = response


class Response:
    """What a server answered."""

    def __init__(self, answer):
        self.status_code = answer["status"]
        self.url = answer["url"]
        self.headers = Headers(answer["headers"])
        self._body = answer["body"]

    @property
    def ok(self):
        """Whether the status is 200 to 299."""
        return 200 <= self.status_code < 300

    @property
    def reason(self):
        """What the status code means, such as "Not Found"."""
        try:
            return http.HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def content(self):
        """The body as bytes."""
        return self._body

    @property
    def text(self):
        """The body as text, by the charset that the server named, else as UTF-8. Wrong bytes become U+FFFD."""
        charset = _charset(self.headers.get("Content-Type", ""))
        try:
            return self._body.decode(charset or "utf-8", "replace")
        except (LookupError, ValueError):
            return self._body.decode("utf-8", "replace")

    def json(self):
        """The value of a body of JSON."""
        # bytes: the encoding is found as the standard for JSON says, whatever the header has.
        return json.loads(self.content)

    def raise_for_status(self):
        """Raises HTTPError for a status of 400 and more."""
        if self.status_code >= 400:
            raise HTTPError(f"{self.status_code} {self.reason} for {self.url}".replace("  ", " "), self)

    def __repr__(self):
        kind = self.headers.get("Content-Type", "no type")
        return f"<Response {self.status_code} {self.reason} {self.url} ({kind}, {len(self._body)} bytes)>"


def _charset(content_type):
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def _http_pairs(value, what):
    """The pairs of a dict or of a list of pairs."""
    pairs = value.items() if hasattr(value, "items") else value
    try:
        return [(name, item) for name, item in pairs]
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be a dict or a list of (name, value) pairs") from None


def _http_headers(headers):
    pairs = _http_pairs(headers, "headers")
    for name, value in pairs:
        _text_to_wire(name, "the name of a header")
        _text_to_wire(value, f"the header {name}")
    return pairs


def _http_url(url, params):
    _text_to_wire(url, "a URL")
    if params is None:
        return url
    query = []
    for name, value in _http_pairs(params, "params"):
        values = value if isinstance(value, (list, tuple)) else (value,)
        query += [(name, item) for item in values if item is not None]
    if not query:
        return url
    start, mark, fragment = url.partition("#")
    joint = "?" if "?" not in start else "" if start.endswith(("?", "&")) else "&"
    return start + joint + urllib.parse.urlencode(query, quote_via=urllib.parse.quote) + mark + fragment


def _http_arguments(method, url, body, headers, params, json, timeout, allow_redirects):
    arguments = {"method": _text_to_wire(method, "a method").upper(), "url": _http_url(url, params)}
    pairs = [] if headers is None else _http_headers(headers)
    if json is not None:
        if body is not None:
            raise TypeError("a request has body or json, not both")
        arguments["body"] = _exact_json(json)
        if all(name.lower() != "content-type" for name, value in pairs):
            pairs.append(("Content-Type", "application/json"))
    elif isinstance(body, str):
        arguments["body"] = _text_to_wire(body, "body")
    elif isinstance(body, (dict, list)):
        raise TypeError(f"body must be str or bytes-like, not {type(body).__name__}; json= sends values")
    elif body is not None:
        arguments["body"] = _bytes_of(body, "body")
    if pairs:
        arguments["headers"] = pairs
    if timeout is not None:
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
            raise TypeError(f"timeout must be a number of seconds, not {type(timeout).__name__}")
        if not timeout > 0:
            raise ValueError("timeout must be more than 0 seconds")
        arguments["timeout"] = timeout
    if not allow_redirects:
        arguments["redirect"] = "manual"
    return arguments


def _http_request(
    method, url, *, body=None, headers=None, params=None, json=None, timeout=None, allow_redirects=True
):
    """Sends a request and waits for the response."""
    arguments = _http_arguments(method, url, body, headers, params, json, timeout, allow_redirects)
    return Response(_ask("goru:http.request", arguments))


async def _http_async_request(
    method, url, *, body=None, headers=None, params=None, json=None, timeout=None, allow_redirects=True
):
    """Sends a request; gathered ones run at the same time."""
    arguments = _http_arguments(method, url, body, headers, params, json, timeout, allow_redirects)
    return Response(await _start("goru:http.request", arguments))


def _http_functions(method):
    """The two functions of one method."""

    def send(url, *, body=None, headers=None, params=None, json=None, timeout=None, allow_redirects=True):
        arguments = _http_arguments(method, url, body, headers, params, json, timeout, allow_redirects)
        return Response(_ask("goru:http.request", arguments))

    async def async_send(url, *, body=None, headers=None, params=None, json=None, timeout=None, allow_redirects=True):
        arguments = _http_arguments(method, url, body, headers, params, json, timeout, allow_redirects)
        return Response(await _start("goru:http.request", arguments))

    send.__name__ = method.lower()
    send.__doc__ = f"Sends a {method} request and waits for the response."
    async_send.__name__ = f"async_{method.lower()}"
    async_send.__doc__ = f"Sends a {method} request; gathered ones run at the same time."
    return send, async_send


def _http_secret(name):
    """The placeholder of a secret: in a header the host puts the value in its place."""
    return _ask("goru:http.secret", {"name": _text_to_wire(name, "the name of a secret")})


_publish_in(
    http,
    "http",
    [function for method in "GET POST PUT PATCH DELETE HEAD OPTIONS".split() for function in _http_functions(method)]
    + [_http_request, _http_async_request, _http_secret],
)
for _type in (Headers, HTTPError, Response):
    _type.__module__ = "goru"
    setattr(http, _type.__name__, _type)
