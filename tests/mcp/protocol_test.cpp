#include "mcp/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "mcp/tool_list.hpp"
#include "peer.hpp"

namespace goru::mcp::test {
namespace {

class Protocol : public ServerTest {};

TEST_F(Protocol, HostileTextIsAnsweredWithAnError) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "[";
  std::string many = "[0";
  for (int i = 0; i < 200'000; ++i) many += ",0";
  const std::string large = R"({"x":")" + std::string(size_t{2} << 20, 'x') + "\"}";
  Connection connection = Connect();
  for (const auto& [text, code] : std::vector<std::pair<std::string, int>>{
           {"", kParseError},
           {"{", kParseError},
           {"nonsense", kParseError},
           {std::string("\0", 1), kParseError},
           {"\xff\xfe", kParseError},
           {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})", kParseError},
           {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", kParseError},
           {deep, kInvalidRequest},
           {deep.substr(0, 1000), kParseError},
           {many + "]", kInvalidRequest},
           {large, kInvalidRequest},
           {"null", kInvalidRequest},
           {"[]", kInvalidRequest},
           {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", kInvalidRequest},
           {"{}", kInvalidRequest},
           {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", kInvalidRequest},
           {R"({"id":1,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":7})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})", kInvalidParams},
       }) {
    Replies replies;
    EXPECT_EQ(connection.Receive(text, replies.sink()), Connection::Kind::kRefused) << text.substr(0, 80);
    const json response = replies.Await();
    EXPECT_EQ(response["error"]["code"], code) << response << text.substr(0, 80);
    EXPECT_EQ(response["jsonrpc"], "2.0");
  }
  EXPECT_EQ(Ask(connection, Request(1, "ping"))["result"], json::object());
}

TEST_F(Protocol, ARequestIsAnsweredWithItsId) {
  Connection connection = Connect();
  for (const json& id : {json(0), json(-7), json("7"), json(""), json(uint64_t{1} << 63)}) {
    json request = Request(1, "ping");
    request["id"] = id;
    EXPECT_EQ(Ask(connection, request)["id"], id);
  }
  Replies replies;
  connection.Receive(R"({"jsonrpc":"2.0","id":"x","method":"ping","params":7})", replies.sink());
  EXPECT_EQ(replies.Await()["id"], "x");
}

TEST_F(Protocol, NotificationsAndResponsesHaveNoAnswer) {
  Connection connection = Connect();
  for (const char* text :
       {R"({"jsonrpc":"2.0","method":"notifications/initialized"})", R"({"jsonrpc":"2.0","method":"no/such"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[1]}})",
        R"({"jsonrpc":"2.0","id":7,"result":{}})", R"({"jsonrpc":"2.0","id":7,"error":{"code":1,"message":""}})"}) {
    Replies replies;
    EXPECT_EQ(connection.Receive(text, replies.sink()), Connection::Kind::kNotification) << text;
    EXPECT_EQ(replies.ended(), 0U);
  }
}

