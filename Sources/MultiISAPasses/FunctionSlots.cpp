//===- FunctionSlots.cpp - Step 5: function pointers that mean the same everywhere ===//
//
// A function's address is that of its slot, 32 bytes of code at an address that both binaries share:
//
//   +0   jump to the native entry, for callers that follow C's conventions (libc)
//   +8   jump to the fast entry, for calls through pointers: the frame pointer comes in the nest register
//   +16  jump to the resume function; a trap for functions that cannot reach a migration point
//
// The native entry of a migratable function finds its frame in the thread's control block. In a program that calls
// through pointers with variable arguments, the function's twin has the next slot (VariadicTwins.cpp).
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/IR/GlobalAlias.h"

using namespace llvm;

namespace multiisa {
namespace {

/// `T f.native(args)`: C's convention outside, the frame pointer inside.
Function *nativeEntry(ProgramFrames &P, Function *Original, Function *Body) {
  LLVMContext &C = P.M.getContext();
  auto *Thread = cast<GlobalVariable>(P.M.getOrInsertGlobal(names::CurrentThread, PointerType::get(C, 0)));
  Thread->setThreadLocalMode(GlobalValue::LocalExecTLSModel);
  auto *N =
      Function::Create(Original->getFunctionType(), GlobalValue::InternalLinkage, Body->getName() + ".native", &P.M);
  SmallVector<int, 8> From;
  for (unsigned I = 0; I < Original->arg_size(); I++)
    From.push_back(I);
  N->setAttributes(keepABIAttributes(C, Original->getAttributes(), From));
  IRBuilder<> B(BasicBlock::Create(C, "", N));
  Value *Block = B.CreateLoad(B.getPtrTy(), B.CreateThreadLocalAddress(Thread));
  Value *Top = B.CreateLoad(B.getPtrTy(), B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Block, ThreadFrameTop));
  SmallVector<Value *, 8> Arguments{Top};
  for (Argument &A : N->args())
    Arguments.push_back(&A);
  CallInst *Call = B.CreateCall(Body, Arguments);
  From.insert(From.begin(), -1);
  Call->setAttributes(keepABIAttributes(C, Original->getAttributes(), From));
  Call->addParamAttr(0, Attribute::Nest);
  if (N->getReturnType()->isVoidTy())
    B.CreateRetVoid();
  else
    B.CreateRet(Call);
  return N;
}

/// Replaces every use of the function but direct calls of it.
void replaceAddress(Function *F, Constant *Address) {
  F->replaceUsesWithIf(Address, [](Use &U) { return isAddressUse(U) && !isa<Constant>(U.getUser()); });
  for (bool Again = true; Again;) {
    Again = false;
    for (Use &U : F->uses()) {
      auto *User = dyn_cast<Constant>(U.getUser());
      if (!User || !isAddressUse(U))
        continue;
      if (isa<GlobalValue>(User))
        U.set(Address);
      else
        User->handleOperandChange(F, Address);
      Again = true;
      break;
    }
  }
}

/// A symbol that a slot can jump to. The function's own stays local to the program: it may be that of a function of
/// libc, which the runtime calls (`static int read(struct device *)`).
std::string entrySymbol(ProgramFrames &P, Function *F, StringRef Kind) {
  if (F->isDeclaration())
    return F->getName().str();
  std::string Name = ("__popcorn_slot_" + Twine(P.Result.Slots.size()) + Kind).str();
  return GlobalAlias::create(F->getFunctionType(), 0, GlobalValue::ExternalLinkage, Name, F, &P.M)->getName().str();
}

void addSlot(ProgramFrames &P, Function *F) {
  auto Found = P.Pairs.find(F);
  if (Found == P.Pairs.end()) {
    std::string Entry = entrySymbol(P, F, "");
    P.Result.Slots.push_back({Entry, Entry, ""});
  } else {
    FunctionPair Pair = Found->second;
    P.Result.Slots.push_back({entrySymbol(P, nativeEntry(P, F, Pair.Body), ".native"), entrySymbol(P, Pair.Body, ""),
                              entrySymbol(P, Pair.Resume, ".resume")});
  }
}

} // namespace

void makeFunctionSlots(ProgramFrames &P, ArrayRef<Function *> Taken, const VariadicTwins &Twins) {
  LLVMContext &C = P.M.getContext();
  auto *Slot = ArrayType::get(Type::getInt8Ty(C), FunctionSlotSize);
  uint64_t Count = Taken.size() * (Twins.empty() ? 1 : 2);
  auto *Slots = new GlobalVariable(P.M, ArrayType::get(Slot, Count + 1), true, GlobalValue::ExternalLinkage, nullptr,
                                   names::Slots);
  for (Function *F : Taken) {
    // Not inbounds: a twin's slot is reached from this one. First of all, for the slot's own symbols use the function.
    Constant *Index = ConstantInt::get(Type::getInt64Ty(C), P.Result.Slots.size());
    replaceAddress(F, ConstantExpr::getGetElementPtr(Slot, Slots, Index));
    addSlot(P, F);
    if (!Twins.empty())
      addSlot(P, Twins.lookup(F));
  }
}

} // namespace multiisa
