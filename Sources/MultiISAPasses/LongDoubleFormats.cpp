//===- LongDoubleFormats.cpp - %Lf is %f where long double is double ===//
//
// A native printf that reads %Lf takes an argument of the processor's long double; a program for all ISAs has passed
// a double. So `L` goes from these conversions:
//
//     printf("%5.1Lf %d\n", x, n)             printf("%5.1f %d\n", x, n)
//
// That is done here for a format that is a constant. Any other format is looked at by the runtime when the call is
// made, which has one place for that: its wrappers of the functions with a va_list (node/libc/va_list.c).
//
//     printf(format, x, n)                    slots = {bits(x), n}; va_list list = {48, 176, slots, 0};
//                                             __popcorn_vprintf(format, list)
//
// Runs after optimisation, when more formats are constants, and before the frames are laid out.
//
//===----------------------------------------------------------------------===//
#include "../../Images/runtime/node/libc/format.h"
#include "LibcTable.h"
#include "Passes.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace multiisa {
namespace {

class FormatRewriting {
  Module &M;
  LLVMContext &C;
  /// A constant, and what to use in its place: itself, if nothing has to change; null if it is not known as a string.
  DenseMap<std::pair<Constant *, const LibcFormat *>, Constant *> Known;

public:
  explicit FormatRewriting(Module &M) : M(M), C(M.getContext()) {}

  void run() {
    for (Function &F : M)
      for (Instruction &I : make_early_inc_range(instructions(F)))
        if (auto *CI = dyn_cast<CallInst>(&I))
          rewriteCall(*CI);
  }

private:
  void rewriteCall(CallInst &CI) {
    Function *Callee = directCallee(CI);
    const LibcFormat *Format = Callee && Callee->isDeclaration() ? findLibcFormat(Callee->getName()) : nullptr;
    if (!Format || CI.arg_size() <= Format->Parameter)
      return;
    Value *Operand = CI.getArgOperand(Format->Parameter);
    if (Constant *New = withoutLongDouble(Operand, *Format))
      CI.setArgOperand(Format->Parameter, New);
    else if (CI.getFunctionType()->isVarArg() && !isUnchanged(Operand, *Format))
      callVaListVariant(CI, *Format);
  }

  Constant *withoutLongDouble(Value *Operand, const LibcFormat &Format) {
    auto *Old = dyn_cast<Constant>(Operand);
    // No format at all: `warn(NULL)`.
    if (!Old || isa<ConstantPointerNull>(Old))
      return Old;
    auto [Entry, IsNew] = Known.try_emplace({Old, &Format}, nullptr);
    if (!IsNew)
      return Entry->second;
    ConstantDataArraySlice Slice;
    if (!getConstantDataArrayInfo(Old, Slice, Format.Width))
      return nullptr;
    SmallVector<uint32_t, 64> Text;
    bool HasChanged = false;
    popcorn_format State = {};
    State.scans = Format.Scans;
    for (uint64_t I = 0;; I++) {
      // Without its end it is no string; libc may see what is behind it.
      if (I == Slice.Length)
        return nullptr;
      uint32_t Character = Slice.Array ? Slice[I] : 0;
      if (popcorn_format_step(&State, Character)) {
        HasChanged = true;
        if (Format.Scans)
          Text.back() = 'l';
        else
          Text.pop_back();
      }
      Text.push_back(Character);
      if (!Character)
        break;
    }
    return Entry->second = HasChanged ? makeString(Text, Format.Width) : Old;
  }

  Constant *makeString(ArrayRef<uint32_t> Text, unsigned Width) {
    SmallVector<uint8_t, 64> Bytes(Text.begin(), Text.end());
    Constant *Value = Width == 8 ? ConstantDataArray::get(C, Bytes) : ConstantDataArray::get(C, Text);
    auto *G = new GlobalVariable(M, Value->getType(), true, GlobalValue::PrivateLinkage, Value, "format");
    G->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    G->setAlignment(Align(Width / 8));
    return G;
  }

  /// Whether the format is one of several constants that all stay as they are: `n == 1 ? "%d byte" : "%d bytes"`.
  bool isUnchanged(Value *Operand, const LibcFormat &Format) {
    SmallVector<Value *, 8> Open{Operand};
    SmallPtrSet<Value *, 8> Seen;
    while (!Open.empty()) {
      Value *V = Open.pop_back_val();
      if (!Seen.insert(V).second)
        continue;
      if (auto *S = dyn_cast<SelectInst>(V))
        Open.append({S->getTrueValue(), S->getFalseValue()});
      else if (auto *P = dyn_cast<PHINode>(V))
        Open.append(P->value_op_begin(), P->value_op_end());
      else if (withoutLongDouble(V, Format) != V)
        return false;
    }
    return true;
  }

  void callVaListVariant(CallInst &CI, const LibcFormat &Format) {
    unsigned Fixed = CI.getFunctionType()->getNumParams();
    IRBuilder<> Entry(allocaPoint(*CI.getFunction())), B(&CI);
    Value *List = Entry.CreateAlloca(ArrayType::get(Entry.getInt64Ty(), 3), nullptr, "list");
    startVaList(B, List, storeSlots(CI, Fixed));
    SmallVector<Value *, 8> Arguments(CI.arg_begin(), CI.arg_begin() + Fixed);
    SmallVector<Type *, 8> Parameters(CI.getFunctionType()->params());
    Arguments.push_back(List);
    Parameters.push_back(List->getType());
    auto *Type = FunctionType::get(CI.getType(), Parameters, false);
    CallInst *N = B.CreateCall(M.getOrInsertFunction(("__popcorn_" + Format.VaListVariant).str(), Type), Arguments);
    N->setDebugLoc(CI.getDebugLoc());
    N->takeName(&CI);
    CI.replaceAllUsesWith(N);
    CI.eraseFromParent();
  }
};

} // namespace

void rewriteLongDoubleFormats(Module &M) { FormatRewriting(M).run(); }

} // namespace multiisa
