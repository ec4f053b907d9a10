#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "mcp/bytes.hpp"
#include "mcp/protocol.hpp"
#include "peer.hpp"

namespace goru::mcp::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ToolCallTest : public ServerTest {
 protected:
  Connection connection_ = Connect();

  json Call(std::string_view tool, json arguments) { return Result(connection_, tool, std::move(arguments)); }
  json Python(std::string_view code) { return Call("run_python", {{"code", code}}); }
  std::string Start(std::string_view language = "python") {
    return Call("start_session", {{"language", language}})["structuredContent"]["session_id"];
  }
};

TEST_F(ToolCallTest, ARunTellsWhatItPrintedAndItsValue) {
  const json result = Python("import sys\nprint('out')\nprint('err', file=sys.stderr)\n{'a': [1, 2]}");
  EXPECT_EQ(result["isError"], false);
  EXPECT_EQ(TextIn(result), "out\n[stderr]\nerr\n[value]\n{\"a\": [1, 2]}");
  const json& structured = result["structuredContent"];
  EXPECT_EQ(structured["status"], "ok");
  EXPECT_EQ(structured["stdout"], "out\n");
  EXPECT_EQ(structured["stderr"], "err\n");
  EXPECT_EQ(structured["value"], (json{{"a", {1, 2}}}));
  EXPECT_FALSE(structured.contains("error"));
  EXPECT_GT(structured["usage"]["peak_memory_bytes"], 0);
  EXPECT_EQ(TextIn(Python("pass")), "(no output)");
  EXPECT_EQ(TextIn(Call("run_javascript", {{"code", "const x: number = 20; x + 1"}, {"typescript", true}})),
            "[value]\n21");
}

TEST_F(ToolCallTest, LargeNumbersAndValuesWithoutJsonAreText) {
  EXPECT_EQ(Python("2 ** 100")["structuredContent"]["value_repr"], "1267650600228229401496703205376");
  EXPECT_EQ(Python("object")["structuredContent"]["value_repr"], "<class 'object'>");
}

TEST_F(ToolCallTest, AnErrorNamesItsLine) {
  const json result = Python("x = 1\ndef f():\n  raise ValueError('no')\nf()");
  EXPECT_EQ(result["isError"], true);
  const json& error = result["structuredContent"]["error"];
  EXPECT_EQ(error["kind"], "guest_exception");
  EXPECT_EQ(error["type"], "ValueError");
  EXPECT_EQ(error["message"], "no");
  EXPECT_EQ(error["line"], 3);
  EXPECT_THAT(TextIn(result), HasSubstr("main.py\", line 3"));
  EXPECT_EQ(Call("run_javascript", {{"code", "\n\nthrow new TypeError('x')"}})["structuredContent"]["error"]["line"],
            3);
  EXPECT_EQ(Python("import sys\nsys.exit(0)")["isError"], false);
  EXPECT_EQ(Python("import sys\nsys.exit(3)")["structuredContent"]["exit_code"], 3);
}

TEST_F(ToolCallTest, ALimitLeavesWhatWasPrinted) {
  const json result =
      Call("run_python", {{"code", "print('begun', flush=True)\nwhile True: pass"}, {"timeout", "100ms"}});
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["structuredContent"]["status"], "timeout");
  EXPECT_EQ(result["structuredContent"]["stdout"], "begun\n");
  EXPECT_THAT(TextIn(result), HasSubstr("begun\n"));
  EXPECT_EQ(Python("'x' * (1 << 30)")["structuredContent"]["error"]["type"], "MemoryError");
}

TEST_F(ToolCallTest, LongOutputIsCutInTheMiddle) {
  const json structured = Python("print('a' * 100_000 + 'the end')")["structuredContent"];
  EXPECT_EQ(structured["stdout_truncated"], true);
  EXPECT_LT(structured["stdout"].get<std::string>().size(), size_t{33} << 10);
  EXPECT_THAT(structured["stdout"].get<std::string>(), HasSubstr("bytes left out"));
  EXPECT_THAT(structured["stdout"].get<std::string>(), testing::EndsWith("the end\n"));
  EXPECT_THAT(Python("'v' * 100_000")["structuredContent"]["value_repr"].get<std::string>(), HasSubstr("left out"));
}

