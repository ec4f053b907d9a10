#include "server/connection.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace goru::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Secure = asio::ssl::stream<Tcp::socket>;

/// How often a stream without news says that it lives.
constexpr std::chrono::seconds kPing{15};
/// What logs and metrics have as the status of a request that was not answered, as nginx has it.
constexpr unsigned kClientGone = 499;

// Arguments of awaited calls are variables of their own: GCC 12 destroys some temporaries twice there.

/// What a client sends while its last request is being answered is read up to here.
constexpr size_t kReadAhead = size_t{8} << 10;
/// What is read of a body that nobody wants, so that its sender gets to read the answer.
constexpr size_t kDiscard = size_t{256} << 10;
/// What is written at a time of what is large.
constexpr size_t kSlice = size_t{64} << 10;

template <typename Stream>
// NOLINTNEXTLINE(misc-multiple-inheritance): a coroutine keeps what it works for
class Talk final : public Connection, public std::enable_shared_from_this<Talk<Stream>> {
  static constexpr bool kSecure = std::is_same_v<Stream, Secure>;

 public:
  Talk(Stream stream, std::shared_ptr<asio::ssl::context> tls, Application& application, const ServeOptions& options,
       BodyBudget& bodies, std::function<void(Connection*)> ended)
      : tls_(std::move(tls)),
        stream_(std::move(stream)),
        signal_(stream_.get_executor()),
        application_(application),
        options_(options),
        bodies_(bodies),
        ended_(std::move(ended)) {}

  void Start() {
    asio::co_spawn(
        stream_.get_executor(), [self = this->shared_from_this()] { return self->Run(); },
        [self = this->shared_from_this()](const std::exception_ptr&) {
          self->Abort();
          self->ended_(self.get());
        });
  }

  void Abort() override {
    dead_ = true;
    if (exchange_) exchange_->Gone();
    error_code ignored;
    Socket().close(ignored);
    signal_.cancel();
  }

  void Tick(Clock::time_point now) override {
    if (streaming_ && now - last_sent_ >= kPing) {
      ping_ = true;
      signal_.cancel();
    }
  }

  bool idle() const override { return exchange_ == nullptr; }

 private:
  Tcp::socket& Socket() {
    if constexpr (kSecure) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void Within(std::chrono::nanoseconds time) { deadline_ = Clock::now() + time; }

  asio::awaitable<void> Run() {
    error_code error;
    if constexpr (kSecure) {
      Within(options_.header_time);
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
    }
    Within(options_.header_time);
    for (;;) {
      const bool more = co_await FirstByte();
      if (!more) break;
      const bool again = co_await OneRequest();
      if (!again) break;
      Within(options_.keep_alive);
    }
    co_await Leave();
  }

  /// Waits for the next request to begin, by what was begun to be read while the last one was answered.
  asio::awaitable<bool> FirstByte() {
    if (buffer_.size() == 0 && !watching_ && !dead_) Watch();
    while (watching_) co_await Signalled();
    co_return !dead_ && buffer_.size() > 0;
  }

  /// Reads on while nothing else does. It sees a client that goes.
  void Watch() {
    watching_ = true;
    stream_.async_read_some(buffer_.prepare(kReadAhead),
                            [self = this->shared_from_this()](const error_code& error, size_t size) {
                              self->watching_ = false;
                              self->buffer_.commit(size);
                              if (error) {
                                self->dead_ = true;
                                if (self->exchange_) self->exchange_->Gone();
                              }
                              self->signal_.cancel();
                            });
  }

  asio::awaitable<void> Signalled() {
    error_code ignored;
    signal_.expires_at(Clock::time_point::max());
    co_await signal_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  /// Whether there may be another one behind it.
  asio::awaitable<bool> OneRequest() {
    Within(options_.header_time);
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes));
    parser.body_limit(options_.body_bytes);
    error_code error;
    co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::header_limit) {
      const std::string message = "the header is larger than this server takes (--max-header)";
      co_return co_await Reject(431, "too_large", message);
    }
    if (error == http::error::body_limit) {
      Request nobody;
      co_return co_await TooLarge(std::move(nobody));
    }
    if (error && error.category() == http::make_error_code(http::error::end_of_stream).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      const std::string message = "this is no HTTP/1.1 request: " + error.message();
      co_return co_await Reject(400, "bad_request", message);
    }
    if (error) co_return false;

