#include "server/listener.hpp"

#include <sys/socket.h>

#include <utility>
#include <vector>

namespace goru::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

/// How exactly deadlines of connections are kept.
constexpr std::chrono::milliseconds kSweep{250};
constexpr std::chrono::milliseconds kPause{100};
/// How long a client that was turned away has to read that, and how many of those there are.
constexpr std::chrono::seconds kFarewell{1};
constexpr size_t kTurnedAway = 256;
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

}  // namespace

Listener::Listener(asio::io_context& loop, Application& application, const ServeOptions& options)
    : application_(application),
      options_(options),
      acceptor_(loop),
      pause_(loop),
      sweep_(loop),
      bodies_{options.all_bodies_bytes} {}

Expected<void> Listener::Open() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) {
    return Error{ErrorKind::kInvalidArgument,
                 "--listen takes an address such as 127.0.0.1, 0.0.0.0 or ::1, not '" + options_.address + "'"};
  }
  const Tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(SOMAXCONN, error);
  if (error) {
    return Error{ErrorKind::kUnavailable, "cannot listen on " + options_.address + " port " +
                                              std::to_string(options_.port) + ": " + error.message() +
                                              (error == asio::error::address_in_use ? "; --port chooses another" : "")};
  }
  Accept();
  Sweep();
  return {};
}

std::string Listener::url() const {
  error_code ignored;
  const auto endpoint = acceptor_.local_endpoint(ignored);
  const std::string address = endpoint.address().to_string();
  return std::string(tls_ ? "https://" : "http://") + (endpoint.address().is_v6() ? "[" + address + "]" : address) +
         ":" + std::to_string(endpoint.port());
}

void Listener::Accept() {
  acceptor_.async_accept([this](const error_code& error, Tcp::socket socket) {
    if (!acceptor_.is_open() || error == asio::error::operation_aborted) return;
    if (error) {
      // No descriptors or memory are left; some may be soon.
      pause_.expires_after(kPause);
      pause_.async_wait([this](const error_code& stopped) {
        if (!stopped) Accept();
      });
      return;
    }
    Admit(std::move(socket));
    Accept();
  });
}

void Listener::Admit(Tcp::socket socket) {
  if (connections_.size() >= options_.connections) {
    TurnAway(std::move(socket));
    return;
  }
  auto connection =
      StartConnection(std::move(socket), tls_, application_, options_, bodies_, [this](Connection* ended) {
        connections_.erase(ended);
        if (draining_ && connections_.empty() && drained_) std::exchange(drained_, nullptr)();
      });
  connections_.emplace(connection.get(), std::move(connection));
}

void Listener::TurnAway(Tcp::socket socket) {
  if (tls_ || turned_away_.size() >= kTurnedAway) return;
  ::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  error_code ignored;
  socket.shutdown(Tcp::socket::shutdown_send, ignored);
  // To close it at once would take the answer away again, where the client's request is on its way.
  turned_away_.emplace_back(Connection::Clock::now() + kFarewell, std::move(socket));
}

void Listener::Sweep() {
  sweep_.expires_after(kSweep);
  sweep_.async_wait([this](const error_code& stopped) {
    if (stopped) return;
    const auto now = Connection::Clock::now();
    std::vector<std::shared_ptr<Connection>> late;
    for (const auto& [pointer, connection] : connections_) {
      connection->Tick(now);
      const bool unwanted = draining_ && (now >= drained_by_ || connection->idle());
      if (unwanted || connection->deadline() <= now) late.push_back(connection);
    }
    for (const auto& connection : late) connection->Abort();
    while (!turned_away_.empty() && turned_away_.front().first <= now) turned_away_.pop_front();
    Sweep();
  });
}

void Listener::AbortAll() {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [pointer, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->Abort();
}

void Listener::Drain(std::chrono::nanoseconds time, std::function<void()> done) {
  if (draining_) return;
  draining_ = true;
  drained_by_ = Connection::Clock::now() + time;
  drained_ = std::move(done);
  error_code ignored;
  acceptor_.close(ignored);
  if (connections_.empty()) std::exchange(drained_, nullptr)();
}

}  // namespace goru::server
