//===- RefuseUnsupported.cpp - What cannot move between ISAs is refused, with its line ===//
//
// Runs before any optimisation, so that every finding still has the source line and the function in which it was
// written: on each object file for what is wrong in itself, and once more on the linked program for calls of libc,
// since only there is it known which functions the program defines itself. What is left is compiled rightly or not at
// all.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace multiisa {
namespace {

/// The reason why a type cannot be the same on every ISA, or an empty string.
StringRef unsupportedType(Type *T, unsigned Depth = 0) {
  // In IR that another compiler has made; ours has the format of double.
  if (T->isX86_FP80Ty())
    return "a long double of 80 bits exists on x86-64 only: compile it with popcorn-cc";
  if (T->isFP128Ty())
    return "__float128 is not the same on every ISA: use double";
  if (T->isHalfTy() || T->isBFloatTy())
    return "_Float16 and __bf16 are passed differently by each ISA: use float";
  if (Depth < 16 && (T->isStructTy() || T->isArrayTy() || T->isVectorTy()))
    for (Type *Element : T->subtypes())
      if (StringRef Reason = unsupportedType(Element, Depth + 1); !Reason.empty())
        return Reason;
  return "";
}

class Checker {
  Module &M;
  Diagnostics &D;

public:
  Checker(Module &M, Diagnostics &D) : M(M), D(D) {}

  void run() {
    if (!isEmptyAssembly(M.getModuleInlineAsm()))
      for (Function &F : M)
        if (!F.isDeclaration()) {
          D.refuse(F, "the file contains assembly outside of functions, which is for one ISA only");
          break;
        }
    for (GlobalVariable &G : M.globals())
      if (!G.isDeclaration())
        if (StringRef Reason = unsupportedType(G.getValueType()); !Reason.empty())
          D.refuse(G, Reason);
    for (GlobalIFunc &I : M.ifuncs())
      if (auto *F = I.getResolverFunction())
        D.refuse(*F, "ifunc resolvers run once per node and choose code for it");
    for (Function &F : M)
      if (!F.isDeclaration())
        checkFunction(F);
  }

private:
  void checkFunction(Function &F) {
    if (F.isVarArg() && F.arg_empty())
      D.refuse(F, "a variadic function without a fixed parameter");
    if (F.hasFnAttribute(Attribute::Naked))
      D.refuse(F, "a naked function is assembly for one ISA");
    // One finding of a kind per function is enough, at the first instruction that knows its line: a type's reason is a
    // good key.
    MapVector<const char *, Instruction *> Types;
    for (Instruction &I : instructions(F)) {
      if (StringRef Reason = typeReason(I); !Reason.empty()) {
        Instruction *&Found = Types[Reason.data()];
        if (!Found || (!Found->getDebugLoc() && I.getDebugLoc()))
          Found = &I;
      }
      if (auto *CB = dyn_cast<CallBase>(&I))
        checkCall(*CB);
    }
    for (auto &[Reason, I] : Types)
      D.refuse(*I, Reason);
  }

  static StringRef typeReason(Instruction &I) {
    if (StringRef Reason = unsupportedType(I.getType()); !Reason.empty())
      return Reason;
    if (auto *A = dyn_cast<AllocaInst>(&I))
      return unsupportedType(A->getAllocatedType());
    for (Value *Operand : I.operands())
      if (StringRef Reason = unsupportedType(Operand->getType()); !Reason.empty())
        return Reason;
    return "";
  }

  void checkCall(CallBase &CB) {
    if (isa<InvokeInst>(CB))
      return D.refuse(CB, "exceptions");
    if (auto *CI = dyn_cast<CallInst>(&CB); CI && CI->isMustTailCall())
      return D.refuse(CB, "musttail: a frame that is replaced cannot be resumed");
    if (CB.isInlineAsm())
      return checkAssembly(CB);
    if (auto *II = dyn_cast<IntrinsicInst>(&CB))
      return checkIntrinsic(*II);
    Function *F = directCallee(CB);
    if (CB.hasFnAttr(Attribute::ReturnsTwice) || (F && F->hasFnAttribute(Attribute::ReturnsTwice)))
      if (!F || (!isSetjmp(F->getName()) && F->getName() != "vfork"))
        D.refuse(CB, "calls " + (F ? F->getName() : "a function") + ", which returns twice");
  }

