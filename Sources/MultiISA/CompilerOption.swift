/// What becomes of the options for gcc's front end and code generators (`-f`, `-m`, `-W`).
enum CompilerOption: Equatable {
    /// clang takes it.
    case frontEnd
    /// clang takes it if it is spelled like this.
    case frontEndAs(String)
    /// It changes nothing in what popcorn-cc makes, or clang does not have it and the program is the same without.
    case ignored
    case refused(String)

    init(_ argument: String) {
        self =
            switch argument.dropFirst().first {
            case "f": Self.feature(argument)
            case "m": Self.machine(argument)
            default: Self.warning(argument)
            }
    }

    // MARK: -f

    private static func feature(_ argument: String) -> CompilerOption {
        let isOff = argument.hasPrefix("-fno-")
        let name = String(argument.dropFirst(isOff ? 5 : 2))
        if !isOff, let reason = refusedFeature(name) { return .refused(reason) }
        if name == (isOff ? "signed-bitfields" : "unsigned-bitfields") {
            return .refused("clang's bit-fields are signed; declare them unsigned")
        }
        if isOff && offAnyway.contains(name) { return .ignored }
        let key = String(name.prefix { $0 != "=" })
        return ignoredFeatures.contains(key) || ignoredFamilies.contains { name.hasPrefix($0) } ? .ignored : .frontEnd
    }

    /// What gcc lets one turn off that is off, and clang has no name for.
    private static let offAnyway: Set<String> = [
        "freestanding", "hosted", "syntax-only", "trapv", "preprocessed", "leading-underscore", "pcc-struct-return",
        "plan9-extensions", "gimple", "cond-mismatch", "cilkplus", "handle-exceptions",
    ]

    private static func refusedFeature(_ name: String) -> String? {
        switch name {
        case "openmp", "openacc": "its runtime cannot move; use pthreads"
        case "split-stack", "instrument-functions": "it needs native frames, which do not move"
        case "gnu-tm": "its runtime exists for one node only"
        case "sso-struct=big-endian", "pcc-struct-return", "leading-underscore", "pack-struct-abi":
            "it changes how functions are called, and libc's functions stay as they are"
        case _
        where name.hasPrefix("sanitize=") || name.hasPrefix("profile-generate") || name == "profile-arcs"
            || name == "test-coverage" || name.hasPrefix("profile-instr") || name == "coverage-mapping":
            "its runtime exists for one node only"
        case _ where name.hasPrefix("patchable-function-entry=") || name.hasPrefix("xray"):
            "it makes room for code of one ISA"
        case _ where name.hasPrefix("fixed-") || name.hasPrefix("call-used-") || name.hasPrefix("call-saved-"):
            "registers differ by ISA"
        case _ where name.hasPrefix("plugin"): "gcc's plugins work on gcc's own code"
        default: nil
        }
    }

