import CLLVM
import ISA
import MultiISAPasses
import Support

/// The way of a linked module to one object file per ISA.
struct Transformation {
    let invocation: Invocation
    let findings: Findings

    struct Result {
        var objects: [ISA: String]
        /// The functions that can migrate, as JSON.
        var functions: String
        var checks: Int
        /// Of the transformed module; both binaries carry it as build id.
        var digest: String
    }

    /// Transforms `module` and writes `NAME.<isa>.popcorn-program.o` into `directory`.
    func run(_ module: Module, into directory: String) throws -> Result {
        let machine = try TargetMachine(.x86_64)
        machine.adopt(module.reference)
        findings.collect { multiISALowerISASpecifics(module.reference, $0, $1) }
        try findings.check()
        try module.verify(after: "lowering")
        try machine.run("default<O2>", on: module.reference)
        if invocation.saveTemporaries { try module.print(to: directory + "/before.ll") }

        let policy = invocation.checks.policy
        let checks = multiISAInsertChecks(module.reference, policy)
        try module.verify(after: "inserting checks")
        let program = findings.collect { multiISAMakeResumable(module.reference, policy, $0, $1) }
        try findings.check()
        guard let program else { throw CompilerError(.intern, "the passes gave no program") }
        defer { multiISADisposeProgram(program) }
        try module.verify(after: "making frames")
        try machine.run(
            "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,adce)", on: module.reference)
        if invocation.saveTemporaries { try module.print(to: directory + "/after.ll") }

        let functions = String(cString: multiISADescription(program))
        var objects: [ISA: String] = [:]
        for isa in ISA.allCases {
            let path = "\(directory)/\(isa.rawValue).popcorn-program.o"
            try module.withCopy { copy in
                let assembly = String(cString: multiISASlotAssembly(program, isa.rawValue))
                LLVMAppendModuleInlineAsm(copy, assembly, assembly.utf8.count)
                let target = try TargetMachine(isa)
                target.adopt(copy)
                try target.emitObject(copy, to: path)
            }
            objects[isa] = path
        }
        return Result(
            objects: objects, functions: functions, checks: Int(checks), digest: SHA256.hex(of: module.bitcode))
    }
}

extension Invocation.Checks {
    var policy: MultiISACheckPolicy {
        switch self {
        case .none: MultiISAChecksNone
        case .entry: MultiISAChecksEntry
        case .outer: MultiISAChecksOuter
        case .all: MultiISAChecksAll
        }
    }
}
