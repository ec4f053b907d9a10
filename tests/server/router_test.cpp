#include "server/router.hpp"

#include <gtest/gtest.h>

namespace goru::server {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    for (const auto& [method, pattern] : std::initializer_list<std::pair<const char*, const char*>>{
             {"GET", "/"}, {"GET", "/a"}, {"POST", "/a"}, {"GET", "/a/{id}"}, {"GET", "/a/{id}/files/{path...}"}}) {
      router_.Add({.method = method, .pattern = pattern, .handle = [](const ExchangePtr&, const PathParts&) {}});
    }
  }

  Router::Match Find(std::string method, std::string_view target) const {
    Request request;
    request.method = std::move(method);
    EXPECT_TRUE(ReadTarget(target, request));
    return router_.Find(request);
  }
  std::string Pattern(std::string method, std::string_view target) const {
    const Router::Match match = Find(std::move(method), target);
    return match.route == nullptr ? "none: " + match.allowed : match.route->pattern;
  }

  Router router_;
};

TEST_F(RouterTest, FindsByMethodAndPath) {
  EXPECT_EQ(Pattern("GET", "/"), "/");
  EXPECT_EQ(Pattern("HEAD", "/a"), "/a");
  EXPECT_EQ(Pattern("POST", "/a"), "/a");
  EXPECT_EQ(Pattern("GET", "/a/b"), "/a/{id}");
  EXPECT_EQ(Find("GET", "/a/b%2Fc").parts.at("id"), "b/c");
  const Router::Match files = Find("GET", "/a/b/files/c/d%20e/f");
  EXPECT_EQ(files.parts.at("id"), "b");
  EXPECT_EQ(files.parts.at("path"), "c/d e/f");
}

TEST_F(RouterTest, SaysWhatAPathHas) {
  EXPECT_EQ(Pattern("PUT", "/a"), "none: GET, POST");
  EXPECT_EQ(Pattern("GET", "/b"), "none: ");
  EXPECT_EQ(Pattern("GET", "/a/"), "none: ");
  EXPECT_EQ(Pattern("GET", "/a/b/c"), "none: ");
  EXPECT_EQ(Pattern("GET", "/a/b/files"), "none: ");
}

}  // namespace
}  // namespace goru::server