    /// Position independence, unwinding and hardening of native code, link time optimisation, and passes of gcc's optimiser.
    private static let ignoredFeatures: Set<String> = [
        "pie", "PIE", "pic", "PIC", "plt", "exceptions", "non-call-exceptions", "asynchronous-unwind-tables",
        "unwind-tables", "delete-dead-exceptions", "lto", "fat-lto-objects", "use-linker-plugin", "whole-program",
        "stack-clash-protection", "stack-check", "stack-limit", "stack-usage", "zero-call-used-regs",
        "cf-protection", "semantic-interposition", "aggressive-loop-optimizations", "allocation-dce",
        "allow-store-data-races", "auto-inc-dec", "bit-tests", "branch-count-reg", "branch-probabilities",
        "btr-bb-exclusive", "caller-saves", "canonical-system-headers", "checking", "code-hoisting",
        "combine-stack-adjustments", "compare-elim", "conserve-stack", "cprop-registers", "crossjumping", "dce",
        "defer-pop", "delayed-branch", "directives-only", "dse", "early-inlining", "eliminate-dwarf2-dups",
        "eliminate-unused-debug-symbols", "expensive-optimizations", "extended-identifiers", "float-store",
        "fold-simple-inlines", "force-addr", "forward-propagate", "fp-int-builtin-inexact", "function-cse",
        "gnu-unique",
        "guess-branch-probability", "hoist-adjacent-loads", "indirect-inlining", "inhibit-size-directive",
        "inline-atomics", "inline-functions-called-once", "inline-small-functions", "ivopts", "keep-gc-roots-live",
        "keep-inline-functions", "large-source-files", "limit-function-alignment", "max-include-depth",
        "merge-constants", "merge-debug-strings", "nothrow-opt", "optimize-register-move", "optimize-strlen",
        "partial-inlining", "pch-deps", "pch-preprocess", "peel-loops", "predictive-commoning",
        "prefetch-loop-arrays", "printf-return-value", "random-seed", "reg-struct-return", "regmove",
        "rename-registers", "report-bug", "section-anchors", "signed-bitfields", "simd-cost-model", "ssa-backprop",
        "ssa-phiopt", "stdarg-opt", "store-merging", "strength-reduce", "strict-volatile-bitfields", "sync-libcalls",
        "thread-jumps", "toplevel-reorder", "tracer", "track-macro-expansion", "trampolines", "unconstrained-commons",
        "unit-at-a-time", "unroll-all-loops", "unroll-completely-grow-size", "unsafe-loop-optimizations",
        "unswitch-loops", "use-ld", "variable-expansion-in-unroller", "vect-cost-model", "version-loops-for-strides",
        "unsigned-bitfields", "instrument-functions", "gnu-tm", "openacc", "vpt", "web",
        "working-directory", "ree", "zee", "wrapv-pointer", "lifetime-dse", "live-range-shrinkage",
        "schedule-fusion", "shrink-wrap", "shrink-wrap-separate", "graphite", "gcse", "free", "mem-report",
        "permitted-flt-eval-methods",
    ]
    private static let ignoredFamilies = [
        "stack-protector", "lto-", "analyzer", "argument-", "branch-target-", "callgraph-info", "check-", "chkp-",
        "compare-debug", "cse-", "dbg-cnt", "debug-cpp", "devirtualize", "diagnostics-column-", "diagnostics-escape-",
        "diagnostics-generate-", "diagnostics-minimum-", "diagnostics-path-", "diagnostics-plain-",
        "diagnostics-show-c", "diagnostics-show-l", "diagnostics-show-path", "diagnostics-urls", "diagnostics-format=",
        "diagnostics-parseable", "disable-", "dump-", "enable-", "emit-class-debug", "emit-struct-debug", "gcse-",
        "graphite-", "harden-", "if-conversion", "inline-limit", "ipa-", "ira-", "isolate-erroneous-", "keep-static-",
        "live-patching", "loop-", "lra-", "mem-report-", "modulo-sched", "move-loop-", "mudflap", "opt-info",
        "peephole",
        "post-ipa-", "pre-ipa-", "profile-", "reorder-", "rerun-", "reschedule-", "sanitize", "sched", "sel-sched",
        "selective-", "split-", "stack-limit-", "stack-reuse", "time-report", "tree-", "var-tracking", "align-jumps",
        "align-labels",
    ]

    // MARK: -m

    private static func machine(_ argument: String) -> CompilerOption {
        let name = String(argument.dropFirst(2))
        switch name {
        case "long-double-80", "long-double-128":
            return .refused("long double has the format of double, the only one that every ISA has")
        case "ms-bitfields", "no-ms-bitfields": return .frontEnd
        case "32", "x32", "16", "iamcu": return .refused("the targets are x86-64 and aarch64")
        case "fpmath=387", "soft-float", "general-regs-only", "rtd", "sseregparm", "abi=ms", "align-double", "pc32",
            "pc64", "fentry", "nop-mcount", "record-mcount", "128bit-long-double", "96bit-long-double":
            return .refused("it makes another program, and for one processor only")
        case _ where name.hasPrefix("regparm"): return .refused("it makes another program, and for one processor only")
        case _ where processorFeatures.contains { name.hasPrefix($0) }: return .ignored
        default: return .refused("an option for one processor that popcorn-cc does not know")
        }
    }

