//===- LibcTable.h - What becomes of each libc function in a program that moves ===//
#ifndef MULTIISA_LIBCTABLE_H
#define MULTIISA_LIBCTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace multiisa {

enum class LibcKind {
  Safe,      ///< keeps nothing between calls, or only what moves with the program
  Wrapped,   ///< the runtime's `__popcorn_NAME` is called instead
  Module,    ///< compiled as part of the program (Images/runtime/module)
  Callback,  ///< calls functions of the program; no hop while it runs
  NodeLocal, ///< its result means nothing on another node; a compile-time warning, and no hop while it is held
  Double,    ///< for long double, which is double: the function for double is called instead
  Refused,   ///< cannot work after a hop, or not the same on every ISA
};

struct LibcRow {
  LibcKind Kind;
  /// Names separated by spaces; a name that ends in `*` stands for all that begin with it.
  llvm::StringRef Names;
  llvm::StringRef Note;
};

llvm::ArrayRef<LibcRow> libcTable();
/// The row of a function, exact names before patterns, longer patterns before shorter ones; null if there is none.
const LibcRow *findLibcRow(llvm::StringRef Name);
llvm::StringRef libcKindName(LibcKind Kind);

/// What a function of the kind `Double` is called for double: `sin` for `sinl`.
llvm::StringRef libcDoubleName(llvm::StringRef Name);

/// A function that takes a format: the families of printf and scanf, and what prints messages like they do.
struct LibcFormat {
  /// The function with a va_list parameter that does the same: `vprintf` for `printf`; for `vprintf` itself, too.
  llvm::StringRef VaListVariant;
  /// Which parameter is the format.
  unsigned Parameter;
  /// Of a character of the format, in bits.
  unsigned Width;
  bool Scans;
};

/// Null if the function takes no format. The runtime's wrappers are known, too.
const LibcFormat *findLibcFormat(llvm::StringRef Name);

} // namespace multiisa
#endif
