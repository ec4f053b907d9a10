// What configurations consist of. A new member of one of these structures needs a row here, and nothing else anywhere:
// documents, schema, intersection, flags, help and the reference in docs/CONFIGURATION.md follow. Without one this does
// not compile.
#pragma once

#include <algorithm>
#include <array>

#include "config/capabilities.hpp"
#include "config/field.hpp"
#include "config/kinds.hpp"
#include "host/surroundings.hpp"

namespace goru::config {

template <>
struct Table<HttpLimits> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(HttpLimits, url_bytes, Size, "a URL").Flag("--http-max-url"),
      GORU_FIELD(HttpLimits, header_bytes, Size, "all headers of a request, and of a response"),
      GORU_FIELD(HttpLimits, request_body_bytes, Size, "the body of a request").Flag("--http-max-body"),
      GORU_FIELD(HttpLimits, response_body_bytes, Size, "the body of a response, once unpacked")
          .Flag("--http-max-body"),
      GORU_FIELD(HttpLimits, timeout, Time, "one request with all of its redirects").Flag("--http-timeout"),
      GORU_FIELD(HttpLimits, redirects, Count, "redirects of one request").Flag("--http-max-redirects"),
      GORU_FIELD(HttpLimits, requests, Count, "requests of one run, redirects included").Flag("--http-max-requests"),
      GORU_FIELD(HttpLimits, total_bytes, Size, "all bodies of one run, in both directions").Flag("--http-max-total"),
  };
};

template <>
struct Table<FsLimits> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(FsLimits, read_bytes, Size, "a file that is read as a whole").Flag("--fs-max-file"),
      GORU_FIELD(FsLimits, write_bytes, Size, "what one call writes").Flag("--fs-max-write"),
      GORU_FIELD(FsLimits, path_bytes, Size, "a path").Flag("--fs-max-path"),
      GORU_FIELD(FsLimits, list_entries, Count, "entries of one listing"),
      GORU_FIELD(FsLimits, total_write_bytes, Size, "what the session writes in all").Flag("--fs-max-total-write"),
      GORU_FIELD(FsLimits, open_files, Count, "files and folders that code has open at once"),
      GORU_FIELD(FsLimits, scratch_files, Count, "files and folders of the session's own"),
  };
};

template <>
struct Table<KVLimits> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(KVLimits, key_bytes, Size, "a key"),
      GORU_FIELD(KVLimits, value_bytes, Size, "a value's JSON text").Flag("--kv-max-value"),
      GORU_FIELD(KVLimits, entries, Count, "keys in the store").Flag("--kv-max-entries"),
      GORU_FIELD(KVLimits, total_bytes, Size, "keys and values together").Flag("--kv-max-total"),
  };
};

template <>
struct Table<PackageLimits> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(PackageLimits, open_files, Count, "files and directories of packages that are open at once"),
      GORU_FIELD(PackageLimits, file_bytes, Size, "a file of a package"),
      GORU_FIELD(PackageLimits, install_timeout, Time, "one install_pkg"),
      GORU_FIELD(PackageLimits, installs, Count, "calls of install_pkg in one session"),
  };
};

template <>
struct Table<Limits> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(Limits, timeout, Time, "wall-clock time of one run, waiting included").Flag("--timeout"),
      GORU_FIELD(Limits, memory_bytes, Size, "memory, the language runtime included").Flag("--memory"),
      GORU_FIELD(Limits, output_bytes, Size, "kept of each of stdout and stderr in one run; more is dropped")
          .Flag("--max-output"),
      GORU_FIELD(Limits, stop_on_output_limit, Restriction,
                 "end a run that writes more than that, instead of dropping it")
          .Flag("--stop-on-max-output"),
      GORU_FIELD(Limits, host_calls, Count, "calls of host functions in one run").Flag("--max-host-calls"),
      GORU_FIELD(Limits, host_calls_in_flight, Count, "host calls that run at the same time; more wait"),
      GORU_FIELD(Limits, message_bytes, Size, "arguments of one host call, and its result"),
      GORU_FIELD(Limits, host_bytes, Size, "arguments and answers of calls that the host holds at a time")
          .Flag("--max-host-memory"),
      GORU_FIELD(Limits, code_bytes, Size, "the source text of one run"),
      GORU_FIELD(Limits, http, Object<HttpLimits>, "what http may cost"),
      GORU_FIELD(Limits, fs, Object<FsLimits>, "what fs may cost"),
      GORU_FIELD(Limits, kv, Object<KVLimits>, "how large a key-value store of the session's own may grow"),
      GORU_FIELD(Limits, packages, Object<PackageLimits>, "what packages may cost"),
  };
};

