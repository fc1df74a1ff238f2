import Binaries
import FoundationEssentials
import ISA
import MultiISA
import Support
import Testing

@Suite struct LibcTableTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("every function and variable of libc is in the table", arguments: ISA.allCases)
    func complete(isa: ISA) async throws {
        let unknown = try await symbols(isa).filter { LibcTable.kind(of: $0) == nil }
        #expect(unknown.isEmpty)
    }

    @Test("every wrapped function has a wrapper on each ISA, and every function of the module is there")
    func implemented() async throws {
        // A program that hops needs the whole runtime; both binaries contain it.
        let program = try await bench.build("hops")
        let libc = try await symbols(.x86_64)
        for isa in ISA.allCases {
            let defined = Set(try ELFFile(path: "\(program)_\(isa.rawValue)").symbols.map(\.name))
            let missing = libc.filter { LibcTable.kind(of: $0) == "wrapped" && !defined.contains("__popcorn_\($0)") }
            #expect(missing.isEmpty, "\(isa.rawValue)")
        }
        let folder = Workbench.root + "/Images/runtime/module"
        let module = try FileManager.default.contentsOfDirectory(atPath: folder)
            .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
        let missing = libc.filter { name in
            LibcTable.kind(of: name) == "module" && !module.contains("\(name)(") && !module.contains("\(name);")
                && !module.contains("\(name),") && !module.contains("\(name) =")
        }
        #expect(missing.isEmpty)
    }

    @Test("docs/compiler.md prints the table")
    func documented() throws {
        let text = try String(contentsOfFile: Workbench.root + "/docs/compiler.md", encoding: .utf8)
        #expect(text.contains(LibcTable.markdown), "run `popcorn-cc --libc-table` and paste what it prints")
    }

    /// libc's own names, without those that C reserves.
    private func symbols(_ isa: ISA) async throws -> [String] {
        _ = try await bench.build("hops")
        let cache = Directories(environment: ProcessInfo.processInfo.environment).cache
        let libc = "\(cache)/sysroots/musl/\(isa.rawValue)/usr/lib/\(isa.muslTriplet)/libc.a"
        let names = try await bench.run("llvm-nm-19", ["-g", "--defined-only", "--just-symbol-name", libc]).output
        let result = Set(names.split(separator: "\n").map(String.init))
            .filter { name in name.first?.isLetter == true && !name.hasSuffix(":") }
        #expect(result.count > 1000)
        return result.sorted()
    }
}
