// Reading what a guest passes to goru:http.request.
#pragma once

#include <nlohmann/json.hpp>
#include <variant>

#include "goru/limits.hpp"
#include "host/http/exchange.hpp"
#include "host/http/failure.hpp"

namespace goru::host::http {

/// `args` is an object, all else about it is hostile. The URL is not looked at yet.
std::variant<GuestRequest, Failure> ReadGuestRequest(const nlohmann::json& args, const HttpLimits& limits);

}  // namespace goru::host::http
