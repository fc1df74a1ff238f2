//===- Diagnostics.h - Findings about the program, with their source lines ===//
#ifndef MULTIISA_DIAGNOSTICS_H
#define MULTIISA_DIAGNOSTICS_H

#include "MultiISAPasses.h"
#include "llvm/ADT/Twine.h"
#include "llvm/IR/Instruction.h"
#include "llvm/IR/Module.h"

namespace multiisa {

/// Passes hand their findings to this; it looks up the source line and counts refusals.
class Diagnostics {
  MultiISADiagnosticHandler Handler;
  void *Context;
  unsigned Refusals = 0;

  void report(MultiISAFinding Finding, const llvm::DILocation *Place, const llvm::Function *F,
              const llvm::GlobalVariable *G, const llvm::Module &M, const llvm::Twine &Reason);

public:
  Diagnostics(MultiISADiagnosticHandler Handler, void *Context) : Handler(Handler), Context(Context) {}

  void refuse(const llvm::Instruction &I, const llvm::Twine &Reason);
  void refuse(const llvm::Function &F, const llvm::Twine &Reason);
  void refuse(const llvm::GlobalVariable &G, const llvm::Twine &Reason);
  void warn(const llvm::Instruction &I, const llvm::Twine &Reason);
  void warn(const llvm::GlobalVariable &G, const llvm::Twine &Reason);
  /// Where a thread stays: a whole function, or a place in it, which is told by the function where it was written.
  void note(MultiISAFinding Finding, const llvm::Function &F, const llvm::Twine &Reason);
  void note(MultiISAFinding Finding, const llvm::Function &F, const llvm::DILocation *Place, const llvm::Twine &Reason);
  void note(MultiISAFinding Finding, const llvm::Instruction &I, const llvm::Twine &Reason);
  void note(MultiISAFinding Finding, const llvm::GlobalVariable &G, const llvm::Twine &Reason);

  bool hasRefusals() const { return Refusals != 0; }
};

} // namespace multiisa
#endif
