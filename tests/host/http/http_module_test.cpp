// Requests of a session against a real server.
#include "host/http/http_module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "common/sandbox.hpp"
#include "host/http/http_session.hpp"
#include "host/http/web_server.hpp"

namespace goru::host::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

class HttpModuleTest : public testing::Test {
 protected:
  HttpSession Open(HttpConfig config = {.allowed_hosts = {"127.0.0.1", "localhost"}}, const HttpLimits& limits = {}) {
    return HttpSession(service_, config, limits);
  }

  const WebServer& server_ = WebServer::Get();
  std::shared_ptr<HttpService> service_ = CreateHttpService();
};

TEST_F(HttpModuleTest, Get) {
  HttpSession session = Open();
  const Reply reply = session.Get(server_.Http("/echo?a=1&b=%20"));
  ASSERT_TRUE(reply.ok) << MessageOf(reply);
  EXPECT_EQ(StatusOf(reply), 200);
  EXPECT_EQ(reply.value.at("url"), server_.Http("/echo?a=1&b=%20"));
  const json echo = EchoOf(reply);
  EXPECT_EQ(echo.at("method"), "GET");
  EXPECT_EQ(echo.at("target"), "/echo?a=1&b=%20");
  EXPECT_EQ(EchoedHeader(echo, "user-agent"), "goru/0.1.0");
  EXPECT_EQ(EchoedHeader(echo, "host"), "127.0.0.1:" + server_.Port("http"));
  EXPECT_EQ(EchoedHeader(echo, "expect"), "-");
  EXPECT_EQ(EchoedHeader(echo, "content-type"), "-");
  EXPECT_EQ(EchoedHeader(echo, "cookie"), "-");
}

TEST_F(HttpModuleTest, EveryMethodWithAndWithoutABody) {
  HttpSession session = Open();
  for (const std::string method : {"get", "POST", "Put", "PATCH", "delete", "OPTIONS"}) {
    std::string upper = method;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    json echo = EchoOf(session.Ask({{"method", method}, {"url", server_.Http("/echo")}}));
    EXPECT_EQ(echo.at("method"), upper);
    EXPECT_EQ(echo.at("body"), "");
    echo = EchoOf(session.Ask({{"method", method}, {"url", server_.Http("/echo")}, {"body", "x=\n1"}}));
    EXPECT_EQ(echo.at("method"), upper);
    EXPECT_EQ(echo.at("body"), "x=\n1");
    EXPECT_EQ(EchoedHeader(echo, "content-length"), "4");
  }
}

TEST_F(HttpModuleTest, HeadHasHeadersAndNoBody) {
  HttpSession session = Open();
  const Reply small = session.Ask({{"method", "HEAD"}, {"url", server_.Http("/bytes/5")}});
  EXPECT_EQ(StatusOf(small), 200) << MessageOf(small);
  EXPECT_EQ(BodyOf(small), "");
  EXPECT_THAT(small.value.at("headers"), testing::Contains(json({"Content-Length", "5"})));
  EXPECT_EQ(TypeOf(session.Ask({{"method", "HEAD"}, {"url", server_.Http("/echo")}, {"body", "x"}})), "ValueError");
}

TEST_F(HttpModuleTest, BodiesAreBytes) {
  HttpSession session = Open();
  const Reply reply = session.Get(server_.Http("/binary"));
  EXPECT_EQ(reply.value.at("body"), ToWire({"\xFF\xFE\0binary", 9}));
  const std::string body("a\0b", 3);
  const json echo = EchoOf(session.Ask({{"method", "POST"}, {"url", server_.Http("/echo")}, {"body", ToWire(body)}}));
  EXPECT_EQ(echo.at("body"), body);
}

