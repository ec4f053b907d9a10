#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "common/wat.hpp"
#include "wasi/abi.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasi {
namespace {

using test::Must;
using wasm::After;
using wasm::CallEnd;

/// Records what the guest does.
class RecordingIo : public GuestIo {
 public:
  After ReadStdin(wasm::CallContext&, std::span<uint8_t> into, uint32_t& count) override {
    count = static_cast<uint32_t>(std::min(into.size(), input.size()));
    std::copy_n(input.begin(), count, into.begin());
    input.erase(0, count);
    if (on_input) on_input();
    return After::kContinue;
  }
  After WriteOutput(int stream, std::span<const uint8_t> bytes) override {
    output[stream].append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (on_output) on_output();
    return stop_output ? After::kUnwind : After::kContinue;
  }
  After WriteChannel(wasm::CallContext&, std::span<const uint8_t> request) override {
    channel.append(reinterpret_cast<const char*>(request.data()), request.size());
    return After::kContinue;
  }
  After ReadChannel(wasm::CallContext&, uint32_t, std::span<uint8_t>, uint32_t& count) override {
    count = 0;
    return After::kContinue;
  }
  void Exit(uint32_t code) override { exit_code = code; }

  std::string input;
  std::map<int, std::string> output;
  std::string channel;
  uint32_t exit_code = 0;
  bool stop_output = false;
  std::function<void()> on_output;
  std::function<void()> on_input;
};

class FixedSources final : public Sources {
 public:
  uint64_t Now(uint32_t clock) override { return 1000 + clock; }
  void FillRandom(std::span<uint8_t> out) override { std::fill(out.begin(), out.end(), uint8_t{0x5A}); }
};

struct Function {
  const char* name;
  const char* parameters;  // i and I, as in HostImport
};

constexpr Function kFunctions[] = {{"fd_write", "iiii"},
                                   {"fd_read", "iiii"},
                                   {"fd_close", "i"},
                                   {"fd_seek", "iIii"},
                                   {"fd_tell", "ii"},
                                   {"fd_fdstat_get", "ii"},
                                   {"fd_fdstat_set_flags", "ii"},
                                   {"fd_filestat_get", "ii"},
                                   {"fd_prestat_get", "ii"},
                                   {"fd_prestat_dir_name", "iii"},
                                   {"path_open", "iiiiiIIii"},
                                   {"path_filestat_get", "iiiii"},
                                   {"fd_readdir", "iiiIi"},
                                   {"path_create_directory", "iii"},
                                   {"path_rename", "iiiiii"},
                                   {"clock_time_get", "iIi"},
                                   {"clock_res_get", "ii"},
                                   {"poll_oneoff", "iiii"},
                                   {"random_get", "ii"},
                                   {"args_sizes_get", "ii"},
                                   {"args_get", "ii"},
                                   {"environ_sizes_get", "ii"},
                                   {"environ_get", "ii"},
                                   {"sched_yield", ""},
                                   {"path_symlink", "iiiii"},
                                   {"sock_send", "iiiii"}};

/// A module that imports each function and exports it under its own name.
std::string Module() {
  std::string imports;
  std::string exports;
  for (const Function& f : kFunctions) {
    std::string params;
    std::string gets;
    for (size_t i = 0; i < std::strlen(f.parameters); ++i) {
      params += f.parameters[i] == 'I' ? " i64" : " i32";
      gets += " local.get " + std::to_string(i);
    }
    const std::string type = "(param" + params + ") (result i32)";
    imports +=
        "(import \"wasi_snapshot_preview1\" \"" + std::string(f.name) + "\" (func $" + f.name + " " + type + "))\n";
    exports += "(func (export \"" + std::string(f.name) + "\") " + type + gets + " call $" + f.name + ")\n";
  }
  return "(module " + imports +
         "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))\n(memory (export \"memory\") "
         "1)\n" +
         exports + "(func (export \"proc_exit\") (param i32) (result i32) local.get 0 call $exit i32.const 0))";
}

class WasiTest : public testing::Test {
 protected:
  WasiTest() {
    host_.io = &io_;
    host_.sources = &sources_;
    host_.arguments = {"python", "-c"};
    host_.environment = {"A=1"};
    static const auto engine = Must(wasm::Engine::Create());
    static const auto program =
        Must(wasm::Program::Link(engine, Must(engine->Compile(test::Wat(Module()))), Imports()));
    instance_ = Must(wasm::Instance::Create(program, Must(wasm::MemorySlot::Create(nullptr)), &host_));
  }

