//===- ResumableFrames.h - The parts of makeFramesResumable ===//
#ifndef MULTIISA_RESUMABLEFRAMES_H
#define MULTIISA_RESUMABLEFRAMES_H

#include "MigratableFunctions.h"
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"

namespace multiisa {

/// A migratable function and what it becomes.
struct FunctionPair {
  /// `F(nest fp, args)`, with the original's body.
  llvm::Function *Body = nullptr;
  /// `F.resume(nest fp)`.
  llvm::Function *Resume = nullptr;
};

/// What all functions of a program share while frames are made.
struct ProgramFrames {
  llvm::Module &M;
  Diagnostics &D;
  const MigratableFunctions &Migratable;
  ResumableProgram &Result;
  /// From the original function, which keeps its name's uses until function slots are made.
  llvm::DenseMap<llvm::Function *, FunctionPair> Pairs;
  /// From a body to its resume function.
  llvm::DenseMap<llvm::Function *, llvm::Function *> ResumeOf;
  /// Frame size by site id, -1 for a frame that grows; ids start at 1.
  std::vector<int32_t> SiteFrames = {0};

  ProgramFrames(llvm::Module &M, Diagnostics &D, const MigratableFunctions &Migratable, ResumableProgram &Result)
      : M(M), D(D), Migratable(Migratable), Result(Result) {}
  llvm::FunctionCallee arrived() const;
  llvm::FunctionCallee jumped() const;
};

/// A call under which the thread may leave for another node, or one of setjmp: where a function can be resumed.
struct CallSite {
  enum Kind { Direct, ThroughPointer, Point, JumpTarget } K;
  llvm::CallInst *Call;
  /// For a call through a pointer: the slot's address.
  llvm::Value *Slot;
  unsigned Id = 0;
  /// The block that ends with the call, and the one that goes on after it.
  llvm::BasicBlock *Before = nullptr, *After = nullptr;
  /// Numbers (of `LiveValues`) that are live after the call, without its own result.
  llvm::BitVector Live;
  /// Of those, what lies in the frame; the rest is recomputed.
  llvm::SetVector<llvm::Value *> Saved;

  CallSite(Kind K, llvm::CallInst *Call, llvm::Value *Slot = nullptr) : K(K), Call(Call), Slot(Slot) {}
};

/// One function's frame while it is made. Members appear in the order in which the steps fill them.
struct FrameState {
  ProgramFrames &P;
  llvm::Function &F;
  /// The frame's address: the hidden first parameter.
  llvm::Value *Frame;
  /// A block before the entry, for addresses in the frame; what is computed here is available everywhere.
  llvm::BasicBlock *Prologue = nullptr;

  // Step 1, FrameMemory.cpp.
  struct Object {
    llvm::GetElementPtrInst *Address;
    uint64_t Size, Alignment;
  };
  std::vector<Object> Objects;
  bool Grows = false;
  /// `fp + size of the frame`, to be set once the size is known.
  std::vector<llvm::GetElementPtrInst *> Ends;
  /// Holds the frame's top while it can still change (frames that grow).
  llvm::AllocaInst *TopVariable = nullptr;

  // Step 2, CallSites.cpp.
  std::vector<CallSite> Sites;

  // Step 3, SavedValues.cpp.
  std::vector<llvm::Value *> Values;
  llvm::DenseMap<llvm::Value *, unsigned> Number;
  llvm::DenseMap<llvm::Value *, uint64_t> SlotOffset;
  uint64_t Size = 0;
  unsigned SavedCount = 0, RecomputedCount = 0;

  FrameState(ProgramFrames &P, llvm::Function &F) : P(P), F(F), Frame(F.getArg(0)) {}
  llvm::Value *at(llvm::IRBuilder<> &B, llvm::Value *Base, uint64_t Offset) const {
    return B.CreateInBoundsGEP(B.getInt8Ty(), Base, {B.getInt64(Offset)});
  }
  /// Where the next frame begins, as seen before `I`.
  llvm::Value *topBefore(llvm::Instruction *I);
};

void moveAllocasIntoFrame(FrameState &S);
void makeCallSites(FrameState &S);
void promoteTop(FrameState &S);
void chooseSavedValues(FrameState &S);
void layOutFrame(FrameState &S);
void storeSavedValues(FrameState &S);
void makeResumeFunction(FrameState &S);

/// Whether a value can be computed again instead of being kept in the frame.
bool isCheapToRecompute(const llvm::Instruction &I);

/// From a function that has an address to its twin; empty if no call needs one.
using VariadicTwins = llvm::DenseMap<llvm::Function *, llvm::Function *>;

VariadicTwins makeVariadicTwins(llvm::Module &M, llvm::ArrayRef<llvm::Function *> Taken);
void makeEntryPoints(ProgramFrames &P);
void makeFunctionSlots(ProgramFrames &P, llvm::ArrayRef<llvm::Function *> Taken, const VariadicTwins &Twins);

} // namespace multiisa
#endif
