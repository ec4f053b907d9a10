#include "guest/guest.hpp"

namespace goru::guest {

nlohmann::json ToJson(const Job& job) {
  return {{"code", job.code},
          {"name", job.name},
          {"value", job.want_value},
          {"stdin", job.has_stdin},
          {"first", job.first}};
}

GuestEnd EndOf(const wasm::CallEnd& call, std::optional<uint32_t> exit_code) {
  GuestEnd end;
  end.message = call.message;
  switch (call.kind) {
    case wasm::CallEnd::Kind::kReturned:
      break;
    case wasm::CallEnd::Kind::kStopped:
      end.kind = GuestEnd::Kind::kStopped;
      break;
    case wasm::CallEnd::Kind::kTrapped:
      end.kind = GuestEnd::Kind::kTrapped;
      break;
    case wasm::CallEnd::Kind::kUnwound:
      end.kind = exit_code ? GuestEnd::Kind::kExited : GuestEnd::Kind::kEnded;
      end.exit_code = exit_code.value_or(0);
      break;
  }
  return end;
}

}  // namespace goru::guest
