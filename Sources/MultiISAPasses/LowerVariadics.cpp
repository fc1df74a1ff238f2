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
// each ISA's convention. Calls of its v* functions go to wrappers of the runtime, which convert the va_list.
//
// A call with variable arguments through a pointer does not know what it will reach: `sum`, libc's `open` (whatever its
// type says, in a table of system calls), or a function that is not variadic at all. So it passes everything in slots,
// to a second function that lies behind each function that has an address (VariadicTwins.cpp):
//
//   int (*p)(const char *, int, ...);        uint64_t s[3] = {path, flags, mode};
//   p(path, flags, mode)                     ((int (*)(void *))(p + 32))(s)
//
// Without variable arguments, it is a call like any other. So is one without a prototype, `int (*p)(); p(path, 0)`,
// whose arguments are all fixed ones to the front end.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "RuntimeNames.h"
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
    N->addFnAttr(names::TakesSlots);
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

  void lowerCall(CallInst &CI) {
    if (auto *II = dyn_cast<IntrinsicInst>(&CI))
      return lowerIntrinsic(*II);
    if (CI.isInlineAsm())
      return;
    Function *Callee = directCallee(CI);
    // Whatever the declaration said that the caller has seen.
    if (Function *Definition = Callee ? Lowered.lookup(Callee) : nullptr)
      return passSlots(CI, Definition);
    FunctionType *Type = CI.getFunctionType();
    if (!Type->isVarArg())
      return;
    if (Callee && Callee->isDeclaration()) {
      for (unsigned I = 0; I < CI.arg_size(); I++)
        if (CI.isByValArgument(I))
          D.refuse(CI, "a struct is passed by value to " + Callee->getName() + ", whose convention differs by ISA");
      return;
    }
    // `int f(); f(1)` is compiled as a variadic call without fixed arguments, and means an ordinary one.
    if (Callee || Type->getNumParams() == 0) {
      SmallVector<llvm::Type *, 8> Parameters;
      for (Value *A : CI.args())
        Parameters.push_back(A->getType());
      CI.mutateFunctionType(FunctionType::get(Type->getReturnType(), Parameters, false));
    } else if (CI.arg_size() > Type->getNumParams()) {
      callTwin(CI);
    }
    // Else it stays what it is, so that a variadic function of libc learns on x86-64 of arguments in vector registers.
  }

  void lowerIntrinsic(IntrinsicInst &I) {
    IRBuilder<> B(&I);
    Function &F = *I.getFunction();
    switch (I.getIntrinsicID()) {
    case Intrinsic::vastart: startVaList(B, I.getArgOperand(0), F.getArg(F.arg_size() - 1)); break;
    case Intrinsic::vacopy:
      B.CreateMemCpy(I.getArgOperand(0), Align(8), I.getArgOperand(1), Align(8), VaListSize);
      break;
    case Intrinsic::vaend: break;
    default: return;
    }
    I.eraseFromParent();
  }

  void passSlots(CallInst &CI, Function *Callee) {
    FunctionType *Type = Callee->getFunctionType();
    unsigned Fixed = Type->getNumParams() - 1;
    // An argument that is missing, or of another kind than the parameter, is undefined in C.
    Value *Slots = storeSlots(CI, std::min<size_t>(Fixed, CI.arg_size()));
    SmallVector<Value *, 8> Arguments;
    for (unsigned I = 0; I < Fixed; I++)
      Arguments.push_back(I < CI.arg_size() && CI.getArgOperand(I)->getType() == Type->getParamType(I)
                              ? CI.getArgOperand(I)
                              : PoisonValue::get(Type->getParamType(I)));
    Arguments.push_back(Slots);
    // Attributes of the fixed arguments stay: a struct among them is lowered by the next pass.
    AttributeList A = CI.getAttributes();
    SmallVector<AttributeSet, 8> Sets;
    for (unsigned I = 0; I < Fixed; I++)
      Sets.push_back(I < CI.arg_size() ? A.getParamAttrs(I) : AttributeSet());
    Sets.push_back(AttributeSet());
    IRBuilder<> B(&CI);
    CallInst *N = B.CreateCall(Type, Callee, Arguments);
    N->setAttributes(AttributeList::get(C, A.getFnAttrs(), A.getRetAttrs(), Sets));
    replaceCall(CI, N);
  }

  void callTwin(CallInst &CI) {
    for (unsigned I = 0; I < CI.getFunctionType()->getNumParams(); I++)
      if (CI.isByValArgument(I))
        copyStructArgument(CI, I);
    Value *Slots = storeSlots(CI, 0, TwinSlack);
    IRBuilder<> B(&CI);
    Value *Twin = B.CreateConstGEP1_64(B.getInt8Ty(), CI.getCalledOperand(), FunctionSlotSize);
    CallInst *N = B.CreateCall(FunctionType::get(CI.getType(), {Slots->getType()}, false), Twin, {Slots});
    N->setAttributes(AttributeList::get(C, AttributeSet(), CI.getAttributes().getRetAttrs(), {AttributeSet()}));
    M.getOrInsertNamedMetadata(names::CallsTwins);
    replaceCall(CI, N);
  }

  static void replaceCall(CallInst &CI, CallInst *N) {
    N->setDebugLoc(CI.getDebugLoc());
    N->takeName(&CI);
    if (!CI.use_empty())
      CI.replaceAllUsesWith(N->getType() == CI.getType() ? (Value *)N : PoisonValue::get(CI.getType()));
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

uint64_t placeInSlots(uint64_t &Size, Type *T, Align A, const DataLayout &DL) {
  uint64_t Offset = alignTo(Size, A.value() >= 16 ? 16 : 8);
  Size = Offset + alignTo(DL.getTypeAllocSize(T), 8);
  return Offset;
}

Value *storeSlots(CallInst &CI, unsigned First, uint64_t Slack) {
  const DataLayout &DL = CI.getModule()->getDataLayout();
  uint64_t Size = 0;
  SmallVector<uint64_t, 8> Offsets;
  for (unsigned I = First; I < CI.arg_size(); I++) {
    Type *T = CI.isByValArgument(I) ? CI.getParamByValType(I) : CI.getArgOperand(I)->getType();
    Align A = CI.isByValArgument(I) ? CI.getParamAlign(I).valueOrOne() : DL.getABITypeAlign(T);
    Offsets.push_back(placeInSlots(Size, T, A, DL));
  }
  IRBuilder<> Entry(allocaPoint(*CI.getFunction()));
  auto *Slots =
      Entry.CreateAlloca(ArrayType::get(Entry.getInt8Ty(), std::max<uint64_t>(Size + Slack, 8)), nullptr, "slots");
  Slots->setAlignment(Align(16));

  IRBuilder<> B(&CI);
  for (unsigned I = First; I < CI.arg_size(); I++) {
    Value *To = B.CreateConstGEP1_64(B.getInt8Ty(), Slots, Offsets[I - First]), *From = CI.getArgOperand(I);
    if (CI.isByValArgument(I))
      B.CreateMemCpy(To, Align(8), From, CI.getParamAlign(I), DL.getTypeAllocSize(CI.getParamByValType(I)));
    else
      B.CreateAlignedStore(From, To, Align(8));
  }
  return Slots;
}

void lowerVariadics(Module &M, Diagnostics &D) { VariadicLowering(M, D).run(); }

} // namespace multiisa
