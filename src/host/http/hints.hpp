// Which option and flag would allow what http refuses, in the words of its messages.
#pragma once

#include <string_view>

namespace goru::host::http {

inline constexpr std::string_view kAllowHostHint = "WithSessionAllowedHosts, --allow-host ";
inline constexpr std::string_view kAllowNetworkHint = "WithSessionAllowedNetworks, --allow-network ";
inline constexpr std::string_view kSecretHint = "WithSessionSecret, --secret";
inline constexpr std::string_view kDowngradeHint = "WithSessionHttpDowngrade, --http-allow-downgrade";
inline constexpr std::string_view kUrlHint = "WithSessionHttpLimits, --http-max-url";
inline constexpr std::string_view kBodyHint = "WithSessionHttpLimits, --http-max-body";
/// Limits that no flag sets.
inline constexpr std::string_view kLimitsHint = "WithSessionHttpLimits";

}  // namespace goru::host::http