  void checkAssembly(CallBase &CB) {
    auto *Assembly = cast<InlineAsm>(CB.getCalledOperand());
    if (!isEmptyAssembly(Assembly->getAsmString()))
      return D.refuse(CB, "inline assembly is for one ISA: use a builtin, an intrinsic of C11, or plain C");
    // An empty statement is a barrier for the compiler, right on any ISA if its operands can be anywhere.
    std::string Constraints = constraintsOfEmptyAssembly(Assembly->getConstraintString());
    for (const auto &Constraint : InlineAsm::ParseConstraints(Constraints))
      for (const std::string &Code : Constraint.Codes)
        if (Constraint.Type != InlineAsm::isClobber && !isDigit(Code[0]) && Code != "imr" &&
            !(Code.size() == 1 && StringRef("rmgiXnsEFoVp<>").contains(Code)))
          return D.refuse(CB, "inline assembly with the constraint \"" + Code + "\", which is for one ISA");
  }

  void checkIntrinsic(IntrinsicInst &I) {
    StringRef Name = I.getCalledFunction()->getName();
    if (Name.starts_with("llvm.x86.") || Name.starts_with("llvm.aarch64."))
      return D.refuse(I, "uses " + Name + ", which exists on one ISA only: use vector extensions or plain C");
    switch (I.getIntrinsicID()) {
    case Intrinsic::eh_sjlj_setjmp:
    case Intrinsic::eh_sjlj_longjmp: return D.refuse(I, "__builtin_setjmp and __builtin_longjmp save native registers");
    case Intrinsic::returnaddress:
    case Intrinsic::frameaddress:
    case Intrinsic::addressofreturnaddress:
    case Intrinsic::sponentry:
      return D.refuse(I, "reads a native frame or return address, which means nothing on the other ISA");
    case Intrinsic::init_trampoline:
    case Intrinsic::adjust_trampoline: return D.refuse(I, "a trampoline is code for one ISA");
    case Intrinsic::read_register:
    case Intrinsic::write_register:
    case Intrinsic::read_volatile_register: return D.refuse(I, "a variable in a named register");
    case Intrinsic::set_rounding:
    case Intrinsic::get_rounding: return D.warn(I, "the rounding mode belongs to the processor and does not move");
    default: return;
    }
  }
};

} // namespace

void refuseUnsupported(Module &M, Diagnostics &D) { Checker(M, D).run(); }

void checkLibcCalls(Module &M, Diagnostics &D) {
  for (Function &F : M) {
    const LibcRow *Row = F.isDeclaration() && !F.isIntrinsic() ? findLibcRow(F.getName()) : nullptr;
    if (!Row || (Row->Kind != LibcKind::Refused && Row->Kind != LibcKind::NodeLocal))
      continue;
    for (User *U : F.users())
      if (auto *I = dyn_cast<Instruction>(U)) {
        auto *CB = dyn_cast<CallBase>(I);
        StringRef Use = CB && directCallee(*CB) == &F ? "calls " : "takes the address of ";
        if (Row->Kind == LibcKind::Refused)
          D.refuse(*I, Use + F.getName() + ": " + Row->Note);
        else
          D.warn(*I, Use + F.getName() + ": " + Row->Note);
      } else {
        for (GlobalVariable *G : variablesWith(U))
          if (Row->Kind == LibcKind::Refused)
            D.refuse(*G, "takes the address of " + F.getName() + ": " + Row->Note);
          else
            D.warn(*G, "takes the address of " + F.getName() + ": " + Row->Note);
      }
  }
}

bool hasFindingsInVariables(Module &M) {
  for (GlobalVariable &G : M.globals())
    if (!G.isDeclaration() && !unsupportedType(G.getValueType()).empty())
      return true;
  for (Function &F : M) {
    const LibcRow *Row = F.isDeclaration() && !F.isIntrinsic() ? findLibcRow(F.getName()) : nullptr;
    if ((Row && (Row->Kind == LibcKind::Refused || Row->Kind == LibcKind::NodeLocal)) || isSetjmp(F.getName()))
      for (User *U : F.users())
        if (!isa<Instruction>(U) && !variablesWith(U).empty())
          return true;
  }
  return false;
}

} // namespace multiisa
