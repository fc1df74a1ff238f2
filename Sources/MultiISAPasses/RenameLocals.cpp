//===- RenameLocals.cpp - Static functions do not take calls that the code generator makes ===//
//
// Once files are linked to one module, `static double round(double)` of one file has the name that the code generator
// calls for another file's round(x) where the processor has no instruction for it: on x86-64, not on aarch64. Such a
// function gets another name.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/LTO/LTO.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace multiisa {

void renameLocals(Module &M) {
  for (const char *Name : lto::LTO::getRuntimeLibcallSymbols(Triple(M.getTargetTriple())))
    if (GlobalValue *G = M.getNamedValue(Name); G && G->hasLocalLinkage())
      G->setName(Twine(Name) + ".local");
}

} // namespace multiisa
