import CLLVM

/// An object for one machine: nothing that could be linked, but an archive may have some that no program needs.
enum NativeObject {
    static func isNative(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x7f] + Array("ELF".utf8)) }

    /// Its symbols, all as if it defined them: enough to tell that something needs it.
    static func symbols(of bytes: [UInt8]) -> Symbols {
        var symbols = Symbols()
        let buffer = bytes.withUnsafeBytes { bytes in
            LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes.baseAddress, bytes.count, "object")
        }
        defer { LLVMDisposeMemoryBuffer(buffer) }
        var message: UnsafeMutablePointer<CChar>?
        guard let binary = LLVMCreateBinary(buffer, nil, &message) else {
            _ = takeMessage(message)
            return symbols
        }
        defer { LLVMDisposeBinary(binary) }
        guard let iterator = LLVMObjectFileCopySymbolIterator(binary) else { return symbols }
        defer { LLVMDisposeSymbolIterator(iterator) }
        let sections = LLVMObjectFileCopySectionIterator(binary)
        defer { LLVMDisposeSectionIterator(sections) }
        while LLVMObjectFileIsSymbolIteratorAtEnd(binary, iterator) == 0 {
            LLVMMoveToContainingSection(sections, iterator)
            if LLVMObjectFileIsSectionIteratorAtEnd(binary, sections) == 0, let name = LLVMGetSymbolName(iterator) {
                symbols.defined.insert(String(cString: name))
            }
            LLVMMoveToNextSymbol(iterator)
        }
        return symbols
    }
}
