// Secrets: in requests against a real server, and what is done to texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "host/http/http_session.hpp"
#include "host/http/secrets.hpp"
#include "host/http/web_server.hpp"

namespace goru::host::http::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string value = "s3cr3t/V\"lue+with=marks";
const std::string placeholder = "{{goru:secret:KEY}}";

class HttpSecretsTest : public testing::Test {
 protected:
  HttpSession Open(std::vector<std::string> hosts) {
    return HttpSession(service_, {.allowed_hosts = {"127.0.0.1", "localhost", "*.test"},
                                  .allowed_networks = {"127.0.0.0/8", "192.0.2.1"},
                                  .secrets = {{"KEY", value, std::move(hosts)}, {"OTHER", "another-value", {"a.test"}}},
                                  .ca_file = server_.ca_file(),
                                  .audit = log_.Callback()});
  }
  /// Nothing that anybody sees has the value.
  void ExpectUnseen(const Reply& reply) const {
    EXPECT_THAT(reply.value.dump() + BodyOf(reply), Not(HasSubstr("s3cr3t")));
    for (const HttpAttempt& attempt : log_.attempts()) {
      EXPECT_THAT(attempt.url + attempt.error, Not(HasSubstr("s3cr3t")));
    }
  }

  const WebServer& server_ = WebServer::Get();
  AuditLog log_;
  std::shared_ptr<HttpService> service_ = CreateHttpService(
      [](const std::string& name) { return Addresses{*ParseAddress(name == "far.test" ? "192.0.2.1" : "127.0.0.1")}; });
};

TEST_F(HttpSecretsTest, GoIntoHeadersAndNothingElse) {
  HttpSession session = Open({"127.0.0.1"});
  EXPECT_EQ(session.Placeholder("KEY"), placeholder);
  // The server counts what it got: as many bytes as the value has.
  const Reply reply =
      session.Ask({{"method", "POST"},
                   {"url", server_.Http("/echo?q=" + std::string("{{goru:secret:KEY}}"))},
                   {"body", placeholder},
                   {"headers", HeaderList({{"Authorization", "Bearer " + placeholder}, {"X-Text", "plain"}})}});
  ASSERT_TRUE(reply.ok) << MessageOf(reply);
  const json echo = json::parse(BodyOf(reply));
  EXPECT_EQ(EchoedHeader(echo, "authorization"), "Bearer " + placeholder);
  EXPECT_EQ(EchoedHeader(echo, "content-length"), std::to_string(placeholder.size()));
  ExpectUnseen(reply);
  const Reply unknown = session.Secret("NONE");
  EXPECT_EQ(TypeOf(unknown), "PermissionError");
  EXPECT_THAT(MessageOf(unknown), HasSubstr("WithSessionSecret, --secret"));
}

TEST_F(HttpSecretsTest, ReallyArrive) {
  HttpSession session = Open({"127.0.0.1"});
  // Each byte of the value comes back as a chunk of its own, so the length of the chunked body tells what was sent.
  const Reply reply = session.Ask({{"method", "GET"},
                                   {"url", server_.Http("/reflect?header=X-Key")},
                                   {"headers", HeaderList({{"X-Key", placeholder + "!"}})}});
  EXPECT_EQ(BodyOf(reply), placeholder + "!");
  EXPECT_THAT(reply.value.at("headers"), testing::Contains(json({"X-Reflected", placeholder + "!"})));
  ExpectUnseen(reply);
  const auto attempts = log_.attempts();
  EXPECT_EQ(attempts.back().received_bytes, value.size() + 1);
}

TEST_F(HttpSecretsTest, GoToTheirHostsOnly) {
  HttpSession session = Open({"127.0.0.1"});
  const Reply reply = session.Ask({{"method", "GET"},
                                   {"url", server_.Http("/echo", "localhost")},
                                   {"headers", HeaderList({{"X-Key", placeholder}})}});
  EXPECT_EQ(TypeOf(reply), "PermissionError");
  EXPECT_THAT(MessageOf(reply), HasSubstr("KEY may not be sent to localhost"));
  ExpectUnseen(reply);
}

TEST_F(HttpSecretsTest, NeverOverPlainHttpToOtherMachines) {
  HttpSession session = Open({"*.test"});
  const Reply far =
      session.Ask({{"method", "GET"}, {"url", "http://far.test/"}, {"headers", HeaderList({{"X-Key", placeholder}})}});
  EXPECT_EQ(TypeOf(far), "PermissionError") << MessageOf(far);
  EXPECT_THAT(MessageOf(far), HasSubstr("https"));
  const Reply near = session.Ask({{"method", "GET"},
                                  {"url", server_.Http("/echo", "near.test")},
                                  {"headers", HeaderList({{"X-Key", placeholder}})}});
  EXPECT_TRUE(near.ok) << MessageOf(near);
}

