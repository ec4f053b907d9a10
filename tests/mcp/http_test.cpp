#include "mcp/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "mcp/protocol.hpp"
#include "peer.hpp"

namespace goru::mcp::test {
namespace {

using testing::HasSubstr;

/// What came back of one request.
class Answer : public HttpAnswer {
 public:
  void Reply(HttpReply reply) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(begun_ || done_);
    reply_ = std::move(reply);
    done_ = true;
    changed_.notify_all();
  }
  void Begin(HttpReply head) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(begun_ || done_);
    reply_ = std::move(head);
    begun_ = true;
    changed_.notify_all();
  }
  void Send(std::string bytes) override {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(begun_ && !done_);
    reply_.body += bytes;
    changed_.notify_all();
  }
  void End() override {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(begun_ && !done_);
    done_ = true;
    changed_.notify_all();
  }

  HttpReply Await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
    return reply_;
  }
  void AwaitBody(std::string_view part) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reply_.body.find(part) != std::string::npos; });
  }
  bool done() {
    const std::lock_guard lock(mutex_);
    return done_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  HttpReply reply_;
  bool begun_ = false;
  bool done_ = false;
};

class Http : public ServerTest {
 protected:
  using Headers = std::map<std::string, std::string, std::less<>>;
  HttpEndpoint endpoint_{server_, {.sessions = 2}};

  static Headers Usual() {
    return {{"content-type", "application/json"}, {"accept", "application/json, text/event-stream"}};
  }
  static Headers ModernHeaders(const json& request) {
    Headers headers = Usual();
    headers["mcp-protocol-version"] = kModernVersion;
    headers["mcp-method"] = request["method"];
    if (request["params"].contains("name")) headers["mcp-name"] = request["params"]["name"];
    return headers;
  }
  HttpExchange Begin(const std::shared_ptr<Answer>& answer, const Headers& headers, std::string_view body,
                     std::string_view method = "POST", std::string owner = "ann") {
    const auto find = [&headers](std::string_view name) {
      const auto found = headers.find(name);
      return found == headers.end() ? std::nullopt : std::optional(found->second);
    };
    return endpoint_.Handle({.method = method, .header = find, .body = body},
                            {.owner = std::move(owner), .session = Sandboxes()}, answer);
  }
  HttpReply Send(const Headers& headers, std::string_view body, std::string_view method = "POST",
                 std::string owner = "ann") {
    const auto answer = std::make_shared<Answer>();
    const HttpExchange exchange = Begin(answer, headers, body, method, std::move(owner));
    return answer->Await();
  }
  static std::string Header(const HttpReply& reply, std::string_view name) {
    for (const auto& [own, value] : reply.headers) {
      if (own == name) return value;
    }
    return "";
  }
  static json Body(const HttpReply& reply) { return json::parse(reply.body); }
  std::string Initialize(std::string owner = "ann") {
    const HttpReply reply =
        Send(Usual(), Request(1, "initialize", {{"protocolVersion", "2025-06-18"}}).dump(), "POST", std::move(owner));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(Body(reply)["result"]["protocolVersion"], "2025-06-18");
    return Header(reply, "Mcp-Session-Id");
  }
};

TEST_F(Http, ARequestByItselfIsAnsweredInOneDocument) {
  const json request = Request(1, "tools/call", Modern(Tool("run_python", {{"code", "6 * 7"}})));
  const HttpReply reply = Send(ModernHeaders(request), request.dump());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Header(reply, "Content-Type"), "application/json");
  EXPECT_EQ(Header(reply, "Mcp-Session-Id"), "");
  EXPECT_EQ(Body(reply)["result"]["structuredContent"]["value"], 42);
  EXPECT_EQ(endpoint_.sessions(), 0U);
}

TEST_F(Http, ProgressMakesAStreamOfIt) {
  json request =
      Request(1, "tools/call", Modern(Tool("run_python", {{"code", "while True: pass"}, {"timeout", "100ms"}})));
  request["params"]["_meta"]["progressToken"] = 1;
  const HttpReply reply = Send(ModernHeaders(request), request.dump());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Header(reply, "Content-Type"), "text/event-stream");
  EXPECT_EQ(Header(reply, "X-Accel-Buffering"), "no");
  EXPECT_THAT(reply.body,
              testing::StartsWith("event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\""));
  EXPECT_THAT(reply.body, HasSubstr("\"status\":\"timeout\""));
  EXPECT_THAT(reply.body, testing::EndsWith("\n\n"));
  // Who takes no events hears of the end only.
  Headers headers = ModernHeaders(request);
  headers["accept"] = "application/json";
  EXPECT_EQ(Body(Send(headers, request.dump()))["result"]["structuredContent"]["status"], "timeout");
  headers["accept"] = "text/event-stream";
  EXPECT_EQ(Header(Send(headers, request.dump()), "Content-Type"), "text/event-stream");
}