TEST_F(ToolCallTest, BytesThatAreNoTextDoNotBreakTheMessage) {
  const json result = Python("import sys\nsys.stdout.buffer.write(b'\\xff\\xfe')\nraise ValueError('\\udc80')");
  EXPECT_TRUE(json::accept(TextOf(result)));
}

TEST_F(ToolCallTest, StandardInputAndFilesGoIn) {
  EXPECT_EQ(
      Call("run_python", {{"code", "print(input()[::-1], end='')"}, {"stdin", "abc\n"}})["structuredContent"]["stdout"],
      "cba");
  const json files = {{{"path", "a/b.txt"}, {"text", "x"}}, {{"path", "/work/c.bin"}, {"base64", "AP8="}}};
  const json result =
      Call("run_python", {{"code", "print(open('a/b.txt').read(), open('c.bin', 'rb').read())"}, {"files", files}});
  EXPECT_EQ(result["structuredContent"]["stdout"], "x b'\\x00\\xff'\n");
  // What was brought along is nothing that the code left.
  EXPECT_EQ(result["structuredContent"]["files"], json::array());
}

TEST_F(ToolCallTest, WhatCodeLeftIsShownQuotedOrKept) {
  const json result = Python(
      "open('plot.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(100))\n"
      "open('small.csv', 'w').write('a,b')\n"
      "open('large.csv', 'w').write('a,b\\n' * 5000)\n"
      "open('/tmp/elsewhere', 'w').write('x')\n");
  const json& content = result["content"];
  ASSERT_EQ(content.size(), 4U) << content;
  EXPECT_THAT(TextIn(result), HasSubstr("/work/large.csv (19.53 KiB)"));
  EXPECT_EQ(content[1]["type"], "image");
  EXPECT_EQ(content[1]["mimeType"], "image/png");
  EXPECT_EQ(FromBase64(content[1]["data"].get<std::string>())->size(), 108U);
  EXPECT_EQ(content[2]["type"], "resource");
  EXPECT_EQ(content[2]["resource"]["text"], "a,b");
  EXPECT_EQ(content[3]["type"], "resource_link");
  EXPECT_EQ(content[3]["mimeType"], "text/csv");
  ASSERT_EQ(result["structuredContent"]["files"].size(), 3U);
  const json read =
      Ask(connection_, Request(2, "resources/read", {{"uri", content[3]["uri"]}}))["result"]["contents"][0];
  EXPECT_EQ(read["text"].get<std::string>().size(), 20'000U);
  EXPECT_EQ(read["uri"], content[3]["uri"]);
  // Nobody else's.
  Connection other = Connect(std::string(kHandshakeVersion), "bob");
  EXPECT_TRUE(Ask(other, Request(2, "resources/read", {{"uri", content[3]["uri"]}})).contains("error"));
}

TEST_F(ToolCallTest, ASessionRemembersAndItsFilesStay) {
  const std::string handle = Start();
  EXPECT_EQ(TextIn(Call("run_in_session", {{"session_id", handle}, {"code", "x = 20"}})), "(no output)");
  EXPECT_EQ(TextIn(Call("run_in_session", {{"session_id", handle}, {"code", "x + 1"}})), "[value]\n21");
  const json failed = Call("run_in_session", {{"session_id", handle}, {"code", "1\n2\n1/0"}});
  EXPECT_EQ(failed["structuredContent"]["error"]["line"], 3);
  EXPECT_EQ(failed["structuredContent"]["session_alive"], true);
  // What a message says of other runs is not believed.
  const json misled = Call("run_in_session", {{"session_id", handle}, {"code", "1\nraise ValueError('<run 99>')"}});
  EXPECT_EQ(misled["structuredContent"]["error"]["line"], 2);

  EXPECT_EQ(
      Call("put_file", {{"session_id", handle}, {"path", "in.txt"}, {"text", "abc"}})["structuredContent"]["size"], 3);
  const json wrote = Call(
      "run_in_session",
      {{"session_id", handle}, {"code", "open('out.bin', 'wb').write(bytes(range(256)) * 50)\nopen('in.txt').read()"}});
  EXPECT_EQ(wrote["structuredContent"]["value"], "abc");
  const json uri = wrote["structuredContent"]["files"][0]["uri"];
  EXPECT_EQ(wrote["content"][1]["uri"], uri);
  EXPECT_EQ(FromBase64(Ask(connection_, Request(2, "resources/read", {{"uri", uri}}))["result"]["contents"][0]["blob"]
                           .get<std::string>())
                ->size(),
            12'800U);
  const json part = Call("get_file", {{"session_id", handle}, {"path", "out.bin"}, {"offset", 255}, {"length", 2}});
  EXPECT_EQ(part["structuredContent"]["base64"], "/wA=");
  EXPECT_EQ(part["structuredContent"]["truncated"], true);
  EXPECT_EQ(TextIn(Call("get_file", {{"session_id", handle}, {"path", "in.txt"}})), "abc");
  EXPECT_EQ(Call("list_files", {{"session_id", handle}})["structuredContent"]["files"].size(), 2U);
  EXPECT_EQ(Call("end_session", {{"session_id", handle}})["structuredContent"]["ended"], true);
  const json gone = Call("run_in_session", {{"session_id", handle}, {"code", "1"}});
  EXPECT_EQ(gone["isError"], true);
  EXPECT_THAT(TextIn(gone), HasSubstr("start_session"));
}

TEST_F(ToolCallTest, EndingASessionRunsWhatItsCodeRegistered) {
  const std::string handle = Start();
  Call("run_in_session",
       {{"session_id", handle}, {"code", "import atexit\natexit.register(lambda: [0 for _ in iter(int, 1)])"}});
  // Its end would take the session's whole time; cancelling it does not wait for that.
  Replies replies;
  connection_.Receive(Request(9, "tools/call", Tool("end_session", {{"session_id", handle}})).dump(), replies.sink());
  connection_.Receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}})",
                      replies.sink());
  EXPECT_EQ(replies.Await(), nullptr);
}

