//===- ResumableFrames.cpp - Frames that are the same on every ISA ===//
//
// A function that may reach a migration point keeps what must survive a hop in a frame of its own, in memory that
// moves with the program. Its address comes from the caller as a hidden parameter (`nest`: a register that C's
// conventions do not use); a callee's frame begins where the caller's ends. Nothing is rewritten at a hop: on the
// other node, main's resume function enters the callee's resume function, and so on down to the call that left.
//
//   int sum(struct tree *t) {                  int sum(nest char *fp, struct tree *t) {
//     if (!t) return 0;                          if (!t) return 0;
//     int l = sum(t->left);                      store t -> fp+8;  store site 1 -> fp;
//     return l + sum(t->right);                  int l = sum(fp+16, t->left);
//   }                                            store l -> fp+12; store site 2 -> fp;   ...
//                                              }
//                                              int sum.resume(nest char *fp) {
//                                                switch (load fp) {
//                                                case 1: t = load fp+8; l = sum.resume(fp+16); goto after1;
//                                                case 2: l = load fp+12; r = sum.resume(fp+16); goto after2; }
//                                                ... the rest of the body ...
//                                              }
//
// The steps, one file each:
//
//   1 FrameMemory.cpp     local variables lie in the frame
//   2 CallSites.cpp       calls that may hop get the frame pointer and a block boundary on either side
//   3 SavedValues.cpp     values that live across a site: computed again, or given a place in the frame
//   4 ResumeFunction.cpp  a clone of the body that starts at its sites
//   5 FunctionSlots.cpp   function pointers that mean the same on every ISA (VariadicTwins.cpp: with variable
//   arguments) 6 EntryPoints.cpp     how the runtime starts and resumes
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace multiisa {
namespace {

/// The declared shape of `F(nest fp, args)` or `F.resume(nest fp)`.
Function *declare(Function &Old, StringRef Name, bool WithArguments) {
  LLVMContext &C = Old.getContext();
  SmallVector<Type *, 8> Parameters{PointerType::get(C, 0)};
  SmallVector<int, 8> From{-1};
  if (WithArguments)
    for (Argument &A : Old.args()) {
      Parameters.push_back(A.getType());
      From.push_back(A.getArgNo());
    }
  auto *N = Function::Create(FunctionType::get(Old.getReturnType(), Parameters, false), GlobalValue::InternalLinkage,
                             Name, Old.getParent());
  N->setAttributes(keepABIAttributes(C, Old.getAttributes(), From));
  N->addFnAttr(Attribute::NoUnwind);
  N->addParamAttr(0, Attribute::Nest);
  N->addParamAttr(0, Attribute::getWithAlignment(C, Align(FrameAlignment)));
  N->addParamAttr(0, Attribute::NoUndef);
  return N;
}

FunctionPair makePair(Function &Old) {
  std::string Name = Old.getName().str();
  Old.setName(Name + ".original");
  FunctionPair Pair{declare(Old, Name, true), declare(Old, Name + ".resume", false)};
  for (auto Kind :
       {Attribute::Cold, Attribute::OptimizeNone, Attribute::NoInline, Attribute::OptimizeForSize, Attribute::MinSize})
    if (Old.hasFnAttribute(Kind))
      Pair.Body->addFnAttr(Kind);
  if (Old.hasFnAttribute("frame-pointer"))
    Pair.Body->addFnAttr(Old.getFnAttribute("frame-pointer"));
  // Resume code runs once per hop and frame: small, and out of the way of the hot code.
  Pair.Resume->addFnAttr(Attribute::NoInline);
  Pair.Resume->addFnAttr(Attribute::Cold);
  Pair.Resume->setSection(".text.resume");
  Pair.Body->setSubprogram(Old.getSubprogram());
  Old.setSubprogram(nullptr);
  Pair.Body->splice(Pair.Body->begin(), &Old);
  for (Argument &A : Old.args()) {
    Argument *N = Pair.Body->getArg(A.getArgNo() + 1);
    N->takeName(&A);
    A.replaceAllUsesWith(N);
  }
  return Pair;
}

void transform(ProgramFrames &P, FunctionPair Pair) {
  Function &F = *Pair.Body;
  FrameState S(P, F);
  BasicBlock *Entry = &F.getEntryBlock();
  S.Prologue = BasicBlock::Create(F.getContext(), "frame", &F, Entry);
  BranchInst::Create(Entry, S.Prologue);

  moveAllocasIntoFrame(S);
  makeCallSites(S);
  promoteTop(S);
  chooseSavedValues(S);
  layOutFrame(S);
  storeSavedValues(S);
  makeResumeFunction(S);

  for (CallSite &Site : S.Sites)
    P.SiteFrames[Site.Id] = S.Grows ? -1 : int32_t(S.Size);
  unsigned Points = 0;
  std::vector<unsigned> Checks;
  for (const CallSite &Site : S.Sites) {
    if (Site.K != CallSite::Point)
      continue;
    Points++;
    if (Site.Call->getCalledFunction()->getName() != names::Migrate)
      Checks.push_back(Site.Id);
  }
  unsigned First = S.Sites.empty() ? 0 : S.Sites.front().Id;
  P.Result.Functions.push_back({F.getName().str(), S.Size, S.Grows, First, unsigned(S.Sites.size()), Points,
                                S.SavedCount, S.RecomputedCount, std::move(Checks)});
}

/// Functions without a frame find the thread's variables through the runtime's current thread.
void expandLocals(Module &M) {
  Function *Locals = M.getFunction(names::Locals);
  if (!Locals)
    return;
  LLVMContext &C = M.getContext();
  auto *Thread = cast<GlobalVariable>(M.getOrInsertGlobal(names::CurrentThread, PointerType::get(C, 0)));
  Thread->setThreadLocalMode(GlobalValue::LocalExecTLSModel);
  for (User *U : make_early_inc_range(Locals->users())) {
    auto *Call = cast<CallInst>(U);
    IRBuilder<> B(Call);
    Value *Block = B.CreateLoad(B.getPtrTy(), B.CreateThreadLocalAddress(Thread));
    Call->replaceAllUsesWith(B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Block, ThreadLocals));
    Call->eraseFromParent();
  }
  Locals->eraseFromParent();
}

/// For the runtime, which can then walk and check the frames.
void publishSiteTable(ProgramFrames &P) {
  LLVMContext &C = P.M.getContext();
  Constant *Sizes = ConstantDataArray::get(
      C, ArrayRef<uint32_t>(reinterpret_cast<uint32_t *>(P.SiteFrames.data()), P.SiteFrames.size()));
  new GlobalVariable(P.M, Sizes->getType(), true, GlobalValue::ExternalLinkage, Sizes, names::SiteFrames);
  new GlobalVariable(P.M, Type::getInt32Ty(C), true, GlobalValue::ExternalLinkage,
                     ConstantInt::get(Type::getInt32Ty(C), P.SiteFrames.size()), names::SiteCount);
}

} // namespace