TEST_F(Http, HeadersSayWhatTheBodySays) {
  const json request = Request(7, "tools/call", Modern(Tool("run_python", {{"code", "1"}})));
  const Headers right = ModernHeaders(request);
  for (const char* name : {"mcp-protocol-version", "mcp-method", "mcp-name"}) {
    for (const char* value : {"", "2025-06-18", "tools/list", "=?base64?cnVu?=", "=?base64?!?="}) {
      Headers headers = right;
      if (*value == '\0') {
        headers.erase(name);
      } else {
        headers[name] = value;
      }
      const HttpReply reply = Send(headers, request.dump());
      EXPECT_EQ(reply.status, 400) << name << value;
      EXPECT_EQ(Body(reply)["error"]["code"], kHeaderMismatch) << name << value;
      EXPECT_EQ(Body(reply)["id"], 7);
    }
  }
  Headers headers = right;
  headers["mcp-name"] = "=?base64?cnVuX3B5dGhvbg==?=";
  EXPECT_EQ(Send(headers, request.dump()).status, 200);
  EXPECT_EQ(endpoint_.sessions(), 0U);
}

TEST_F(Http, ErrorsHaveTheirStatus) {
  const auto status = [this](const json& request, int code) {
    const HttpReply reply = Send(ModernHeaders(request), request.dump());
    EXPECT_EQ(Body(reply)["error"]["code"], code) << request;
    return reply.status;
  };
  EXPECT_EQ(status(Request(1, "no/such", Modern()), kMethodNotFound), 404);
  EXPECT_EQ(status(Request(1, "tools/call", Modern({{"name", "rm"}})), kInvalidParams), 400);
  json incomplete = Modern();
  incomplete["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
  EXPECT_EQ(status(Request(1, "tools/list", incomplete), kInvalidParams), 400);
  // Headers of this revision, and none of it in the body.
  EXPECT_EQ(status(Request(1, "tools/list"), kInvalidParams), 400);

  json old = Request(1, "tools/list", Modern());
  old["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = "1900-01-01";
  Headers headers = ModernHeaders(old);
  headers["mcp-protocol-version"] = "1900-01-01";
  const HttpReply reply = Send(headers, old.dump());
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(Body(reply)["error"]["code"], kUnsupportedVersion);
  EXPECT_EQ(Body(reply)["error"]["data"]["requested"], "1900-01-01");

  for (const auto& [body, code] :
       std::map<std::string, int>{{"nonsense", kParseError}, {"[]", kInvalidRequest}, {"7", kInvalidRequest}}) {
    headers["mcp-protocol-version"] = kModernVersion;
    const HttpReply refused = Send(headers, body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(Body(refused)["error"]["code"], code) << body;
  }
}

TEST_F(Http, OtherMethodsAndTypesAreRefused) {
  EXPECT_EQ(Send(Usual(), "", "GET").status, 405);
  EXPECT_EQ(Header(Send(Usual(), "", "GET"), "Allow"), "POST");
  EXPECT_EQ(Send(Usual(), "", "DELETE").status, 405);
  Headers headers = Usual();
  headers["content-type"] = "text/plain";
  EXPECT_EQ(Send(headers, Request(1, "ping").dump()).status, 415);
  headers = Usual();
  headers["accept"] = "text/html";
  EXPECT_EQ(Send(headers, Request(1, "ping").dump()).status, 406);
}

TEST_F(Http, NotificationsAreAccepted) {
  const std::string text = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})";
  Headers headers = Usual();
  headers["mcp-protocol-version"] = kModernVersion;
  const HttpReply reply = Send(headers, text);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "");
  headers["mcp-protocol-version"] = "1900-01-01";
  EXPECT_EQ(Send(headers, text).status, 400);
  headers["mcp-protocol-version"] = "2025-06-18";
  headers["mcp-session-id"] = Initialize();
  EXPECT_EQ(Send(headers, text).status, 202);
}

