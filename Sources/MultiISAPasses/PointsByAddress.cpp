//===- PointsByAddress.cpp - Pointers to migrate, check_migrate and migrate_schedule ===//
//
// Migration points are no functions: a call of one becomes one of the runtime with the frame's top as hidden argument.
// A pointer to one is to a function that contains it:
//
//   void (*move)(int, ...) = migrate;        void migrate.by_address(int n, void *f, void *d) { migrate(n, f, d); }
//
//===----------------------------------------------------------------------===//
#include "MigratableFunctions.h"
#include "Passes.h"

using namespace llvm;

namespace multiisa {

void definePointsByAddress(Module &M) {
  LLVMContext &C = M.getContext();
  Type *Ptr = PointerType::get(C, 0), *I32 = Type::getInt32Ty(C), *I64 = Type::getInt64Ty(C);
  for (Function &F : make_early_inc_range(M)) {
    if (!MigratableFunctions::isPoint(&F) || !hasAddressTaken(F))
      continue;
    // As migrate.h declares them, whatever the program says.
    SmallVector<Type *, 4> Parameters{Ptr, Ptr};
    if (F.getName() == "migrate")
      Parameters = {I32, Ptr, Ptr};
    else if (F.getName() == "migrate_schedule")
      Parameters = {I64, I32, Ptr, Ptr};
    auto *Type = FunctionType::get(Type::getVoidTy(C), Parameters, false);
    auto *N = Function::Create(Type, GlobalValue::InternalLinkage, F.getName() + ".by_address", &M);
    N->addFnAttr(Attribute::NoInline);
    IRBuilder<> B(BasicBlock::Create(C, "", N));
    SmallVector<Value *, 4> Arguments;
    for (Argument &A : N->args())
      Arguments.push_back(&A);
    F.replaceUsesWithIf(N, [&](Use &U) { return isAddressUse(U); });
    B.CreateCall(FunctionCallee(Type, &F), Arguments);
    B.CreateRetVoid();
  }
}

} // namespace multiisa