template <>
struct Table<HttpSecret> {
  static constexpr std::string_view kRequired = "name";
  static constexpr std::array rows = {
      GORU_FIELD(HttpSecret, name, Text, "letters, digits and underscores; code asks for it with http.secret(name)"),
      GORU_FIELD(HttpSecret, value, SecretValue, "what is sent; without it the host looks it up"),
      GORU_FIELD(HttpSecret, hosts, Hosts, "where it may be sent"),
  };
};

template <>
struct Table<HttpConfig> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(HttpConfig, allowed_hosts, Hosts,
                 "http to these hosts: api.example.com, *.example.com, localhost:8080; none: http is off")
          .Flag("--allow-host"),
      GORU_FIELD(HttpConfig, allowed_networks, List<Cidr>,
                 "let allowed hosts have addresses of these ranges, such as 10.0.0.0/8, though they are not public")
          .Flag("--allow-network")
          .Cut(CutNetworks),
      GORU_FIELD(HttpConfig, secrets, List<Secret>, "header values that code can send to hosts but never see")
          .Flag("--secret", "$NAME holds the value")
          .Cut(CutSecrets),
      GORU_FIELD(HttpConfig, ca_file, Ceilings<File>, "certificates (PEM) to trust instead of the system's")
          .Flag("--http-ca-file"),
      GORU_FIELD(HttpConfig, proxy, ProxyUrl, "send requests through this proxy, http://proxy.example:3128")
          .Flag("--http-proxy", "'env' takes it from the environment")
          .Set(SetProxy),
      GORU_FIELD(HttpConfig, proxy_from_environment, CeilingsSwitch, "use the proxy that the environment names"),
      GORU_FIELD(HttpConfig, allow_downgrade, Permission, "follow redirects from https to http")
          .Flag("--http-allow-downgrade"),
      GORU_FIELD(HttpConfig, audit, Handle, "").Cut(CutAudit),
  };
};

template <>
struct Table<Mount> {
  static constexpr std::string_view kRequired = "virtual_path";
  static constexpr std::array rows = {
      GORU_FIELD(Mount, virtual_path, VirtualPathText, "where code finds it: an absolute path such as /data"),
      GORU_FIELD(Mount, host_path, Directory, "an existing directory"),
      GORU_FIELD(Mount, mode, Mode, "ro (read), rw (change and remove what exists) or rwc (also create)"),
      GORU_FIELD(Mount, within, Within, "directories above it that no link may lead out of, the outermost first"),
  };
};

template <>
struct Table<FsConfig> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(FsConfig, mounts, Mounts, "directories under other names; none: fs is off")
          .Flag("--mount", "MODE is ro, rw (change and remove what exists) or rwc (also create)"),
  };
};

template <>
struct Table<KVConfig> {
  static constexpr bool kIsCut = true;
  // A file turns the store on, unless the document says otherwise.
  static constexpr std::array rows = {
      GORU_FIELD(KVConfig, store, CeilingsHandle, ""),
      GORU_FIELD(KVConfig, file, Ceilings<File>, "a key-value store that is kept in this file")
          .Flag("--kv-file")
          .Then([](KVConfig& config) { config.enabled |= !config.file.empty(); }),
      GORU_FIELD(KVConfig, enabled, Permission, "a key-value store, in memory unless it has a file").Flag("--kv"),
  };
};

template <>
struct Table<PackagesConfig> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(PackagesConfig, directories, PackageDirectories, "Python packages that 'goru deps install' put there")
          .Flag("--packages"),
      GORU_FIELD(PackagesConfig, allowed, List<PackageName>,
                 "let code install these packages, and what they need, with install_pkg")
          .Flag("--allow-pkg")
          .Cut(CutPackageNames),
      GORU_FIELD(PackagesConfig, allow_any, Permission, "let code install any package").Flag("--allow-pkg-install"),
  };
};

