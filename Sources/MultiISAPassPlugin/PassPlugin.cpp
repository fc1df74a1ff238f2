//===- PassPlugin.cpp - Each pass of Passes.h for opt ===//
//
//   opt-19 -load-pass-plugin=libMultiISAPassPlugin.so -passes=multiisa-lower-setjmp -S file.ll
//
// Several passes are separated by commas, and LLVM's own may stand between them. A pass that needs to know more is told
// in angle brackets: multiisa-insert-migration-checks<outer>, multiisa-resolve-weak<puts;exit>. What a pass has to say
// about the program goes to stderr, a line each. An unknown name that begins with `multiisa-` prints all there are.
//
//===----------------------------------------------------------------------===//
#include "llvm/Passes/PassPlugin.h"
#include "Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>

using namespace llvm;
using namespace multiisa;

namespace {

constexpr StringRef Prefix = "multiisa-";

StringRef kind(MultiISAFinding Finding) {
  switch (Finding) {
  case MultiISARefusal: return "refusal";
  case MultiISAWarning: return "warning";
  case MultiISAHoldsShort: return "holds-short";
  case MultiISAHoldsNoPoint: return "holds-no-point";
  case MultiISAHoldsLoop: return "holds-loop";
  case MultiISAHoldsCallback: return "holds-callback";
  case MultiISAHoldsHandler: return "holds-handler";
  case MultiISAHoldsNodeLocal: return "holds-node-local";
  }
  llvm_unreachable("a finding of no kind");
}

void printFinding(void *, const MultiISADiagnostic *Found) {
  errs() << kind(Found->finding) << ": ";
  if (Found->line)
    errs() << Found->file << ":" << Found->line << ": ";
  if (*Found->function)
    errs() << "in '" << Found->function << "': ";
  errs() << Found->reason << "\n";
}

std::optional<MultiISACheckPolicy> policy(StringRef Name) {
  return StringSwitch<std::optional<MultiISACheckPolicy>>(Name)
      .Case("none", MultiISAChecksNone)
      .Case("entry", MultiISAChecksEntry)
      .Case("outer", MultiISAChecksOuter)
      .Case("all", MultiISAChecksAll)
      .Default(std::nullopt);
}

/// One pass by its name. `Run` returns whether it understood what stood in the angle brackets.
struct NamedPass {
  StringRef Name;
  bool (*Run)(Module &M, Diagnostics &D, StringRef Parameter);
};

template <void (*Pass)(Module &)> bool plain(Module &M, Diagnostics &, StringRef Parameter) {
  Pass(M);
  return Parameter.empty();
}

template <void (*Pass)(Module &, Diagnostics &)> bool reporting(Module &M, Diagnostics &D, StringRef Parameter) {
  Pass(M, D);
  return Parameter.empty();
}

bool resolveWeakAmong(Module &M, Diagnostics &, StringRef Names) {
  SmallVector<StringRef, 8> InLibc;
  Names.split(InLibc, ';', -1, false);
  resolveWeak(M, [&](StringRef Name) { return is_contained(InLibc, Name); });
  return true;
}

bool insertChecks(Module &M, Diagnostics &, StringRef Name) {
  auto Policy = policy(Name);
  if (Policy)
    insertMigrationChecks(M, *Policy);
  return Policy.has_value();
}

bool noteHeld(Module &M, Diagnostics &D, StringRef Name) {
  auto Policy = policy(Name);
  if (Policy)
    noteHeldThreads(M, *Policy, D);
  return Policy.has_value();
}

bool makeResumable(Module &M, Diagnostics &D, StringRef Parameter) {
  ResumableProgram Program;
  makeFramesResumable(M, Program, D);
  return Parameter.empty();
}

/// In the order of Passes.h.
const NamedPass Passes[] = {
    {"drop-dead-blocks", plain<dropDeadBlocks>},
    {"refuse-unsupported", reporting<refuseUnsupported>},
    {"resolve-weak", resolveWeakAmong},
    {"check-libc-calls", reporting<checkLibcCalls>},
    {"rename-locals", plain<renameLocals>},
    {"name-long-double-functions", plain<nameLongDoubleFunctions>},
    {"drop-target-attributes", plain<dropTargetAttributes>},
    {"lower-empty-assembly", plain<lowerEmptyAssembly>},
    {"lower-computed-goto", plain<lowerComputedGoto>},
    {"lower-setjmp", reporting<lowerSetjmp>},
    {"define-points-by-address", plain<definePointsByAddress>},
    {"lower-variadics", reporting<lowerVariadics>},
    {"lower-structs-by-value", reporting<lowerStructsByValue>},
    {"lower-thread-locals", reporting<lowerThreadLocals>},
    {"make-program-entry", plain<makeProgramEntry>},
    {"insert-migration-checks", insertChecks},
    {"rename-wrapped", plain<renameWrapped>},
    {"rewrite-long-double-formats", plain<rewriteLongDoubleFormats>},
    {"note-held-threads", noteHeld},
    {"make-frames-resumable", makeResumable},
    {"place-globals", reporting<placeGlobals>},
};

struct PassAdaptor : PassInfoMixin<PassAdaptor> {
  const NamedPass &Named;
  std::string Parameter;

  PassAdaptor(const NamedPass &Named, StringRef Parameter) : Named(Named), Parameter(Parameter.str()) {}

  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    Diagnostics D(printFinding, nullptr);
    if (!Named.Run(M, D, Parameter))
      report_fatal_error(Twine(Prefix) + Named.Name + " does not know <" + Parameter + ">", false);
    return PreservedAnalyses::none();
  }

  static bool isRequired() { return true; }
};

bool addPass(StringRef Name, ModulePassManager &Manager, ArrayRef<PassBuilder::PipelineElement>) {
  if (!Name.consume_front(Prefix))
    return false;
  auto [Wanted, Rest] = Name.split('<');
  for (const NamedPass &Named : Passes)
    if (Named.Name == Wanted) {
      Manager.addPass(PassAdaptor(Named, Rest.substr(0, Rest.rfind('>'))));
      return true;
    }
  for (const NamedPass &Named : Passes)
    errs() << Prefix << Named.Name << "\n";
  return false;
}

} // namespace

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "multiisa", "1",
          [](PassBuilder &Builder) { Builder.registerPipelineParsingCallback(addPass); }};
}
