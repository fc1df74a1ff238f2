import Testing

@testable import Hypervisor

@Suite("Security labels for the host's daemon")
struct SecurityLabelsTests {
    @Test("the models are read from the capabilities, without `none` and CPU models")
    func models() {
        let capabilities = """
            <capabilities>
              <host>
                <cpu>
                  <model>EPYC</model>
                </cpu>
                <secmodel>
                  <model>none</model>
                  <doi>0</doi>
                </secmodel>
                <secmodel>
                  <model>apparmor</model>
                  <doi>0</doi>
                </secmodel>
                <secmodel>
                  <model>dac</model>
                  <doi>0</doi>
                </secmodel>
              </host>
            </capabilities>
            """
        #expect(SecurityLabels.models(inCapabilities: capabilities) == ["apparmor", "dac"])
        #expect(SecurityLabels.models(inCapabilities: "").isEmpty)
    }

    @Test("a guest runs as its user and unconfined")
    func labels() throws {
        let labels = SecurityLabels(models: ["apparmor", "dac"], user: 1000, group: 100)
        let text = try DomainXML.text(of: DomainXMLTests.spec(), labels: labels)
        #expect(text.contains(#"<seclabel type="none" model="apparmor"/>"#))
        #expect(text.contains("<label>+1000:+100</label>"))
        #expect(try !DomainXML.text(of: DomainXMLTests.spec()).contains("seclabel"))
    }
}