TEST_F(HttpSecretsTest, StayBehindWhenARedirectLeavesTheirOrigin) {
  HttpSession session = Open({"127.0.0.1", "localhost"});
  const auto ask = [&](const std::string& target) {
    const Reply reply = session.Ask({{"method", "GET"},
                                     {"url", server_.Http("/redirect?to=" + target)},
                                     {"headers", HeaderList({{"X-Key", "a " + placeholder}, {"X-Other", "kept"}})}});
    ExpectUnseen(reply);
    return EchoOf(reply);
  };
  EXPECT_EQ(EchoedHeader(ask("/echo"), "x-key"), "a " + placeholder);
  const json other = ask(server_.Http("/echo", "localhost"));
  EXPECT_EQ(EchoedHeader(other, "x-key"), "-");
  EXPECT_EQ(EchoedHeader(other, "x-other"), "kept");
}

TEST_F(HttpSecretsTest, AreTakenOutOfUrlsThatServersMake) {
  HttpSession session = Open({"127.0.0.1"});
  const Reply reply = session.Ask({{"method", "GET"},
                                   {"url", server_.Http("/reflect-location?header=X-Key")},
                                   {"headers", HeaderList({{"X-Key", placeholder}})}});
  ASSERT_TRUE(reply.ok) << MessageOf(reply);
  EXPECT_THAT(reply.value.at("url").get<std::string>(), HasSubstr("value={{goru:secret:KEY}}"));
  ExpectUnseen(reply);
}

TEST(HttpSecrets, Redact) {
  const auto secrets = Secrets::Create(
      {{"A", "AbCdEfGh", {"a.test"}}, {"B", "AbCdEfGhIjKl", {"a.test"}}, {"C", R"(quo"te\s and)", {"a.test"}}});
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->Redact("none"), "none");
  EXPECT_EQ(secrets->Redact("AbCdEfG"), "AbCdEfG");
  EXPECT_EQ(secrets->Redact("xAbCdEfGhx"), "x{{goru:secret:A}}x");
  EXPECT_EQ(secrets->Redact("abcdefghABCDEFGH"), "{{goru:secret:A}}{{goru:secret:A}}");
  EXPECT_EQ(secrets->Redact("AbCdEfGhIjKl"), "{{goru:secret:B}}");
  EXPECT_EQ(secrets->Redact("AbAbCdEfGh"), "Ab{{goru:secret:A}}");
  EXPECT_EQ(secrets->Redact(R"({"k": "quo\"te\\s and"})"), R"({"k": "{{goru:secret:C}}"})");
  EXPECT_EQ(secrets->Redact("?k=quo%22te%5Cs%20and&"), "?k={{goru:secret:C}}&");
}

TEST(HttpSecrets, NothingIsLeftOfThemWhateverIsAroundThem) {
  const std::string secret = "aabaabaab";
  const auto secrets = Secrets::Create({{"A", secret, {"a.test"}}});
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += random() % 3 == 0 ? 'b' : 'a';
    text.insert(random() % text.size(), secret);
    EXPECT_THAT(secrets->Redact(text), Not(HasSubstr(secret)));
  }
}

TEST(HttpSecrets, Checked) {
  const auto refused = [](HttpSecret secret) {
    const auto made = Secrets::Create({std::move(secret)});
    return made ? std::string("accepted") : made.error().message;
  };
  EXPECT_THAT(refused({"a b", "12345678", {"a.test"}}), HasSubstr("name"));
  EXPECT_THAT(refused({"", "12345678", {"a.test"}}), HasSubstr("name"));
  EXPECT_THAT(refused({"A", "1234567", {"a.test"}}), HasSubstr("8 bytes"));
  EXPECT_THAT(refused({"A", "12345678\n", {"a.test"}}), HasSubstr("printable"));
  EXPECT_THAT(refused({"A", "12345678", {}}), HasSubstr("host"));
  EXPECT_THAT(refused({"A", "12345678", {"*"}}), HasSubstr("--secret"));
  EXPECT_FALSE(Secrets::Create({{"A", "12345678", {"a.test"}}, {"A", "87654321", {"a.test"}}}));
  EXPECT_EQ(refused({"A_1", "12345678", {"*.a.test:443"}}), "accepted");
}

TEST(HttpSecrets, HeadersDoNotGrowPastTheirLimit) {
  const auto secrets = Secrets::Create({{"A", std::string(10'000, 'v'), {"a.test"}}});
  const Url url{"https://a.test/", *ParseHostName("a.test"), 443, true};
  std::string many;
  for (int i = 0; i < 100; ++i) many += "{{goru:secret:A}}";
  Headers headers = {{"X", many}};
  const auto failure = secrets->Insert(url, true, 64 << 10, headers);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "EFBIG");
  EXPECT_EQ(headers[0].value, many);
}

}  // namespace
}  // namespace goru::host::http::test
