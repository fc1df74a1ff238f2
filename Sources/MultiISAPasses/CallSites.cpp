//===- CallSites.cpp - Step 2: calls under which a thread may leave ===//
//
// A site is a call of a migratable function, a call through a pointer that may reach one, a migration point, or setjmp.
// Each gets the frame's top as hidden first argument and stands alone at the end of its block, so that the resume
// function can enter right after it:
//
//   %r = call @g(%x)                 before:  %r = call @g(nest %top, %x)
//                                             br label %after
//
// libc functions that call back are no sites: their own native frames cannot move. Around them the thread's control
// block says where the callback's frames begin, and that no hop is possible now.
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {
namespace {

void replaceCall(CallInst *Old, CallInst *New) {
  New->setDebugLoc(Old->getDebugLoc());
  New->addFnAttr(Attribute::NoUnwind);
  if (!Old->use_empty())
    Old->replaceAllUsesWith(New->getType() == Old->getType() ? (Value *)New : Constant::getNullValue(Old->getType()));
  Old->eraseFromParent();
}

/// migrate(nid, callback, data) and its relatives: the runtime's functions of the same shape, with the top in front. An
/// argument that the program left out (no prototype) is zero.
void makePoint(FrameState &S, CallInst *CI, StringRef Name) {
  IRBuilder<> B(CI);
  Type *Ptr = B.getPtrTy(), *I32 = B.getInt32Ty(), *I64 = B.getInt64Ty();
  SmallVector<Type *, 5> Parameters{Ptr};
  StringRef Target = names::Check;
  if (Name == "migrate") {
    Target = names::Migrate;
    Parameters.append({I32, Ptr, Ptr});
  } else if (Name == "check_migrate") {
    Target = names::CheckWithCallback;
    Parameters.append({Ptr, Ptr});
  } else if (Name == "migrate_schedule") {
    Target = names::Schedule;
    Parameters.append({I64, I32, Ptr, Ptr});
  }
  SmallVector<Value *, 5> Arguments{S.topBefore(CI)};
  for (unsigned I = 1; I < Parameters.size(); I++) {
    Value *A = I - 1 < CI->arg_size() ? CI->getArgOperand(I - 1) : Constant::getNullValue(Parameters[I]);
    if (A->getType() != Parameters[I])
      A = A->getType()->isIntegerTy() && Parameters[I]->isIntegerTy() ? B.CreateSExtOrTrunc(A, Parameters[I])
                                                                      : Constant::getNullValue(Parameters[I]);
    Arguments.push_back(A);
  }
  auto *Type = FunctionType::get(B.getVoidTy(), Parameters, false);
  CallInst *N = B.CreateCall(S.P.M.getOrInsertFunction(Target, Type), Arguments);
  replaceCall(CI, N);
  S.Sites.emplace_back(CallSite::Point, N);
}

/// setjmp(env): the runtime notes this frame and its site, at which longjmp resumes.
void makeJumpTarget(FrameState &S, CallInst *CI) {
  IRBuilder<> B(CI);
  Type *Ptr = B.getPtrTy(), *I32 = B.getInt32Ty();
  CallInst *N = B.CreateCall(S.P.M.getOrInsertFunction(names::Setjmp, I32, Ptr, Ptr, Ptr, I32),
                             {S.topBefore(CI), S.Frame, CI->getArgOperand(0), CI->getArgOperand(1)});
  N->takeName(CI);
  replaceCall(CI, N);
  S.Sites.emplace_back(CallSite::JumpTarget, N);
}

void makeCall(FrameState &S, CallInst *CI, Function *Original) {
  IRBuilder<> B(CI);
  FunctionType *Old = CI->getFunctionType();
  // What is left of these passes no variable arguments: LowerVariadics.cpp.
  if (Old->isVarArg() && CI->arg_size() > Old->getNumParams())
    return S.P.D.refuse(*CI, "a variadic call that could not be lowered");
  SmallVector<Type *, 8> Parameters{B.getPtrTy()};
  SmallVector<Value *, 8> Arguments{S.topBefore(CI)};
  SmallVector<int, 8> From{-1};
  for (unsigned I = 0; I < CI->arg_size(); I++) {
    Parameters.push_back(CI->getArgOperand(I)->getType());
    Arguments.push_back(CI->getArgOperand(I));
    From.push_back(I);
  }
  Value *Slot = Original ? nullptr : CI->getCalledOperand();
  Value *Callee = Original ? S.P.Pairs.lookup(Original).Body : S.at(B, Slot, SlotFastEntry);
  auto *Type = FunctionType::get(Old->getReturnType(), Parameters, Old->isVarArg());
  CallInst *N = B.CreateCall(Type, Callee, Arguments);
  N->setAttributes(keepABIAttributes(B.getContext(), CI->getAttributes(), From));
  N->addParamAttr(0, Attribute::Nest);
  if (CI->isTailCall())
    N->setTailCallKind(CI->getTailCallKind());
  N->takeName(CI);
  replaceCall(CI, N);
  S.Sites.emplace_back(Original ? CallSite::Direct : CallSite::ThroughPointer, N, Slot);
}

void guardCallback(FrameState &S, CallInst *CI) {
  IRBuilder<> B(CI);
  Value *Thread =
      B.CreateIntrinsic(Intrinsic::ptrmask, {B.getPtrTy(), B.getInt64Ty()}, {S.Frame, B.getInt64(-ShadowSlotSize)});
  Value *TopAddress = S.at(B, Thread, ThreadFrameTop), *DepthAddress = S.at(B, Thread, ThreadNativeDepth);
  Value *Top = B.CreateLoad(B.getPtrTy(), TopAddress), *Depth = B.CreateLoad(B.getInt32Ty(), DepthAddress);
  B.CreateStore(S.topBefore(CI), TopAddress);
  B.CreateStore(B.CreateAdd(Depth, B.getInt32(1)), DepthAddress);
  CI->setTailCallKind(CallInst::TCK_NoTail);
  B.SetInsertPoint(CI->getNextNode());
  B.CreateStore(Top, TopAddress);
  B.CreateStore(Depth, DepthAddress);
}

} // namespace

void makeCallSites(FrameState &S) {
  const MigratableFunctions &Migratable = S.P.Migratable;
  SmallVector<CallInst *, 16> Calls;
  for (Instruction &I : instructions(S.F))
    if (auto *CI = dyn_cast<CallInst>(&I); CI && !isa<IntrinsicInst>(CI) && !CI->isInlineAsm())
      Calls.push_back(CI);
  for (CallInst *CI : Calls) {
    Function *Callee = directCallee(*CI);
    if (MigratableFunctions::isPoint(Callee))
      makePoint(S, CI, Callee->getName());
    else if (MigratableFunctions::isJumpTarget(Callee))
      makeJumpTarget(S, CI);
    else if (Migratable.contains(Callee) || (!Callee && Migratable.pointersReachOne()))
      makeCall(S, CI, Callee);
    else if (MigratableFunctions::callsBack(*CI))
      guardCallback(S, CI);
  }
  for (CallSite &Site : S.Sites) {
    Site.Id = S.P.SiteFrames.size();
    S.P.SiteFrames.push_back(0);
    Site.Before = Site.Call->getParent()->splitBasicBlock(Site.Call->getIterator(), "before");
    Site.After = Site.Before->splitBasicBlock(std::next(Site.Call->getIterator()), "after");
  }
}

} // namespace multiisa
