//===- MigratableFunctions.cpp - Which functions may reach a migration point ===//
#include "MigratableFunctions.h"
#include "LibcTable.h"
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace multiisa {

bool MigratableFunctions::isPoint(const Function *F) {
  return F && F->isDeclaration() &&
         StringSwitch<bool>(F->getName())
             .Cases("migrate", "check_migrate", "migrate_schedule", names::Point, true)
             .Default(false);
}

bool MigratableFunctions::isJumpTarget(const Function *F) { return F && F->getName() == names::SetjmpPoint; }

bool MigratableFunctions::callsBack(const CallBase &CB) {
  Function *F = directCallee(CB);
  if (!F || !F->isDeclaration() || F->isIntrinsic() || isPoint(F))
    return false;
  const LibcRow *Row = findLibcRow(F->getName());
  // Signal handlers bring their own frames; whatever is unknown may call back.
  if (!Row || Row->Kind == LibcKind::Callback || F->getName() == "__popcorn_pthread_once" ||
      F->getName() == "__popcorn_call_once")
    return !F->getName().starts_with("__popcorn_") || Row;
  return any_of(CB.args(), [](const Use &A) { return isa<Function>(A->stripPointerCasts()); });
}

bool MigratableFunctions::reachesPoint(const Instruction &I) const {
  auto *CB = dyn_cast<CallBase>(&I);
  if (!CB || CB->isInlineAsm())
    return false;
  Function *Callee = directCallee(*CB);
  return isPoint(Callee) || isJumpTarget(Callee) || contains(Callee) ||
         (PointersReachOne && (!Callee || callsBack(*CB)));
}

MigratableFunctions::MigratableFunctions(Module &M) {
  SmallVector<Function *, 32> Taken;
  for (Function &F : M)
    if (!F.isIntrinsic() && hasAddressTaken(F))
      Taken.push_back(&F);

  for (bool Changed = true; Changed;) {
    Changed = false;
    for (Function &F : M)
      if (!F.isDeclaration() && !contains(&F) &&
          any_of(instructions(F), [&](const Instruction &I) { return reachesPoint(I); }))
        Changed = Functions.insert(&F);
    if (!PointersReachOne && any_of(Taken, [&](Function *F) { return contains(F); }))
      PointersReachOne = Changed = true;
  }
}

} // namespace multiisa
