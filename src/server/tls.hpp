// Certificates.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "goru/error.hpp"

namespace goru::server {

/// TLS 1.2 and 1.3 with a certificate chain and its key, both PEM files. Errors are kInvalidArgument and name the file.
Expected<std::shared_ptr<boost::asio::ssl::context>> ReadTls(const std::string& certificate, const std::string& key);

}  // namespace goru::server