TEST_F(Http, ClosingARequestByItselfCancelsIt) {
  const json request = Request(1, "tools/call", Modern(Tool("run_python", {{"code", "while True: pass"}})));
  const auto answer = std::make_shared<Answer>();
  {
    const HttpExchange exchange = Begin(answer, ModernHeaders(request), request.dump());
    while (executor_.Stats().runs == 0) std::this_thread::yield();
  }
  while (executor_.Stats().runs > 0) std::this_thread::yield();
  EXPECT_FALSE(answer->done());
}

TEST_F(Http, KeepAliveBeginsTheStream) {
  json request = Request(1, "tools/call", Modern(Tool("run_python", {{"code", "input()\nwhile True: pass"}})));
  const auto answer = std::make_shared<Answer>();
  HttpExchange exchange = Begin(answer, ModernHeaders(request), request.dump());
  exchange.KeepAlive();
  exchange.KeepAlive();
  answer->AwaitBody(":\n\n:\n\n");
  const HttpReply reply = answer->Await();
  EXPECT_EQ(Header(reply, "Content-Type"), "text/event-stream");
  EXPECT_THAT(reply.body, HasSubstr("EOFError"));
  exchange.KeepAlive();
}

TEST_F(Http, AHandshakeOpensASession) {
  const std::string id = Initialize();
  EXPECT_EQ(id.size(), 32U);
  Headers headers = Usual();
  EXPECT_EQ(Send(headers, Request(2, "tools/list").dump()).status, 400);
  headers["mcp-session-id"] = "x";
  EXPECT_EQ(Send(headers, Request(2, "tools/list").dump()).status, 404);
  headers["mcp-session-id"] = id;
  headers["mcp-protocol-version"] = "2025-06-18";
  const HttpReply reply = Send(headers, Request(2, "tools/list").dump());
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(Body(reply)["result"].contains("resultType"));
  EXPECT_EQ(Body(Send(headers, Request(3, "no/such").dump()))["error"]["code"], kMethodNotFound);
  // Another client's.
  EXPECT_EQ(Send(headers, Request(2, "tools/list").dump(), "POST", "bob").status, 404);
  EXPECT_EQ(Send(headers, "", "DELETE", "bob").status, 404);
  EXPECT_EQ(Send(headers, "", "DELETE").status, 204);
  EXPECT_EQ(Send(headers, Request(2, "tools/list").dump()).status, 404);
  EXPECT_EQ(endpoint_.sessions(), 0U);
  // A handshake that failed leaves none.
  EXPECT_TRUE(Body(Send(Usual(), Request(1, "initialize").dump())).contains("error"));
  EXPECT_EQ(endpoint_.sessions(), 0U);
}

TEST_F(Http, InASessionOnlyANotificationCancels) {
  Headers headers = Usual();
  headers["mcp-session-id"] = Initialize();
  const auto answer = std::make_shared<Answer>();
  {
    const HttpExchange exchange =
        Begin(answer, headers, Request(5, "tools/call", Tool("run_python", {{"code", "while True: pass"}})).dump());
    while (executor_.Stats().runs == 0) std::this_thread::yield();
  }
  EXPECT_FALSE(answer->done());
  Send(headers, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
  EXPECT_EQ(answer->Await().status, 200);
  while (executor_.Stats().runs > 0) std::this_thread::yield();
}

TEST_F(Http, TheSessionThatWasNotUsedLongestMakesRoom) {
  Headers first = Usual();
  Headers second = Usual();
  first["mcp-session-id"] = Initialize();
  second["mcp-session-id"] = Initialize();
  const auto answer = std::make_shared<Answer>();
  const HttpExchange exchange =
      Begin(answer, second, Request(5, "tools/call", Tool("run_python", {{"code", "while True: pass"}})).dump());
  EXPECT_EQ(Send(first, Request(2, "ping").dump()).status, 200);
  Initialize();
  EXPECT_EQ(endpoint_.sessions(), 2U);
  EXPECT_EQ(Send(first, Request(2, "ping").dump()).status, 200);
  EXPECT_EQ(Send(second, Request(2, "ping").dump()).status, 404);
  // Nobody waits for its answer in vain.
  answer->Await();
}

}  // namespace
}  // namespace goru::mcp::test
