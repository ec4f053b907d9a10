#include "packages/pip_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace goru::packages {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kHash(64, 'a');

json Item(const std::string& url) {
  return {{"download_info", {{"url", url}, {"archive_info", {{"hashes", {{"sha256", kHash}}}}}}},
          {"metadata", {{"name", "Cup"}, {"version", "1.0"}, {"description", std::string(1000, 'x')}}}};
}

Expected<std::vector<Resolved>> Read(const json& items, const std::string& said = {}) {
  return ReadPipReport(json{{"version", "1"}, {"install", items}}.dump(), said, {});
}

std::string Refusal(const json& items) {
  const auto read = Read(items);
  return read ? "accepted" : read.error().message;
}

TEST(PipReportTest, SaysWhatWouldBeInstalled) {
  json second = Item("https://index.example/files/saucer-2.0%2Blocal.1-py3-none-any.whl#sha256=0");
  second["metadata"]["name"] = "saucer";
  second["is_yanked"] = true;
  second["download_info"]["archive_info"] = {{"hash", "sha256=" + std::string(64, 'b')}};
  const auto read = Read(json::array({second, Item("https://index.example/cup-1.0-py3-none-any.whl?x#y")}));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].name, "cup");
  EXPECT_EQ((*read)[0].version, "1.0");
  EXPECT_EQ((*read)[0].file_name, "cup-1.0-py3-none-any.whl");
  EXPECT_EQ((*read)[0].sha256, kHash);
  EXPECT_FALSE((*read)[0].yanked);
  EXPECT_EQ((*read)[1].file_name, "saucer-2.0+local.1-py3-none-any.whl");
  EXPECT_EQ((*read)[1].sha256, std::string(64, 'b'));
  EXPECT_TRUE((*read)[1].yanked);
  const auto old =
      Read(json::array({Item("https://index.example/cup-1.0-py3-none-any.whl")}), "the yanked version: 'Cup' x");
  ASSERT_TRUE(old);
  EXPECT_TRUE((*old)[0].yanked);
}

TEST(PipReportTest, NamesLeadNowhereElse) {
  for (const char* file : {"cup-1.0-py3-none-any%2F..%2F..%2Fx.whl", "%2e%2e%2fcup-1.0-py3-none-any.whl",
                           "cup-1.0-py3-none-any%2f.whl", "cup-1.0-py3-none-a%00ny.whl", "cup-1.0-py3-none-a%0Any.whl",
                           "cup-1.0-py3-none-a%5Cny.whl", "cup-1.0-py3-none-any.whl%", "cup-1.0-py3-none-any%zz.whl",
                           "cup-1.0-py3-none-any%2.whl", "cup-1.0.tar.gz", "..", ""}) {
    EXPECT_THAT(Refusal(json::array({Item(std::string("https://index.example/files/") + file)})),
                HasSubstr("not a wheel"))
        << file;
  }
  EXPECT_EQ(FileNameOfUrl("https://index.example/a%2Fb"), "");
  EXPECT_EQ(FileNameOfUrl("https://index.example/%2E%2E"), "");
  EXPECT_EQ(FileNameOfUrl("https://index.example/a%20b+c"), "a b+c");
  EXPECT_EQ(FileNameOfUrl("name"), "name");
}

TEST(PipReportTest, HashesAndVersionsAreSome) {
  json item = Item("https://index.example/cup-1.0-py3-none-any.whl");
  item["download_info"]["archive_info"]["hashes"]["sha256"] = "../../../etc";
  EXPECT_THAT(Refusal(json::array({item})), HasSubstr("a hash for cup that is none"));
  item = Item("https://index.example/cup-1.0-py3-none-any.whl");
  for (const char* version : {"../1", "1.0\n--index-url=x", "", "1.*"}) {
    item["metadata"]["version"] = version;
    EXPECT_THAT(Refusal(json::array({item})), HasSubstr("a version of cup that is none")) << version;
  }
}

TEST(PipReportTest, RefusesOtherThings) {
  for (const char* text :
       {"", "[]", "{}", "{\"install\": [1]}", "{\"install\": [{}]}", "{\"install\": [{\"metadata\": 1}]"}) {
    const auto read = ReadPipReport(text, {}, {});
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("cannot be read")) << text;
  }
  EXPECT_FALSE(ReadPipReport(std::string(100'000, '['), {}, {}));
  const json item = Item("https://index.example/cup-1.0-py3-none-any.whl");
  EXPECT_THAT(Refusal(json(std::vector<json>(501, item))), HasSubstr("more than 500"));
}

TEST(PipReportTest, EndsWhenItIsToldTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto read = ReadPipReport(R"({"install": []})", {}, stop.get_token());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace goru::packages