  CallEnd CallRaw(const char* name, std::vector<uint64_t> arguments, int32_t& result) {
    std::vector<wasm::Value> values(std::max<size_t>(1, arguments.size()));
    for (size_t i = 0; i < arguments.size(); ++i) values[i].i64 = static_cast<int64_t>(arguments[i]);
    instance_->gate().Begin();
    CallEnd end = instance_->Call(Must(instance_->Function(name)), values);
    instance_->gate().End();
    result = values[0].i32;
    return end;
  }
  int32_t Call(const char* name, std::vector<uint64_t> arguments) {
    int32_t result = -1;
    EXPECT_EQ(CallRaw(name, std::move(arguments), result).kind, CallEnd::Kind::kReturned) << name;
    return result;
  }
  template <typename T>
  void Store(uint64_t address, const T& value) {
    ASSERT_TRUE(instance_->memory().Store(address, value));
  }
  template <typename T>
  T Load(uint64_t address) {
    T value = {};
    EXPECT_TRUE(instance_->memory().Load(address, value));
    return value;
  }
  void Text(uint64_t address, std::string_view text) {
    std::copy(text.begin(), text.end(), instance_->memory().Bytes(address, text.size())->begin());
  }

  static constexpr uint32_t kEnd = 65536;
  RecordingIo io_;
  FixedSources sources_;
  WasiHost host_;
  std::unique_ptr<wasm::Instance> instance_;
};

TEST_F(WasiTest, WritesAllPieces) {
  Text(100, "hello world");
  Store(0, Ciovec{100, 6});
  Store(8, Ciovec{0, 0});
  Store(16, Ciovec{106, 5});
  EXPECT_EQ(Call("fd_write", {1, 0, 3, 50}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), 11U);
  EXPECT_EQ(Call("fd_write", {2, 0, 1, 50}), kSuccess);
  EXPECT_EQ(io_.output[1], "hello world");
  EXPECT_EQ(io_.output[2], "hello ");
  EXPECT_EQ(Call("fd_write", {kChannel, 0, 1, 50}), kSuccess);
  EXPECT_EQ(io_.channel, "hello ");
}

TEST_F(WasiTest, WriteChecksEveryPointer) {
  Store(0, Ciovec{kEnd - 4, 5});
  EXPECT_EQ(Call("fd_write", {1, 0, 1, 50}), kEfault);
  Store(0, Ciovec{0xFFFFFFFF, 0xFFFFFFFF});
  EXPECT_EQ(Call("fd_write", {1, 0, 1, 50}), kEfault);
  Store(0, Ciovec{0, 1});
  EXPECT_EQ(Call("fd_write", {1, kEnd - 4, 1, 50}), kEfault);
  EXPECT_EQ(Call("fd_write", {1, 0xFFFFFFFC, 1, 50}), kEfault);
  EXPECT_EQ(Call("fd_write", {1, 0, 1, kEnd - 3}), kEfault);
  EXPECT_EQ(Call("fd_write", {1, 0, 0xFFFFFFFF, 50}), kEinval);
  for (const uint32_t fd : {0U, 3U, 5U, 6U, 100U, UINT32_MAX})
    EXPECT_NE(Call("fd_write", {fd, 0, 1, 50}), kSuccess) << fd;
}

TEST_F(WasiTest, OutputMayEndTheRun) {
  io_.stop_output = true;
  Store(0, Ciovec{0, 1});
  int32_t result = 0;
  EXPECT_EQ(CallRaw("fd_write", {1, 0, 1, 50}, result).kind, CallEnd::Kind::kUnwound);
}

TEST_F(WasiTest, StopIsMetBetweenPieces) {
  io_.on_output = io_.on_input = [this] { instance_->gate().Stop(wasm::StopReason::kTimeout); };
  io_.input = "abcdef";
  constexpr uint32_t kPieces = 100;
  for (uint32_t i = 0; i < kPieces; ++i) Store(i * sizeof(Ciovec), Ciovec{4000, 2});
  int32_t result = 0;
  EXPECT_EQ(CallRaw("fd_write", {1, 0, kPieces, 3000}, result).kind, CallEnd::Kind::kStopped);
  EXPECT_EQ(io_.output[1].size(), 2U);
  EXPECT_EQ(CallRaw("fd_read", {0, 0, kPieces, 3000}, result).kind, CallEnd::Kind::kStopped);
  EXPECT_EQ(io_.input, "cdef");
}

TEST_F(WasiTest, ReadsUntilTheEnd) {
  io_.input = "abcdefg";
  Store(0, Ciovec{100, 3});
  Store(8, Ciovec{200, 10});
  EXPECT_EQ(Call("fd_read", {0, 0, 2, 50}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), 7U);
  EXPECT_EQ(Load<char>(202), 'f');
  EXPECT_EQ(Call("fd_read", {0, 0, 2, 50}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), 0U);
  Store(0, Ciovec{kEnd, 1});
  EXPECT_EQ(Call("fd_read", {0, 0, 1, 50}), kEfault);
  for (const uint32_t fd : {1U, 2U, 6U, UINT32_MAX}) EXPECT_EQ(Call("fd_read", {fd, 0, 1, 50}), kEbadf) << fd;
  EXPECT_EQ(Call("fd_read", {kRootDir, 0, 1, 50}), kEisdir);
}

TEST_F(WasiTest, DescriptorsStayOpenWhateverTheGuestCloses) {
  for (uint32_t fd = 0; fd <= kChannel; ++fd) {
    EXPECT_EQ(Call("fd_close", {fd}), kSuccess);
    EXPECT_EQ(Call("fd_fdstat_get", {fd, 100}), kSuccess);
    EXPECT_EQ(Call("fd_filestat_get", {fd, 100}), kSuccess);
    EXPECT_EQ(Call("fd_seek", {fd, 0, 0, 100}), kEspipe);
  }
  EXPECT_EQ(Call("fd_close", {kChannel + 1}), kEbadf);
  EXPECT_EQ(Call("fd_fdstat_get", {kChannel + 1, 100}), kEbadf);
  EXPECT_EQ(Call("fd_fdstat_get", {1, kEnd - 8}), kEfault);
}

TEST_F(WasiTest, OneDirectoryAndNothingElse) {
  EXPECT_EQ(Call("fd_prestat_get", {kRootDir, 0}), kSuccess);
  EXPECT_EQ(Load<Prestat>(0).name_length, 1U);
  EXPECT_EQ(Call("fd_prestat_dir_name", {kRootDir, 100, 1}), kSuccess);
  EXPECT_EQ(Load<char>(100), '/');
  EXPECT_EQ(Call("fd_prestat_dir_name", {kRootDir, 100, 0}), kEnametoolong);
  EXPECT_EQ(Call("fd_prestat_dir_name", {kRootDir, kEnd, 1}), kEfault);
  EXPECT_EQ(Call("fd_prestat_get", {kRootDir, kEnd - 4}), kEfault);
  for (const uint32_t fd : {0U, 1U, 2U, 4U, 5U, 6U, UINT32_MAX}) EXPECT_EQ(Call("fd_prestat_get", {fd, 0}), kEbadf);
}

TEST_F(WasiTest, WithoutFilesThereIsTheChannelOnly) {
  const auto open = [&](uint32_t directory, std::string_view path, uint32_t flags = 0) {
    Text(100, path);
    return Call("path_open", {directory, 0, 100, path.size(), flags, 0, 0, 0, 50});
  };
  EXPECT_EQ(open(kRootDir, kChannelPath), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), kChannel);
  EXPECT_EQ(open(kRootDir, "x/../.goru/./host"), kSuccess);
  EXPECT_EQ(open(kRootDir, "packages"), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), kRootDir);
  for (const std::string_view path :
       {"", "host", "etc/passwd", "../etc/passwd", ".goru/host/x", "packages/x", "/etc/passwd", "/.goru/host"}) {
    EXPECT_NE(open(kRootDir, path), kSuccess) << path;
  }
  EXPECT_EQ(open(kRootDir, "new", kOpenCreate), kEnoent);
  EXPECT_EQ(open(0, "host"), kEnotdir);
  EXPECT_EQ(open(99, "host"), kEbadf);
  EXPECT_EQ(Call("path_open", {kRootDir, 0, 100, 5000, 0, 0, 0, 0, 50}), kEnametoolong);
  EXPECT_EQ(Call("path_open", {kRootDir, 0, kEnd - 2, 4, 0, 0, 0, 0, 50}), kEfault);
  EXPECT_EQ(Call("path_open", {kRootDir, 0, 100, 0xFFFFFFFF, 0, 0, 0, 0, 50}), kEnametoolong);
  Text(100, "a");
  EXPECT_EQ(Call("path_rename", {kRootDir, 100, 1, kRootDir, 100, 1}), kEnoent);
  EXPECT_EQ(Call("path_create_directory", {kRootDir, 100, 1}), kEnoent);
  Text(100, kChannelPath);
  EXPECT_EQ(Call("path_filestat_get", {kRootDir, 0, 100, kChannelPath.size(), 200}), kSuccess);
  EXPECT_EQ(Load<Filestat>(200).type, kTypeCharacterDevice);
  EXPECT_EQ(Call("fd_readdir", {kRootDir, 0, 0, 0, 50}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(50), 0U);
}

