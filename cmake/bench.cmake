# SPDX-License-Identifier: Apache-2.0
# Benchmarks: each tests/bench/*.cc is a program bench_<name>, built on demand by the target `bench` and never by `all`.
file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/*.cc")
find_package(benchmark QUIET)
if(NOT sources OR NOT benchmark_FOUND OR SCSILO_SANITIZE)
    return()
endif()

add_custom_target(bench)
foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    string(REGEX REPLACE "_bench$" "" name "${stem}")
    add_executable(bench_${name} EXCLUDE_FROM_ALL "${source}")
    target_link_libraries(bench_${name} PRIVATE
        scsilo_warnings scsilo_control benchmark::benchmark)
    target_include_directories(bench_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/unit" "${PROJECT_SOURCE_DIR}/tests")
    add_dependencies(bench bench_${name})
endforeach()