    /// What a processor has, how it is best used, and how code for it is hardened. Code is made for every processor of an ISA.
    private static let processorFeatures = [
        "64", "arch=", "tune", "cpu=", "no-", "sse", "ssse3", "avx", "mmx", "3dnow", "fma", "bmi", "abm", "adx", "aes",
        "amx", "cx16", "crc32", "f16c", "fsgsbase", "fxsr", "gfni", "hle", "kl", "lwp", "lzcnt", "movbe", "movdir",
        "mpx", "mwait", "pclmul", "pku", "popcnt", "prefetchwt1", "prfchw", "ptwrite", "rdpid", "rdrnd", "rdseed",
        "rtm",
        "sahf", "serialize", "sgx", "sha", "shstk", "tbm", "tsxldtrk", "uintr", "vaes", "vpclmul", "waitpkg",
        "wbnoinvd", "widekl", "xop", "xsave", "cl", "pconfig", "enqcmd", "hreset", "80387", "hard-float", "fpmath=sse",
        "ieee-fp", "long-double-64", "abi=sysv", "prefer-", "vzeroupper", "stackrealign", "preferred-stack-boundary=",
        "incoming-stack-boundary=", "indirect-branch", "function-return=", "harden-sls=", "retpoline", "cmodel=",
        "tls-d", "branch-", "accumulate-", "push-args", "inline-", "memcpy-strategy=", "memset-strategy=",
        "stringop-strategy=", "recip", "omit-leaf-", "red-zone", "align-", "large-data-threshold=", "move-max=",
        "store-max=", "stack-protector-guard", "skip-rax-setup", "relax-", "fancy-math-387", "fp-ret-in-387",
        "fused-madd", "musl", "outline-atomics", "strict-align", "fix-cortex", "little-endian", "manual-endbr",
        "cet-switch", "direct-extern-access", "8bit-idiv", "mitigate-rop", "force-", "dispatch-scheduler",
        "call-ms2sysv",
        "stack-arg-probe", "needed", "veclibabi=", "cld", "stv", "dump-tune-features", "vect8",
    ]

    // MARK: -W

    private static func warning(_ argument: String) -> CompilerOption {
        var name = argument.dropFirst(2)
        for prefix in ["error=", "no-error=", "no-"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
            break
        }
        let key = String(name.prefix { $0 != "=" })
        if ["implicit-fallthrough", "array-bounds", "unused-const-variable"].contains(key), name.contains("=") {
            // clang has no levels of these.
            return name.hasSuffix("=0") ? .ignored : .frontEndAs(String(argument.prefix(argument.count - 2)))
        }
        if name.hasPrefix("attributes=") { return .ignored }
        return gccWarnings.contains(key) || name.hasPrefix("analyzer-") || name.hasPrefix("suggest-")
            || ["cast-align=strict", "shadow=local", "shadow=global", "shadow=compatible-local"].contains(name)
            ? .ignored : .frontEnd
    }

    /// gcc's warnings for C that clang does not have.
    private static let gccWarnings: Set<String> = [
        "aggressive-loop-optimizations", "alloc-zero", "alloc-size-larger-than", "alloca-larger-than",
        "arith-conversion", "array-compare", "array-parameter", "attribute-alias", "bidi-chars", "bool-compare",
        "builtin-declaration-mismatch", "c11-c2x-compat", "c90-c99-compat", "c99-c11-compat", "cannot-profile",
        "chkp", "clobbered", "coverage-mismatch", "dangling-pointer", "designated-init", "discarded-array-qualifiers",
        "discarded-qualifiers", "duplicated-branches", "duplicated-cond", "format-contains-nul", "format-diag",
        "format-overflow", "format-truncation", "format-signedness", "hsa", "if-not-aligned", "infinite-recursion",
        "invalid-memory-model", "jump-misses-init", "larger-than", "logical-op", "lto-type-mismatch",
        "maybe-uninitialized", "memset-elt-size", "mismatched-dealloc", "missing-attributes",
        "missing-parameter-type", "missing-profile", "multistatement-macros", "nonnull-compare", "normalized",
        "old-style-declaration", "openacc-parallelism", "openmp-simd", "override-init-side-effects",
        "packed-bitfield-compat", "packed-not-aligned", "prio-ctor-dtor", "restrict", "scalar-storage-order",
        "shadow-compatible-local", "shadow-local", "stack-usage", "stringop-overflow", "stringop-overread",
        "stringop-truncation", "switch-outside-range", "switch-unreachable", "sync-nand", "traditional",
        "traditional-conversion", "trampolines", "trivial-auto-var-init", "tsan", "unsafe-loop-optimizations",
        "unsuffixed-float-constants", "use-after-free", "useless-cast", "vector-operation-performance",
        "vla-larger-than", "vla-parameter", "zero-length-bounds",
    ]
}