TEST_F(WasiTest, ClocksAndEntropyComeFromTheSources) {
  for (uint32_t clock = 0; clock < 4; ++clock) {
    EXPECT_EQ(Call("clock_time_get", {clock, 0, 64}), kSuccess);
    EXPECT_EQ(Load<uint64_t>(64), 1000U + clock);
  }
  EXPECT_EQ(Call("clock_time_get", {4, 0, 64}), kEinval);
  EXPECT_EQ(Call("clock_time_get", {0, 0, kEnd - 7}), kEfault);
  EXPECT_EQ(Call("clock_res_get", {1, 64}), kSuccess);
  EXPECT_EQ(Call("random_get", {100, 3}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(100), 0x005A5A5AU);
  EXPECT_EQ(Call("random_get", {0, kEnd}), kSuccess);
  EXPECT_EQ(Call("random_get", {1, kEnd}), kEfault);
  EXPECT_EQ(Call("random_get", {0, 0xFFFFFFFF}), kEfault);
}

TEST_F(WasiTest, ArgumentsAndEnvironment) {
  EXPECT_EQ(Call("args_sizes_get", {0, 4}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(0), 2U);
  EXPECT_EQ(Load<uint32_t>(4), 10U);
  EXPECT_EQ(Call("args_get", {100, 200}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(104), 207U);
  EXPECT_STREQ(reinterpret_cast<const char*>(instance_->memory().Bytes(207, 3)->data()), "-c");
  EXPECT_EQ(Call("args_get", {kEnd - 4, 200}), kEfault);
  EXPECT_EQ(Call("args_get", {100, kEnd - 5}), kEfault);
  EXPECT_EQ(Call("environ_sizes_get", {0, 4}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(4), 4U);
}

TEST_F(WasiTest, SleepEndsAtItsTimeOrByAStop) {
  Subscription sleep = {};
  sleep.userdata = 77;
  sleep.timeout = 1000;
  sleep.clock_id = kClockMonotonic;
  Store(0, sleep);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 1, 100}), kSuccess);
  EXPECT_EQ(Load<uint32_t>(100), 1U);
  EXPECT_EQ(Load<Event>(200).userdata, 77U);
  sleep.timeout = UINT64_MAX;
  Store(0, sleep);
  std::vector<wasm::Value> values(4);
  for (size_t i = 0; i < 4; ++i) values[i].i32 = std::array{0, 200, 1, 100}[i];
  instance_->gate().Begin();
  std::jthread stopper([&] { instance_->gate().Stop(wasm::StopReason::kTimeout); });
  EXPECT_EQ(instance_->Call(Must(instance_->Function("poll_oneoff")), values).kind, CallEnd::Kind::kStopped);
  stopper.join();
  instance_->gate().End();
}

TEST_F(WasiTest, PollChecksItsArrays) {
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 0, 100}), kEinval);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 65, 100}), kEinval);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 0xFFFFFFFF, 100}), kEinval);
  EXPECT_EQ(Call("poll_oneoff", {kEnd - 47, 200, 1, 100}), kEfault);
  EXPECT_EQ(Call("poll_oneoff", {0, kEnd - 31, 1, 100}), kEfault);
  Subscription bad = {};
  bad.clock_id = 9;
  Store(0, bad);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 1, 100}), kEinval);
  Subscription stream = {};
  stream.type = kEventFdRead;
  Store(0, stream);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 1, 100}), kSuccess);
  // An absolute moment of the past.
  Subscription past = {};
  past.flags = kSubscriptionAbsolute;
  past.timeout = 1;
  Store(0, past);
  EXPECT_EQ(Call("poll_oneoff", {0, 200, 1, 100}), kSuccess);
}

TEST_F(WasiTest, ExitIsTheEnd) {
  int32_t result = 0;
  EXPECT_EQ(CallRaw("proc_exit", {42}, result).kind, CallEnd::Kind::kUnwound);
  EXPECT_EQ(io_.exit_code, 42U);
}

TEST_F(WasiTest, EverythingElseIsNotThere) {
  EXPECT_EQ(Call("sock_send", {0, 0, 0, 0, 0}), kEnosys);
  EXPECT_EQ(Call("sched_yield", {}), kSuccess);
}

TEST(SystemSources, TimeGoesOnAndEntropyDiffers) {
  Sources& sources = Sources::System();
  const uint64_t before = sources.Now(kClockMonotonic);
  EXPECT_GE(sources.Now(kClockMonotonic), before);
  EXPECT_GT(sources.Now(kClockRealtime), 1'600'000'000'000'000'000U);
  std::array<uint8_t, 64> a = {};
  std::array<uint8_t, 64> b = {};
  sources.FillRandom(a);
  sources.FillRandom(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace goru::wasi
