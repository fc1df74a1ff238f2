import CLLVM

/// What a linker sees of an object.
struct Symbols {
    /// Definitions that other objects can use, weak ones included.
    var defined: Set<String> = []
    /// Names that are used, not defined, and have to be.
    var undefined: Set<String> = []
    /// Variables without an initialiser that several objects may define (`-fcommon`).
    var common: Set<String> = []
}

extension Module {
    /// Names of functions and variables that the module defines, visible from outside.
    var definedSymbols: Set<String> { symbols.defined.union(symbols.common) }

    /// The module's symbols, as an object file would list them.
    ///
    /// A body that is there for inlining only (C99's `inline`) defines nothing. What is weak and undefined may stay so.
    var symbols: Symbols {
        var symbols = Symbols()
        for value in globals {
            let name = Self.name(value)
            if name.hasPrefix("llvm.") { continue }
            switch LLVMGetLinkage(value) {
            case LLVMInternalLinkage, LLVMPrivateLinkage, LLVMAppendingLinkage, LLVMExternalWeakLinkage: break
            case LLVMCommonLinkage: symbols.common.insert(name)
            case LLVMAvailableExternallyLinkage:
                if LLVMGetFirstUse(value) != nil { symbols.undefined.insert(name) }
            case _ where LLVMIsDeclaration(value) == 0: symbols.defined.insert(name)
            default: if LLVMGetFirstUse(value) != nil { symbols.undefined.insert(name) }
            }
        }
        return symbols
    }

    /// Functions, variables, aliases and ifuncs.
    var globals: [LLVMValueRef] {
        func list(_ first: LLVMValueRef?, _ next: (LLVMValueRef) -> LLVMValueRef?) -> [LLVMValueRef] {
            var values: [LLVMValueRef] = [], value = first
            while let current = value {
                values.append(current)
                value = next(current)
            }
            return values
        }
        return list(LLVMGetFirstFunction(reference)) { LLVMGetNextFunction($0) }
            + list(LLVMGetFirstGlobal(reference)) { LLVMGetNextGlobal($0) }
            + list(LLVMGetFirstGlobalAlias(reference)) { LLVMGetNextGlobalAlias($0) }
            + list(LLVMGetFirstGlobalIFunc(reference)) { LLVMGetNextGlobalIFunc($0) }
    }

    static func name(_ value: LLVMValueRef) -> String {
        var length = 0
        return LLVMGetValueName2(value, &length).map { String(cString: $0) } ?? ""
    }

    /// Turns what is common by now into plain definitions: no other object comes.
    func allocateCommons() {
        var value = LLVMGetFirstGlobal(reference)
        while let variable = value {
            if LLVMGetLinkage(variable) == LLVMCommonLinkage { LLVMSetLinkage(variable, LLVMExternalLinkage) }
            value = LLVMGetNextGlobal(variable)
        }
    }

    /// `--wrap NAME`: uses of NAME that this object does not define become those of `__wrap_NAME`, and those of `__real_NAME`
    /// become those of NAME.
    func wrap(_ name: String) {
        rename(name, to: "__wrap_" + name)
        rename("__real_" + name, to: name)
    }

    private func rename(_ name: String, to other: String) {
        guard let value = find(name), LLVMIsDeclaration(value) != 0 else { return }
        if let target = find(other) {
            LLVMReplaceAllUsesWith(value, target)
        } else {
            LLVMSetValueName2(value, other, other.utf8.count)
        }
    }

    func find(_ name: String) -> LLVMValueRef? {
        LLVMGetNamedFunction(reference, name) ?? LLVMGetNamedGlobal(reference, name)
    }

    /// Makes declarations of the definitions that `defined` has already, as far as that is possible.
    func yield(to defined: Set<String>) {
        for value in globals where defined.contains(Self.name(value)) {
            switch LLVMGetLinkage(value) {
            case LLVMExternalLinkage where LLVMIsDeclaration(value) == 0:
                LLVMSetLinkage(value, LLVMAvailableExternallyLinkage)
            default: break
            }
        }
    }
}