TEST_F(HttpModuleTest, HeadersGoAndComeAsTheyAre) {
  HttpSession session = Open();
  const json headers =
      HeaderList({{"X-One", "1"}, {"x-one", "2"}, {"X-Empty", ""}, {"User-Agent", "me"}, {"X-Text", "caf\u00e9"}});
  const json echo = EchoOf(session.Ask({{"method", "GET"}, {"url", server_.Http("/echo")}, {"headers", headers}}));
  EXPECT_THAT(echo.at("headers"), testing::IsSupersetOf({json({"X-One", "1"}), json({"x-one", "2"}),
                                                         json({"X-Empty", ""}), json({"User-Agent", "me"})}));
  const Reply reply = session.Get(server_.Http("/repeat"));
  EXPECT_THAT(reply.value.at("headers"),
              testing::IsSupersetOf(
                  {json({"Set-Cookie", "a=1"}), json({"Set-Cookie", "b=2"}), json({"X-Latin", "caf\u00e9"})}));
  // No cookie is kept.
  EXPECT_EQ(EchoedHeader(EchoOf(session.Get(server_.Http("/echo"))), "cookie"), "-");
}

TEST_F(HttpModuleTest, WrongArguments) {
  HttpSession session = Open();
  const std::string url = server_.Http("/echo");
  const auto type = [&](json args) { return TypeOf(session.Ask(std::move(args))); };
  EXPECT_EQ(type({{"method", "GET"}}), "TypeError");
  EXPECT_EQ(type({{"url", url}}), "TypeError");
  EXPECT_EQ(type({{"method", 1}, {"url", url}}), "TypeError");
  EXPECT_EQ(type({{"method", "TRACE"}, {"url", url}}), "ValueError");
  EXPECT_EQ(type({{"method", "GET\r\nX: y"}, {"url", url}}), "ValueError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"timeout", 0}}), "ValueError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"timeout", "1"}}), "TypeError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"redirect", "maybe"}}), "ValueError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"body", 1}}), "TypeError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"headers", json::array({json::array({"a", 1})})}}), "TypeError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"headers", HeaderList({{"Host", "x"}})}}), "ValueError");
  EXPECT_EQ(type({{"method", "GET"}, {"url", url}, {"headers", HeaderList({{"X", "a\r\nY: b"}})}}), "ValueError");
  EXPECT_EQ(session.module().functions().Find("nothing"), nullptr);
}

TEST_F(HttpModuleTest, OtherHostsAreRefused) {
  AuditLog log;
  HttpSession session = Open({.allowed_hosts = {"127.0.0.1:" + server_.Port("http")}, .audit = log.Callback()});
  Reply reply = session.Get("http://example.org/x");
  EXPECT_EQ(TypeOf(reply), "PermissionError");
  EXPECT_EQ(MessageOf(reply),
            "http may not reach example.org: it is not in the allow-list (WithSessionAllowedHosts, --allow-host "
            "example.org)");
  reply = session.Get("http://127.0.0.1:1/");
  EXPECT_THAT(MessageOf(reply), HasSubstr("--allow-host 127.0.0.1:1"));
  reply = session.Get("http://user:password@127.0.0.1/");
  EXPECT_EQ(TypeOf(reply), "PermissionError");
  ASSERT_EQ(log.attempts().size(), 3U);
  EXPECT_FALSE(log.attempts()[0].allowed);
  EXPECT_EQ(log.attempts()[0].url, "http://example.org/x");
  EXPECT_EQ(log.attempts()[2].url, "http://127.0.0.1/");
}

TEST_F(HttpModuleTest, OddSpellingsOfAddressesDoNotGetRoundTheList) {
  HttpSession session = Open({.allowed_hosts = {"example.com"}});
  const std::string port = server_.Port("http");
  for (const std::string host :
       {"127.1", "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]",
        "localhost", "LOCALHOST.", "example.com@127.0.0.1", "example.com%00.evil.org", "example.com\\@127.0.0.1",
        "127.0.0.1#@example.com", "\u0065xample.com\u3002evil.org"}) {
    const Reply reply = session.Get("http://" + host + ":" + port + "/echo");
    EXPECT_THAT(TypeOf(reply), testing::AnyOf("PermissionError", "ValueError")) << host << MessageOf(reply);
  }
}

