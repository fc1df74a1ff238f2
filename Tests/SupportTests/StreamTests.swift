import Support
import SystemPackage
import TestSupport
import Testing

struct StreamTests {
    @Test("lines are found whatever the pieces they come in", arguments: 1...7)
    func lines(size: Int) {
        let bytes = Array("one\n\ntwo\nthree".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.feed(Array(bytes[start..<min(start + size, bytes.count)])).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(lines == ["one", "", "two"])
        #expect(splitter.finish().map { String(decoding: $0, as: UTF8.self) } == "three")
        #expect(splitter.finish() == nil)
    }

    @Test("a file that does not exist yet is followed from its first byte, over a truncation, until cancelled")
    func follow() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/log"
        let lines = try FileFollower.lines(of: path)
        var iterator = lines.makeAsyncIterator()
        try append("first\r\nsec", to: path)
        #expect(await iterator.next() == "first")
        try append("ond\n", to: path)
        #expect(await iterator.next() == "second")
        try AtomicFile.write("new\n", to: path)
        #expect(await iterator.next() == "new")
        let rest = Task { for await _ in lines {} }
        rest.cancel()
        await rest.value
    }

    @Test("output that is copied comes line by line while it is written, and ends when the writer does")
    func outputCopy() async throws {
        let copy = try OutputCopy()
        var lines = copy.lines.makeAsyncIterator()
        try AtomicFile.writeAll(Array("one\ntw".utf8), to: copy.descriptor, name: "the pipe")
        #expect(await lines.next() == "one")
        try AtomicFile.writeAll(Array("o\nlast".utf8), to: copy.descriptor, name: "the pipe")
        copy.close()
        #expect(await lines.next() == "two")
        #expect(await lines.next() == "last")
        #expect(await lines.next() == nil)
    }

    private func append(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        try AtomicFile.writeAll(Array(text.utf8), to: descriptor, name: path)
    }

    @Test("a pipe of ours, and a copy of its end, are no child's")
    func privatePipe() throws {
        let (reader, writer) = try FileDescriptor.privatePipe()
        let copy = try writer.duplicatePrivately()
        for end in [reader, writer, copy] { #expect(fcntl(end.rawValue, F_GETFD) & FD_CLOEXEC != 0) }
        for end in [writer, copy] {
            try end.writeAll(Array("x".utf8))
            try end.close()
        }
        #expect(try reader.closeAfter { try reader.piece(upTo: 8) + reader.piece() } == Array("xx".utf8))
    }

    @Test("a wait for a file's change ends at its deadline")
    func deadline() throws {
        let scratch = try Scratch()
        let watch = try FileWatch(path: scratch.path + "/never")
        try AtomicFile.write("x", to: scratch.path + "/other")
        #expect(watch.wait(until: .now + .milliseconds(20)) == .timedOut)
    }

    @Test("a wake-up is there for who comes later, counts each signal, and is used up")
    func wakeEvent() throws {
        let event = try WakeEvent()
        #expect(event.take() == 0)
        for _ in 0..<3 { ThreadExecutor.detach(name: "signal") { event.signal() } }
        event.wait(for: 3)
        event.signal()
        var polled = pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 0) == 1)
        #expect(event.take() == 1)
        #expect(poll(&polled, 1, 0) == 0)
    }

    @Test("poll's limit never ends a wait before its deadline")
    func pollLimit() {
        let none: ContinuousClock.Instant? = nil
        #expect(none.pollLimit == -1)
        #expect((ContinuousClock.now - .seconds(1)).pollLimit == 0)
        let deadline = ContinuousClock.now + .microseconds(1500)
        poll(nil, 0, deadline.pollLimit)
        #expect(ContinuousClock.now >= deadline)
    }

    @Test("times are printed as people read them")
    func durations() {
        #expect(Duration.milliseconds(1934).formattedSeconds == "1.93 s")
        #expect(Duration.milliseconds(1996).formattedSeconds == "2.00 s")
        #expect(Duration.seconds(200).formattedClock == "3 min 20 s")
        #expect(Duration.seconds(90_061).formattedClock == "1 d 1 h")
    }

    @Test("an actor on a thread of its own runs its jobs there, one after the other")
    func threadExecutor() async {
        let worker = Worker()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { await worker.work() } }
        }
        #expect(await worker.count == 100)
        #expect(await worker.threads.count == 1)
    }

    private actor Worker {
        private let executor = ThreadExecutor(name: "test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        var count = 0
        var threads: Set<UInt> = []

        func work() {
            count += 1
            threads.insert(UInt(pthread_self()))
        }
    }
}