TEST_F(ToolCallTest, ASessionThatALimitEndedSaysHowToGoOn) {
  const std::string handle = Start("javascript");
  const json ended = Call("run_in_session", {{"session_id", handle}, {"code", "for (;;) {}"}, {"timeout", 0.05}});
  EXPECT_EQ(ended["structuredContent"]["session_alive"], false);
  EXPECT_THAT(TextIn(ended), HasSubstr("start_session opens a new one"));
  EXPECT_THAT(TextIn(Call("put_file", {{"session_id", handle}, {"path", "a"}, {"text", ""}})),
              HasSubstr("A run has ended the session"));
}

TEST_F(ToolCallTest, SessionsAreTheirOwners) {
  const std::string handle = Start();
  Connection other = Connect(std::string(kHandshakeVersion), "bob");
  for (const char* tool : {"run_in_session", "end_session", "get_file"}) {
    json arguments = {{"session_id", handle}};
    if (std::string_view(tool) == "run_in_session") arguments["code"] = "1";
    if (std::string_view(tool) == "get_file") arguments["path"] = "a";
    const json result = Result(other, tool, arguments);
    EXPECT_EQ(result["isError"], true);
    EXPECT_THAT(TextIn(result), HasSubstr("There is no session of this id"));
  }
  EXPECT_EQ(Call("run_in_session", {{"session_id", handle}, {"code", "1"}})["isError"], false);
}