TEST_F(HttpModuleTest, NamesWithPrivateAddressesAreRefused) {
  service_ = CreateHttpService([](const std::string& name) -> Expected<Addresses> {
    if (name == "private.test") return Addresses{*ParseAddress("127.0.0.1")};
    if (name == "mixed.test") return Addresses{*ParseAddress("93.184.216.34"), *ParseAddress("169.254.169.254")};
    if (name == "mapped.test") return Addresses{*ParseAddress("::ffff:10.0.0.1")};
    return Error{ErrorKind::kUnavailable, "no such name"};
  });
  HttpConfig config{.allowed_hosts = {"*.test"}};
  HttpSession session = Open(config);
  for (const std::string name : {"private.test", "mixed.test", "mapped.test"}) {
    const Reply reply = session.Get(server_.Http("/echo", name));
    EXPECT_EQ(TypeOf(reply), "PermissionError") << name;
    EXPECT_THAT(MessageOf(reply), HasSubstr("WithSessionAllowedNetworks, --allow-network")) << name;
  }
  EXPECT_EQ(TypeOf(session.Get("http://none.test/")), "ConnectionError");
  // Opened by its own option, and then pinned: the name means nothing to the system.
  config.allowed_networks = {"127.0.0.0/8"};
  HttpSession opened = Open(config);
  const json echo = EchoOf(opened.Get(server_.Http("/echo", "Private.TEST.")));
  EXPECT_EQ(EchoedHeader(echo, "host"), "private.test:" + server_.Port("http"));
  EXPECT_EQ(TypeOf(opened.Get(server_.Http("/echo", "mixed.test"))), "PermissionError");
}

TEST_F(HttpModuleTest, NamesAreLookedUpOnceForAWhile) {
  auto times = std::make_shared<std::atomic<int>>(0);
  service_ = CreateHttpService([times](const std::string&) -> Expected<Addresses> {
    // A name whose owner changes its mind after the first answer.
    return Addresses{*ParseAddress((*times)++ == 0 ? "127.0.0.1" : "127.0.0.2")};
  });
  HttpSession session = Open({.allowed_hosts = {"a.test"}, .allowed_networks = {"127.0.0.0/8"}});
  std::vector<std::future<Reply>> replies;
  for (int i = 0; i < 20; ++i) {
    replies.push_back(session.Start({{"method", "GET"}, {"url", server_.Http("/echo", "a.test")}}));
  }
  for (auto& reply : replies) EXPECT_EQ(StatusOf(reply.get()), 200);
  EXPECT_EQ(*times, 1);
}

TEST_F(HttpModuleTest, LocalhostNeedsNoLookUp) {
  service_ = CreateHttpService([](const std::string& name) -> Expected<Addresses> {
    ADD_FAILURE() << name;
    return Error{ErrorKind::kUnavailable, "no"};
  });
  HttpSession session = Open({.allowed_hosts = {"localhost"}});
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/echo", "LocalHost."))), 200);
  EXPECT_EQ(TypeOf(session.Get(server_.Http("/echo", "127.0.0.1"))), "PermissionError");
  if (server_.HasIpv6()) {
    HttpSession six = Open({.allowed_hosts = {"[::1]"}});
    EXPECT_EQ(StatusOf(six.Get("http://[0:0:0::1]:" + server_.Port("http6") + "/echo")), 200);
  }
}

