"""The description of the server against what it answers."""

import itertools
import json
import re
import signal

import jsonschema
import pytest

from client import ask, connect, events
from served import Server

METHODS = ("get", "put", "post", "delete")


class Description:
    """The description that a server serves."""

    def __init__(self, server):
        self.document = ask(server, "GET", "/openapi.json").json()
        # (method, path, status) of the answers that were held against it.
        self.seen = set()

    def follow(self, part):
        while "$ref" in part:
            part = self.find(part["$ref"])
        return part

    def find(self, reference):
        assert reference.startswith("#/")
        part = self.document
        for name in reference[2:].split("/"):
            part = part[name]
        return part

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def check_value(self, schema, value):
        # References are looked up from the root.
        whole = {"components": self.document["components"], "allOf": [schema]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def event_schema(self, stream, name):
        """What the data of an event is, where it is read as JSON."""
        kinds = [kind["properties"] for kind in self.follow(stream)["oneOf"]]
        return next(kind["data"]["contentSchema"] for kind in kinds if kind["event"] == {"const": name})

    def ask(self, server, method, path, /, body=None, headers=None, **parts):
        """The reply to a request, which has to be as described. `path` is the description's."""
        operation = self.document["paths"][path][method.lower()]
        target = path.format(**{name: part for name, part in parts.items() if name != "query"}) + parts.get("query", "")
        reply = ask(server, method, target, body, headers)
        status = str(reply.status)
        assert status in operation["responses"], f"{method} {target}: {reply.status} {reply.text}"
        self.seen.add((method, path, status))
        response = self.follow(operation["responses"][status])
        for name in response["headers"]:
            assert name in reply.headers, (method, target, status, name)
        media = (reply.headers["Content-Type"] or "").partition(";")[0]
        if "content" not in response:
            assert (media, reply.body) == ("", b"")
            return reply
        assert media in response["content"], (method, target, status, media)
        content = response["content"][media]
        if media == "application/json":
            self.check_value(content["schema"], reply.json())
        elif media == "text/event-stream" and path != "/mcp":
            for name, data in events(reply.body.splitlines(keepends=True)):
                self.check_value(self.event_schema(content["schema"], name), data)
        return reply


@pytest.fixture(scope="module")
def server():
    server = Server(["--compat"])
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def description(server):
    return Description(server)


def test_it_is_a_description(description):
    document = description.document
    assert document["openapi"].startswith("3.1.")
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+.*", document["info"]["version"])
    names = [operation["operationId"] for _, _, operation in description.operations()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"]}
    for method, path, operation in description.operations():
        assert method.lower() in METHODS
        assert operation["summary"] and set(operation["tags"]) <= tags
        parameters = [description.follow(parameter) for parameter in operation.get("parameters", [])]
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))
        for status, response in operation["responses"].items():
            assert re.fullmatch("[1-5][0-9][0-9]", status) and description.follow(response)["description"]


def test_its_references_and_schemas_hold(description):
    used = set()

    def walk(part):
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                description.find(part["$ref"])
                used.add(part["$ref"])
            for key, value in part.items():
                if key == "schema":
                    jsonschema.Draft202012Validator.check_schema(value)
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(description.document)
    components = description.document["components"]
    for schema in components["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    # Of a configuration file there is more than requests have.
    unused = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "parameters", "headers")
        for name in components[kind]
    } - used
    assert unused == {f"#/components/schemas/{name}" for name in ("ExecutorConfig", "RunOptions")}


def test_paths_have_the_methods_that_it_names_and_no_others(server, description):
    for path, item in description.document["paths"].items():
        reply = ask(server, "PATCH", re.sub(r"\{\w+\}", "x", path))
        assert reply.status == 405
        assert {method.lower() for method in reply.headers["Allow"].split(", ")} == set(item), path


def test_a_token_is_needed_where_it_says_so(serve, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("alice 0123456789abcdef0123456789abcdef\n")
    tokens.chmod(0o600)
    server = serve("--token-file", tokens)
    description = Description(server)
    assert description.document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for method, path, operation in description.operations():
        is_open = operation.get("security") == []
        reply = ask(server, method, re.sub(r"\{\w+\}", "x", path))
        assert (reply.status == 401) != is_open, (method, path)
        assert ("401" in operation["responses"]) != is_open
        if not is_open:
            response = description.follow(operation["responses"]["401"])
            description.check_value(response["content"]["application/json"]["schema"], reply.json())
            assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers, status", [({"Host": "evil.example"}, "421"), ({"Origin": "https://evil.example"}, "403")]
)
def test_what_guards_all_paths(server, description, headers, status):
    for method, path, operation in description.operations():
        reply = ask(server, method, re.sub(r"\{\w+\}", "x", path), headers=headers)
        assert str(reply.status) == status and status in operation["responses"]
        response = description.follow(operation["responses"][status])
        description.check_value(response["content"]["application/json"]["schema"], reply.json())


