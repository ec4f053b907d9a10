// A disk below /packages that hangs keeps no run.
#include <gtest/gtest.h>

#include "common/raw_sandbox.hpp"
#include "common/sandbox.hpp"
#include "common/slow_layer.hpp"
#include "executor/executor_core.hpp"
#include "executor/packages/session_packages.hpp"
#include "guest/wasm_factory.hpp"
#include "wasi/files/files.hpp"
#include "wasi/files/package_tree.hpp"

namespace goru {
namespace {

using test::Must;

class SlowDiskTest : public testing::TestWithParam<Language> {};

INSTANTIATE_TEST_SUITE_P(Pythons, SlowDiskTest, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(SlowDiskTest, TheRunEndsAtItsTime) {
  for (const char* slow : {"stat", "list", "open", "read"}) {
    const auto disk = std::make_shared<test::SlowDisk>();
    ExecutorConfig config;
    config.cache_directory = GORU_TEST_CACHE;
    config.limits.warm_sandboxes = 0;
    const auto executor = Must(internal::ExecutorCore::Create(std::move(config)));
    const auto layer = std::make_shared<test::SlowLayer>(disk, std::vector<std::string>{slow});
    const internal::PackageDirectory directory = {"", "", layer};
    const auto& runtime = test::LoadRuntime(GetParam());
    const guest::WasmFactory factory(runtime);
    const auto packages =
        Must(internal::MakeSessionPackages(executor, GetParam(), SessionConfig(), factory, {&directory, 1}));
    auto sandbox = Must(runtime->Start(Must(wasm::MemorySlot::Create(runtime->memory()))));
    wasi::Files files({{"packages", wasi::PackageTree(*packages.view)}});
    sandbox->ShowFiles(&files);
    host::Policy policy;
    policy.registry = std::make_shared<const Registry>();
    const RunOptions options;
    internal::RunPort port(policy, executor->workers(), sandbox->stop_signal(), CallContext(), options);
    guest::Job job;
    job.code =
        "import os\nos.stat('/packages/slow.py')\nos.listdir('/packages')\nprint(open('/packages/slow.py').read())";
    job.name = "<slow>";
    job.first = true;
    sandbox->Begin();
    // Not before it waits, so that it is the wait that ends.
    std::jthread stopper([&] {
      disk->AwaitWaiter();
      sandbox->Stop(guest::StopReason::kTimeout);
    });
    const guest::RunEnd end = sandbox->Run(job, port);
    stopper.join();
    sandbox->End();
    EXPECT_EQ(end.kind, guest::RunEnd::Kind::kStopped) << slow;
    EXPECT_EQ(end.reason, guest::StopReason::kTimeout) << slow;
    (void)sandbox->Release();
    packages.view->Rest();
    // Only now; the executor waits for its threads.
    disk->LetGo();
  }
}

}  // namespace
}  // namespace goru
