//===- LowerThreadLocals.cpp - Thread-local variables that move with the thread ===//
//
// Each ISA addresses thread-local variables through a register that belongs to the node's own libc. Here all of them
// become one structure, a copy of which lies at a fixed place of each thread's shadow stack:
//
//   thread_local int k = 5;               %all = call ptr @__popcorn_locals()        ; the same address on every node
//   k++                                   %k = getelementptr i8, ptr %all, i64 0
//
// `__popcorn_locals` is pure until the frames exist; makeFramesResumable then computes it from the frame pointer, or
// loads it in functions that have none. The runtime copies `__popcorn_locals_image` for each new thread.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ReplaceConstant.h"

using namespace llvm;

namespace multiisa {
namespace {

FunctionCallee localsFunction(Module &M) {
  FunctionCallee Locals = M.getOrInsertFunction(names::Locals, PointerType::get(M.getContext(), 0));
  auto *F = cast<Function>(Locals.getCallee());
  F->setDoesNotAccessMemory();
  F->setWillReturn();
  F->setDoesNotThrow();
  return Locals;
}

/// Replaces every use of `G` in code by its address in the running thread's copy.
void replaceUses(GlobalVariable &G, uint64_t Offset, FunctionCallee Locals) {
  convertUsersOfConstantsToInstructions({&G});
  for (Use &U : make_early_inc_range(G.uses())) {
    auto *I = cast<Instruction>(U.getUser());
    auto *Phi = dyn_cast<PHINode>(I);
    IRBuilder<> B(Phi ? Phi->getIncomingBlock(U)->getTerminator() : I);
    Value *Address = B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), B.CreateCall(Locals), Offset, G.getName());
    auto *II = dyn_cast<IntrinsicInst>(I);
    if (II && II->getIntrinsicID() == Intrinsic::threadlocal_address) {
      II->replaceAllUsesWith(Address);
      II->eraseFromParent();
    } else {
      U.set(Address);
    }
  }
}

} // namespace

void lowerThreadLocals(Module &M, Diagnostics &D) {
  LLVMContext &C = M.getContext();
  const DataLayout &DL = M.getDataLayout();
  SmallVector<GlobalVariable *, 8> Variables;
  for (GlobalVariable &G : M.globals())
    if (G.isThreadLocal() && !G.isDeclaration())
      Variables.push_back(&G);

  FunctionCallee Locals = localsFunction(M);
  SmallVector<Constant *, 8> Image;
  uint64_t Size = 0;
  for (GlobalVariable *G : Variables) {
    Align A = std::max(G->getAlign().valueOrOne(), DL.getABITypeAlign(G->getValueType()));
    if (A.value() > ThreadLocals)
      D.refuse(*G, "a thread-local variable is aligned to more than " + Twine(ThreadLocals) + " bytes");
    uint64_t Offset = alignTo(Size, A);
    if (Offset != Size)
      Image.push_back(ConstantAggregateZero::get(ArrayType::get(Type::getInt8Ty(C), Offset - Size)));
    Image.push_back(G->getInitializer());
    Size = Offset + DL.getTypeAllocSize(G->getValueType());
    replaceUses(*G, Offset, Locals);
    G->eraseFromParent();
  }
  // A packed structure: the padding above is all there is.
  Constant *Initial = ConstantStruct::getAnon(C, Image, true);
  auto *G = new GlobalVariable(M, Initial->getType(), true, GlobalValue::ExternalLinkage, Initial, names::LocalsImage);
  G->setAlignment(Align(16));
  new GlobalVariable(M, Type::getInt64Ty(C), true, GlobalValue::ExternalLinkage,
                     ConstantInt::get(Type::getInt64Ty(C), Size), names::LocalsSize);
}

} // namespace multiisa