FunctionCallee ProgramFrames::arrived() const {
  return M.getOrInsertFunction(names::Arrived, Type::getVoidTy(M.getContext()), PointerType::get(M.getContext(), 0));
}

FunctionCallee ProgramFrames::jumped() const {
  return M.getOrInsertFunction(names::Jumped, Type::getInt32Ty(M.getContext()), PointerType::get(M.getContext(), 0));
}

void makeFramesResumable(Module &M, ResumableProgram &Result, Diagnostics &D) {
  SmallVector<Function *, 32> Taken;
  for (Function &F : M)
    if (!F.isIntrinsic() && hasAddressTaken(F))
      Taken.push_back(&F);
  VariadicTwins Twins = makeVariadicTwins(M, Taken);
  MigratableFunctions Migratable(M);

  ProgramFrames P(M, D, Migratable, Result);
  for (Function *F : Migratable.list()) {
    FunctionPair Pair = makePair(*F);
    P.Pairs[F] = Pair;
    P.ResumeOf[Pair.Body] = Pair.Resume;
  }
  for (Function *F : Migratable.list())
    transform(P, P.Pairs[F]);
  expandLocals(M);
  makeEntryPoints(P);
  makeFunctionSlots(P, Taken, Twins);
  publishSiteTable(P);
  for (Function *F : Migratable.list())
    F->eraseFromParent();
}

} // namespace multiisa
