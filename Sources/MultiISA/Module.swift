import CLLVM
import MultiISAPasses
import Support

/// An LLVM module with the context that owns it.
final class Module {
    private let context: LLVMContextRef
    let reference: LLVMModuleRef

    private init(context: LLVMContextRef, reference: LLVMModuleRef) {
        self.context = context
        self.reference = reference
    }

    deinit {
        LLVMDisposeModule(reference)
        LLVMContextDispose(context)
    }

    /// An empty module.
    init(name: String) {
        context = LLVMContextCreate()
        reference = LLVMModuleCreateWithNameInContext(name, context)
    }

    /// Reads bitcode, in a context of its own.
    convenience init(bitcode: [UInt8], name: String) throws {
        let context: LLVMContextRef = LLVMContextCreate()
        do {
            self.init(context: context, reference: try Self.parse(bitcode, name: name, in: context))
        } catch {
            LLVMContextDispose(context)
            throw error
        }
    }

    /// Adds all of `bitcode` to this module; two definitions of a symbol are an error.
    ///
    /// - Parameter asRuntime: Marks the functions as libpopcorn's: they are no concern of the program's author.
    func link(bitcode: [UInt8], name: String, asRuntime: Bool = false) throws {
        let other = try Self.parse(bitcode, name: name, in: context)
        if asRuntime { Self.mark(other, in: context) }
        let messages = DiagnosticText(context)
        defer { messages.detach() }
        // Takes ownership of `other`.
        guard LLVMLinkModules2(reference, other) == 0 else {
            throw CompilerError(.link, "cannot link \(name): \(messages.text)")
        }
    }

    private static func mark(_ module: LLVMModuleRef, in context: LLVMContextRef) {
        let name = MULTIISA_RUNTIME_ATTRIBUTE
        let mark = LLVMCreateStringAttribute(context, name, UInt32(name.utf8.count), "", 0)
        var value = LLVMGetFirstFunction(module)
        while let function = value {
            if LLVMIsDeclaration(function) == 0 {
                let whole = LLVMAttributeIndex(truncatingIfNeeded: LLVMAttributeFunctionIndex)
                LLVMAddAttributeAtIndex(function, whole, mark)
            }
            value = LLVMGetNextFunction(function)
        }
    }

    private static func parse(_ bitcode: [UInt8], name: String, in context: LLVMContextRef) throws -> LLVMModuleRef {
        let messages = DiagnosticText(context)
        defer { messages.detach() }
        let buffer = bitcode.withUnsafeBytes { bytes in
            LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes.baseAddress, bytes.count, name)
        }
        defer { LLVMDisposeMemoryBuffer(buffer) }
        var module: LLVMModuleRef?
        guard LLVMParseBitcodeInContext2(context, buffer, &module) == 0, let module else {
            throw CompilerError(
                .link, "\(name) is not bitcode of LLVM \(LLVM_VERSION_MAJOR): \(messages.text)",
                hint: "compile it with popcorn-cc -c")
        }
        return module
    }

    /// Names of functions and variables that the module defines, visible from outside.
    var definedSymbols: Set<String> {
        symbols { LLVMIsDeclaration($0) == 0 && LLVMGetLinkage($0) != LLVMInternalLinkage }
    }
    /// Names that it uses and does not define.
    var undefinedSymbols: Set<String> { symbols { LLVMIsDeclaration($0) != 0 && LLVMGetFirstUse($0) != nil } }

    private func symbols(where isWanted: (LLVMValueRef) -> Bool) -> Set<String> {
        var names: Set<String> = []
        var value = LLVMGetFirstFunction(reference)
        while let function = value {
            if isWanted(function) { names.insert(Self.name(function)) }
            value = LLVMGetNextFunction(function)
        }
        value = LLVMGetFirstGlobal(reference)
        while let variable = value {
            if isWanted(variable) { names.insert(Self.name(variable)) }
            value = LLVMGetNextGlobal(variable)
        }
        return names
    }

    private static func name(_ value: LLVMValueRef) -> String {
        var length = 0
        return LLVMGetValueName2(value, &length).map { String(cString: $0) } ?? ""
    }

    var bitcode: [UInt8] {
        guard let buffer = LLVMWriteBitcodeToMemoryBuffer(reference) else { return [] }
        defer { LLVMDisposeMemoryBuffer(buffer) }
        return Array(UnsafeRawBufferPointer(start: LLVMGetBufferStart(buffer), count: LLVMGetBufferSize(buffer)))
    }

    /// Writes the module as text.
    func print(to path: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard LLVMPrintModuleToFile(reference, path, &message) == 0 else {
            throw CompilerError(.intern, "cannot write \(path): \(takeMessage(message))")
        }
    }

    /// LLVM's verifier, after a step of ours.
    func verify(after step: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        let isBroken = LLVMVerifyModule(reference, LLVMReturnStatusAction, &message) != 0
        let text = takeMessage(message)
        if isBroken {
            throw CompilerError(
                .intern, "LLVM rejects the module after \(step): \(text)",
                hint: "this is a bug of popcorn-cc; -save-temps keeps the module")
        }
    }

    /// A copy in the same context, for code generation.
    func withCopy<Result>(_ body: (LLVMModuleRef) throws -> Result) rethrows -> Result {
        let copy: LLVMModuleRef = LLVMCloneModule(reference)
        defer { LLVMDisposeModule(copy) }
        return try body(copy)
    }
}

/// A string of LLVM's, freed.
func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "" }
    defer { LLVMDisposeMessage(message) }
    return String(cString: message)
}

/// Collects what LLVM has to say while it reads and links.
private final class DiagnosticText {
    private let context: LLVMContextRef
    private(set) var text = ""

    init(_ context: LLVMContextRef) {
        self.context = context
        LLVMContextSetDiagnosticHandler(
            context,
            { info, target in
                guard let target else { return }
                let collector = Unmanaged<DiagnosticText>.fromOpaque(target).takeUnretainedValue()
                let line = takeMessage(LLVMGetDiagInfoDescription(info))
                if LLVMGetDiagInfoSeverity(info) == LLVMDSError { collector.text += line }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func detach() { LLVMContextSetDiagnosticHandler(context, nil, nil) }
}
