// How many members a structure has, so that none of them can be forgotten.
#pragma once

#include <cstddef>
#include <utility>

namespace goru::config {

/// Stands for a value of any type; only for asking what would compile.
struct Anything {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};

template <typename T, size_t... I>
constexpr bool TakesMembers(std::index_sequence<I...> /*count*/) {
  return requires { T{(static_cast<void>(I), Anything())...}; };
}

/// Of an aggregate with at most 64.
template <typename T, size_t N = 64>
constexpr size_t CountMembers() {
  if constexpr (N == 0 || TakesMembers<T>(std::make_index_sequence<N>())) {
    return N;
  } else {
    return CountMembers<T, N - 1>();
  }
}

}  // namespace goru::config
