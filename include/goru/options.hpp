// Options of executors, sessions and runs. Each With... function returns a value to pass to Executor::Create or
// Executor::NewSession; later ones win.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "goru/engine.hpp"
#include "goru/files.hpp"
#include "goru/fs.hpp"
#include "goru/http.hpp"
#include "goru/kv.hpp"
#include "goru/language.hpp"
#include "goru/limits.hpp"
#include "goru/observer.hpp"
#include "goru/packages.hpp"
#include "goru/registry.hpp"

namespace goru {

/// What an executor is made with. Set through ExecutorOption.
struct ExecutorConfig {
  Registry registry;
  Limits session_limits;
  ExecutorLimits limits;
  Engine engine = Engine::kWasmtime;
  bool disk_cache = true;
  std::string cache_directory;
  std::string image_directory;
  /// An image to start from instead of the language's own, by name or path; see WithImage.
  std::string image_file;
  /// Directories of Python packages that all sessions have.
  std::vector<std::string> packages;
  std::vector<Language> precompile;
  std::function<void(std::string_view)> progress;
  /// Null: nobody is told anything.
  std::shared_ptr<Observer> observer;
};
using ExecutorOption = std::function<void(ExecutorConfig&)>;

/// Bytes of all environment variables of a session together, with a byte for each '=' and each end.
inline constexpr size_t kMaxEnvironment = size_t{64} << 10;

/// What a session is made with. Set through SessionOption.
struct SessionConfig {
  Limits limits;
  /// Whose session it is, where several share an executor; empty: nobody's in particular.
  std::string tenant;
  /// Null: the executor's registry.
  std::shared_ptr<const Registry> registry;
  /// The functions that this session may call; null: all of its registry.
  std::shared_ptr<const std::vector<std::string>> functions;
  HttpConfig http;
  FsConfig fs;
  KVConfig kv;
  PackagesConfig packages;
  /// Whether JavaScript has setTimeout and its kin (WithSessionTimers).
  bool timers = false;
  /// Whether Python's threads run inline (WithSessionThreads).
  bool threads = false;
  /// Whether JavaScript has Node's modules (WithSessionNode).
  bool node = false;
  /// Whether JavaScript has fetch (WithSessionWeb).
  bool web = false;
  /// All of that, and files: see WithSessionCompatibility, which sets the others as well.
  bool compatibility = false;
  /// Environment variables of the code, by name (WithSessionEnvironment).
  std::map<std::string, std::string> environment;
  /// Bytes of the files of the session's own (WithSessionScratch); 0: it has none.
  size_t scratch_bytes = 0;
};
using SessionOption = std::function<void(SessionConfig&)>;

// --- Executor ---

/// All options at once: those before it are forgotten.
ExecutorOption WithExecutorConfig(ExecutorConfig config);
/// The host functions that sessions may call.
ExecutorOption WithRegistry(Registry registry);
/// Memory limit of sessions that set none, in bytes.
ExecutorOption WithMemoryLimit(size_t bytes);
/// Run limit of sessions that set none.
ExecutorOption WithTimeout(std::chrono::nanoseconds timeout);
/// What runs the guests' code (goru/engine.hpp).
ExecutorOption WithEngine(Engine engine);
/// Keeps compiled code in `directory` (made with mode 0700; refused where others own or can enter it). Empty: the
/// user's cache directory ($XDG_CACHE_HOME or ~/.cache, "goru"), which is also the default.
ExecutorOption WithDiskCache(std::string directory = {});
/// Compiles in memory at each start; Python takes seconds.
ExecutorOption WithoutDiskCache();
/// Loads these languages in Executor::Create instead of at their first use.
ExecutorOption WithPrecompile(std::vector<Language> languages);
/// How many ready sandboxes to keep of each language that is in use; 0 = make them when asked.
ExecutorOption WithWarmPool(size_t sandboxes);
/// Sessions that may be open at once (ExecutorLimits::sessions).
ExecutorOption WithMaxSessions(size_t sessions);
/// Memory that sessions may have together, in bytes (ExecutorLimits::memory_bytes).
ExecutorOption WithTotalMemory(size_t bytes);
/// Runs at once (ExecutorLimits::runs).
ExecutorOption WithMaxRuns(size_t runs);
/// How many runs may wait for their turn, and how long (ExecutorLimits::queued_runs, queue_wait).
ExecutorOption WithRunQueue(size_t length, std::chrono::nanoseconds longest_wait);
/// Bytes that the host may hold for all sessions together (ExecutorLimits::host_bytes).
ExecutorOption WithHostMemory(size_t bytes);
/// Threads for host functions.
ExecutorOption WithHostThreads(size_t threads);
/// Where the *.img files are. Default: $GORU_IMAGE_DIR, else beside the program or library (share/goru/images).
ExecutorOption WithImageDirectory(std::string directory);
/// Mounts a directory of Python packages, read-only, into all Python sessions (goru/packages.hpp). Several add up; the
/// first that has a module counts.
ExecutorOption WithPackages(std::string directory);
/// Starts sessions of the image's language from this image (BuildPythonImage, `goru image build`) instead of the
/// language's own. A text with a '/', or that ends in ".img", is the path of a file; any other is the name of an image
/// that goru comes with and is looked for as the languages' own are: "data", Python with numpy (docs/PACKAGES.md).
/// Trusted as the program itself is.
ExecutorOption WithImage(std::string image);
/// Called with a line of text when something starts that takes seconds.
ExecutorOption WithProgress(std::function<void(std::string_view)> progress);
/// Tells `observer` what happens in the executor (goru/observer.hpp).
ExecutorOption WithObserver(std::shared_ptr<Observer> observer);

// --- Session ---

/// All options at once: those before it are forgotten.
SessionOption WithSessionConfig(SessionConfig config);
/// Wall-clock limit of each run.
SessionOption WithSessionTimeout(std::chrono::nanoseconds timeout);
/// Memory limit in bytes.
SessionOption WithSessionMemoryLimit(size_t bytes);
/// Bytes kept of each output stream of a run.
SessionOption WithSessionOutputLimit(size_t bytes);
/// Ends a run that goes over its output limit instead of cutting its output.
SessionOption WithSessionStopOnOutputLimit();
/// Host calls allowed in one run.
SessionOption WithSessionHostCallLimit(uint64_t calls);
/// Host calls that run at the same time.
SessionOption WithSessionHostCallsInFlight(size_t calls);
/// Bytes that the host may hold for the session: arguments, answers, messages (Limits::host_bytes).
SessionOption WithSessionHostMemoryLimit(size_t bytes);
/// Host functions of this session, instead of the executor's.
SessionOption WithSessionRegistry(Registry registry);
/// Only these functions of the registry may be called. Without this option all of them may.
SessionOption WithSessionFunctions(std::vector<std::string> names);

/// Whose session it is: a name that observers are told, and whose runs take turns with others' where runs wait
/// (ExecutorLimits::runs). Nothing that runs in the session learns it.
SessionOption WithSessionTenant(std::string name);

// http (HttpConfig says what the parts mean). Options of the same name add up.

/// Lets the session send requests to these hosts, and to no others: "example.com", "*.example.com", "localhost:8080".
/// Addresses that are not public (private, loopback, link-local, metadata services and the like) are refused all the
/// same, unless the entry is that address or "localhost".
SessionOption WithSessionAllowedHosts(std::vector<std::string> hosts);
/// Lets allowed hosts have addresses of these ranges ("10.0.0.0/8") though they are not public.
SessionOption WithSessionAllowedNetworks(std::vector<std::string> cidrs);
SessionOption WithSessionHttpLimits(const HttpLimits& limits);
/// A secret for headers. Sandboxed code gets a placeholder from http.secret(name); goru puts the value in its place in
/// header values of requests to `hosts` that go over https or to loopback addresses, and nowhere else. Where a response
/// repeats the value, the placeholder stands there.
SessionOption WithSessionSecret(std::string name, std::string value, std::vector<std::string> hosts);
/// Certificates (a PEM file) to trust instead of the system's.
SessionOption WithSessionHttpCaFile(std::string path);
/// Sends requests through this proxy, which then looks names up: goru still checks hosts against the allow-list, but no
/// longer the addresses of names.
SessionOption WithSessionHttpProxy(std::string url);
/// The same with the proxy that the environment names.
SessionOption WithSessionHttpProxyFromEnvironment();
/// Follows redirects from https to http.
SessionOption WithSessionHttpDowngrade();
/// Reports every attempt, refused ones too.
SessionOption WithSessionHttpAudit(HttpAudit audit);

// fs

/// Shows a directory of the host under `virtual_path`. Several mounts may nest.
SessionOption WithSessionMount(std::string virtual_path, std::string host_path, MountMode mode);
SessionOption WithSessionFsLimits(const FsLimits& limits);
/// Gives the session a tree of files of its own, in memory, for at most so many bytes: open and what else a program
/// does with files works, the working folder is /work, and there are /tmp and HOME. It lasts as long as the session and
/// is nobody else's. Mounts appear in the same tree. What it takes counts in ExecutorLimits::memory_bytes as well.
SessionOption WithSessionScratch(size_t bytes = kDefaultScratch);

// what programs find

/// setTimeout, setInterval, setImmediate and what clears them, in JavaScript: a run ends when none of them and no call
/// is pending, or at its timeout; what is pending then ends with it. Python has no use for it.
SessionOption WithSessionTimers();
/// Threads that run inline, in Python: Thread.start runs the thread's target to its end before it returns, with a
/// current_thread and thread-locals of its own; ThreadPoolExecutor, asyncio.to_thread and the like follow. Waiting for
/// what only another thread could do is an error. JavaScript has no use for it.
SessionOption WithSessionThreads();
/// Node's modules, in JavaScript: require and import of fs (on the session's files), path, os, readline, util, events,
/// assert, buffer, url and others, process, Buffer and global, with timers as WithSessionTimers has them. Python has no
/// use for it.
SessionOption WithSessionNode();
/// Gives JavaScript fetch, Request and Response. They ask through http, so the session needs hosts that it may reach
/// (WithSessionAllowedHosts).
SessionOption WithSessionWeb();
/// All that programs of an ordinary interpreter expect and that a sandbox does not have by itself: WithSessionTimers,
/// WithSessionThreads, WithSessionNode, WithSessionWeb, and WithSessionScratch where the session has no files of its
/// own yet.
SessionOption WithSessionCompatibility();
/// An environment variable of the code: os.environ in Python. Of the host's own environment it sees nothing. Names
/// hold no '=', names and values no NUL and only UTF-8, all of it at most kMaxEnvironment bytes; else NewSession fails.
SessionOption WithSessionEnvironment(std::string name, std::string value);

// kv

/// A key-value store in memory that is the session's own and gone with it.
SessionOption WithSessionKV();
/// A store that outlives the session and that others may share.
SessionOption WithSessionKVStore(KVStore store);
/// A store of the session's own that is kept in this file (KVStore::Open).
SessionOption WithSessionKVFile(std::string path);
/// Limits of a store of the session's own.
SessionOption WithSessionKVLimits(const KVLimits& limits);

// packages (Python only)

/// Mounts a directory of packages, read-only, before those of WithPackages.
SessionOption WithSessionPackages(std::string directory);
/// Lets code install these packages with install_pkg, and what they depend on, into a layer that is the session's own
/// and gone with it. Needs pip on the host, and a cache directory (WithDiskCache).
SessionOption WithAllowedPackages(std::vector<std::string> names);
/// The same for every package of the index. What is installed runs in the sandbox only.
SessionOption WithAllowedPackageInstall();
SessionOption WithSessionPackageLimits(const PackageLimits& limits);

// --- Run ---

/// What a prompt asks a language about text that somebody enters.
enum class PromptQuestion : uint8_t {
  kNone,
  /// Whether the language's own prompt would run the text: the answer is `true`, or `false` where more lines have to
  /// follow. What is wrong in itself is complete: running it says what is wrong.
  kIsComplete,
  /// What the end of the text could become: the answer is `{"typed": "na", "words": ["name", ...]}`, where the text
  /// ends with `typed` and each word begins with it, sorted, at most 2,000. Names, attributes, keys of dictionaries and
  /// modules, as the session has them. Calls nothing of the session's program: no property, getter, proxy or __dir__.
  kWords,
};

/// Options of one run; use designated initialisers.
struct RunOptions {
  /// The name in tracebacks. Empty: "<run N>", N counting the session's runs from 1.
  std::string name = {};
  /// Any text, such as the id of a request: observers are told it with all events of the run, nobody else is.
  std::string tag = {};
  /// Wall-clock limit of this run, where it is to be shorter than that of the session (Limits::timeout); more than
  /// zero.
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
  /// What the code finds in sys.argv behind the name. UTF-8 without NUL; else the run fails.
  std::vector<std::string> arguments = {};
  /// Standard input. Must stay valid until the run has ended.
  std::string_view stdin_data = {};
  /// Called on the run's thread where the code reads its standard input and stdin_data is used up: puts bytes into
  /// `into`, at least one, and returns how many; 0: the end. May wait, which counts as time of the run, and has to
  /// return soon once `stop` is requested. Must not throw and must not use the session.
  std::function<size_t(std::span<char> into, const std::stop_token& stop)> on_stdin = {};
  /// The source map of `code` as JSON text (ECMA-426): tracebacks name the sources that JavaScript was bundled from. A
  /// map that ends the code as a data: URL is found without this. One that is malformed, or larger than
  /// Limits::code_bytes, is not used. Must stay valid until the run has ended.
  std::string_view source_map = {};
  /// The program ends with this run: what it has registered for its end (Python's atexit) runs behind the code, within
  /// the run's limits. Executor::Run always does that, and Session::Close where handlers are left.
  bool run_exit_handlers = false;
  /// Show values as the language's own prompt does, on standard output: in Python that of each expression statement
  /// (sys.displayhook), in JavaScript that of the last one as console.log has it; the last is kept in _. Not together
  /// with want_value, which has the first word.
  bool interactive = false;
  /// Not kNone: the code is not run, and Result::value is the answer. Limits are those of a run; `stop` keeps a prompt
  /// from waiting. In TypeScript, kWords is for JavaScript's names.
  PromptQuestion question = PromptQuestion::kNone;
  /// Report the value of the last expression (Result::value).
  bool want_value = false;
  /// Name the files of the scratch that the run made or changed (Result::files).
  bool report_files = false;
  /// Called on the run's thread with each piece of output that is kept: no more than Limits::output_bytes of each
  /// stream. Must not throw and must not use the session. The run cannot be stopped while one is at work: it ends when
  /// the function returns, and what the guest wrote in the same call does not come any more. So one that waits for
  /// somebody, such as a slow reader, should wait no longer than the run may (Limits::timeout).
  std::function<void(std::string_view)> on_stdout = {};
  std::function<void(std::string_view)> on_stderr = {};
  /// Ends the run as Session::Interrupt does once a stop is requested, from any thread and whenever that is: one that
  /// was requested before keeps the run from beginning, and the session lives on.
  std::stop_token stop = {};
};

}  // namespace goru
