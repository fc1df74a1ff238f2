import Support
import TestSupport
import Testing
import Topology

@testable import Lab

@Suite("files of systems of one's own")
struct SystemFilesTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func problems(_ disk: GuestDisk) -> [String] {
        SystemFiles(system: GuestSystem(initramfs: .none, disk: disk)).problems
    }

    @Test("images are known by what they say they are")
    func formats() throws {
        var ext4 = [UInt8](repeating: 0, count: 4096)
        ext4.replaceSubrange(1080..<1082, with: [0x53, 0xef])
        var table = [UInt8](repeating: 0, count: 4096)
        table.replaceSubrange(510..<512, with: [0x55, 0xaa])
        let plain = try scratch.write(ext4, to: "ext4"), parts = try scratch.write(table, to: "parts")
        let packed = try scratch.write([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3], to: "qcow2")
        let text = try scratch.write("no disk\n", to: "text")
        for path in [plain, parts] {
            #expect(problems(GuestDisk(path: path, format: .raw)) == [])
            #expect(
                problems(GuestDisk(path: path, format: .qcow2)) == [
                    "\(path) is no qcow2 image: say `format: raw` if it is a plain one"
                ])
        }
        #expect(problems(GuestDisk(path: packed, format: .qcow2)) == [])
        #expect(
            problems(GuestDisk(path: packed, format: .raw)) == ["\(packed) is a qcow2 image: say `format: qcow2`"])
        #expect(
            problems(GuestDisk(path: text, format: .raw)) == [
                "\(text) is no disk image: neither a table of partitions nor a file system is in it"
            ])
    }

    @Test("files that are not there are told, each by itself")
    func missing() {
        let system = GuestSystem(
            initramfs: .file("/none/initramfs"), disk: GuestDisk(path: "/tmp", format: .raw),
            login: GuestLogin(usesSSH: true, key: "/none/key"))
        #expect(
            SystemFiles(system: system).problems == [
                "open /none/initramfs: No such file or directory", "/tmp is a directory",
                "open /none/key: No such file or directory",
            ])
    }
}
