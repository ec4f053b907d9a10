// Whole numbers in JSON that others wrote.
#pragma once

#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace goru::support {

/// The number, where it is one that T can hold: json::get converts fractions and what is far beyond T's range as well,
/// which the language leaves undefined. Throws json::type_error where it is no whole number or a negative one, and
/// json::out_of_range where it is too large.
template <std::unsigned_integral T>
T WholeNumber(const nlohmann::json& value) {
  const auto number = value.get_ref<const nlohmann::json::number_unsigned_t&>();
  if (number > std::numeric_limits<T>::max()) {
    throw nlohmann::json::out_of_range::create(406, "a number is too large", &value);
  }
  return static_cast<T>(number);
}

template <std::unsigned_integral T>
std::vector<T> WholeNumbers(const nlohmann::json& list) {
  std::vector<T> out;
  for (const nlohmann::json& value : list.get_ref<const nlohmann::json::array_t&>()) {
    out.push_back(WholeNumber<T>(value));
  }
  return out;
}

}  // namespace goru::support
