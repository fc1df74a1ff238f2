import CLLVM
import MultiISAPasses

extension Module {
    /// What one of this module and `other` asks for, and the other by a weak reference: LLVM's linker makes it a weak one.
    func referencesOfBothKinds(_ other: Module) -> [String] {
        other.globals.compactMap { value in
            let name = Self.name(value)
            guard LLVMIsDeclaration(value) != 0, let own = declaration(name) else { return nil }
            let isWeak = [own, value].map { LLVMGetLinkage($0) == LLVMExternalWeakLinkage }
            return isWeak[0] != isWeak[1] && LLVMGetFirstUse(isWeak[0] ? value : own) != nil ? name : nil
        }
    }

    /// Makes weak references plain ones.
    func makePlain(_ names: [String]) {
        for name in names {
            if let value = declaration(name) { LLVMSetLinkage(value, LLVMExternalLinkage) }
        }
    }

    private func declaration(_ name: String) -> LLVMValueRef? {
        guard let value = find(name), LLVMIsDeclaration(value) != 0 else { return nil }
        return value
    }

    /// Decides weak references to what the module does not define: they are null if libc does not define it either.
    func resolveWeak(isInLibc: @escaping (String) -> Bool) {
        final class Question {
            let answer: (String) -> Bool
            init(_ answer: @escaping (String) -> Bool) { self.answer = answer }
        }
        let question = Question(isInLibc)
        withExtendedLifetime(question) {
            multiISAResolveWeak(
                reference,
                { context, name in
                    guard let context, let name else { return false }
                    return Unmanaged<Question>.fromOpaque(context).takeUnretainedValue().answer(String(cString: name))
                }, Unmanaged.passUnretained(question).toOpaque())
        }
    }
}
