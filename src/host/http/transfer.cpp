#include "host/http/transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "goru/version.hpp"
#include "host/http/hints.hpp"
#include "support/utf8.hpp"

namespace goru::host::http {
namespace {

/// Of one connection attempt, so that a dead address leaves time for the next.
constexpr std::chrono::milliseconds kConnectTimeout{15'000};
constexpr std::chrono::milliseconds kMargin{1'000};
/// More addresses than this help nobody.
constexpr size_t kMaxPinned = 16;

bool MayRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// "name:port:address,address", where the plus lets libcurl forget it again.
std::string Pin(const HostName& host, uint16_t port, const Addresses& addresses) {
  std::string line = "+" + host.text + ":" + std::to_string(port) + ":";
  for (size_t i = 0; i < std::min(addresses.size(), kMaxPinned); ++i) {
    const std::string text = ToText(addresses[i]);
    if (i > 0) line += ',';
    line += addresses[i].family == IpAddress::Family::kV6 ? "[" + text + "]" : text;
  }
  return line;
}

}  // namespace

Transfer::Transfer(const CurlLibrary& curl, const TransferRequest& request, RunBudget& budget)
    : curl_(curl), request_(request), budget_(budget), head_(request.policy.limits.header_bytes) {}

Transfer::~Transfer() {
  if (easy_ != nullptr) curl_.easy_cleanup(easy_);
  curl_.slist_free_all(header_list_);
  curl_.slist_free_all(resolve_list_);
}

Expected<std::unique_ptr<Transfer>> Transfer::Create(const CurlLibrary& curl, const TransferRequest& request,
                                                     RunBudget& budget) {
  std::unique_ptr<Transfer> transfer(new Transfer(curl, request, budget));
  transfer->easy_ = curl.easy_init();
  if (transfer->easy_ == nullptr) return Error{ErrorKind::kUnavailable, "libcurl has no handle left"};
  transfer->SetUp();
  if (transfer->set_up_ != CURLE_OK) {
    return Error{ErrorKind::kUnavailable,
                 std::string("libcurl cannot be set up: ") + curl.easy_strerror(transfer->set_up_)};
  }
  return transfer;
}

Transfer* Transfer::Of(const CurlLibrary& curl, CURL* handle) {
  char* self = nullptr;
  curl.easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  return reinterpret_cast<Transfer*>(self);
}

template <typename Value>
void Transfer::Set(CURLoption option, Value value) {
  const CURLcode code = curl_.easy_setopt(easy_, option, value);
  if (set_up_ == CURLE_OK) set_up_ = code;
}

void Transfer::Append(curl_slist*& list, const std::string& line) {
  curl_slist* longer = curl_.slist_append(list, line.c_str());
  if (longer == nullptr) {
    set_up_ = CURLE_OUT_OF_MEMORY;
    return;
  }
  list = longer;
}

void Transfer::SetUp() {
  Set(CURLOPT_PRIVATE, static_cast<void*>(this));
  Set(CURLOPT_ERRORBUFFER, error_.data());
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_NOPROGRESS, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  // One request on a connection at a time: nothing that a server pushes or multiplexes has to be told apart.
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_URL, request_.url.text.c_str());
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!request_.policy.ca_file.empty()) Set(CURLOPT_CAINFO, request_.policy.ca_file.c_str());
  // Without a directory libcurl reads the file once for all connections of the session, which takes milliseconds.
  const char* file = nullptr;
  curl_.easy_getinfo(easy_, CURLINFO_CAINFO, &file);
  if (file != nullptr || !request_.policy.ca_file.empty()) Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  // All that libcurl can unpack. What it hands over is unpacked, and counted so.
  Set(CURLOPT_ACCEPT_ENCODING, "");
  // The exchange ends it in time; from these libcurl works out how long to try each address.
  const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(request_.time_left), kMargin);
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>((left + kMargin).count()));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left + kMargin, kConnectTimeout).count()));
  SetConnection();
  SetMethod();
  SetHeaders();
}

void Transfer::SetConnection() {
  Set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnOpenSocket);
  Set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  // Not what the environment says: that is asked for, or not, by the session.
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_PROXY, request_.proxy != nullptr ? request_.proxy->url.c_str() : "");
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  const HostName& host = request_.proxy != nullptr ? request_.proxy->host : request_.url.host;
  const uint16_t port = request_.proxy != nullptr ? request_.proxy->port : request_.url.port;
  if (host.address) return;
  Append(resolve_list_, Pin(host, port, request_.addresses));
  Set(CURLOPT_RESOLVE, resolve_list_);
}

