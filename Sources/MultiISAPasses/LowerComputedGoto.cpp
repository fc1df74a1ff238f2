//===- LowerComputedGoto.cpp - Label values as small numbers ===//
//
// The address of a label is a code address, which differs by ISA. Here each label of a function whose address is taken
// gets a number, and `goto *p` becomes a switch over the numbers:
//
//   store ptr blockaddress(@f, %l), ptr %p         store ptr inttoptr (i64 2 to ptr), ptr %p
//   indirectbr ptr %x, [label %k, label %l]        switch i64 ptrtoint(%x), label %bad [i64 1, label %k  i64 2, label
//   %l]
//
//===----------------------------------------------------------------------===//
#include "Passes.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace multiisa {
namespace {

void lowerFunction(Function &F) {
  LLVMContext &C = F.getContext();
  Type *I64 = Type::getInt64Ty(C);
  DenseMap<BasicBlock *, ConstantInt *> Number;
  SmallVector<IndirectBrInst *, 4> Branches;
  for (BasicBlock &B : F) {
    if (B.hasAddressTaken()) {
      Number[&B] = ConstantInt::get(Type::getInt64Ty(C), Number.size() + 1);
      BlockAddress *Address = BlockAddress::get(&B);
      Address->replaceAllUsesWith(ConstantExpr::getIntToPtr(Number[&B], PointerType::get(C, 0)));
      Address->destroyConstant();
    }
    if (auto *Branch = dyn_cast<IndirectBrInst>(B.getTerminator()))
      Branches.push_back(Branch);
  }
  for (IndirectBrInst *Branch : Branches) {
    BasicBlock *Bad = BasicBlock::Create(C, "no.label", &F);
    new UnreachableInst(C, Bad);
    IRBuilder<> B(Branch);
    SwitchInst *Switch = B.CreateSwitch(B.CreatePtrToInt(Branch->getAddress(), I64), Bad);
    SmallPtrSet<BasicBlock *, 8> Seen;
    for (unsigned I = 0; I < Branch->getNumDestinations(); I++) {
      BasicBlock *To = Branch->getDestination(I);
      if (Seen.insert(To).second && Number.count(To))
        Switch->addCase(Number[To], To);
      else
        To->removePredecessor(Branch->getParent(), true);
    }
    Branch->eraseFromParent();
  }
}

} // namespace

void lowerComputedGoto(Module &M) {
  for (Function &F : M)
    lowerFunction(F);
}

} // namespace multiisa
