//===- ResolveWeak.cpp - Weak references, once the whole program is known ===//
//
//   extern int hook(int) __attribute__((weak));      if (hook) hook(3);
//
// A function slot has an address on every node, so that it must be decided before there are slots whether `hook`
// exists. That is when the program's own objects and archives are linked: what none of them defines, and libc neither,
// is null.
//
// libc's functions are there, as they are for a program that is linked with libc.so. Those that are refused are not:
// the program has said that it can do without.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "MultiISAPasses.h"
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm-c/Core.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {
namespace {

/// Of migrate.h.
bool isInRuntime(StringRef Name) {
  return StringSwitch<bool>(Name)
      .Cases("migrate", "check_migrate", "migrate_schedule", "current_nid", "current_arch", true)
      .Cases("node_available", "total_act_nodes", true)
      .Default(false);
}

/// A call that nothing guards must fault, as it does elsewhere: the optimiser takes a call of null for one that cannot
/// be reached.
void callNull(CallBase &CB) {
  Module &M = *CB.getModule();
  Type *Ptr = PointerType::get(M.getContext(), 0);
  GlobalVariable *Null = M.getNamedGlobal(names::Null);
  if (!Null)
    Null = new GlobalVariable(M, Ptr, true, GlobalValue::InternalLinkage, Constant::getNullValue(Ptr), names::Null);
  IRBuilder<> B(&CB);
  CB.setCalledOperand(B.CreateLoad(Ptr, Null, /*isVolatile=*/true));
}

void makeNull(GlobalValue &V) {
  for (User *U : make_early_inc_range(V.users())) {
    // The address of a variable of the thread.
    if (auto *I = dyn_cast<IntrinsicInst>(U); I && I->getIntrinsicID() == Intrinsic::threadlocal_address) {
      I->replaceAllUsesWith(Constant::getNullValue(I->getType()));
      I->eraseFromParent();
    } else if (auto *CB = dyn_cast<CallBase>(U); CB && CB->getCalledOperand() == &V) {
      callNull(*CB);
    }
  }
  V.replaceAllUsesWith(Constant::getNullValue(V.getType()));
  V.eraseFromParent();
}

} // namespace

void resolveWeak(Module &M, function_ref<bool(StringRef)> IsInLibc) {
  SmallVector<GlobalValue *, 8> Weak;
  for (GlobalValue &V : M.global_values())
    if (V.isDeclaration() && V.hasExternalWeakLinkage())
      Weak.push_back(&V);
  for (GlobalValue *V : Weak) {
    StringRef Name = V->getName();
    const LibcRow *Row = findLibcRow(Name);
    bool IsRefused = Row && Row->Kind == LibcKind::Refused;
    if (isInRuntime(Name) || (!IsRefused && IsInLibc(Name)))
      V->setLinkage(GlobalValue::ExternalLinkage);
    else
      makeNull(*V);
  }
}

} // namespace multiisa

void multiISAResolveWeak(LLVMOpaqueModule *M, bool (*IsInLibc)(void *, const char *), void *Context) {
  multiisa::resolveWeak(*unwrap(M), [&](StringRef Name) { return IsInLibc(Context, Name.str().c_str()); });
}
