import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology

@testable import Lab

@Suite("Access to a lab")
struct AccessTests {
    @Test(
        "places of cp are read as scp reads them",
        arguments: [
            ("file", nil, "file"), ("arm:/root/x", "arm", "/root/x"), ("arm:", "arm", "."), ("./a:b", nil, "./a:b"),
            ("/tmp/a:b", nil, "/tmp/a:b"), (":x", nil, ":x"), ("all:/tmp", "all", "/tmp"), ("arm:a:b", "arm", "a:b"),
        ] as [(String, String?, String)])
    func places(text: String, node: String?, path: String) {
        let place = CopyFiles.Place(text)
        #expect(place.node == node && place.path == path)
    }

    @Test("a file's name is the last part of its path")
    func lastComponent() {
        #expect(CopyFiles.Place("a/b/").lastComponent == "b")
        #expect(CopyFiles.Place("/").lastComponent == "/")
    }

    @Test("a missing program of the host is named with its package")
    func requirements() throws {
        let scratch = try Scratch()
        for name in ["qemu-system-x86_64", "qemu-system-aarch64", "vde_switch"] {
            try scratch.write("", to: name, mode: 0o755)
        }
        let host = HostRequirements(variables: ["PATH": scratch.path])
        try host.check([.x86_64, .aarch64])
        unlink(scratch.path + "/qemu-system-aarch64")
        try host.check([.x86_64])
        let error = #expect(throws: LabError.self) { try host.check([.x86_64, .aarch64]) }
        #expect(error?.exitStatus == .unavailable && error?.hint?.contains("qemu-system-arm") == true)
    }

    @Test("the files that ship are found by variable, beside an installed program, and above a built one")
    func share() throws {
        let scratch = try Scratch()
        #expect(throws: LabError.self) {
            try Share.locate(environment: [:], executable: scratch.path + "/bin/popcorn-lab")
        }
        try scratch.write("", to: "tree/Images/embedded.yaml")
        try scratch.write("", to: "share/popcorn-lab/Images/embedded.yaml")
        #expect(
            try Share.locate(environment: [:], executable: scratch.path + "/bin/popcorn-lab").root
                == scratch.path + "/share/popcorn-lab")
        #expect(
            try Share.locate(environment: [:], executable: scratch.path + "/tree/.build/x/debug/popcorn-lab").root
                == scratch.path + "/tree")
        let tree = ["POPCORN_LAB_SHARE": scratch.path + "/tree"]
        #expect(try Share.locate(environment: tree, executable: "/bin/x").root == scratch.path + "/tree")
        #expect(throws: LabError.self) {
            try Share.locate(environment: ["POPCORN_LAB_SHARE": "/nonexistent"], executable: scratch.path + "/bin/x")
        }
    }

    @Test("a node is named by name, id, or an ISA that only it has")
    func nodes() throws {
        let scratch = try Scratch()
        try scratch.store.create(try Sample.record("x86,x86,arm"))
        let access = try LabAccess(environment: scratch.environment, name: "sample")
        #expect(try access.node("x86-2").id == 1 && access.node("2").name == "arm" && access.node("aarch64").id == 2)
        #expect(throws: (any Error).self) { try access.node("sparc") }
        #expect(throws: LabError.self) { try LabAccess(environment: scratch.environment, name: "nowhere") }
    }
}
