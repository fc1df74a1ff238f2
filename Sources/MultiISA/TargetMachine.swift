import CLLVM
import ISA
import Support

/// LLVM's code generator for one ISA.
final class TargetMachine {
    private let reference: LLVMTargetMachineRef

    init(_ isa: ISA) throws {
        switch isa {
        case .x86_64:
            LLVMInitializeX86TargetInfo()
            LLVMInitializeX86Target()
            LLVMInitializeX86TargetMC()
            LLVMInitializeX86AsmPrinter()
            LLVMInitializeX86AsmParser()
        case .aarch64:
            LLVMInitializeAArch64TargetInfo()
            LLVMInitializeAArch64Target()
            LLVMInitializeAArch64TargetMC()
            LLVMInitializeAArch64AsmPrinter()
            LLVMInitializeAArch64AsmParser()
        }
        var target: LLVMTargetRef?
        var message: UnsafeMutablePointer<CChar>?
        let triple = isa.muslTriplet
        guard LLVMGetTargetFromTriple(triple, &target, &message) == 0,
            let machine = LLVMCreateTargetMachine(
                target, triple, "generic", "", LLVMCodeGenLevelDefault, LLVMRelocStatic, LLVMCodeModelSmall)
        else { throw CompilerError(.host, "this LLVM has no \(isa.rawValue): \(takeMessage(message))") }
        reference = machine
        self.triple = triple
    }

    private let triple: String

    deinit { LLVMDisposeTargetMachine(reference) }

    /// Makes `module` one for this ISA.
    func adopt(_ module: LLVMModuleRef) {
        LLVMSetTarget(module, triple)
        let layout = LLVMCreateTargetDataLayout(reference)
        defer { LLVMDisposeTargetData(layout) }
        LLVMSetModuleDataLayout(module, layout)
    }

    /// Runs LLVM passes, named as `opt -passes=` names them.
    func run(_ passes: String, on module: LLVMModuleRef) throws {
        let options = LLVMCreatePassBuilderOptions()
        defer { LLVMDisposePassBuilderOptions(options) }
        if let error = LLVMRunPasses(module, passes, reference, options) {
            let text = LLVMGetErrorMessage(error)
            defer { LLVMDisposeErrorMessage(text) }
            throw CompilerError(.intern, "LLVM cannot run \(passes): \(text.map { String(cString: $0) } ?? "")")
        }
    }

    func emitObject(_ module: LLVMModuleRef, to path: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard LLVMTargetMachineEmitToFile(reference, module, path, LLVMObjectFile, &message) == 0 else {
            throw CompilerError(.intern, "LLVM cannot generate code for \(triple): \(takeMessage(message))")
        }
    }
}
