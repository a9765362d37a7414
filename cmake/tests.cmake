# SPDX-License-Identifier: Apache-2.0
# Tests: one GoogleTest program per folder of tests/unit, and every script of the other test folders.
if(NOT SCSILO_TESTS)
    return()
endif()
find_package(GTest QUIET)
if(NOT GTest_FOUND)
    if(NOT SCSILO_TESTS STREQUAL "AUTO")
        message(FATAL_ERROR "GoogleTest is missing: run tools/deps.sh test")
    endif()
    message(STATUS "No tests: GoogleTest is not installed (tools/deps.sh test)")
    return()
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
enable_testing()

# tests/unit/device_spc tests src/device/spc: the target name is the same with every slash an underscore.
file(GLOB unit_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true "${PROJECT_SOURCE_DIR}/tests/unit/*")
foreach(directory IN LISTS unit_folders)
    cmake_path(GET directory FILENAME folder)
    file(GLOB sources CONFIGURE_DEPENDS "${directory}/*.cc")
    if(NOT sources)
        continue()
    endif()
    if(NOT TARGET scsilo_${folder})
        message(FATAL_ERROR "tests/unit/${folder} names no folder of src/")
    endif()
    add_executable(unit_${folder} ${sources})
    target_link_libraries(unit_${folder} PRIVATE scsilo_warnings scsilo_${folder} GTest::gtest_main)
    if(folder STREQUAL "port_local")
        target_link_libraries(unit_${folder} PRIVATE scsilo_device_sbc) # real disks behind the nodes
    endif()
    # Helpers shared by several folders are headers of tests/unit/support.
    target_include_directories(unit_${folder} PRIVATE "${directory}"
        "${PROJECT_SOURCE_DIR}/tests/unit" "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(unit_${folder} PRIVATE SCSILO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    # One ctest entry per program: its cases are counted by GoogleTest, and nothing runs at build time.
    add_test(NAME unit_${folder} COMMAND unit_${folder} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(unit_${folder} PROPERTIES LABELS unit TIMEOUT 120)
endforeach()

add_test(NAME tidy COMMAND "${PROJECT_SOURCE_DIR}/tools/tidy" WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
add_test(NAME tidy_rules COMMAND Python3::Interpreter tests/tidy_test.py WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
set_tests_properties(tidy tidy_rules PROPERTIES LABELS tidy TIMEOUT 60)

# Scripts run the programs of this build: SCSILO_BUILD names the directory. Exit status 77 means skipped.
foreach(kind IN ITEMS e2e golden)
    file(GLOB scripts CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${kind}/*.sh")
    foreach(script IN LISTS scripts)
        cmake_path(GET script STEM name)
        if(name MATCHES "^_" OR name STREQUAL "lib")
            continue() # shared parts that the scripts source
        endif()
        add_test(NAME ${kind}_${name} COMMAND bash "${script}" WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        set_tests_properties(${kind}_${name} PROPERTIES
            LABELS ${kind} SKIP_RETURN_CODE 77 RUN_SERIAL ON TIMEOUT 120
            ENVIRONMENT "SCSILO_BUILD=${PROJECT_BINARY_DIR}")
    endforeach()
endforeach()
