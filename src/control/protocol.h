// SPDX-License-Identifier: Apache-2.0
// The control socket's protocol: one JSON object per line, one answer line per question line, in order.
//
//   question  {"op":"list"|"read"|"write"|"status"|"stop", "path":"scsi_tgt/threads", "data":"4"}     (path, data where
//   they mean something) answer    {"ok":true, "data":"1\n"}                                      read; status: a text
//   of "key: value" lines; write, stop: no data
//             {"ok":true, "entries":[{"name":"threads","directory":false,"mode":420}]}                 list
//             {"ok":false, "errno":22, "error":"one sentence"}
//
// Text is UTF-8; bytes of data that are not are replaced. Header only: the command scsilo uses it without any other
// control header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scsilo::control::protocol {

inline constexpr std::size_t max_question_bytes =
    65536;                                         // a longer line is answered with EMSGSIZE and the connection closed
inline constexpr std::size_t max_connections = 64; // more are answered with EAGAIN and closed
inline constexpr std::string_view socket_name = "control.socket"; // in the state directory (or where --state says)

struct Question {
    std::string op;
    std::string path;
    std::string data;
};

struct Entry {
    std::string name;
    bool directory = false;
    std::uint32_t mode = 0; // permission bits
};

struct Answer {
    bool ok = true;
    int error_number = 0;
    std::string error; // one sentence
    std::optional<std::string> data;
    std::optional<std::vector<Entry>> entries;
};

namespace detail {

inline std::string line(const nlohmann::json &object) {
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// A member that is absent is empty; one of another type makes the whole line malformed.
inline bool take(const nlohmann::json &object, const char *key, std::string &into) {
    const auto at = object.find(key);
    if (at == object.end()) {
        return true;
    }
    if (!at->is_string()) {
        return false;
    }
    into = at->get<std::string>();
    return true;
}

} // namespace detail

// Lines with their newline.
inline std::string to_line(const Question &question) {
    nlohmann::json object{{"op", question.op}};
    if (!question.path.empty()) {
        object["path"] = question.path;
    }
    if (!question.data.empty() || question.op == "write") {
        object["data"] = question.data;
    }
    return detail::line(object);
}

inline std::string to_line(const Answer &answer) {
    nlohmann::json object{{"ok", answer.ok}};
    if (!answer.ok) {
        object["errno"] = answer.error_number;
        object["error"] = answer.error;
    }
    if (answer.data) {
        object["data"] = *answer.data;
    }
    if (answer.entries) {
        auto &list = object["entries"] = nlohmann::json::array();
        for (const Entry &entry : *answer.entries) {
            list.push_back({{"name", entry.name}, {"directory", entry.directory}, {"mode", entry.mode}});
        }
    }
    return detail::line(object);
}

// Nothing: the line is no such object.
inline std::optional<Question> parse_question(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    Question question;
    if (!object.is_object() || !detail::take(object, "op", question.op) ||
        !detail::take(object, "path", question.path) || !detail::take(object, "data", question.data)) {
        return std::nullopt;
    }
    return question;
}

inline std::optional<Answer> parse_answer(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object() || !object.contains("ok") || !object["ok"].is_boolean()) {
        return std::nullopt;
    }
    Answer answer;
    answer.ok = object["ok"].get<bool>();
    if (const auto at = object.find("errno"); at != object.end() && at->is_number_integer()) {
        answer.error_number = at->get<int>();
    }
    if (!detail::take(object, "error", answer.error)) {
        return std::nullopt;
    }
    if (object.contains("data")) {
        answer.data.emplace();
        if (!detail::take(object, "data", *answer.data)) {
            return std::nullopt;
        }
    }
    if (const auto at = object.find("entries"); at != object.end() && at->is_array()) {
        answer.entries.emplace();
        for (const auto &one : *at) {
            Entry entry;
            if (!one.is_object() || !detail::take(one, "name", entry.name)) {
                return std::nullopt;
            }
            if (const auto flag = one.find("directory"); flag != one.end() && flag->is_boolean()) {
                entry.directory = flag->get<bool>();
            }
            if (const auto mode = one.find("mode"); mode != one.end() && mode->is_number_unsigned()) {
                entry.mode = mode->get<std::uint32_t>();
            }
            answer.entries->push_back(std::move(entry));
        }
    }
    return answer;
}

} // namespace scsilo::control::protocol
