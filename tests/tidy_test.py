# SPDX-License-Identifier: Apache-2.0
# Proves that each rule of tools/tidy passes a good tree and fails a tree in which one thing is wrong.
import importlib.machinery
import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
LOADER = importlib.machinery.SourceFileLoader("tidy", str(ROOT / "tools" / "tidy"))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", LOADER))
LOADER.exec_module(tidy)

HEAD = "// SPDX-License-Identifier: Apache-2.0\n// A part of the example.\n"
GOOD = {
    "README.md": "# Example\n",
    "ARCHITECTURE.md": "# A\n\n| folder | may include |\n|---|---|\n| base | nothing |\n| scsi | base |\n| media | base |\n"
                       "| engine | base scsi |\n| device/spc | base engine media |\n| cli | base device/spc/wire.h |\n",
    "CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\n# Example.\nscsilo_library(base DEPENDS fmt)\n"
                      "scsilo_library(scsi USES base)\nscsilo_library(media USES base)\nscsilo_library(engine USES base scsi)\n"
                      "scsilo_library(device/spc\n    USES base engine media)\n"
                      "scsilo_program(x cli USES base HEADERS device/spc/wire.h DEPENDS CLI11)\n",
    "src/base/a.h": HEAD + "#pragma once\nint a();\n",
    "src/base/a.cc": HEAD + '#include "base/a.h"\n\n#include <string>\nint a() { return 1; }\n',
    "src/scsi/s.cc": HEAD + '#include "base/a.h"\nint s() { return a(); }\n',
    "src/engine/e.cc": HEAD + "int e() { return 1; }\n",
    "src/device/spc/wire.h": HEAD + '#include "base/a.h"\n',
    "src/cli/main.cc": HEAD + '#include "device/spc/wire.h"\nint main() {}\n',
    "tools/run": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n# Runs.\n",
    "Makefile": "# SPDX-License-Identifier: Apache-2.0\n# Example.\nall:\n\ttools/run\n",
}


def body(lines):
    return "".join(f"    x += {i};\n" for i in range(lines))