    Request request;
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    for (const auto& field : message) {
      std::string name(field.name_string());
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    const bool target = ReadTarget({message.target().data(), message.target().size()}, request);
    version_ = message.version();
    keep_alive_ = message.keep_alive() && target;
    head_only_ = request.method == "HEAD";
    std::optional<Response> early = application_.Screen(request);
    if (!target) early = ErrorResponse(400, "bad_request", "the request's target is malformed");
    if (!message[http::field::transfer_encoding].empty() && !message.chunked()) {
      early = ErrorResponse(501, "bad_request", "no transfer encoding but chunked is understood");
    }
    const bool has_body = message.chunked() || parser.content_length().value_or(0) > 0;
    if (early) {
      if (has_body) keep_alive_ = false;
      co_return co_await AnswerAtOnce(std::move(request), std::move(*early), has_body);
    }
    size_t taken = 0;
    if (has_body) {
      taken = parser.content_length() ? static_cast<size_t>(*parser.content_length()) : options_.body_bytes;
      if (taken > options_.body_bytes) co_return co_await TooLarge(std::move(request));
      if (taken > bodies_.left) {
        keep_alive_ = false;
        Response busy = ErrorResponse(503, "overloaded", "too many bytes of requests are on their way");
        busy.headers.emplace_back("Retry-After", "1");
        co_return co_await AnswerAtOnce(std::move(request), std::move(busy), true);
      }
      bodies_.left -= taken;
      error = co_await ReadBody(parser);
      if (error) {
        bodies_.left += taken;
        if (error == http::error::body_limit) co_return co_await TooLarge(std::move(request));
        co_return false;
      }
      request.body = std::move(parser.get().body());
    }
    exchange_ = std::make_shared<Exchange>(std::move(request));
    const bool written = co_await Converse();
    bodies_.left += taken;
    exchange_ = nullptr;
    co_return written&& keep_alive_;
  }

  asio::awaitable<error_code> ReadBody(http::request_parser<http::string_body>& parser) {
    error_code error;
    Within(options_.body_time);
    const auto expect = parser.get()[http::field::expect];
    if (boost::beast::iequals(expect, "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return error;
    }
    co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  asio::awaitable<bool> TooLarge(Request request) {
    keep_alive_ = false;
    return AnswerAtOnce(std::move(request),
                        ErrorResponse(413, "too_large",
                                      "the body is larger than the " + std::to_string(options_.body_bytes) +
                                          " bytes that this server takes (--max-body)"),
                        true);
  }

  asio::awaitable<bool> Reject(unsigned status, std::string_view kind, const std::string& message) {
    keep_alive_ = false;
    Request request;
    request.method = "?";
    return AnswerAtOnce(std::move(request), ErrorResponse(status, kind, message), true);
  }

  asio::awaitable<bool> AnswerAtOnce(Request request, Response response, bool discard) {
    if (request.id.empty()) application_.Screen(request);
    exchange_ = std::make_shared<Exchange>(std::move(request));
    application_.Finish(exchange_->request, response);
    const unsigned status = response.status;
    const size_t size = response.body.size();
    const bool written = co_await Write(std::move(response));
    application_.Written(*exchange_, status, size, written);
    exchange_ = nullptr;
    discard_ = discard;
    co_return written&& keep_alive_;
  }

  /// Has the request answered and writes what comes.
  asio::awaitable<bool> Converse() {
    deadline_ = Clock::time_point::max();
    const auto executor = stream_.get_executor();
    exchange_->Attach([weak = this->weak_from_this(), executor] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->signal_.cancel();
      });
    });
    if (buffer_.size() == 0 && !dead_) Watch();
    application_.Handle(exchange_);

