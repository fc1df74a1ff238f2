//===- VariadicTwins.cpp - Functions behind pointers, called with variable arguments ===//
//
// A call with variable arguments through a pointer puts all arguments into slots, the fixed ones too, and calls the
// twin of whatever the pointer names (LowerVariadics.cpp). The twin takes out what its function wants:
//
//   int add(int a, double b)             int add.slots(void *s) { return add(*(int *)s, *(double *)(s + 8)); }
//   int sum(int n, ...)                  int sum.slots(void *s) { return sum(*(int *)s, s + 8); }
//   libc's printf                        int printf.slots(void *s) {
//                                          va_list ap = {48, 176, s + 8, 0}; return __popcorn_vprintf(*(char **)s, ap);
//                                          }
//   libc's open, fcntl, mremap, ...      int open.slots(void *s) {
//                                          return open(*(char **)s, *(int *)(s + 8), s[2], ..., (double)s[2], ...); }
//
// The last form is for any libc function whose parameters are not known here: on both ISAs integers and floating-point
// numbers go in registers of their own, and what a function does not ask for does no harm. So each word is passed as
// both, as many as registers are left.
//
// Only a program with such calls has twins.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "ResumableFrames.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace multiisa {
namespace {

/// Of the registers for integers, x86-64 has the fewest; of those for floating-point numbers, both have eight.
constexpr unsigned GeneralRegisters = 6, VectorRegisters = TwinRegisters;

class Twin {
  Module &M;
  Function &F;
  Function *Slotted;
  IRBuilder<> B;
  /// How much of the slots has been read.
  uint64_t Size = 0;
  SmallVector<Value *, 16> Arguments;

public:
  explicit Twin(Function &F)
      : M(*F.getParent()), F(F),
        Slotted(Function::Create(FunctionType::get(F.getReturnType(), {PointerType::get(M.getContext(), 0)}, false),
                                 GlobalValue::InternalLinkage, F.getName() + ".slots", &M)),
        B(BasicBlock::Create(M.getContext(), "", Slotted)) {
    Slotted->addFnAttr(Attribute::NoUnwind);
    Slotted->addFnAttr(Attribute::Cold);
  }

  Function *make() {
    const LibcFormat *Format = F.isDeclaration() && F.isVarArg() ? findLibcFormat(F.getName()) : nullptr;
    if (Format) {
      // Without a prototype, each is an integer or a pointer.
      for (unsigned I = 0; I <= Format->Parameter; I++)
        Arguments.push_back(load(I < F.arg_size() ? F.getArg(I)->getType() : B.getInt64Ty()));
      Value *List = B.CreateAlloca(ArrayType::get(B.getInt64Ty(), 3));
      startVaList(B, List, at(Size));
      Arguments.push_back(List);
      finish(("__popcorn_" + Format->VaListVariant).str(), false);
    } else if (F.hasFnAttribute(names::TakesSlots)) {
      for (Argument &A : drop_end(F.args()))
        Arguments.push_back(load(A.getType()));
      Arguments.push_back(at(Size));
      finish("", false);
    } else {
      for (Argument &A : F.args())
        Arguments.push_back(load(A.getType()));
      if (F.isVarArg())
        passWords();
      finish("", F.isVarArg());
    }
    return Slotted;
  }

private:
  Value *at(uint64_t Offset) { return B.CreateConstGEP1_64(B.getInt8Ty(), Slotted->getArg(0), Offset); }

  Value *load(Type *T) {
    const DataLayout &DL = M.getDataLayout();
    uint64_t Offset = placeInSlots(Size, T, DL.getABITypeAlign(T), DL);
    return B.CreateAlignedLoad(T, at(Offset), Align(8));
  }

  void passWords() {
    unsigned Vector = count_if(Arguments, [](Value *A) { return A->getType()->isFPOrFPVectorTy(); });
    unsigned General = Arguments.size() - Vector;
    uint64_t First = Size;
    for (unsigned I = 0; General + I < GeneralRegisters; I++)
      Arguments.push_back(B.CreateAlignedLoad(B.getInt64Ty(), at(First + 8 * I), Align(8)));
    for (unsigned I = 0; Vector + I < VectorRegisters; I++)
      Arguments.push_back(B.CreateAlignedLoad(B.getDoubleTy(), at(First + 8 * I), Align(8)));
  }

  /// Calls the function, or the one of that name, and returns what it returns.
  void finish(const std::string &Name, bool IsVariadic) {
    SmallVector<Type *, 16> Types;
    SmallVector<int, 16> From;
    for (Value *A : Arguments) {
      From.push_back(From.size() < F.arg_size() ? int(From.size()) : -1);
      Types.push_back(A->getType());
    }
    if (IsVariadic)
      Types.truncate(F.arg_size());
    auto *Type = FunctionType::get(F.getReturnType(), Types, IsVariadic);
    CallInst *Call = B.CreateCall(
        Name.empty() ? FunctionCallee(F.getFunctionType(), &F) : M.getOrInsertFunction(Name, Type), Arguments);
    Call->setAttributes(keepABIAttributes(M.getContext(), F.getAttributes(), From));
    if (F.getReturnType()->isVoidTy())
      B.CreateRetVoid();
    else
      B.CreateRet(Call);
  }
};

} // namespace

VariadicTwins makeVariadicTwins(Module &M, ArrayRef<Function *> Taken) {
  VariadicTwins Twins;
  if (!M.getNamedMetadata(names::CallsTwins))
    return Twins;
  for (Function *F : Taken)
    Twins[F] = Twin(*F).make();
  // The optimiser may have found out what a pointer names.
  for (Function &F : M)
    for (Instruction &I : instructions(F))
      if (auto *CB = dyn_cast<CallBase>(&I); CB && isa<ConstantExpr>(CB->getCalledOperand())) {
        APInt Offset(64, 0);
        Value *Base = CB->getCalledOperand()->stripAndAccumulateConstantOffsets(M.getDataLayout(), Offset, true);
        if (auto Found = Twins.find(dyn_cast<Function>(Base)); Found != Twins.end() && Offset == FunctionSlotSize)
          CB->setCalledOperand(Found->second);
      }
  return Twins;
}

} // namespace multiisa
