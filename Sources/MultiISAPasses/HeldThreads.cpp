//===- HeldThreads.cpp - Where a thread stays although it was asked to move ===//
//
// For `popcorn-lab inspect`, which answers why a thread does not move while it is in a function. Runs after the checks
// are in and before frames are made: what the optimiser dropped is gone, what is left knows its line.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "MigratableFunctions.h"
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {
namespace {

class HeldThreads {
  Module &M;
  Diagnostics &D;
  MigratableFunctions Migratable;

public:
  HeldThreads(Module &M, Diagnostics &D) : M(M), D(D), Migratable(M) {}

  void run(bool LoopsHaveChecks) {
    for (Function &F : M) {
      if (F.isDeclaration() || F.getName().starts_with("__popcorn") || F.hasFnAttribute(names::RuntimeAttribute))
        continue;
      DominatorTree DT(F);
      LoopInfo LI(DT);
      if (!Migratable.contains(&F))
        noteFunction(F, LI);
      else if (!LoopsHaveChecks)
        noteLoops(F, DT, LI);
      for (Instruction &I : instructions(F))
        if (auto *CB = dyn_cast<CallBase>(&I); CB && !isa<IntrinsicInst>(CB) && !CB->isInlineAsm())
          if (Function *Callee = directCallee(*CB); Callee && Callee->isDeclaration())
            noteCall(*CB, Callee->getName());
    }
    for (Function &F : M)
      if (const LibcRow *Row = F.isDeclaration() && !F.isIntrinsic() ? findLibcRow(F.getName()) : nullptr;
          Row && Row->Kind == LibcKind::NodeLocal)
        for (Use &U : F.uses())
          if (isAddressUse(U))
            noteAddress(F, *Row, *U.getUser());
  }

private:
  /// Who calls it through the pointer is not known.
  void noteAddress(Function &F, const LibcRow &Row, User &U) {
    std::string Reason = ("takes the address of " + F.getName() + ": " + Row.Note).str();
    if (auto *I = dyn_cast<Instruction>(&U))
      return D.note(MultiISAHoldsNodeLocal, *I, Reason);
    for (GlobalVariable *G : variablesWith(&U))
      D.note(MultiISAHoldsNodeLocal, *G, Reason);
  }

  void noteFunction(Function &F, LoopInfo &LI) {
    if (isBounded(F, LI))
      D.note(MultiISAHoldsShort, F, "it calls nothing and has no loop, so it has no migration check and is soon over");
    else
      D.note(MultiISAHoldsNoPoint, F, "no path leads from it to a migration point");
  }

  void noteLoops(Function &F, DominatorTree &DT, LoopInfo &LI) {
    AssumptionCache AC(F);
    TargetLibraryInfoImpl Library(Triple(M.getTargetTriple()));
    TargetLibraryInfo TLI(Library, &F);
    ScalarEvolution SE(F, TLI, AC, DT, LI);
    SmallVector<Loop *, 8> Outermost(LI.begin(), LI.end());
    while (!Outermost.empty()) {
      Loop *L = Outermost.pop_back_val();
      bool Reaches = any_of(L->blocks(), [&](BasicBlock *B) {
        return any_of(*B, [&](Instruction &I) { return Migratable.reachesPoint(I); });
      });
      unsigned Trips = SE.getSmallConstantMaxTripCount(L);
      if (Reaches)
        Outermost.append(L->begin(), L->end());
      else if (Trips == 0 || Trips > ShortLoop)
        D.note(MultiISAHoldsLoop, F, L->getStartLoc(), "a loop without a migration point");
    }
  }

  /// A call of what is not part of the program: libc, as a rule.
  void noteCall(CallBase &CB, StringRef Name) {
    const LibcRow *Row = findLibcRow(Name);
    Name.consume_front("__popcorn_");
    if (Row && Row->Kind == LibcKind::NodeLocal)
      return D.note(MultiISAHoldsNodeLocal, CB, "calls " + Name + ": " + Row->Note);
    std::string Given = givenFunction(CB);
    if (StringSwitch<bool>(Name).Cases("signal", "bsd_signal", !Given.empty()).Default(Name == "sigaction"))
      return D.note(MultiISAHoldsHandler, CB,
                    "calls " + Name + ": " + (Given.empty() ? "a handler that it sets" : Given) +
                        " runs on a shadow stack of its own and never moves");
    if (!Given.empty() && (Name == "pthread_key_create" || Name == "tss_create"))
      return D.note(MultiISAHoldsCallback, CB, "calls " + Name + ": no move while " + Given + " runs");
    if (Row && Row->Kind == LibcKind::Wrapped && Name != "pthread_once" && Name != "call_once")
      return;
    if (!MigratableFunctions::callsBack(CB))
      return;
    // What libc's table does not list is the runtime's or the compiler's own, and calls only what it is given.
    if (!Row && Given.empty())
      return;
    if (!Row)
      return D.note(MultiISAHoldsCallback, CB,
                    "calls " + Name + ", which may call " + Given + ": no move until it returns");
    D.note(MultiISAHoldsCallback, CB,
           "calls " + Name + ", which calls " + (Given.empty() ? "functions of the program" : Given) +
               ": no move until it returns");
  }

  /// The first function of the program among a call's arguments.
  static std::string givenFunction(const CallBase &CB) {
    for (const Use &A : CB.args())
      if (auto *F = dyn_cast<Function>(A->stripPointerCasts()))
        return F->getName().str();
    return "";
  }
};

} // namespace

void noteHeldThreads(Module &M, MultiISACheckPolicy Policy, Diagnostics &D) {
  HeldThreads(M, D).run(Policy == MultiISAChecksOuter || Policy == MultiISAChecksAll);
}

} // namespace multiisa