TEST_F(HttpModuleTest, RedirectsAreFollowed) {
  AuditLog log;
  HttpSession session = Open({.allowed_hosts = {"127.0.0.1"}, .audit = log.Callback()});
  const Reply reply = session.Get(server_.Http("/chain/9"));
  EXPECT_EQ(StatusOf(reply), 200) << MessageOf(reply);
  EXPECT_EQ(reply.value.at("url"), server_.Http("/echo"));
  ASSERT_EQ(log.attempts().size(), 11U);
  EXPECT_EQ(log.attempts()[10].redirect, 10U);
  EXPECT_EQ(log.attempts()[10].address, "127.0.0.1");
  EXPECT_EQ(log.attempts()[10].status, 200);
  const Reply more = session.Get(server_.Http("/chain/10"));
  EXPECT_EQ(CodeOf(more), "ELOOP") << MessageOf(more);
}

TEST_F(HttpModuleTest, RedirectModes) {
  HttpSession session = Open();
  const Reply manual = session.Ask({{"method", "GET"}, {"url", server_.Http("/chain/1")}, {"redirect", "manual"}});
  EXPECT_EQ(StatusOf(manual), 302);
  EXPECT_THAT(manual.value.at("headers"), testing::Contains(json({"Location", "/chain/0"})));
  const Reply error = session.Ask({{"method", "GET"}, {"url", server_.Http("/chain/1")}, {"redirect", "error"}});
  EXPECT_EQ(TypeOf(error), "ConnectionError");
  // Not a redirect at all.
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/status/304"))), 304);
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/status/300"))), 300);
}

TEST_F(HttpModuleTest, RedirectsChangeMethodsAsBrowsersDo) {
  HttpSession session = Open();
  const auto after = [&](const std::string& method, int status) {
    json args = {{"method", method},
                 {"url", server_.Http("/redirect?to=/echo&status=" + std::to_string(status))},
                 {"headers", HeaderList({{"Content-Type", "text/x"}})}};
    if (method != "GET") args["body"] = "data";
    const json echo = EchoOf(session.Ask(args));
    return echo.at("method").get<std::string>() + " " + echo.at("body").get<std::string>() + " " +
           EchoedHeader(echo, "content-type");
  };
  for (const int status : {301, 302, 303}) EXPECT_EQ(after("POST", status), "GET  -") << status;
  for (const int status : {307, 308}) EXPECT_EQ(after("POST", status), "POST data text/x") << status;
  EXPECT_EQ(after("PUT", 302), "PUT data text/x");
  EXPECT_EQ(after("PUT", 303), "GET  -");
  EXPECT_EQ(after("GET", 302), "GET  text/x");
  const Reply head = session.Ask({{"method", "HEAD"}, {"url", server_.Http("/redirect?to=/bytes/7&status=303")}});
  EXPECT_THAT(head.value.at("headers"), testing::Contains(json({"Content-Length", "7"}))) << MessageOf(head);
}

TEST_F(HttpModuleTest, EveryHopIsChecked) {
  AuditLog log;
  HttpConfig config{.allowed_hosts = {"127.0.0.1:" + server_.Port("http")}, .audit = log.Callback()};
  HttpSession session = Open(config);
  for (const std::string& target :
       {"http://localhost:" + server_.Port("http") + "/", std::string("http://169.254.169.254/latest/meta-data/"),
        std::string("//evil.example/"), "http://127.0.0.1:" + server_.Port("https") + "/",
        std::string("file:///etc/passwd"), std::string("ftp://127.0.0.1/"), std::string("http://a:b@127.0.0.1/"),
        "http://0x7f.1:" + server_.Port("https") + "/", std::string("gopher://127.0.0.1:25/_x")}) {
    const Reply reply = session.Get(server_.Http("/redirect?to=" + target));
    EXPECT_EQ(TypeOf(reply), "PermissionError") << target << ": " << MessageOf(reply);
    EXPECT_FALSE(log.attempts().back().allowed) << target;
    EXPECT_EQ(log.attempts().back().redirect, 1U) << target;
  }
}

