//===- PlaceGlobals.cpp - Global variables at equal addresses ===//
//
// Both binaries are linked from the same variables in the same order. With an alignment of their own (the ISAs'
// preferred ones differ) and in sections that contain nothing else, they get the same addresses; the linker script
// says where, and the driver checks it after the link.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/IR/GlobalAlias.h"

using namespace llvm;

namespace multiisa {

void placeGlobals(Module &M, Diagnostics &D) {
  const DataLayout &DL = M.getDataLayout();
  for (GlobalVariable &G : M.globals()) {
    StringRef Name = G.getName();
    if (G.isDeclaration()) {
      if (Name.starts_with("__start_") || Name.starts_with("__stop_"))
        D.refuse(G, "the bounds of a section of your own: variables lie in the sections of their kind");
      continue;
    }
    if (Name.starts_with("llvm."))
      continue;
    if (G.hasPrivateLinkage() || G.hasCommonLinkage())
      G.setLinkage(GlobalValue::InternalLinkage);
    G.setUnnamedAddr(GlobalValue::UnnamedAddr::None);
    G.setAlignment(std::max(G.getAlign().valueOrOne(), DL.getABITypeAlign(G.getValueType())));
    G.setSection(G.isConstant()                      ? ".popcorn.rodata"
                 : G.getInitializer()->isNullValue() ? ".bss.popcorn"
                                                     : ".popcorn.data");
  }
  // The program is linked statically: no reference goes through a table.
  for (GlobalValue &V : M.global_values())
    V.setDSOLocal(true);
}

} // namespace multiisa