def use_runs(server, description):
    def run(body, **more):
        return description.ask(server, "POST", "/v1/run", body, **more)

    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n"
    for stream in (False, True):
        run({"code": code + "[1, None]", "want_value": True, "stream": stream})
        run({"code": code + "{(1, 2): 3}", "want_value": True, "stream": stream})
        run({"code": code + "1/0", "stream": stream})
        run({"code": code + "sys.exit(3)", "stream": stream, "name": "x.py", "arguments": ["a"], "stdin": "b"})
        run({"code": "import sys\nsys.excepthook = lambda *a: print('own')\n1/0", "stream": stream})
        files = {"in.txt": "text", "in.bin": {"base64": "/w=="}}
        made = "open('a', 'w').write('a'); open('b', 'wb').write(b'\\xff'); open('c', 'wb').truncate(2**24 + 1)"
        left = run({"code": made, "files": files, "return_files": True, "stream": stream}).text
        assert '"text"' in left and '"base64"' in left and '"omitted"' in left
        run({"code": "while True: pass", "timeout": "50ms", "stream": stream})
        run({"code": "x = bytearray(2**40)", "language": "python", "stream": stream})
        cut = run({"code": "1", "session": {"limits": {"timeout": 3600}}, "stream": stream})
        assert "cuts" in cut.text
    assert run({"code": "1"}, headers={"Accept": "text/event-stream"}).text.startswith("event: start")
    for body in ({}, {"code": ""}, {"code": 1}, {"code": "1", "nonsense": 1}, {"code": "1", "language": "cobol"}, b"{", b"[]"):
        assert run(body).status == 400
    assert run({"code": "1", "session": {"limits": {"timeout": 3600}}, "strict": True}).status == 400


def use_sessions_and_their_files(server, description):
    def ask_(method, path, /, body=None, **parts):
        return description.ask(server, method, path, body, **parts)

    ask_("POST", "/v1/sessions")
    opened = ask_("POST", "/v1/sessions", {"language": "python", "session": {"limits": {"timeout": 3600}}}).json()
    assert opened["cuts"]
    at = {"id": opened["id"]}
    ask_("GET", "/v1/sessions")
    ask_("GET", "/v1/sessions/{id}", **at)
    for stream in (False, True):
        ask_("POST", "/v1/sessions/{id}/run", {"code": "x = 1\nx", "want_value": True, "stream": stream}, **at)
    assert ask_("POST", "/v1/sessions/{id}/run", {"code": "1", "language": "python"}, **at).status == 400
    ask_("POST", "/v1/sessions/{id}/interrupt", **at)
    file = "/v1/sessions/{id}/files/{path}"
    ask_("PUT", file, b"\0", **at, path="a/b.bin")
    ask_("GET", "/v1/sessions/{id}/files", **at)
    assert ask_("GET", file, **at, path="a/b.bin").body == b"\0"
    ask_("DELETE", file, **at, path="a/b.bin")
    assert ask_("GET", file, **at, path="a/b.bin").status == 404
    assert ask_("DELETE", file, **at, path="a/b.bin").status == 404
    assert ask_("GET", file, **at, path="a").status == 400
    assert ask_("PUT", file, b"", **at, path="a").status == 400

    connection = connect(server)
    endless = json.dumps({"code": "print(1)\nwhile True: pass", "stream": True})
    connection.request("POST", f"/v1/sessions/{at['id']}/run", endless)
    under_way = events(connection.getresponse())
    assert [name for name, _ in itertools.islice(under_way, 2)] == ["start", "stdout"]
    assert ask_("POST", "/v1/sessions/{id}/run", {"code": "1"}, **at).status == 409
    assert ask_("POST", "/v1/jobs", {"code": "1", "session_id": at["id"]}).status == 409
    ask_("GET", "/v1/sessions/{id}", **at)
    ask_("POST", "/v1/sessions/{id}/interrupt", **at)
    assert [name for name, _ in under_way] == ["error", "end"]
    connection.close()

    assert ask_("DELETE", "/v1/sessions/{id}", **at).status == 204
    for method, path, operation in description.operations():
        if path.startswith("/v1/sessions/{id}"):
            body = {"code": "1"} if path.endswith("/run") else None
            assert ask_(method, path, body, id=at["id"], path="a").status == 410
            assert ask_(method, path, body, id="none", path="a").status == 404
    for body in ({"language": 1}, {"nonsense": 1}, {"session": {"nonsense": 1}}, b"{"):
        assert ask_("POST", "/v1/sessions", body).status == 400


def use_jobs(server, description):
    def ask_(method, path, /, body=None, **parts):
        return description.ask(server, method, path, body, **parts)

    job = ask_("POST", "/v1/jobs", {"code": "print(1)"}).json()["id"]
    assert ask_("GET", "/v1/jobs/{id}", id=job, query="?wait=60s").json()["result"]["stdout"] == "1\n"
    endless = ask_("POST", "/v1/jobs", {"code": "while True: pass"}).json()["id"]
    assert not ask_("GET", "/v1/jobs/{id}", id=endless, query="?wait=1ms").json()["done"]
    assert ask_("GET", "/v1/jobs/{id}", id=endless, query="?wait=soon").status == 400
    ask_("GET", "/v1/jobs")
    assert ask_("DELETE", "/v1/jobs/{id}", id=endless).status == 204
    assert ask_("DELETE", "/v1/jobs/{id}", id=endless).status == 404
    assert ask_("GET", "/v1/jobs/{id}", id=endless).status == 404
    assert ask_("POST", "/v1/jobs", {"code": ""}).status == 400
    assert ask_("POST", "/v1/jobs", {"code": "1", "session_id": "none"}).status == 404


