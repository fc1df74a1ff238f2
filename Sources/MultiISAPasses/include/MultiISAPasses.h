/// The passes that turn one LLVM module into a program for every ISA; all that Swift sees of the C++ side.
///
/// A driver calls them in this order (docs/compiler.md explains each step):
///
///     multiISACheckSupported      per object file: what cannot be supported is reported, with its line
///     multiISAResolveWeak         on the linked module: weak references to what is nowhere are null
///     multiISACheckLibcCalls      the same, without libpopcorn: calls of libc
///     multiISALowerISASpecifics   on the linked module, before optimisation: nothing ISA-specific stays in the IR
///     (LLVM's own -O2)
///     multiISAInsertChecks        migration checks, where the policy wants them
///     multiISAMakeResumable       resumable frames, function slots, sections at equal addresses
///     (code generation, once per ISA, with multiISASlotAssembly appended)
#ifndef MULTIISAPASSES_H
#define MULTIISAPASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct LLVMOpaqueModule;

/// A string attribute that marks functions of the runtime's module part: they are no concern of a program's author.
#define MULTIISA_RUNTIME_ATTRIBUTE "popcorn-runtime"

/// What a pass has found. All that begin with `MultiISAHolds` tell where a thread stays although it was asked to move.
typedef enum MultiISAFinding {
  MultiISARefusal,        ///< it cannot move between ISAs, and no program is made
  MultiISAWarning,        ///< it binds the program to a node
  MultiISAHoldsShort,     ///< a function without a migration point that is soon over
  MultiISAHoldsNoPoint,   ///< a function from which no migration point can be reached, and that may take long
  MultiISAHoldsLoop,      ///< a loop without a migration point
  MultiISAHoldsCallback,  ///< a call of libc that calls functions of the program
  MultiISAHoldsHandler,   ///< a signal handler
  MultiISAHoldsNodeLocal, ///< a call of libc whose result belongs to the node
} MultiISAFinding;

/// What a pass has to say about a place in the source.
typedef struct MultiISADiagnostic {
  MultiISAFinding finding;
  const char *file;     ///< empty if the module has no line information
  unsigned line;        ///< 0 if unknown
  const char *function; ///< empty for a global variable
  const char *reason;
} MultiISADiagnostic;

/// Called once per finding; the strings live as long as the call.
typedef void (*MultiISADiagnosticHandler)(void *context, const MultiISADiagnostic *diagnostic);

/// Where migration checks go.
typedef enum MultiISACheckPolicy {
  MultiISAChecksNone,  ///< nowhere: the program moves at its own calls of migrate() only
  MultiISAChecksEntry, ///< at the entry of every function
  MultiISAChecksOuter, ///< entries and loops; call-free innermost loops are strip-mined instead
  MultiISAChecksAll,   ///< entries and every iteration of every loop
} MultiISACheckPolicy;

/// Reports what one file contains that cannot move between ISAs.
void multiISACheckSupported(struct LLVMOpaqueModule *module, MultiISADiagnosticHandler handler, void *context);

/// Whether the initial value of a variable may be reported. Its line is known only to a module with debug information.
bool multiISAHasFindingsInVariables(struct LLVMOpaqueModule *module);

/// Decides weak references that the program does not define: to libc's functions and variables they are references like
/// others, any other is null.
void multiISAResolveWeak(struct LLVMOpaqueModule *module, bool (*isInLibc)(void *context, const char *name),
                         void *context);

/// Reports calls of libc functions that cannot work after a hop (refusals) or bind the program to a node (warnings).
/// For the program without libpopcorn: whatever it does not define is taken for libc's.
void multiISACheckLibcCalls(struct LLVMOpaqueModule *module, MultiISADiagnosticHandler handler, void *context);

/// Replaces what depends on the ISA by plain code: variadic functions, setjmp, structs by value, computed goto,
/// thread-local variables, target attributes, constructors. Makes `__popcorn_program` the only entry.
void multiISALowerISASpecifics(struct LLVMOpaqueModule *module, MultiISADiagnosticHandler handler, void *context);

/// Inserts migration checks. Returns how many.
unsigned multiISAInsertChecks(struct LLVMOpaqueModule *module, MultiISACheckPolicy policy);

/// The result of `multiISAMakeResumable`; `multiISADisposeProgram` frees it.
typedef struct MultiISAProgram MultiISAProgram;

/// Gives every function that may reach a migration point a resumable frame, after it has reported what holds a thread
/// with these checks. Returns NULL after a refusal.
MultiISAProgram *multiISAMakeResumable(struct LLVMOpaqueModule *module, MultiISACheckPolicy policy,
                                       MultiISADiagnosticHandler handler, void *context);

/// Assembly text for the function slots of one ISA ("x86-64" or "aarch64"). Valid until the program is disposed of.
const char *multiISASlotAssembly(MultiISAProgram *program, const char *isa);

/// A description of the migratable functions, as JSON; see `Binaries.ProgramDescription`.
const char *multiISADescription(MultiISAProgram *program);

void multiISADisposeProgram(MultiISAProgram *program);

/// The class of a libc function ("safe", "wrapped", "module", "callback", "node-local", "refused"), or NULL if libc's
/// table does not list it. `note` becomes what there is to say about it, or an empty string.
const char *multiISALibcClass(const char *name, const char **note);

/// Calls `visit` for each row of libc's table; a pattern may end in `*`.
void multiISAVisitLibcTable(void (*visit)(void *context, const char *pattern, const char *kind, const char *note),
                            void *context);

/// Called once per member of an archive; name and content live as long as the call.
typedef void (*MultiISAMemberVisitor)(void *context, const char *name, const char *content, size_t size);

/// Visits the members of an archive of objects in their order, whatever `ar` made it; a thin archive names its members'
/// files from where it is itself, `path`. Returns NULL, or what is wrong, for LLVMDisposeMessage.
char *multiISAVisitArchive(const char *bytes, size_t size, const char *path, MultiISAMemberVisitor visit,
                           void *context);

/// Visits the names that the index of an archive lists. Returns NULL, or what is wrong, such as that there is no index,
/// for LLVMDisposeMessage.
char *multiISAVisitArchiveIndex(const char *bytes, size_t size, const char *path,
                                void (*visit)(void *context, const char *name), void *context);

#ifdef __cplusplus
}
#endif
#endif
