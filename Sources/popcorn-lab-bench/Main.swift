import ArgumentParser
import FoundationEssentials
import ImageStore
import Support

/// `make bench`: how far popcorn-lab is from what it stands on, as ratios measured in one run.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "popcorn-lab-bench",
        abstract: "Measure popcorn-lab against bare QEMU, OpenSSH and raw TCP, in turns.")

    @Option(help: "How often a boot or a ping is measured; short things four times as often.")
    var samples = 5

    @Option(help: "Measure only this; may be repeated: \(Benchmark.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [Benchmark] = []

    @Option(help: "Where the figures go as JSON.")
    var output = "bench.json"

    @Option(help: "The popcorn-lab to measure; by default the one beside this program.")
    var program: String?

    @Option(help: "The directory with the image recipes.")
    var images = "Images"

    @Option(help: "The name of the lab that is brought up and taken down.")
    var lab = "bench"

    func validate() throws {
        guard (1...1000).contains(samples) else { throw ValidationError("--samples must be from 1 to 1000.") }
    }

    func run() async throws {
        let parting = "\npopcorn-lab-bench: stopped at once; `popcorn-lab down --lab \(lab)`\n"
        do {
            try await Termination.guarding(message: parting) { try await measure() }
        } catch let end as Terminated {
            throw ExitCode(end.status)
        } catch let error as any ActionableError {
            try AtomicFile.writeAll(Array("popcorn-lab-bench: \(error)\n".utf8), to: STDERR_FILENO, name: "stderr")
            throw ExitCode(error.exitStatus.rawValue)
        }
    }

    private func measure() async throws {
        let directory = "/tmp/popcorn-lab-bench-\(getpid())"
        try Directories.create(directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let lab = LabUnderTest(program: program ?? Self.sibling, name: lab)
        let store = ImageStore(
            directories: Directories(environment: ProcessInfo.processInfo.environment), share: images)
        let benchmarks = Benchmarks(lab: lab, images: store, directory: directory, samples: samples)
        let wanted = Benchmark.allCases.filter { only.isEmpty || only.contains($0) }
        var figures: [Figure] = []
        progress("measuring \(wanted.map(\.rawValue).joined(separator: ", "))")
        if wanted.contains(.help) { figures += try await benchmarks.help() }
        if wanted.contains(.report) { figures += try await benchmarks.report() }
        if wanted.contains(.suite) {
            progress("running the smoke suite")
            figures += try await benchmarks.suite()
        }
        if wanted.contains(where: \.needsLab) {
            try await lab.refuseForeign()
            do {
                figures += try await withLab(benchmarks, wanted)
            } catch {
                await lab.down()
                throw error
            }
        }
        if wanted.contains(.images) { figures += try await benchmarks.cachedImages() }
        if wanted.contains(.history) { figures += try benchmarks.history() }
        let report = Report(program: lab.program, figures: figures)
        for line in report.lines { print(line) }
        try report.write(to: output)
    }

    private func progress(_ text: String) {
        _ = try? AtomicFile.writeAll(Array("popcorn-lab-bench: \(text)\n".utf8), to: STDERR_FILENO, name: "stderr")
    }

    /// The first `up` is no sample: it may build images and try out KVM.
    private func withLab(_ benchmarks: Benchmarks, _ wanted: [Benchmark]) async throws -> [Figure] {
        var figures: [Figure] = []
        progress("bringing the lab up")
        try await benchmarks.lab.up()
        if wanted.contains(.exec) { figures += try await benchmarks.exec() }
        if wanted.contains(.run) { figures += try await benchmarks.run() }
        if wanted.contains(.ping) { figures += try await benchmarks.ping() }
        if wanted.contains(.migration) { figures += try await benchmarks.migration() }
        if wanted.contains(.diagnosis) { figures += try await benchmarks.diagnosis() }
        let bare = try BareGuests(of: try await benchmarks.lab.status(), directory: benchmarks.directory)
        await benchmarks.lab.down()
        if wanted.contains(.up) { progress("booting bare guests and labs in turns") }
        if wanted.contains(.up) { figures += try await benchmarks.up(bare) }
        return figures
    }

    private static var sibling: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return String(own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex)) + "popcorn-lab"
    }
}

extension Benchmark: ExpressibleByArgument {}
