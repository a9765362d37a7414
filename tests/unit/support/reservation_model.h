// SPDX-License-Identifier: Apache-2.0
// A second, independent statement of persistent reservations for three nexuses (SPC-6 5.14), to hold the engine
// against.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>

namespace scsilo::test {

struct ReservationModel {
    static constexpr int count = 3;
    enum Action { register_key, reserve, release, clear, preempt, preempt_and_abort, register_ignore, move };

    struct Request {
        Action action;
        int by; // nexus
        std::uint64_t key, new_key;
        int type = 0, scope = 0;
        bool aptpl = false;
        int to = 0;         // move: nexus
        bool unreg = false; // move
    };
    // "GOOD", "CONFLICT", or what is wrong: "CDB 2.7", "LIST 8", "RELEASE", …
    struct Answer {
        std::string text = "GOOD";
        std::array<std::string, count> attention{}; // "", "released", "preempted" (reservations), "registrations"
        std::set<int> aborted;
    };

    std::array<std::uint64_t, count> key{}; // 0: not registered
    int type = 0;                           // 0: no reservation
    int holder = -1;                        // of types 1, 3, 5, 6
    std::uint32_t generation = 0;
    bool aptpl = false;

    [[nodiscard]] bool all_registrants() const { return type == 7 || type == 8; }
    [[nodiscard]] bool shared() const { return type >= 5; }
    [[nodiscard]] bool holds(int n) const {
        return key[at(n)] != 0 && (all_registrants() || (type != 0 && holder == n));
    }

    Answer apply(const Request &r) {
        Answer a;
        if (r.action == register_key || r.action == register_ignore) {
            enrol(r, a);
        } else if (key[at(r.by)] == 0 || key[at(r.by)] != r.key) {
            a.text = "CONFLICT";
        } else if (r.action == reserve) {
            take(r, a);
        } else if (r.action == release) {
            give_back(r, a);
        } else if (r.action == clear) {
            tell(a, r.by, "preempted");
            *this = {{}, 0, -1, generation + 1, aptpl};
        } else if (r.action == move) {
            hand_over(r, a);
        } else {
            oust(r, a);
        }
        return a;
    }

    void power_cycle() {
        if (!aptpl) {
            *this = {};
        }
        generation = 0;
    }

  private:
    static std::size_t at(int n) { return static_cast<std::size_t>(n); }
    static bool good_type(int t) { return t == 1 || t == 3 || (t >= 5 && t <= 8); }

    void tell(Answer &a, int but, const char *what) const {
        for (int n = 0; n < count; ++n) {
            if (n != but && key[at(n)] != 0) {
                a.attention[at(n)] = what;
            }
        }
    }
    void set(int by, int t) {
        type = t;
        holder = all_registrants() ? -1 : by;
    }
    void drop() { set(-1, 0); }
    void drop_if_nobody_is_left() {
        if (key == std::array<std::uint64_t, count>{}) {
            drop();
        }
    }

    void enrol(const Request &r, Answer &a) {
        std::uint64_t &own = key[at(r.by)];
        if (r.action == register_key && r.key != own) {
            a.text = "CONFLICT";
            return;
        }
        if (own == 0 && r.new_key == 0) {
            return;
        }
        ++generation;
        aptpl = r.aptpl;
        if (r.new_key == 0 && holder == r.by) {
            own = 0;
            if (shared()) {
                tell(a, r.by, "released");
            }
            drop();
        }
        own = r.new_key;
        drop_if_nobody_is_left();
    }
    void take(const Request &r, Answer &a) {
        if (type != 0) {
            a.text = holds(r.by) && r.type == type && r.scope == 0 ? "GOOD" : "CONFLICT";
        } else if (r.scope != 0 || !good_type(r.type)) {
            a.text = r.scope != 0 ? "CDB 2.7" : "CDB 2.3";
        } else {
            set(r.by, r.type);
        }
    }
    void give_back(const Request &r, Answer &a) {
        if (!holds(r.by)) {
            return;
        }
        if (r.scope != 0 || r.type != type) {
            a.text = "RELEASE";
            return;
        }
        if (shared()) {
            tell(a, r.by, "released");
        }
        drop();
    }
    void hand_over(const Request &r, Answer &a) {
        if (type == 0) {
            a.text = "CDB 1.4";
        } else if (all_registrants() || holder != r.by) {
            a.text = "CONFLICT";
        } else if (r.new_key == 0 || r.to == r.by) {
            a.text = r.new_key == 0 ? "LIST 8" : "LIST 24";
        } else {
            key[at(r.to)] = r.new_key;
            holder = r.to;
            key[at(r.by)] = r.unreg ? 0 : key[at(r.by)];
            ++generation;
            aptpl = r.aptpl;
        }
    }
    void oust(const Request &r, Answer &a) {
        std::set<int> victims;
        for (int n = 0; n < count; ++n) {
            if (r.new_key != 0 ? key[at(n)] == r.new_key : all_registrants() && n != r.by && key[at(n)] != 0) {
                victims.insert(n);
            }
        }
        if (r.new_key == 0 && !all_registrants()) {
            a.text = "LIST 8";
            return;
        }
        if (r.new_key != 0 && victims.empty()) {
            a.text = "CONFLICT";
            return;
        }
        const bool takes = r.new_key == 0 || (holder >= 0 && victims.contains(holder));
        if (takes && (r.scope != 0 || !good_type(r.type))) {
            a.text = r.scope != 0 ? "CDB 2.7" : "CDB 2.3";
            return;
        }
        const int before = type;
        for (const int n : victims) {
            if (n != r.by) {
                a.attention[at(n)] = "registrations";
            }
            if (n != r.by || !takes) {
                key[at(n)] = 0;
            }
        }
        if (takes) {
            set(r.by, r.type);
            for (int n = 0; n < count && type != before; ++n) {
                if (n != r.by && key[at(n)] != 0) {
                    a.attention[at(n)] = "released";
                }
            }
        }
        drop_if_nobody_is_left();
        ++generation;
        if (r.action == preempt_and_abort) {
            a.aborted = victims;
        }
    }
};

} // namespace scsilo::test
