//===- ProgramEntry.cpp - Constructors, main and exit as one function ===//
//
// libc would run constructors on every node that a program visits, and would return from main into the node where it
// started. So the program gets an entry of its own, which is migratable like any other function:
//
//   int __popcorn_program(int argc, char **argv, char **envp) {
//     constructors, in order of priority;
//     exit(main(argc, argv, envp));              // exit: Images/runtime/module/exit.c
//   }
//   void __popcorn_destructors(void) { ... }     // called by exit
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace llvm;

namespace multiisa {
namespace {

/// The functions of `llvm.global_ctors` or `llvm.global_dtors` in order of priority; the list is removed.
SmallVector<Function *, 4> takeList(Module &M, StringRef Name) {
  SmallVector<std::pair<uint64_t, Function *>, 4> Entries;
  GlobalVariable *List = M.getGlobalVariable(Name);
  if (!List)
    return {};
  if (auto *Array = dyn_cast<ConstantArray>(List->getInitializer()))
    for (Value *V : Array->operands()) {
      auto *Entry = cast<ConstantStruct>(V);
      if (auto *F = dyn_cast<Function>(Entry->getOperand(1)->stripPointerCasts()))
        Entries.push_back({cast<ConstantInt>(Entry->getOperand(0))->getZExtValue(), F});
    }
  List->eraseFromParent();
  stable_sort(Entries, [](auto &A, auto &B) { return A.first < B.first; });
  SmallVector<Function *, 4> Functions;
  for (auto &[Priority, F] : Entries)
    Functions.push_back(F);
  return Functions;
}

Function *define(Module &M, FunctionType *T, StringRef Name) {
  Function *F = M.getFunction(Name);
  if (!F)
    F = Function::Create(T, GlobalValue::ExternalLinkage, Name, &M);
  F->addFnAttr(Attribute::NoUnwind);
  BasicBlock::Create(M.getContext(), "", F);
  return F;
}

} // namespace

void makeProgramEntry(Module &M) {
  LLVMContext &C = M.getContext();
  Type *Void = Type::getVoidTy(C), *I32 = Type::getInt32Ty(C), *Ptr = PointerType::get(C, 0);
  Function *Main = M.getFunction("main");

  Function *Destructors = define(M, FunctionType::get(Void, false), names::Destructors);
  IRBuilder<> DB(&Destructors->getEntryBlock());
  for (Function *F : reverse(takeList(M, "llvm.global_dtors")))
    DB.CreateCall(F);
  DB.CreateRetVoid();

  Function *Program = define(M, FunctionType::get(I32, {I32, Ptr, Ptr}, false), names::Program);
  IRBuilder<> B(&Program->getEntryBlock());
  Value *Given[] = {Program->getArg(0), Program->getArg(1), Program->getArg(2)};
  for (Function *F : takeList(M, "llvm.global_ctors")) {
    // Constructors are called as glibc and musl call them: with main's arguments, which most ignore.
    if (!F->isDeclaration())
      B.CreateCall(F, ArrayRef(Given, std::min<size_t>(F->arg_size(), 3)));
  }
  CallInst *Result = B.CreateCall(Main, ArrayRef(Given, std::min<size_t>(Main->arg_size(), 3)));
  Value *Status = Result->getType()->isIntegerTy(32) ? (Value *)Result : B.getInt32(0);
  B.CreateCall(M.getOrInsertFunction("exit", Void, I32), Status);
  B.CreateUnreachable();
  // main may have been declared noinline or cold; its calls must not disappear into the entry.
  Main->addFnAttr(Attribute::NoInline);

  // An alias is its object by another name; a function's address must be that of one slot.
  for (GlobalAlias &A : make_early_inc_range(M.aliases())) {
    A.replaceAllUsesWith(A.getAliasee());
    A.eraseFromParent();
  }
  // The program's own environment starts as the one it was given.
  if (GlobalVariable *Environment = M.getNamedGlobal("environ"); Environment && !Environment->isDeclaration())
    IRBuilder<>(&*Program->getEntryBlock().begin()).CreateStore(Program->getArg(2), Environment);

  internalizeModule(M, [](const GlobalValue &G) {
    StringRef Name = G.getName();
    return Name == names::Program || Name == names::LocalsImage || Name == names::LocalsSize;
  });
}

} // namespace multiisa
