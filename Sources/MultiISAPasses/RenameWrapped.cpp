//===- RenameWrapped.cpp - Calls of libc that go to the runtime's wrappers ===//
//
// Some functions of libc mean something else after a hop, or have structures that differ by ISA. The runtime has its
// own version of each, and a declaration gets that name, and with it every call and every address:
//
//     declare i32 @open(ptr, i32, ...)        declare i32 @__popcorn_open(ptr, i32, ...)
//
// What the program defines itself keeps its name.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "Passes.h"

using namespace llvm;

namespace multiisa {

void renameWrapped(Module &M) {
  for (Function &F : M)
    if (F.isDeclaration() && !F.isIntrinsic() && !F.getName().starts_with("__popcorn"))
      if (const LibcRow *Row = findLibcRow(F.getName()); Row && Row->Kind == LibcKind::Wrapped)
        F.setName("__popcorn_" + F.getName());
}

} // namespace multiisa
