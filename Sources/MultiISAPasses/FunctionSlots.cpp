//===- FunctionSlots.cpp - Step 5: function pointers that mean the same everywhere ===//
//
// A function's address is that of its slot, 32 bytes of code at an address that both binaries share:
//
//   +0   jump to the native entry, for callers that follow C's conventions (libc)
//   +8   jump to the fast entry, for calls through pointers: the frame pointer comes in the nest register
//   +16  jump to the resume function; a trap for functions that cannot reach a migration point
//
// The native entry of a migratable function finds its frame in the thread's control block.
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"

using namespace llvm;

namespace multiisa {
namespace {

/// `T f.native(args)`: C's convention outside, the frame pointer inside.
Function *nativeEntry(ProgramFrames &P, Function *Original, Function *Body) {
  LLVMContext &C = P.M.getContext();
  auto *Thread = cast<GlobalVariable>(P.M.getOrInsertGlobal(names::CurrentThread, PointerType::get(C, 0)));
  Thread->setThreadLocalMode(GlobalValue::LocalExecTLSModel);
  auto *N = Function::Create(Original->getFunctionType(), GlobalValue::ExternalLinkage, Body->getName() + ".native",
                             &P.M);
  SmallVector<int, 8> From;
  for (unsigned I = 0; I < Original->arg_size(); I++)
    From.push_back(I);
  N->setAttributes(keepABIAttributes(C, Original->getAttributes(), From));
  IRBuilder<> B(BasicBlock::Create(C, "", N));
  Value *Block = B.CreateLoad(B.getPtrTy(), B.CreateThreadLocalAddress(Thread));
  Value *Top = B.CreateLoad(B.getPtrTy(), B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Block, ThreadFrameTop));
  SmallVector<Value *, 8> Arguments{Top};
  for (Argument &A : N->args())
    Arguments.push_back(&A);
  CallInst *Call = B.CreateCall(Body, Arguments);
  From.insert(From.begin(), -1);
  Call->setAttributes(keepABIAttributes(C, Original->getAttributes(), From));
  Call->addParamAttr(0, Attribute::Nest);
  if (N->getReturnType()->isVoidTy())
    B.CreateRetVoid();
  else
    B.CreateRet(Call);
  return N;
}

/// Replaces every use of the function but direct calls of it.
void replaceAddress(Function *F, Constant *Address) {
  F->replaceUsesWithIf(Address, [](Use &U) { return isAddressUse(U) && !isa<Constant>(U.getUser()); });
  for (bool Again = true; Again;) {
    Again = false;
    for (Use &U : F->uses()) {
      auto *User = dyn_cast<Constant>(U.getUser());
      if (!User || !isAddressUse(U))
        continue;
      if (isa<GlobalValue>(User))
        U.set(Address);
      else
        User->handleOperandChange(F, Address);
      Again = true;
      break;
    }
  }
}

} // namespace

void makeFunctionSlots(ProgramFrames &P, ArrayRef<Function *> Taken) {
  LLVMContext &C = P.M.getContext();
  auto *Slot = ArrayType::get(Type::getInt8Ty(C), FunctionSlotSize);
  auto *Slots = new GlobalVariable(P.M, ArrayType::get(Slot, Taken.size() + 1), true, GlobalValue::ExternalLinkage,
                                   nullptr, names::Slots);
  for (Function *F : Taken) {
    Constant *Index = ConstantInt::get(Type::getInt64Ty(C), P.Result.Slots.size());
    Constant *Address = ConstantExpr::getInBoundsGetElementPtr(Slot, Slots, Index);
    auto Found = P.Pairs.find(F);
    if (Found == P.Pairs.end()) {
      if (!F->isDeclaration())
        F->setLinkage(GlobalValue::ExternalLinkage);
      P.Result.Slots.push_back({F->getName().str(), F->getName().str(), ""});
    } else {
      FunctionPair Pair = Found->second;
      Pair.Body->setLinkage(GlobalValue::ExternalLinkage);
      Pair.Resume->setLinkage(GlobalValue::ExternalLinkage);
      Function *Native = nativeEntry(P, F, Pair.Body);
      P.Result.Slots.push_back({Native->getName().str(), Pair.Body->getName().str(), Pair.Resume->getName().str()});
    }
    replaceAddress(F, Address);
  }
}

} // namespace multiisa
