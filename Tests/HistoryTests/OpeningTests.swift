import FoundationEssentials
import GRDB
import Results
import Support
import TestSupport
import Testing

@testable import History

struct OpeningTests {
    private let scratch: Scratch
    private var path: String { scratch.file("history.sqlite") }

    init() throws { scratch = try Scratch() }

    /// A history of forty runs, closed.
    private func make() throws {
        let history = try History(path: path)
        for day in 0..<40 { try history.record(MadeRuns.run(day: day, wall: [[1, 2, 3]])) }
        try history.queue.close()
    }

    private func expectRefusal(_ code: HistoryErrorCode, _ text: String, _ path: String? = nil) {
        let error = #expect(throws: HistoryError.self) { try History(path: path ?? self.path).runs() }
        #expect(error?.code == code)
        #expect(error?.summary.contains(text) == true, "\(error?.summary ?? "")")
        #expect(error?.hint != nil)
    }

    @Test("a damaged file is told, and stays as it is")
    func damaged() throws {
        try make()
        let whole = try #require(scratch.read("history.sqlite"))
        let kinds: [(String, [UInt8])] = [
            ("no SQLite database", Array("not a database".utf8)),
            ("no SQLite database", [UInt8](repeating: 0, count: 8192)),
            ("cut off", Array(whole.prefix(whole.count / 2))),
            ("malformed", Array(whole.prefix(100)) + [UInt8](repeating: 0xff, count: whole.count - 100)),
        ]
        for (text, bytes) in kinds {
            try scratch.write(bytes, to: "history.sqlite")
            expectRefusal(.damaged, text)
            #expect(scratch.read("history.sqlite") == bytes)
        }
    }

    @Test("damage in the middle is told when it is met, and nothing is written then")
    func damagedWithin() throws {
        try make()
        var bytes = try #require(scratch.read("history.sqlite"))
        for index in 4096..<bytes.count { bytes[index] = 0xa5 }
        try scratch.write(bytes, to: "history.sqlite")
        let error = #expect(throws: HistoryError.self) {
            try History(path: path).record(MadeRuns.run(day: 99, a: true))
        }
        #expect(error?.code == .damaged)
        #expect(scratch.read("history.sqlite")?.dropFirst(4096) == bytes.dropFirst(4096))
    }

    @Test("another program's database is none of ours, and is left as it is")
    func foreign() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
        try queue.close()
        let before = scratch.read("history.sqlite")
        expectRefusal(.damaged, "another program")
        #expect(scratch.read("history.sqlite") == before)
    }

    @Test("a newer version's file is left to it")
    func newer() throws {
        try make()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2')") }
        try queue.close()
        let before = scratch.read("history.sqlite")
        expectRefusal(.newer, "newer popcorn-lab")
        #expect(scratch.read("history.sqlite") == before)
    }

    @Test("an empty file becomes a history, a directory does not")
    func empty() throws {
        try scratch.write("", to: "history.sqlite")
        #expect(try History(path: path).runs() == [])
        expectRefusal(.inaccessible, "no file", scratch.path)
        #expect(try History(path: scratch.file("deep/er/history.sqlite")).runs() == [])
    }

    @Test(
        "read-only, it can be read and not recorded to",
        .enabled(if: geteuid() == 0, "mounting a file system needs root"), arguments: [false, true])
    func readOnly(isOpenElsewhere: Bool) throws {
        let place = scratch.file("a %41?#place")
        try Directories.create(place)
        try #require(mount("tmpfs", place, "tmpfs", 0, "size=8m") == 0, "mount: \(errorText(errno))")
        defer { umount2(place, Int32(MNT_DETACH)) }
        var writer: History? = try History(path: place + "/h.sqlite")
        try writer?.record(MadeRuns.run(day: 1, wall: [[1, 2, 3]]))
        if !isOpenElsewhere { try writer?.queue.close() }
        // A mount of its own, since the writer's files keep the other from becoming read-only.
        let view = scratch.file("view %41?#")
        try Directories.create(view)
        try #require(mount(place, view, "none", UInt(MS_BIND), nil) == 0, "bind: \(errorText(errno))")
        defer { umount2(view, Int32(MNT_DETACH)) }
        let flags = UInt(MS_BIND) | UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        try #require(mount("none", view, "none", flags, nil) == 0, "remount: \(errorText(errno))")

        let history = try History(path: view + "/h.sqlite")
        #expect(history.isReadOnly)
        #expect(try history.runs().count == 1)
        let error = #expect(throws: HistoryError.self) { try history.record(MadeRuns.run(day: 2, a: true)) }
        #expect(error?.code == .readOnly)
        #expect(error?.exitStatus == .unavailable)
        expectRefusal(.readOnly, "there is none", view + "/other.sqlite")
        writer = nil
    }

    @Test(
        "on a full disk the run is not recorded, and what was there stays",
        .enabled(if: geteuid() == 0, "mounting a file system needs root"))
    func full() throws {
        let place = scratch.file("small")
        try Directories.create(place)
        try #require(mount("tmpfs", place, "tmpfs", 0, "size=512k") == 0, "mount: \(errorText(errno))")
        defer { umount2(place, Int32(MNT_DETACH)) }
        let history = try History(path: place + "/h.sqlite")
        try history.record(MadeRuns.run(day: 1, wall: [[1, 2, 3]]))
        let error = #expect(throws: HistoryError.self) {
            try history.record(MadeRuns.run(day: 2, wall: [[Double](repeating: 1, count: 1 << 18)]))
        }
        #expect(error?.code == .full)
        #expect(error?.exitStatus == .unavailable)
        #expect(try history.runs().map(\.id) == ["run-1-nightly"])
        try history.record(MadeRuns.run(day: 3, wall: [[4]]))
        #expect(try history.runs().count == 2)
    }
}
