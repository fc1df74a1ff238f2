//===- MultiISAPasses.cpp - The C interface ===//
#include "MultiISAPasses.h"
#include "Passes.h"
#include "RuntimeNames.h"
#include "llvm-c/Core.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace multiisa;

struct MultiISAProgram {
  ResumableProgram Program;
  std::string Assembly, Description;
};

void multiISACheckSupported(LLVMOpaqueModule *M, MultiISADiagnosticHandler Handler, void *Context) {
  Diagnostics D(Handler, Context);
  dropDeadBlocks(*unwrap(M));
  refuseUnsupported(*unwrap(M), D);
}

bool multiISAHasFindingsInVariables(LLVMOpaqueModule *M) { return hasFindingsInVariables(*unwrap(M)); }

void multiISACheckLibcCalls(LLVMOpaqueModule *M, MultiISADiagnosticHandler Handler, void *Context) {
  Diagnostics D(Handler, Context);
  dropDeadBlocks(*unwrap(M));
  checkLibcCalls(*unwrap(M), D);
}

void multiISALowerISASpecifics(LLVMOpaqueModule *Ref, MultiISADiagnosticHandler Handler, void *Context) {
  Module &M = *unwrap(Ref);
  Diagnostics D(Handler, Context);
  dropTargetAttributes(M);
  lowerEmptyAssembly(M);
  renameLocals(M);
  nameLongDoubleFunctions(M);
  lowerComputedGoto(M);
  lowerSetjmp(M, D);
  definePointsByAddress(M);
  lowerVariadics(M, D);
  lowerStructsByValue(M, D);
  lowerThreadLocals(M, D);
  makeProgramEntry(M);
}

unsigned multiISAInsertChecks(LLVMOpaqueModule *M, MultiISACheckPolicy Policy) {
  return insertMigrationChecks(*unwrap(M), Policy);
}

MultiISAProgram *multiISAMakeResumable(LLVMOpaqueModule *Ref, MultiISACheckPolicy Policy,
                                       MultiISADiagnosticHandler Handler, void *Context) {
  Module &M = *unwrap(Ref);
  Diagnostics D(Handler, Context);
  auto P = std::make_unique<MultiISAProgram>();
  renameWrapped(M);
  rewriteLongDoubleFormats(M);
  noteHeldThreads(M, Policy, D);
  makeFramesResumable(M, P->Program, D);
  placeGlobals(M, D);
  if (D.hasRefusals())
    return nullptr;

  raw_string_ostream Out(P->Description);
  json::OStream J(Out);
  J.array([&] {
    for (const MigratableFunction &F : P->Program.Functions)
      J.object([&] {
        J.attribute("name", F.Name);
        J.attribute("frameSize", int64_t(F.FrameSize));
        J.attribute("grows", F.GrowsAtRunTime);
        J.attribute("firstSite", F.FirstSite);
        J.attribute("callSites", F.CallSites);
        J.attribute("migrationPoints", F.MigrationPoints);
        J.attribute("savedValues", F.SavedValues);
        J.attribute("recomputedValues", F.RecomputedValues);
        J.attributeArray("checkSites", [&] {
          for (unsigned Site : F.CheckSites)
            J.value(Site);
        });
      });
  });
  return P.release();
}

const char *multiISASlotAssembly(MultiISAProgram *P, const char *ISA) {
  bool IsArm = StringRef(ISA) == "aarch64";
  const char *Jump = IsArm ? "b" : "jmp", *Trap = IsArm ? "brk #1" : "ud2";
  P->Assembly.clear();
  raw_string_ostream Out(P->Assembly);
  Out << "\t.section .popcorn.slots,\"ax\",%progbits\n\t.globl " << names::Slots << "\n\t.p2align 5\n"
      << names::Slots << ":\n";
  for (const FunctionSlot &S : P->Program.Slots) {
    auto jump = [&](const std::string &To) {
      if (To.empty())
        Out << "\t" << Trap << "\n";
      else
        Out << "\t" << Jump << " \"" << To << "\"\n";
    };
    Out << "\t.p2align 5\n";
    jump(S.Native);
    Out << "\t.p2align 3\n";
    jump(S.Fast);
    Out << "\t.p2align 3\n";
    jump(S.Resume);
  }
  Out << "\t.p2align 5\n\t" << Trap << "\n\t.p2align 5\n\t.text\n";
  return P->Assembly.c_str();
}

const char *multiISADescription(MultiISAProgram *P) { return P->Description.c_str(); }

void multiISADisposeProgram(MultiISAProgram *P) { delete P; }