TEST_F(HttpModuleTest, CredentialsStayWithTheirOrigin) {
  HttpSession session = Open();
  const json headers = HeaderList({{"Authorization", "Bearer x"}, {"Cookie", "a=b"}, {"X-Kept", "yes"}});
  const auto ask = [&](const std::string& target) {
    return EchoOf(
        session.Ask({{"method", "GET"}, {"url", server_.Http("/redirect?to=" + target)}, {"headers", headers}}));
  };
  const json same = ask("/echo");
  EXPECT_EQ(EchoedHeader(same, "authorization"), "Bearer x");
  EXPECT_EQ(EchoedHeader(same, "cookie"), "a=b");
  const json other = ask(server_.Http("/echo", "localhost"));
  EXPECT_EQ(EchoedHeader(other, "authorization"), "-");
  EXPECT_EQ(EchoedHeader(other, "cookie"), "-");
  EXPECT_EQ(EchoedHeader(other, "x-kept"), "yes");
  // Not even after it leads back.
  const json back = ask(server_.Http("/redirect?to=" + server_.Http("/echo"), "localhost"));
  EXPECT_EQ(EchoedHeader(back, "authorization"), "-");
}

TEST_F(HttpModuleTest, Tls) {
  HttpSession trusting = Open({.allowed_hosts = {"localhost", "127.0.0.1"}, .ca_file = server_.ca_file()});
  EXPECT_EQ(StatusOf(trusting.Get(server_.Https("/echo"))), 200);
  EXPECT_EQ(StatusOf(trusting.Get(server_.Https("/echo", "127.0.0.1"))), 200);
  HttpSession other = Open();
  const Reply reply = other.Get(server_.Https("/echo"));
  EXPECT_EQ(TypeOf(reply), "ConnectionError");
  EXPECT_THAT(MessageOf(reply), HasSubstr("certificate"));
  // A name that the certificate does not have.
  service_ = CreateHttpService([](const std::string&) { return Addresses{*ParseAddress("127.0.0.1")}; });
  HttpSession named =
      Open({.allowed_hosts = {"other.test"}, .allowed_networks = {"127.0.0.1"}, .ca_file = server_.ca_file()});
  EXPECT_EQ(TypeOf(named.Get(server_.Https("/echo", "other.test"))), "ConnectionError");
}

TEST_F(HttpModuleTest, NoWayFromHttpsToHttp) {
  HttpConfig config{.allowed_hosts = {"localhost", "127.0.0.1"}, .ca_file = server_.ca_file()};
  const std::string url = server_.Https("/redirect?to=" + server_.Http("/echo"));
  HttpSession session = Open(config);
  const Reply reply = session.Get(url);
  EXPECT_EQ(TypeOf(reply), "PermissionError");
  EXPECT_THAT(MessageOf(reply), HasSubstr("WithSessionHttpDowngrade"));
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/redirect?to=" + server_.Https("/echo")))), 200);
  config.allow_downgrade = true;
  HttpSession relaxed = Open(config);
  EXPECT_EQ(StatusOf(relaxed.Get(url)), 200);
}

