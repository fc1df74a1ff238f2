//===- LowerVariadics.cpp - Variadic functions as functions with one more pointer ===//
//
// A variadic definition gets a last parameter that points to the arguments, laid out as 8-byte slots (16-byte aligned
// types at even slots). Its caller fills them. `va_list` stays the structure of x86-64, which the front end has already
// compiled into every use of va_arg, and always claims that all argument registers are used up, so that va_arg reads
// the slots:
//
//   int sum(int n, ...) { va_list ap; va_start(ap, n); ... }        sum(2, 1, 2.0)
//
//   int sum(int n, void *slots) {                                   uint64_t s[2] = {1, bits(2.0)};
//     va_list ap = {48, 176, slots, 0}; ... }                       sum(2, s);
//
// That is plain memory code on any ISA. Calls of libc's own variadic functions stay as they are: the back end knows
// each ISA's convention. Calls of its v* functions go to wrappers of the runtime, which convert the va_list. The
// address of a variadic libc function becomes that of a small definition that calls its v* function.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "Passes.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {
namespace {

/// {gp_offset, fp_offset, overflow_arg_area, reg_save_area} of the System V ABI for x86-64, with no register left.
constexpr uint32_t GeneralUsedUp = 48, VectorUsedUp = 176;
constexpr uint64_t FPOffset = 4, OverflowArea = 8, SaveArea = 16, VaListSize = 24;

class VariadicLowering {
  Module &M;
  Diagnostics &D;
  LLVMContext &C;
  DenseMap<Function *, Function *> Lowered;

public:
  VariadicLowering(Module &M, Diagnostics &D) : M(M), D(D), C(M.getContext()) {}

  void run() {
    for (Function &F : make_early_inc_range(M))
      if (!F.isDeclaration() && F.isVarArg())
        changeSignature(F);
    for (Function &F : make_early_inc_range(M))
      if (F.isDeclaration() && F.isVarArg() && !F.isIntrinsic() && !Lowered.count(&F) && hasAddressTaken(F))
        wrapLibcFunction(F);
    for (Function &F : M)
      for (Instruction &I : make_early_inc_range(instructions(F)))
        if (auto *CI = dyn_cast<CallInst>(&I))
          lowerCall(*CI);
    for (auto &[Old, New] : Lowered) {
      Old->replaceAllUsesWith(New);
      Old->eraseFromParent();
    }
  }

private:
  void changeSignature(Function &F) {
    FunctionType *Type = F.getFunctionType();
    SmallVector<llvm::Type *, 8> Parameters(Type->params());
    Parameters.push_back(PointerType::get(C, 0));
    auto *N = Function::Create(FunctionType::get(F.getReturnType(), Parameters, false), F.getLinkage(), "", &M);
    N->takeName(&F);
    N->copyAttributesFrom(&F);
    N->setSubprogram(F.getSubprogram());
    F.setSubprogram(nullptr);
    N->setComdat(F.getComdat());
    N->splice(N->begin(), &F);
    for (Argument &A : F.args()) {
      N->getArg(A.getArgNo())->takeName(&A);
      A.replaceAllUsesWith(N->getArg(A.getArgNo()));
    }
    Lowered[&F] = N;
  }

  /// `int (*p)(const char *, ...) = printf;` : p must take slots, as every other variadic function.
  void wrapLibcFunction(Function &F) {
    const LibcFormat *Format = findLibcFormat(F.getName());
    if (!Format) {
      D.refuse(F, "the address of " + F.getName() + " is taken: a variadic libc function without a va_list variant "
                                                    "cannot be called through a pointer; call it by name");
      return;
    }
    FunctionType *Type = F.getFunctionType();
    SmallVector<llvm::Type *, 8> Parameters(Type->params());
    Parameters.push_back(PointerType::get(C, 0));
    auto *FT = FunctionType::get(F.getReturnType(), Parameters, false);
    auto *N = Function::Create(FT, GlobalValue::InternalLinkage, F.getName() + ".slots", &M);
    IRBuilder<> B(BasicBlock::Create(C, "", N));
    Value *List = B.CreateAlloca(ArrayType::get(B.getInt64Ty(), 3));
    startVaList(B, List, N->getArg(N->arg_size() - 1));
    SmallVector<Value *, 8> Arguments;
    for (Argument &A : N->args())
      Arguments.push_back(&A);
    Arguments.back() = List;
    B.CreateRet(B.CreateCall(M.getOrInsertFunction(Format->VaListVariant, FT), Arguments));
    F.replaceUsesWithIf(N, [](Use &U) { return isAddressUse(U); });
  }

