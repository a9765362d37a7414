// SPDX-License-Identifier: Apache-2.0
// ConfigError: why something a user asked for cannot be done. Thrown in control and in constructors only.
#pragma once

#include <stdexcept>
#include <string>

namespace scsilo {

// what() is one sentence: what, why and the remedy. error_number is the errno that the caller of a file or command
// gets.
class ConfigError : public std::runtime_error {
  public:
    ConfigError(int error_number, const std::string &text) : std::runtime_error(text), error_number_(error_number) {}
    [[nodiscard]] int error_number() const noexcept { return error_number_; }

  private:
    int error_number_;
};

} // namespace scsilo
