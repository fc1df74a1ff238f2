//===- LongDoubleFunctions.cpp - libc's functions for long double are those for double ===//
//
// The front end gives long double the format of double. libc's own `sinl` has the processor's long double, so that the
// program's `sinl` is libc's `sin`: a declaration gets the other name, and with it every call and every address.
//
//     declare double @sinl(double)            declare double @sin(double)
//     call double @sinl(double %x)            call double @sin(double %x)
//
// A program that defines `frexpl` has it as it is, which is known once all of it is linked. What the front end takes
// for an operation of its own (`sinl`, as it does with `sin`) is no call of that name any more when it gets here.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "Passes.h"

using namespace llvm;

namespace multiisa {

void nameLongDoubleFunctions(Module &M) {
  for (Function &F : make_early_inc_range(M)) {
    if (!F.isDeclaration() || F.isIntrinsic())
      continue;
    const LibcRow *Row = findLibcRow(F.getName());
    if (!Row || Row->Kind != LibcKind::Double)
      continue;
    StringRef Name = libcDoubleName(F.getName());
    GlobalValue *Twin = M.getNamedValue(Name);
    // `static double round(double)` is another function than libc's.
    if (Twin && Twin->hasLocalLinkage()) {
      Twin->setName(Name + ".local");
      Twin = nullptr;
    }
    if (!Twin) {
      F.setName(Name);
    } else {
      F.replaceAllUsesWith(Twin);
      F.eraseFromParent();
    }
  }
}

} // namespace multiisa
