#include "server/guard.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/temporary_folder.hpp"

namespace goru::server {
namespace {

Request Get(std::vector<std::pair<std::string, std::string>> headers, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.headers = std::move(headers);
  return request;
}

unsigned StatusFor(const Guard& guard, Request request, bool open = false) {
  const auto refusal = guard.Refuse(request, open);
  EXPECT_EQ(request.client == nullptr, refusal.has_value());
  return refusal ? refusal->status : 200;
}

Guard WithoutTokens(std::vector<std::string> hostnames = {}, std::vector<std::string> origins = {}) {
  return Guard(
      {.hostnames = std::move(hostnames), .cors_origins = std::move(origins), .anybody = std::make_shared<Client>()},
      std::nullopt);
}

Tokens OneToken() {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/tokens";
  std::ofstream(path) << "ann 0123456789abcdef\n";
  ::chmod(path.c_str(), 0600);
  return *Tokens::Read(path, {.ceiling = {}, .sessions = 1, .runs = 1});
}

TEST(Guard, KnowsItselfByTheNamesOfLoopback) {
  const Guard guard = WithoutTokens();
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1:1", "[::1]:80", "[::1]", "localhost."}) {
    EXPECT_EQ(StatusFor(guard, Get({{"host", host}})), 200U) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
                           "[::2]", "127.0.0.2", "localhost:80:80"}) {
    EXPECT_EQ(StatusFor(guard, Get({{"host", host}})), 421U) << host;
  }
  EXPECT_EQ(StatusFor(guard, Get({})), 421U);
  EXPECT_EQ(StatusFor(WithoutTokens({"box.example"}), Get({{"host", "Box.Example:80"}})), 200U);
}

TEST(Guard, PagesOfOtherOriginsMayNotAsk) {
  const Guard guard = WithoutTokens();
  EXPECT_EQ(StatusFor(guard, Get({{"host", "localhost:8080"}, {"origin", "http://localhost:8080"}})), 200U);
  for (const char* origin : {"http://evil.example", "null", "", "http://localhost:8081",
                             "http://localhost:8080.evil.example", "file://", "ftp://localhost:8080"}) {
    EXPECT_EQ(StatusFor(guard, Get({{"host", "localhost:8080"}, {"origin", origin}}, "POST")), 403U) << origin;
  }
  EXPECT_EQ(StatusFor(guard, Get({{"host", "localhost"}, {"sec-fetch-site", "cross-site"}}, "POST")), 403U);
  // A link to the page.
  EXPECT_EQ(StatusFor(guard, Get({{"host", "localhost"}, {"sec-fetch-site", "cross-site"}})), 200U);
}

TEST(Guard, CorsIsAnOption) {
  const Guard guard = WithoutTokens({}, {"https://app.example"});
  const Request request = Get({{"host", "localhost"}, {"origin", "https://app.example"}}, "POST");
  EXPECT_EQ(StatusFor(guard, request), 200U);
  Response response;
  guard.AddCorsHeaders(request, response);
  EXPECT_EQ(response.headers[1],
            std::pair(std::string("Access-Control-Allow-Origin"), std::string("https://app.example")));
  Response other;
  guard.AddCorsHeaders(Get({{"origin", "https://other.example"}}), other);
  EXPECT_EQ(other.headers.size(), 1U);
  Response none;
  WithoutTokens().AddCorsHeaders(request, none);
  EXPECT_TRUE(none.headers.empty());

  const auto preflight =
      guard.Preflight(Get({{"origin", "https://app.example"}, {"access-control-request-method", "POST"}}, "OPTIONS"));
  ASSERT_TRUE(preflight);
  EXPECT_EQ(preflight->status, 204U);
  EXPECT_FALSE(preflight->headers.empty());
  const auto refused = WithoutTokens().Preflight(
      Get({{"origin", "https://app.example"}, {"access-control-request-method", "POST"}}, "OPTIONS"));
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->headers.empty());
  EXPECT_FALSE(guard.Preflight(Get({}, "OPTIONS")));
}

TEST(Guard, ATokenIsNeededWhereThereAreTokens) {
  const Guard guard({.hostnames = {}, .cors_origins = {}, .anybody = std::make_shared<Client>()}, OneToken());
  EXPECT_EQ(StatusFor(guard, Get({{"host", "any.example"}})), 401U);
  EXPECT_EQ(StatusFor(guard, Get({{"host", "any.example"}, {"authorization", "Bearer wrong"}})), 401U);
  EXPECT_EQ(StatusFor(guard, Get({{"host", "any.example"}, {"authorization", "Bearer 0123456789abcdef"}})), 200U);
  EXPECT_EQ(StatusFor(guard, Get({{"host", "any.example"}}), true), 200U);
  Request request = Get({{"host", "any.example"}, {"authorization", "Bearer 0123456789abcdef"}});
  ASSERT_FALSE(guard.Refuse(request, false));
  EXPECT_EQ(request.client->name, "ann");
  // Where names are given they count all the same.
  const Guard named({.hostnames = {"box.example"}, .cors_origins = {}, .anybody = std::make_shared<Client>()},
                    OneToken());
  EXPECT_EQ(StatusFor(named, Get({{"host", "any.example"}, {"authorization", "Bearer 0123456789abcdef"}})), 421U);
}

}  // namespace
}  // namespace goru::server
