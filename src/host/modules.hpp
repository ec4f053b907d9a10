// The built-in modules that one session was given.
#pragma once

#include <memory>
#include <string_view>

#include "goru/error.hpp"
#include "goru/options.hpp"
#include "guest/port.hpp"
#include "host/module.hpp"

namespace goru::host {

namespace http {
class HttpService;
}

/// Guests call them under reserved names: "goru:" + module + "." + method.
inline constexpr std::string_view kReservedPrefix = "goru:";

/// Belongs to one session, and to the calls of it that are still under way. Immutable.
class Modules {
 public:
  /// Those that `config` asks for. `service` makes the requests of all sessions of an executor. kInvalidArgument: a
  /// part of the configuration is wrong; the message says which. `packages` installs; null: it may not.
  static Expected<std::shared_ptr<const Modules>> Create(const SessionConfig& config,
                                                         const std::shared_ptr<http::HttpService>& service,
                                                         std::unique_ptr<Module> packages = nullptr);

  /// The operation behind a reserved name; null with `reply` set where the session does not have it.
  const Operation* Find(std::string_view name, guest::Reply& reply) const;

  /// See Module.
  void BeginRun() const;
  void Close() const noexcept;

 private:
  std::unique_ptr<Module> http_;
  std::unique_ptr<Module> fs_;
  std::unique_ptr<Module> kv_;
  std::unique_ptr<Module> packages_;
};

}  // namespace goru::host
