// SPDX-License-Identifier: Apache-2.0
// Lines of the control socket's protocol.
#include "control/protocol.h"

#include <gtest/gtest.h>

namespace scsilo::control::protocol {
namespace {

TEST(Protocol, AQuestionSurvivesTheLine) {
    const auto line = to_line(Question{"write", "scsi_tgt/threads", "a\n\"\\"});
    EXPECT_EQ(line, "{\"data\":\"a\\n\\\"\\\\\",\"op\":\"write\",\"path\":\"scsi_tgt/threads\"}\n");
    const auto question = parse_question(line);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->op, "write");
    EXPECT_EQ(question->path, "scsi_tgt/threads");
    EXPECT_EQ(question->data, "a\n\"\\");
}

TEST(Protocol, AnAnswerSurvivesTheLine) {
    Answer list;
    list.entries = {{"a", true, 0555}, {"b", false, 0644}};
    const auto back = parse_answer(to_line(list));
    ASSERT_TRUE(back && back->ok && back->entries && back->entries->size() == 2);
    EXPECT_TRUE((*back->entries)[0].directory);
    EXPECT_EQ((*back->entries)[1].mode, 0644U);

    Answer refused;
    refused.ok = false;
    refused.error_number = 22;
    refused.error = "why";
    EXPECT_EQ(to_line(refused), "{\"errno\":22,\"error\":\"why\",\"ok\":false}\n");
    const auto error = parse_answer(to_line(refused));
    ASSERT_TRUE(error && !error->ok);
    EXPECT_EQ(error->error_number, 22);
    EXPECT_EQ(error->error, "why");
    EXPECT_FALSE(error->data);
}

TEST(Protocol, BytesThatAreNotUtf8AreReplaced) {
    Answer answer;
    answer.data = "\xFF";
    EXPECT_TRUE(parse_answer(to_line(answer)));
}

TEST(Protocol, WhatIsNoSuchObjectIsNothing) {
    for (const auto *bad : {"", "x", "[]", "{\"op\":1}", "{\"op\":\"read\",\"path\":[]}", "1"}) {
        EXPECT_FALSE(parse_question(bad)) << bad;
    }
    for (const auto *bad : {"", "{}", "{\"ok\":1}", "{\"ok\":true,\"data\":1}", "{\"ok\":true,\"entries\":[1]}",
                            "{\"ok\":true,\"entries\":[{\"name\":7}]}"}) {
        EXPECT_FALSE(parse_answer(bad)) << bad;
    }
}

} // namespace
} // namespace scsilo::control::protocol
