//===- EntryPoints.cpp - Step 6: how the runtime starts and resumes ===//
//
//   int  __popcorn_begin(char *frame, int argc, char **argv, char **envp)      a new program
//   int  __popcorn_continue(char *frame)                                       its main thread, after a hop
//   void *__popcorn_begin_thread(char *frame, void *(*start)(void *), void *)  a new thread
//   void *__popcorn_continue_thread(char *frame, void *(*start)(void *))       that thread, after a hop
//
//===----------------------------------------------------------------------===//
#include "ResumableFrames.h"

using namespace llvm;

namespace multiisa {
namespace {

class EntryPoint {
  Function *F;
  IRBuilder<> B;

public:
  EntryPoint(Module &M, const char *Name, Type *Result, ArrayRef<Type *> Parameters)
      : F(Function::Create(FunctionType::get(Result, Parameters, false), GlobalValue::ExternalLinkage, Name, M)),
        B(BasicBlock::Create(M.getContext(), "", F)) {
    F->addFnAttr(Attribute::NoUnwind);
  }

  Value *argument(unsigned I) { return F->getArg(I); }
  IRBuilder<> &builder() { return B; }

  /// Returns what `Callee` returns; its first argument is the frame pointer if `HasFrame`.
  void finish(Value *Callee, ArrayRef<Value *> Arguments, bool HasFrame) {
    SmallVector<Type *, 4> Types;
    for (Value *A : Arguments)
      Types.push_back(A->getType());
    CallInst *Call = B.CreateCall(FunctionType::get(F->getReturnType(), Types, false), Callee, Arguments);
    if (HasFrame)
      Call->addParamAttr(0, Attribute::Nest);
    B.CreateRet(Call);
  }

  /// For what cannot happen.
  void trap() {
    B.CreateIntrinsic(Intrinsic::trap, {}, {});
    B.CreateUnreachable();
  }
};

} // namespace

void makeEntryPoints(ProgramFrames &P) {
  LLVMContext &C = P.M.getContext();
  Type *I32 = Type::getInt32Ty(C), *Ptr = PointerType::get(C, 0), *I8 = Type::getInt8Ty(C);

  // The program's name is the pair's body now, if it can hop at all.
  Function *Original = P.M.getFunction(std::string(names::Program) + ".original");
  Function *Program = P.M.getFunction(names::Program);
  bool CanHop = Original && P.Pairs.count(Original);

  EntryPoint Begin(P.M, names::Begin, I32, {Ptr, I32, Ptr, Ptr});
  SmallVector<Value *, 4> Arguments{Begin.argument(0), Begin.argument(1), Begin.argument(2), Begin.argument(3)};
  Begin.finish(Program, ArrayRef(Arguments).drop_front(CanHop ? 0 : 1), CanHop);

  EntryPoint Continue(P.M, names::Continue, I32, {Ptr});
  if (CanHop)
    Continue.finish(P.ResumeOf.lookup(Program), {Continue.argument(0)}, true);
  else
    Continue.trap();
  Program->setLinkage(GlobalValue::InternalLinkage);

  EntryPoint BeginThread(P.M, names::BeginThread, Ptr, {Ptr, Ptr, Ptr});
  Value *Fast = BeginThread.builder().CreateConstInBoundsGEP1_64(I8, BeginThread.argument(1), SlotFastEntry);
  BeginThread.finish(Fast, {BeginThread.argument(0), BeginThread.argument(2)}, true);

  EntryPoint ContinueThread(P.M, names::ContinueThread, Ptr, {Ptr, Ptr});
  Value *Resume = ContinueThread.builder().CreateConstInBoundsGEP1_64(I8, ContinueThread.argument(1), SlotResumeEntry);
  ContinueThread.finish(Resume, {ContinueThread.argument(0)}, true);
}

} // namespace multiisa