def use_what_has_no_version(server, description):
    def ask_(method, path, /, body=None, **parts):
        return description.ask(server, method, path, body, **parts)

    ask_("POST", "/execute", {"code": "print(1)", "lang": "python", "timeout": "2s", "more": 1})
    assert "error" in ask_("POST", "/execute", {"code": "1/0"}).json()
    assert ask_("POST", "/execute", {}).status == 400
    assert ask_("POST", "/sessions", {"lang": "cobol"}).status == 400
    at = {"id": ask_("POST", "/sessions").json()["session_id"]}
    ask_("POST", "/sessions/{id}/exec", {"code": "x = 1"}, **at)
    assert ask_("POST", "/sessions/{id}/exec", {}, **at).status == 400
    ask_("DELETE", "/sessions/{id}", **at)
    for id_, status in ((at["id"], 410), ("none", 404)):
        assert ask_("POST", "/sessions/{id}/exec", {"code": "1"}, id=id_).status == status
        assert ask_("DELETE", "/sessions/{id}", id=id_).status == status


def use_the_server_itself(server, description):
    for path in ("/health", "/ready", "/metrics", "/v1/limits", "/openapi.json", "/"):
        assert description.ask(server, "GET", path).status == 200


def use_mcp(server, description):
    def post(body, **headers):
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
        return description.ask(server, "POST", "/mcp", body, headers)

    begin = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    opened = post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin})
    session = {"Mcp-Session-Id": opened.headers["Mcp-Session-Id"], "MCP-Protocol-Version": "2025-11-25"}
    assert post({"jsonrpc": "2.0", "method": "notifications/initialized"}, **session).status == 202
    post({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, **session)
    assert post(b"{", **session).status == 400
    assert post({"jsonrpc": "2.0", "id": 3, "method": "tools/list"}, Accept="text/html").status == 406
    assert post({"jsonrpc": "2.0", "id": 3, "method": "tools/list"}, **{"Content-Type": "text/plain"}).status == 415
    assert description.ask(server, "GET", "/mcp").status == 405
    assert description.ask(server, "DELETE", "/mcp").status == 405
    assert description.ask(server, "DELETE", "/mcp", headers=session).status == 204
    assert description.ask(server, "DELETE", "/mcp", headers=session).status == 404
    assert post({"jsonrpc": "2.0", "id": 4, "method": "tools/list"}, **session).status == 404


def test_answers_are_as_described(server, description):
    use_runs(server, description)
    use_sessions_and_their_files(server, description)
    use_jobs(server, description)
    use_what_has_no_version(server, description)
    use_the_server_itself(server, description)
    use_mcp(server, description)
    # An operation that comes to the description comes to what is above.
    well = {(method, path) for method, path, status in description.seen if status.startswith("2")}
    may = {
        (method, path)
        for method, path, operation in description.operations()
        if any(status.startswith("2") for status in operation["responses"])
    }
    assert well == may


def test_no_room(serve):
    server = serve("--max-runs-per-client", "1", "--max-sessions-per-client", "1", "--max-jobs", "1", "--max-body", "1kb")
    description = Description(server)
    opened = description.ask(server, "POST", "/v1/sessions", {}).json()["id"]
    job = description.ask(server, "POST", "/v1/jobs", {"code": "while True: pass"}).json()["id"]
    body = {"code": "1"}
    for path in ("/v1/run", "/v1/sessions", "/v1/sessions/{id}/run", "/v1/jobs", "/execute", "/sessions", "/sessions/{id}/exec"):
        asked = {} if path.endswith("sessions") else body
        assert description.ask(server, "POST", path, asked, id=opened).status == 429, path
        large = {"code": "1" * 2048}
        assert description.ask(server, "POST", path, large, id=opened).status == 413, path
    assert description.ask(server, "PUT", "/v1/sessions/{id}/files/{path}", b"1" * 2048, id=opened, path="a").status == 413
    description.ask(server, "DELETE", "/v1/jobs/{id}", id=job)


def test_a_server_that_is_about_to_end(serve):
    server = serve("--shutdown-delay", "20s")
    description = Description(server)
    opened = description.ask(server, "POST", "/v1/sessions", {}).json()["id"]
    server.signal(signal.SIGTERM)
    server.wait_for_log("finishing what is under way")
    assert description.ask(server, "GET", "/ready").status == 503
    for method, path, operation in description.operations():
        if method == "POST" and path != "/mcp" and "503" in operation["responses"]:
            assert description.ask(server, method, path, {"code": "1"}, id=opened).status == 503
