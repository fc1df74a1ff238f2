//===- StripMining.h - Divide a counted loop into chunks ===//
#ifndef MULTIISA_STRIPMINING_H
#define MULTIISA_STRIPMINING_H

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"

namespace multiisa {

/// Divides `L` into chunks of `Iterations`. Returns the instruction before which the code between two chunks belongs,
/// or null, with nothing changed, if the loop has no counter that decides at its latch. Needs loop-simplify and LCSSA
/// form; leaves both analyses out of date.
llvm::Instruction *stripMine(llvm::Loop &L, uint64_t Iterations);

} // namespace multiisa
#endif