TEST_F(Protocol, TheHandshakeAgreesOnARevision) {
  for (const auto& [asked, agreed] : std::vector<std::pair<std::string, std::string>>{{"2024-11-05", "2024-11-05"},
                                                                                      {"2025-03-26", "2025-03-26"},
                                                                                      {"2025-06-18", "2025-06-18"},
                                                                                      {"2025-11-25", "2025-11-25"},
                                                                                      {"2026-07-28", "2025-11-25"},
                                                                                      {"1999-01-01", "2025-11-25"}}) {
    Connection connection = Connect("");
    EXPECT_EQ(Ask(connection, Request(1, "tools/list"))["error"]["code"], kInvalidParams);
    EXPECT_EQ(Ask(connection, Request(1, "ping"))["result"], json::object());
    const json result = Ask(connection, Request(1, "initialize", {{"protocolVersion", asked}}))["result"];
    EXPECT_EQ(result["protocolVersion"], agreed);
    EXPECT_EQ(result["serverInfo"]["name"], "goru");
    EXPECT_TRUE(result["capabilities"].contains("tools"));
    EXPECT_FALSE(result.contains("resultType"));
    const json tools = Ask(connection, Request(2, "tools/list"))["result"]["tools"];
    EXPECT_EQ(tools[0].contains("outputSchema"), agreed >= "2025-06-18") << agreed;
    EXPECT_EQ(tools[0].contains("annotations"), agreed >= "2025-03-26") << agreed;
  }
  Connection connection = Connect("");
  EXPECT_EQ(Ask(connection, Request(1, "initialize"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(connection.version(), "");
}

TEST_F(Protocol, WithoutAHandshakeEachRequestSaysItself) {
  Connection connection = Connect("");
  const json found = Ask(connection, Request(1, "server/discover", Modern()))["result"];
  EXPECT_THAT(found["supportedVersions"], testing::Contains("2026-07-28"));
  EXPECT_EQ(found["resultType"], "complete");
  EXPECT_TRUE(found["ttlMs"].is_number_integer());
  EXPECT_EQ(found["cacheScope"], "private");
  EXPECT_EQ(found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "goru");
  const json tools = Ask(connection, Request(1, "tools/list", Modern()))["result"];
  EXPECT_EQ(tools["resultType"], "complete");
  EXPECT_GT(tools["tools"].size(), 5U);

  json version = Modern();
  version["_meta"]["io.modelcontextprotocol/protocolVersion"] = "1900-01-01";
  const json refused = Ask(connection, Request(1, "tools/list", version))["error"];
  EXPECT_EQ(refused["code"], kUnsupportedVersion);
  EXPECT_EQ(refused["data"]["requested"], "1900-01-01");
  EXPECT_THAT(refused["data"]["supported"], testing::Contains("2025-11-25"));

  for (const char* key : {"protocolVersion", "clientCapabilities"}) {
    json params = Modern();
    params["_meta"].erase("io.modelcontextprotocol/" + std::string(key));
    EXPECT_EQ(Ask(connection, Request(1, "tools/list", params))["error"]["code"], kInvalidParams) << key;
    params["_meta"]["io.modelcontextprotocol/" + std::string(key)] = 7;
    EXPECT_EQ(Ask(connection, Request(1, "tools/list", params))["error"]["code"], kInvalidParams) << key;
  }
  EXPECT_EQ(Ask(connection, Request(1, "tools/list", {{"_meta", 7}}))["error"]["code"], kInvalidParams);
  // What the revision has no more.
  EXPECT_EQ(Ask(connection, Request(1, "ping", Modern()))["error"]["code"], kMethodNotFound);
  EXPECT_EQ(Ask(connection, Request(1, "initialize", Modern({{"protocolVersion", "2025-11-25"}})))["error"]["code"],
            kMethodNotFound);
  EXPECT_EQ(Ask(connection, Request(1, "prompts/list", Modern()))["error"]["code"], kMethodNotFound);
}

TEST_F(Protocol, BothErasOnOneConnection) {
  Connection connection = Connect("");
  Ask(connection, Request(1, "initialize", {{"protocolVersion", "2025-11-25"}}));
  EXPECT_FALSE(Ask(connection, Request(2, "tools/list"))["result"].contains("resultType"));
  EXPECT_EQ(Ask(connection, Request(3, "tools/list", Modern()))["result"]["resultType"], "complete");
  EXPECT_EQ(Ask(connection, Request(4, "server/discover"))["error"]["code"], kMethodNotFound);
}

TEST_F(Protocol, BatchesAreAnsweredAtOnceWhereTheRevisionHasThem) {
  Connection connection = Connect("2025-03-26");
  Replies replies;
  const json batch = {Request(1, "ping"),
                      Request(2, "tools/call", Tool("run_javascript", {{"code", "6 * 7"}})),
                      {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}},
                      7};
  EXPECT_EQ(connection.Receive(batch.dump(), replies.sink()), Connection::Kind::kRequest);
  const json responses = replies.Await();
  ASSERT_EQ(responses.size(), 3U) << responses;
  std::set<std::string> seen;
  for (const json& response : responses) seen.insert(response["id"].dump());
  EXPECT_EQ(seen, (std::set<std::string>{"1", "2", "null"}));
  const json quiet = json::array({{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}});
  EXPECT_EQ(connection.Receive(quiet.dump(), replies.sink()), Connection::Kind::kNotification);
}

TEST_F(Protocol, AnOpenSubscriptionEndsWhenItIsCancelled) {
  Connection connection = Connect("");
  Replies replies;
  connection.Receive(
      Request(5, "subscriptions/listen", Modern({{"notifications", {{"toolsListChanged", true}}}})).dump(),
      replies.sink());
  const json first = replies.AwaitMessages(1)[0];
  EXPECT_EQ(first["method"], "notifications/subscriptions/acknowledged");
  EXPECT_EQ(first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 5);
  EXPECT_EQ(connection.pending(), 1U);
  connection.Receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})",
                     replies.sink());
  EXPECT_EQ(replies.Await(), nullptr);
  EXPECT_EQ(connection.pending(), 0U);
}

TEST_F(Protocol, UnknownPagesAndResourcesAreRefused) {
  Connection connection = Connect();
  for (const char* method : {"tools/list", "resources/list", "resources/templates/list"}) {
    EXPECT_EQ(Ask(connection, Request(1, method, {{"cursor", "x"}}))["error"]["code"], kInvalidParams) << method;
  }
  for (const char* uri : {"", "file:///etc/passwd", "goru://session/", "goru://session/x/work/a", "goru://files/x/a",
                          "goru://files/x/%zz"}) {
    EXPECT_EQ(Ask(connection, Request(1, "resources/read", {{"uri", uri}}))["error"]["code"], kResourceNotFound) << uri;
    EXPECT_EQ(Ask(connection, Request(1, "resources/read", Modern({{"uri", uri}})))["error"]["code"], kInvalidParams)
        << uri;
  }
}

TEST(ToolList, TakeLittleOfAModelsContext) {
  const Era era{.modern = true, .version = std::string(kModernVersion)};
  const json tools = ToolList(Sandboxes(), {}, era);
  size_t seen = 0;
  for (const json& tool : tools) {
    seen += tool["name"].dump().size() + tool["description"].dump().size() + tool["inputSchema"].dump().size();
    EXPECT_LE(tool["description"].get<std::string>().size(), 600U) << tool["name"];
  }
  // What agent programs put before a model; docs/AGENTS.md names it.
  EXPECT_LE(seen, 5'300U);
  EXPECT_LE(tools.dump().size(), 12'000U);
  EXPECT_EQ(tools.size(), 9U);
  // Nothing is offered that cannot be.
  const json without = ToolList(SessionConfig(), {}, era);
  EXPECT_EQ(without.size(), 6U);
  EXPECT_EQ(without.dump().find("/work"), std::string::npos);
}

}  // namespace
}  // namespace goru::mcp::test
