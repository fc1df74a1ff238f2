//===- StripMining.cpp - Divide a counted loop into chunks ===//
//
// A check in each iteration of a tight loop costs too much, and none at all lets a request starve. So the loop becomes
// two:
//
//   for (i = 0; i != n; i++)         for (i = 0; ; ) {
//     a[i] += b[i];                    limit = n - i > 4096 ? i + 4096 : n;      // unsigned: right for any n
//                                      for (; i != limit; i++)
//                                        a[i] += b[i];
//                                      if (i == n) break;
//                                      if (flag) check();
//                                    }
//
// In terms of blocks (H the header, L the latch, E the exit):
//
//   preheader -> H ... L -> H | E        preheader -> chunk -> H ... L -> H | done
//                                        done -> E | between;   between -> chunk
//
//===----------------------------------------------------------------------===//
#include "StripMining.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace multiisa {
namespace {

/// `for (phi = start; ; phi += step) { ...; if (!(tested <pred> bound)) break; }`
struct Counter {
  PHINode *Phi;
  /// What the latch compares: the counter after its step, or before it.
  Value *Tested;
  Value *Bound;
  ConstantInt *Step;
  ICmpInst::Predicate Continues;
  ICmpInst *Compare;
  BranchInst *Branch;
};

bool findCounter(Loop &L, Counter &C) {
  BasicBlock *Latch = L.getLoopLatch();
  C.Branch = dyn_cast<BranchInst>(Latch->getTerminator());
  if (!C.Branch || !C.Branch->isConditional())
    return false;
  C.Compare = dyn_cast<ICmpInst>(C.Branch->getCondition());
  if (!C.Compare || !C.Compare->hasOneUse() || !C.Compare->getOperand(0)->getType()->isIntegerTy())
    return false;
  bool ContinuesIfTrue = C.Branch->getSuccessor(0) == L.getHeader();
  C.Continues = ContinuesIfTrue ? C.Compare->getPredicate() : C.Compare->getInversePredicate();
  C.Tested = C.Compare->getOperand(0);
  C.Bound = C.Compare->getOperand(1);
  if (L.isLoopInvariant(C.Tested)) {
    std::swap(C.Tested, C.Bound);
    C.Continues = ICmpInst::getSwappedPredicate(C.Continues);
  }
  if (!L.isLoopInvariant(C.Bound))
    return false;

  C.Phi = dyn_cast<PHINode>(C.Tested);
  if (!C.Phi)
    if (auto *Add = dyn_cast<BinaryOperator>(C.Tested); Add && Add->getOpcode() == Instruction::Add)
      C.Phi = dyn_cast<PHINode>(Add->getOperand(0));
  if (!C.Phi || C.Phi->getParent() != L.getHeader())
    return false;
  auto *Next = dyn_cast<BinaryOperator>(C.Phi->getIncomingValueForBlock(Latch));
  if (!Next || Next->getOpcode() != Instruction::Add || Next->getOperand(0) != C.Phi)
    return false;
  if (C.Tested != C.Phi && C.Tested != Next)
    return false;
  C.Step = dyn_cast<ConstantInt>(Next->getOperand(1));
  if (!C.Step || C.Step->isZero() || C.Step->getBitWidth() < 32 || C.Step->getBitWidth() > 64 ||
      C.Step->getValue().abs().ugt(1024))
    return false;
  switch (C.Continues) {
  case ICmpInst::ICMP_NE: return true;
  case ICmpInst::ICMP_ULT:
  case ICmpInst::ICMP_ULE:
  case ICmpInst::ICMP_SLT:
  case ICmpInst::ICMP_SLE: return !C.Step->isNegative();
  case ICmpInst::ICMP_UGT:
  case ICmpInst::ICMP_UGE:
  case ICmpInst::ICMP_SGT:
  case ICmpInst::ICMP_SGE: return C.Step->isNegative();
  default: return false;
  }
}

} // namespace

Instruction *stripMine(Loop &L, uint64_t Iterations) {
  BasicBlock *Preheader = L.getLoopPreheader(), *Header = L.getHeader(), *Latch = L.getLoopLatch();
  Counter C;
  if (!Preheader || !Latch || !findCounter(L, C))
    return nullptr;
  BasicBlock *Exit = C.Branch->getSuccessor(C.Branch->getSuccessor(0) == Header ? 1 : 0);
  if (L.contains(Exit))
    return nullptr;

  Function *F = Header->getParent();
  LLVMContext &Context = F->getContext();
  auto *Chunk = BasicBlock::Create(Context, "chunk", F, Header);
  auto *Done = BasicBlock::Create(Context, "chunk.done", F, Exit);
  auto *Between = BasicBlock::Create(Context, "chunk.between", F, Exit);
  DebugLoc Location = C.Branch->getDebugLoc();

  // The chunk's block takes over the header's values: their start, or where the last chunk ended.
  Preheader->getTerminator()->replaceSuccessorWith(Header, Chunk);
  IRBuilder<> B(Chunk);
  B.SetCurrentDebugLocation(Location);
  Value *Counting = nullptr;
  for (PHINode &Phi : Header->phis()) {
    PHINode *N = B.CreatePHI(Phi.getType(), 2, Phi.getName());
    N->addIncoming(Phi.getIncomingValueForBlock(Preheader), Preheader);
    N->addIncoming(Phi.getIncomingValueForBlock(Latch), Between);
    int From = Phi.getBasicBlockIndex(Preheader);
    Phi.setIncomingBlock(From, Chunk);
    Phi.setIncomingValue(From, N);
    if (&Phi == C.Phi)
      Counting = N;
  }
  Type *T = Counting->getType();
  APInt Length = C.Step->getValue().abs() * Iterations;
  Value *First = C.Tested == C.Phi ? Counting : B.CreateAdd(Counting, C.Step);
  Value *Distance = C.Step->isNegative() ? B.CreateSub(First, C.Bound) : B.CreateSub(C.Bound, First);
  Value *IsLong = B.CreateICmpUGT(Distance, ConstantInt::get(T, Length));
  if (C.Continues != ICmpInst::ICMP_NE)
    IsLong = B.CreateAnd(IsLong, B.CreateICmp(C.Continues, First, C.Bound));
  Value *Last = B.CreateAdd(First, ConstantInt::get(T, C.Step->isNegative() ? -Length : Length));
  Value *Limit = B.CreateSelect(IsLong, Last, C.Bound, "chunk.limit");
  B.CreateBr(Header);

  // The latch goes on until the limit; then the loop's own bound decides.
  B.SetInsertPoint(C.Branch);
  Value *Goes = B.CreateICmp(C.Continues, C.Tested, Limit);
  BranchInst *NewBranch = B.CreateCondBr(Goes, Header, Done);
  NewBranch->copyMetadata(*C.Branch);
  if (C.Branch->getSuccessor(0) != Header)
    NewBranch->setMetadata(LLVMContext::MD_prof, nullptr);
  C.Branch->eraseFromParent();
  C.Compare->eraseFromParent();
  B.SetInsertPoint(Done);
  B.CreateCondBr(B.CreateICmp(C.Continues, C.Tested, C.Bound), Between, Exit);
  Exit->replacePhiUsesWith(Latch, Done);
  B.SetInsertPoint(Between);
  return B.CreateBr(Chunk);
}

} // namespace multiisa
