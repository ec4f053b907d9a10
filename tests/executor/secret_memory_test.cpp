// A secret is in no byte of a guest's memory, whatever the guest does with its placeholder.
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "common/sandbox.hpp"
#include "host/http/web_server.hpp"

namespace goru {
namespace {

using host::http::test::WebServer;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;

/// Whether `text` is in the memory of any guest of this process: in what is mapped from an image, or grown behind that.
bool InGuestMemory(std::string_view text) {
  std::ifstream maps("/proc/self/maps");
  uint64_t guest_end = 0;
  for (std::string line; std::getline(maps, line);) {
    uint64_t start = 0;
    uint64_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &start, &end) != 2) continue;
    const bool writable = line.find(" rw-p ") != std::string::npos;
    const bool image = line.ends_with(".memory") || line.find("/memfd:goru-image") != std::string::npos;
    if (!writable || (!image && start != guest_end)) continue;
    guest_end = end;
    const std::string_view memory(reinterpret_cast<const char*>(start), end - start);  // NOLINT
    if (memory.find(text) != std::string_view::npos) return true;
  }
  return false;
}

class SecretMemory : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Languages, SecretMemory, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(SecretMemory, HasNoByteOfIt) {
  // Put together here, so that it stands nowhere else as one piece.
  const std::string value = std::string("v4lue-") + "of-the-" + "secret-7f3a";
  const std::string marker = std::string("m4rker-") + "of-this-" + "test-91c2";
  // No pool: sandboxes that are being made must not be read.
  Executor executor = MakeExecutor({WithWarmPool(0)});
  Session session = MakeSession(
      executor, GetParam(), {WithSessionAllowedHosts({"127.0.0.1"}), WithSessionSecret("KEY", value, {"127.0.0.1"})});
  const WebServer& server = WebServer::Get();
  const std::string echo = server.Http("/echo");
  const std::string reflect = server.Http("/reflect?header=Authorization");
  const std::string code = GetParam().is_python()
                               ? "secret = http.secret('KEY')\n"
                                 "replies = [http.get(url, headers={'Authorization': 'Bearer ' + secret})"
                                 " for url in ('" +
                                     echo + "', '" + reflect +
                                     "')]\n"
                                     "texts = [reply.text + str(reply.headers) for reply in replies]\n"
                                     "print(secret, texts)\n"
                                     "shown = '" +
                                     marker + "'\n"
                               : "var secret = http.secret('KEY');\n"
                                 "var texts = ['" +
                                     echo + "', '" + reflect +
                                     "'].map((url) => {"
                                     " const reply = http.get(url, {headers: {Authorization: 'Bearer ' + secret}});"
                                     " return reply.text + JSON.stringify(reply.headers); });\n"
                                     "console.log(secret, texts);\n"
                                     "var shown = '" +
                                     marker + "';\n";
  const Result result = session.Run(code);
  ASSERT_TRUE(result.ok()) << Show(result);
  // The server did get it and sent it back, or there was nothing to keep out.
  EXPECT_NE(result.output.find("Bearer {{goru:secret:KEY}}"), std::string::npos) << result.output;
  EXPECT_EQ(Show(result).find(value), std::string::npos);
  EXPECT_TRUE(InGuestMemory(marker)) << "the search does not find what is there";
  EXPECT_FALSE(InGuestMemory(value));
  session.Close();
}

}  // namespace
}  // namespace goru
