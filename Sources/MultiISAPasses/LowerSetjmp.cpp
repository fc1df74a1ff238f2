//===- LowerSetjmp.cpp - setjmp as a place to resume at ===//
//
// setjmp saves native registers, which mean nothing on another node. Here it only notes in which frame it was called.
// longjmp leaves all native frames of the thread, and resumes it from its own frames, as after a hop, down to that one.
// So a call of setjmp returns once in the body, and a second time in the resume function only (ResumeFunction.cpp): the
// optimiser sees a call like any other.
//
//   %r = call i32 @setjmp(ptr %env) returns_twice       %r = call i32 @__popcorn_setjmp_point(ptr %env, i32 0)
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace multiisa {

bool isSetjmp(StringRef Name) {
  return StringSwitch<bool>(Name).Cases("setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", true).Default(false);
}

static void refuse(User &U, Function &F, Diagnostics &D) {
  std::string Reason = (F.getName() + " is used in another way than by calling it").str();
  if (auto *I = dyn_cast<Instruction>(&U))
    return D.refuse(*I, Reason);
  for (GlobalVariable *G : variablesWith(&U))
    D.refuse(*G, Reason);
}

void lowerSetjmp(Module &M, Diagnostics &D) {
  LLVMContext &C = M.getContext();
  Type *Ptr = PointerType::get(C, 0), *I32 = Type::getInt32Ty(C);
  SmallVector<Function *, 4> Declarations;
  for (Function &F : M)
    if (F.isDeclaration() && isSetjmp(F.getName()))
      Declarations.push_back(&F);
  for (Function *F : Declarations) {
    for (User *U : make_early_inc_range(F->users())) {
      auto *Call = dyn_cast<CallInst>(U);
      if (!Call || directCallee(*Call) != F || Call->arg_empty() || Call->getType() != I32) {
        refuse(*U, *F, D);
        continue;
      }
      IRBuilder<> B(Call);
      Value *SavesMask = B.getInt32(0);
      if (Call->arg_size() > 1)
        SavesMask = B.CreateIntCast(Call->getArgOperand(1), I32, true);
      CallInst *Point =
          B.CreateCall(M.getOrInsertFunction(names::SetjmpPoint, I32, Ptr, I32), {Call->getArgOperand(0), SavesMask});
      Point->takeName(Call);
      Call->replaceAllUsesWith(Point);
      Call->eraseFromParent();
    }
    if (F->use_empty())
      F->eraseFromParent();
  }
}

} // namespace multiisa
