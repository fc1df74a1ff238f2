//===- Passes.h - The passes, in the order in which they run ===//
#ifndef MULTIISA_PASSES_H
#define MULTIISA_PASSES_H

#include "Diagnostics.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Attributes.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include <string>
#include <vector>

namespace multiisa {

void dropDeadBlocks(llvm::Module &M);
void refuseUnsupported(llvm::Module &M, Diagnostics &D);
/// Decides weak references: what neither the program nor libc has is null.
void resolveWeak(llvm::Module &M, llvm::function_ref<bool(llvm::StringRef)> IsInLibc);
void checkLibcCalls(llvm::Module &M, Diagnostics &D);
/// Whether one of these, or of libc's rows, may report a variable, whose line only debug information knows.
bool hasFindingsInVariables(llvm::Module &M);

/// Whether assembly consists of white space and comments.
bool isEmptyAssembly(llvm::StringRef Text);
/// The constraints of such a statement, with no register of one ISA among them.
std::string constraintsOfEmptyAssembly(llvm::StringRef Constraints);

// Before optimisation.
void renameLocals(llvm::Module &M);
void nameLongDoubleFunctions(llvm::Module &M);
void dropTargetAttributes(llvm::Module &M);
void lowerEmptyAssembly(llvm::Module &M);
void lowerComputedGoto(llvm::Module &M);
void lowerSetjmp(llvm::Module &M, Diagnostics &D);
void definePointsByAddress(llvm::Module &M);
void lowerVariadics(llvm::Module &M, Diagnostics &D);
void lowerStructsByValue(llvm::Module &M, Diagnostics &D);
void lowerThreadLocals(llvm::Module &M, Diagnostics &D);
void makeProgramEntry(llvm::Module &M);

// After optimisation.
unsigned insertMigrationChecks(llvm::Module &M, MultiISACheckPolicy Policy);
/// libc functions that the runtime replaces are called by the names of its wrappers.
void renameWrapped(llvm::Module &M);
void rewriteLongDoubleFormats(llvm::Module &M);

/// A loop shorter than this needs no check.
constexpr unsigned ShortLoop = 1024;

/// Notes where a thread stays although it was asked to move.
void noteHeldThreads(llvm::Module &M, MultiISACheckPolicy Policy, Diagnostics &D);

/// What is known about a migratable function, for `popcorn-lab inspect`.
struct MigratableFunction {
  std::string Name;
  uint64_t FrameSize;
  bool GrowsAtRunTime;
  /// Ids of a function's sites are consecutive.
  unsigned FirstSite, CallSites, MigrationPoints, SavedValues, RecomputedValues;
  /// Ids of the sites that are migration checks: where the thread goes if it has been asked to.
  std::vector<unsigned> CheckSites;
};

/// The three symbols that a function slot jumps to; no resume entry for a function that cannot reach a migration point.
struct FunctionSlot {
  std::string Native, Fast, Resume;
};

struct ResumableProgram {
  std::vector<MigratableFunction> Functions;
  std::vector<FunctionSlot> Slots;
};

void makeFramesResumable(llvm::Module &M, ResumableProgram &P, Diagnostics &D);
void placeGlobals(llvm::Module &M, Diagnostics &D);

// Small things that several passes need.

/// The function that a call names, or null for a call through a pointer.
llvm::Function *directCallee(const llvm::CallBase &CB);
/// A use of a function other than calling it (or LLVM's own lists of functions).
bool isAddressUse(const llvm::Use &U);
bool hasAddressTaken(const llvm::Function &F);
/// The variables in whose initial value a constant stands.
llvm::SmallVector<llvm::GlobalVariable *, 2> variablesWith(llvm::User *Initializer);
/// The attributes that a rewritten signature may keep; `From[i]` is the old index of new parameter i, or -1.
llvm::AttributeList keepABIAttributes(llvm::LLVMContext &C, llvm::AttributeList L, llvm::ArrayRef<int> From);
/// Whether a function of libc is one of the forms of setjmp.
bool isSetjmp(llvm::StringRef Name);
/// A call, but of no intrinsic.
bool callsSomething(const llvm::Instruction &I);
/// Whether the function calls nothing and has no loop: it cannot hold a thread for long.
bool isBounded(llvm::Function &F, const llvm::LoopInfo &LI);
/// The arguments of a call from number `First` on, stored in front of it as LowerVariadics.cpp says, with `Slack` bytes
/// behind them that may be read. Returns where.
llvm::Value *storeSlots(llvm::CallInst &CI, unsigned First, uint64_t Slack = 0);
/// The offset of the next argument among slots that take up `Size` bytes so far.
uint64_t placeInSlots(uint64_t &Size, llvm::Type *T, llvm::Align A, const llvm::DataLayout &DL);
/// The copy that a struct by value is becomes explicit, and the argument a pointer.
void copyStructArgument(llvm::CallInst &CI, unsigned I);
/// Makes a va_list of such slots.
void startVaList(llvm::IRBuilder<> &B, llvm::Value *List, llvm::Value *Slots);
/// A place for a new alloca.
llvm::Instruction *allocaPoint(llvm::Function &F);

} // namespace multiisa
#endif
