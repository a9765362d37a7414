# SPDX-License-Identifier: Apache-2.0
# Benchmarks: each tests/bench/*_bench.cc is a program bench_<name>, built on demand by the target `bench` and never by
# `all`. The other sources there are parts that the programs share.
file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/*_bench.cc")
file(GLOB shared_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/*.cc")
list(REMOVE_ITEM shared_sources ${sources})
find_package(benchmark QUIET)
if(NOT sources OR NOT benchmark_FOUND OR SCSILO_SANITIZE)
    return()
endif()

add_custom_target(bench)
add_library(bench_shared STATIC EXCLUDE_FROM_ALL ${shared_sources})
target_link_libraries(bench_shared PRIVATE scsilo_warnings)
target_include_directories(bench_shared PRIVATE "${PROJECT_SOURCE_DIR}/tests")
foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    string(REGEX REPLACE "_bench$" "" name "${stem}")
    add_executable(bench_${name} EXCLUDE_FROM_ALL "${source}")
    target_link_libraries(bench_${name} PRIVATE
        scsilo_warnings scsilo_control bench_shared benchmark::benchmark)
    target_include_directories(bench_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/unit" "${PROJECT_SOURCE_DIR}/tests")
    add_dependencies(bench bench_${name})
endforeach()