class TidyTest(unittest.TestCase):
    def findings(self):
        with tempfile.TemporaryDirectory() as root:
            for name, text in self.files.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return tidy.check(root)

    def setUp(self):
        self.files = dict(GOOD)

    def expect(self, *parts):
        """Exactly one finding, and it has these parts."""
        found = self.findings()
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_a_good_tree_has_no_finding(self):
        self.assertEqual(self.findings(), [])

    # Layers.
    def test_an_include_that_points_up(self):
        self.files["src/base/a.cc"] += '#include "device/spc/wire.h"\n'
        self.expect("src/base/a.cc:7: layers", "base may not include device/spc")

    def test_an_include_sideways(self):
        self.files["src/media/m.cc"] = HEAD + '#include "scsi/s.h"\nint m();\n'
        self.files["src/scsi/s.h"] = HEAD + "int s();\n"
        self.expect("src/media/m.cc:3: layers", "media may not include scsi")

    def test_an_include_in_angle_brackets_is_held_to_the_table_too(self):
        self.files["src/base/a.cc"] += "#include <device/spc/wire.h>\n"
        self.expect("src/base/a.cc", "base may not include device/spc")

    def test_an_include_that_is_not_written_from_src(self):
        self.files["src/base/a.cc"] += '#include "../scsi/s.cc"\n'
        self.expect("src/base/a.cc", "is not written from src/")

    def test_an_include_of_nothing(self):
        self.files["src/scsi/s.cc"] += '#include "base/none.h"\n'
        self.expect("src/scsi/s.cc", "does not exist")

    def test_a_header_granted_alone_grants_no_other(self):
        self.files["src/device/spc/b.h"] = HEAD
        self.files["src/device/spc/b.cc"] = HEAD + "int b() { return 1; }\n"
        self.files["src/cli/main.cc"] += '#include "device/spc/b.h"\n'
        self.expect("src/cli/main.cc", "cli may not include device/spc")

    def test_a_header_granted_alone_must_not_drag_others_along(self):
        self.files["src/engine/e.h"] = HEAD
        self.files["src/device/spc/wire.h"] += '#include "engine/e.h"\n'
        self.expect("src/device/spc/wire.h:4: layers", "cli includes this header")

    def test_a_folder_that_is_not_in_the_table(self):
        self.files["src/tape/t.cc"] = HEAD + "int t();\n"
        self.expect("src/tape/t.cc", "not in the table")

    def test_a_table_row_that_points_up(self):
        for name, old, new in (("ARCHITECTURE.md", "| scsi | base |", "| scsi | base engine |"),
                               ("CMakeLists.txt", "scsi USES base", "scsi USES base engine")):
            self.files[name] = self.files[name].replace(old, new)
        self.expect("ARCHITECTURE.md:6: layers", "does not point down")

    def test_an_arrow_that_no_table_may_permit(self):
        for name, old, new in (("ARCHITECTURE.md", "| media | base |", "| media | base scsi |"),
                               ("CMakeLists.txt", "media USES base", "media USES base scsi")):
            self.files[name] = self.files[name].replace(old, new)
        self.expect("media → scsi is never permitted")

    def test_a_build_that_permits_more_than_the_table(self):
        self.files["CMakeLists.txt"] = self.files["CMakeLists.txt"].replace("scsi USES base", "scsi USES base media")
        self.expect("CMakeLists.txt", "scsi: USES differ")

    def test_a_document_without_the_table(self):
        self.files["ARCHITECTURE.md"] = "# A\n"
        self.assertIn("ARCHITECTURE.md:1: layers: has no table | folder | may include |", self.findings())

    # Lengths.
    def test_a_file_beyond_the_red_line(self):
        self.files["src/base/a.cc"] += "// line\n" * 500
        self.expect("src/base/a.cc:1: length", "506 lines")

    def test_functions_beyond_the_red_line_in_every_form(self):
        for opening, name in (
                ("int f(int x) {", "f"), ("struct S {\n  public:\n    void g(int x) {", "g"),
                ("namespace n {\ntemplate <class T = int>\nauto h(T x = 3) -> T {", "h"),
                ("S::S(int x) : a_{x}, b_{\"}\"}, c_(1) {", "S::S"), ("bool S::operator==(const S& o) const {", "operator=="),
                ("TEST(Suite, a_case) {", "TEST(Suite, a_case)"), ('extern "C" int k(char c) {', "k")):
            with self.subTest(opening):
                self.setUp()
                closing = "}\n" + ("};\n" if "struct" in opening else "") + ("}\n" if "namespace" in opening else "")
                self.files["src/base/a.cc"] += opening + "\n    char q = '{'; // {\n" + body(59) + closing
                self.expect("length", f"function src/base/a.cc {name} has")

    def test_a_long_table_and_many_short_functions_are_no_excess(self):
        self.files["src/base/a.cc"] += ("constexpr Row rows[] = {\n" + "    {f(1), 1'000, R\"({)\"},\n" * 80 + "};\n" +
                                        "void f(int x) {\n" + body(58) + "}\n" + "enum class E {\n" + "    v,\n" * 70 + "};\n")
        self.assertEqual(self.findings(), [])

    def test_a_python_function_beyond_the_red_line(self):
        self.files["tests/x_test.py"] = "# SPDX-License-Identifier: Apache-2.0\n# X.\ndef f(x):\n" + body(60)
        self.files["Makefile"] += "\tpython3 tests/x_test.py\n"
        self.expect("tests/x_test.py:3: length", "function tests/x_test.py f has 61 lines")

    def test_the_ratchet_holds_an_excess_and_may_only_fall(self):
        self.files["src/base/a.cc"] += "// line\n" * 500
        for recorded, message in ((506, None), (505, "grew from 505 to 506"), (507, "fell to 506: write that number")):
            self.files["tools/tidy-ratchet.txt"] = f"# Numbers.\nfile src/base/a.cc {recorded}\n"
            found = self.findings()
            self.assertEqual(len(found), 0 if message is None else 1, found)
            self.assertIn(message or "", "".join(found))

    def test_a_cured_excess_leaves_the_ratchet(self):
        self.files["tools/tidy-ratchet.txt"] = "file src/base/a.cc 506\n"
        self.expect("tools/tidy-ratchet.txt:1: length", "remove this line")

    def test_a_readme_that_is_too_long_or_absent(self):
        self.files["README.md"] = "line\n" * 151
        self.expect("README.md:151: length", "more than 150")
        del self.files["README.md"]
        self.expect("README.md:1: length", "is missing")

    # Words, first lines, dead files.
    def test_every_banned_word(self):
        for word in ("TODO", "FIXME", "XXX", "HACK", "Stub", "not implemented", "unimplemented", "crap", "stupid", "WTF"):
            with self.subTest(word):
                self.setUp()
                self.files["src/base/a.cc"] += f"// {word}: later\n"
                self.expect("src/base/a.cc:7: words", f"'{word}' is banned")

    def test_words_that_only_look_banned(self):
        self.files["src/base/a.cc"] += "// mktemp.XXXXXX, a stubborn todo list, XXXL\n"
        self.assertEqual(self.findings(), [])

    def test_a_file_without_licence_line_or_purpose(self):
        self.files["src/base/a.cc"] = '#include "base/a.h"\nint a() { return 1; }\n'
        self.expect("src/base/a.cc:1: head")
        self.files["src/base/a.cc"] = HEAD.splitlines()[0] + '\n\n#include "base/a.h"\nint a() { return 1; }\n'
        self.expect("src/base/a.cc:2: head")

    def test_a_header_that_only_its_own_source_includes(self):
        self.files["src/scsi/s.h"] = HEAD
        self.files["src/scsi/s.cc"] += '#include "scsi/s.h"\n'
        self.expect("src/scsi/s.h:1: dead")

    def test_a_source_that_holds_nothing(self):
        self.files["src/scsi/s.cc"] = HEAD + '#include "base/a.h"\n'
        self.expect("src/scsi/s.cc:1: dead")

    def test_a_script_that_nobody_runs(self):
        self.files["Makefile"] = self.files["Makefile"].replace("tools/run", "true")
        self.expect("tools/run:1: dead")


if __name__ == "__main__":
    unittest.main()