TEST_F(ToolCallTest, WrongArgumentsTellTheModelWhatIsRight) {
  const std::string handle = Start();
  for (const auto& [tool, arguments, words] : std::vector<std::tuple<const char*, json, const char*>>{
           {"run_python", {}, "run_python needs the argument code"},
           {"run_python", {{"code", 7}}, "argument code of run_python takes text"},
           {"run_python",
            {{"code", ""}, {"timeuot", 1}},
            "no argument 'timeuot'; it takes code, stdin, timeout, files"},
           {"run_python", {{"code", ""}, {"timeout", "soon"}}, "takes seconds"},
           {"run_python", {{"code", ""}, {"timeout", -1}}, "takes seconds"},
           {"run_python", {{"code", ""}, {"timeout", 0}}, "more than 0"},
           {"run_python", {{"code", ""}, {"timeout", {1}}}, "takes seconds"},
           {"run_python", {{"code", ""}, {"files", {7}}}, "a list of files"},
           {"run_python", {{"code", ""}, {"files", {{{"path", "a"}}}}}, "a list of files"},
           {"run_python", {{"code", ""}, {"files", {{{"path", "a"}, {"base64", "!"}}}}}, "a list of files"},
           {"run_python", {{"code", ""}, {"files", {{{"path", "../../etc/x/"}, {"text", ""}}}}}, "etc"},
           {"run_javascript", {{"code", ""}, {"typescript", "yes"}}, "true or false"},
           {"start_session", {{"language", "ruby"}}, "python, javascript or typescript"},
           {"run_in_session", {{"session_id", "x"}, {"code", "1"}}, "start_session"},
           {"put_file", {{"session_id", handle}, {"path", "a"}}, "text, or base64"},
           {"get_file", {{"session_id", handle}, {"path", "none"}}, "none"},
           {"get_file", {{"session_id", handle}, {"path", "a"}, {"offset", -1}}, "a whole number"},
           {"describe_sandbox", {{"x", 1}}, "it takes none"},
       }) {
    const json result = Call(tool, arguments);
    EXPECT_EQ(result["isError"], true) << tool << arguments;
    EXPECT_THAT(TextIn(result), HasSubstr(words)) << arguments;
  }
  EXPECT_EQ(Ask(connection_, Request(1, "tools/call", Tool("rm", {})))["error"]["code"], kInvalidParams);
  EXPECT_EQ(Ask(connection_, Request(1, "tools/call"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(Ask(connection_, Request(1, "tools/call", {{"name", "run_python"}, {"arguments", 7}}))["error"]["code"],
            kInvalidParams);
}

TEST_F(ToolCallTest, TimeoutsAreCutToTheSessions) {
  Connection connection(server_,
                        {.owner = "ann",
                         .session =
                             [] {
                               SessionConfig config = Sandboxes();
                               config.limits.timeout = std::chrono::milliseconds(50);
                               return config;
                             }()},
                        std::string(kHandshakeVersion));
  const json result = Result(connection, "run_python", {{"code", "while True: pass"}, {"timeout", 3600}});
  EXPECT_EQ(result["structuredContent"]["status"], "timeout");
}

TEST_F(ToolCallTest, WithoutFilesThereAreNoneToHandOver) {
  Connection connection(server_, {.owner = "ann", .session = {}}, std::string(kHandshakeVersion));
  EXPECT_EQ(Ask(connection, Request(1, "tools/call", Tool("put_file", {})))["error"]["code"], kInvalidParams);
  EXPECT_EQ(TextIn(Result(connection, "run_python", {{"code", "1"}})), "[value]\n1");
  EXPECT_THAT(TextIn(Result(connection, "run_python", {{"code", "1"}, {"files", json::array()}})),
              HasSubstr("no argument"));
}

TEST_F(ToolCallTest, OlderRevisionsHaveTextOnly) {
  Connection connection = Connect("2024-11-05");
  const json result =
      Result(connection, "run_python", {{"code", "open('a.bin', 'wb').write(bytes([255]) * 9999)\nNone"}});
  EXPECT_FALSE(result.contains("structuredContent"));
  EXPECT_EQ(result["content"][1]["type"], "text");
  EXPECT_THAT(result["content"][1]["text"].get<std::string>(), HasSubstr("a.bin: goru://files/"));
}

TEST_F(ToolCallTest, ProgressGrowsAndEndsWithTheAnswer) {
  Replies replies;
  json params =
      Tool("run_python", {{"code", "print('one')\nprint('two', flush=True)\nwhile True: pass"}, {"timeout", "200ms"}});
  params["_meta"]["progressToken"] = "p";
  connection_.Receive(Request(1, "tools/call", params).dump(), replies.sink());
  replies.Await();
  const auto messages = replies.AwaitMessages(3);
  double before = 0;
  bool told = false;
  for (size_t i = 0; i + 1 < messages.size(); ++i) {
    ASSERT_EQ(messages[i]["method"], "notifications/progress");
    EXPECT_EQ(messages[i]["params"]["progressToken"], "p");
    EXPECT_GT(messages[i]["params"]["progress"], before);
    before = messages[i]["params"]["progress"];
    EXPECT_EQ(messages[i]["params"]["total"], 0.2);
    told = told || messages[i]["params"]["message"] == "8 bytes of output: two";
  }
  EXPECT_TRUE(told);
  EXPECT_TRUE(messages.back().contains("result"));
}

TEST_F(ToolCallTest, ACancelledCallHasNoAnswerAndItsSessionLives) {
  const std::string handle = Start();
  Replies replies;
  json params =
      Tool("run_in_session", {{"session_id", handle}, {"code", "x = 1\nprint('on', flush=True)\nwhile True: pass"}});
  params["_meta"]["progressToken"] = 1;
  connection_.Receive(Request(7, "tools/call", params).dump(), replies.sink());
  // It runs.
  for (size_t count = 1;; ++count) {
    if (replies.AwaitMessages(count).back()["params"]["message"] == "3 bytes of output: on") break;
  }
  // Of another id.
  connection_.Receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}})",
                      replies.sink());
  EXPECT_EQ(replies.ended(), 0U);
  connection_.Receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})",
                      replies.sink());
  EXPECT_EQ(replies.Await(), nullptr);
  json after;
  do {
    after = Call("run_in_session", {{"session_id", handle}, {"code", "x"}});
  } while (after["isError"] == true && TextIn(after).find("under way") != std::string::npos);
  EXPECT_EQ(after["structuredContent"]["value"], 1);
}

