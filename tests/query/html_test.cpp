#include "query/html.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace hindsight::query;

TEST_CASE("base64 is that of RFC 4648") {
  for (const auto& [bytes, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"},
                                                        {"\xff\xfe\xfd", "//79"}}) {
    CHECK(to_base64(bytes) == text);
  }
}

TEST_CASE("text becomes no markup, and holds no control characters") {
  CHECK(escaped("<a href='x'>\"&\"</a>") ==
        "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
  CHECK(escaped(std::string("a\0b\x1b\nc\td", 8)) == "a b \nc\td");
  CHECK(escaped("\xc3\xa9") == "\xc3\xa9");
}

TEST_CASE("a page lets no script run, or the one that its hash names") {
  const auto quiet = page_head({.title = "</title><script>"});
  CHECK(quiet.find("script-src") == std::string::npos);
  CHECK(quiet.find("<script") == std::string::npos);
  CHECK(quiet.find("<title>&lt;/title&gt;&lt;script&gt;</title>") != std::string::npos);
  const auto lively = page_head({.style = "p {}", .script_hash = "foob"});
  CHECK(lively.find("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
                    "'sha256-Zm9vYg=='\">") != std::string::npos);
  CHECK(lively.find("p {}</style>") != std::string::npos);
}
