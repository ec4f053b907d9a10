// A session's http module, without a guest: what the guest would ask for is asked for here.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/http/http_module.hpp"
#include "host/http/http_service.hpp"
#include "host/pending_call.hpp"
#include "host/wire_bytes.hpp"

namespace goru::host::http::test {

using guest::Reply;
using nlohmann::json;

/// Keeps what an audit reports.
class AuditLog {
 public:
  HttpAudit Callback() {
    return [entries = entries_](const HttpAttempt& attempt) {
      const std::lock_guard lock(entries->mutex);
      entries->attempts.push_back(attempt);
    };
  }
  std::vector<HttpAttempt> attempts() const {
    const std::lock_guard lock(entries_->mutex);
    return entries_->attempts;
  }

 private:
  struct Entries {
    std::mutex mutex;
    std::vector<HttpAttempt> attempts;
  };
  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
};

class HttpSession {
 public:
  HttpSession(const std::shared_ptr<HttpService>& service, const HttpConfig& config, const HttpLimits& limits = {}) {
    auto module = CreateHttpModule(config, limits, service);
    if (!module) {
      ADD_FAILURE() << module.error().message;
      std::abort();
    }
    module_ = std::move(*module);
  }

  Module& module() { return *module_; }

  std::future<Reply> Start(json args, const CallContext& context = {}) {
    auto promise = std::make_shared<std::promise<Reply>>();
    StartFunction(*module_->functions().Find("request"), context, std::move(args),
                  MakeCall([promise](Reply reply) { promise->set_value(std::move(reply)); }));
    return promise->get_future();
  }
  Reply Ask(json args, const CallContext& context = {}) { return Start(std::move(args), context).get(); }
  Reply Get(const std::string& url) { return Ask({{"method", "GET"}, {"url", url}}); }

  Reply Secret(const std::string& name) {
    return CallFunction(*module_->functions().Find("secret"), {}, {{"name", name}});
  }
  std::string Placeholder(const std::string& name) { return Secret(name).value.get<std::string>(); }

 private:
  std::shared_ptr<Module> module_;
};

/// As guests write them. An initializer of json itself would take pairs for an object.
inline json HeaderList(const std::vector<std::pair<std::string, std::string>>& headers) {
  json list = json::array();
  for (const auto& [name, value] : headers) list.push_back(json::array({name, value}));
  return list;
}

/// "PermissionError", or "" where there is no error.
inline std::string TypeOf(const Reply& reply) { return reply.ok ? "" : reply.value.at(0).get<std::string>(); }
inline std::string MessageOf(const Reply& reply) {
  return reply.ok ? reply.value.dump() : reply.value.at(1).get<std::string>();
}
inline std::string CodeOf(const Reply& reply) {
  return reply.ok || reply.value.size() < 3 ? "" : reply.value.at(2).value("code", "");
}
inline int StatusOf(const Reply& reply) { return reply.ok ? reply.value.at("status").get<int>() : 0; }
inline std::string BodyOf(const Reply& reply) {
  return reply.ok && reply.value.at("body").is_binary() ? std::string(*FromWire(reply.value.at("body"))) : "";
}
/// What /echo of the server says about the request.
inline json EchoOf(const Reply& reply) {
  EXPECT_TRUE(reply.ok) << MessageOf(reply);
  return json::parse(BodyOf(reply), nullptr, false);
}
/// The value of a header of an echoed request; "-" where there is none.
inline std::string EchoedHeader(const json& echo, std::string_view name) {
  for (const json& header : echo.at("headers")) {
    if (LowerCase(header[0].get<std::string>()) == name) return header[1].get<std::string>();
  }
  return "-";
}

}  // namespace goru::host::http::test
