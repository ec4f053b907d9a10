#include "packages/provided.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/temporary_folder.hpp"
#include "packages/zip_archive.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMetadata =
    "Metadata-Version: 2.1\nName: Python_Dateutil\nVersion: 2.9.0.post0\nSummary: dates\n"
    "Requires-Dist: six>=1.5\nRequires-Dist: tz ; extra == 'zones'\nProvides-Extra: zones\n\nRequires-Dist: no\n";

TEST(Provided, IsWhatTheMetadataSays) {
  const auto provided = ReadProvided(kMetadata);
  ASSERT_TRUE(provided);
  EXPECT_EQ(provided->name, "python-dateutil");
  EXPECT_EQ(provided->version, "2.9.0.post0");
  EXPECT_THAT(provided->headers,
              ElementsAre("Requires-Dist: six>=1.5", "Requires-Dist: tz ; extra == 'zones'", "Provides-Extra: zones"));
}

TEST(Provided, NeedsANameAndAVersion) {
  EXPECT_FALSE(ReadProvided(""));
  EXPECT_FALSE(ReadProvided("Name: cup\n"));
  EXPECT_FALSE(ReadProvided("Version: 1.0\n"));
  EXPECT_FALSE(ReadProvided("Name: cup\nVersion: one\n"));
  EXPECT_FALSE(ReadProvided("Name: ../cup\nVersion: 1.0\n"));
  EXPECT_FALSE(ReadProvided("Name: cup\nName: spoon\nVersion: 1.0\n"));
}

TEST(Provided, IsFoundByItsNameAndListed) {
  const std::vector<Provided> provided = {{"numpy", "2.3.5", {}}, {"six", "1.17.0", {}}};
  ASSERT_NE(FindProvided(provided, "six"), nullptr);
  EXPECT_EQ(FindProvided(provided, "six")->version, "1.17.0");
  EXPECT_EQ(FindProvided(provided, "pandas"), nullptr);
  EXPECT_EQ(ListProvided(provided), "numpy 2.3.5, six 1.17.0");
}

TEST(Provided, StandInsAreWheelsOfMetadata) {
  const test::TemporaryFolder folder;
  const std::vector<Provided> provided = {*ReadProvided(kMetadata)};
  const auto constraints = WriteStandIns(folder.path() + "/links", provided, "py3-none-any");
  ASSERT_TRUE(constraints.ok());
  EXPECT_THAT(*constraints, ElementsAre("python-dateutil==2.9.0.post0"));
  const std::string name = "/links/python_dateutil-2.9.0.post0-py3-none-any.whl";
  const support::UniqueFd fd(::open((folder.path() + name).c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(fd);
  const auto files = ReadZipArchive(fd.get(), {}, {});
  ASSERT_TRUE(files.ok()) << files.error().message;
  ASSERT_EQ(files->size(), 3U);
  const auto& bytes = files->at("python_dateutil-2.9.0.post0.dist-info/METADATA");
  const std::string text(bytes.begin(), bytes.end());
  EXPECT_THAT(text, HasSubstr("Name: python-dateutil\nVersion: 2.9.0.post0\nRequires-Dist: six>=1.5\n"));
  EXPECT_EQ(ReadProvided(text)->headers, provided.front().headers);
}

TEST(Provided, ConflictsAreToldInPipsWords) {
  const std::vector<Provided> provided = {{"numpy", "2.3.5", {}}, {"six", "1.17.0", {}}};
  const char* said =
      "Processing ./cup-1.0-py3-none-any.whl\n\nThe conflict is caused by:\n"
      "    cup 1.0 depends on numpy<2\n    bowl 1.0 depends on spoon>=2\n    The user requested six==1.0\n"
      "    fork 2.0 depends on numpy\n    The user requested (constraint) numpy==2.3.5\n\n"
      "ERROR: ResolutionImpossible: for help visit x\n";
  EXPECT_EQ(ConflictWith(provided, said), "cup 1.0 depends on numpy<2; six==1.0");
  EXPECT_EQ(ConflictWith(provided, "ERROR: No matching distribution found for cup\n"), "");
  EXPECT_EQ(ConflictWith({}, said), "");
}

}  // namespace
}  // namespace goru::packages
