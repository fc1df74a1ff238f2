//===- EmptyAssembly.cpp - Assembly that consists of white space and comments ===//
//
// Such a statement generates no instruction. It tells the compiler something about its operands (a value may have
// changed, memory may have been read), and that is right on any ISA. What a comment is, the front end's ISA says, since
// the text was written for it: on x86 `#` begins one anywhere, up to the end of the line, semicolons included; `//` and
// `/* */` are known to every assembler that LLVM has.
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace multiisa {

bool isEmptyAssembly(StringRef Text) {
  while (!Text.empty()) {
    if (Text.consume_front("/*")) {
      size_t End = Text.find("*/");
      if (End == StringRef::npos)
        return false;
      Text = Text.drop_front(End + 2);
    } else if (Text.starts_with("#") || Text.starts_with("//")) {
      Text = Text.drop_until([](char C) { return C == '\n' || C == '\r'; });
    } else if (isSpace(Text.front()) || Text.front() == ';') {
      Text = Text.drop_front();
    } else {
      return false;
    }
  }
  return true;
}

namespace {

/// Where nothing is done, any register is as good as the one that was asked for, and no label is jumped to.
std::string anyRegister(StringRef Constraint) {
  if (Constraint.starts_with("!"))
    return "";
  if (Constraint.starts_with("~{"))
    return Constraint == "~{memory}" ? Constraint.str() : "";
  StringRef Modifiers = Constraint.take_while([](char C) { return StringRef("=+&*%").contains(C); });
  SmallVector<StringRef, 4> Alternatives;
  Constraint.drop_front(Modifiers.size()).split(Alternatives, '|');
  std::string Result = Modifiers.str();
  ListSeparator Separator("|");
  for (StringRef Alternative : Alternatives) {
    Result += StringRef(Separator);
    for (StringRef Rest = Alternative; !Rest.empty();) {
      size_t Length = 1;
      if (Rest.front() == '{')
        Length = Rest.find('}') + 1;
      else if (Rest.front() == '^')
        Length = 3;
      StringRef Code = Rest.take_front(Length);
      // A flag is no register: what it would be after nothing cannot be said.
      bool IsRegister = (Code.size() > 1 && !Code.starts_with("{@")) || StringRef("abcdSDqQRlUxyvAwkft").contains(Code);
      bool IsInteger = StringRef("IJKLMNOeZ").contains(Code);
      Result += IsRegister ? "r" : IsInteger ? "i" : Code.str();
      Rest = Rest.drop_front(Length);
    }
  }
  return Result;
}

/// The output in the register that this input is in, which is unchanged there: `={ax},{ax}` means `={ax},0`, and is
/// what becomes of a variable in a named register.
std::optional<unsigned> outputInRegister(StringRef Input, ArrayRef<StringRef> Constraints) {
  if (!Input.starts_with("{"))
    return std::nullopt;
  for (auto [I, Output] : enumerate(Constraints))
    if (Output.starts_with("=") && Output.drop_front() == Input)
      return I;
  return std::nullopt;
}

/// The statement's operands as a series of stores and loads that the compiler cannot see through: what is wider than a
/// register of either ISA, or has alternatives among which LLVM does not choose well.
class ThroughMemory {
  CallInst &CI;
  InlineAsm::ConstraintInfoVector Constraints;
  SmallVector<Value *, 8> Places;    // of outputs, by constraint
  SmallVector<Value *, 8> Addresses; // of memory that the statement may change
  SmallVector<std::pair<Type *, Value *>, 4> Results;

public:
  explicit ThroughMemory(CallInst &CI)
      : CI(CI), Constraints(cast<InlineAsm>(CI.getCalledOperand())->ParseConstraints()) {}

  static bool isNeeded(CallInst &CI) {
    if (cast<InlineAsm>(CI.getCalledOperand())->getConstraintString().find('|') != std::string::npos)
      return true;
    if (hasTieOfOtherType(CI))
      return true;
    const DataLayout &DL = CI.getModule()->getDataLayout();
    auto isWide = [&](Type *T) { return T->isSized() && (T->isVectorTy() || DL.getTypeSizeInBits(T) > 64); };
    if (auto *S = dyn_cast<StructType>(CI.getType()))
      return any_of(S->elements(), isWide) || any_of(CI.args(), [&](Use &U) { return isWide(U->getType()); });
    return isWide(CI.getType()) || any_of(CI.args(), [&](Use &U) { return isWide(U->getType()); });
  }

  void run() {
    IRBuilder<> B(&CI);
    unsigned Argument = 0;
    for (const auto &C : Constraints) {
      Places.push_back(nullptr);
      if (C.Type == InlineAsm::isClobber || C.Type == InlineAsm::isLabel)
        continue;
      if (C.Type == InlineAsm::isOutput && !C.isIndirect) {
        Type *T = outputType(CI, Constraints, Places.size() - 1);
        Results.push_back({T, Places.back() = place(T)});
        continue;
      }
      Value *Operand = CI.getArgOperand(Argument++);
      if (C.isIndirect) {
        Addresses.push_back(Operand);
        Places.back() = Operand;
        continue;
      }
      if (std::optional<unsigned> Output = tiedOutput(C)) {
        // A register's upper part is not the output's.
        if (Type *T = outputType(CI, Constraints, *Output); T->isIntegerTy() && Operand->getType()->isIntegerTy())
          Operand = B.CreateZExtOrTrunc(Operand, T);
        B.CreateStore(Operand, Places[*Output], true);
      } else if (!isa<Constant>(Operand)) {
        B.CreateStore(Operand, place(Operand->getType()), true);
      }
    }
    // The addresses become known to whoever may change memory.
    std::string Registers;
    SmallVector<Type *, 8> Types;
    for (Value *Address : Addresses) {
      Types.push_back(Address->getType());
      Registers += "r,";
    }
    if (!Addresses.empty() || cast<InlineAsm>(CI.getCalledOperand())->hasSideEffects())
      B.CreateCall(InlineAsm::get(FunctionType::get(B.getVoidTy(), Types, false), "", Registers + "~{memory}", true),
                   Addresses);
    Value *Whole = isa<StructType>(CI.getType()) ? PoisonValue::get(CI.getType()) : nullptr;
    for (auto [I, R] : enumerate(Results)) {
      Value *Loaded = B.CreateLoad(R.first, R.second, true);
      Whole = Whole ? B.CreateInsertValue(Whole, Loaded, I) : Loaded;
    }
    if (Whole)
      CI.replaceAllUsesWith(Whole);
    CI.eraseFromParent();
  }

private:
  static std::optional<unsigned> tiedOutput(const InlineAsm::ConstraintInfo &C) {
    unsigned Output = 0;
    if (C.Type != InlineAsm::isInput || C.Codes.empty() || StringRef(C.Codes[0]).getAsInteger(10, Output))
      return std::nullopt;
    return Output;
  }

  /// The type of the output with this index, or of what it is written to; null if that is not known.
  static Type *outputType(CallInst &CI, const InlineAsm::ConstraintInfoVector &Constraints, unsigned Index) {
    unsigned Result = 0, Argument = 0;
    for (unsigned I = 0; I < Index; I++)
      (Constraints[I].isIndirect ? Argument : Result)++;
    if (Constraints[Index].isIndirect)
      return CI.getParamElementType(Argument);
    auto *S = dyn_cast<StructType>(CI.getType());
    return S ? S->getElementType(Result) : CI.getType();
  }

  static bool hasTieOfOtherType(CallInst &CI) {
    auto Constraints = cast<InlineAsm>(CI.getCalledOperand())->ParseConstraints();
    unsigned Argument = 0;
    for (const auto &C : Constraints) {
      if (C.Type == InlineAsm::isClobber || (C.Type == InlineAsm::isOutput && !C.isIndirect))
        continue;
      Type *T = CI.getArgOperand(Argument++)->getType();
      if (std::optional<unsigned> Output = tiedOutput(C); Output && outputType(CI, Constraints, *Output) != T)
        return true;
    }
    return false;
  }

  Value *place(Type *T) {
    BasicBlock &Entry = CI.getFunction()->getEntryBlock();
    return new AllocaInst(T, CI.getModule()->getDataLayout().getAllocaAddrSpace(), "asm.operand", Entry.begin());
  }
};

} // namespace

std::string constraintsOfEmptyAssembly(StringRef Constraints) {
  SmallVector<StringRef, 8> List;
  Constraints.split(List, ',', -1, false);
  std::vector<std::string> Kept;
  for (StringRef Constraint : List)
    if (std::optional<unsigned> Output = outputInRegister(Constraint, List))
      Kept.push_back(std::to_string(*Output));
    else if (std::string Some = anyRegister(Constraint); !Some.empty())
      Kept.push_back(Some);
  return join(Kept, ",");
}

namespace {

InlineAsm *withoutRegisters(const InlineAsm &Assembly) {
  return InlineAsm::get(Assembly.getFunctionType(), "", constraintsOfEmptyAssembly(Assembly.getConstraintString()),
                        Assembly.hasSideEffects());
}

/// `asm goto` that does nothing goes on behind itself.
void lowerGoto(CallBrInst &CB) {
  auto *Assembly = withoutRegisters(*cast<InlineAsm>(CB.getCalledOperand()));
  SmallVector<Value *, 8> Arguments(CB.args());
  IRBuilder<> B(&CB);
  CallInst *CI = B.CreateCall(Assembly, Arguments);
  CI->setAttributes(CB.getAttributes());
  for (BasicBlock *Label : CB.getIndirectDests())
    Label->removePredecessor(CB.getParent());
  B.CreateBr(CB.getDefaultDest());
  CB.replaceAllUsesWith(CI);
  CB.eraseFromParent();
}

template <class Call> SmallVector<Call *, 8> emptyAssembly(Function &F) {
  SmallVector<Call *, 8> Found;
  for (Instruction &I : instructions(F))
    if (auto *C = dyn_cast<Call>(&I))
      if (auto *Assembly = dyn_cast<InlineAsm>(C->getCalledOperand()))
        if (isEmptyAssembly(Assembly->getAsmString()))
          Found.push_back(C);
  return Found;
}

} // namespace

void lowerEmptyAssembly(Module &M) {
  if (isEmptyAssembly(M.getModuleInlineAsm()))
    M.setModuleInlineAsm("");
  for (Function &F : M) {
    for (CallBrInst *CB : emptyAssembly<CallBrInst>(F))
      lowerGoto(*CB);
    for (CallInst *CI : emptyAssembly<CallInst>(F)) {
      CI->setCalledOperand(withoutRegisters(*cast<InlineAsm>(CI->getCalledOperand())));
      if (ThroughMemory::isNeeded(*CI))
        ThroughMemory(*CI).run();
    }
  }
}

} // namespace multiisa
