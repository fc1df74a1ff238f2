import CLibxml2

extension XMLElement {
    // libxml/xmlreader.h and libxml/parser.h.
    private static let elementType: Int32 = 1
    private static let quietly: Int32 = 1 << 5 | 1 << 6 | 1 << 11  // NOERROR, NOWARNING, NONET

    /// The attributes of the first element in a text; `nil` if the text breaks off before or in it, or is not XML.
    static func attributes(ofFirstElementIn xml: String) -> [String: String]? {
        Array(xml.utf8).withUnsafeBytes { bytes in
            let text = bytes.bindMemory(to: CChar.self)
            guard let reader = xmlReaderForMemory(text.baseAddress, Int32(text.count), nil, "UTF-8", quietly) else {
                return nil
            }
            defer { xmlFreeTextReader(reader) }
            repeat {
                guard xmlTextReaderRead(reader) == 1 else { return nil }
            } while xmlTextReaderNodeType(reader) != elementType
            var attributes: [String: String] = [:]
            while xmlTextReaderMoveToNextAttribute(reader) == 1 {
                guard let name = xmlTextReaderConstName(reader), let value = xmlTextReaderConstValue(reader) else {
                    return nil
                }
                attributes[String(cString: name)] = String(cString: value)
            }
            return attributes
        }
    }
}