void Transfer::SetMethod() {
  const std::string& method = request_.method;
  const bool sends = request_.body.has_value();
  if (method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (sends || method == "POST" || method == "PUT" || method == "PATCH") {
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sends ? request_.body->size() : 0));
    Set(CURLOPT_POSTFIELDS, sends ? request_.body->data() : "");
  } else {
    Set(CURLOPT_HTTPGET, 1L);
  }
  Set(CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Transfer::SetHeaders() {
  const auto given = [this](std::string_view name) { return FindHeader(request_.headers, name) != nullptr; };
  const std::string agent = "goru/" + std::string(Version());
  if (!given("user-agent")) Set(CURLOPT_USERAGENT, agent.c_str());
  // No waiting for "100 Continue", and no type that nobody gave.
  Append(header_list_, "Expect:");
  if (!given("content-type")) Append(header_list_, "Content-Type:");
  for (const Header& header : request_.headers) {
    // A semicolon is how libcurl is told of an empty value.
    Append(header_list_, header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  Set(CURLOPT_HTTPHEADER, header_list_);
}

size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) noexcept {
  auto* transfer = static_cast<Transfer*>(self);
  try {
    if (transfer->head_.Add({data, size * count})) return size * count;
    transfer->failure_ = Failure::TooLarge(
        "the headers of the response are larger than " + std::to_string(transfer->request_.policy.limits.header_bytes) +
        " bytes, or more than " + std::to_string(kMaxHeaders) + " (" + std::string(kLimitsHint) + ")");
  } catch (...) {  // NOLINT(bugprone-empty-catch): no exception may pass through libcurl
  }
  return 0;
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) noexcept {
  try {
    return static_cast<Transfer*>(self)->TakeBody(data, size * count) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

bool Transfer::TakeBody(const char* data, size_t size) {
  const HttpLimits& limits = request_.policy.limits;
  received_ += size;
  if (received_ > limits.response_body_bytes) {
    failure_ =
        Failure::TooLarge("the body of the response is larger than " + std::to_string(limits.response_body_bytes) +
                          " bytes (" + std::string(kBodyHint) + ")");
    return false;
  }
  if (!RunBudget::Take(budget_.bytes, size)) {
    failure_ = Failure::OverQuota("the bodies of this run are larger than " + std::to_string(limits.total_bytes) +
                                  " bytes in all (" + std::string(kLimitsHint) + ")");
    return false;
  }
  if (request_.drop_redirect_body && MayRedirect(head_.status())) return true;
  if (!MakeRoom(size)) return false;
  body_.append(data, size);
  return true;
}

bool Transfer::MakeRoom(size_t size) {
  const size_t wanted = body_.size() + size;
  if (wanted <= body_.capacity()) return true;
  const size_t larger = std::max(wanted, std::min(body_.capacity() * 2, request_.policy.limits.response_body_bytes));
  try {
    request_.call.Reserve(larger - body_.capacity());
  } catch (const CallError& e) {
    failure_ = Failure{e.type(), e.what()};
    return false;
  }
  body_.reserve(larger);
  return true;
}

curl_socket_t Transfer::OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept {
  auto* transfer = static_cast<Transfer*>(self);
  const auto found = FromSocketAddress(&address->addr, address->addrlen);
  const Addresses& approved = transfer->request_.addresses;
  const bool is_approved =
      purpose == CURLSOCKTYPE_IPCXN && found && std::find(approved.begin(), approved.end(), *found) != approved.end();
  if (!is_approved) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

uint64_t Transfer::sent() const {
  curl_off_t bytes = 0;
  curl_.easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &bytes);
  return bytes < 0 ? 0 : static_cast<uint64_t>(bytes);
}

std::string Transfer::Address() const {
  char* address = nullptr;
  curl_.easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &address);
  return address == nullptr ? "" : address;
}

std::optional<Failure> Transfer::Judge(CURLcode code) const {
  if (failure_) return failure_;
  if (code == CURLE_OK) return std::nullopt;
  const std::string where = request_.url.host.text;
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Failure{"TimeoutError", where + " did not answer in time"};
  }
  if (request_.proxy != nullptr && (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_PROXY)) {
    return Failure::Broken("the proxy cannot be reached");
  }
  const std::string detail = error_[0] != '\0' ? std::string(error_.data()) : std::string(curl_.easy_strerror(code));
  return Failure::Broken(where + ": " +
                         support::ToUtf8({reinterpret_cast<const uint8_t*>(detail.data()), detail.size()}));
}

}  // namespace goru::host::http
