//===- MigrationChecks.cpp - Where a running program can be moved ===//
//
// A check is `if (flag) point()`, a load and a branch that is never taken; makeFramesResumable turns the call into one
// of the runtime. Checks go in after optimisation, when inlining has removed most calls and vectorising has shortened
// most loops:
//
//   entry   functions that call others or loop: bounded code cannot starve a request
//   outer   that, and every loop but the innermost ones without calls; those are divided into chunks, with a check
//   between
//           two chunks, or get a plain check if they have no counter, or none if they are known to be short
//   all     every function and every iteration
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "RuntimeNames.h"
#include "StripMining.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace multiisa {
namespace {

/// Iterations between two checks of a divided loop.
constexpr unsigned ChunkLength = 4096;

bool callsSomething(const Loop &L) {
  return any_of(L.blocks(),
                [](BasicBlock *B) { return any_of(*B, [](auto &I) { return multiisa::callsSomething(I); }); });
}

class CheckInsertion {
  Module &M;
  MultiISACheckPolicy Policy;
  FunctionCallee Point;
  GlobalVariable *Flag;
  MDNode *Never;
  unsigned Count = 0;

public:
  CheckInsertion(Module &M, MultiISACheckPolicy Policy) : M(M), Policy(Policy) {
    LLVMContext &C = M.getContext();
    Point = M.getOrInsertFunction(names::Point, Type::getVoidTy(C));
    cast<Function>(Point.getCallee())->addFnAttr(Attribute::Cold);
    Flag = new GlobalVariable(M, Type::getInt32Ty(C), false, GlobalValue::ExternalLinkage, nullptr, names::Flag);
    Never = MDBuilder(C).createBranchWeights(1, 1 << 20);
  }

  unsigned run() {
    for (Function &F : M)
      if (!F.isDeclaration() && F.getName() != names::Program)
        insertInto(F);
    return Count;
  }

private:
  void insertInto(Function &F) {
    DominatorTree DT(F);
    LoopInfo LI(DT);
    SmallVector<Instruction *, 16> Places;
    if (Policy == MultiISAChecksAll || !isBounded(F, LI))
      Places.push_back(&*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
    if (Policy == MultiISAChecksOuter)
      placeInLoops(F, DT, LI, Places);
    if (Policy == MultiISAChecksAll)
      for (Loop *L : LI.getLoopsInPreorder())
        Places.push_back(&*L->getHeader()->getFirstInsertionPt());
    for (Instruction *Place : Places)
      insertCheck(Place);
  }

  void placeInLoops(Function &F, DominatorTree &DT, LoopInfo &LI, SmallVectorImpl<Instruction *> &Places) {
    AssumptionCache AC(F);
    TargetLibraryInfoImpl Library(Triple(M.getTargetTriple()));
    TargetLibraryInfo TLI(Library, &F);
    ScalarEvolution SE(F, TLI, AC, DT, LI);
    SmallVector<Loop *, 8> Tight;
    for (Loop *L : LI.getLoopsInPreorder()) {
      if (!L->isInnermost() || callsSomething(*L)) {
        Places.push_back(&*L->getHeader()->getFirstInsertionPt());
        continue;
      }
      unsigned Trips = SE.getSmallConstantMaxTripCount(L);
      if (Trips == 0 || Trips > ShortLoop)
        Tight.push_back(L);
    }
    // Places stay valid: simplification adds blocks around a loop and leaves its header's instructions where they are.
    for (Loop *L : Tight) {
      simplifyLoop(L, &DT, &LI, &SE, &AC, nullptr, false);
      formLCSSA(*L, DT, &LI, &SE);
      SE.forgetLoop(L);
    }
    for (Loop *L : Tight) {
      Instruction *Place = stripMine(*L, ChunkLength);
      Places.push_back(Place ? Place : &*L->getHeader()->getFirstInsertionPt());
    }
  }

  void insertCheck(Instruction *Place) {
    IRBuilder<> B(Place);
    Value *IsSet = B.CreateICmpNE(B.CreateLoad(B.getInt32Ty(), Flag, /*isVolatile=*/true), B.getInt32(0));
    DebugLoc Location = Place->getDebugLoc();
    Instruction *Then = SplitBlockAndInsertIfThen(IsSet, Place->getIterator(), false, Never);
    CallInst *Call = CallInst::Create(Point, "", Then->getIterator());
    if (!Location)
      if (DISubprogram *SP = Call->getFunction()->getSubprogram())
        Location = DILocation::get(M.getContext(), SP->getScopeLine(), 0, SP);
    Call->setDebugLoc(Location);
    Count++;
  }
};

} // namespace

unsigned insertMigrationChecks(Module &M, MultiISACheckPolicy Policy) {
  return Policy == MultiISAChecksNone ? 0 : CheckInsertion(M, Policy).run();
}

} // namespace multiisa
