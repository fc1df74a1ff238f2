//===- ResumeFunction.cpp - Step 4: a clone of the body that starts at its sites ===//
//
//   define T @f.resume(nest %fp) {
//   args:    the parameters, as values that nobody will read before they are loaded
//   frame:   addresses in the frame (as in the body)
//            switch i32 (load %fp), label %trap [ id, label %resume ... ]
//   resume:  what was saved is loaded, the rest computed again
//            %r = call @g.resume(nest %top)         ; or, at the migration point itself, "arrived"; at setjmp, "jumped"
//            br label %after                        ; the cloned body goes on
//   ...
//
// A value now has two origins, its definition and each resume block; SSAUpdater puts the phis where they meet. Blocks
// that no site reaches disappear.
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"

using namespace llvm;

namespace multiisa {
namespace {

class ResumeBuilder {
  FrameState &S;
  Function &R;
  Value *Frame;
  ValueToValueMapTy Clone;
  BasicBlock *Prologue = nullptr;
  SwitchInst *Switch = nullptr;
  /// For each numbered value, what it is at the end of the resume blocks.
  std::vector<SmallVector<std::pair<BasicBlock *, Value *>, 2>> Origins;

public:
  ResumeBuilder(FrameState &S, Function &R) : S(S), R(R), Frame(R.getArg(0)), Origins(S.Values.size()) {}

  void run() {
    cloneBody();
    for (CallSite &Site : S.Sites)
      makeResumeBlock(Site);
    joinOrigins();
    removeUnreachableBlocks(R);
  }

private:
  void cloneBody() {
    LLVMContext &C = R.getContext();
    auto *Arguments = BasicBlock::Create(C, "args", &R);
    IRBuilder<> B(Arguments);
    Clone[S.Frame] = Frame;
    for (Argument &A : S.F.args())
      if (&A != S.Frame)
        Clone[&A] = B.CreateFreeze(PoisonValue::get(A.getType()), A.getName());
    AttributeList Attributes = R.getAttributes();
    SmallVector<ReturnInst *, 4> Returns;
    CloneFunctionInto(&R, &S.F, Clone, CloneFunctionChangeType::LocalChangesOnly, Returns);
    R.setAttributes(Attributes);
    R.setLinkage(GlobalValue::InternalLinkage);
    Prologue = cast<BasicBlock>(Clone[S.Prologue]);
    B.CreateBr(Prologue);

    auto *Trap = BasicBlock::Create(C, "trap", &R);
    IRBuilder<> TB(Trap);
    TB.CreateIntrinsic(Intrinsic::trap, {}, {});
    TB.CreateUnreachable();
    auto *Entering = Prologue->getTerminator();
    IRBuilder<> SB(Entering);
    Switch = SB.CreateSwitch(SB.CreateLoad(SB.getInt32Ty(), S.at(SB, Frame, FrameSite)), Trap, S.Sites.size());
    Entering->eraseFromParent();
  }

  void makeResumeBlock(CallSite &Site) {
    auto *Block = BasicBlock::Create(R.getContext(), "resume", &R);
    IRBuilder<> B(Block);
    Switch->addCase(B.getInt32(Site.Id), Block);
    DenseMap<Value *, Value *> Here;
    for (unsigned K : Site.Live.set_bits())
      Origins[K].push_back({Block, restore(Site, S.Values[K], B, Here)});

    Value *Top = S.Grows ? (Value *)B.CreateLoad(B.getPtrTy(), S.at(B, Frame, FrameTop)) : S.at(B, Frame, S.Size);
    CallInst *Call;
    if (Site.K == CallSite::Point) {
      Call = B.CreateCall(S.P.arrived(), Top);
    } else if (Site.K == CallSite::JumpTarget) {
      Call = B.CreateCall(S.P.jumped(), Top);
    } else {
      Value *Callee = Site.K == CallSite::Direct
                          ? (Value *)S.P.ResumeOf.lookup(cast<Function>(Site.Call->getCalledOperand()))
                          : S.at(B, restore(Site, Site.Slot, B, Here), SlotResumeEntry);
      Call = B.CreateCall(FunctionType::get(Site.Call->getType(), {B.getPtrTy()}, false), Callee, {Top});
      Call->setAttributes(keepABIAttributes(R.getContext(), Site.Call->getAttributes(), {-1}));
      Call->addParamAttr(0, Attribute::Nest);
    }
    Call->setDebugLoc(cast<Instruction>(Clone[Site.Call])->getDebugLoc());
    B.CreateBr(cast<BasicBlock>(Clone[Site.After]));
    if (auto Own = S.Number.find(Site.Call); Own != S.Number.end())
      Origins[Own->second].push_back({Block, Call});
  }

  /// The value in the resume function's terms: loaded, computed again, or the same everywhere.
  Value *restore(CallSite &Site, Value *V, IRBuilder<> &B, DenseMap<Value *, Value *> &Here) {
    if (isa<Constant>(V))
      return V;
    if (V == S.Frame)
      return Frame;
    auto *I = dyn_cast<Instruction>(V);
    if (I && I->getParent() == S.Prologue)
      return Clone[V];
    if (auto Found = Here.find(V); Found != Here.end())
      return Found->second;
    Value *N;
    if (Site.Saved.contains(V)) {
      N = B.CreateLoad(V->getType(), S.at(B, Frame, S.SlotOffset.lookup(V)), V->getName());
    } else {
      SmallVector<Value *, 4> Operands;
      for (Value *Operand : I->operands())
        Operands.push_back(restore(Site, Operand, B, Here));
      Instruction *Again = I->clone();
      for (unsigned K = 0; K < Operands.size(); K++)
        Again->setOperand(K, Operands[K]);
      Again->setDebugLoc(DebugLoc());
      Again->dropUnknownNonDebugMetadata();
      N = B.Insert(Again, I->getName());
    }
    Here[V] = N;
    return N;
  }

  void joinOrigins() {
    for (unsigned K = 0; K < Origins.size(); K++) {
      if (Origins[K].empty())
        continue;
      auto *V = cast<Instruction>(static_cast<Value *>(Clone[S.Values[K]]));
      SSAUpdater Updater;
      Updater.Initialize(V->getType(), V->getName());
      Updater.AddAvailableValue(V->getParent(), V);
      for (auto &[Block, Origin] : Origins[K])
        Updater.AddAvailableValue(Block, Origin);
      SmallVector<Use *, 16> Uses;
      for (Use &U : V->uses())
        Uses.push_back(&U);
      for (Use *U : Uses) {
        auto *User = cast<Instruction>(U->getUser());
        auto *Phi = dyn_cast<PHINode>(User);
        BasicBlock *Where = Phi ? Phi->getIncomingBlock(*U) : User->getParent();
        if (Where != V->getParent())
          Updater.RewriteUse(*U);
      }
    }
  }
};

} // namespace

void makeResumeFunction(FrameState &S) { ResumeBuilder(S, *S.P.ResumeOf.lookup(&S.F)).run(); }

} // namespace multiisa
