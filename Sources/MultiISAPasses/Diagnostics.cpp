//===- Diagnostics.cpp - Findings about the program, with their source lines ===//
#include "Diagnostics.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"

using namespace llvm;

namespace multiisa {
namespace {

/// A file's path as one can open it: debug information splits it into directory and name.
std::string pathOf(const DIFile *File) {
  if (!File)
    return "";
  StringRef Name = File->getFilename(), Directory = File->getDirectory();
  return Name.starts_with("/") || Directory.empty() ? Name.str() : (Directory + "/" + Name).str();
}

} // namespace

void Diagnostics::report(MultiISAFinding Finding, const DILocation *Place, const Function *F, const GlobalVariable *G,
                         const Module &M, const Twine &Reason) {
  std::string File = M.getSourceFileName();
  unsigned Line = 0;
  std::string Name = F ? F->getName().str() : G ? G->getName().str() : "";
  if (Place) {
    // An inlined instruction is reported where it was written.
    File = pathOf(Place->getScope()->getFile());
    Line = Place->getLine();
  } else if (F && F->getSubprogram()) {
    File = pathOf(F->getSubprogram()->getFile());
    Line = F->getSubprogram()->getLine();
  } else if (G) {
    SmallVector<DIGlobalVariableExpression *, 1> Info;
    G->getDebugInfo(Info);
    if (!Info.empty()) {
      File = pathOf(Info[0]->getVariable()->getFile());
      Line = Info[0]->getVariable()->getLine();
    }
  }
  bool IsNote = Finding != MultiISARefusal && Finding != MultiISAWarning;
  if (IsNote && Place)
    if (const DISubprogram *Written = Place->getScope()->getSubprogram())
      Name = Written->getName().str();
  if (IsNote && !Line)
    // The name of the linked module says nothing.
    File = "";
  std::string Text = Reason.str();
  MultiISADiagnostic D = {Finding, File.c_str(), Line, Name.c_str(), Text.c_str()};
  if (Finding == MultiISARefusal)
    Refusals++;
  if (Handler)
    Handler(Context, &D);
}

void Diagnostics::refuse(const Instruction &I, const Twine &Reason) {
  report(MultiISARefusal, I.getDebugLoc().get(), I.getFunction(), nullptr, *I.getModule(), Reason);
}

void Diagnostics::refuse(const Function &F, const Twine &Reason) {
  report(MultiISARefusal, nullptr, &F, nullptr, *F.getParent(), Reason);
}

void Diagnostics::refuse(const GlobalVariable &G, const Twine &Reason) {
  report(MultiISARefusal, nullptr, nullptr, &G, *G.getParent(), Reason);
}

void Diagnostics::warn(const Instruction &I, const Twine &Reason) {
  report(MultiISAWarning, I.getDebugLoc().get(), I.getFunction(), nullptr, *I.getModule(), Reason);
}

void Diagnostics::warn(const GlobalVariable &G, const Twine &Reason) {
  report(MultiISAWarning, nullptr, nullptr, &G, *G.getParent(), Reason);
}

void Diagnostics::note(MultiISAFinding Finding, const Function &F, const Twine &Reason) {
  report(Finding, nullptr, &F, nullptr, *F.getParent(), Reason);
}

void Diagnostics::note(MultiISAFinding Finding, const Function &F, const DILocation *Place, const Twine &Reason) {
  report(Finding, Place, &F, nullptr, *F.getParent(), Reason);
}

void Diagnostics::note(MultiISAFinding Finding, const Instruction &I, const Twine &Reason) {
  report(Finding, I.getDebugLoc().get(), I.getFunction(), nullptr, *I.getModule(), Reason);
}

void Diagnostics::note(MultiISAFinding Finding, const GlobalVariable &G, const Twine &Reason) {
  report(Finding, nullptr, nullptr, &G, *G.getParent(), Reason);
}

} // namespace multiisa
