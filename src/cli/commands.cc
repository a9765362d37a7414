// SPDX-License-Identifier: Apache-2.0
// Asks and prints.
#include "cli/commands.h"

#include "base/default_directories.h"
#include "cli/connection.h"
#include "cli/module_information.h"

#include <array>
#include <cstdio>
#include <sstream>
#include <sys/stat.h>

namespace scsilo::cli {
namespace {

using control::protocol::Answer;
using control::protocol::Question;
using nlohmann::json;

void print(const std::string &text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print(const json &object) { print(object.dump(2, ' ', false, json::error_handler_t::replace) + "\n"); }

// The tree's root has a link to the socket, so that either directory will do.
std::filesystem::path socket_of(const Options &options) {
    if (!options.state.empty()) {
        return options.state / control::protocol::socket_name;
    }
    return (options.root.empty() ? default_root_directory() : options.root) / control::protocol::socket_name;
}

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

json status_object(const std::string &text) {
    json object = json::object();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (const auto colon = line.find(": "); colon != std::string::npos) {
            object[line.substr(0, colon)] = line.substr(colon + 2);
        }
    }
    return object;
}

void print_entries(const Options &options, const std::vector<control::protocol::Entry> &entries) {
    json list = json::array();
    for (const auto &entry : entries) {
        if (options.json) {
            list.push_back({{"name", entry.name}, {"directory", entry.directory}, {"mode", entry.mode}});
        } else {
            print(entry.name + (entry.directory ? "/\n" : "\n"));
        }
    }
    if (options.json) {
        print(list);
    }
}

void print_answer(const Options &options, const Answer &answer) {
    if (answer.entries) {
        print_entries(options, *answer.entries);
    } else if (!options.json) {
        print(answer.data.value_or(""));
    } else if (options.command == "status") {
        print(status_object(answer.data.value_or("")));
    } else if (options.command == "read") {
        print(json{{"path", options.path}, {"data", answer.data.value_or("")}});
    } else {
        print(json{{"ok", true}});
    }
}

int print_module(const Options &options) {
    if (options.path != "scst_local") {
        print_error(options, ENOENT, "There is no module \"" + options.path + "\": scst_local is the one.");
        return status_refused;
    }
    if (!options.json) {
        print(std::string(module_information()));
        return status_done;
    }
    json parameters = json::array();
    for (const ModuleParameter &one : module_parameters()) {
        parameters.push_back(
            {{"name", one.name}, {"type", one.type}, {"default", one.default_text}, {"help", one.help}});
    }
    print(json{{"name", options.path}, {"parameters", parameters}});
    return status_done;
}

} // namespace

void print_error(const Options &options, int error_number, const std::string &sentence) {
    std::fprintf(stderr, "scsilo: %s\n", sentence.c_str());
    if (options.json) {
        print(json{{"ok", false}, {"errno", error_number}, {"error", sentence}});
    }
}

int execute(const Options &options) {
    if (options.command == "modinfo") {
        return print_module(options);
    }
    Connection connection(socket_of(options));
    if (options.command == "stop") {
        connection.watch_process();
    }
    const Answer answer = connection.ask(Question{options.command, options.path, joined(options.text)});
    if (!answer.ok) {
        print_error(options, answer.error_number, answer.error);
        return status_refused;
    }
    if (options.command == "stop") {
        connection.wait_until_gone();
    }
    print_answer(options, answer);
    return status_done;
}

} // namespace scsilo::cli
