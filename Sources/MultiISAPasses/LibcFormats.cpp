//===- LibcFormats.cpp - libc's functions that take a format ===//
#include "LibcTable.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace multiisa {
namespace {

constexpr unsigned Narrow = 8, Wide = 32;

/// Each as its variant with a va_list: without the first letter it is the variadic function.
const LibcFormat Formats[] = {
    {"vprintf", 0, Narrow, false},  {"vfprintf", 1, Narrow, false},  {"vsprintf", 1, Narrow, false},
    {"vsnprintf", 2, Narrow, false}, {"vdprintf", 1, Narrow, false},  {"vasprintf", 1, Narrow, false},
    {"vwprintf", 0, Wide, false},   {"vfwprintf", 1, Wide, false},   {"vswprintf", 2, Wide, false},
    {"vscanf", 0, Narrow, true},    {"vfscanf", 1, Narrow, true},    {"vsscanf", 1, Narrow, true},
    {"vwscanf", 0, Wide, true},     {"vfwscanf", 1, Wide, true},     {"vswscanf", 1, Wide, true},
    {"verr", 1, Narrow, false},     {"verrx", 1, Narrow, false},     {"vwarn", 0, Narrow, false},
    {"vwarnx", 0, Narrow, false},   {"vsyslog", 1, Narrow, false},
};

StringMap<const LibcFormat *> indexFormats() {
  StringMap<const LibcFormat *> Result;
  for (const LibcFormat &Format : Formats) {
    Result[Format.VaListVariant] = &Format;
    Result[Format.VaListVariant.drop_front()] = &Format;
  }
  return Result;
}

} // namespace

const LibcFormat *findLibcFormat(StringRef Name) {
  Name.consume_front("__popcorn_");
  static const StringMap<const LibcFormat *> Index = indexFormats();
  return Index.lookup(Name);
}

} // namespace multiisa