template <>
struct Table<SessionConfig> {
  static constexpr bool kIsCut = true;
  static constexpr std::array rows = {
      GORU_FIELD(SessionConfig, limits, Object<Limits>, "what the session may use"),
      GORU_FIELD(SessionConfig, tenant, Ceilings<Text>, "whose session it is, where several share an executor"),
      GORU_FIELD(SessionConfig, registry, CeilingsHandle, ""),
      GORU_FIELD(SessionConfig, functions, FunctionNames,
                 "the host functions that code may call; null: all that are registered"),
      GORU_FIELD(SessionConfig, http, Object<HttpConfig>, "requests to other machines"),
      GORU_FIELD(SessionConfig, fs, Object<FsConfig>, "files of the host"),
      GORU_FIELD(SessionConfig, kv, Object<KVConfig>, "a key-value store"),
      GORU_FIELD(SessionConfig, packages, Object<PackagesConfig>, "Python packages"),
      GORU_FIELD(SessionConfig, compatibility, Permission,
                 "what programs of an ordinary interpreter expect: all of timers, threads, node, web, scratch_bytes")
          .Flag("--compat",
                "what programs of an ordinary interpreter expect: --timers --threads --node --web --scratch")
          .Then(host::ApplyCompatibility),
      GORU_FIELD(SessionConfig, timers, Permission, "JavaScript's setTimeout, setInterval, setImmediate")
          .Flag("--timers"),
      GORU_FIELD(SessionConfig, threads, Permission, "Python's threads, each run to its end when it is started")
          .Flag("--threads"),
      GORU_FIELD(SessionConfig, node, Permission, "JavaScript's require and import of Node's modules, process, Buffer")
          .Flag("--node"),
      GORU_FIELD(SessionConfig, web, Permission, "JavaScript's fetch, Request and Response, over http").Flag("--web"),
      GORU_FIELD(SessionConfig, environment, Environment, "environment variables of the code")
          .Flag("--env", "VALUE may be left out: that of goru's own variable"),
      GORU_FIELD(SessionConfig, scratch_bytes, Scratch,
                 "files of the session's own, in memory, up to this size: open and the like work, in /work; 0: none")
          .Flag("--scratch", "without SIZE 64mb"),
  };
};

template <>
struct Table<ExecutorLimits> {
  static constexpr std::array rows = {
      GORU_FIELD(ExecutorLimits, sessions, Count, "sessions that are open at once"),
      GORU_FIELD(ExecutorLimits, memory_bytes, Size, "memory of all sessions together, idle ones included"),
      GORU_FIELD(ExecutorLimits, runs, Count, "runs at once; more wait for their turn"),
      GORU_FIELD(ExecutorLimits, queued_runs, Count, "runs that wait for their turn; more get an error"),
      GORU_FIELD(ExecutorLimits, queue_wait, Time, "how long a run may wait for its turn"),
      GORU_FIELD(ExecutorLimits, host_bytes, Size, "what the host holds at a time for calls of all sessions"),
      GORU_FIELD(ExecutorLimits, host_threads, Count, "threads that run host functions for all sessions"),
      GORU_FIELD(ExecutorLimits, installs, Count, "sessions that install packages at the same time"),
      GORU_FIELD(ExecutorLimits, package_cache_bytes, Size, "what the package cache may take on the disk"),
      GORU_FIELD(ExecutorLimits, warm_sandboxes, Count, "sandboxes of each language that are kept ready"),
  };
};

template <>
struct Table<ExecutorConfig> {
  // Where compiled code is to be kept, it is kept, unless the document says otherwise.
  static constexpr std::array rows = {
      GORU_FIELD(ExecutorConfig, registry, Handle, ""),
      GORU_FIELD(ExecutorConfig, session_limits, FlaglessObject<Limits>, "limits of sessions that set none"),
      GORU_FIELD(ExecutorConfig, limits, Object<ExecutorLimits>, "limits of all sessions together"),
      GORU_FIELD(ExecutorConfig, engine, EngineName, "what runs the code of sandboxes: wasmtime, or native")
          .Flag("--engine", {}, "wasmtime|native"),
      GORU_FIELD(ExecutorConfig, cache_directory, Directory,
                 "where compiled code is kept; must be private to you (default ~/.cache/goru/compiled)")
          .Flag("--cache-dir")
          .Then([](ExecutorConfig& config) { config.disk_cache |= !config.cache_directory.empty(); }),
      GORU_FIELD(ExecutorConfig, disk_cache, SwitchOff,
                 "keep compiled code; where none is kept, each start compiles, which takes seconds")
          .Flag("--no-cache", "keep none: each start compiles, which takes seconds"),
      GORU_FIELD(ExecutorConfig, image_directory, Directory,
                 "where the language images are (default $GORU_IMAGE_DIR, else share/goru/images)")
          .Flag("--image-dir"),
      GORU_FIELD(ExecutorConfig, image_file, Image,
                 "start from an image: the name of one that goru comes with (data), or a file of 'goru image build'")
          .Flag("--image"),
      GORU_FIELD(ExecutorConfig, packages, List<Directory>, "directories of Python packages that all sessions have"),
      GORU_FIELD(ExecutorConfig, precompile, List<LanguageName>, "languages that are loaded at the start"),
      GORU_FIELD(ExecutorConfig, progress, Handle, ""),
      GORU_FIELD(ExecutorConfig, observer, Handle, ""),
  };
};

