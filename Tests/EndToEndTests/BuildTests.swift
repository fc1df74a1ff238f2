import FoundationEssentials
import Support
import Testing

/// A program made by popcorn-cc, in `Compiled/`.
enum Compiled {
    static let source = String(#filePath.dropLast("BuildTests.swift".count)) + "Compiled/wander.c"

    /// - Returns: its path without the ISA's suffix.
    static func wander(_ lab: Lab) async throws -> String {
        let output = lab.workplace.file("wander")
        // The first ever compiles the runtime.
        try await lab(
            "build", source, "-o", output, "--", "-O2", "-Wall", "-fmigration-checks=none", limit: .seconds(120))
        return output
    }
}

extension EndToEnd.Host {
    private func lab() throws -> Lab { Lab(name: "none", workplace: try Workplace.shared.get()) }

    @Test("build writes a program for each ISA and passes the compiler's diagnostics and exit code on")
    func build() async throws {
        let lab = try lab()
        let program = try await Compiled.wander(lab)
        for (suffix, machine) in [("_x86-64", "X86-64"), ("_aarch64", "AArch64"), ("", "X86-64")] {
            #expect(try await lab.host("readelf", "-h", program + suffix).text.contains(machine))
        }
        let wrong = lab.workplace.file("wrong.c")
        try AtomicFile.write("int main(void) { return nothing; }\n", to: wrong)
        let bad = try await lab("build", wrong, "-o", lab.workplace.file("wrong"), exit: 1, limit: .seconds(120))
        #expect(bad.output.isEmpty && bad.errorText.contains("wrong.c:1:25: error:"))
        #expect(access(lab.workplace.file("wrong"), F_OK) != 0)
        // Options reach the compiler, with and without the --.
        for words in [["--", "-Dnothing=3"], ["-Dnothing=3"]] {
            var tool = lab.workplace.popcornLab
            tool.environment["POPCORN_LAB_OUTPUT"] = lab.workplace.file("wrong")
            let ending = try await tool(["build", wrong] + words, limit: .seconds(120))
            #expect(ending.status == 0, "\(ending)")
            try await lab.host("sh", "-c", lab.workplace.file("wrong"), exit: 3)
        }
        try await lab("build", "-c", exit: 64)
    }

    @Test("a makefile that includes what sdk prints builds without popcorn-cc in PATH")
    func sdk() async throws {
        let lab = try lab()
        let compiler = try await lab("sdk", "--compiler")
        #expect(compiler.lines.count == 1 && compiler.lines[0].hasSuffix("/popcorn-cc"))
        #expect(access(compiler.lines[0], X_OK) == 0)
        let directory = lab.workplace.file("project")
        try Directories.create(directory)
        try await lab.host("cp", Compiled.source, directory)
        try AtomicFile.write("BIN = wander\ninclude $(shell $(POPCORN_LAB) sdk)\n", to: directory + "/Makefile")
        let made = try await lab.host(
            "make", "-C", directory, "POPCORN_LAB=" + lab.workplace.popcornLab.executable, limit: .seconds(120))
        #expect(made.text.contains(compiler.lines[0] + " "))
        for suffix in ["", "_x86-64", "_aarch64"] { #expect(access("\(directory)/wander\(suffix)", X_OK) == 0) }
    }

    @Test("inspect shows both binaries side by side, and refuses what is not one program for both ISAs")
    func inspect() async throws {
        struct Report: Decodable {
            struct Function: Decodable {
                var name: String
                var frameSize: Int
                var checkSites: [Int]
                var firstSite: Int
                var callSites: Int
            }
            struct Section: Decodable {
                struct Place: Decodable { var address: UInt64 }
                var name: String
                var isShared: Bool
                var places: [String: Place]
            }
            var buildID: String
            var differences: [String]
            var functions: [Function]
            var sections: [Section]
        }
        let lab = try lab()
        let program = try await Compiled.wander(lab)
        let report = try await lab.json(Report.self, "inspect", program)
        #expect(report.differences.isEmpty)
        #expect(try await lab.host("readelf", "-n", program + "_aarch64").text.contains(report.buildID))
        let step = try #require(report.functions.first { $0.name == "step" })
        #expect(!step.checkSites.isEmpty)
        #expect(step.checkSites.allSatisfy { ($0 >= step.firstSite) && $0 < step.firstSite + step.callSites })
        let shared = report.sections.filter(\.isShared)
        #expect(!shared.isEmpty && shared.allSatisfy { Set($0.places.values.map(\.address)).count == 1 })
        let table = try await lab("inspect", program)
        #expect(table.text.contains(report.buildID))
        #expect(table.lines.contains { $0.hasPrefix("step ") } && table.lines.contains { $0.hasPrefix("FUNCTION") })

        let other = lab.workplace.file("other")
        try await lab.host("cp", program + "_x86-64", other + "_x86-64")
        #expect(try await lab("inspect", other, exit: 1).errorText.contains("other_aarch64"))
        try await lab.host("cp", "/bin/true", other + "_aarch64")
        #expect(try await lab("inspect", other, exit: 1).errorText.contains("other_aarch64"))
    }

    @Test("popcorn-lab itself does not load LLVM")
    func libraries() async throws {
        let lab = try lab()
        #expect(!(try await lab.host("ldd", lab.workplace.popcornLab.executable).text.contains("LLVM")))
    }
}
