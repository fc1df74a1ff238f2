//===- DropDeadBlocks.cpp - Code that a constant decides against is not there ===//
//
// Headers choose by constants: every branch of <tgmath.h>'s `sqrt(x)` calls another function, and the type of x leaves
// one of them. What cannot run has nothing to say about whether the program can move.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace multiisa {

void dropDeadBlocks(Module &M) {
  for (Function &F : M) {
    if (F.isDeclaration())
      continue;
    for (BasicBlock &BB : F)
      ConstantFoldTerminator(&BB);
    EliminateUnreachableBlocks(F);
  }
}

} // namespace multiisa
