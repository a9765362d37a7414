// SPDX-License-Identifier: Apache-2.0
// The rows hold together, and the reference page is what they print.
#include "control/attribute.h"

#include "control_fixture.h"

#include <set>

namespace scsilo::control {
namespace {

template <class Owner> void expect_sound(std::span<const Attribute<Owner>> rows) {
    std::set<std::string_view> names;
    for (const Attribute<Owner> &row : rows) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.help.empty()) << row.name;
        EXPECT_EQ(row.read(Owner{}), row.default_text) << row.name;
        Owner owner;
        row.parse(owner, row.default_text);
        EXPECT_EQ(owner, Owner{}) << row.name;
        if (row.kind != AttributeKind::text) {
            EXPECT_THROW(row.parse(owner, "no number"), ConfigError) << row.name;
            EXPECT_EQ(owner, Owner{}) << row.name;
        }
    }
}

TEST(Attribute, RowsReadTheirDefaultsAndParseThem) {
    expect_sound(device_attributes());
    expect_sound(local_attributes());
}

TEST(Attribute, FlagsAreParsedAndReadBack) {
    for (const DeviceAttribute &row : device_attributes()) {
        if (row.kind == AttributeKind::flag) {
            DeviceOptions options;
            row.parse(options, "1");
            EXPECT_EQ(row.read(options), "1") << row.name;
            EXPECT_EQ(row.file_text(options), "1\n[key]\n") << row.name;
            EXPECT_EQ(row.file_text(DeviceOptions{}), "0\n") << row.name;
        }
    }
}

TEST(Attribute, ParametersAreReadAsOnTheCommandLineOfModprobe) {
    LocalParameters parameters;
    parse_local_parameters(parameters, " add_host=2 num_tgts=0x10  max_luns=8 add_default_tgt=n");
    EXPECT_EQ(parameters, (LocalParameters{2, 16, 8, false}));
    for (const auto *bad : {"add_host", "add_host=", "add_host=128", "num_tgts=0", "num_tgts=17", "max_luns=0",
                            "max_luns=16385", "unknown=1", "add_default_tgt=2", "add_host=3 max_luns=x"}) {
        EXPECT_THROW(parse_local_parameters(parameters, bad), ConfigError) << bad;
        EXPECT_EQ(parameters, (LocalParameters{2, 16, 8, false})) << bad;
    }
}

TEST(Attribute, ReferencePageIsWhatTheRowsPrint) {
    const std::string path = std::string(SCSILO_SOURCE_DIR) + "/docs/reference/attributes.md";
    if (std::getenv("SCSILO_UPDATE_REFERENCE") != nullptr) {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << attribute_reference();
    }
    EXPECT_EQ(file_content(path), attribute_reference()) << "run unit_control with SCSILO_UPDATE_REFERENCE=1";
}

} // namespace
} // namespace scsilo::control