  void lowerCall(CallInst &CI) {
    if (auto *II = dyn_cast<IntrinsicInst>(&CI))
      return lowerIntrinsic(*II);
    FunctionType *Type = CI.getFunctionType();
    if (!Type->isVarArg() || CI.isInlineAsm())
      return;
    Function *Callee = directCallee(CI);
    bool IsVariadicDefinition = Callee && Lowered.count(Callee);
    if (Callee && Callee->isDeclaration() && !IsVariadicDefinition) {
      for (unsigned I = 0; I < CI.arg_size(); I++)
        if (CI.isByValArgument(I))
          D.refuse(CI, "a struct is passed by value to " + Callee->getName() + ", whose convention differs by ISA");
      return;
    }
    // `int f(); f(1)` is compiled as a variadic call without fixed arguments, and means an ordinary one.
    if (!IsVariadicDefinition && (Callee || Type->getNumParams() == 0)) {
      SmallVector<llvm::Type *, 8> Parameters;
      for (Value *A : CI.args())
        Parameters.push_back(A->getType());
      CI.mutateFunctionType(FunctionType::get(Type->getReturnType(), Parameters, false));
      return;
    }
    passSlots(CI, IsVariadicDefinition ? Lowered[Callee] : CI.getCalledOperand());
  }

  void lowerIntrinsic(IntrinsicInst &I) {
    IRBuilder<> B(&I);
    Function &F = *I.getFunction();
    switch (I.getIntrinsicID()) {
    case Intrinsic::vastart:
      startVaList(B, I.getArgOperand(0), F.getArg(F.arg_size() - 1));
      break;
    case Intrinsic::vacopy:
      B.CreateMemCpy(I.getArgOperand(0), Align(8), I.getArgOperand(1), Align(8), VaListSize);
      break;
    case Intrinsic::vaend:
      break;
    default:
      return;
    }
    I.eraseFromParent();
  }

  void passSlots(CallInst &CI, Value *Callee) {
    FunctionType *Old = CI.getFunctionType();
    unsigned Fixed = Old->getNumParams();
    Value *Slots = storeSlots(CI);
    IRBuilder<> B(&CI);
    SmallVector<Value *, 8> Arguments(CI.arg_begin(), CI.arg_begin() + Fixed);
    SmallVector<Type *, 8> Parameters(Old->params());
    Arguments.push_back(Slots);
    Parameters.push_back(Slots->getType());
    CallInst *N = B.CreateCall(FunctionType::get(Old->getReturnType(), Parameters, false), Callee, Arguments);
    // Attributes of the fixed arguments stay: a struct among them is lowered by the next pass.
    AttributeList A = CI.getAttributes();
    SmallVector<AttributeSet, 8> Sets;
    for (unsigned I = 0; I < Fixed; I++)
      Sets.push_back(A.getParamAttrs(I));
    Sets.push_back(AttributeSet());
    N->setAttributes(AttributeList::get(C, A.getFnAttrs(), A.getRetAttrs(), Sets));
    N->setDebugLoc(CI.getDebugLoc());
    N->takeName(&CI);
    CI.replaceAllUsesWith(N);
    CI.eraseFromParent();
  }
};

} // namespace

void startVaList(IRBuilder<> &B, Value *List, Value *Slots) {
  Type *I8 = B.getInt8Ty();
  B.CreateStore(B.getInt32(GeneralUsedUp), List);
  B.CreateStore(B.getInt32(VectorUsedUp), B.CreateConstGEP1_64(I8, List, FPOffset));
  B.CreateStore(Slots, B.CreateConstGEP1_64(I8, List, OverflowArea));
  B.CreateStore(ConstantPointerNull::get(B.getPtrTy()), B.CreateConstGEP1_64(I8, List, SaveArea));
}

Value *storeSlots(CallInst &CI) {
  unsigned Fixed = CI.getFunctionType()->getNumParams();
  const DataLayout &DL = CI.getModule()->getDataLayout();
  uint64_t Size = 0;
  SmallVector<uint64_t, 8> Offsets;
  for (unsigned I = Fixed; I < CI.arg_size(); I++) {
    Type *T = CI.isByValArgument(I) ? CI.getParamByValType(I) : CI.getArgOperand(I)->getType();
    Align A = CI.isByValArgument(I) ? CI.getParamAlign(I).valueOrOne() : DL.getABITypeAlign(T);
    Size = alignTo(Size, A.value() >= 16 ? 16 : 8);
    Offsets.push_back(Size);
    Size += alignTo(DL.getTypeAllocSize(T), 8);
  }
  IRBuilder<> Entry(allocaPoint(*CI.getFunction()));
  auto *Slots = Entry.CreateAlloca(ArrayType::get(Entry.getInt8Ty(), std::max<uint64_t>(Size, 8)), nullptr, "slots");
  Slots->setAlignment(Align(16));

  IRBuilder<> B(&CI);
  for (unsigned I = Fixed; I < CI.arg_size(); I++) {
    Value *To = B.CreateConstGEP1_64(B.getInt8Ty(), Slots, Offsets[I - Fixed]), *From = CI.getArgOperand(I);
    if (CI.isByValArgument(I))
      B.CreateMemCpy(To, Align(8), From, CI.getParamAlign(I), DL.getTypeAllocSize(CI.getParamByValType(I)));
    else
      B.CreateAlignedStore(From, To, Align(8));
  }
  return Slots;
}

void lowerVariadics(Module &M, Diagnostics &D) { VariadicLowering(M, D).run(); }

} // namespace multiisa
