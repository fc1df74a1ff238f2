//===- MigratableFunctions.h - Which functions may reach a migration point ===//
#ifndef MULTIISA_MIGRATABLEFUNCTIONS_H
#define MULTIISA_MIGRATABLEFUNCTIONS_H

#include "llvm/ADT/SetVector.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace multiisa {

/// The functions that may reach a migration point, through the call graph; calls through pointers reach every function
/// whose address is taken.
class MigratableFunctions {
  llvm::SetVector<llvm::Function *> Functions;
  bool PointersReachOne = false;

public:
  explicit MigratableFunctions(llvm::Module &M);

  llvm::ArrayRef<llvm::Function *> list() const { return Functions.getArrayRef(); }
  bool contains(llvm::Function *F) const { return F && Functions.contains(F); }
  /// Whether the instruction is a migration point, or a call that may reach one.
  bool reachesPoint(const llvm::Instruction &I) const;
  /// Whether a call through a pointer may reach a migration point.
  bool pointersReachOne() const { return PointersReachOne; }
  /// A declaration that is a migration point: migrate and its relatives, or an inserted check.
  static bool isPoint(const llvm::Function *F);
  /// The declaration of setjmp after lowering: longjmp resumes the functions on the way to its frame.
  static bool isJumpTarget(const llvm::Function *F);
  /// A call of libc that may call functions of the program.
  static bool callsBack(const llvm::CallBase &CB);
};

} // namespace multiisa
#endif
