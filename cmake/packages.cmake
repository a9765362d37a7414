# SPDX-License-Identifier: Apache-2.0
# Outside libraries, each a Debian 12 package of tools/deps.sh.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(liburing REQUIRED IMPORTED_TARGET liburing)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
