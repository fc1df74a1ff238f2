import Support

/// What a guest of the host's daemon needs to reach its files.
///
/// The daemon runs QEMU as an account of its own, and a profile from the domain's description confines it. Kernel, console log
/// and switch lie in the user's own directories, which that account may not enter; the profile does not know of what we pass
/// to QEMU by hand. So our guests run as the user who starts them, unconfined, as they do with the other connections.
struct SecurityLabels: Sendable, Equatable {
    var models: [String]
    var user: uid_t
    var group: gid_t

    @XMLChildren var elements: [XMLElement] {
        for model in models {
            if model == "dac" {
                XMLElement("seclabel", ["type": "static", "model": model, "relabel": "no"]) {
                    XMLElement("label", text: "+\(user):+\(group)")
                }
            } else {
                XMLElement("seclabel", ["type": "none", "model": model])
            }
        }
    }

    /// The `<model>`s inside the `<secmodel>`s; `none` is libvirt's name for no model at all.
    static func models(inCapabilities xml: String) -> [String] {
        var models: [String] = []
        var inside = false
        for line in xml.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
            if line.hasPrefix("<secmodel>") { inside = true }
            if line.hasPrefix("</secmodel>") { inside = false }
            let opening = "<model>"
            if inside, line.hasPrefix(opening) {
                models.append(String(line.dropFirst(opening.count).prefix { $0 != "<" }))
            }
        }
        return models.filter { $0 != "none" }
    }
}