    unsigned status = 0;
    size_t bytes = 0;
    bool written = true;
    for (;;) {
      Exchange::Written next = exchange_->Take();
      if (next.head) {
        application_.Finish(exchange_->request, *next.head);
        status = next.head->status;
        if (!next.streamed) {
          bytes = next.head->body.size();
          written = co_await Write(std::move(*next.head));
          break;
        }
        written = co_await WriteHead(std::move(*next.head));
        if (!written) break;
        streaming_ = true;
      }
      if (streaming_ && next.piece.empty() && !next.ended && std::exchange(ping_, false)) next.piece = ": ping\n\n";
      if (!next.piece.empty() && !head_only_) {
        bytes += next.piece.size();
        written = co_await WritePiece(next.piece);
        if (!written) break;
      } else if (!next.ended) {
        // What works for a client that is gone ends by itself, and may never answer.
        if (dead_) {
          written = false;
          break;
        }
        co_await Signalled();
        continue;
      }
      if (next.ended) {
        written = co_await WriteEnd();
        break;
      }
    }
    streaming_ = false;
    exchange_->Detach();
    if (!written) exchange_->Gone();
    application_.Written(*exchange_, status == 0 ? kClientGone : status, bytes, written);
    co_return written;
  }

  template <typename Body>
  void SetHead(http::response<Body>& out, Response& response) {
    out.version(version_);
    out.result(response.status);
    if (!response.content_type.empty()) out.set(http::field::content_type, response.content_type);
    for (auto& [name, value] : response.headers) out.insert(name, value);
    if (application_.draining()) keep_alive_ = false;
    out.keep_alive(keep_alive_);
  }

  asio::awaitable<bool> Write(Response response) {
    if (head_only_ || response.body.size() > kSlice) co_return co_await WriteLarge(std::move(response));
    http::response<http::string_body> out;
    SetHead(out, response);
    Within(options_.write_time);
    out.body() = std::move(response.body);
    if (response.status != 204 && response.status != 304) out.prepare_payload();
    error_code error;
    co_await http::async_write(stream_, out, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  /// Head and body by themselves.
  asio::awaitable<bool> WriteLarge(Response response) {
    http::response<http::empty_body> out;
    SetHead(out, response);
    out.content_length(response.body.size());
    Within(options_.write_time);
    error_code error;
    http::response_serializer<http::empty_body> serializer(out);
    co_await http::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    if (error || head_only_) co_return !error;
    co_return co_await WriteSlices(response.body, false);
  }

  /// A client that takes a little has its time anew.
  asio::awaitable<bool> WriteSlices(std::string_view bytes, bool chunked) {
    error_code error;
    while (!bytes.empty() && !error) {
      const std::string_view slice = bytes.substr(0, kSlice);
      const asio::const_buffer buffer = asio::buffer(slice);
      Within(options_.write_time);
      if (chunked) {
        const auto chunk = http::make_chunk(buffer);
        co_await asio::async_write(stream_, chunk, asio::redirect_error(asio::use_awaitable, error));
      } else {
        co_await asio::async_write(stream_, buffer, asio::redirect_error(asio::use_awaitable, error));
      }
      bytes.remove_prefix(slice.size());
    }
    co_return !error;
  }

  asio::awaitable<bool> WriteHead(Response response) {
    http::response<http::empty_body> out;
    // Before HTTP/1.1 the end of a body without a length is that of the connection.
    chunked_ = version_ >= 11;
    if (!chunked_) keep_alive_ = false;
    SetHead(out, response);
    if (chunked_) out.chunked(true);
    Within(options_.write_time);
    error_code error;
    http::response_serializer<http::empty_body> serializer(out);
    co_await http::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    last_sent_ = Clock::now();
    deadline_ = Clock::time_point::max();
    co_return !error;
  }

  asio::awaitable<bool> WritePiece(const std::string& piece) {
    const bool written = co_await WriteSlices(piece, chunked_);
    last_sent_ = Clock::now();
    deadline_ = Clock::time_point::max();
    co_return written;
  }

  asio::awaitable<bool> WriteEnd() {
    error_code error;
    if (!chunked_ || head_only_) co_return true;
    Within(options_.write_time);
    co_await asio::async_write(stream_, http::make_chunk_last(), asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  /// Ends the connection so that the client gets to read the last response: what it still sends is taken first.
  asio::awaitable<void> Leave() {
    constexpr std::chrono::seconds kPatience{2};
    error_code error;
    if (dead_ || !Socket().is_open()) co_return;
    Within(kPatience);
    if constexpr (kSecure) {
      while (watching_) co_await Signalled();
      if (!dead_) co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    }
    Socket().shutdown(Tcp::socket::shutdown_send, error);
    if (!discard_) co_return;
    std::array<char, 4096> waste;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (size_t discarded = 0; !error && discarded < kDiscard;) {
      discarded +=
          co_await Socket().async_read_some(asio::buffer(waste), asio::redirect_error(asio::use_awaitable, error));
    }
  }

  /// A stream refers to its context.
  std::shared_ptr<asio::ssl::context> tls_;
  Stream stream_;
  /// Never expires: it is cancelled whenever there is something to see to.
  asio::steady_timer signal_;
  Application& application_;
  const ServeOptions& options_;
  BodyBudget& bodies_;
  std::function<void(Connection*)> ended_;
  boost::beast::flat_buffer buffer_;
  ExchangePtr exchange_;
  bool watching_ = false;
  bool dead_ = false;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool chunked_ = true;
  bool streaming_ = false;
  bool ping_ = false;
  bool discard_ = false;
  unsigned version_ = 11;
  Clock::time_point last_sent_;
};

template <typename Stream>
std::shared_ptr<Connection> Begin(std::shared_ptr<Talk<Stream>> talk) {
  talk->Start();
  return talk;
}

}  // namespace

std::shared_ptr<Connection> StartConnection(Tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                                            Application& application, const ServeOptions& options, BodyBudget& bodies,
                                            std::function<void(Connection*)> ended) {
  error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  if (tls) {
    Secure stream(std::move(socket), *tls);
    return Begin(std::make_shared<Talk<Secure>>(std::move(stream), std::move(tls), application, options, bodies,
                                                std::move(ended)));
  }
  return Begin(
      std::make_shared<Talk<Tcp::socket>>(std::move(socket), nullptr, application, options, bodies, std::move(ended)));
}

}  // namespace goru::server