TEST_F(HttpModuleTest, BodiesOverTheLimitAreErrors) {
  HttpLimits limits;
  limits.response_body_bytes = 100'000;
  limits.request_body_bytes = 1'000;
  HttpSession session = Open({.allowed_hosts = {"127.0.0.1"}}, limits);
  EXPECT_EQ(BodyOf(session.Get(server_.Http("/bytes/100000"))).size(), 100'000U);
  EXPECT_EQ(BodyOf(session.Get(server_.Http("/chunked/100000"))).size(), 100'000U);
  EXPECT_EQ(BodyOf(session.Get(server_.Http("/gzip/100000"))).size(), 100'000U);
  for (const std::string path : {"/bytes/100001", "/chunked/100001", "/gzip/50000000", "/endless"}) {
    const Reply reply = session.Get(server_.Http(path));
    EXPECT_EQ(CodeOf(reply), "EFBIG") << path << MessageOf(reply);
    EXPECT_THAT(MessageOf(reply), HasSubstr("WithSessionHttpLimits, --http-max-body")) << path;
  }
  const Reply sent =
      session.Ask({{"method", "POST"}, {"url", server_.Http("/echo")}, {"body", std::string(1'001, 'x')}});
  EXPECT_EQ(CodeOf(sent), "EFBIG");
}

TEST_F(HttpModuleTest, UrlAndHeaderLimits) {
  HttpLimits limits;
  limits.url_bytes = 200;
  limits.header_bytes = 2'000;
  HttpSession session = Open({.allowed_hosts = {"127.0.0.1"}}, limits);
  const std::string base = server_.Http("/echo?");
  EXPECT_EQ(StatusOf(session.Get(base + std::string(200 - base.size(), 'x'))), 200);
  const Reply longer = session.Get(base + std::string(201 - base.size(), 'x'));
  EXPECT_EQ(CodeOf(longer), "EFBIG");
  EXPECT_THAT(MessageOf(longer), HasSubstr("--http-max-url"));
  EXPECT_EQ(CodeOf(session.Get(server_.Http("/headers/3000"))), "EFBIG");
  EXPECT_EQ(CodeOf(session.Get(server_.Http("/interim"))), "EFBIG");
  EXPECT_EQ(CodeOf(session.Ask({{"method", "GET"},
                                {"url", server_.Http("/echo")},
                                {"headers", HeaderList({{"X", std::string(2'000, 'x')}})}})),
            "EFBIG");
}

TEST_F(HttpModuleTest, WhatARunMayUse) {
  HttpLimits limits;
  limits.requests = 5;
  limits.total_bytes = 10'000;
  HttpSession session = Open({.allowed_hosts = {"127.0.0.1"}}, limits);
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/chain/2"))), 200);
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/echo"))), 200);
  EXPECT_EQ(CodeOf(session.Get(server_.Http("/echo"))), "EDQUOT");
  session.module().BeginRun();
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/bytes/9000"))), 200);
  EXPECT_EQ(CodeOf(session.Get(server_.Http("/bytes/2000"))), "EDQUOT");
  session.module().BeginRun();
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/bytes/9000"))), 200);
}

TEST_F(HttpModuleTest, BrokenAnswers) {
  HttpSession session = Open();
  for (const std::string kind : {"closed", "short", "garbage"}) {
    const Reply reply = session.Get(server_.Http("/broken/" + kind));
    EXPECT_EQ(TypeOf(reply), "ConnectionError") << kind << MessageOf(reply);
  }
  EXPECT_EQ(TypeOf(session.Get("http://127.0.0.1:1/")), "ConnectionError");
}

TEST_F(HttpModuleTest, Timeouts) {
  HttpSession session = Open();
  for (const std::string path : {"/hold", "/drip"}) {
    const auto start = steady_clock::now();
    const Reply reply = session.Ask({{"method", "GET"}, {"url", server_.Http(path)}, {"timeout", 0.2}});
    EXPECT_EQ(TypeOf(reply), "TimeoutError") << path << MessageOf(reply);
    EXPECT_LT(steady_clock::now() - start, milliseconds(3'000)) << path;
  }
  // The run's deadline ends it as well.
  const Reply late = session.Ask({{"method", "GET"}, {"url", server_.Http("/hold")}},
                                 {.deadline = steady_clock::now() + milliseconds(200)});
  EXPECT_EQ(TypeOf(late), "TimeoutError");
}

TEST_F(HttpModuleTest, ALookUpThatHangsHoldsNothing) {
  auto door = std::make_shared<goru::test::Door>();
  service_ = CreateHttpService([door](const std::string& name) -> Expected<Addresses> {
    if (name == "slow.test") door->Wait();
    return Addresses{*ParseAddress("127.0.0.1")};
  });
  HttpConfig config{.allowed_hosts = {"*.test", "127.0.0.1"}, .allowed_networks = {"127.0.0.1"}};
  HttpSession session = Open(config);
  const Reply reply = session.Ask({{"method", "GET"}, {"url", server_.Http("/echo", "slow.test")}, {"timeout", 0.1}});
  EXPECT_EQ(TypeOf(reply), "TimeoutError");
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/echo"))), 200);
  EXPECT_EQ(StatusOf(session.Get(server_.Http("/echo", "fast.test"))), 200);
  // Closing does not wait for it either.
  session.module().Close();
  service_.reset();
  door->Open();
}

TEST_F(HttpModuleTest, StopEndsARequest) {
  HttpSession session = Open();
  std::stop_source stop;
  auto reply = session.Start({{"method", "GET"}, {"url", server_.Http("/hold")}}, {.stop = stop.get_token()});
  EXPECT_EQ(reply.wait_for(milliseconds(100)), std::future_status::timeout);
  stop.request_stop();
  EXPECT_FALSE(reply.get().ok);
  // Requested before it began.
  EXPECT_FALSE(session.Ask({{"method", "GET"}, {"url", server_.Http("/hold")}}, {.stop = stop.get_token()}).ok);
}

TEST_F(HttpModuleTest, ClosingASessionEndsItsRequests) {
  HttpSession session = Open();
  HttpSession other = Open();
  std::vector<std::future<Reply>> replies;
  for (int i = 0; i < 10; ++i) {
    replies.push_back(session.Start({{"method", "GET"}, {"url", server_.Http("/hold")}}));
  }
  auto others = other.Start({{"method", "GET"}, {"url", server_.Http("/slow/300")}});
  session.module().Close();
  for (auto& reply : replies) EXPECT_THAT(MessageOf(reply.get()), HasSubstr("closed"));
  EXPECT_THAT(MessageOf(session.Get(server_.Http("/echo"))), HasSubstr("closed"));
  EXPECT_EQ(StatusOf(others.get()), 200);
}

TEST_F(HttpModuleTest, TheServiceAnswersEveryoneAtItsEnd) {
  HttpSession session = Open();
  std::vector<std::future<Reply>> replies;
  for (int i = 0; i < 50; ++i) {
    replies.push_back(session.Start({{"method", "GET"}, {"url", server_.Http("/hold")}}));
  }
  service_.reset();
  for (auto& reply : replies) EXPECT_FALSE(reply.get().ok);
  EXPECT_FALSE(session.Get(server_.Http("/echo")).ok);
}

TEST_F(HttpModuleTest, RequestsRunAtTheSameTimeAndShareConnections) {
  HttpSession session = Open();
  (void)session.Get(server_.Http("/echo"));
  const auto gather = [&] {
    const auto start = steady_clock::now();
    std::vector<std::future<Reply>> replies;
    for (int i = 0; i < 100; ++i) {
      replies.push_back(session.Start({{"method", "GET"}, {"url", server_.Http("/slow/50")}}));
    }
    for (auto& reply : replies) EXPECT_EQ(StatusOf(reply.get()), 200);
    return steady_clock::now() - start;
  };
  EXPECT_LT(gather(), milliseconds(500));
  const int before = std::stoi(BodyOf(session.Get(server_.Http("/connections"))));
  EXPECT_LT(gather(), milliseconds(500));
  const int after = std::stoi(BodyOf(session.Get(server_.Http("/connections"))));
  // 64 are kept between the two.
  EXPECT_LE(after - before, 40);
}

TEST_F(HttpModuleTest, ConnectionsAreReusedAndNeverShared) {
  HttpSession one = Open();
  HttpSession two = Open();
  const auto connection = [&](HttpSession& session) {
    return EchoOf(session.Get(server_.Http("/echo"))).at("connection").get<int>();
  };
  const int first = connection(one);
  const int second = connection(two);
  EXPECT_NE(first, second);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(connection(one), first);
    EXPECT_EQ(connection(two), second);
  }
}

TEST_F(HttpModuleTest, Proxy) {
  HttpConfig config{.allowed_hosts = {"only-the-proxy-knows.test", "localhost"},
                    .ca_file = server_.ca_file(),
                    .proxy = "http://user:pa55word@localhost:" + server_.Port("proxy")};
  HttpSession session = Open(config);
  const json echo = EchoOf(session.Get(server_.Http("/echo", "only-the-proxy-knows.test")));
  EXPECT_EQ(EchoedHeader(echo, "via"), "proxy");
  EXPECT_EQ(StatusOf(session.Get(server_.Https("/echo"))), 200);
  EXPECT_EQ(TypeOf(session.Get(server_.Http("/echo", "other.test"))), "PermissionError");
  config.proxy = "http://user:pa55word@127.0.0.1:1";
  HttpSession nowhere = Open(config);
  const Reply reply = nowhere.Get(server_.Http("/echo", "localhost"));
  EXPECT_EQ(TypeOf(reply), "ConnectionError");
  EXPECT_THAT(MessageOf(reply), Not(HasSubstr("pa55word")));
}

TEST_F(HttpModuleTest, ProxiesOfTheEnvironmentOnlyWhereAskedFor) {
  ::setenv("http_proxy", ("http://127.0.0.1:" + server_.Port("proxy")).c_str(), 1);
  HttpConfig config{.allowed_hosts = {"localhost", "127.0.0.1"}};
  HttpSession direct = Open(config);
  EXPECT_EQ(EchoedHeader(EchoOf(direct.Get(server_.Http("/echo"))), "via"), "-");
  config.proxy_from_environment = true;
  HttpSession proxied = Open(config);
  EXPECT_EQ(EchoedHeader(EchoOf(proxied.Get(server_.Http("/echo"))), "via"), "proxy");
  ::setenv("no_proxy", "example.com, .0.1,localhost", 1);
  HttpSession partly = Open(config);
  EXPECT_EQ(EchoedHeader(EchoOf(partly.Get(server_.Http("/echo", "localhost"))), "via"), "-");
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
}

TEST_F(HttpModuleTest, ConfigurationIsChecked) {
  const auto refused = [&](const HttpConfig& config) {
    auto module = CreateHttpModule(config, {}, service_);
    if (module) return std::string("accepted");
    EXPECT_EQ(module.error().kind, ErrorKind::kInvalidArgument);
    return module.error().message;
  };
  EXPECT_THAT(refused({.allowed_hosts = {"*"}}), HasSubstr("\"*\""));
  EXPECT_THAT(refused({.allowed_hosts = {"a.test"}, .allowed_networks = {"10.0.0.1/8"}}), HasSubstr("10.0.0.1/8"));
  EXPECT_THAT(refused({.allowed_hosts = {"a.test"}, .ca_file = "/nowhere/ca.pem"}), HasSubstr("/nowhere/ca.pem"));
  EXPECT_THAT(refused({.allowed_hosts = {"a.test"}, .proxy = "http://u:pa55word@proxy"}), Not(HasSubstr("pa55word")));
  EXPECT_THAT(refused({.allowed_hosts = {"a.test"}, .secrets = {{"A", "short", {"a.test"}}}}), HasSubstr("8 bytes"));
}

TEST_F(HttpModuleTest, ManyThreadsStartStopAndClose) {
  std::atomic<int> answers{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 10; ++round) {
        HttpSession session = Open();
        std::stop_source stop;
        std::vector<std::future<Reply>> replies;
        for (int i = 0; i < 5; ++i) {
          const std::string path = (i + t) % 2 == 0 ? "/slow/5" : "/chain/2";
          replies.push_back(
              session.Start({{"method", "GET"}, {"url", server_.Http(path)}}, {.stop = stop.get_token()}));
        }
        if (round % 3 == 0) stop.request_stop();
        if (round % 3 == 1) session.module().Close();
        for (auto& reply : replies) {
          (void)reply.get();
          ++answers;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers, 200);
}

}  // namespace
}  // namespace goru::host::http::test
