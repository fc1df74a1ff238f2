//===- DropTargetAttributes.cpp - Forget which processor the front end had in mind ===//
#include "Passes.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace multiisa {

void dropTargetAttributes(Module &M) {
  for (Function &F : M) {
    for (StringRef Name : {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width", "probe-stack",
                           "stack-probe-size", "stackrealign", "no-jump-tables"})
      F.removeFnAttr(Name);
    for (auto Kind : {Attribute::UWTable, Attribute::StackProtect, Attribute::StackProtectReq,
                      Attribute::StackProtectStrong, Attribute::NoRedZone})
      F.removeFnAttr(Kind);
    // Its result is the node's own. As a pure function it would be called once and its result kept over a hop.
    bool IsErrno = F.getName() == "__errno_location";
    if (IsErrno) {
      F.removeFnAttr(Attribute::Memory);
      F.removeFnAttr(Attribute::WillReturn);
    }
    for (Instruction &I : instructions(F)) {
      auto *CB = dyn_cast<CallBase>(&I);
      if (!CB)
        continue;
      if (Function *Callee = directCallee(*CB); Callee && Callee->getName() == "__errno_location")
        CB->removeFnAttr(Attribute::Memory);
    }
  }
}

} // namespace multiisa
