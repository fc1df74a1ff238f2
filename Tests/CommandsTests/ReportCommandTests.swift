import Foundation
import Support
import TestSupport
import Testing

@testable import Commands

/// `report`, as a user calls it; the page has tests of its own.
struct ReportCommandTests {
    private let scratch: Scratch
    private let tool: CommandLineTool
    private static let example =
        String(
            #filePath.dropLast("CommandsTests/ReportCommandTests.swift".count)) + "ResultsTests/Examples/run.json"
    private static let id = "20261130-160000-test-3f2a"

    init() throws {
        scratch = try Scratch()
        tool = CommandLineTool(
            executable: try builtProgram("popcorn-lab"), environment: ["XDG_STATE_HOME": scratch.file("state")])
        let folder = "state/popcorn-lab/runs/\(Self.id)"
        try scratch.write(try AtomicFile.contents(of: Self.example), to: folder + "/results.json")
        try scratch.write("log\n", to: folder + "/cases/tutorial/dsm/pair/x86/every-100ms/none/1/2/arm.dmesg.txt")
    }

    private var run: String { scratch.file("state/popcorn-lab/runs/\(Self.id)") }

    private func report(_ words: String..., exit status: Int32 = 0) async throws -> Ending {
        let ending = try await tool(["report"] + words, limit: .seconds(60))
        guard ending.status == status else { throw UnexpectedEnding(expected: "exit code \(status)", ending: ending) }
        return ending
    }

    /// Links of a page lead to files, from wherever the page lies.
    private func expectFiles(of page: String) throws {
        let html = String(decoding: try AtomicFile.contents(of: page), as: UTF8.self)
        let names = html.split(separator: "href=\"").dropFirst().compactMap { $0.split(separator: "\"").first }
        let link = try #require(names.first { $0.hasSuffix("arm.dmesg.txt") })
        let path = link.hasPrefix("/") ? String(link) : page[..<(page.lastIndex(of: "/") ?? page.endIndex)] + "/" + link
        #expect(FileManager.default.contents(atPath: path) == Data("log\n".utf8), "\(path)")
    }

    @Test func besideTheRun() async throws {
        let said = try await report()
        #expect(said.text == run + "/report.html\n")
        try expectFiles(of: run + "/report.html")
    }

    @Test func elsewhere() async throws {
        try Directories.create(scratch.file("www/deep"))
        symlink(scratch.file("www/deep"), scratch.file("link"))
        for page in [scratch.file("www/page.html"), scratch.file("link/page.html")] {
            #expect(try await report(Self.id, "-o", page).text == page + "\n")
        }
        try expectFiles(of: scratch.file("www/page.html"))
        try expectFiles(of: scratch.file("www/deep/page.html"))
    }

    /// Nothing but the page goes down a pipe.
    @Test func pipe() async throws {
        let said = try await report("last", "-o", "/dev/stdout")
        #expect(said.text.hasPrefix("<!DOCTYPE html>"))
        #expect(said.text.hasSuffix("</html>\n"))
        #expect(said.text.contains("href=\"\(run)/cases/"))
    }

    @Test func faults() async throws {
        #expect(try await report("2030", exit: 64).errorText.contains("no run of a suite '2030'"))
        try scratch.write("{\"schema\": 9}", to: "newer.json")
        #expect(try await report(scratch.file("newer.json"), exit: 1).errorText.contains("is of format 9"))
        #expect(try await report("last", "-o", scratch.file("absent/page.html"), exit: 1).errorText.contains("create"))
    }

    /// The browser gets the page's whole path.
    @Test func open() async throws {
        try scratch.write("#!/bin/sh\necho \"opens $*\"\n", to: "bin/xdg-open", mode: 0o755)
        var tool = tool
        tool.environment["PATH"] = scratch.file("bin") + ":/usr/bin:/bin"
        let said = try await tool(["report", "--open"], limit: .seconds(60))
        #expect(said.status == 0)
        #expect(said.lines == [run + "/report.html", "opens \(run)/report.html"])
        tool.environment["PATH"] = scratch.file("none")
        let without = try await tool(["report", "--open"], limit: .seconds(60))
        #expect(without.status != 0)
        #expect(without.errorText.contains("xdg-utils"))
    }

    @Test func wayToTheRun() throws {
        try Directories.create(scratch.file("a/b"))
        try Directories.create(scratch.file("a/c"))
        func base(_ page: String, _ directory: String) -> String {
            PagePath.base(of: .file(scratch.file(page)), to: scratch.file(directory))
        }
        #expect(base("a/b/page.html", "a/b") == "")
        #expect(base("a/page.html", "a/b") == "b")
        #expect(base("a/c/page.html", "a/b") == "../b")
        #expect(PagePath.base(of: .special, to: scratch.file("a")) == scratch.file("a"))
    }
}
