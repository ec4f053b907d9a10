"""What the official client sees, with a handshake and without."""

import base64

import pytest

MODES = [era + over for era in ("legacy", "auto", "2026-07-28") for over in ("", " over http")]

@pytest.mark.parametrize("mode", MODES)
def test_the_client_finds_the_tools(seen_by_client, mode):
    seen = seen_by_client(mode)["describe"]
    assert seen["version"] == ("2025-11-25" if mode.startswith("legacy") else "2026-07-28")
    names = [tool["name"] for tool in seen["tools"]]
    assert names == [
        "run_python", "run_javascript", "start_session", "run_in_session", "end_session", "put_file", "get_file", "list_files",
        "describe_sandbox",
    ]  # fmt: skip
    assert [template["uriTemplate"] for template in seen["templates"]] == ["goru://session/{session_id}{+path}"]
    if not mode.startswith("2026-07-28"):
        assert "run_python" in seen["instructions"]


@pytest.mark.parametrize("mode", MODES)
def test_a_run_comes_back_as_text_and_as_data(seen_by_client, mode):
    result = seen_by_client(mode)["run"]
    assert result["content"][0]["text"] == 'hi\n[value]\n{"a": 1}'
    assert result["structuredContent"]["value"] == {"a": 1}
    assert not result["isError"]


@pytest.mark.parametrize("mode", MODES)
def test_images_are_shown(seen_by_client, mode):
    image = seen_by_client(mode)["image"]["content"][1]
    assert (image["type"], image["mimeType"]) == ("image", "image/png")
    assert base64.b64decode(image["data"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", MODES)
def test_mistakes_are_told_to_whom_they_concern(seen_by_client, mode):
    seen = seen_by_client(mode)["wrong"]
    assert seen["code"] == -32602
    assert seen["argument"]["isError"]
    assert "it takes code" in seen["argument"]["content"][0]["text"]


@pytest.mark.parametrize("mode", MODES)
def test_a_session_goes_on_until_a_limit_ends_it(seen_by_client, mode):
    seen = seen_by_client(mode)["session"]
    assert seen["get"]["structuredContent"]["value"] == 21
    assert seen["file"]["structuredContent"]["value"] == "a,b\n1,2\n"
    assert len(base64.b64decode(seen["resource"]["contents"][0]["blob"])) == 25_600
    assert {file["path"] for file in seen["list"]["structuredContent"]["files"]} == {"/work/in.csv", "/work/out.bin"}
    assert seen["read"]["structuredContent"]["text"] == "a,b\n1,2\n"
    assert seen["limit"]["isError"]
    assert seen["limit"]["structuredContent"]["stdout"] == "begun\n"
    assert seen["gone"]["isError"]
    assert "start_session" in seen["gone"]["content"][0]["text"]


@pytest.mark.parametrize("mode", MODES)
def test_progress_is_told(seen_by_client, mode):
    seen = seen_by_client(mode)["progress"]
    values = [value for value, _, _ in seen["seen"]]
    assert values and values == sorted(set(values))
    assert all(total == 30 for _, total, _ in seen["seen"])
    assert "step" in seen["seen"][-1][2]
    assert seen["result"]["structuredContent"]["stdout"] == "step 0\nstep 1\nstep 2\n"


@pytest.mark.parametrize("mode", MODES)
def test_a_cancelled_call_holds_nothing_up(seen_by_client, mode):
    seen = seen_by_client(mode)["cancel"]
    assert seen["result"]["structuredContent"]["value"] == 42
    # The run alone would have taken 30.
    assert seen["seconds"] < 25


@pytest.mark.parametrize("mode", MODES)
def test_calls_run_side_by_side(seen_by_client, mode):
    assert seen_by_client(mode)["together"] == [f"{i}\n" for i in range(20)]