template <>
struct Table<RunOptions> {
  static constexpr std::array rows = {
      GORU_FIELD(RunOptions, name, Text, "the name in tracebacks"),
      GORU_FIELD(RunOptions, tag, Text, "any text that observers are told, such as the id of a request"),
      GORU_FIELD(RunOptions, timeout, Time,
                 "wall-clock time of this run, where it is to be shorter than the session's"),
      GORU_FIELD(RunOptions, arguments, List<Text>, "what sys.argv has behind the name"),
      GORU_FIELD(RunOptions, stdin_data, BorrowedText, "standard input"),
      GORU_FIELD(RunOptions, on_stdin, Handle, ""),
      GORU_FIELD(RunOptions, source_map, BorrowedText, "the source map of the code (ECMA-426)"),
      GORU_FIELD(RunOptions, run_exit_handlers, Switch, "run what the code registered for its end, such as atexit"),
      GORU_FIELD(RunOptions, interactive, Switch, "show values as the language's own prompt does"),
      GORU_FIELD(RunOptions, question, Handle, ""),
      GORU_FIELD(RunOptions, want_value, Switch,
                 "report the value of the last expression, as JSON where it has a JSON form")
          .Flag("-p,--print"),
      GORU_FIELD(RunOptions, report_files, Switch, "name the files of the session's own that the run made or changed")
          .Flag("--report-files", "with --json: name the files of --scratch that the code made or changed"),
      GORU_FIELD(RunOptions, on_stdout, Handle, ""),
      GORU_FIELD(RunOptions, on_stderr, Handle, ""),
      GORU_FIELD(RunOptions, stop, Handle, ""),
  };
};

template <>
struct Table<ConfigFile> {
  static constexpr Field<ConfigFile> kSchemaRow = {
      .name = "$schema",
      .text = "where this schema is, for editors",
      .read = [](const json& value, ConfigFile& /*out*/, const Place& place,
                 const ConfigReadOptions& /*options*/) -> Expected<void> {
        if (auto text = ReadText(value, place); !text) return text.error();
        return {};
      },
      .write = [](const ConfigFile& /*in*/,
                  const ConfigWriteOptions& /*options*/) { return json(json::value_t::discarded); },
      .schema = [] { return Text::Schema<std::string>(); },
  };
  static constexpr std::array rows = {
      GORU_FIELD(ConfigFile, executor, Object<ExecutorConfig>, "what all sessions share").Then([](ConfigFile& file) {
        file.session.limits = file.executor.session_limits;
      }),
      GORU_FIELD(ConfigFile, session, Object<SessionConfig>, "what a session may do and use"),
      GORU_FIELD(ConfigFile, run, Object<RunOptions>, "options of each run"),
      GORU_FIELD(ConfigFile, document, Handle, ""),
      kSchemaRow,
  };
};

/// Whether each member has a row, and where configurations of it are intersected, a rule.
template <typename Owner>
constexpr bool IsComplete() {
  const auto& rows = Table<Owner>::rows;
  const auto has_rule = [](const Field<Owner>& row) { return row.has_rule; };
  if constexpr (requires { Table<Owner>::kIsCut; }) {
    if (!std::all_of(rows.begin(), rows.end(), has_rule)) return false;
  }
  return rows.size() == CountMembers<Owner>();
}

static_assert(IsComplete<HttpLimits>(), "a member of HttpLimits has no row, or no rule");
static_assert(IsComplete<FsLimits>(), "a member of FsLimits has no row, or no rule");
static_assert(IsComplete<KVLimits>(), "a member of KVLimits has no row, or no rule");
static_assert(IsComplete<PackageLimits>(), "a member of PackageLimits has no row, or no rule");
static_assert(IsComplete<Limits>(), "a member of Limits has no row, or no rule");
static_assert(IsComplete<HttpSecret>(), "a member of HttpSecret has no row");
static_assert(IsComplete<HttpConfig>(), "a member of HttpConfig has no row, or no rule");
static_assert(IsComplete<Mount>(), "a member of Mount has no row");
static_assert(IsComplete<FsConfig>(), "a member of FsConfig has no row, or no rule");
static_assert(IsComplete<KVConfig>(), "a member of KVConfig has no row, or no rule");
static_assert(IsComplete<PackagesConfig>(), "a member of PackagesConfig has no row, or no rule");
static_assert(IsComplete<SessionConfig>(), "a member of SessionConfig has no row, or no rule");
static_assert(IsComplete<ExecutorLimits>(), "a member of ExecutorLimits has no row");
static_assert(IsComplete<ExecutorConfig>(), "a member of ExecutorConfig has no row");
static_assert(IsComplete<RunOptions>(), "a member of RunOptions has no row");
static_assert(Table<ConfigFile>::rows.size() == CountMembers<ConfigFile>() + 1, "a member of ConfigFile has no row");

}  // namespace goru::config