TEST_F(ToolCallTest, OneRequestOfAnIdAndSoManyAtOnce) {
  Replies replies;
  for (int id = 1; id <= 4; ++id) {
    connection_.Receive(Request(id, "tools/call", Tool("run_python", {{"code", "while True: pass"}})).dump(),
                        replies.sink());
  }
  EXPECT_EQ(Ask(connection_, Request(4, "tools/call", Tool("run_python", {{"code", "1"}})))["error"]["code"],
            kInvalidRequest);
  EXPECT_EQ(Ask(connection_, Request(5, "tools/call", Tool("run_python", {{"code", "1"}})))["error"]["code"],
            kInternalError);
  EXPECT_EQ(connection_.pending(), 4U);
  connection_.Cancel();
  replies.Await(4);
  EXPECT_TRUE(connection_.Wait());
  EXPECT_EQ(Call("run_python", {{"code", "1"}})["isError"], false);
}

TEST_F(ToolCallTest, AConnectionThatGoesTakesItsRunsAlong) {
  Replies replies;
  {
    Connection connection = Connect();
    connection.Receive(Request(1, "tools/call", Tool("run_python", {{"code", "while True: pass"}})).dump(),
                       replies.sink());
  }
  while (executor_.Stats().runs > 0) std::this_thread::yield();
  EXPECT_EQ(replies.ended(), 0U);
}

TEST_F(ToolCallTest, TheDescriptionSaysWhatThereIs) {
  SessionConfig config = Sandboxes();
  WithSessionMount("/data", "/usr/share", MountReadOnly)(config);
  config.http.allowed_hosts = {"api.example.com"};
  config.environment["TOKEN"] = "secret-value";
  Connection connection(server_, {.owner = "ann", .session = config}, std::string(kHandshakeVersion));
  const json result = Result(connection, "describe_sandbox", json::object());
  EXPECT_THAT(TextIn(result), HasSubstr("CPython 3.13"));
  EXPECT_THAT(TextIn(result), HasSubstr("api.example.com"));
  EXPECT_THAT(TextIn(result), HasSubstr("Folder /data: read only"));
  EXPECT_THAT(TextIn(result), HasSubstr("TOKEN"));
  EXPECT_THAT(result.dump(), Not(HasSubstr("secret-value")));
  EXPECT_THAT(result.dump(), Not(HasSubstr("/usr/share")));
  EXPECT_EQ(result["structuredContent"]["hosts"], json::array({"api.example.com"}));
}

}  // namespace
}  // namespace goru::mcp::test
