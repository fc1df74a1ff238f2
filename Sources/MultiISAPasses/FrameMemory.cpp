//===- FrameMemory.cpp - Step 1: local variables lie in the frame ===//
//
// Fixed-size variables become addresses relative to the frame pointer, computed in the prologue block. A frame with
// variables whose size is known at run time only (VLAs, alloca) grows: its top is a value of the function, kept at
// fp+8 across sites. A variable aligned to more than the frame is aligned inside a larger place, the same on every
// ISA.
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace multiisa {
namespace {

/// `Address` rounded up to `A` bytes.
Value *alignUp(IRBuilder<> &B, Value *Address, uint64_t A, uint64_t Known) {
  Value *Beyond = B.CreateConstGEP1_64(B.getInt8Ty(), Address, A - Known);
  return B.CreateIntrinsic(Intrinsic::ptrmask, {B.getPtrTy(), B.getInt64Ty()}, {Beyond, B.getInt64(-A)});
}

void moveFixed(FrameState &S, AllocaInst *A) {
  IRBuilder<> B(S.Prologue->getTerminator());
  uint64_t Size = A->getAllocationSize(S.P.M.getDataLayout())->getFixedValue(), Alignment = A->getAlign().value();
  // The offset is set when the frame is laid out.
  auto *Address = GetElementPtrInst::CreateInBounds(B.getInt8Ty(), S.Frame, {B.getInt64(1)}, A->getName());
  B.Insert(Address);
  Value *V = Address;
  if (Alignment > FrameAlignment) {
    V = alignUp(B, Address, Alignment, FrameAlignment);
    Size += Alignment - FrameAlignment;
    Alignment = FrameAlignment;
  }
  S.Objects.push_back({Address, Size, Alignment});
  A->replaceAllUsesWith(V);
  A->eraseFromParent();
}

void moveGrowing(FrameState &S, AllocaInst *A) {
  IRBuilder<> B(A);
  Value *Address = B.CreateLoad(B.getPtrTy(), S.TopVariable);
  if (A->getAlign().value() > FrameAlignment)
    Address = alignUp(B, Address, A->getAlign().value(), 1);
  Value *Bytes = B.CreateMul(B.CreateZExtOrTrunc(A->getArraySize(), B.getInt64Ty()),
                             B.getInt64(S.P.M.getDataLayout().getTypeAllocSize(A->getAllocatedType())));
  Bytes = B.CreateAnd(B.CreateAdd(Bytes, B.getInt64(FrameAlignment - 1)), B.getInt64(-FrameAlignment));
  B.CreateStore(B.CreateGEP(B.getInt8Ty(), Address, Bytes), S.TopVariable);
  A->replaceAllUsesWith(Address);
  A->eraseFromParent();
}

Value *frameEnd(FrameState &S, IRBuilder<> &B) {
  auto *End = GetElementPtrInst::CreateInBounds(B.getInt8Ty(), S.Frame, {B.getInt64(1)}, "top");
  B.Insert(End);
  S.Ends.push_back(End);
  return End;
}

} // namespace

Value *FrameState::topBefore(Instruction *I) {
  IRBuilder<> B(I);
  return Grows ? B.CreateLoad(B.getPtrTy(), TopVariable, "top") : frameEnd(*this, B);
}

void moveAllocasIntoFrame(FrameState &S) {
  BasicBlock *Entry = S.Prologue->getSingleSuccessor();
  SmallVector<AllocaInst *, 8> Fixed, Growing;
  SmallVector<IntrinsicInst *, 8> Lifetimes, Stack;
  SmallVector<CallInst *, 4> Locals;
  for (Instruction &I : instructions(S.F)) {
    if (auto *A = dyn_cast<AllocaInst>(&I))
      (A->getParent() == Entry && isa<ConstantInt>(A->getArraySize()) ? Fixed : Growing).push_back(A);
    if (auto *CI = dyn_cast<CallInst>(&I))
      if (Function *Callee = directCallee(*CI); Callee && Callee->getName() == names::Locals)
        Locals.push_back(CI);
    if (auto *II = dyn_cast<IntrinsicInst>(&I)) {
      if (II->isLifetimeStartOrEnd())
        Lifetimes.push_back(II);
      if (II->getIntrinsicID() == Intrinsic::stacksave || II->getIntrinsicID() == Intrinsic::stackrestore)
        Stack.push_back(II);
    }
  }
  // They describe stack memory; a frame's memory lives as long as the frame.
  for (IntrinsicInst *II : Lifetimes)
    II->eraseFromParent();
  stable_sort(Fixed, [&](AllocaInst *A, AllocaInst *B) {
    const DataLayout &DL = S.P.M.getDataLayout();
    return A->getAllocationSize(DL)->getFixedValue() < B->getAllocationSize(DL)->getFixedValue();
  });
  for (AllocaInst *A : Fixed)
    moveFixed(S, A);

  if (!Locals.empty()) {
    IRBuilder<> B(S.Prologue->getTerminator());
    Value *Thread =
        B.CreateIntrinsic(Intrinsic::ptrmask, {B.getPtrTy(), B.getInt64Ty()}, {S.Frame, B.getInt64(-ShadowSlotSize)});
    Value *Address = B.CreateConstGEP1_64(B.getInt8Ty(), Thread, ThreadLocals, "thread.locals");
    for (CallInst *CI : Locals) {
      CI->replaceAllUsesWith(Address);
      CI->eraseFromParent();
    }
  }

  S.Grows = !Growing.empty() || !Stack.empty();
  if (!S.Grows)
    return;
  S.TopVariable = new AllocaInst(PointerType::get(S.F.getContext(), 0), 0, "top", Entry->begin());
  IRBuilder<> B(S.TopVariable->getNextNode());
  B.CreateStore(frameEnd(S, B), S.TopVariable);
  for (AllocaInst *A : Growing)
    moveGrowing(S, A);
  for (IntrinsicInst *II : Stack) {
    IRBuilder<> B(II);
    if (II->getIntrinsicID() == Intrinsic::stacksave)
      II->replaceAllUsesWith(B.CreateLoad(B.getPtrTy(), S.TopVariable));
    else
      B.CreateStore(II->getArgOperand(0), S.TopVariable);
    II->eraseFromParent();
  }
}

void promoteTop(FrameState &S) {
  if (!S.Grows)
    return;
  DominatorTree DT(S.F);
  PromoteMemToReg({S.TopVariable}, DT);
  S.TopVariable = nullptr;
}

} // namespace multiisa
