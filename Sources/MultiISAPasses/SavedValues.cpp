//===- SavedValues.cpp - Step 3: what must survive a hop ===//
//
// A value that is live after a site is either cheap to compute again from others that are available there (an address,
// a comparison, an addition), or it gets a place in the frame, one for the whole function. It is stored at its
// definition or before each site that needs it, whichever block frequency says runs less often.
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/BranchProbabilityInfo.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"

using namespace llvm;

namespace multiisa {
namespace {

using BlockSets = DenseMap<BasicBlock *, BitVector>;

/// Values that are live at each block's start, by the usual equations solved backwards.
BlockSets liveIn(FrameState &S) {
  unsigned N = S.Values.size();
  BlockSets Defined, Used, PhiUsed;
  for (BasicBlock &B : S.F) {
    BitVector Def(N), Use(N);
    for (Instruction &I : B) {
      if (auto *Phi = dyn_cast<PHINode>(&I)) {
        // A phi uses its operands at the end of the blocks they come from.
        for (unsigned K = 0; K < Phi->getNumIncomingValues(); K++)
          if (auto Found = S.Number.find(Phi->getIncomingValue(K)); Found != S.Number.end()) {
            BitVector &Out = PhiUsed[Phi->getIncomingBlock(K)];
            Out.resize(N);
            Out.set(Found->second);
          }
      } else {
        for (Value *Operand : I.operands())
          if (auto Found = S.Number.find(Operand); Found != S.Number.end() && !Def.test(Found->second))
            Use.set(Found->second);
      }
      if (auto Found = S.Number.find(&I); Found != S.Number.end())
        Def.set(Found->second);
    }
    Defined[&B] = std::move(Def);
    Used[&B] = std::move(Use);
  }
  BlockSets Live = Used;
  SmallVector<BasicBlock *, 32> Order(post_order(&S.F));
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock *B : Order) {
      BitVector Set(N);
      if (auto Found = PhiUsed.find(B); Found != PhiUsed.end())
        Set |= Found->second;
      for (BasicBlock *Next : successors(B))
        Set |= Live[Next];
      Set.reset(Defined[B]);
      Set |= Used[B];
      if (Set != Live[B]) {
        Live[B] = std::move(Set);
        Changed = true;
      }
    }
  }
  return Live;
}

bool isInPrologue(FrameState &S, Value *V) {
  auto *I = dyn_cast<Instruction>(V);
  return I && I->getParent() == S.Prologue;
}

/// Decides for one site which live values are saved.
void chooseAt(FrameState &S, CallSite &Site) {
  auto isAvailable = [&](Value *V) {
    if (isa<Constant>(V) || V == S.Frame || isInPrologue(S, V))
      return true;
    auto Found = S.Number.find(V);
    return Found != S.Number.end() && Site.Live.test(Found->second);
  };
  for (unsigned K : Site.Live.set_bits()) {
    auto *I = dyn_cast<Instruction>(S.Values[K]);
    if (I && isCheapToRecompute(*I) &&
        all_of(I->operands(), [&](Use &U) { return isa<Function>(U) || isAvailable(U); }))
      S.RecomputedCount++;
    else
      Site.Saved.insert(S.Values[K]);
  }
  // The resume function calls through the same slot.
  if (Site.Slot && S.Number.count(Site.Slot))
    Site.Saved.insert(Site.Slot);
  S.SavedCount += Site.Saved.size();
}

} // namespace

bool isCheapToRecompute(const Instruction &I) {
  if (isa<GetElementPtrInst>(I) || isa<CastInst>(I) || isa<CmpInst>(I))
    return true;
  if (auto *CI = dyn_cast<CallInst>(&I))
    // The address of errno must be that of the node.
    return CI->getCalledFunction() && CI->getCalledFunction()->getName() == "__errno_location";
  switch (I.getOpcode()) {
  case Instruction::Add:
  case Instruction::Sub:
  case Instruction::Mul:
  case Instruction::And:
  case Instruction::Or:
  case Instruction::Xor:
  case Instruction::Shl:
  case Instruction::LShr:
  case Instruction::AShr: return true;
  default: return false;
  }
}

