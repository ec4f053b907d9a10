"""Runs in the client's own Python: client.py MODE COMMAND... or client.py MODE URL prints what the functions here saw, by their names, as JSON."""

import asyncio
import json
import os
import sys
import time

import jsonschema
from mcp import Client, MCPError, StdioServerParameters

# One pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


async def describe(client):
    tools = (await client.list_tools()).tools
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
    return {
        "version": client.session.protocol_version,
        "server": plain(client.session.server_info) if client.session.server_info else None,
        "instructions": client.session.instructions,
        "tools": [plain(tool) for tool in tools],
        "templates": [plain(one) for one in (await client.list_resource_templates()).resource_templates],
    }


async def run(client):
    """The client checks structuredContent against outputSchema."""
    return plain(await client.call_tool("run_python", {"code": "print('hi')\n{'a': 1}"}))


async def image(client):
    code = f"import base64\nopen('plot.png', 'wb').write(base64.b64decode({PNG!r}))\nNone"
    return plain(await client.call_tool("run_python", {"code": code}))


async def wrong(client):
    try:
        await client.call_tool("rm", {})
    except MCPError as error:
        return {"code": error.code, "argument": plain(await client.call_tool("run_python", {"kode": ""}))}


async def session(client):
    started = await client.call_tool("start_session", {"language": "python"})
    handle = started.structured_content["session_id"]

    async def enter(code, **more):
        return plain(await client.call_tool("run_in_session", {"session_id": handle, "code": code, **more}))

    out = {"set": await enter("x = 20"), "get": await enter("x + 1")}
    await client.call_tool("put_file", {"session_id": handle, "path": "in.csv", "text": "a,b\n1,2\n"})
    out["file"] = await enter("open('out.bin', 'wb').write(bytes(range(256)) * 100)\nopen('in.csv').read()")
    uri = out["file"]["structuredContent"]["files"][0]["uri"]
    out["resource"] = plain(await client.read_resource(uri))
    out["list"] = plain(await client.call_tool("list_files", {"session_id": handle}))
    out["read"] = plain(await client.call_tool("get_file", {"session_id": handle, "path": "in.csv"}))
    out["limit"] = await enter("print('begun', flush=True)\nwhile True: pass", timeout="100ms")
    out["gone"] = await enter("x")
    return out


async def progress(client):
    seen = []

    async def heard(value, total, message):
        seen.append([value, total, message])

    code = "import time\nfor i in range(3):\n    print('step', i, flush=True)\n    time.sleep(1)"
    result = await client.call_tool("run_python", {"code": code}, progress_callback=heard)
    return {"seen": seen, "result": plain(result)}


async def cancel(client):
    """A call that the client gives up, and one after it."""
    begun = time.monotonic()
    task = asyncio.create_task(client.call_tool("run_python", {"code": "while True: pass"}))
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    result = await client.call_tool("run_python", {"code": "6 * 7"})
    return {"result": plain(result), "seconds": time.monotonic() - begun}


async def together(client):
    codes = [f"print({i})" for i in range(20)]
    results = await asyncio.gather(*(client.call_tool("run_python", {"code": code}) for code in codes))
    return [result.structured_content["stdout"] for result in results]


async def main():
    mode, command, *flags = sys.argv[1:]
    over_http = command.startswith("http://")
    server = command if over_http else StdioServerParameters(command=command, args=flags, env=dict(os.environ))
    seen = {}
    async with Client(server, mode=mode, read_timeout_seconds=60) as client:
        for function in (describe, run, image, wrong, session, progress, cancel, together):
            seen[function.__name__] = await function(client)
    print(json.dumps(seen))


asyncio.run(main())
