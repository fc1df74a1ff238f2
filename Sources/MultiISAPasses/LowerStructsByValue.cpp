//===- LowerStructsByValue.cpp - The caller copies, both sides see a pointer ===//
//
// On x86-64 a struct over 16 bytes travels as `ptr byval(T)`: the back end copies it onto the stack, which aarch64 does
// not. Here the copy becomes explicit and the parameter an ordinary pointer; a returned struct's `sret` pointer
// becomes an ordinary pointer as well:
//
//   call void @f(ptr byval(%big) %b)      %copy = alloca %big
//                                         memcpy(%copy, %b, sizeof(big))
//                                         call void @f(ptr %copy)
//
// Smaller structs are scalars in the IR already; both back ends take those alike.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {

void copyStructArgument(CallInst &CI, unsigned I) {
  const DataLayout &DL = CI.getModule()->getDataLayout();
  Type *T = CI.getParamByValType(I);
  Align A = CI.getParamAlign(I).valueOrOne();
  IRBuilder<> Entry(allocaPoint(*CI.getFunction()));
  AllocaInst *Copy = Entry.CreateAlloca(T, nullptr, "byval");
  Copy->setAlignment(std::max(A, Align(8)));
  IRBuilder<> B(&CI);
  B.CreateMemCpy(Copy, Copy->getAlign(), CI.getArgOperand(I), A, DL.getTypeAllocSize(T));
  CI.setArgOperand(I, Copy);
  CI.removeParamAttr(I, Attribute::ByVal);
  CI.setTailCallKind(CallInst::TCK_None);
}

void lowerStructsByValue(Module &M, Diagnostics &D) {
  for (Function &F : M) {
    for (Instruction &I : make_early_inc_range(instructions(F))) {
      auto *CI = dyn_cast<CallInst>(&I);
      if (!CI || CI->isInlineAsm() || isa<IntrinsicInst>(CI))
        continue;
      Function *Callee = directCallee(*CI);
      bool IsExternal = Callee && Callee->isDeclaration();
      for (unsigned A = 0; A < CI->arg_size(); A++) {
        if (CI->isByValArgument(A)) {
          if (IsExternal)
            D.refuse(*CI, "a struct is passed by value to " + Callee->getName() + ", whose convention differs by ISA");
          else
            copyStructArgument(*CI, A);
        }
        if (!IsExternal && CI->paramHasAttr(A, Attribute::StructRet))
          CI->removeParamAttr(A, Attribute::StructRet);
      }
    }
    if (!F.isDeclaration())
      for (Argument &A : F.args()) {
        A.removeAttr(Attribute::ByVal);
        A.removeAttr(Attribute::StructRet);
      }
  }
}

} // namespace multiisa
