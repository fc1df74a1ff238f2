import CLLVM
import MultiISAPasses
import Support

/// An LLVM module with the context that owns it.
final class Module {
    private let context: LLVMContextRef
    let reference: LLVMModuleRef
    private let isOwner: Bool

    private init(context: LLVMContextRef, reference: LLVMModuleRef) {
        self.context = context
        self.reference = reference
        isOwner = true
    }

    /// A view of a module that somebody else disposes of, and its context.
    private init(borrowing reference: LLVMModuleRef, in context: LLVMContextRef) {
        self.context = context
        self.reference = reference
        isOwner = false
    }

    deinit {
        guard isOwner else { return }
        LLVMDisposeModule(reference)
        LLVMContextDispose(context)
    }

    /// An empty module.
    init(name: String) {
        context = LLVMContextCreate()
        reference = LLVMModuleCreateWithNameInContext(name, context)
        isOwner = true
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
    /// - Parameters:
    ///   - asRuntime: Marks the functions as libpopcorn's: they are no concern of the program's author.
    ///   - change: what is done to the module before.
    /// - Returns: the symbols of what was added.
    @discardableResult
    func link(
        bitcode: [UInt8], name: String, asRuntime: Bool = false, change: (Module) -> Void = { _ in }
    ) throws -> Symbols {
        let other = try Self.parse(bitcode, name: name, in: context)
        if asRuntime { Self.mark(other, in: context) }
        let borrowed = Module(borrowing: other, in: context)
        change(borrowed)
        let symbols = borrowed.symbols
        let messages = DiagnosticText(context)
        defer { messages.detach() }
        let wanted = referencesOfBothKinds(borrowed)
        // Takes ownership of `other`.
        guard LLVMLinkModules2(reference, other) == 0 else {
            throw CompilerError(.link, "cannot link \(name): \(messages.text)")
        }
        makePlain(wanted)
        return symbols
    }

    /// Whether the bytes are those of a module, with or without a wrapper around it.
    static func isBitcode(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x42, 0x43, 0xc0, 0xde]) || bytes.starts(with: [0xde, 0xc0, 0x17, 0x0b])
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
