//===- PassHelpers.cpp - Small things that several passes need ===//
#include "Passes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {

Function *directCallee(const CallBase &CB) { return dyn_cast<Function>(CB.getCalledOperand()->stripPointerCasts()); }

bool callsSomething(const Instruction &I) {
  auto *CB = dyn_cast<CallBase>(&I);
  return CB && !isa<IntrinsicInst>(CB) && !CB->isInlineAsm();
}

bool isBounded(Function &F, const LoopInfo &LI) {
  return LI.empty() && none_of(instructions(F), [](Instruction &I) { return callsSomething(I); });
}

bool isAddressUse(const Use &U) {
  if (auto *CB = dyn_cast<CallBase>(U.getUser()))
    return !CB->isCallee(&U);
  if (auto *G = dyn_cast<GlobalVariable>(U.getUser()))
    return !G->getName().starts_with("llvm.");
  return true;
}

bool hasAddressTaken(const Function &F) {
  return any_of(F.uses(), [](const Use &U) { return isAddressUse(U); });
}

SmallVector<GlobalVariable *, 2> variablesWith(User *Initializer) {
  SmallVector<GlobalVariable *, 2> Found;
  SmallVector<User *, 4> Waiting{Initializer};
  while (!Waiting.empty()) {
    User *U = Waiting.pop_back_val();
    if (auto *G = dyn_cast<GlobalVariable>(U))
      Found.push_back(G);
    else if (isa<Constant>(U))
      Waiting.append(U->user_begin(), U->user_end());
  }
  return Found;
}

AttributeList keepABIAttributes(LLVMContext &C, AttributeList L, ArrayRef<int> From) {
  constexpr Attribute::AttrKind Kept[] = {Attribute::ZExt, Attribute::SExt, Attribute::NoUndef};
  AttrBuilder Result(C);
  for (auto K : {Attribute::ZExt, Attribute::SExt})
    if (L.hasRetAttr(K))
      Result.addAttribute(K);
  SmallVector<AttributeSet, 8> Parameters;
  for (int I : From) {
    AttrBuilder Parameter(C);
    for (auto K : Kept)
      if (I >= 0 && L.hasParamAttr(I, K))
        Parameter.addAttribute(K);
    Parameters.push_back(AttributeSet::get(C, Parameter));
  }
  return AttributeList::get(C, AttributeSet(), AttributeSet::get(C, Result), Parameters);
}

Instruction *allocaPoint(Function &F) { return &*F.getEntryBlock().getFirstInsertionPt(); }

} // namespace multiisa
