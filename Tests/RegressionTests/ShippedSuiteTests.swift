import FoundationEssentials
import Testing
import UserInput

@testable import Regression

@Suite("Suites that ship")
struct ShippedSuiteTests {
    static let folder =
        String(#filePath.dropLast("Tests/RegressionTests/ShippedSuiteTests.swift".count)) + "Configs/suites"
    static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }

    @Test("there are some") func some() { #expect(Self.names.contains("smoke.yaml")) }

    @Test("each can be read, has cases, is called as its file, and says what it is for", arguments: names)
    func whole(name: String) throws {
        let suite = try Suite(yamlFile: Self.folder + "/" + name, vcpus: .each(1))
        #expect(try !suite.cases().isEmpty)
        #expect(suite.name + ".yaml" == name)
        #expect(!suite.summary.isEmpty)
    }

    @Test("what outputs are compared with is there, and whole", arguments: names)
    func golden(name: String) throws {
        for one in try Suite(yamlFile: Self.folder + "/" + name, vcpus: .each(1)).cases() {
            for case .golden(let path) in [one.expectation.stdout, one.expectation.stderr].compactMap(\.self) {
                #expect(try TextFile.read(path).hasSuffix("\n"), "\(one.id): \(path)")
            }
        }
    }
}
