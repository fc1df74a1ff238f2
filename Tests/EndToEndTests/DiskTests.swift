import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

extension EndToEnd.Disks {
    private static let root = String(#filePath.dropLast("Tests/EndToEndTests/DiskTests.swift".count))

    /// A lab of x86 with a system of its own, and of arm with the embedded one.
    private func file(_ legacy: LegacyKernel, _ lines: String) throws -> String {
        let file = legacy.lab.workplace.file("\(legacy.lab.name).yaml")
        func node(_ isa: ISA, _ more: String) throws -> String {
            """
              - isa: \(isa.rawValue)
                kernel: \(try legacy.kernel(isa))
                interface: \(LegacyKernel.interface)
                modules: [\(try legacy.module("legacy", isa)), \(try legacy.module("legacy_socket", isa))]
                \(more)

            """
        }
        try AtomicFile.write("nodes:\n" + node(.x86_64, lines) + node(.aarch64, "initramfs: embedded"), to: file)
        return file
    }

    @Test("a disk image without SSH is a full member of a lab, and stays as it was", .timeLimit(.minutes(8)))
    func console() async throws {
        let lab = Lab(name: "disk", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        let image = try await DiskImage(
            lab, busyboxOf: try await legacy.embedded(.x86_64) + "/initramfs", in: lab.workplace.file("disk-root"),
            at: lab.workplace.file("x86.img"))
        let before = try SHA256.hex(ofFile: image.path)
        let login = "login: {console: root, password: \"\(DiskImage.password)\"}"
        let lines = "disk: {file: x86.img, format: raw}\n    initramfs: embedded\n    \(login)"
        let up = try await lab("up", "-f", try file(legacy, lines), limit: .seconds(400))
        #expect(up.errorText.contains("x86: all peers seen"))
        #expect(try await lab.status().nodes.map(\.peers) == [["arm": "up"], ["x86": "up"]])

        let ran = try await lab("exec", "x86", "echo out; echo err >&2; hostname; exit 7", exit: 7)
        #expect(ran.text == "out\nstrange\n" && ran.errorText == "err\n")
        #expect(try await lab("exec", "x86", "cat", input: Array("in\n".utf8)).text == "in\n")
        let told = try await lab(
            "exec", "x86", "cat /etc/hosts /run/popcorn-joined; ping -c 1 arm | grep -c '1 packets rec'")
        #expect(told.lines.contains("10.4.4.101 arm") && told.lines.contains("1 10.4.4.101 aarch64"))
        #expect(try await lab("logs", "x86", limit: .seconds(60)).text.contains("legacy:    1 joined, aarch64"))

        let sent = lab.workplace.file("disk-sent"), back = lab.workplace.file("disk-back")
        try AtomicFile.write((0..<200_000).map { _ in UInt8.random(in: 0...255) }, to: sent)
        try await lab("cp", sent, "x86:/root/sent", limit: .seconds(120))
        try await lab("cp", "x86:/root/sent", back, limit: .seconds(120))
        #expect(try AtomicFile.contents(of: back) == AtomicFile.contents(of: sent))

        for isa in ISA.allCases {
            try await lab.host(
                "\(isa.gnuTriplet)-gcc", "-static", "-no-pie", "-nostdlib", "-fno-stack-protector", "-s", "-o",
                lab.workplace.file("tiny_\(isa.rawValue)"), Self.root + "Tests/EndToEndTests/Probe/tiny.c")
        }
        let program = try await lab("run", lab.workplace.file("tiny"), "--on", "x86", exit: 3, limit: .seconds(120))
        #expect(program.text == "tiny\n")

        let refused = try await lab("ssh", "x86", exit: 64)
        #expect(refused.errorText.contains("x86 is reached by its serial console alone"))
        try await lab("down", limit: .seconds(120))
        #expect(try SHA256.hex(ofFile: image.path) == before)
    }

    @Test("what is wrong with a disk, or not to be found on it, is told with what to do")
    func refusals() async throws {
        let lab = Lab(name: "diskless", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        try AtomicFile.write("no disk\n", to: lab.workplace.file("text.img"))
        try await lab.host("mke2fs", "-q", lab.workplace.file("blank.img"), "1M")
        func refused(_ lines: String, exit: Int32 = 64) async throws -> String {
            try await lab("up", "-f", try file(legacy, lines), exit: exit, limit: .seconds(200)).errorText
        }
        let missing = try await refused("initramfs: embedded\n    disk: {file: none.img, format: raw}")
        #expect(missing.contains("none.img: No such file or directory") && !missing.contains("domain started"))
        #expect(
            try await refused("initramfs: embedded\n    disk: {file: text.img, format: raw}").contains(
                "text.img is no disk image: neither a table of partitions nor a file system"))
        #expect(
            try await refused("initramfs: embedded\n    disk: {file: text.img, format: qcow2}").contains(
                "text.img is no qcow2 image"))
        #expect(try await refused("disk: {file: text.img, format: cow}").contains("'cow' is not a format of a disk"))
        // The kernel's own word, and at once, though a peer waits.
        let panicked = try await refused("disk: {file: blank.img, format: raw, root: /dev/vdz}", exit: 1)
        #expect(panicked.contains("Unable to mount root fs") && panicked.contains("is /dev/vdz the right device?"))
        let absent = try await refused(
            "initramfs: embedded\n    disk: {file: blank.img, format: raw, root: /dev/vdz}", exit: 124)
        #expect(absent.contains("there is no device /dev/vdz"))
        try await lab("status", exit: 64)
    }
}
