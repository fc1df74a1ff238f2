import Binaries
import CPopcornLayout
import ISA
import Support
import Topology
import Trace

/// What lies where in the shared memory of a program that popcorn-cc made (docs/compiler.md, "At run time").
enum ProgramPlaces {
    private static let regions = [
        AddressMap.Entry(name: "heap", start: UInt64(POPCORN_HEAP), size: UInt64(POPCORN_HEAP_SIZE)),
        AddressMap.Entry(
            name: "shadow stack", start: UInt64(POPCORN_STACKS),
            size: UInt64(POPCORN_THREAD_LIMIT) * UInt64(POPCORN_STACK_SIZE)),
    ]

    /// The places of a run's program; none if the run has no program, or its files are gone or are others by now.
    static func map(of manifest: Manifest) -> AddressMap {
        guard let program = manifest.program else { return AddressMap() }
        for isa in ISA.allCases {
            let path = MultiISABinary.path(of: program, for: isa)
            guard let name = path.split(separator: "/").last, let digest = manifest.binaries[String(name)],
                (try? SHA256.hex(ofFile: path)) == digest, let file = try? ELFFile(path: path),
                let map = try? map(of: file)
            else { continue }
            return map
        }
        return AddressMap()
    }

    static func map(of file: ELFFile) throws -> AddressMap {
        let isOurs = file.sections.contains { $0.name == ProgramDescription.section }
        let symbols = try file.symbols
        return AddressMap(
            symbols: symbols.filter { $0.kind == .data && $0.size > 0 }.map {
                AddressMap.Entry(name: $0.name, start: $0.address, size: $0.size)
            },
            regions: isOurs ? data(symbols) + regions : [])
    }

    /// The program's data and bss, between the symbols that its linker script defines.
    private static func data(_ symbols: [ELFFile.Symbol]) -> [AddressMap.Entry] {
        func address(_ name: String) -> UInt64? { symbols.first { $0.name == name }?.address }
        return ["data", "bss"].compactMap { name in
            guard let start = address("__popcorn_\(name)_start"), let end = address("__popcorn_\(name)_end"),
                end > start
            else { return nil }
            return AddressMap.Entry(name: name, start: start, size: end - start)
        }
    }
}
