#include "server/tls.hpp"

namespace goru::server {
namespace {

Error InFile(const char* flag, const std::string& path, const boost::system::error_code& error) {
  return Error{ErrorKind::kInvalidArgument, std::string(flag) + " " + path + ": " + error.message()};
}

}  // namespace

Expected<std::shared_ptr<boost::asio::ssl::context>> ReadTls(const std::string& certificate, const std::string& key) {
  using Context = boost::asio::ssl::context;
  auto context = std::make_shared<Context>(Context::tls_server);
  boost::system::error_code error;
  context->set_options(Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 | Context::no_tlsv1 |
                           Context::no_tlsv1_1 | Context::no_compression,
                       error);
  // Renegotiation lets a client make the server work for nothing.
  ::SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  if (!error) context->use_certificate_chain_file(certificate, error);
  if (error) return InFile("--tls-cert", certificate, error);
  context->use_private_key_file(key, Context::pem, error);
  if (error) return InFile("--tls-key", key, error);
  if (::SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return Error{ErrorKind::kInvalidArgument, "--tls-key " + key + " is not the key of --tls-cert " + certificate};
  }
  return context;
}

}  // namespace goru::server