void chooseSavedValues(FrameState &S) {
  auto add = [&](Value *V) {
    S.Number[V] = S.Values.size();
    S.Values.push_back(V);
  };
  for (Argument &A : S.F.args())
    if (&A != S.Frame)
      add(&A);
  for (BasicBlock &B : S.F)
    if (&B != S.Prologue)
      for (Instruction &I : B)
        if (!I.getType()->isVoidTy())
          add(&I);

  BlockSets Live = liveIn(S);
  for (CallSite &Site : S.Sites) {
    Site.Live = Live[Site.After];
    Site.Live.resize(S.Values.size());
    if (auto Own = S.Number.find(Site.Call); Own != S.Number.end())
      Site.Live.reset(Own->second);
    chooseAt(S, Site);
  }
}

void layOutFrame(FrameState &S) {
  const DataLayout &DL = S.P.M.getDataLayout();
  // Values first: they are hot, and small offsets make short instructions.
  uint64_t Offset = S.Grows ? FrameTop + 8 : 8;
  for (CallSite &Site : S.Sites)
    for (Value *V : Site.Saved)
      if (!S.SlotOffset.count(V)) {
        Offset = alignTo(Offset, std::min<uint64_t>(FrameAlignment, DL.getABITypeAlign(V->getType()).value()));
        S.SlotOffset[V] = Offset;
        Offset += DL.getTypeAllocSize(V->getType());
      }
  for (FrameState::Object &O : S.Objects) {
    Offset = alignTo(Offset, O.Alignment);
    O.Address->setOperand(1, ConstantInt::get(O.Address->getOperand(1)->getType(), Offset));
    Offset += O.Size;
  }
  S.Size = alignTo(Offset, FrameAlignment);
  for (GetElementPtrInst *End : S.Ends)
    End->setOperand(1, ConstantInt::get(End->getOperand(1)->getType(), S.Size));
}

void storeSavedValues(FrameState &S) {
  DominatorTree DT(S.F);
  LoopInfo LI(DT);
  BranchProbabilityInfo BPI(S.F, LI);
  BlockFrequencyInfo BFI(S.F, BPI, LI);

  MapVector<Value *, SmallVector<CallSite *, 4>> SavedAt;
  DenseMap<Value *, BasicBlock *> AfterCall;
  for (CallSite &Site : S.Sites) {
    AfterCall[Site.Call] = Site.After;
    for (Value *V : Site.Saved)
      SavedAt[V].push_back(&Site);
    IRBuilder<> B(Site.Call);
    B.CreateStore(B.getInt32(Site.Id), S.at(B, S.Frame, FrameSite));
    if (S.Grows)
      B.CreateStore(Site.Call->getArgOperand(0), S.at(B, S.Frame, FrameTop));
  }
  for (auto &[V, Sites] : SavedAt) {
    auto *I = dyn_cast<Instruction>(V);
    BasicBlock *Home = I ? I->getParent() : S.Prologue->getSingleSuccessor();
    double AtDefinition = BFI.getBlockFreq(Home).getFrequency(), AtSites = 0;
    for (CallSite *Site : Sites)
      AtSites += BFI.getBlockFreq(Site->Before).getFrequency();
    auto store = [&, V = V](BasicBlock *Block, BasicBlock::iterator Place) {
      IRBuilder<> B(Block, Place);
      B.CreateStore(V, S.at(B, S.Frame, S.SlotOffset[V]));
    };
    if (AtDefinition >= AtSites) {
      for (CallSite *Site : Sites)
        store(Site->Before, Site->Call->getIterator());
    } else if (AfterCall.count(V)) {
      store(AfterCall[V], AfterCall[V]->getFirstInsertionPt());
    } else if (!I || isa<PHINode>(I)) {
      store(Home, Home->getFirstInsertionPt());
    } else {
      store(Home, std::next(I->getIterator()));
    }
  }
}

} // namespace multiisa
